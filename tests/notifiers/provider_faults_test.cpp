// Providers on their bad days, over real sockets: every class of refusal at every stage of the
// dialogue, answers that are slow, cut or endless, and what becomes of the message.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <thread>
#include <vector>

#include "notifiers/curl_client.h"
#include "notifiers/outgoing.h"
#include "tests/notifiers/requests.h"
#include "tests/support/scripted_server.h"

namespace tenggat::notify {
namespace {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::read_line;
using test::ScriptedServer;

Instant fixed_now() { return Instant(Seconds(1775200000)); }

SendResult send(const ChannelsConfig& config, Channel channel) {
  asio::io_context io;
  Outgoing outgoing(io.get_executor(), config, fixed_now);
  return run(io, outgoing.send(sample_message(channel)));
}

SendResult mail_through(const ScriptedServer& server, bool with_password = false) {
  ChannelsConfig config;
  config.email.url = server.url("smtp");
  config.email.from = "Perizinan <izin@example.go.id>";
  if (with_password) {
    config.email.user = "izin";
    config.email.password = "rahasia";
  }
  return send(config, Channel::email);
}

SendResult whatsapp_through(const ScriptedServer& server, const std::string& provider = "meta") {
  ChannelsConfig config;
  config.whatsapp.provider = provider;
  config.whatsapp.url = server.url("http");
  config.whatsapp.version = "v23.0";
  config.whatsapp.phone_number_id = "109876543210";
  config.whatsapp.token = "token";
  return send(config, Channel::whatsapp);
}

std::string words(const SendResult& result) {
  return std::string(name(result.outcome)) + " " + result.reason;
}

// --- SMTP ----------------------------------------------------------------------------------------

enum class Stage { greeting, hello, password, sender, recipient, content_begins, content_ends };

// Agrees to everything until the stage in question; there it says `reply`.
void refuse_at(std::iostream& peer, Stage stage, const std::string& reply) {
  const auto say = [&](Stage at, const std::string& otherwise) {
    peer << (at == stage ? reply : otherwise) << "\r\n" << std::flush;
  };
  say(Stage::greeting, "220 siap");
  while (peer) {
    std::string line = read_line(peer);
    if (line.starts_with("EHLO"))
      say(Stage::hello, "250-siap\r\n250 AUTH PLAIN");
    else if (line.starts_with("HELO"))
      say(Stage::hello, "250 siap");
    else if (line.starts_with("AUTH"))
      say(Stage::password, "235 2.7.0 ok");
    else if (line.starts_with("MAIL"))
      say(Stage::sender, "250 2.1.0 ok");
    else if (line.starts_with("RCPT"))
      say(Stage::recipient, "250 2.1.5 ok");
    else if (line.starts_with("QUIT"))
      return;
    else if (line.starts_with("DATA")) {
      say(Stage::content_begins, "354 kirim");
      if (stage == Stage::content_begins) continue;
      while (peer && read_line(peer) != ".") {
      }
      say(Stage::content_ends, "250 2.0.0 diterima");
    }
  }
}

struct MailCase {
  Stage stage;
  const char* reply;
  const char* expected;
};

TEST(MailFaults, EveryRefusalAtEveryStageBecomesWhatItMeans) {
  const std::vector<MailCase> cases{
      {Stage::greeting, "421 4.3.2 sedang sibuk", "retry server_error"},
      {Stage::greeting, "554 5.3.2 tidak melayani", "retry server_error"},
      {Stage::hello, "421 4.3.2 sedang sibuk", "retry server_error"},
      {Stage::password, "454 4.7.0 nanti", "retry rate_limited"},
      {Stage::password, "535 5.7.8 salah", "channel_stopped auth_failed"},
      {Stage::sender, "451 4.3.0 disk", "retry server_error"},
      {Stage::sender, "550 5.1.8 pengirim", "channel_stopped rejected"},
      {Stage::sender, "530 5.7.0 masuk dulu", "channel_stopped auth_failed"},
      {Stage::recipient, "421 4.3.2 sedang sibuk", "retry server_error"},
      {Stage::recipient, "450 4.7.1 nanti", "retry rate_limited"},
      {Stage::recipient, "452 4.2.2 penuh", "retry mailbox_full"},
      {Stage::recipient, "550 5.1.1 tidak ada", "permanent_for_person bad_address"},
      {Stage::recipient, "552 5.2.2 penuh", "permanent_for_person mailbox_full"},
      {Stage::recipient, "550 5.7.1 relay", "permanent rejected"},
      {Stage::content_begins, "451 4.3.0 disk", "retry server_error"},
      {Stage::content_begins, "554 5.7.1 tidak", "permanent rejected"},
      {Stage::content_ends, "421 4.3.2 sedang sibuk", "retry server_error"},
      {Stage::content_ends, "451 4.3.0 disk", "retry server_error"},
      {Stage::content_ends, "552 5.3.4 terlalu besar", "permanent rejected"},
      {Stage::content_ends, "554 5.7.1 spam", "permanent rejected"},
      {Stage::content_ends, "250 2.0.0 ok", "accepted accepted"},
  };
  for (const MailCase& one : cases) {
    const ScriptedServer server(
        [&one](std::iostream& peer) { refuse_at(peer, one.stage, one.reply); });
    EXPECT_EQ(words(mail_through(server, one.stage == Stage::password)), one.expected)
        << one.reply << " at stage " << static_cast<int>(one.stage);
  }
}

TEST(MailFaults, ACutAtEachStageIsUnknownOnlyOnceTheContentIsOut) {
  for (const Stage stage : {Stage::greeting, Stage::hello, Stage::sender, Stage::recipient,
                            Stage::content_begins, Stage::content_ends}) {
    std::atomic<int> connections = 0;
    const ScriptedServer server([&](std::iostream& peer) {
      ++connections;
      // Closed where the reply was due.
      struct Cut {};
      const auto say = [&](Stage at, const char* reply) {
        if (at == stage) throw Cut{};
        peer << reply << "\r\n" << std::flush;
      };
      try {
        say(Stage::greeting, "220 siap");
        read_line(peer);
        say(Stage::hello, "250 siap");
        read_line(peer);
        say(Stage::sender, "250 ok");
        read_line(peer);
        say(Stage::recipient, "250 ok");
        read_line(peer);
        say(Stage::content_begins, "354 kirim");
        while (peer && read_line(peer) != ".") {
        }
        say(Stage::content_ends, "250 ok");
      } catch (const Cut&) {
      }
    });
    const std::string expected =
        stage == Stage::content_ends ? "unknown connection_lost" : "retry connection_failed";
    EXPECT_EQ(words(mail_through(server)), expected) << static_cast<int>(stage);
    EXPECT_EQ(connections, 1) << static_cast<int>(stage);
  }
}

constexpr std::chrono::milliseconds kQuick{700};

// A byte now and then: never silent, never done.
void trickle(std::iostream& peer, const std::string& text) {
  for (const char c : text) {
    if (!peer) return;
    peer << c << std::flush;
    std::this_thread::sleep_for(50ms);
  }
}

TEST(MailFaults, AGreetingByteByByteEndsAtTheDeadline) {
  const ScriptedServer server(
      [](std::iostream& peer) { trickle(peer, "220-" + std::string(200, 'x')); });
  const auto begun = std::chrono::steady_clock::now();
  const CurlResponse response = exchange(mail(server.url("smtp"), kQuick));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
  EXPECT_EQ(response.failure, Failure::interrupted);
  EXPECT_TRUE(response.timed_out);
}

TEST(MailFaults, AnEndlessReplyIsCutOff) {
  std::atomic<std::size_t> written = 0;
  const ScriptedServer server([&written](std::iostream& peer) {
    peer << "220 siap\r\n" << std::flush;
    read_line(peer);
    for (int i = 0; i < 100'000 && peer; ++i) {
      peer << "250-" << i << " masih banyak lagi\r\n" << std::flush;
      written += 30;
    }
  });
  CurlRequest request = mail(server.url("smtp"), kQuick);
  request.deadline = 20s;
  const CurlResponse response = exchange(std::move(request));
  EXPECT_EQ(response.failure, Failure::interrupted);
  EXPECT_FALSE(response.timed_out);
  std::size_t kept = 0;
  for (const std::string& line : response.lines) kept += line.size();
  EXPECT_LE(kept, kMaxResponseBytes);
}

// --- HTTP ----------------------------------------------------------------------------------------

void read_http_request(std::istream& peer) {
  std::size_t size = 0;
  for (std::string line = read_line(peer); peer && !line.empty(); line = read_line(peer))
    if (line.starts_with("Content-Length: ")) size = std::stoul(line.substr(16));
  std::string body(size, '\0');
  peer.read(body.data(), static_cast<std::streamsize>(size));
}

struct HttpCase {
  const char* answer;
  const char* expected;
  int retry_after = 0;
};

class HttpFaults : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Providers, HttpFaults,
                         testing::Values("meta", "fonnte", "wablas", "waha", "webhook"),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(HttpFaults, EveryClassOfAnswerBecomesWhatItMeans) {
  const bool gateway = GetParam() == std::string("webhook");  // 2xx is all it has to say
  const char* accepted_without_id = gateway ? "accepted accepted" : "unknown server_error";
  const std::vector<HttpCase> cases{
      {"HTTP/1.1 400 x\r\nContent-Length: 2\r\n\r\n{}", "permanent rejected"},
      {"HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n", "channel_stopped auth_failed"},
      {"HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
       "channel_stopped rejected"},
      {"HTTP/1.1 429 x\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n", "retry rate_limited", 17},
      {"HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\nmaaf", "retry server_error"},
      {"HTTP/1.1 503 x\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n", "retry server_error", 5},
      {"HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\n{}", accepted_without_id},
      // Cut: before the answer, in its head, in its body.
      {"", "unknown connection_lost"},
      {"HTTP/1.1 20", "unknown connection_lost"},
      {"HTTP/1.1 200 x\r\nContent-Length: 900\r\n\r\n{\"messages\":[{\"id\":\"wam",
       accepted_without_id},
      {"HTTP/1.1 503 x\r\nContent-Length: 900\r\n\r\n<html", "retry server_error"},
  };
  for (const HttpCase& one : cases) {
    std::atomic<int> requests = 0;
    const ScriptedServer server([&](std::iostream& peer) {
      ++requests;
      read_http_request(peer);
      peer << one.answer << std::flush;
    });
    const SendResult result = whatsapp_through(server, GetParam());
    EXPECT_EQ(words(result), one.expected) << one.answer;
    EXPECT_EQ(result.retry_after.value_or(0s).count(), one.retry_after) << one.answer;
    EXPECT_EQ(requests, 1) << one.answer;
  }
}

TEST(HttpBytes, AnAnswerByteByByteEndsAtTheDeadline) {
  for (const char* head : {"", "HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n"}) {
    const ScriptedServer server([head](std::iostream& peer) {
      read_http_request(peer);
      peer << head << std::flush;
      trickle(peer, "HTTP/1.1 200 " + std::string(200, 'x'));
    });
    const auto begun = std::chrono::steady_clock::now();
    const CurlResponse response = exchange(post(server.url("http"), kQuick));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
    EXPECT_TRUE(response.timed_out);
    EXPECT_EQ(response.failure, *head ? Failure::none : Failure::timed_out_after_sending);
  }
}

TEST(HttpBytes, AnEndlessHeadIsCutOff) {
  const ScriptedServer server([](std::iostream& peer) {
    read_http_request(peer);
    peer << "HTTP/1.1 200 x\r\n";
    for (int i = 0; i < 100'000 && peer; ++i)
      peer << "X-Lagi-" << i << ": " << std::string(100, 'x') << "\r\n" << std::flush;
  });
  CurlRequest request = post(server.url("http"), kQuick);
  request.deadline = 20s;
  const CurlResponse response = exchange(std::move(request));
  EXPECT_FALSE(response.timed_out);
  std::size_t kept = 0;
  for (const std::string& line : response.lines) kept += line.size();
  EXPECT_LE(kept, kMaxResponseBytes);
}

}  // namespace
}  // namespace tenggat::notify
