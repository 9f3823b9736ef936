// What becomes of a message that does not arrive over its channel: the same notices go to the same
// person over the next channel of theirs; where there is none it is a dead letter, and what it said
// to an officer is told to whoever stands next in the chain.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <vector>

#include "daemon/base/metrics.h"
#include "daemon/pg/pool.h"
#include "daemon/store/sending.h"

namespace tenggat::office {

// Whether a channel is configured and takes messages.
using UsableChannel = std::function<bool(notify::Channel)>;

// Where each of them goes on, of those that have somewhere to go.
boost::asio::awaitable<std::vector<store::Fallback>> find_fallbacks(
    pg::Transaction& transaction, std::vector<store::Unarrived> unarrived, UsableChannel usable);
bool has_fallback(const std::vector<store::Fallback>& fallbacks, store::Fenced message);

class Rerouting {
 public:
  Rerouting(pg::Pool& pool, Metrics& metrics, UsableChannel usable);

  // Of the accepted ones, those a receipt calls undelivered and those without any in time. Returns
  // how many there were; up to a batch of them.
  boost::asio::awaitable<int> settle_undelivered();
  // Of those that are due over a channel that takes nothing. Who cannot be reached otherwise waits
  // for `next_trial`.
  // With a `text_template`, of that text alone.
  boost::asio::awaitable<int> divert(notify::Channel channel, std::chrono::milliseconds next_trial,
                                     std::string text_template = "");

 private:
  pg::Pool& pool_;
  Metrics& metrics_;
  UsableChannel usable_;
};

}  // namespace tenggat::office
