// The public listener over TLS, spoken to by OpenSSL's own client.
#include "daemon/http/tls.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "daemon/http/server.h"

namespace tenggat::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Pair {
  std::string certificate, key;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Made by the openssl of this machine, for one name.
Pair new_pair(const std::string& name) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("tenggat-tls-" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
      " -days 2 -subj /CN=" +
      name + " -keyout " + (directory / "key").string() + " -out " +
      (directory / "certificate").string() + " 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  Pair pair{text_of(directory / "certificate"), text_of(directory / "key")};
  std::filesystem::remove_all(directory);
  return pair;
}

asio::awaitable<Response> echo(Request request) {
  Response response;
  response.content_type = "text/plain";
  response.body = request.path + ' ' + request.remote_address;
  co_return response;
}

class TlsServer {
 public:
  explicit TlsServer(const Pair& pair) {
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
  void renew(const Pair& pair) {
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

class TlsClient {
 public:
  explicit TlsClient(const TlsServer& server, int newest = 0) : stream_(io_, context_) {
    if (newest != 0) SSL_set_max_proto_version(stream_.native_handle(), newest);
    stream_.next_layer().connect({asio::ip::address_v4::loopback(), server.port()});
    stream_.handshake(asio::ssl::stream_base::client, failed_);
  }
  bool connected() const { return !failed_; }
  std::string common_name() {
    X509* certificate = SSL_get1_peer_certificate(stream_.native_handle());
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
  }
  std::string get(const std::string& path, const std::string& fields = "") {
    asio::write(stream_,
                asio::buffer("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"));
    const std::size_t head = asio::read_until(stream_, received_, "\r\n\r\n");
    std::string text(asio::buffers_begin(received_.data()), asio::buffers_end(received_.data()));
    const std::size_t length = std::stoul(text.substr(text.find("Content-Length: ") + 16));
    while (received_.size() < head + length)
      asio::read(stream_, received_, asio::transfer_at_least(1));
    text.assign(asio::buffers_begin(received_.data()), asio::buffers_end(received_.data()));
    received_.consume(head + length);
    return text.substr(0, 12) + ' ' + text.substr(head, length);
  }

 private:
  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  asio::ssl::stream<tcp::socket> stream_;
  asio::streambuf received_;
  boost::system::error_code failed_;
};

TEST(Tls, ARenewedCertificateIsForNewConnectionsAndTheOldOnesGoOn) {
  TlsServer server(new_pair("lama"));
  TlsClient first(server);
  ASSERT_TRUE(first.connected());
  EXPECT_EQ(first.common_name(), "lama");
  EXPECT_EQ(first.get("/a"), "HTTP/1.1 200 /a 127.0.0.1");
  server.renew(new_pair("baru"));
  TlsClient second(server);
  EXPECT_EQ(second.common_name(), "baru");
  EXPECT_EQ(first.get("/b"), "HTTP/1.1 200 /b 127.0.0.1");
  EXPECT_EQ(second.get("/c"), "HTTP/1.1 200 /c 127.0.0.1");
}

TEST(Tls, TheClientBehindOurProxyIsNamedByIt) {
  TlsServer server(new_pair("lama"));
  TlsClient client(server);
  EXPECT_EQ(client.get("/a", "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n"),
            "HTTP/1.1 200 /a 203.0.113.9");
}

TEST(Tls, OldVersionsAndPlainHttpGetNoAnswer) {
  TlsServer server(new_pair("lama"));
  EXPECT_FALSE(TlsClient(server, TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server, TLS1_2_VERSION).connected());
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

TEST(Tls, AKeyOfAnotherCertificateIsRefusedAndNotQuoted) {
  const Pair one = new_pair("satu"), other = new_pair("dua");
  for (const Pair& wrong : {Pair{one.certificate, other.key}, Pair{"no certificate", one.key},
                            Pair{one.certificate, "no key"}}) {
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
