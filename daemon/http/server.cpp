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
#include <cstdint>
#include <optional>
#include <random>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "daemon/crash_point.h"
#include "daemon/http/problem.h"
#include "daemon/http/problem_words.h"
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
constexpr auto handshake_time = kShipped.handshake;
constexpr std::size_t linger_bytes = 4 * 1024 * 1024;
constexpr std::size_t refusals_at_once = kShipped.refusals;  // beyond `connections`; more: closed
constexpr auto say_again = std::chrono::minutes(1);
constexpr auto accept_pause = std::chrono::milliseconds(100);
constexpr auto accept_said_again = std::chrono::minutes(1);
constexpr auto unwind_time = std::chrono::milliseconds(200);

// What happens too often for a line each: the first is logged at once, then how many there were in
// each minute that had some.
class Tally {
 public:
  Tally(const asio::any_io_executor& executor, std::string_view event)
      : minute_(std::make_shared<asio::steady_timer>(executor)), event_(event) {}
  void count(const std::string& address) {
    last_ = address;
    ++count_;
    if (!waiting_) say();
  }
  void stop() { minute_->cancel(); }

 private:
  void say() {
    log_event(Level::warning, event_, {{"count", count_}, {"last_address", last_}});
    count_ = 0;
    waiting_ = true;
    minute_->expires_after(say_again);
    minute_->async_wait([this, alive = std::weak_ptr(minute_)](error_code ec) {
      if (ec || alive.expired()) return;
      waiting_ = false;
      if (count_ > 0) say();
    });
  }

  std::shared_ptr<asio::steady_timer> minute_;
  std::string_view event_;
  std::string last_;
  std::uint64_t count_ = 0;
  bool waiting_ = false;
};

// How fast a reader takes what is written to it, over a window that slides by a sixth of itself.
// What waits for us and not for the reader is no part of it.
class Pace {
 public:
  static constexpr std::size_t kParts = 6;
  void begin() { *this = {}; }
  void wrote(std::size_t bytes) { written_ += bytes; }
  // After each sixth of the window: what was taken since the window began; nothing within the
  // first.
  std::optional<std::size_t> taken() {
    std::size_t& mark = marks_[parts_ % kParts];
    const std::size_t since = written_ - std::exchange(mark, written_);
    return ++parts_ < kParts ? std::nullopt : std::optional(since);
  }

 private:
  std::array<std::size_t, kParts> marks_{};
  std::size_t written_ = 0, parts_ = 0;
};

bool lies_in(const std::string& address, const std::vector<Network>& networks) {
  const auto bits = parse_address(address);
  return bits && std::any_of(networks.begin(), networks.end(),
                             [&](const Network& network) { return network.contains(*bits); });
}

// Of one network.
struct Share {
  std::size_t connections = 0, answer_bytes = 0;
};

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
        handler(std::move(request_handler)),
        addresses_refused(executor, "address_refused"),
        slow_readers(executor, "slow_reader_dropped") {
    acceptor.non_blocking(true);
    // Every connection accepted has them from here. The kernel would else hold megabytes for each.
    const int buffer = static_cast<int>(limits.socket_buffer_bytes);
    acceptor.set_option(asio::socket_base::send_buffer_size(buffer));
    acceptor.set_option(asio::socket_base::receive_buffer_size(buffer));
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
  std::unordered_map<std::string, Share> shares;  // by network_key
  std::size_t refusing = 0;
  std::size_t bodies_bytes = 0;
  std::size_t answers_bytes = 0;
  std::uint64_t phases = 0;
  Tally addresses_refused, slow_readers;
  bool draining = false;
};

// Shared by its coroutine and its timer. Counted in the state for as long as it lives.
struct Connection : std::enable_shared_from_this<Connection> {
  enum class Kind { served, refused };
  // Of its request: not all of its head is there, its body, it is handled, it is answered.
  enum class Phase { waiting, body, handled, answered };

