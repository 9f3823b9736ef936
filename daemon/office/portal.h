// The portal's webhook: takes over each change once it counts, and posts it until the portal has
// it. Which changes have been taken over is in the database, so that a stop, a crash or a second
// daemon loses none and makes none twice. Each try is counted before it is made and holds a lease
// with a fencing token; a repeat has the same id and the same bytes.
//
// Several are under way at once. A place that comes free is taken at once, so that a slow answer
// holds up nothing but its own permit.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "daemon/store/portal.h"
#include "notifiers/curl_client.h"
#include "notifiers/webhook/portal.h"

namespace tenggat::office {

// The events of all changes with `after` <= at < `until`, to be posted once more. A flight a
// portion; returns how many there were.
boost::asio::awaitable<std::int64_t> replay_changes(pg::Connection& connection, Rulebook& rulebook,
                                                    Instant after, Instant until);

class Portal : public Loop {
 public:
  struct Options {
    notify::portal::Config config;
    bool trial = false;  // recorded, never posted
  };
  Portal(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
         Metrics& metrics, Options options);

  // What is changed from now on counts, where no portal was followed before. Comes before anybody
  // is served, or told that a reload was taken: else the first changes would be nobody's.
  boost::asio::awaitable<void> begin(const Config& config);
  // Takes over what counts by now; returns how many changes were looked at.
  boost::asio::awaitable<int> take_over();
  // Lets what is due set out, as far as there are places; returns how much did.
  boost::asio::awaitable<int> post_due();
  // Until every answer is on record, but no longer.
  boost::asio::awaitable<void> answers(std::chrono::milliseconds at_most);

  boost::asio::awaitable<void> run() override;
  static Options options_of(const Config& config, const Secrets& secrets);
  void reload(Options options);
  void reload(const Setup& setup) override { reload(options_of(setup.config, setup.secrets)); }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<void> number();
  boost::asio::awaitable<void> post(store::ClaimedEvent claimed);
  boost::asio::awaitable<void> record(store::ClaimedEvent claimed, notify::portal::Answer answer);
  boost::asio::awaitable<std::chrono::milliseconds> until_due();
  boost::asio::awaitable<void> forget();

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Rulebook& rulebook_;
  std::shared_ptr<const Options> options_;
  notify::CurlClient client_;  // of its own: what others may connect to is not shared
  int under_way_ = 0;
  std::chrono::nanoseconds forget_at_{};  // monotonic
};

}  // namespace tenggat::office
