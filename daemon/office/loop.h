// What the working loops share: how a cycle's outcome is measured and logged, how long to sleep,
// and what an outage means (wait, then go on). Each loop is run() around run_once().
#pragma once
#include <chrono>
#include <exception>
#include <string_view>

#include "daemon/metrics.h"
#include "daemon/store/moment.h"

namespace tenggat::office {

// Polling is the truth: no loop trusts a notification to come.
inline constexpr std::chrono::milliseconds kLongestSleep{1000};
inline constexpr std::chrono::milliseconds kAfterOutage{500};

// Machine time until `office_seconds` have passed on the office's clock, within the bounds above.
std::chrono::milliseconds sleep_for(std::optional<Seconds> office_seconds,
                                    const store::Moment& moment);

// Measures one cycle of a loop; destroyed without succeed() it counts as a failure.
class Cycle {
 public:
  Cycle(Metrics& metrics, std::string_view loop);
  ~Cycle();
  Cycle(const Cycle&) = delete;
  Cycle& operator=(const Cycle&) = delete;
  void succeed();

 private:
  Metrics::Loop& loop_;
  std::chrono::nanoseconds begun_;
  bool succeeded_ = false;
};

// Logs why a cycle failed: an outage as a warning, anything else as an error.
void log_cycle_failure(std::string_view loop, const std::exception& why);

}  // namespace tenggat::office