  Connection(std::shared_ptr<ServerState> server, tcp::socket accepted, std::string peer, Kind kind)
      : state(std::move(server)),
        socket(std::move(accepted)),
        timer(socket.get_executor()),
        tls_context(state->tls),
        address(std::move(peer)),
        of_proxy(lies_in(address, state->limits.proxies)),
        served(kind == Kind::served) {
    if (tls_context) tls.emplace(socket, *tls_context);
    enter(Phase::waiting);
    if (served) {
      count_in();
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
    let_go();
    if (state->open.empty()) state->all_gone.cancel();
  }

  // Until disarm(), the reads and writes of this connection end with operation_aborted after
  // `time`.
  void arm(std::chrono::milliseconds time) {
    timed_out = false;
    timer.expires_after(time);
    mind_timer();
  }
  // It has that much more time, unless it has run out.
  void prolong(std::chrono::milliseconds time) {
    if (timed_out) return;
    timer.expires_at(timer.expiry() + time);
    mind_timer();
  }
  void mind_timer() {
    const std::uint64_t mine = ++armed;
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
  // Until disarm(), a write that a reader takes too slowly ends with operation_aborted.
  void watch_reader() {
    const std::uint64_t mine = ++armed;
    timer.expires_after(state->limits.slow_reader_time / Pace::kParts);
    timer.async_wait([weak = weak_from_this(), mine](error_code ec) {
      const auto self = weak.lock();
      if (ec || !self || self->armed != mine) return;
      if (self->reader_is_slow()) return self->drop();
      self->watch_reader();
    });
  }
  bool reader_is_slow() {
    const ServerLimits& limits = state->limits;
    if (!writing) return false;
    const auto taken = pace.taken();
    const auto least = limits.slowest_reader_bytes_per_second *
                       static_cast<std::size_t>(limits.slow_reader_time.count()) / 1000;
    if (!taken || *taken >= least) return false;
    state->slow_readers.count(address);
    return true;
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    state->reserve.refill();  // before anybody else takes what has just come free
  }
  // Now, with whatever the kernel still holds for its reader.
  void drop() {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }

  void enter(Phase next) {
    phase = next;
    entered = ++state->phases;
  }
  // All of it or, where memory runs out, nothing: no destructor will take it back then.
  void count_in() {
    if (of_proxy) {
      state->open.insert(this);
      return;
    }
    std::string key = network_key(address);
    Share& share = state->shares[key];
    try {
      state->open.insert(this);
    } catch (...) {
      if (share.connections == 0 && share.answer_bytes == 0) state->shares.erase(key);
      throw;
    }
    ++share.connections;
    holder = std::move(key);
  }
  void hold(std::string key) {
    holder = std::move(key);
    ++state->shares[holder].connections;
  }
  void let_go() {
    const auto entry = state->shares.find(holder);
    if (entry == state->shares.end()) return;
    if (--entry->second.connections == 0 && entry->second.answer_bytes == 0)
      state->shares.erase(entry);
    holder.clear();
  }

  std::shared_ptr<ServerState> state;
  tcp::socket socket;
  asio::steady_timer timer;
  beast::flat_buffer buffer;
  TlsContext tls_context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::string address;
  std::string holder;  // the network whose share it is part of; empty: nobody's
  std::uint64_t armed = 0;
  std::uint64_t entered = 0;  // its phase, in the order of all
  Pace pace;
  Phase phase = Phase::waiting;
  bool of_proxy;
  bool served;
  bool known = false;  // its request is of a valid token, session or secret
  bool writing = false;
  bool timed_out = false;
  bool idle = true;  // not a byte of a next request has come
};

namespace {

using ConnectionPtr = std::shared_ptr<Connection>;

// A body as a string that is emptied while more comes. Beast's own sets aside all that is
// announced.
struct PieceBody {
  using value_type = std::string;
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(beast::http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, error_code& ec) { ec = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& ec) {
      ec = {};
      std::size_t bytes = 0;
      for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers);
           ++it) {
        const asio::const_buffer part = *it;
        body_.append(static_cast<const char*>(part.data()), part.size());
        bytes += part.size();
      }
      return bytes;
    }
    void finish(error_code& ec) { ec = {}; }

   private:
    value_type& body_;
  };
};
using BodyParser = beast::http::request_parser<PieceBody>;

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

