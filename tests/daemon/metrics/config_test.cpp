#include "daemon/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tenggat {
namespace {

using namespace std::chrono_literals;

Loaded<Config> load(const std::string& text) { return load_config({"/etc/tenggat/t.yaml", text}); }

std::vector<std::string> faults_of(const std::string& text) {
  const Loaded<Config> loaded = load(text);
  std::vector<std::string> lines;
  if (!loaded) {
    for (const Fault& fault : loaded.error()) lines.push_back(fault.to_string());
  }
  return lines;
}

bool any_starts_with(const std::vector<std::string>& lines, const std::string& head) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.starts_with(head); });
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

TEST(Config, TheContractsExampleIsRead) {
  const Loaded<Config> loaded = load(R"(
mode: live
database: "host=/run/postgresql dbname=tenggat user=tenggat"
listen: 127.0.0.1:8080
admin_listen: 127.0.0.1:9464
public_url: https://perizinan.example.go.id
rules: /etc/tenggat/rules
undo_window: 2m
log: {level: info, format: auto}
email: {url: "smtp://127.0.0.1:25", from: "Perizinan <izin@example.go.id>", reply_to: "", user: "", password_file: "", tls: required}
whatsapp: {provider: meta, url: "", version: v23.0, phone_number_id: "", token_file: "", app_secret_file: "", verify_token_file: "", server: "", session: ""}
portal: {url: "", secret_files: [], allow_private: false}
officers: {group_wait: 2m, group_interval: 10m, messages_an_hour: 12}
)");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->mode, Config::Mode::live);
  EXPECT_EQ(loaded->listen, (Endpoint{"127.0.0.1", 8080}));
  EXPECT_EQ(loaded->admin_listen, (Endpoint{"127.0.0.1", 9464}));
  EXPECT_EQ(loaded->public_url, "https://perizinan.example.go.id");
  EXPECT_EQ(loaded->rules, "/etc/tenggat/rules");
  EXPECT_EQ(loaded->undo_window, 2min);
  EXPECT_TRUE(loaded->email.enabled());
  EXPECT_FALSE(loaded->whatsapp.enabled());
  EXPECT_FALSE(loaded->portal.enabled());
  EXPECT_EQ(loaded->officers.group_interval, 10min);
  EXPECT_EQ(loaded->officers.messages_an_hour, 12);
}

TEST(Config, TheExampleThatShipsIsRead) {
  std::ifstream in(TENGGAT_EXAMPLE_CONFIG);
  std::ostringstream text;
  text << in.rdbuf();
  ASSERT_FALSE(text.str().empty());
  const Loaded<Config> loaded = load(text.str());
  ASSERT_TRUE(loaded) << joined(faults_of(text.str()));
  EXPECT_EQ(loaded->instansi, "DPMPTSP Kota Banjarbaru");
  EXPECT_EQ(loaded->http.requests_a_minute, Config::Http{}.requests_a_minute);
}

TEST(Config, WhatIsLeftOutHasItsDefault) {
  const Loaded<Config> loaded = load("mode: trial\n");
  ASSERT_TRUE(loaded) << joined(faults_of("mode: trial\n"));
  EXPECT_EQ(loaded->mode, Config::Mode::trial);
  EXPECT_EQ(loaded->kalender, "banjarbaru");
  EXPECT_EQ(loaded->http.header_bytes, 16u * 1024);
  EXPECT_EQ(loaded->http.body_bytes, 1024u * 1024);
  EXPECT_EQ(loaded->http.file_bytes, 20u * 1024 * 1024);
  EXPECT_EQ(loaded->http.request, 30s);
  EXPECT_EQ(loaded->public_url, "http://127.0.0.1:8080");
}

