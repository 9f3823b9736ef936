// STARTTLS, required, with a server whose certificate is among those this process trusts: over a
// connection that is kept, and where the server does not offer it any more.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "notifiers/curl_client.h"
#include "notifiers/email/email.h"
#include "notifiers/failure.h"
#include "tests/notifiers/email/trusted_alone.h"
#include "tests/notifiers/requests.h"
#include "tests/support/tls_client.h"

namespace tenggat::notify {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Takes mails on a thread of its own and remembers how each came. Debian 12's OpenSMTPD is no help
// here: under OpenSSL 3 it loses its own key at every handshake.
class MailServer {
 public:
  struct Taken {
    int connection = 0;  // from 1
    bool tls = false;
  };

  explicit MailServer(const test::CertificatePair& own) {
    context_.use_certificate(asio::buffer(own.certificate), asio::ssl::context::pem);
    context_.use_private_key(asio::buffer(own.key), asio::ssl::context::pem);
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~MailServer() {
    io_.stop();
    thread_.join();
  }
  std::string url() const {
    return "smtp://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  std::vector<Taken> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  std::vector<std::string> said_in_plaintext() const {
    const std::lock_guard lock(mutex_);
    return plaintext_;
  }

  std::atomic<bool> offers = true;  // STARTTLS
  std::atomic<bool> keeps = true;   // a connection after its mail

 private:
  asio::awaitable<void> accept() {
    for (int connection = 1;; ++connection)
      asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable), connection),
                     asio::detached);
  }
  asio::awaitable<void> serve(tcp::socket peer, int connection) {
    co_await say(peer, "220 siap\r\n");
    if (!co_await talk(peer, {connection, false})) co_return;
    asio::ssl::stream<tcp::socket> tls(std::move(peer), context_);
    co_await tls.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    co_await talk(tls, {connection, true});
  }
  // Whether it ends with STARTTLS.
  template <class Stream>
  asio::awaitable<bool> talk(Stream& peer, Taken as) {
    for (std::string buffer;;) {
      const std::string line = co_await next(peer, buffer, "\r\n");
      if (!as.tls) {
        const std::lock_guard lock(mutex_);
        plaintext_.push_back(line.substr(0, 4));
      }
      if (line.starts_with("QUIT")) co_return false;
      if (line.starts_with("EHLO")) {
        co_await say(peer, offers && !as.tls ? "250-siap\r\n250 STARTTLS\r\n" : "250 siap\r\n");
      } else if (line.starts_with("STARTTLS")) {
        co_await say(peer, "220 silakan\r\n");
        co_return true;
      } else if (line.starts_with("DATA")) {
        co_await say(peer, "354 kirim\r\n");
        co_await next(peer, buffer, "\r\n.\r\n");
        {
          const std::lock_guard lock(mutex_);
          taken_.push_back(as);
        }
        co_await say(peer, "250 2.0.0 diterima\r\n");
        if (!keeps) co_return false;
      } else {
        co_await say(peer, "250 2.1.0 ok\r\n");
      }
    }
  }
  template <class Stream>
  static asio::awaitable<std::string> next(Stream& peer, std::string& buffer, std::string end) {
    const std::size_t size = co_await asio::async_read_until(peer, asio::dynamic_buffer(buffer),
                                                             end, asio::use_awaitable);
    std::string read = buffer.substr(0, size);
    buffer.erase(0, size);
    co_return read;
  }
  template <class Stream>
  static asio::awaitable<void> say(Stream& peer, std::string words) {
    co_await asio::async_write(peer, asio::buffer(words), asio::use_awaitable);
  }

  asio::io_context io_{1};
  asio::ssl::context context_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  mutable std::mutex mutex_;
  std::vector<Taken> taken_;
  std::vector<std::string> plaintext_;
  std::thread thread_;
};

class StartTls : public testing::Test {
 protected:
  // Over the connection of the mail before, where it can be.
  CurlResponse send() {
    CurlRequest request = mail(server_.url());
    request.tls = Tls::required;
    return run(io_, client_.perform(std::move(request)));
  }

  const test::CertificatePair own_ = test::new_certificate("127.0.0.1");
  std::optional<TrustedAlone> trusted_{own_.certificate};
  MailServer server_{own_};
  asio::io_context io_;
  CurlClient client_{io_.get_executor()};
};

TEST_F(StartTls, TwoMailsOverOneKeptConnectionAreBothUnderIt) {
  const CurlResponse first = send(), second = send();
  EXPECT_EQ(email::classify(first).outcome, Outcome::accepted) << first.error;
  EXPECT_EQ(email::classify(second).outcome, Outcome::accepted) << second.error;
  EXPECT_TRUE(second.reused);
  const auto taken = server_.taken();
  ASSERT_EQ(taken.size(), 2U);
  for (const MailServer::Taken& one : taken) {
    EXPECT_EQ(one.connection, 1);
    EXPECT_TRUE(one.tls);
  }
  EXPECT_EQ(server_.said_in_plaintext(), (std::vector<std::string>{"EHLO", "STAR"}));
}

TEST_F(StartTls, AServerThatDoesNotOfferItAnyMoreGetsNoMail) {
  server_.keeps = false;
  EXPECT_EQ(email::classify(send()).outcome, Outcome::accepted);
  server_.offers = false;
  const CurlResponse plain = send();
  ASSERT_EQ(plain.failure, Failure::tls);
  EXPECT_EQ(classify_failure(plain)->reason, reason::tls_failed);
  for (const std::string& command : server_.said_in_plaintext())
    EXPECT_TRUE(command == "EHLO" || command == "STAR" || command == "QUIT") << command;
  server_.offers = true;
  EXPECT_EQ(email::classify(send()).outcome, Outcome::accepted);
  ASSERT_EQ(server_.taken().size(), 2U);
  EXPECT_TRUE(server_.taken().back().tls);
}

TEST_F(StartTls, AServerWhoseCertificateNobodyVouchesForGetsNoMail) {
  trusted_.reset();
  EXPECT_EQ(send().failure, Failure::tls);
  EXPECT_TRUE(server_.taken().empty());
}

}  // namespace
}  // namespace tenggat::notify
