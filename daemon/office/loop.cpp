#include "daemon/office/loop.h"

#include <algorithm>
#include <new>

#include "daemon/base/clock.h"

namespace tenggat::office {

bool refuses_a_row(const pg::Error& error) {
  return !error.is_outage() && !error.outcome_unknown() && !error.is_stale_plan() &&
         error.sqlstate_class() != "40" && error.sqlstate_class() != "57";
}

std::chrono::milliseconds sleep_for(std::optional<Seconds> office_seconds,
                                    const store::Moment& moment) {
  if (!office_seconds || moment.speed <= 0) return kLongestSleep;
  const double milliseconds =
      1000.0 * static_cast<double>(std::max<std::int64_t>(office_seconds->count(), 0)) /
      moment.speed;
  if (milliseconds >= static_cast<double>(kLongestSleep.count())) return kLongestSleep;
  return std::max(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)),
                  std::chrono::milliseconds(1));
}

Cycle::Cycle(Metrics& metrics, std::string_view loop)
    : loop_(metrics.loop(loop)), begun_(Clock::monotonic()) {}

Cycle::~Cycle() {
  loop_.cycle_duration_seconds.Observe(
      std::chrono::duration<double>(Clock::monotonic() - begun_).count());
  if (succeeded_)
    loop_.last_success_timestamp_seconds.Set(Clock::machine_seconds());
  else
    loop_.failures.Increment();
}

void Cycle::succeed() { succeeded_ = true; }

Loop::Loop(std::string name, boost::asio::any_io_executor executor, Metrics& metrics,
           std::chrono::milliseconds gather)
    : Worker(std::move(name)),
      metrics_(metrics),
      woken_(std::move(executor), gather),
      hears_of_work_(gather.count() > 0) {}

boost::asio::awaitable<void> Loop::run() {
  while (!stopping_) {
    std::chrono::milliseconds sleep = kAfterOutage;
    try {
      Cycle measured(metrics_, name());
      sleep = co_await cycle();
      measured.succeed();
      trouble_.succeeded();
    } catch (const std::exception& why) {
      trouble_.failed(why);
    }
    ++cycles_;
    try {
      if (!stopping_) co_await woken_.wait(sleep);
    } catch (const std::bad_alloc&) {
      // Then it does not wait.
    }
  }
}

void Loop::wake() {
  if (hears_of_work_) woken_.notify();
}

void Loop::stop() {
  stopping_ = true;
  woken_.notify();
}

}  // namespace tenggat::office
