#include "notifiers/curl_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/notifiers/requests.h"
#include "tests/support/scripted_server.h"

namespace tenggat::notify {
namespace {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::read_line;
using test::ScriptedServer;

void hold_until_closed(std::istream& peer) {
  while (peer) peer.get();
}

void read_http_request(std::istream& peer) {
  while (!read_line(peer).empty()) {
  }
  std::string body(2, '\0');
  peer.read(body.data(), 2);
}

TEST(CurlClient, AnAnswerComesWithStatusLinesAndBody) {
  const ScriptedServer server([](std::iostream& peer) {
    read_http_request(peer);
    peer << "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok" << std::flush;
  });
  const CurlResponse response = exchange(post(server.url("http")));
  EXPECT_EQ(response.failure, Failure::none);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.lines.at(1), "Retry-After: 7");
}

TEST(CurlClient, NothingListeningIsNotConnected) {
  int port = 0;
  {
    const ScriptedServer gone([](std::iostream&) {});
    port = gone.port();
  }
  EXPECT_EQ(exchange(post("http://127.0.0.1:" + std::to_string(port))).failure,
            Failure::not_connected);
  EXPECT_EQ(exchange(mail("smtp://127.0.0.1:" + std::to_string(port))).failure,
            Failure::not_connected);
}

TEST(CurlClient, PrivateAddressesAreVetoedUnlessAllowed) {
  std::atomic<int> connections = 0;
  const ScriptedServer server([&connections](std::iostream&) { ++connections; });
  const std::string port = std::to_string(server.port());
  for (const std::string host :
       {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "0.0.0.0", "2130706433"}) {
    CurlRequest request = post("http://" + host + ":" + port);
    request.allow_private = false;
    EXPECT_EQ(exchange(std::move(request)).failure, Failure::private_address) << host;
  }
  EXPECT_EQ(connections, 0);
}

TEST(CurlClient, ForeignProtocolsAndControlBytesAreNotSent) {
  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "::", "http://a\r\nb"}) {
    EXPECT_EQ(exchange(post(url)).failure, Failure::refused_request) << url;
  }
  CurlRequest injected = mail("smtp://127.0.0.1:1");
  injected.mail_to = "a@b.id>\r\nRCPT TO:<x@y.id";
  EXPECT_EQ(exchange(injected).failure, Failure::refused_request);
  CurlRequest header = post("http://127.0.0.1:1");
  header.headers = {"A: b\r\nC: d"};
  EXPECT_EQ(exchange(header).failure, Failure::refused_request);
}

TEST(CurlClient, RedirectsAreAnswersAndNotFollowed) {
  std::atomic<int> requests = 0;
  const ScriptedServer server([&requests](std::iostream& peer) {
    ++requests;
    read_http_request(peer);
    peer << "HTTP/1.1 302 x\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n" << std::flush;
  });
  EXPECT_EQ(exchange(post(server.url("http"))).status, 302);
  EXPECT_EQ(requests, 1);
}

TEST(CurlClient, AHugeAnswerIsCapped) {
  const ScriptedServer server([](std::iostream& peer) {
    read_http_request(peer);
    peer << "HTTP/1.1 200 x\r\nContent-Length: 100000000\r\n\r\n";
    const std::string block(65536, 'x');
    for (int i = 0; i < 1500 && peer; ++i) peer << block << std::flush;
  });
  const CurlResponse response = exchange(post(server.url("http")));
  EXPECT_LE(response.body.size(), kMaxResponseBytes);
  EXPECT_EQ(response.status, 200);
}

TEST(CurlClient, SilenceAfterTheRequestIsATimeoutAfterSending) {
  const ScriptedServer server([](std::iostream& peer) {
    read_http_request(peer);
    read_line(peer);
  });
  CurlRequest request = post(server.url("http"));
  request.deadline = 300ms;
  EXPECT_EQ(exchange(request).failure, Failure::timed_out_after_sending);
}

TEST(CurlClient, ACutAfterTheRequestIsUnknownAndNeverRepeated) {
  std::atomic<int> requests = 0;
  const ScriptedServer server([&requests](std::iostream& peer) {
    ++requests;
    read_http_request(peer);
  });
  EXPECT_EQ(exchange(post(server.url("http"))).failure, Failure::cut_after_sending);
  EXPECT_EQ(requests, 1);
}

TEST(CurlClient, AMailThatWasCutBeforeItsContentIsInterrupted) {
  const ScriptedServer server([](std::iostream& peer) {
    peer << "220 hi\r\n" << std::flush;
    read_line(peer);
    peer << "250 hi\r\n" << std::flush;
    read_line(peer);
  });
  EXPECT_EQ(exchange(mail(server.url("smtp"))).failure, Failure::interrupted);
}

