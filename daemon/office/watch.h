// The SLA watch: finds open permits with something due by the partial index and lets the core take
// it from there. Has a connection of its own, so that a flood of commands does not starve it.
// Several daemons may watch one database: what one holds the others skip.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "daemon/metrics.h"
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
  // batch holds means there may be more. Where the database refuses the batch's rows, each permit
  // is caught up alone and the one that is refused again is set aside for a while.
  boost::asio::awaitable<int> run_once();
  // How long nothing will be due, in machine time; at most kLongestSleep.
  boost::asio::awaitable<std::chrono::milliseconds> until_due();

  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  std::vector<std::string> absent(Instant now) const;
  boost::asio::awaitable<int> run_batch(int limit);
  boost::asio::awaitable<int> run_one_by_one();
  boost::asio::awaitable<void> set_aside(std::int64_t permit, std::string why);
  store::PermitChange caught_up(store::StoredPermit stored, Instant now);

  pg::Pool& pool_;
  Rulebook& rulebook_;
  std::vector<std::int64_t> locked_;  // by the last batch
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
