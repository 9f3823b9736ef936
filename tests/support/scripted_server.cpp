#include "tests/support/scripted_server.h"

#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <istream>
#include <thread>

namespace tenggat::test {
using boost::asio::ip::tcp;

struct ScriptedServer::Impl {
  explicit Impl(Script with)
      : script(std::move(with)),
        acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        thread([this] { serve(); }) {}
  ~Impl() {
    stopping = true;
    ::shutdown(acceptor.native_handle(), SHUT_RDWR);
    const int open = current.load();
    if (open >= 0) ::shutdown(open, SHUT_RDWR);
    thread.join();
  }

  void serve() {
    while (!stopping) {
      boost::system::error_code error;
      tcp::socket socket = acceptor.accept(error);
      if (error) return;
      tcp::iostream peer(std::move(socket));
      current = peer.socket().native_handle();
      if (!stopping) script(peer);
      current = -1;
      peer.close();
    }
  }

  Script script;
  boost::asio::io_context io;
  tcp::acceptor acceptor;
  std::atomic<bool> stopping = false;
  std::atomic<int> current = -1;
  std::thread thread;  // last: it uses all of the above
};

ScriptedServer::ScriptedServer(Script script) : impl_(std::make_unique<Impl>(std::move(script))) {}
ScriptedServer::~ScriptedServer() = default;

int ScriptedServer::port() const { return impl_->acceptor.local_endpoint().port(); }

std::string ScriptedServer::url(const std::string& scheme) const {
  return scheme + "://127.0.0.1:" + std::to_string(port());
}

std::string read_line(std::istream& peer) {
  std::string line;
  std::getline(peer, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace tenggat::test