// The part of ServerLimits::answers_bytes one answer uses, given back when it is written.
class HeldAnswer {
 public:
  explicit HeldAnswer(ConnectionPtr connection)
      : state_(connection->state), holder_(connection->holder) {}
  HeldAnswer(const HeldAnswer&) = delete;
  HeldAnswer& operator=(const HeldAnswer&) = delete;
  ~HeldAnswer() {
    state_->answers_bytes -= bytes_;
    const auto share = state_->shares.find(holder_);
    if (bytes_ == 0 || share == state_->shares.end()) return;
    share->second.answer_bytes -= bytes_;
    if (share->second.connections == 0 && share->second.answer_bytes == 0)
      state_->shares.erase(share);
  }
  // False: there is no room for it.
  bool take(const Response& response, bool known) {
    const ServerLimits& limits = state_->limits;
    const std::size_t bytes =
        std::max(response.body.size(), response.stream ? limits.stream_piece_bytes : 0);
    if (bytes <= limits.small_answer_bytes) return true;
    const std::size_t part = limits.answers_bytes / 4;
    const auto share = state_->shares.find(holder_);
    const bool counted = share != state_->shares.end();
    if (state_->answers_bytes + bytes > (known ? limits.answers_bytes : part)) return false;
    // One answer of any size may go, though it be more than a part.
    if (counted && share->second.answer_bytes > 0 && share->second.answer_bytes + bytes > part)
      return false;
    bytes_ = bytes;
    state_->answers_bytes += bytes;
    if (counted) share->second.answer_bytes += bytes;
    return true;
  }

 private:
  std::shared_ptr<ServerState> state_;
  std::string holder_;
  std::size_t bytes_ = 0;
};

// Closes the connection of this share that has waited longest and whose request is not handled, or
// is nobody's known. False: there is none.
bool make_room(const ServerState& state, const std::string& holder) {
  using Phase = Connection::Phase;
  Connection* longest = nullptr;
  const auto worse = [](const Connection& a, const Connection& b) {
    const bool waits = a.phase == Phase::waiting;
    return waits == (b.phase == Phase::waiting) ? a.entered < b.entered : waits;
  };
  for (Connection* one : state.open) {
    if (one->holder != holder || one->phase == Phase::handled) continue;
    if (one->known && one->phase != Phase::waiting) continue;
    if (!longest || worse(*one, *longest)) longest = one;
  }
  if (!longest) return false;
  longest->drop();
  longest->let_go();
  return true;
}

// Whether one more of this network may be held.
bool has_share(ServerState& state, const std::string& holder, const std::string& address) {
  const auto share = state.shares.find(holder);
  const std::size_t most = state.limits.connections_per_address;
  if (most == 0 || share == state.shares.end() || share->second.connections < most) return true;
  state.addresses_refused.count(address);
  return make_room(state, holder);
}

// A proxy's connections are nobody's; each request on them is its client's.
bool take_share(Connection& connection, const std::string& client) {
  if (!connection.of_proxy || lies_in(client, connection.state->limits.proxies)) return true;
  const std::string holder = network_key(client);
  if (!has_share(*connection.state, holder, client)) return false;
  connection.hold(holder);
  return true;
}

std::size_t bytes_of(BodySize size, const ServerLimits& limits) {
  switch (size) {
    case BodySize::stranger:
      return std::min(limits.stranger_bytes, limits.body_bytes);
    case BodySize::known:
      return limits.body_bytes;
    case BodySize::file:
      break;
  }
  return limits.file_bytes;
}

