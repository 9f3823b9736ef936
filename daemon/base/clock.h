// The only place that reads a clock of this machine. What is due is the database's to say
// (store/moment.h); this one measures durations and stamps what leaves the house.
#pragma once
#include <chrono>

#include "rules/time.h"

namespace tenggat {

class Clock {
 public:
  // Real time, also under a simulated office clock: mail dates, metrics.
  static Instant machine_now();
  static double machine_seconds();  // Unix time with fractions
  static std::chrono::nanoseconds monotonic();
};

}  // namespace tenggat
