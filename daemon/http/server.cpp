#include "daemon/http/server.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "daemon/crash_point.h"
#include "daemon/http/problem.h"
#include "daemon/http/request_head.h"
#include "daemon/log.h"

namespace tenggat::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t head_read_bytes = 2048;
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t idle_buffer_bytes = 4096;  // what a silent connection may keep
// A refused client may still be sending: closing at once would reset the connection and take our
// answer from it, so its bytes are read and dropped for a while.
constexpr auto linger_time = std::chrono::seconds(1);
constexpr auto handshake_time = std::chrono::seconds(10);
constexpr std::size_t linger_bytes = 4 * 1024 * 1024;
constexpr std::size_t refusals_at_once = 64;  // beyond `connections`; further ones are just closed
constexpr auto accept_pause = std::chrono::milliseconds(100);
constexpr auto accept_said_again = std::chrono::minutes(1);
constexpr auto unwind_time = std::chrono::milliseconds(200);

}  // namespace

struct Connection;

// A descriptor kept back, so that a process without any can still take a connection and answer it.
class ReserveDescriptor {
 public:
  ReserveDescriptor() { refill(); }
  ReserveDescriptor(const ReserveDescriptor&) = delete;
  ReserveDescriptor& operator=(const ReserveDescriptor&) = delete;
  ~ReserveDescriptor() { spend(); }
  void refill() {
    if (fd_ < 0) fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  bool spend() {
    if (fd_ < 0) return false;
    ::close(std::exchange(fd_, -1));
    return true;
  }

 private:
  int fd_ = -1;
};

struct ServerState {
  ServerState(const asio::any_io_executor& executor, const tcp::endpoint& endpoint,
              ServerLimits server_limits, Handler request_handler)
      : acceptor(executor, endpoint),
        say_again(executor),
        all_gone(executor),
        limits(std::move(server_limits)),
        handler(std::move(request_handler)) {
    acceptor.non_blocking(true);
    std::random_device entropy;
    id_prefix = fmt::format("{:08x}", entropy());
  }

  std::string next_request_id() { return fmt::format("{}-{:x}", id_prefix, ++requests); }

  tcp::acceptor acceptor;
  ReserveDescriptor reserve;
  asio::steady_timer say_again;  // that connections cannot be taken
  bool said = false;
  std::uint64_t not_taken = 0;  // attempts since it was last said
  asio::steady_timer all_gone;  // cancelled when the last connection goes
  ServerLimits limits;
  Handler handler;
  TlsContext tls;  // none: plain HTTP
  Observer observer;
  Monotonic monotonic;
  std::string id_prefix;
  std::uint64_t requests = 0;
  std::unordered_set<Connection*> open;
  std::unordered_map<std::string, std::size_t> open_by_address;
  std::size_t refusing = 0;
  std::size_t bodies_bytes = 0;
  bool draining = false;
};

// Shared by its coroutine and its timer. Counted in the state for as long as it lives.
struct Connection : std::enable_shared_from_this<Connection> {
  enum class Kind { served, refused };

