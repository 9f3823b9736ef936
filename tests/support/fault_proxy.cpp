#include "tests/support/fault_proxy.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

namespace tenggat::test {
namespace asio = boost::asio;
using asio::ip::tcp;
using unix_socket = asio::local::stream_protocol;
namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPiece = 64 * 1024;

std::uint32_t number_at(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// Cuts a stream into messages. Only a client's first one has no type; its `type` is 0.
class Messages {
 public:
  explicit Messages(bool first_untyped) : untyped_(first_untyped) {}
  struct Message {
    char type = 0;
    std::string bytes;  // whole, as they travel
    std::string_view body() const { return std::string_view(bytes).substr(type ? 5 : 4); }
  };

  void add(std::string_view bytes) { waiting_ += bytes; }
  std::optional<Message> next() {
    const std::size_t head = untyped_ ? 0 : 1;
    if (waiting_.size() < head + 4) return std::nullopt;
    const std::size_t size = head + number_at(std::string_view(waiting_).substr(head));
    if (waiting_.size() < size) return std::nullopt;
    Message message{untyped_ ? '\0' : waiting_[0], waiting_.substr(0, size)};
    waiting_.erase(0, size);
    untyped_ = false;
    return message;
  }

 private:
  bool untyped_;
  std::string waiting_;
};

std::string_view take_text(std::string_view& body) {
  const std::string_view text = body.substr(0, body.find('\0'));
  body.remove_prefix(std::min(body.size(), text.size() + 1));
  return text;
}

// Whether a client's message carries out a COMMIT, in either of the protocol's two ways.
class CommitSpotter {
 public:
  bool is_commit(const Messages::Message& message) {
    std::string_view body = message.body();
    switch (message.type) {
      case 'Q':
        return begins(take_text(body));
      case 'P': {
        const std::string name(take_text(body));
        statements_[name] = begins(take_text(body));
        return false;
      }
      case 'B': {
        const std::string portal(take_text(body));
        portals_[portal] = statements_[std::string(take_text(body))];
        return false;
      }
      case 'E':
        return portals_[std::string(take_text(body))];
      default:
        return false;
    }
  }

 private:
  static bool begins(std::string_view sql) { return sql.starts_with("COMMIT"); }
  std::map<std::string, bool> statements_, portals_;
};

// "For the next n, or for every k-th".
struct Turns {
  std::size_t left = 0;
  bool endless = false;
  std::size_t every = 1, seen = 0;

  static Turns of(std::size_t count, std::size_t every_other) {
    return {count, count == 0, every_other, 0};
  }
  bool take() {
    if (!endless && left == 0) return false;
    if (++seen % every != 0) return false;
    if (!endless) --left;
    return true;
  }
};

}  // namespace

struct FaultProxy::Impl {
  struct Connection {
    explicit Connection(tcp::socket from)
        : client(std::move(from)), server(client.get_executor()) {}
    void close() {
      boost::system::error_code ignored;
      client.close(ignored);
      server.close(ignored);
    }
    tcp::socket client;
    unix_socket::socket server;
    Messages from_client{true}, from_server{false};
    CommitSpotter commits;
    bool mute = false;
    bool swallowing = false;  // COMMIT went on its way, its answer shall not
    bool done = false;        // the swallowed answer was a COMMIT
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  explicit Impl(const TestPostgres& behind)
      : path(behind.socket_directory() + "/.s.PGSQL." + std::to_string(behind.port())),
        acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        held(io),
        port(acceptor.local_endpoint().port()) {
    held.expires_at(asio::steady_timer::time_point::max());
    asio::co_spawn(io, accept(), asio::detached);
    thread = std::thread([this] { io.run(); });
  }
  ~Impl() {
    io.stop();
    thread.join();
  }

  // On the proxy's thread, and done when this returns.
  template <class F>
  auto on_thread(F change) {
    const auto task =
        std::make_shared<std::packaged_task<std::invoke_result_t<F>()>>(std::move(change));
    auto result = task->get_future();
    asio::post(io, [task] { (*task)(); });
    return result.get();
  }

  void pass() {
    delays = {};
    holding = hole = false;
    to_pass = {};
    swallow = keep_back = {};
    held.cancel();
  }
  void cut(const ConnectionPtr& connection) {
    connection->close();
    if (open.erase(connection) > 0) ++counts.cut;
  }
  void cut_all() {
    for (const ConnectionPtr& one : std::set<ConnectionPtr>(open)) cut(one);
  }

  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(kNoThrow);
      if (error) co_return;
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      const auto connection = std::make_shared<Connection>(std::move(socket));
      open.insert(connection);
      ++counts.connections;
      connection->mute = hole;
      if (!hole) {
        unix_socket::endpoint server(path);
        connection->server.connect(server, ignored);
        if (ignored) {
          connection->close();
          open.erase(connection);
          continue;
        }
        asio::co_spawn(io, pump(connection, Direction::to_client), asio::detached);
      }
      asio::co_spawn(io, pump(connection, Direction::to_server), asio::detached);
    }
  }

