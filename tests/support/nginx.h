// The nginx of this machine in front of a daemon, in the configuration that ships
// (systemd/examples/nginx.conf): only addresses, ports and paths of files are others.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace tenggat::test {

class Nginx {
 public:
  // Writes into `directory`, starts, and waits until it answers. Throws std::runtime_error.
  Nginx(std::filesystem::path directory, int daemon_port);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  int port() const { return tls_port_; }
  // All that it has written: who asked for what, and its errors.
  std::string logs() const;

 private:
  std::filesystem::path directory_;
  int plain_port_ = 0, tls_port_ = 0;
  pid_t pid_ = 0;
};

// A client at any address of loopback, over TLS, one connection kept open.
class TlsVisitor {
 public:
  TlsVisitor(std::string address, int port);
  ~TlsVisitor();
  TlsVisitor(TlsVisitor&&) noexcept;

  struct Answer {
    int status = 0;  // 0: there was none
    std::string head, body;
  };
  // `fields`: further header lines, each ended by CRLF. Of a stream the head alone is read.
  Answer ask(const std::string& method, const std::string& path, const std::string& fields = "",
             const std::string& body = "");

 private:
  struct Connection;
  std::string address_;
  int port_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tenggat::test
