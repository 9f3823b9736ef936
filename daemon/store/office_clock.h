// The office's clock as a row: real time unless the database was made for a simulated one.
// Source: docs/reference.md, Simulated clock.
//
//   simulated now = START + SPEED x (database clock - anchor), the anchor kept here, also while no
//   daemon runs. SPEED 0 stands still and is moved by set_clock().
//
// A simulated clock never goes back. So START places the clock where it has never run, or moves it
// forward; where it stands at or beyond START already, it goes on from where it stands.
#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

inline constexpr double kFastestClock = 1'000'000;

struct OfficeClock {
  bool simulated_allowed = false;  // for ever: a real-time daemon may not run on this database
  bool started = false;            // by a daemon with --clock; until then `now` is the machine's
  double speed = 1;
  Instant now{};
  Instant machine{};  // the database machine's clock
};
pg::Awaitable<OfficeClock> read_clock(pg::Connection& connection);

enum class Allowed { now, before, refused_not_empty };
// Allows a simulated clock on a database that holds no permits, people, tokens or rules. Safe twice
// and from two places at once.
pg::Awaitable<Allowed> allow_simulated_clock(pg::Connection& connection);

enum class ClockStart {
  begun,      // for the first time
  kept,       // runs on as it did
  new_speed,  // goes on from where it stands
  moved_on,   // START lies ahead of where it stood
};
// What `tenggatd --clock START@SPEED` does at its start. The error is a sentence: the database does
// not allow a simulated clock, or the speed is not 0..kFastestClock.
pg::Awaitable<boost::system::result<ClockStart, std::string>> start_clock(
    pg::Connection& connection, Instant start, double speed);
// What tenggatd without --clock does at its start. Nothing where that is right, else a sentence.
pg::Awaitable<std::optional<std::string>> refuse_real_time(pg::Connection& connection);

// Moves a clock of SPEED 0 and tells the daemons (NOTIFY tenggat, 'clock'). False, and nothing
// happened: not a simulated clock, it runs by itself, or it stands beyond `to`.
pg::Awaitable<bool> set_clock(pg::Connection& connection, Instant to);

// Tells this session of everything daemons and tools announce (announce.h).
pg::Awaitable<void> listen(pg::Connection& connection);

// What the office has still to do, as the loops' indexes know it.
struct Agenda {
  OfficeClock clock;
  std::int64_t due = 0;             // permits, notices and daily jobs due at or before now
  std::optional<Instant> next_due;  // the earliest of what is due later
  // Messages under way, or about to be tried for the first time: neither finished nor failed once.
  std::int64_t sending = 0;
};
// Whether another tenggatd is connected to this database; as the same user, by its name.
pg::Awaitable<bool> is_attended(pg::Connection& connection);
pg::Awaitable<Agenda> read_agenda(pg::Connection& connection);

}  // namespace tenggat::store