// A body behind a head that has been checked.
class Incoming final : public IncomingBody, public std::enable_shared_from_this<Incoming> {
 public:
  Incoming(ConnectionPtr from, const RequestHead& head)
      : connection(std::move(from)),
        held(connection->state),
        length(head.chunked ? std::nullopt : head.content_length),
        waits(head.expects_continue && (head.chunked || head.content_length.value_or(0) > 0)) {
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(connection->state->limits.header_bytes));
    const ServerLimits& limits = connection->state->limits;
    parser.body_limit(std::max(limits.body_bytes, limits.file_bytes));  // check() knows whose it is
  }
  asio::awaitable<std::string> next(BodySize most) override;
  asio::awaitable<std::string> whole(BodySize most) override;
  std::optional<std::uint64_t> announced() const override { return length; }

  std::string& body() { return parser.get().body(); }
  // What a stranger announces is not held against them before it comes: a form whose session has
  // ended is shown again with what came of it.
  void check(BodySize most) {
    const std::uint64_t come = taken + parser.get().body().size();
    const std::uint64_t will = most == BodySize::stranger && !waits ? 0 : length.value_or(0);
    if (std::max(come, will) > bytes_of(most, connection->state->limits)) refuse("body_too_large");
  }
  void hold(std::size_t bytes) {
    if (!held.grow_to(bytes)) refuse("overloaded");
  }

  // The connection ends, also where all of the body has come by chance.
  [[noreturn]] void refuse(ProblemCode code) {
    refused = true;
    throw BodyFault(code);
  }

  ConnectionPtr connection;  // none once the request is answered
  HeldBytes held;
  BodyParser parser;
  std::optional<std::uint64_t> length;
  bool waits;  // the client, for 100-continue
  std::uint64_t taken = 0;
  bool handed_over = false;  // the handler reads
  bool timed = false;        // and its time has begun
  bool done = false;
  bool refused = false;
  bool gone = false;                   // the client
  std::chrono::nanoseconds done_at{};  // monotonic
};
using IncomingPtr = std::shared_ptr<Incoming>;

// What came of waiting for a request. Exactly one of the three.
struct Received {
  enum class Kind { request, refused, gone } kind = Kind::gone;
  Request request;  // refused: what is known of it
  Response refusal;
  bool keep_alive = false;
  IncomingPtr body;
};

Received refused(Received received, ProblemCode code, const Said& detail = {}) {
  received.kind = Received::Kind::refused;
  received.refusal = problem(received.request, code, detail);
  const int status = received.refusal.status;
  if (status == 503 || status == 429) received.refusal.headers.set("Retry-After", "1");
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
    // A stream of unknown length ends with its connection. Source: RFC 9112, 6.3.
    if (response.length || !response.stream)
      append_field(head, "Content-Length",
                   std::to_string(response.length.value_or(response.body.size())));
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
  error_code ec;
  connection->writing = true;
  while (!ec && !(head.empty() && body.empty())) {
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head.data(), head.size()),
                                                       asio::buffer(body.data(), body.size())};
    auto writing = connection->tls ? connection->tls->async_write_some(buffers, token)
                                   : connection->socket.async_write_some(buffers, token);
    const auto [failed, written] = co_await std::move(writing);
    ec = failed;
    connection->pace.wrote(written);
    const std::size_t of_head = std::min(written, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(written - of_head);
  }
  connection->writing = false;
  co_return ec;
}

// Too little has come to be the rest of a chunked body, which ends with "0 CRLF CRLF" at least.
// Beast 1.81 ends the process where it is given such a last chunk in pieces.
bool ends_sooner(const BodyParser& parser, std::size_t bytes) {
  return parser.is_header_done() && parser.chunked() && bytes < 5;
}

