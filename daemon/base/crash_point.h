// Named places where a test build can be made to end as by SIGKILL. The environment variable
// TENGGAT_CRASH_AT names one: "locked" at its first passing, "locked:7" at its seventh. Where
// CMake's TENGGAT_CRASH_POINTS is off, as in what an office installs, a place costs nothing.
#pragma once
#include <array>
#include <string_view>

#include "daemon/base/build_options.h"

namespace tenggat {

enum class CrashPoint {
  locked,       // the committer: a batch holds its locks and nothing is written
  commit_sent,  // the committer: its COMMIT has left, the answer is not read
  answered,     // the API: an answer to a POST has left
  claimed,      // the dispatcher: leases are taken, nothing is sent
  accepted,     // the dispatcher: the channel took a message, which is not recorded
  composing,    // the composer: notices are locked, their messages are not written
  migrating,    // `tenggat db migrate`: a flight has left; the n-th passing is its n-th flight
  reloading,    // the new rules are in force in the database, this process has the old ones
};

inline constexpr std::array<std::string_view, 8> kCrashPointNames{
    "locked",   "commit_sent", "answered",  "claimed",
    "accepted", "composing",   "migrating", "reloading"};

inline constexpr bool kCrashPoints = TENGGAT_CRASH_POINTS != 0;

#if TENGGAT_CRASH_POINTS
void crash_point(CrashPoint here);
#else
inline void crash_point(CrashPoint) {}
#endif

}  // namespace tenggat
