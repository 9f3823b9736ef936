// One connection of the server, and what all of them share: how many there are, whose they are, and
// how many bytes their bodies and answers hold. Inside the server only.
#pragma once
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "daemon/http/message.h"
#include "daemon/http/server.h"
#include "daemon/http/tls.h"

namespace tenggat::http {

inline constexpr auto kAsTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

// What happens too often for a line each: the first is logged at once, then how many there were in
// each minute that had some.
class Tally {
 public:
  Tally(const boost::asio::any_io_executor& executor, std::string_view event)
      : minute_(std::make_shared<boost::asio::steady_timer>(executor)), event_(event) {}
  void count(const std::string& address);
  void stop() { minute_->cancel(); }

 private:
  void say();

  std::shared_ptr<boost::asio::steady_timer> minute_;
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
  std::optional<std::size_t> taken();

 private:
  std::array<std::size_t, kParts> marks_{};
  std::size_t written_ = 0, parts_ = 0;
};

// A descriptor kept back, so that a process without any can still take a connection and answer it.
class ReserveDescriptor {
 public:
  ReserveDescriptor() { refill(); }
  ReserveDescriptor(const ReserveDescriptor&) = delete;
  ReserveDescriptor& operator=(const ReserveDescriptor&) = delete;
  ~ReserveDescriptor() { spend(); }
  void refill();
  bool spend();

 private:
  int fd_ = -1;
};

struct Connection;
using ConnectionPtr = std::shared_ptr<Connection>;

struct ServerState {
  // Of one network.
  struct Share {
    std::size_t connections = 0, answer_bytes = 0;
  };

  ServerState(const boost::asio::any_io_executor& executor,
              const boost::asio::ip::tcp::endpoint& endpoint, ServerLimits server_limits,
              Handler request_handler);

  std::string next_request_id();

  boost::asio::ip::tcp::acceptor acceptor;
  ReserveDescriptor reserve;
  boost::asio::steady_timer say_again;  // that connections cannot be taken
  bool said = false;
  std::uint64_t not_taken = 0;         // attempts since it was last said
  boost::asio::steady_timer all_gone;  // cancelled when the last connection goes
  ServerLimits limits;
  Handler handler;
  TlsContext tls;  // none: plain HTTP
  Observer observer;
  FaultPage fault_page;
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

  Connection(std::shared_ptr<ServerState> server, boost::asio::ip::tcp::socket accepted,
             std::string peer, Kind kind);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Until disarm(), the reads and writes of this connection end with operation_aborted after
  // `time`.
  void arm(std::chrono::milliseconds time);
  void prolong(std::chrono::milliseconds time);  // has that much more time, unless it has run out
  void disarm();
  // Until disarm(), a write that a reader takes too slowly ends with operation_aborted.
  void watch_reader();
  void close();
  void drop();  // now, with whatever the kernel still holds for its reader

  void enter(Phase next);
  void hold(std::string key);  // is part of this network's share
  void let_go();               // is nobody's any more

  std::shared_ptr<ServerState> state;
  boost::asio::ip::tcp::socket socket;
  boost::asio::steady_timer timer;
  boost::beast::flat_buffer buffer;
  TlsContext tls_context;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls;
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

 private:
  void mind_timer();
  bool reader_is_slow();
  void count_in();
};

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
  bool grow_to(std::size_t bytes);  // false: more than all may hold

 private:
  std::shared_ptr<ServerState> state_;
  std::size_t bytes_ = 0;
};

// The part of ServerLimits::answers_bytes one answer uses, given back when it is written.
class HeldAnswer {
 public:
  explicit HeldAnswer(const Connection& connection)
      : state_(connection.state), holder_(connection.holder) {}
  HeldAnswer(const HeldAnswer&) = delete;
  HeldAnswer& operator=(const HeldAnswer&) = delete;
  ~HeldAnswer();
  bool take(const Response& response, bool known);  // false: there is no room for it

 private:
  std::shared_ptr<ServerState> state_;
  std::string holder_;
  std::size_t bytes_ = 0;
};

// Whether the address is of one of these networks.
bool lies_in(const std::string& address, const std::vector<Network>& networks);
// Whether one more of this network may be held. Where it has its share, that which has waited
// longest goes for it.
bool has_share(ServerState& state, const std::string& holder, const std::string& address);
// A proxy's connections are nobody's; each request on them is its client's, and counts for that
// network from here. False: it has its share already.
bool take_share(Connection& connection, const std::string& client);

// Into its buffer, `bytes` at most.
boost::asio::awaitable<boost::system::error_code> read_some(ConnectionPtr connection,
                                                            std::size_t bytes);
boost::asio::awaitable<boost::system::error_code> write_all(ConnectionPtr connection,
                                                            std::string_view head,
                                                            std::string_view body);

}  // namespace tenggat::http