// What the buffer holds, into the body. At first the head is still there, and Beast reads it once
// more: a request is taken only where both readings agree.
void parse(Incoming& in) {
  beast::flat_buffer& buffer = in.connection->buffer;
  while (buffer.size() > 0 && !in.parser.is_done()) {
    if (ends_sooner(in.parser, buffer.size())) break;
    error_code ec;
    const std::size_t used = in.parser.put(buffer.cdata(), ec);
    buffer.consume(used);
    if (ec == beast::http::error::body_limit) throw BodyFault("body_too_large");
    if (ec && ec != beast::http::error::need_more)
      throw BodyFault("malformed_request", say<Detail::bad_framing>());
    if (ec || used == 0) break;
  }
  if (!in.parser.is_done()) return;
  in.done = true;
  const ServerState& state = *in.connection->state;
  if (state.monotonic) in.done_at = state.monotonic();
  in.connection->disarm();
}

asio::awaitable<void> read_more(IncomingPtr in) {
  if (!in->connection) throw BodyFault("request_timeout");
  const ConnectionPtr connection = in->connection;
  const ServerLimits& limits = connection->state->limits;
  if (in->handed_over && !std::exchange(in->timed, true)) connection->arm(limits.request_time);
  if (std::exchange(in->waits, false) && connection->buffer.size() == 0) {
    auto running = write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n", {});
    in->gone = bool(co_await std::move(running));
  }
  if (connection->buffer.size() >= body_read_bytes)
    throw BodyFault("malformed_request", say<Detail::chunk_header_too_long>());
  const std::size_t before = connection->buffer.size();
  if (!in->gone) {
    auto reading = read_some(connection, body_read_bytes);
    if (co_await std::move(reading) && !connection->timed_out) in->gone = true;
  }
  if (in->gone || connection->timed_out) throw BodyFault("request_timeout");
  const std::size_t read = connection->buffer.size() - before;
  if (in->handed_over)
    connection->prolong(
        std::chrono::milliseconds(1000 * read / limits.slowest_sender_bytes_per_second));
  parse(*in);
}

asio::awaitable<std::string> next_of(IncomingPtr in, BodySize most) {
  if (!in->connection) throw BodyFault("request_timeout");
  in->check(most);
  in->hold(in->connection->state->limits.file_piece_bytes);
  while (in->body().empty() && !in->done) {
    auto reading = read_more(in);
    co_await std::move(reading);
    in->check(most);
  }
  in->taken += in->body().size();
  co_return std::exchange(in->body(), {});
}

// Until it is all there, or more than `bytes`.
asio::awaitable<void> gather(IncomingPtr in, std::size_t bytes) {
  in->hold(in->body().size());
  while (!in->done && in->body().size() <= bytes) {
    auto reading = read_more(in);
    co_await std::move(reading);
    in->hold(in->body().size());
  }
}

asio::awaitable<std::string> whole_of(IncomingPtr in, BodySize most) {
  if (!in->connection) throw BodyFault("request_timeout");
  in->check(most);
  auto gathering = gather(in, bytes_of(most, in->connection->state->limits));
  co_await std::move(gathering);
  in->check(most);
  in->taken += in->body().size();
  co_return std::exchange(in->body(), {});
}

asio::awaitable<std::string> Incoming::next(BodySize most) {
  return next_of(shared_from_this(), most);
}
asio::awaitable<std::string> Incoming::whole(BodySize most) {
  return whole_of(shared_from_this(), most);
}

