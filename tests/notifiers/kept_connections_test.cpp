// Connections that are used again: what a server may do to one between two messages, and what must
// never come of it: a message lost, repeated, or misjudged.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <iostream>
#include <vector>

#include "notifiers/curl_client.h"
#include "notifiers/email/email.h"
#include "tests/notifiers/requests.h"
#include "tests/support/json_posts.h"
#include "tests/support/scripted_server.h"

namespace tenggat::notify {
namespace {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::read_line;
using test::ScriptedServer;

std::vector<CurlResponse> one_after_another(const std::vector<CurlRequest>& requests) {
  asio::io_context io;
  CurlClient client(io.get_executor());
  std::vector<CurlResponse> responses;
  for (const CurlRequest& request : requests) responses.push_back(run(io, client.perform(request)));
  return responses;
}

// A mail server that may answer a command otherwise, by its connection and mail, both from 1; an
// empty answer closes the connection.
struct MailServer {
  using Say = std::function<std::string(const std::string& command, int connection, int mail)>;
  explicit MailServer(Say with) : say(std::move(with)) {}

  void serve(std::iostream& peer) {
    const int connection = ++connections;
    int number = 1;
    peer << "220 siap\r\n" << std::flush;
    for (std::string line = read_line(peer); peer; line = read_line(peer)) {
      if (line == "QUIT") return;
      if (line == "DATA") {
        peer << "354 kirim\r\n" << std::flush;
        while (peer && read_line(peer) != ".") {
        }
        ++contents;
        line = ".";
      }
      const std::string answer = say(line.substr(0, 4), connection, number);
      if (answer.empty()) return;
      if (line == ".") ++number;
      peer << answer + "\r\n" << std::flush;
      if (number > mails_a_connection) return;
    }
  }
  std::string url() const { return server.url("smtp"); }