// Speaks SMTP until the final dot, then does what `ending` says. Returns the commands it heard.
struct Dialogue {
  void serve(std::iostream& peer) {
    peer << "220 hi\r\n" << std::flush;
    for (std::string line = read_line(peer); peer; line = read_line(peer)) {
      {
        const std::lock_guard lock(mutex);
        commands.push_back(line);
      }
      if (line.starts_with("DATA")) {
        peer << "354 go\r\n" << std::flush;
        for (line = read_line(peer); peer && line != "."; line = read_line(peer))
          content += line + "\n";
        if (!answer_content) return;
        std::this_thread::sleep_for(pause_before_taking);
        peer << "250 2.0.0 queued\r\n" << std::flush;
      } else if (line.starts_with("QUIT")) {
        if (mute_at_quit) std::this_thread::sleep_for(1500ms);
        return;
      } else {
        peer << (line.starts_with("RCPT") ? rcpt_reply : "250 ok\r\n") << std::flush;
      }
    }
  }
  std::mutex mutex;
  std::vector<std::string> commands;
  std::string content;
  bool answer_content = true, mute_at_quit = false;
  std::chrono::milliseconds pause_before_taking{0};
  std::string rcpt_reply = "250 ok\r\n";
};

TEST(CurlClient, AMailCutAfterItsContentIsUnknown) {
  Dialogue dialogue;
  dialogue.answer_content = false;
  const ScriptedServer server([&dialogue](std::iostream& peer) { dialogue.serve(peer); });
  EXPECT_EQ(exchange(mail(server.url("smtp"))).failure, Failure::cut_after_sending);
}

TEST(CurlClient, RepliesArriveLineByLineAndDotsAreStuffed) {
  Dialogue dialogue;
  {
    const ScriptedServer server([&dialogue](std::iostream& peer) { dialogue.serve(peer); });
    const CurlResponse response = exchange(mail(server.url("smtp")));
    EXPECT_EQ(response.failure, Failure::none);
    EXPECT_EQ(response.lines, (std::vector<std::string>{"220 hi", "250 ok", "250 ok", "250 ok",
                                                        "354 go", "250 2.0.0 queued"}));
  }
  EXPECT_EQ(dialogue.content, "Subject: x\n\n..\nhalo\n");
}

