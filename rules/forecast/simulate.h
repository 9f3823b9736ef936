// What if: an office's own past (workload.h) run forward, with more officers, fewer, or other
// arrivals. Source: docs/forecast.md, What if.
//
// Seeded and repeatable. Each run draws the past anew, so that the ranges know how little some
// weeks tell.
#pragma once
#include <cstdint>
#include <vector>

#include "rules/forecast/workload.h"

namespace tenggat::forecast {

struct Arrival {
  Seconds at{};
  int service = 0;
};
struct Staffing {  // so many officers more, or fewer, of a role for a time
  int role = 0;
  Seconds from{}, to{};
  int by = 0;
};
struct Plan {
  std::vector<Seconds> weeks;  // their ends, rising, after the past's
  // What comes in: these; or, where `days` says when the days that come begin, what came in on days
  // of the past (their instants from the beginning of the day), so many times over.
  std::vector<Arrival> arrivals;
  std::vector<Seconds> days;
  std::vector<std::vector<Arrival>> past_days;
  double times = 1;
  std::vector<Staffing> staffing;
  int runs = 200;
  std::uint64_t seed = 1;
};

struct Range {  // of nineteen runs in twenty, and their middle
  double low = 0, middle = 0, high = 0;
  bool holds(double value) const { return low <= value && value <= high; }
};
struct SimulatedWeek {
  Range arrived, decided, late;  // late: that missed their due in it
  Range open;                    // at its end, not decided
  std::vector<Range> waiting;    // by role: visits that lie there, on the average
  std::vector<Range> load;       // by role: the part of its officers' time that is worked
};
std::vector<SimulatedWeek> simulate(const Workload& load, const Plan& plan);

}  // namespace tenggat::forecast