  Say say;
  int mails_a_connection = 1000;
  std::atomic<int> connections = 0, contents = 0;
  ScriptedServer server{[this](std::iostream& peer) { serve(peer); }};
};

std::string agree(const std::string&, int, int) { return "250 2.0.0 ok"; }

TEST(KeptConnections, MailsOneAfterAnotherGreetTheServerOnce) {
  MailServer server(agree);
  const auto responses = one_after_another({mail(server.url()), mail(server.url())});
  EXPECT_EQ(server.connections, 1);
  EXPECT_EQ(server.contents, 2);
  EXPECT_FALSE(responses[0].reused);
  EXPECT_TRUE(responses[1].reused);
  EXPECT_EQ(responses[1].lines, (std::vector<std::string>{"250 2.0.0 ok", "250 2.0.0 ok",
                                                          "354 kirim", "250 2.0.0 ok"}));
  for (const CurlResponse& response : responses)
    EXPECT_EQ(email::classify(response).outcome, Outcome::accepted);
}

TEST(KeptConnections, OneThatTheServerEndsMeanwhileCostsNoAttempt) {
  for (const std::string how : {"between two mails", "at MAIL", "421 4.4.2 terlalu lama diam",
                                "452 4.3.0 terlalu banyak surat", "503 5.5.1 bukan begitu"}) {
    MailServer server([&how](const std::string& command, int connection, int number) {
      if (connection == 2 || number == 1 || command != "MAIL") return std::string("250 2.0.0 ok");
      return how == "at MAIL" ? std::string() : how;
    });
    if (how == "between two mails") server.mails_a_connection = 1;
    for (const CurlResponse& response : one_after_another({mail(server.url()), mail(server.url())}))
      EXPECT_EQ(email::classify(response).outcome, Outcome::accepted) << how;
    EXPECT_EQ(server.connections, 2) << how;
    EXPECT_EQ(server.contents, 2) << how;
  }
}

TEST(KeptConnections, WhatAFreshConnectionSaysAtMailCounts) {
  MailServer server([](const std::string& command, int, int) {
    return std::string(command == "MAIL" ? "452 4.3.1 penuh" : "250 ok");
  });
  EXPECT_EQ(email::classify(one_after_another({mail(server.url())}).front()).outcome,
            Outcome::retry);
  EXPECT_EQ(server.connections, 1);
}

TEST(KeptConnections, AMailCutAfterItsContentIsUnknownAndNotRepeated) {
  MailServer server([](const std::string& command, int, int number) {
    return std::string(command == "." && number == 2 ? "" : "250 ok");
  });
  const auto responses = one_after_another({mail(server.url()), mail(server.url())});
  EXPECT_EQ(email::classify(responses[1]).outcome, Outcome::unknown);
  EXPECT_EQ(server.contents, 2);
}

TEST(KeptConnections, ARefusalIsJudgedByItsStage) {
  struct Case {
    const char* command;
    const char* reply;
    Outcome outcome;
  };
  for (const Case& one : {Case{"RCPT", "550 tidak ada", Outcome::permanent_for_person},
                          Case{"RCPT", "450 4.7.1 nanti", Outcome::retry},
                          Case{".", "554 5.7.1 spam", Outcome::permanent}}) {
    MailServer server([&one](const std::string& command, int connection, int number) {
      const bool here = connection == 1 && number == 2 && command == one.command;
      return std::string(here ? one.reply : "250 ok");
    });
    const CurlRequest request = mail(server.url());
    const auto responses = one_after_another({request, request, request});
    EXPECT_TRUE(responses[1].reused) << one.reply;
    EXPECT_EQ(email::classify(responses[1]).outcome, one.outcome) << one.reply;
    // Whoever comes next is not touched by it.
    EXPECT_EQ(email::classify(responses[2]).outcome, Outcome::accepted) << one.reply;
  }
}

TEST(KeptConnections, AnotherLoginIsAnotherConnection) {
  MailServer server([](const std::string& command, int, int) {
    if (command == "EHLO") return std::string("250-siap\r\n250 AUTH PLAIN");
    if (command == "AUTH") return std::string("334 ");
    const bool asked = command == "MAIL" || command == "RCPT" || command == ".";
    return std::string(asked ? "250 2.0.0 ok" : "235 2.7.0 masuk");
  });
  CurlRequest mine = mail(server.url()), theirs = mail(server.url());
  mine.user = "izin";
  mine.password = theirs.password = "rahasia";
  theirs.user = "lain";
  const auto responses = one_after_another({mine, mine, theirs});
  EXPECT_TRUE(responses[1].reused);
  EXPECT_FALSE(responses[2].reused);
  EXPECT_EQ(server.connections, 2);
}

// Answers `answered` requests a connection, then does as `after` says with the next one.
struct Posts {
  void serve(std::iostream& peer) {
    ++connections;
    for (int here = 0; peer; ++here) {
      std::string line = read_line(peer);
      if (!peer) return;
      while (peer && !line.empty()) line = read_line(peer);
      std::string body(2, '\0');
      peer.read(body.data(), 2);
      if (!peer) return;
      ++requests;
      if (here == answered) return;
      peer << "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n" << std::flush;
    }
  }
  int answered = 1000;
  std::atomic<int> connections = 0, requests = 0;
};

TEST(KeptConnections, PostsOneAfterAnotherShareOne) {
  Posts posts;
  const ScriptedServer server([&posts](std::iostream& peer) { posts.serve(peer); });
  for (const CurlResponse& response : one_after_another(
           {post(server.url("http")), post(server.url("http")), post(server.url("http"))}))
    EXPECT_EQ(response.status, 200);
  EXPECT_EQ(posts.connections, 1);
  EXPECT_EQ(posts.requests, 3);
}

// libcurl would say nothing and post it again.
TEST(KeptConnections, APostThatWasReadAndNotAnsweredIsUnknownAndNotRepeated) {
  Posts posts;
  posts.answered = 1;
  const ScriptedServer server([&posts](std::iostream& peer) { posts.serve(peer); });
  const auto responses = one_after_another({post(server.url("http")), post(server.url("http"))});
  EXPECT_EQ(responses[0].status, 200);
  EXPECT_EQ(responses[1].failure, Failure::cut_after_sending);
  EXPECT_EQ(posts.requests, 2);
}

// Keeps two connections side by side, on the client's own loop: posts one and two are answered once
// both have come. The third is read, and then it does as it is told.
class SideBySide {
 public:
  enum class Third { hang_up, close_shop, be_silent };
  SideBySide(asio::io_context& io, Third third)
      : third_(third), acceptor_(io, {asio::ip::address_v4::loopback(), 0}), both_(io), never_(io) {
    both_.expires_at(asio::steady_timer::time_point::max());
    never_.expires_at(asio::steady_timer::time_point::max());
    asio::co_spawn(io, accept(), asio::detached);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int posts() const { return posts_; }

 private:
  asio::awaitable<void> accept() {
    while (true)
      asio::co_spawn(acceptor_.get_executor(),
                     serve(co_await acceptor_.async_accept(asio::use_awaitable)), asio::detached);
  }
  asio::awaitable<void> serve(asio::ip::tcp::socket peer) {
    peers_.push_back(&peer);
    for (std::string buffer;;) {
      co_await test::next_post(peer, buffer);
      boost::system::error_code cut_short;
      switch (++posts_) {
        case 1:
          co_await both_.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
          break;
        case 2:
          both_.cancel();
          break;
        default:
          if (third_ == Third::close_shop) {
            acceptor_.close();
            for (asio::ip::tcp::socket* open : peers_) open->close();
          }
          if (third_ == Third::be_silent) co_await never_.async_wait(asio::use_awaitable);
          co_return;
      }
      const std::string answer = "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n";
      co_await asio::async_write(peer, asio::buffer(answer), asio::use_awaitable);
    }
  }

  const Third third_;
  asio::ip::tcp::acceptor acceptor_;
  const int port_ = acceptor_.local_endpoint().port();
  asio::steady_timer both_, never_;
  std::vector<asio::ip::tcp::socket*> peers_;
  int posts_ = 0;
};

// Whatever befalls libcurl afterwards, as it tries by itself over the other connection or a new
// one.
TEST(KeptConnections, WhatWasSentOverOneIsUnknownHoweverItEnds) {
  using Third = SideBySide::Third;
  for (const Third third : {Third::hang_up, Third::close_shop, Third::be_silent}) {
    asio::io_context io;
    SideBySide server(io, third);
    CurlClient client(io.get_executor());
    std::vector<CurlResponse> first;
    for (int i = 0; i < 2; ++i)
      asio::co_spawn(io, client.perform(post(server.url())),
                     [&](std::exception_ptr, CurlResponse got) {
                       first.push_back(std::move(got));
                       if (first.size() == 2) io.stop();
                     });
    io.run_for(5s);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].status + first[1].status, 400);
    CurlResponse last;
    asio::co_spawn(io, client.perform(post(server.url(), 700ms)),
                   [&](std::exception_ptr, CurlResponse got) {
                     last = std::move(got);
                     io.stop();
                   });
    io.restart();
    io.run_for(5s);
    EXPECT_EQ(last.failure, third == Third::be_silent ? Failure::timed_out_after_sending
                                                      : Failure::cut_after_sending)
        << last.error;
    EXPECT_EQ(server.posts(), 3);
  }
}

TEST(KeptConnections, OneToAPrivateAddressIsNotLentToWhoMayNotGoThere) {
  Posts posts;
  const ScriptedServer server([&posts](std::iostream& peer) { posts.serve(peer); });
  CurlRequest outsider = post(server.url("http"));
  outsider.allow_private = false;
  const auto responses = one_after_another({post(server.url("http")), outsider});
  EXPECT_EQ(responses[0].status, 200);
  EXPECT_EQ(responses[1].failure, Failure::private_address);
  EXPECT_EQ(posts.requests, 1);
}

}  // namespace
}  // namespace tenggat::notify