  Connection(std::shared_ptr<ServerState> server, tcp::socket accepted, std::string peer, Kind kind)
      : state(std::move(server)),
        socket(std::move(accepted)),
        timer(socket.get_executor()),
        tls_context(state->tls),
        address(std::move(peer)),
        served(kind == Kind::served) {
    if (tls_context) tls.emplace(socket, *tls_context);
    if (served) {
      std::size_t& of_address = state->open_by_address[address];
      try {
        state->open.insert(this);
      } catch (...) {
        if (of_address == 0) state->open_by_address.erase(address);
        throw;
      }
      ++of_address;
    } else {
      ++state->refusing;
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (!served) {
      --state->refusing;
      return;
    }
    state->open.erase(this);
    const auto entry = state->open_by_address.find(address);
    if (--entry->second == 0) state->open_by_address.erase(entry);
    if (state->open.empty()) state->all_gone.cancel();
  }

  // Until disarm(), the reads and writes of this connection end with operation_aborted after
  // `time`.
  void arm(std::chrono::milliseconds time) {
    timed_out = false;
    const std::uint64_t mine = ++armed;
    timer.expires_after(time);
    timer.async_wait([weak = weak_from_this(), mine](error_code ec) {
      const auto self = weak.lock();
      if (ec || !self || self->armed != mine) return;
      self->timed_out = true;
      error_code ignored;
      self->socket.cancel(ignored);
    });
  }
  void disarm() {
    ++armed;
    timer.cancel();
    timed_out = false;
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    state->reserve.refill();  // before anybody else takes what has just come free
  }

  std::shared_ptr<ServerState> state;
  tcp::socket socket;
  asio::steady_timer timer;
  beast::flat_buffer buffer;
  TlsContext tls_context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::string address;
  std::uint64_t armed = 0;
  bool served;
  bool timed_out = false;
  bool idle = true;  // not a byte of a next request has come
};

namespace {

using ConnectionPtr = std::shared_ptr<Connection>;
using BodyParser = beast::http::request_parser<beast::http::string_body>;

std::string_view unread(const Connection& connection) {
  const auto bytes = connection.buffer.cdata();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

// The part of ServerLimits::bodies_bytes one request uses, given back when it is answered.
class HeldBytes {
 public:
  explicit HeldBytes(std::shared_ptr<ServerState> state) : state_(std::move(state)) {}
  HeldBytes(HeldBytes&& other) noexcept
      : state_(std::move(other.state_)), bytes_(std::exchange(other.bytes_, 0)) {}
  HeldBytes& operator=(HeldBytes&& other) noexcept {
    std::swap(state_, other.state_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~HeldBytes() {
    if (state_) state_->bodies_bytes -= bytes_;
  }
  bool grow_to(std::size_t bytes) {
    state_->bodies_bytes += bytes - bytes_;
    bytes_ = bytes;
    return state_->bodies_bytes <= state_->limits.bodies_bytes;
  }

 private:
  std::shared_ptr<ServerState> state_;
  std::size_t bytes_ = 0;
};

// What came of waiting for a request. Exactly one of the three.
struct Received {
  enum class Kind { request, refused, gone } kind = Kind::gone;
  Request request;  // refused: what is known of it
  Response refusal;
  bool keep_alive = false;
  std::optional<HeldBytes> held;
};

Received refused(Received received, const char* code, std::string_view detail = {}) {
  received.kind = Received::Kind::refused;
  received.refusal = problem(received.request, code, detail);
  if (received.refusal.status == 503) received.refusal.headers.set("Retry-After", "1");
  return received;
}

std::string joined_fields(const Headers& headers) {
  std::string list;
  for (const auto& [name, value] : headers.items())
    if (equals_ignoring_case(name, "X-Forwarded-For")) list += (list.empty() ? "" : ",") + value;
  return list;
}

Request to_request(RequestHead head, const Connection& connection, std::string request_id) {
  Request request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.path = std::move(head.path);
  request.segments = std::move(head.segments);
  request.query = std::move(head.query);
  request.headers = std::move(head.headers);
  request.remote_address = client_address(connection.address, joined_fields(request.headers),
                                          connection.state->limits.proxies);
  request.request_id = std::move(request_id);
  return request;
}

std::size_t body_limit(const ServerLimits& limits, std::string_view path) {
  const bool large = std::any_of(
      limits.large_body_paths.begin(), limits.large_body_paths.end(), [&](std::string_view under) {
        return path.starts_with(under) &&
               (path.size() == under.size() || path[under.size()] == '/');
      });
  return large ? limits.large_body_bytes : limits.body_bytes;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A field from a handler that would break the answer in two is a bug of that handler.
void append_field(std::string& head, std::string_view name, std::string_view value) {
  if (name.empty() || has_control(name) || has_control(value) ||
      name.find_first_of(" :") != std::string_view::npos) {
    throw std::logic_error("a response field holds a control byte");
  }
  head.append(name).append(": ").append(value).append("\r\n");
}

bool is_ours(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Connection") ||
         equals_ignoring_case(name, "Transfer-Encoding") ||
         equals_ignoring_case(name, "X-Request-Id") || equals_ignoring_case(name, "Content-Type");
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string render_head(const Response& response, std::string_view request_id, bool keep_alive) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status,
                                 std::string_view(beast::http::obsolete_reason(
                                     static_cast<beast::http::status>(response.status))));
  if (has_body(response.status)) {
    if (!response.body.empty() || response.stream)
      append_field(head, "Content-Type", response.content_type);
    // A stream ends with its connection. Source: RFC 9112, 6.3.
    if (!response.stream)
      append_field(head, "Content-Length", std::to_string(response.body.size()));
  }
  append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
  append_field(head, "X-Request-Id", request_id);
  constexpr std::array<std::pair<const char*, const char*>, 3> defaults = {
      {{"Cache-Control", "no-store"},
       {"X-Content-Type-Options", "nosniff"},
       {"Referrer-Policy", "no-referrer"}}};
  for (const auto& [name, value] : defaults) {
    if (response.headers.count(name) == 0) append_field(head, name, value);
  }
  for (const auto& [name, value] : response.headers.items()) {
    if (is_ours(name)) throw std::logic_error("a handler set the field " + name);
    append_field(head, name, value);
  }
  return head + "\r\n";
}

asio::awaitable<error_code> read_some(ConnectionPtr connection, std::size_t bytes) {
  // The timer may have run out between two reads, when there was nothing to cancel.
  if (connection->timed_out) co_return asio::error::operation_aborted;
  const auto space = connection->buffer.prepare(bytes);
  auto reading = connection->tls ? connection->tls->async_read_some(space, token)
                                 : connection->socket.async_read_some(space, token);
  auto [ec, read] = co_await std::move(reading);
  connection->buffer.commit(read);
  co_return ec;
}

asio::awaitable<error_code> write_all(ConnectionPtr connection, std::string_view head,
                                      std::string_view body) {
  const ServerLimits& limits = connection->state->limits;
  connection->arm(
      limits.request_time +
      std::chrono::milliseconds(1000 * body.size() / limits.slowest_reader_bytes_per_second));
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head.data(), head.size()),
                                                     asio::buffer(body.data(), body.size())};
  auto writing = connection->tls ? asio::async_write(*connection->tls, buffers, token)
                                 : asio::async_write(connection->socket, buffers, token);
  auto [ec, written] = co_await std::move(writing);
  connection->disarm();
  co_return ec;
}

// Reads what follows a head that has been checked, which is still in the buffer. Beast reads the
// head once more: a request is taken only where both readings agree.
asio::awaitable<Received> receive_body(ConnectionPtr connection, Received received, bool announce) {
  const ServerLimits& limits = connection->state->limits;
  received.held.emplace(connection->state);
  BodyParser parser;
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  parser.body_limit(body_limit(limits, received.request.path));
  while (true) {
    error_code ec;
    const std::size_t used = parser.put(connection->buffer.cdata(), ec);
    connection->buffer.consume(used);
    if (ec == beast::http::error::body_limit)
      co_return refused(std::move(received), "body_too_large");
    if (ec && ec != beast::http::error::need_more) {
      co_return refused(std::move(received), "malformed_request", "the body is not well framed");
    }
    if (!received.held->grow_to(parser.get().body().size())) {
      co_return refused(std::move(received), "overloaded");
    }
    if (parser.is_done()) break;
    if (!ec && used > 0 && connection->buffer.size() > 0) continue;
    if (announce && connection->buffer.size() == 0) {
      auto running = write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n", {});
      if (co_await std::move(running)) co_return Received{};
      connection->arm(limits.request_time);
    }
    announce = false;
    if (connection->buffer.size() >= body_read_bytes) {
      co_return refused(std::move(received), "malformed_request", "a chunk's header is too long");
    }
    auto reading = read_some(connection, body_read_bytes);
    if (co_await std::move(reading)) {
      if (!connection->timed_out) co_return Received{};
      co_return refused(std::move(received), "request_timeout");
    }
  }
  received.kind = Received::Kind::request;
  received.keep_alive = parser.get().keep_alive();
  received.request.body = std::move(parser.get().body());
  co_return received;
}

// Waits for a whole head and leaves it in the buffer. Nothing: it is there, `bytes` long.
asio::awaitable<Received> receive(ConnectionPtr connection) {
  const ServerLimits& limits = connection->state->limits;
  connection->idle = connection->buffer.size() == 0;
  if (connection->idle && connection->buffer.capacity() > idle_buffer_bytes) {
    connection->buffer = beast::flat_buffer{};
  }
  connection->arm(connection->idle ? limits.idle_time : limits.request_time);
  HeadScan scan;
  while (true) {
    scan = scan_head(unread(*connection), scan.bytes);
    if (scan.kind != HeadScan::Kind::incomplete) break;
    if (connection->buffer.size() > limits.header_bytes) break;
    auto reading = read_some(connection, head_read_bytes);
    if (co_await std::move(reading)) {
      if (connection->idle || !connection->timed_out) co_return Received{};
      break;
    }
    if (std::exchange(connection->idle, false)) connection->arm(limits.request_time);
  }

  Received received;
  received.request.request_id = connection->state->next_request_id();
  if (scan.kind == HeadScan::Kind::malformed) {
    co_return refused(std::move(received), "malformed_request",
                      "the head holds a control byte or a bare line end");
  }
  if (connection->timed_out) co_return refused(std::move(received), "request_timeout");
  if (scan.kind == HeadScan::Kind::incomplete || scan.bytes > limits.header_bytes) {
    co_return refused(std::move(received), "header_too_large");
  }
  auto head = parse_head(unread(*connection).substr(0, scan.bytes));
  if (!head) co_return refused(std::move(received), head.error().code, head.error().detail);
  const std::uint64_t announced = head->content_length.value_or(0);
  const bool announce = head->expects_continue && (head->chunked || announced > 0);
  received.request =
      to_request(std::move(*head), *connection, std::move(received.request.request_id));
  if (announced > body_limit(limits, received.request.path)) {
    co_return refused(std::move(received), "body_too_large");
  }
  auto reading = receive_body(connection, std::move(received), announce);
  co_return co_await std::move(reading);
}

// Plain functions, since GCC 12 miscompiles initializer lists inside coroutines. The target is
// never logged: it may hold an applicant's secret.
void log_fault(std::string_view event, std::string_view request_id, std::string_view fault) {
  log_event(Level::error, event, {{"request_id", request_id}, {"error", fault}});
}

// Reads are many and change nothing: they are for whoever asks the log for them.
bool only_reads(std::string_view method) {
  return method.empty() || method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// By the id in the answer whoever called is helped. The route's name says what the path would.
void log_answer(const Request& request, const Response& response,
                std::chrono::nanoseconds elapsed) {
  const auto or_dash = [](std::string_view text) { return text.empty() ? "-" : text; };
  const RequestTrace& trace = *request.trace;
  log_event(only_reads(request.method) ? Level::debug : Level::info, "request",
            {{"request_id", request.request_id},
             {"method", or_dash(request.method)},
             {"route", or_dash(response.route)},
             {"status", response.status},
             {"actor", or_dash(trace.actor)},
             {"permit", or_dash(trace.permits)},
             {"duration", fmt::format("{:.6f}", std::chrono::duration<double>(elapsed).count())}});
}

Response internal_problem(Language language, const std::string& request_id) {
  return problem(language, "internal", {}, {{"request_id", request_id}});
}

asio::awaitable<Response> answer(ConnectionPtr connection, Request request) {
  const std::string request_id = request.request_id;
  const Language language = language_of(request);
  Response response;
  try {
    auto running = connection->state->handler(std::move(request));
    response = co_await std::move(running);
  } catch (const std::exception& fault) {
    log_fault("request_failed", request_id, fault.what());
    response = internal_problem(language, request_id);
  } catch (...) {
    log_fault("request_failed", request_id, "not a std::exception");
    response = internal_problem(language, request_id);
  }
  co_return response;
}

void observe(const ServerState& state, const Request& request, const Response& response,
             std::chrono::nanoseconds elapsed) {
  log_answer(request, response, elapsed);
  if (!state.observer) return;
  state.observer({response.route, request.method, response.status, elapsed});
}

struct Framing {
  std::string request_id;
  Language language = Language::english;
  bool keep_alive = false;
  bool head_only = false;
};

asio::awaitable<bool> send(ConnectionPtr connection, Response response, Framing framing) {
  std::string head;
  try {
    head = render_head(response, framing.request_id, framing.keep_alive);
  } catch (const std::exception& fault) {
    log_fault("answer_not_sendable", framing.request_id, fault.what());
    response = internal_problem(framing.language, framing.request_id);
    head = render_head(response, framing.request_id, framing.keep_alive);
  }
  const bool bodiless = framing.head_only || !has_body(response.status);
  auto writing =
      write_all(connection, head, bodiless ? std::string_view{} : std::string_view(response.body));
  error_code ec = co_await std::move(writing);
  while (!ec && !bodiless && response.stream) {
    auto waiting = response.stream();
    const std::string bytes = co_await std::move(waiting);
    if (bytes.empty() || !connection->socket.is_open()) break;
    auto going_on = write_all(connection, {}, bytes);
    ec = co_await std::move(going_on);
  }
  co_return !ec;
}

// False: what came was no handshake, or none in time.
asio::awaitable<bool> shake_hands(ConnectionPtr connection) {
  if (!connection->tls) co_return true;
  connection->arm(handshake_time);
  auto shaking = connection->tls->async_handshake(asio::ssl::stream_base::server, token);
  const auto [ec] = co_await std::move(shaking);
  connection->disarm();
  co_return !ec;
}

asio::awaitable<void> linger(ConnectionPtr connection) {
  error_code ec;
  if (connection->tls) {
    connection->arm(linger_time);
    auto closing = connection->tls->async_shutdown(token);
    static_cast<void>(co_await std::move(closing));
    connection->disarm();
  }
  connection->socket.shutdown(tcp::socket::shutdown_send, ec);
  connection->arm(linger_time);
  for (std::size_t dropped = 0; !ec && dropped < linger_bytes;) {
    connection->buffer.clear();
    auto reading = read_some(connection, idle_buffer_bytes);
    ec = co_await std::move(reading);
    dropped += connection->buffer.size();
  }
  connection->disarm();
  connection->close();
}

// One request and its answer. False: the connection is to be closed, `lingering` says how.
asio::awaitable<bool> exchange(ConnectionPtr connection, std::shared_ptr<bool> lingering) {
  ServerState& state = *connection->state;
  auto receiving = receive(connection);
  Received received = co_await std::move(receiving);
  connection->disarm();
  if (received.kind == Received::Kind::gone) {
    *lingering = false;
    co_return false;
  }
  Framing framing;
  framing.request_id = received.request.request_id;
  framing.language = language_of(received.request);
  framing.head_only = received.request.method == "HEAD";
  if (received.kind == Received::Kind::refused) {
    observe(state, received.request, received.refusal, {});
    auto sending = send(connection, std::move(received.refusal), framing);
    *lingering = co_await std::move(sending);
    co_return false;
  }
  Request named;  // what observer and log need, the request itself goes to the handler
  named.method = received.request.method;
  named.request_id = framing.request_id;
  named.trace = received.request.trace;
  const auto start = state.monotonic ? state.monotonic() : std::chrono::nanoseconds{};
  auto running = answer(connection, std::move(received.request));
  Response response = co_await std::move(running);
  const auto end = state.monotonic ? state.monotonic() : std::chrono::nanoseconds{};
  received.held.reset();
  observe(state, named, response, end - start);
  framing.keep_alive = received.keep_alive && !state.draining && !response.stream;
  auto sending = send(connection, std::move(response), framing);
  const bool sent = co_await std::move(sending);
  if (sent && named.method == "POST") crash_point(CrashPoint::answered);
  *lingering = sent;
  co_return sent&& framing.keep_alive;
}

asio::awaitable<void> serve(ConnectionPtr connection) {
  const auto lingering = std::make_shared<bool>(false);
  try {
    auto shaking = shake_hands(connection);
    const bool begun = co_await std::move(shaking);
    while (begun) {
      auto running = exchange(connection, lingering);
      if (!co_await std::move(running)) break;
      if (connection->state->draining && connection->buffer.size() == 0) break;
    }
    if (*lingering) {
      auto running = linger(connection);
      co_await std::move(running);
    }
  } catch (const std::exception& fault) {
    log_fault("connection_failed", "", fault.what());
  }
  connection->disarm();
  connection->close();
}

asio::awaitable<void> turn_away(ConnectionPtr connection, Response response, Framing framing) {
  try {
    auto sending = send(connection, std::move(response), std::move(framing));
    if (co_await std::move(sending)) {
      auto running = linger(connection);
      co_await std::move(running);
    }
  } catch (const std::exception& fault) {
    log_fault("connection_failed", "", fault.what());
  }
  connection->disarm();
  connection->close();
}

void refuse(std::shared_ptr<ServerState> state, tcp::socket socket, std::string address,
            const char* code) {
  // Over TLS nothing can be said before the handshake, which costs more than the refusal is worth.
  if (state->refusing >= refusals_at_once || state->tls) return;
  Request request;
  request.request_id = state->next_request_id();
  Response response = problem(request, code);
  response.headers.set("Retry-After", "1");
  observe(*state, request, response, {});
  Framing framing;
  framing.request_id = request.request_id;
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(state), std::move(socket),
                                                 std::move(address), Connection::Kind::refused);
  auto running = turn_away(std::move(connection), std::move(response), std::move(framing));
  asio::co_spawn(executor, std::move(running), asio::detached);
}

void admit(std::shared_ptr<ServerState> state, tcp::socket socket) {
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (ec) return;  // gone already
  socket.set_option(tcp::no_delay(true), ec);
  std::string address = peer.address().to_string();
  const ServerLimits& limits = state->limits;
  if (state->open.size() >= limits.connections) {
    return refuse(std::move(state), std::move(socket), std::move(address), "overloaded");
  }
  const auto known = state->open_by_address.find(address);
  if (limits.connections_per_address > 0 && known != state->open_by_address.end() &&
      known->second >= limits.connections_per_address) {
    return refuse(std::move(state), std::move(socket), std::move(address), "too_many_requests");
  }
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(state), std::move(socket),
                                                 std::move(address), Connection::Kind::served);
  auto running = serve(std::move(connection));
  asio::co_spawn(executor, std::move(running), asio::detached);
}

bool no_descriptor_left(const error_code& ec) {
  return ec == boost::system::errc::too_many_files_open ||
         ec == boost::system::errc::too_many_files_open_in_system;
}

void say_not_taken(const std::shared_ptr<ServerState>& state, const std::string& why) {
  ++state->not_taken;
  if (std::exchange(state->said, true)) return;
  log_event(Level::error, "accept_failed",
            {{"error", why}, {"attempts", std::exchange(state->not_taken, 0)}});
  state->say_again.expires_after(accept_said_again);
  state->say_again.async_wait([weak = std::weak_ptr(state)](const error_code&) {
    if (const auto self = weak.lock()) self->said = false;
  });
}

// Whoever has waited longest, in the place of the descriptor that was kept back.
void take_from_reserve(const std::shared_ptr<ServerState>& state) {
  if (!state->reserve.spend()) return;
  error_code ec;
  tcp::socket socket(state->acceptor.get_executor());
  state->acceptor.accept(socket, ec);
  // Nobody waits: without a descriptor the kernel says so before it looks.
  if (ec) return state->reserve.refill();
  if (state->limits.serves_from_reserve) {
    admit(state, std::move(socket));
  } else {
    const tcp::endpoint peer = socket.remote_endpoint(ec);
    if (!ec) refuse(state, std::move(socket), peer.address().to_string(), "overloaded");
  }
}

// False: it could not be taken, and a pause does good.
asio::awaitable<bool> accept_one(std::shared_ptr<ServerState> state) {
  state->reserve.refill();
  auto [ec, socket] = co_await state->acceptor.async_accept(token);
  if (!ec) {
    admit(state, std::move(socket));
    co_return true;
  }
  if (ec == asio::error::operation_aborted || ec == asio::error::connection_aborted) co_return true;
  say_not_taken(state, ec.message());
  if (no_descriptor_left(ec)) take_from_reserve(state);
  co_return false;
}

asio::awaitable<void> accept_all(std::shared_ptr<ServerState> state) {
  asio::steady_timer pause(state->acceptor.get_executor());
  while (state->acceptor.is_open()) {
    bool taken = false;
    try {
      auto accepting = accept_one(state);
      taken = co_await std::move(accepting);
    } catch (const std::exception& fault) {  // out of memory: this one is lost, the next is not
      log_fault("accept_failed", "", fault.what());
    }
    if (taken) continue;
    pause.expires_after(accept_pause);
    try {
      static_cast<void>(co_await pause.async_wait(token));
    } catch (const std::bad_alloc&) {
      // Then it does not pause.
    }
  }
}

asio::awaitable<std::size_t> drain_all(std::shared_ptr<ServerState> state,
                                       std::chrono::milliseconds grace) {
  state->draining = true;
  for (Connection* connection : state->open) {
    if (connection->idle) connection->close();
  }
  state->all_gone.expires_after(grace);
  if (!state->open.empty()) {
    static_cast<void>(co_await state->all_gone.async_wait(token));
  }
  for (Connection* connection : state->open) connection->close();
  state->all_gone.expires_after(unwind_time);
  if (!state->open.empty()) {
    static_cast<void>(co_await state->all_gone.async_wait(token));
  }
  co_return state->open.size();
}

}  // namespace

Server::Server(asio::any_io_executor executor, tcp::endpoint endpoint, ServerLimits limits,
               Handler handler)
    : state_(std::make_shared<ServerState>(executor, endpoint, std::move(limits),
                                           std::move(handler))) {}

Server::~Server() {
  stop_accepting();
  for (Connection* connection : state_->open) connection->close();
}

void Server::use_tls(TlsContext context) { state_->tls = std::move(context); }

void Server::observe(Observer observer, Monotonic monotonic) {
  state_->observer = std::move(observer);
  state_->monotonic = std::move(monotonic);
}

asio::awaitable<void> Server::run() { return accept_all(state_); }

void Server::stop_accepting() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->say_again.cancel();
}

asio::awaitable<std::size_t> Server::drain(std::chrono::milliseconds grace) {
  stop_accepting();
  return drain_all(state_, grace);
}

unsigned short Server::port() const {
  error_code ec;
  return state_->acceptor.local_endpoint(ec).port();
}

std::size_t Server::connections() const { return state_->open.size(); }

}  // namespace tenggat::http
