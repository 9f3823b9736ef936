// The public listener over TLS, spoken to by OpenSSL's own client.
#include "daemon/http/tls.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <ctime>
#include <future>
#include <thread>

#include "daemon/http/server.h"
#include "tests/support/tls_client.h"

namespace tenggat::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::CertificatePair;
using test::new_certificate;
using test::TlsClient;

asio::awaitable<Response> echo(Request request) {
  Response response;
  response.content_type = "text/plain";
  response.body = request.path + ' ' + request.remote_address;
  co_return response;
}

class TlsServer {
 public:
  explicit TlsServer(const CertificatePair& pair) {
    ServerLimits limits;
    limits.proxies = {*parse_network("127.0.0.1")};
    server_ = std::make_unique<Server>(
        io_.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0), limits, echo);
    server_->use_tls(make_tls_context(pair.certificate, pair.key));
    port_ = server_->port();
    asio::co_spawn(io_, server_->run(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TlsServer() {
    asio::post(io_, [this] { server_.reset(); });
    thread_.join();
  }
  void renew(const CertificatePair& pair) {
    std::promise<void> done;
    asio::post(io_, [&] {
      server_->use_tls(make_tls_context(pair.certificate, pair.key));
      done.set_value();
    });
    done.get_future().get();
  }
  unsigned short port() const { return port_; }

 private:
  asio::io_context io_{1};
  std::unique_ptr<Server> server_;
  unsigned short port_ = 0;
  std::thread thread_;
};

TEST(Tls, ARenewedCertificateIsForNewConnectionsAndTheOldOnesGoOn) {
  TlsServer server(new_certificate("lama"));
  TlsClient first(server.port());
  ASSERT_TRUE(first.connected());
  EXPECT_EQ(first.common_name(), "lama");
  EXPECT_EQ(first.get("/a"), "HTTP/1.1 200 /a 127.0.0.1");
  server.renew(new_certificate("baru"));
  TlsClient second(server.port());
  EXPECT_EQ(second.common_name(), "baru");
  EXPECT_EQ(first.get("/b"), "HTTP/1.1 200 /b 127.0.0.1");
  EXPECT_EQ(second.get("/c"), "HTTP/1.1 200 /c 127.0.0.1");
}

TEST(Tls, TheClientBehindOurProxyIsNamedByIt) {
  TlsServer server(new_certificate("lama"));
  TlsClient client(server.port());
  EXPECT_EQ(client.get("/a", "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n"),
            "HTTP/1.1 200 /a 203.0.113.9");
}

TEST(Tls, OldVersionsAndPlainHttpGetNoAnswer) {
  TlsServer server(new_certificate("lama"));
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server.port(), TLS1_2_VERSION).connected());
  asio::io_context io;
  tcp::socket plain(io);
  plain.connect({asio::ip::address_v4::loopback(), server.port()});
  asio::write(plain, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
  asio::streambuf received;
  boost::system::error_code ended;
  asio::read(plain, received, ended);
  const std::string text(asio::buffers_begin(received.data()), asio::buffers_end(received.data()));
  EXPECT_EQ(text.find("HTTP/1.1 200"), std::string::npos) << text;
}

TEST(Tls, TheEndOfItsFirstCertificateIsKnown) {
  const CertificatePair pair = new_certificate("lama");  // for two days
  const auto ends = not_after(make_tls_context(pair.certificate, pair.key)) - std::time(nullptr);
  EXPECT_NEAR(static_cast<double>(ends), 2 * 86400.0, 60);
}

TEST(Tls, AKeyOfAnotherCertificateIsRefusedAndNotQuoted) {
  const CertificatePair one = new_certificate("satu"), other = new_certificate("dua");
  for (const CertificatePair& wrong :
       {CertificatePair{one.certificate, other.key}, CertificatePair{"no certificate", one.key},
        CertificatePair{one.certificate, "no key"}}) {
    try {
      make_tls_context(wrong.certificate, wrong.key);
      ADD_FAILURE() << "taken";
    } catch (const std::runtime_error& why) {
      EXPECT_EQ(std::string(why.what()).find("BEGIN"), std::string::npos) << why.what();
    }
  }
}

}  // namespace
}  // namespace tenggat::http