TEST(CurlClient, AServerMuteAtQuitDoesNotStopTheLoop) {
  Dialogue dialogue;
  dialogue.mute_at_quit = true;
  const ScriptedServer server([&dialogue](std::iostream& peer) { dialogue.serve(peer); });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(exchange(mail(server.url("smtp"))).failure, Failure::none);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

TEST(CurlClient, ARefusedRecipientIsAnAnswerEvenIfTheServerThenFallsMute) {
  Dialogue dialogue;
  dialogue.mute_at_quit = true;
  dialogue.rcpt_reply = "550 5.1.1 no such user\r\n";
  const ScriptedServer server([&dialogue](std::iostream& peer) { dialogue.serve(peer); });
  const auto start = std::chrono::steady_clock::now();
  const CurlResponse response = exchange(mail(server.url("smtp")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  EXPECT_EQ(response.failure, Failure::none);
  EXPECT_EQ(response.status, 550);
  EXPECT_EQ(response.lines.back(), "550 5.1.1 no such user");
}

TEST(CurlClient, RequiredTlsNeverFallsBackToPlaintext) {
  Dialogue dialogue;
  {
    const ScriptedServer server([&dialogue](std::iostream& peer) { dialogue.serve(peer); });
    CurlRequest request = mail(server.url("smtp"));
    request.tls = Tls::required;
    EXPECT_EQ(exchange(std::move(request)).failure, Failure::tls);
  }
  for (const std::string& command : dialogue.commands) {
    EXPECT_FALSE(command.starts_with("MAIL") || command.starts_with("DATA")) << command;
  }
}

TEST(CurlClient, ABrokenHandshakeIsATlsFailure) {
  const ScriptedServer server([](std::iostream& peer) {
    peer << "220 hi\r\n" << std::flush;
    read_line(peer);
    peer << "250-hi\r\n250 STARTTLS\r\n" << std::flush;
    read_line(peer);
    peer << "220 go\r\n" << std::flush;
    peer.get();
    peer << "this is no TLS at all, not in the least\r\n" << std::flush;
    hold_until_closed(peer);
  });
  for (const Tls tls : {Tls::required, Tls::relaxed}) {
    CurlRequest request = mail(server.url("smtp"));
    request.tls = tls;
    EXPECT_EQ(exchange(std::move(request)).failure, Failure::tls);
  }
}

asio::awaitable<void> stop_after(asio::io_context& io, std::chrono::milliseconds wait) {
  asio::steady_timer timer(io, wait);
  co_await timer.async_wait(asio::use_awaitable);
  io.stop();
}

asio::awaitable<std::chrono::milliseconds> longest_pause(asio::io_context& io) {
  auto longest = 0ms;
  for (int i = 0; i < 50; ++i) {
    const auto before = std::chrono::steady_clock::now();
    asio::steady_timer timer(io, 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    longest = std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::steady_clock::now() - before));
  }
  co_return longest;
}

TEST(CurlClient, AServerSlowToTakeAMailDoesNotStopTheLoop) {
  Dialogue dialogue;
  dialogue.pause_before_taking = 600ms;
  const ScriptedServer server([&dialogue](std::iostream& peer) { dialogue.serve(peer); });
  asio::io_context io;
  CurlClient client(io.get_executor());
  auto response = asio::co_spawn(io, client.perform(mail(server.url("smtp"))), asio::use_future);
  auto longest = asio::co_spawn(io, longest_pause(io), asio::use_future);
  io.run();
  EXPECT_EQ(response.get().failure, Failure::none);
  EXPECT_LT(longest.get(), 400ms);
}

// Removing a mail in mid-content from libcurl makes it send the final dot: half a mail would
// arrive.
TEST(CurlClient, AnAbortedMailIsNeverFinishedWithADot) {
  std::string heard;
  {
    const ScriptedServer server([&heard](std::iostream& peer) {
      peer << "220 hi\r\n" << std::flush;
      for (std::string line = read_line(peer); peer; line = read_line(peer)) {
        heard += line + "\n";
        peer << (line == "DATA" ? "354 go\r\n" : "250 ok\r\n") << std::flush;
        if (line == "DATA") break;
      }
      std::this_thread::sleep_for(300ms);
      for (std::string line = read_line(peer); peer; line = read_line(peer)) {
        if (line == ".") heard += "FINAL DOT\n";
      }
    });
    std::optional<asio::io_context> io(std::in_place);
    std::optional<CurlClient> client(std::in_place, io->get_executor());
    CurlRequest request = mail(server.url("smtp"));
    for (int i = 0; i < 400'000; ++i) request.body += "isi surat yang sangat panjang\r\n";
    asio::co_spawn(*io, client->perform(std::move(request)), asio::detached);
    asio::co_spawn(*io, stop_after(*io, 150ms), asio::detached);
    io->run();
    client.reset();
    io.reset();
    std::this_thread::sleep_for(600ms);
  }
  EXPECT_TRUE(heard.ends_with("DATA\n")) << heard;
}

asio::awaitable<int> many(CurlClient& client, CurlRequest request, int count) {
  int answered = 0;
  for (int i = 0; i < count; ++i) {
    const CurlResponse response = co_await client.perform(request);
    if (response.status == 200) ++answered;
  }
  co_return answered;
}

TEST(CurlClient, ManyExchangesShareOneLoop) {
  const ScriptedServer server([](std::iostream& peer) {
    read_http_request(peer);
    peer << "HTTP/1.1 200 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" << std::flush;
  });
  asio::io_context io;
  CurlClient client(io.get_executor());
  std::vector<std::future<int>> runs;
  for (int i = 0; i < 20; ++i) {
    runs.push_back(
        asio::co_spawn(io, many(client, post(server.url("http")), 10), asio::use_future));
  }
  io.run();
  for (auto& answered : runs) EXPECT_EQ(answered.get(), 10);
}

TEST(CurlClient, CoroutinesThatStillAwaitMayDieWithTheLoop) {
  const ScriptedServer server(hold_until_closed);
  std::optional<asio::io_context> io(std::in_place);
  std::optional<CurlClient> client(std::in_place, io->get_executor());
  asio::co_spawn(*io, client->perform(post(server.url("http"))), asio::detached);
  asio::co_spawn(*io, client->perform(mail(server.url("smtp"))), asio::detached);
  asio::co_spawn(*io, stop_after(*io, 50ms), asio::detached);
  io->run();
  const auto start = std::chrono::steady_clock::now();
  client.reset();
  io.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(CurlClient, ACancelledExchangeEndsAtOnce) {
  const ScriptedServer server(hold_until_closed);
  asio::io_context io;
  CurlClient client(io.get_executor());
  asio::cancellation_signal cancel;
  std::exception_ptr ended;
  bool done = false;
  asio::co_spawn(
      io, client.perform(post(server.url("http"))),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error, CurlResponse) {
        ended = error;
        done = true;
      }));
  asio::steady_timer timer(io, 50ms);
  timer.async_wait(
      [&cancel](boost::system::error_code) { cancel.emit(asio::cancellation_type::terminal); });
  const auto start = std::chrono::steady_clock::now();
  io.run();
  EXPECT_TRUE(done);
  EXPECT_TRUE(ended);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

}  // namespace
}  // namespace tenggat::notify