TEST(Config, EveryFaultIsReportedAtOnceWithItsPlace) {
  const std::vector<std::string> faults = faults_of(R"(mode: lively
listen: localhost
admin_listen: 127.0.0.1:99999
public_url: ftp://example.go.id
undo_window: 2 minutes
log: {level: loud}
email: {from: "nobody", tls: maybe}
officers: {messages_an_hour: 010}
http: {body: huge, request: 2h}
database: "not a conninfo"
)");
  for (const char* place : {"1:7", "2:9", "3:15", "4:13", "5:14", "6:14", "7:15", "7:30", "8:30",
                            "9:14", "9:29", "10:11"}) {
    EXPECT_TRUE(any_starts_with(faults, std::string("/etc/tenggat/t.yaml:") + place + ": "))
        << place << " in\n"
        << joined(faults);
  }
  EXPECT_EQ(faults.size(), 12u) << joined(faults);
}

TEST(Config, ThePagesHaveAHostOfTheirOwn) {
  for (const char* url : {"https://example.go.id/perizinan", "https://example.go.id/perizinan/",
                          "http://10.0.0.1:8080/a", "https://[::1]//a"})
    EXPECT_TRUE(any_starts_with(faults_of(std::string("mode: live\npublic_url: \"") + url + "\"\n"),
                                "/etc/tenggat/t.yaml:2:13: takes no path"))
        << url << joined(faults_of(std::string("mode: live\npublic_url: \"") + url + "\"\n"));
  for (const char* url : {"https://example.go.id", "https://example.go.id/", "http://[::1]:8080/"})
    EXPECT_TRUE(load(std::string("mode: live\npublic_url: \"") + url + "\"\n")) << url;
}

TEST(Config, AnUnknownKeyIsAFaultAtItsLineAndColumn) {
  EXPECT_TRUE(any_starts_with(faults_of("mode: live\nlissten: x\n"), "/etc/tenggat/t.yaml:2:1: "));
  EXPECT_TRUE(any_starts_with(faults_of("email: {\n  usr: x}\n"), "/etc/tenggat/t.yaml:2:3: "));
}

TEST(Config, ADuplicateKeyIsAFault) {
  EXPECT_TRUE(any_starts_with(faults_of("mode: live\nmode: trial\n"), "/etc/tenggat/t.yaml:2:1: "));
}

TEST(Config, CombinationsThatCannotWorkAreFaults) {
  struct Case {
    const char* text;
    const char* place;
  };
  for (const auto& [text, place] : {
           Case{"listen: 127.0.0.1:80\nadmin_listen: 127.0.0.1:80\n", "2:15"},
           Case{"email: {url: \"smtp://mail.example.go.id:25\"}\n", "1:8"},
           Case{"email: {user: izin}\n", "1:15"},
           Case{"whatsapp: {token_file: t}\n", "1:11"},
           Case{"whatsapp: {phone_number_id: \"1\"}\n", "1:11"},
           Case{"whatsapp: {provider: wablas, token_file: t}\n", "1:11"},
           Case{"portal: {url: \"https://portal.example.go.id/hook\"}\n", "1:9"},
           Case{"portal: {url: \"http://portal.example.go.id/hook\", secret_files: [a]}\n", "1:15"},
       }) {
    const std::vector<std::string> faults = faults_of(text);
    EXPECT_EQ(faults.size(), 1u) << text << joined(faults);
    EXPECT_TRUE(any_starts_with(faults, std::string("/etc/tenggat/t.yaml:") + place + ": "))
        << text << joined(faults);
  }
}

TEST(Config, TheCanaryGoesToAnAddressOfAChannelThatIsOn) {
  EXPECT_EQ(load("mode: live\n")->canary.to, "");
  EXPECT_EQ(load("mode: live\n")->canary.every, 15min);
  EXPECT_EQ(load("canary: {every: 1h, to: canary@localhost}\n")->canary.every, 1h);
  EXPECT_EQ(load("canary: {to: \"0812 3456 7890\"}\nwhatsapp: {url: \"file:x\"}\n")->canary.to,
            "6281234567890");
  for (const auto& [text, place] :
       {std::pair{"canary: {every: 1m, to: a@b.id}\n", "1:17"},
        std::pair{"canary: {to: \"a@b.id, c@d.id\"}\n", "1:14"},
        std::pair{"canary: {to: \"0812 3456 7890\"}\n", "1:14"},
        std::pair{"canary: {to: a@b.id}\nemail: {url: \"\"}\n", "1:14"}}) {
    const std::vector<std::string> faults = faults_of(text);
    EXPECT_EQ(faults.size(), 1u) << text << joined(faults);
    EXPECT_TRUE(any_starts_with(faults, std::string("/etc/tenggat/t.yaml:") + place + ": "))
        << text << joined(faults);
  }
}

