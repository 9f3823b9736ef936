#include "daemon/office/clock_steps.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

namespace tenggat::office {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoStep{2000};

}  // namespace

milliseconds step_between(const ClockReading& before, const ClockReading& after) {
  const auto middle = [](const ClockReading& one) { return (one.asked + one.answered) / 2; };
  const auto unsure = (before.answered - before.asked + after.answered - after.asked) / 2;
  const auto passed = middle(after) - middle(before);
  const auto by = std::chrono::duration_cast<milliseconds>(after.sample.machine -
                                                           before.sample.machine - passed);
  return abs(by) > kNoStep + unsure ? by : milliseconds{0};
}

pg::Awaitable<void> ClockSteps::look(pg::Connection& connection) {
  ClockReading reading;
  reading.asked = Clock::monotonic();
  reading.sample = co_await store::sample_clock(connection);
  reading.answered = Clock::monotonic();
  const std::optional<ClockReading> before = std::exchange(last_, reading);
  milliseconds by{0};
  if (before) {
    by = step_between(*before, reading);
  } else if (const auto behind = co_await store::behind_the_record(connection)) {
    by = -*behind;
  }
  if (by == milliseconds{0}) co_return;
  metrics_.clock_steps.Increment();
  // Another daemon may have put it on record since the last look; what it did holds for all.
  const milliseconds recorded =
      before ? reading.sample.known - before->sample.known : milliseconds{0};
  if (abs(by - recorded) <= kNoStep) co_return;
  last_.reset();  // should it fail now, the next look finds the step by what is stored
  auto recording = record(connection, by - recorded, reading.sample.known);
  co_await std::move(recording);
  last_ = reading;
}

pg::Awaitable<void> ClockSteps::record(pg::Connection& connection, milliseconds by,
                                       milliseconds known) {
  const store::ClockStep step{by, known, rulebook_.send().undo_window};
  if (!co_await store::record_step(connection, step)) co_return;
  log_event(Level::error, "clock_stepped",
            {{"by_seconds", std::chrono::duration_cast<Seconds>(by).count()},
             {"planned_again", by.count() < 0}});
  if (by.count() < 0 && on_set_back_) on_set_back_();
}

}  // namespace tenggat::office
