#include "tests/support/nginx.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <regex>
#include <stdexcept>
#include <thread>

#include "tests/support/process.h"
#include "tests/support/tls_client.h"

namespace tenggat::test {
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace {

std::string in_place(std::string text, const std::string& from, const std::string& to) {
  if (text.find(from) == std::string::npos) throw std::runtime_error("nginx.conf holds no " + from);
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

Nginx::Nginx(fs::path directory, int daemon_port)
    : directory_(std::move(directory)), plain_port_(free_port()), tls_port_(free_port()) {
  const CertificatePair pair = new_certificate("perizinan.example.go.id");
  write_file(directory_ / "fullchain.pem", pair.certificate);
  write_file(directory_ / "privkey.pem", pair.key);
  std::string site = read_file(fs::path(TENGGAT_SOURCE_DIR) / "systemd/examples/nginx.conf");
  site = std::regex_replace(site, std::regex("\n *listen \\[::\\][^\n]*"), "");
  site = in_place(site, "listen 80;", fmt::format("listen 127.0.0.1:{};", plain_port_));
  site = in_place(site, "listen 443 ", fmt::format("listen 127.0.0.1:{} ", tls_port_));
  site = in_place(site, "127.0.0.1:8080", fmt::format("127.0.0.1:{}", daemon_port));
  site = in_place(site, "/etc/letsencrypt/live/perizinan.example.go.id", directory_.string());
  site = in_place(site, "/var/log/nginx", directory_.string());
  write_file(directory_ / "site.conf", site);
  const std::string user = ::geteuid() == 0 ? "user root;" : "";
  write_file(
      directory_ / "nginx.conf",
      fmt::format("{1}\ndaemon off; master_process off; pid {0}/pid; error_log {0}/start.log;\n"
                  "events {{ worker_connections 1024; }}\n"
                  "http {{ client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
                  "  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
                  "  access_log off; include {0}/site.conf; }}\n",
                  directory_.string(), user));
  const std::vector<std::string> command{"/usr/sbin/nginx", "-e",
                                         (directory_ / "start.log").string(), "-c",
                                         (directory_ / "nginx.conf").string()};
  std::vector<std::string> judged = command;
  judged.emplace_back("-t");
  if (wait_for(spawn(judged, {}, directory_ / "judged", directory_ / "judged")) != 0)
    throw std::runtime_error("nginx -t: " + read_file(directory_ / "judged") +
                             read_file(directory_ / "start.log"));
  pid_ = spawn(command, {}, directory_ / "out", directory_ / "out");
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (http_get(plain_port_, "/").find(" 308 ") == std::string::npos) {
    if (std::chrono::steady_clock::now() > limit)
      throw std::runtime_error("nginx does not answer: " + read_file(directory_ / "start.log"));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Nginx::~Nginx() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
}

std::string Nginx::logs() const {
  std::string all;
  for (const char* name : {"tenggat.log", "tenggat-error.log", "start.log", "out"})
    all += read_file(directory_ / name);
  return all;
}

struct TlsVisitor::Connection {
  asio::io_context io;
  asio::ssl::context context{asio::ssl::context::tls_client};
  asio::ssl::stream<asio::ip::tcp::socket> stream{io, context};
  std::string received;

  Connection(const std::string& address, int port) {
    auto& socket = stream.next_layer();
    socket.open(asio::ip::tcp::v4());
    socket.bind({asio::ip::make_address(address), 0});
    const timeval limit{30, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    socket.connect({asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    stream.handshake(asio::ssl::stream_base::client);
  }
  void until(const auto& enough) {
    while (!enough()) {
      char bytes[16384];
      received.append(bytes, stream.read_some(asio::buffer(bytes)));
    }
  }
};

TlsVisitor::TlsVisitor(std::string address, int port) : address_(std::move(address)), port_(port) {}
TlsVisitor::~TlsVisitor() = default;
TlsVisitor::TlsVisitor(TlsVisitor&&) noexcept = default;

TlsVisitor::Answer TlsVisitor::ask(const std::string& method, const std::string& path,
                                   const std::string& fields, const std::string& body) {
  const std::string request = fmt::format(
      "{} {} HTTP/1.1\r\nHost: perizinan.example.go.id\r\n{}Content-Length: {}\r\n\r\n{}", method,
      path, fields, body.size(), body);
  for (int attempt = 0; attempt < 2; ++attempt) {  // what was kept open may have been closed
    try {
      if (!connection_) connection_ = std::make_unique<Connection>(address_, port_);
      Connection& to = *connection_;
      asio::write(to.stream, asio::buffer(request));
      to.until([&] { return to.received.find("\r\n\r\n") != std::string::npos; });
      const std::size_t head = to.received.find("\r\n\r\n") + 4;
      Answer answer;
      answer.head = to.received.substr(0, head);
      answer.status = std::stoi(answer.head.substr(9, 3));
      const std::size_t length = answer.head.find("Content-Length: ");
      const bool ends = answer.status == 304 || answer.status == 204 || method == "HEAD";
      if (length == std::string::npos && !ends) {
        connection_.reset();
        return answer;
      }
      const std::size_t size = ends ? 0 : std::stoul(answer.head.substr(length + 16));
      to.until([&] { return to.received.size() >= head + size; });
      answer.body = to.received.substr(head, size);
      to.received.erase(0, head + size);
      if (answer.head.find("Connection: close") != std::string::npos) connection_.reset();
      return answer;
    } catch (const boost::system::system_error&) {
      connection_.reset();
    }
  }
  return {};
}

}  // namespace tenggat::test