TEST(Config, APasswordIsNotQuotedInTheFaultOfABadConninfo) {
  const std::string faults = joined(faults_of("database: \"password=geheim 'x\"\n"));
  EXPECT_FALSE(faults.empty());
  EXPECT_EQ(faults.find("geheim"), std::string::npos) << faults;
}

TEST(Config, AControlCharacterIsRefused) {
  EXPECT_FALSE(faults_of("email: {from: \"A <a@b.id>\\r\\nBcc: x@y.id\"}\n").empty());
  EXPECT_FALSE(faults_of("instansi: \"DPMPTSP\\nx\"\n").empty());
}

TEST(Config, DurationsAndSizesHaveTheirForms) {
  const Loaded<Config> loaded = load(
      "undo_window: 1m 30s\nofficers: {group_wait: 0s, group_interval: 1h30m}\n"
      "http: {header: 4096, body: 2 MiB, file: 1KiB}\n");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->undo_window, 90s);
  EXPECT_EQ(loaded->officers.group_wait, 0s);
  EXPECT_EQ(loaded->officers.group_interval, 90min);
  EXPECT_EQ(loaded->http.header_bytes, 4096u);
  EXPECT_EQ(loaded->http.body_bytes, 2u * 1024 * 1024);
  EXPECT_EQ(loaded->http.file_bytes, 1024u);
  for (const char* wrong :
       {"2", "m", "2x", "1m1h", "1m 1m", "-1m", "1.5m", "2m  3s", "2m ", "99999999999m"}) {
    EXPECT_EQ(faults_of("undo_window: \"" + std::string(wrong) + "\"\n").size(), 1u) << wrong;
  }
}

TEST(Config, APaceIsMetasUnlessTheFileSaysOtherwise) {
  const auto pace = [](const std::string& keys) {
    const auto whatsapp = load("whatsapp: {" + keys + "}").value().whatsapp;
    return std::pair(whatsapp.messages_a_second, whatsapp.person_interval);
  };
  EXPECT_EQ(pace("provider: meta"), std::pair(80, 6s));
  EXPECT_EQ(pace("provider: webhook"), std::pair(0, 0s));
  EXPECT_EQ(pace("messages_a_second: 20, person_interval: 0s"), std::pair(20, 0s));
  EXPECT_EQ(pace("provider: waha, person_interval: 10s"), std::pair(0, 10s));
  EXPECT_EQ(load("email: {messages_a_second: 5}").value().email.messages_a_second, 5);
  EXPECT_FALSE(load("email: {messages_a_second: -1}"));
}

TEST(Config, EndpointsTakeBracketsAndRefuseTheRest) {
  EXPECT_EQ(load("listen: \"[::1]:0\"\n")->listen, (Endpoint{"::1", 0}));
  EXPECT_EQ(load("listen: \":8081\"\n")->listen, (Endpoint{"", 8081}));
  EXPECT_EQ((Endpoint{"::1", 80}).to_string(), "[::1]:80");
  for (const char* wrong : {"::1:80", "host", "host:", "host:x", "host:70000", "[]:80", "a b:80"}) {
    EXPECT_EQ(faults_of("listen: \"" + std::string(wrong) + "\"\n").size(), 1u) << wrong;
  }
}

TEST(Config, RelativePathsLieBesideTheFile) {
  const Loaded<Config> loaded = load_config(
      {"var/demo/t.yaml",
       "rules: ../rules\nemail: {url: \"file:mail\"}\nwhatsapp: {url: \"file:/tmp/wa\"}\n"});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->rules, "var/demo/../rules");
  EXPECT_EQ(loaded->email.url, "file:var/demo/mail");
  EXPECT_EQ(loaded->whatsapp.url, "file:/tmp/wa");
  EXPECT_TRUE(loaded->whatsapp.enabled());
}

}  // namespace
}  // namespace tenggat
