// Notices when the database's clock is set to another time: it is compared with this process's
// monotonic one, and at the start with what is stored. What waits by the former time is then
// planned again, once, whoever of several daemons notices first. Small corrections are none: clocks
// are kept right by them.
#pragma once
#include <chrono>
#include <functional>
#include <optional>

#include "daemon/base/metrics.h"
#include "daemon/office/rulebook.h"
#include "daemon/store/clock_steps.h"

namespace tenggat::office {

// Two looks at both clocks.
struct ClockReading {
  store::ClockSample sample;
  std::chrono::nanoseconds asked{}, answered{};  // monotonic
};
// By how much the database's clock has been set between them; zero for less than two seconds beyond
// what the ways to the database and back leave open. Steps on record count as well.
std::chrono::milliseconds step_between(const ClockReading& before, const ClockReading& after);

class ClockSteps {
 public:
  ClockSteps(const Rulebook& rulebook, Metrics& metrics) : rulebook_(rulebook), metrics_(metrics) {}

  pg::Awaitable<void> look(pg::Connection& connection);
  // The clock was set back, and what can be planned without the calendar has been.
  void on_set_back(std::function<void()> hook) { on_set_back_ = std::move(hook); }

 private:
  pg::Awaitable<void> record(pg::Connection& connection, std::chrono::milliseconds by,
                             std::chrono::milliseconds known);

  const Rulebook& rulebook_;
  Metrics& metrics_;
  std::optional<ClockReading> last_;
  std::function<void()> on_set_back_;
};

}  // namespace tenggat::office
