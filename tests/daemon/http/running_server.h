// A server that echoes on a thread of its own, and a client that sends it any bytes.
#pragma once
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "daemon/http/server.h"

namespace tenggat::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

inline std::atomic<int> handled{0};

inline std::atomic<int> asked{0};  // how often a stream was asked for more

inline asio::awaitable<std::string> count_on(std::shared_ptr<int> said) {
  ++asked;
  asio::steady_timer timer(co_await asio::this_coro::executor, 20ms);
  co_await timer.async_wait(asio::use_awaitable);
  co_return ++*said > 3 ? "" : std::to_string(*said) + '\n';
}
inline NextBytes count_to_three() {
  return [said = std::make_shared<int>(0)] { return count_on(said); };
}

// As a page of an officer who signed in.
inline void sign_in(Request& request) {
  if (request.headers.get("X-Known")) request.trace->actor = "officer:fo";
}

inline asio::awaitable<std::string> four_more(std::shared_ptr<int> said) {
  co_return ++*said > 2 ? "" : "more";
}

// "/stream" goes on after its answer, "/length" as far as it said, "/short" not so far, "/closed"
// reads no body, "/slow" takes 300 ms, "/throw" throws, "/split" sets a field
// with a line end, "/none" has no content, "/big" answers 8 MiB; the rest is echoed.
inline asio::awaitable<Response> echo(Request request) {
  if (request.path == "/closed") {
    Response closed;
    closed.status = 401;
    co_return closed;
  }
  // The path says how much of it is taken.
  auto taking = take_body(request, request.path == "/stranger"       ? BodySize::stranger
                                   : request.path == "/api/v1/files" ? BodySize::file
                                                                     : BodySize::known);
  co_await std::move(taking);
  ++handled;
  sign_in(request);
  Response response;
  response.content_type = "text/plain";
  response.body = request.method + ' ' + request.path + ' ' + request.body;
  if (request.path == "/slow") {
    asio::steady_timer timer(co_await asio::this_coro::executor, 300ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  if (request.path == "/throw") throw std::runtime_error("a secret of the inside");
  if (request.path == "/split") response.headers.add("Location", "/a\r\nSet-Cookie: b");
  if (request.path == "/cached") response.headers.add("Cache-Control", "max-age=60");
  if (request.path == "/none") response.status = 204;
  if (request.path == "/big") response.body.assign(8 * 1024 * 1024, 'x');
  if (request.path == "/length" || request.path == "/short") {
    response.body = "begun ";
    response.length = request.path == "/length" ? 14 : 15;
    response.stream = [said = std::make_shared<int>(0)] { return four_more(said); };
  }
  if (request.path == "/stream") response.stream = count_to_three();
  co_return response;
}

// A server on a thread of its own. Its end is clean only if nothing of it is left on the
// io_context: the thread is joined without stopping it.
class RunningServer {
 public:
  explicit RunningServer(ServerLimits limits = {}, Observer observer = {}) {
    handled = 0;
    const tcp::endpoint any_port(asio::ip::address_v4::loopback(), 0);
    server_ = std::make_unique<Server>(io_.get_executor(), any_port, std::move(limits), echo);
    if (observer) server_->observe(std::move(observer), [] { return std::chrono::nanoseconds(5); });
    port_ = server_->port();
    auto running = server_->run();
    asio::co_spawn(io_, std::move(running), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    asio::post(io_, [this] { server_.reset(); });
    thread_.join();
  }
  std::future<std::size_t> drain(std::chrono::milliseconds grace) {
    auto started = std::make_shared<std::promise<std::future<std::size_t>>>();
    asio::post(io_, [this, grace, started] {
      started->set_value(asio::co_spawn(io_, server_->drain(grace), asio::use_future));
    });
    return started->get_future().get();
  }
  std::size_t connections() {
    std::promise<std::size_t> count;
    asio::post(io_, [&] { count.set_value(server_->connections()); });
    return count.get_future().get();
  }
  unsigned short port() const { return port_; }

 private:
  asio::io_context io_{1};
  std::unique_ptr<Server> server_;
  unsigned short port_ = 0;
  std::thread thread_;
};

// A blocking client that sends the bytes it is told to and gives up after five seconds.
class Client {
 public:
  // `from` is an address of this machine, `takes` what the kernel may hold for it (0: as it likes).
  explicit Client(const RunningServer& server, const char* from = "127.0.0.1", int takes = 0)
      : socket_(io_, tcp::v4()) {
    if (takes > 0) socket_.set_option(asio::socket_base::receive_buffer_size(takes));
    socket_.bind({asio::ip::make_address(from), 0});
    socket_.connect({asio::ip::address_v4::loopback(), server.port()});
    const timeval limit{5, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;  // a server that refuses may close while we send
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }
  void end_sending() { socket_.shutdown(tcp::socket::shutdown_send); }
  // Until the server closes.
  std::string all() {
    while (more()) {
    }
    return std::exchange(received_, {});
  }
  // One response with a Content-Length, or what came until the server closed.
  std::string response() {
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return all();
    }
    const std::size_t field = received_.find("Content-Length: ");
    const std::size_t length = field < end ? std::stoul(received_.substr(field + 16)) : 0;
    while (received_.size() < end + 4 + length) {
      if (!more()) return all();
    }
    std::string one = received_.substr(0, end + 4 + length);
    received_.erase(0, one.size());
    return one;
  }
  // What came of that many bytes, or until the server closed.
  std::size_t read(std::size_t bytes) {
    while (received_.size() < bytes && more()) {
    }
    const std::size_t got = std::min(bytes, received_.size());
    received_.erase(0, got);
    return got;
  }
  bool closed_by_server() { return received_.empty() && !more() && !timed_out_; }

 private:
  bool more() {
    char bytes[65536];
    const ssize_t read = ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
    timed_out_ = read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (read <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(read));
    return true;
  }

  asio::io_context io_;
  tcp::socket socket_;
  std::string received_;
  bool timed_out_ = false;
};

}  // namespace tenggat::http
