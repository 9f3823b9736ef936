#include "daemon/pg/pool.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

namespace tenggat::pg {
namespace asio = boost::asio;

// The right to hold one connection. Handed straight to the first in the queue when it is given up,
// so a newcomer never overtakes.
class Pool::Ticket {
 public:
  // One that waits to be granted is none yet.
  enum class Is { granted, waiting };
  Ticket(std::shared_ptr<State> state, Is is)
      : state_{std::move(state)}, granted_{is == Is::granted} {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket();
  State& state() const { return *state_; }
  bool granted() const { return granted_; }
  void grant() noexcept { granted_ = true; }

 private:
  std::shared_ptr<State> state_;
  bool granted_;
};

struct Pool::State : std::enable_shared_from_this<State> {
  struct Waiter {
    explicit Waiter(const std::shared_ptr<State>& state)
        : called{state->executor}, ticket{std::make_unique<Ticket>(state, Ticket::Is::waiting)} {}
    asio::steady_timer called;
    std::unique_ptr<Ticket> ticket;  // made beforehand: granting it must not fail
  };
  // Whoever waits no longer is in no queue, however that came.
  struct Leaving {
    State& state;
    std::shared_ptr<Waiter> waiter;
    ~Leaving() { std::erase(state.queue, waiter); }
  };

  State(asio::any_io_executor executor_in, PoolOptions options_in)
      : executor{std::move(executor_in)}, options{std::move(options_in)}, retry{executor} {}

  void count(const Error& error) {
    ++statistics.errors[std::string{error.sqlstate_class()}];
    if (observer) observer(error);
  }
  [[noreturn]] void refuse(const std::string& why) {
    ++statistics.refusals;
    throw PoolBusy{{.sqlstate = "53300", .message = why}};
  }
  [[noreturn]] void refuse_closed() {
    throw ConnectionLost{{.sqlstate = "57P01", .message = "the connection pool is closed"}};
  }
  std::unique_ptr<Ticket> take_ticket() {
    auto ticket = std::make_unique<Ticket>(shared_from_this(), Ticket::Is::granted);
    ++tickets_out;
    return ticket;
  }
  void return_ticket() noexcept;
  std::unique_ptr<Connection> take_idle();
  void take_back(std::unique_ptr<Connection> connection) noexcept;
  void drop(std::unique_ptr<Connection> connection) noexcept;
  void opened(const Connection& connection);
  void failed(const Error& error);

  asio::any_io_executor executor;
  PoolOptions options;
  std::function<void(const Error&)> observer;
  std::vector<std::unique_ptr<Connection>> idle;  // the most recently used last, and taken first
  std::deque<std::shared_ptr<Waiter>> queue;
  std::size_t tickets_out = 0;
  std::size_t to_replace = 0;
  bool closed = false;

  asio::steady_timer retry;
  bool backing_off = false;
  Timeout backoff{};
  std::string last_failure, last_sqlstate;
  PoolStatistics statistics;
};

Pool::Ticket::~Ticket() {
  if (granted_) state_->return_ticket();
}

void Pool::State::return_ticket() noexcept {
  --tickets_out;
  if (closed || queue.empty()) return;
  const auto waiter = queue.front();
  queue.pop_front();
  ++tickets_out;
  waiter->ticket->grant();
  waiter->called.cancel();
}

std::unique_ptr<Connection> Pool::State::take_idle() {
  while (!idle.empty()) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    if (connection->looks_alive()) return connection;
    drop(std::move(connection));
  }
  return nullptr;
}

void Pool::State::take_back(std::unique_ptr<Connection> connection) noexcept {
  if (closed || connection->broken() || connection->in_transaction()) {
    drop(std::move(connection));
  } else {
    idle.push_back(std::move(connection));
  }
}

void Pool::State::drop(std::unique_ptr<Connection> connection) noexcept {
  connection.reset();
  --statistics.open;
  ++to_replace;
}

void Pool::State::opened(const Connection& connection) {
  ++statistics.open;
  ++statistics.connects;
  if (to_replace > 0) {
    --to_replace;
    ++statistics.reconnects;
  }
  statistics.up = true;
  backoff = Timeout{};
  // Begin at the host that works: a mute one costs its whole timeout each time.
  options.connect.first_host = connection.host_index();
}

void Pool::State::failed(const Error& error) {
  ++statistics.connect_failures;
  statistics.up = false;
  last_failure = error.message();
  last_sqlstate = error.sqlstate();
  if (backing_off) return;  // several attempts were under way at once: one step, not several
  backoff = std::clamp(2 * backoff, options.backoff_min, options.backoff_max);
  retry.expires_after(backoff);
  retry.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
    if (const auto state = weak.lock()) state->backing_off = false;
  });
  backing_off = true;  // last: without the wait it would never be over
}