// Reads what follows a head that has been checked, which is still in the buffer, as far as it is
// taken from anybody.
asio::awaitable<Received> receive_body(ConnectionPtr connection, Received received,
                                       IncomingPtr body) {
  const std::size_t bytes = bytes_of(BodySize::stranger, connection->state->limits);
  received.body = body;
  try {
    parse(*body);
    body->hold(body->body().size());
    const bool later = body->waits || body->length.value_or(0) > bytes;
    if (!body->done && !later) {
      auto gathering = gather(body, bytes);
      co_await std::move(gathering);
    }
  } catch (const BodyFault& fault) {
    if (body->gone) co_return Received{};
    co_return refused(std::move(received), fault.code, fault.detail);
  }
  received.kind = Received::Kind::request;
  received.keep_alive = body->parser.get().keep_alive();
  if (body->done && body->body().size() <= bytes) {
    received.request.body = std::move(body->body());
  } else {
    body->handed_over = true;
    received.request.incoming = body;
  }
  co_return received;
}

// Waits for a whole head and leaves it in the buffer. Nothing: it is there, `bytes` long.
asio::awaitable<Received> receive(ConnectionPtr connection) {
  const ServerLimits& limits = connection->state->limits;
  connection->enter(Connection::Phase::waiting);
  connection->known = false;
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
                      Said("the head holds a control byte or a bare line end"));
  }
  if (connection->timed_out) co_return refused(std::move(received), "request_timeout");
  if (scan.kind == HeadScan::Kind::incomplete || scan.bytes > limits.header_bytes) {
    co_return refused(std::move(received), "header_too_large");
  }
  auto head = parse_head(unread(*connection).substr(0, scan.bytes));
  if (!head) co_return refused(std::move(received), head.error().code, Said(head.error().detail));
  auto body = std::make_shared<Incoming>(connection, *head);
  received.request =
      to_request(std::move(*head), *connection, std::move(received.request.request_id));
  connection->enter(Connection::Phase::body);
  if (!take_share(*connection, received.request.remote_address)) {
    co_return refused(std::move(received), "too_many_requests");
  }
  auto reading = receive_body(connection, std::move(received), std::move(body));
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
  } catch (const BodyFault& fault) {
    response = problem(language, fault, request_id);
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

// Instead of an answer there is no room for.
Response crowded(Response answer, const Framing& framing) {
  Response instead = problem(framing.language, "overloaded");
  instead.headers.set("Retry-After", "1");
  instead.route = std::move(answer.route);
  return instead;
}

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
  connection->pace.begin();
  connection->watch_reader();
  auto writing =
      write_all(connection, head, bodiless ? std::string_view{} : std::string_view(response.body));
  error_code ec = co_await std::move(writing);
  std::uint64_t sent = response.body.size();
  while (!ec && !bodiless && response.stream && sent != response.length) {
    auto waiting = response.stream();
    const std::string bytes = co_await std::move(waiting);
    if (bytes.empty() || !connection->socket.is_open()) break;
    sent += bytes.size();
    auto going_on = write_all(connection, {}, bytes);
    ec = co_await std::move(going_on);
  }
  connection->disarm();
  co_return !ec && (bodiless || !response.length || sent == *response.length);
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
  connection->enter(Connection::Phase::handled);
  auto running = answer(connection, std::move(received.request));
  Response response = co_await std::move(running);
  const auto end = state.monotonic ? state.monotonic() : std::chrono::nanoseconds{};
  const IncomingPtr body = std::exchange(received.body, nullptr);
  body->connection.reset();
  body->held.grow_to(0);
  connection->disarm();
  connection->known = !named.trace->actor.empty();
  HeldAnswer held(connection);
  if (!held.take(response, connection->known)) response = crowded(std::move(response), framing);
  connection->enter(Connection::Phase::answered);
  observe(state, named, response, end - std::max(start, body->done_at));
  if (body->gone) {
    *lingering = false;
    co_return false;
  }
  framing.keep_alive = received.keep_alive && body->done && !body->refused && !state.draining &&
                       (!response.stream || response.length);
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
      if (connection->of_proxy) connection->let_go();
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
            ProblemCode code) {
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
  if (!lies_in(address, limits.proxies) && !has_share(*state, network_key(address), address)) {
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
  state_->addresses_refused.stop();
  state_->slow_readers.stop();
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
