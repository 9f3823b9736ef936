#include "daemon/http/connection.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

#include "daemon/base/log.h"

namespace tenggat::http {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
namespace {

constexpr auto say_again = std::chrono::minutes(1);

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

}  // namespace

bool lies_in(const std::string& address, const std::vector<Network>& networks) {
  const auto bits = parse_address(address);
  return bits && std::any_of(networks.begin(), networks.end(),
                             [&](const Network& network) { return network.contains(*bits); });
}

bool has_share(ServerState& state, const std::string& holder, const std::string& address) {
  const auto share = state.shares.find(holder);
  const std::size_t most = state.limits.connections_per_address;
  if (most == 0 || share == state.shares.end() || share->second.connections < most) return true;
  state.addresses_refused.count(address);
  return make_room(state, holder);
}

bool take_share(Connection& connection, const std::string& client) {
  if (!connection.of_proxy || lies_in(client, connection.state->limits.proxies)) return true;
  const std::string holder = network_key(client);
  if (!has_share(*connection.state, holder, client)) return false;
  connection.hold(holder);
  return true;
}

void Tally::count(const std::string& address) {
  last_ = address;
  ++count_;
  if (!waiting_) say();
}

void Tally::say() {
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

std::optional<std::size_t> Pace::taken() {
  std::size_t& mark = marks_[parts_ % kParts];
  const std::size_t since = written_ - std::exchange(mark, written_);
  return ++parts_ < kParts ? std::nullopt : std::optional(since);
}

void ReserveDescriptor::refill() {
  if (fd_ < 0) fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool ReserveDescriptor::spend() {
  if (fd_ < 0) return false;
  ::close(std::exchange(fd_, -1));
  return true;
}

ServerState::ServerState(const asio::any_io_executor& executor, const tcp::endpoint& endpoint,
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

std::string ServerState::next_request_id() { return fmt::format("{}-{:x}", id_prefix, ++requests); }

Connection::Connection(std::shared_ptr<ServerState> server, tcp::socket accepted, std::string peer,
                       Kind kind)
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

Connection::~Connection() {
  if (!served) {
    --state->refusing;
    return;
  }
  state->open.erase(this);
  let_go();
  if (state->open.empty()) state->all_gone.cancel();
}

void Connection::arm(std::chrono::milliseconds time) {
  timed_out = false;
  timer.expires_after(time);
  mind_timer();
}

void Connection::prolong(std::chrono::milliseconds time) {
  if (timed_out) return;
  timer.expires_at(timer.expiry() + time);
  mind_timer();
}

void Connection::mind_timer() {
  const std::uint64_t mine = ++armed;
  timer.async_wait([weak = weak_from_this(), mine](error_code ec) {
    const auto self = weak.lock();
    if (ec || !self || self->armed != mine) return;
    self->timed_out = true;
    error_code ignored;
    self->socket.cancel(ignored);
  });
}

void Connection::disarm() {
  ++armed;
  timer.cancel();
  timed_out = false;
}

void Connection::watch_reader() {
  const std::uint64_t mine = ++armed;
  timer.expires_after(state->limits.slow_reader_time / Pace::kParts);
  timer.async_wait([weak = weak_from_this(), mine](error_code ec) {
    const auto self = weak.lock();
    if (ec || !self || self->armed != mine) return;
    if (self->reader_is_slow()) return self->drop();
    self->watch_reader();
  });
}

bool Connection::reader_is_slow() {
  const ServerLimits& limits = state->limits;
  if (!writing) return false;
  const auto taken = pace.taken();
  const auto least = limits.slowest_reader_bytes_per_second *
                     static_cast<std::size_t>(limits.slow_reader_time.count()) / 1000;
  if (!taken || *taken >= least) return false;
  state->slow_readers.count(address);
  return true;
}

void Connection::close() {
  error_code ignored;
  socket.close(ignored);
  state->reserve.refill();  // before anybody else takes what has just come free
}

void Connection::drop() {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void Connection::enter(Phase next) {
  phase = next;
  entered = ++state->phases;
}

// All of it or, where memory runs out, nothing: no destructor will take it back then.
void Connection::count_in() {
  if (of_proxy) {
    state->open.insert(this);
    return;
  }
  std::string key = network_key(address);
  ServerState::Share& share = state->shares[key];
  try {
    state->open.insert(this);
  } catch (...) {
    if (share.connections == 0 && share.answer_bytes == 0) state->shares.erase(key);
    throw;
  }
  ++share.connections;
  holder = std::move(key);
}

void Connection::hold(std::string key) {
  holder = std::move(key);
  ++state->shares[holder].connections;
}

void Connection::let_go() {
  const auto entry = state->shares.find(holder);
  if (entry == state->shares.end()) return;
  if (--entry->second.connections == 0 && entry->second.answer_bytes == 0)
    state->shares.erase(entry);
  holder.clear();
}

bool HeldBytes::grow_to(std::size_t bytes) {
  state_->bodies_bytes += bytes - bytes_;
  bytes_ = bytes;
  return state_->bodies_bytes <= state_->limits.bodies_bytes;
}

HeldAnswer::~HeldAnswer() {
  state_->answers_bytes -= bytes_;
  const auto share = state_->shares.find(holder_);
  if (bytes_ == 0 || share == state_->shares.end()) return;
  share->second.answer_bytes -= bytes_;
  if (share->second.connections == 0 && share->second.answer_bytes == 0)
    state_->shares.erase(share);
}

bool HeldAnswer::take(const Response& response, bool known) {
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

asio::awaitable<error_code> read_some(ConnectionPtr connection, std::size_t bytes) {
  // The timer may have run out between two reads, when there was nothing to cancel.
  if (connection->timed_out) co_return asio::error::operation_aborted;
  const auto space = connection->buffer.prepare(bytes);
  auto reading = connection->tls ? connection->tls->async_read_some(space, kAsTuple)
                                 : connection->socket.async_read_some(space, kAsTuple);
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
    auto writing = connection->tls ? connection->tls->async_write_some(buffers, kAsTuple)
                                   : connection->socket.async_write_some(buffers, kAsTuple);
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

}  // namespace tenggat::http