Pool::Lease::Lease(std::unique_ptr<Ticket> ticket, std::unique_ptr<Connection> connection)
    : ticket_{std::move(ticket)}, connection_{std::move(connection)} {}
Pool::Lease::Lease(Lease&&) noexcept = default;
Pool::Lease& Pool::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    give_back();
    ticket_ = std::move(other.ticket_);
    connection_ = std::move(other.connection_);
  }
  return *this;
}
Pool::Lease::~Lease() { give_back(); }

// Connection first: whoever is handed the ticket looks for it among the idle ones.
void Pool::Lease::give_back() noexcept {
  if (connection_) ticket_->state().take_back(std::move(connection_));
  ticket_.reset();
}

Pool::Pool(asio::any_io_executor executor, PoolOptions options)
    : state_{std::make_shared<State>(std::move(executor), std::move(options))} {
  state_->idle.reserve(state_->options.connections_max);
  state_->observer = std::move(state_->options.connect.on_error);
  state_->options.connect.on_error = [weak = std::weak_ptr{state_}](const Error& error) {
    if (const auto state = weak.lock()) state->count(error);
  };
}

Pool::~Pool() { close(); }

Awaitable<Pool::Lease> Pool::acquire() { return acquire_from(state_); }

Awaitable<Pool::Lease> Pool::acquire_from(std::shared_ptr<State> state) {
  if (state->closed) state->refuse_closed();
  std::unique_ptr<Ticket> ticket;
  if (state->tickets_out < state->options.connections_max) {
    ticket = state->take_ticket();
  } else {
    if (state->queue.size() >= state->options.waiters_max) {
      state->refuse("the queue for a database connection is full");
    }
    const auto waiter = std::make_shared<State::Waiter>(state);
    state->queue.push_back(waiter);
    const State::Leaving leaving{*state, waiter};
    waiter->called.expires_after(state->options.acquire_timeout);
    co_await waiter->called.async_wait(asio::as_tuple(asio::use_awaitable));
    ticket = std::move(waiter->ticket);
    if (!ticket->granted()) {
      if (state->closed) state->refuse_closed();
      state->refuse("no database connection came free in time");
    }
    if (state->closed) state->refuse_closed();
  }

  if (auto connection = state->take_idle()) {
    co_return Lease{std::move(ticket), std::move(connection)};
  }
  if (state->backing_off) {
    throw ConnectionLost{{.sqlstate = state->last_sqlstate,
                          .message = "waiting to try again: " + state->last_failure}};
  }
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<Connection>(co_await Connection::connect(state->options.connect));
  } catch (const Error& error) {
    state->failed(error);
    throw;
  }
  state->opened(*connection);
  Lease lease{std::move(ticket), std::move(connection)};
  if (state->closed) state->refuse_closed();
  co_return lease;
}

PoolStatistics Pool::statistics() const {
  PoolStatistics now = state_->statistics;
  now.idle = state_->idle.size();
  now.waiting = state_->queue.size();
  return now;
}

void Pool::close() {
  if (std::exchange(state_->closed, true)) return;
  state_->statistics.open -= state_->idle.size();
  state_->idle.clear();
  state_->retry.cancel();
  for (const auto& waiter : std::exchange(state_->queue, {})) waiter->called.cancel();
}

}  // namespace tenggat::pg
