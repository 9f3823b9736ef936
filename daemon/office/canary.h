// The canary: a permit of the daemon's own whose one step goes overdue on purpose and is escalated
// the whole way, through the committer, the watch, the composer and the dispatcher, to a real
// address. When it last arrived is canary_last_delivery_timestamp_seconds: while any loop stands
// still, or the channel, it grows old. Nobody is shown any of it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "daemon/base/metrics.h"
#include "daemon/office/committer.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

struct CanarySettings {
  std::chrono::seconds every{900};  // machine time
  std::string to;                   // an email address or a WhatsApp number; empty: none is let out
};

// In trial nothing leaves the house, nor does the canary.
CanarySettings canary_settings(const Setup& setup);

class Canary : public Loop {
 public:
  // All references must outlive run().
  Canary(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
         Committer& committer, Metrics& metrics, CanarySettings settings);

  // Publishes when one last arrived; lets the next one out when its time has come and no other
  // daemon on this database was first. Returns whether it did. Earlier ones are gone then.
  boost::asio::awaitable<bool> run_once();

  void reload(CanarySettings settings);
  void reload(const Setup& setup) override { reload(canary_settings(setup)); }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<void> let_out();

  pg::Pool& pool_;
  Rulebook& rulebook_;
  Committer& committer_;
  CanarySettings settings_;
  bool cleared_ = false;   // of what an earlier configuration has left
  bool has_turn_ = false;  // and could not use it yet
};

}  // namespace tenggat::office
