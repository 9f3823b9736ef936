// The database's clock, which says what is due, when it is set to another time: that it was, and
// what has to be planned again because it was planned by a time that will not come for hours.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

struct ClockSample {
  std::chrono::milliseconds machine{};  // the database's clock, since 1970
  std::chrono::milliseconds known{};    // all steps of it on record together
};
pg::Awaitable<ClockSample> sample_clock(pg::Connection& connection);

// How far the clock stands behind the latest that is stored, as after a step while no daemon ran;
// nothing where it does not, or where that step is on record.
pg::Awaitable<std::optional<std::chrono::milliseconds>> behind_the_record(
    pg::Connection& connection);

// Puts a step on record, below zero where the clock was set back, and plans again what waits by the
// former time: nothing waits longer than it had to, no lease is cut short, and what was given for a
// time ends when it would have. Under a simulated clock the office's time goes on as if nothing had
// happened. False, and nothing done: another daemon has been quicker, as `known` says.
struct ClockStep {
  std::chrono::milliseconds by{}, known{};
  Seconds undo_window{0};
};
pg::Awaitable<bool> record_step(pg::Connection& connection, ClockStep step);

// The last time the clock was set back, while it has not come to where it stood before.
struct SetBack {
  Instant noticed_at{}, stood_at{};  // by the database's clock
};
pg::Slot<std::optional<SetBack>> add_set_back(pg::Pipeline& pipeline);

}  // namespace tenggat::store
