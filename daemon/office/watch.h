// The SLA watch: finds open permits with something due by the partial index and lets the core take
// it from there. Has a connection of its own, so that a flood of commands does not starve it.
// Several daemons may watch one database: what one holds the others skip.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>

#include "daemon/base/metrics.h"
#include "daemon/office/clock_steps.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "daemon/store/permits.h"

namespace tenggat::office {

class Watch : public Loop {
 public:
  Watch(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
        Metrics& metrics);

  // Catches up one batch of permits in one transaction. Returns how many there were; as many as the
  // batch holds means there may be more. One that cannot be loaded or decided is set aside for a
  // while; where the database refuses the batch's rows, each permit is caught up alone, so that the
  // one that is refused again can be.
  boost::asio::awaitable<int> run_once();
  // Those set aside whose time has come, one by one, until one fails again.
  boost::asio::awaitable<void> look_at_set_aside();
  // How long nothing will be due, in machine time; at most kLongestSleep.
  boost::asio::awaitable<std::chrono::milliseconds> until_due();

  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }
  // What is due hangs on the database's clock: it looks first whether that has been set.
  ClockSteps& clock() { return clock_; }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  std::vector<std::string> absent(Instant now) const;
  enum class Which { due, set_aside };
  struct Caught {
    int permits = 0, set_aside = 0;
  };
  boost::asio::awaitable<Caught> run_batch(int limit, Which which = Which::due);
  // One permit; where the database refuses it, it is set aside.
  boost::asio::awaitable<Caught> run_alone(Which which);
  boost::asio::awaitable<int> run_one_by_one();
  boost::asio::awaitable<std::vector<std::int64_t>> lock_due(pg::Connection& connection,
                                                             pg::Transaction& transaction,
                                                             int limit, Which which);
  store::PermitChange caught_up(store::StoredPermit stored, Instant now);

  pg::Pool& pool_;
  Rulebook& rulebook_;
  ClockSteps clock_;
  std::vector<std::int64_t> locked_;      // by the last batch
  std::chrono::nanoseconds next_look_{};  // at what is set aside; monotonic
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
