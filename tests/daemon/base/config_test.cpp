#include "daemon/base/config.h"
#include "daemon/base/config_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
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
http: {proxies: [127.0.0.1]}
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

// What a file has to hold for each key to differ from its default, with what the key needs beside
// it.
const std::map<std::string_view, std::string> kOthers = {
    {"mode", "mode: trial"},
    {"database", "database: host=/tmp"},
    {"database_owner", "database_owner: host=/tmp"},
    {"schema", "schema: banjarbaru"},
    {"listen", "listen: 127.0.0.1:1"},
    {"admin_listen", "admin_listen: 127.0.0.1:1"},
    {"public_url", "public_url: http://lain.example"},
    {"rules", "rules: /tmp"},
    {"instansi", "instansi: Lain"},
    {"kalender", "kalender: lain"},
    {"undo_window", "undo_window: 3m"},
    {"log.level", "log: {level: debug}"},
    {"log.format", "log: {format: json}"},
    {"email.url", "email: {url: 'smtp://127.0.0.1:26'}"},
    {"email.from", "email: {from: a@b.example}"},
    {"email.reply_to", "email: {reply_to: a@b.example}"},
    {"email.user", "email: {user: a, password_file: b}"},
    {"email.password_file", "email: {user: a, password_file: b}"},
    {"email.return_path", "email: {return_path: a@b.example}"},
    {"email.tls", "email: {tls: none}"},
    {"email.messages_a_second", "email: {messages_a_second: 1}"},
    {"whatsapp.provider", "whatsapp: {provider: waha, url: 'http://127.0.0.1', token_file: a}"},
    {"whatsapp.url", "whatsapp: {provider: waha, url: 'http://127.0.0.1', token_file: a}"},
    {"whatsapp.version", "whatsapp: {version: v24.0}"},
    {"whatsapp.phone_number_id", "whatsapp: {phone_number_id: '1', token_file: a}"},
    {"whatsapp.business_account_id", "whatsapp: {business_account_id: '1'}"},
    {"whatsapp.token_file", "whatsapp: {phone_number_id: '1', token_file: a}"},
    {"whatsapp.app_secret_file", "whatsapp: {app_secret_file: a}"},
    {"whatsapp.verify_token_file", "whatsapp: {verify_token_file: a}"},
    {"whatsapp.server", "whatsapp: {server: solo}"},
    {"whatsapp.session", "whatsapp: {session: satu}"},
    {"whatsapp.receipt_within", "whatsapp: {receipt_within: 16m}"},
    {"whatsapp.messages_a_second", "whatsapp: {messages_a_second: 1}"},
    {"whatsapp.person_interval", "whatsapp: {person_interval: 7s}"},
    {"portal.url", "portal: {url: 'https://a.example', secret_files: [a]}"},
    {"portal.secret_files", "portal: {url: 'https://a.example', secret_files: [a]}"},
    {"portal.allow_private", "portal: {allow_private: true}"},
    {"seal_key_file", "seal_key_file: a"},
    {"link_key_file", "link_key_file: a"},
    {"state_dir", "state_dir: a"},
    {"backup_stamp", "backup_stamp: a"},
    {"seal_former_key_files", "seal_former_key_files: [a]"},
    {"skm.url", "skm: {url: 'https://skm.example'}"},
    {"kantor.alamat", "kantor: {alamat: Jalan Lain 1}"},
    {"kantor.telepon", "kantor: {telepon: '1'}"},
    {"kantor.whatsapp", "kantor: {whatsapp: '1'}"},
    {"kantor.peta", "kantor: {peta: 'https://peta.example'}"},
    {"kantor.pengajuan", "kantor: {pengajuan: 'https://ajukan.example'}"},
    {"officers.group_wait", "officers: {group_wait: 3m}"},
    {"officers.group_interval", "officers: {group_interval: 3m}"},
    {"officers.messages_an_hour", "officers: {messages_an_hour: 3}"},
    {"canary.every", "canary: {every: 20m}"},
    {"canary.to", "canary: {to: a@b.example}"},
    {"retention.closed", "retention: {closed: 10y}"},
    {"retention.messages", "retention: {messages: 2y}"},
    {"retention.files", "retention: {files: 10y}"},
    {"retention.answers", "retention: {answers: 8d}"},
    {"http.header", "http: {header: 8KiB}"},
    {"http.body", "http: {body: 2MiB}"},
    {"http.file", "http: {file: 2MiB}"},
    {"http.permit_files", "http: {permit_files: 1GiB}"},
    {"http.daily_files", "http: {daily_files: 3GiB}"},
    {"http.request", "http: {request: 20s}"},
    {"http.connections", "http: {connections: 2}"},
    {"http.requests_at_once", "http: {requests_at_once: 2}"},
    {"http.requests_a_minute", "http: {requests_a_minute: 2}"},
    {"http.failures_a_minute", "http: {failures_a_minute: 2}"},
    {"http.proxies", "http: {proxies: [127.0.0.1]}"},
    {"http.certificate_file", "http: {certificate_file: a, key_file: b}"},
    {"http.key_file", "http: {certificate_file: a, key_file: b}"},
};

TEST(ConfigKeys, AChangeOfEachIsNamedAndWhatTakesARestartIsKept) {
  const Config before = *load("mode: live\n");
  ASSERT_EQ(config_keys().size(), kOthers.size());
  for (const ConfigKey& key : config_keys()) {
    SCOPED_TRACE(key.name);
    ASSERT_TRUE(kOthers.contains(key.name));
    const std::string text = kOthers.at(key.name) + "\n";
    const Loaded<Config> loaded = load(text);
    ASSERT_TRUE(loaded) << joined(faults_of(text));
    Config changed = *loaded;
    const auto names = changed_keys(changed, {}, before, {});
    EXPECT_NE(std::find(names.begin(), names.end(), key.name), names.end());
    const auto kept = keep_until_restart(changed, before);
    EXPECT_EQ(std::find(kept.begin(), kept.end(), key.name) != kept.end(), key.keep != nullptr);
    EXPECT_EQ(key.same(changed, before), key.keep != nullptr);
  }
}

