// A bounded set of connections to one database. Connections open on demand, stay open, and are
// replaced when they break; a dead database is not hammered.
//
// One thread: the pool, its leases and their coroutines live on one io_context.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "daemon/pg/connection.h"

namespace tenggat::pg {

struct PoolOptions {
  explicit PoolOptions(std::string conninfo = {}) : connect{std::move(conninfo)} {}

  ConnectOptions connect;  // its on_error is called too
  std::size_t connections_max = 4;
  std::size_t waiters_max = 256;
  Timeout acquire_timeout = std::chrono::seconds{5};  // in the queue; opening has host_timeout
  Timeout backoff_min = std::chrono::milliseconds{100};
  // Bounds how soon after a failover work goes on. An attempt at a dead host costs it nothing.
  Timeout backoff_max = std::chrono::milliseconds{250};
};

struct PoolStatistics {
  std::size_t open = 0;  // leased and idle
  std::size_t idle = 0;
  std::size_t waiting = 0;
  bool up = false;                     // the last attempt to open a connection succeeded
  std::uint64_t connects = 0;          // opened, ever
  std::uint64_t connect_failures = 0;  // attempts that reached no host
  std::uint64_t reconnects = 0;        // of connects, those that took the place of a dropped one
  std::uint64_t refusals = 0;          // acquire() that gave up in or before the queue
  std::map<std::string, std::uint64_t> errors;  // by SQLSTATE class, as "23", "40", "08"
};

// No connection came free in time, or the queue is full. SQLSTATE 53300: it passes as
// an outage does, though the database may be well.
class PoolBusy : public Error {
 public:
  using Error::Error;
};

class Pool {
  struct State;
  class Ticket;

 public:
  // A connection on loan; move-only. On destruction it goes back if it is healthy and idle, else it
  // is dropped (broken, or a transaction left open). May outlive the Pool.
  class Lease {
   public:
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) noexcept;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    friend class Pool;
    Lease(std::unique_ptr<Ticket> ticket, std::unique_ptr<Connection> connection);
    void give_back() noexcept;

    std::unique_ptr<Ticket> ticket_;
    std::unique_ptr<Connection> connection_;
  };

  Pool(boost::asio::any_io_executor executor, PoolOptions options);
  ~Pool();  // close()

  // First come, first served. Throws PoolBusy; ConnectionLost when no host can be reached, at once
  // and without trying while the backoff after an earlier failure runs, and after close().
  Awaitable<Lease> acquire();

  PoolStatistics statistics() const;

  // Closes idle connections, refuses those who wait and who come later. Leased connections close as
  // they come back.
  void close();

 private:
  static Awaitable<Lease> acquire_from(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace tenggat::pg
