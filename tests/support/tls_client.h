// Certificates made by the openssl of this machine, and a client that speaks TLS with OpenSSL's
// own.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tenggat::test {

struct CertificatePair {
  std::string certificate, key;
};

inline std::string whole_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Made by the openssl of this machine, for one name.
inline CertificatePair new_certificate(const std::string& name, int days = 2) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("tenggat-tls-" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
      " -days " +
      std::to_string(days) + " -subj /CN=" + name +
      " -addext subjectAltName=" + (is_address ? "IP:" : "DNS:") + name + " -keyout " +
      (directory / "key").string() + " -out " + (directory / "certificate").string() +
      " 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  CertificatePair pair{whole_text(directory / "certificate"), whole_text(directory / "key")};
  std::filesystem::remove_all(directory);
  return pair;
}

class TlsClient {
 public:
  // `protocols`: as ALPN offers them, each after its length: "\x02h2\x08http/1.1".
  explicit TlsClient(int port, int newest = 0, const std::string& protocols = "")
      : stream_(io_, context_) {
    if (newest != 0) SSL_set_max_proto_version(stream_.native_handle(), newest);
    SSL_set_alpn_protos(stream_.native_handle(),
                        reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    stream_.next_layer().connect(
        {boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    stream_.handshake(boost::asio::ssl::stream_base::client, failed_);
  }
  bool connected() const { return !failed_; }
  std::string why_not() const { return failed_.message(); }
  // The protocol the server chose, by ALPN; empty where it chose none.
  std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(const_cast<TlsClient*>(this)->stream_.native_handle(), &chosen, &length);
    return {reinterpret_cast<const char*>(chosen), length};
  }
  std::string common_name() {
    X509* certificate = SSL_get1_peer_certificate(stream_.native_handle());
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
  }
  std::string get(const std::string& path, const std::string& fields = "") {
    boost::asio::write(
        stream_, boost::asio::buffer("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"));
    const std::size_t head = boost::asio::read_until(stream_, received_, "\r\n\r\n");
    std::string text(boost::asio::buffers_begin(received_.data()),
                     boost::asio::buffers_end(received_.data()));
    const std::size_t length = std::stoul(text.substr(text.find("Content-Length: ") + 16));
    while (received_.size() < head + length)
      boost::asio::read(stream_, received_, boost::asio::transfer_at_least(1));
    text.assign(boost::asio::buffers_begin(received_.data()),
                boost::asio::buffers_end(received_.data()));
    received_.consume(head + length);
    return text.substr(0, 12) + ' ' + text.substr(head, length);
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  boost::asio::streambuf received_;
  boost::system::error_code failed_;
};

}  // namespace tenggat::test