TEST(ConfigKeys, AFileReplacedUnderItsNameIsAChange) {
  const Config config = *load("mode: live\n");
  Secrets before, after;
  after.email_password = "baru";
  after.portal_secrets = {"baru"};
  EXPECT_EQ(changed_keys(config, after, config, before),
            (std::vector<std::string_view>{"email.password_file", "portal.secret_files"}));
}

TEST(Config, ASchemaIsAnOfficesOwn) {
  EXPECT_EQ(load("mode: live\n")->schema, "public");
  EXPECT_EQ(load("schema: kota_banjarbaru_2\n")->schema, "kota_banjarbaru_2");
  EXPECT_EQ(load("schema: " + std::string(40, 'a') + "\n")->schema.size(), 40U);
  const std::string long_one(41, 'a');
  for (const auto& [text, says] :
       std::map<std::string, std::string>{{"''", "is no name for an office's schema"},
                                          {"Banjarbaru", "is no name for an office's schema"},
                                          {"2banjar", "is no name for an office's schema"},
                                          {"banjar-baru", "is no name for an office's schema"},
                                          {"'banjar,public'", "is no name for an office's schema"},
                                          {long_one, "is no name for an office's schema"},
                                          {"pg_banjar", "begins with pg_"},
                                          {"laporan", "is taken"},
                                          {"tenggat_extensions", "is taken"},
                                          {"information_schema", "is taken"}}) {
    const std::string file = "schema: " + text + "\n";
    EXPECT_FALSE(load(file)) << text;
    EXPECT_NE(joined(faults_of(file)).find(says), std::string::npos) << joined(faults_of(file));
  }
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
  EXPECT_EQ(loaded->http.proxies, std::vector<Network>{*parse_network("127.0.0.1")});
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
  EXPECT_EQ(loaded->skm.url, "");
}

TEST(Config, TheSurveyIsAWebAddressOrNone) {
  const Loaded<Config> loaded = load("skm: {url: \"https://skm.example.go.id/isi?l=3\"}\n");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->skm.url, "https://skm.example.go.id/isi?l=3");
  EXPECT_TRUE(load("skm: {url: \"\"}\n"));
  for (const char* wrong : {"skm", "javascript:alert(1)", "https://u:p@skm.example"})
    EXPECT_TRUE(any_starts_with(faults_of(std::string("skm: {url: \"") + wrong + "\"}\n"),
                                "/etc/tenggat/t.yaml:1:12: "))
        << wrong;
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
    EXPECT_TRUE(load(std::string("http: {proxies: [127.0.0.1]}\npublic_url: \"") + url + "\"\n"))
        << url;
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

// One of them could keep out all others.
TEST(Config, WhatMakesAllVisitorsOneAddressIsRefused) {
  constexpr const char* kPublic = "public_url: https://izin.example.go.id\n";
  for (const char* more :
       {"", "listen: '[::1]:8080'\n", "listen: localhost:8080\n", "http: {proxies: []}\n",
        "listen: :8080\n", "http: {certificate_file: a, key_file: b}\n"}) {
    const std::vector<std::string> faults = faults_of(std::string(kPublic) + more);
    ASSERT_EQ(faults.size(), 1u) << more << joined(faults);
    for (const char* word : {"http.proxies is empty", "https://izin.example.go.id",
                             "all visitors would count as one address", "[127.0.0.1]"})
      EXPECT_NE(faults.front().find(word), std::string::npos) << faults.front();
  }
  for (const char* more :
       {"http: {proxies: [127.0.0.1]}\n", "listen: :8080\nhttp: {proxies: [10.0.0.5]}\n",
        "listen: :443\nhttp: {certificate_file: a, key_file: b}\n"})
    EXPECT_TRUE(load(std::string(kPublic) + more)) << more << joined(faults_of(kPublic));
  // The pages of one machine, as `run` has them.
  EXPECT_TRUE(load("public_url: https://localhost:8080\n"));
  EXPECT_TRUE(load("public_url: http://127.0.0.1:8080\n"));
}

TEST(Config, WhoMaySayWhereOthersComeFromIsNotEverybody) {
  for (const char* all : {"0.0.0.0/0", "'::/0'", "10.0.0.1/0"}) {
    const std::vector<std::string> faults =
        faults_of(std::string("http: {proxies: [") + all + "]}\n");
    ASSERT_EQ(faults.size(), 1u) << all << joined(faults);
    EXPECT_NE(faults.front().find("is everybody"), std::string::npos) << faults.front();
  }
}

TEST(Config, SaysHowLongThingsAreKept) {
  using std::chrono::days;
  const Config kept = *load("retention: {closed: 10y, messages: 2y, files: 400d}\n");
  EXPECT_EQ(kept.retention.closed, days{3653});
  EXPECT_EQ(kept.retention.messages, days{731});
  EXPECT_EQ(kept.retention.files, days{400});
  EXPECT_EQ(kept.retention.answers, days{7});
  const Config ever = *load("retention: {closed: '', answers: ''}\n");
  EXPECT_EQ(ever.retention.closed, std::nullopt);
  EXPECT_EQ(ever.retention.answers, days{7});
  for (const char* wrong : {"closed: 364d", "closed: 10", "closed: 10 y", "messages: 29d",
                            "files: 3w", "answers: 0d", "closed: 101y", "closed: -1y"})
    EXPECT_FALSE(load(std::string("retention: {") + wrong + "}\n")) << wrong;
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