  asio::awaitable<void> pump(ConnectionPtr connection, Direction direction) {
    const bool up = direction == Direction::to_server;
    std::string piece(kPiece, '\0');
    while (open.contains(connection)) {
      auto [error, size] =
          up ? co_await connection->client.async_read_some(asio::buffer(piece), kNoThrow)
             : co_await connection->server.async_read_some(asio::buffer(piece), kNoThrow);
      if (error) break;
      // What was switched on while it waited applies to it, too.
      if (const auto delay = delays[up ? 0 : 1]; delay.count() > 0) {
        asio::steady_timer timer(io, delay);
        co_await timer.async_wait(kNoThrow);
      }
      while (holding) co_await held.async_wait(kNoThrow);
      if (hole) connection->mute = true;
      if (connection->mute) {
        counts.bytes_swallowed += size;
        continue;
      }
      (up ? connection->from_client : connection->from_server)
          .add(std::string_view(piece).substr(0, size));
      bool cut_now = false;
      const std::string through = judge(*connection, direction, cut_now);
      if (!through.empty()) {
        if (up)
          co_await asio::async_write(connection->server, asio::buffer(through), kNoThrow);
        else
          co_await asio::async_write(connection->client, asio::buffer(through), kNoThrow);
      }
      if (cut_now) {
        cut(connection);
        co_return;
      }
    }
    if (connection->mute) co_return;
    connection->close();
    open.erase(connection);
  }

  // What goes on of the messages that are whole, and whether the connection is cut behind it.
  std::string judge(Connection& connection, Direction direction, bool& cut_now) {
    const bool up = direction == Direction::to_server;
    Messages& messages = up ? connection.from_client : connection.from_server;
    std::string through;
    while (auto message = messages.next()) {
      if (up && connection.commits.is_commit(*message)) {
        ++counts.commits;
        if (keep_back.take()) {
          ++counts.commits_kept_back;
          cut_now = true;
          return through;
        }
        connection.swallowing = swallow.take();
      } else if (!up && connection.swallowing) {
        if (message->type == 'C') connection.done = message->body().starts_with("COMMIT");
        if (message->type != 'Z') continue;
        if (connection.done) ++counts.answers_swallowed;
        cut_now = true;
        return through;
      }
      through += message->bytes;
      std::optional<std::size_t>& left = to_pass[up ? 0 : 1];
      if (left && --*left == 0) {
        left.reset();
        cut_now = true;
        return through;
      }
    }
    return through;
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::string path;
  tcp::acceptor acceptor;
  std::set<ConnectionPtr> open;
  std::array<std::chrono::milliseconds, 2> delays{};  // to the server, to the client
  std::array<std::optional<std::size_t>, 2> to_pass{};
  bool holding = false, hole = false;
  asio::steady_timer held;  // cancelled by pass()
  Turns swallow, keep_back;
  Counts counts;
  int port;
  std::thread thread;
};

FaultProxy::FaultProxy(const TestPostgres& server) : impl_(std::make_unique<Impl>(server)) {}
FaultProxy::~FaultProxy() = default;

std::string FaultProxy::conninfo(const std::string& database) const {
  return "host=127.0.0.1 port=" + std::to_string(port()) + " user=tenggat dbname='" + database +
         "' sslmode=disable gssencmode=disable";
}
int FaultProxy::port() const { return impl_->port; }

void FaultProxy::pass() {
  impl_->on_thread([this] { impl_->pass(); });
}
void FaultProxy::cut() {
  impl_->on_thread([this] { impl_->cut_all(); });
}
void FaultProxy::delay(Direction direction, std::chrono::milliseconds time) {
  impl_->on_thread([=, this] { impl_->delays[direction == Direction::to_server ? 0 : 1] = time; });
}
void FaultProxy::hold() {
  impl_->on_thread([this] { impl_->holding = true; });
}
void FaultProxy::black_hole() {
  impl_->on_thread([this] {
    impl_->hole = true;
    for (const Impl::ConnectionPtr& one : impl_->open) one->mute = true;
  });
}
void FaultProxy::cut_after(Direction direction, std::size_t messages) {
  impl_->on_thread(
      [=, this] { impl_->to_pass[direction == Direction::to_server ? 0 : 1] = messages; });
}
void FaultProxy::swallow_commit_answers(std::size_t count, std::size_t every_other) {
  impl_->on_thread([=, this] { impl_->swallow = Turns::of(count, every_other); });
}
void FaultProxy::keep_back_commits(std::size_t count, std::size_t every_other) {
  impl_->on_thread([=, this] { impl_->keep_back = Turns::of(count, every_other); });
}
FaultProxy::Counts FaultProxy::counts() const {
  return impl_->on_thread([this] { return impl_->counts; });
}

}  // namespace tenggat::test
