// Permits as an office's database tells of them, and as files of the forecast (history.h).
// Source: docs/forecast.md, From permits to files.
//
// The axis is the time that the service's clock counts: working time, or all time where its
// standard is in calendar days. While a case's clock stands, nothing passes for its file: what was
// before a stop lies that much nearer to the file's end, or to now. So a file's age is what its
// clock has consumed, and its due is its opening and the standard, however often it stood.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "rules/calendar/calendar.h"
#include "rules/forecast/history.h"

namespace tenggat::forecast {

struct Case {
  struct Opening {  // of a step
    Instant at{};
    int step = 0;
    int person = -1;  // who brought it there; -1: nobody is known
  };
  struct Stop {
    Instant from{};
    std::optional<Instant> to;  // none: until its end, or until now
  };

  std::int64_t id = 0;
  Instant opened{};              // its clock began
  std::optional<Instant> ended;  // its clock ended, with a verdict
  bool missed = false;           // the verdict of one that ended
  std::optional<Instant> due;    // none: its clock stands
  std::optional<Instant> legal_due;
  std::vector<Opening> openings;  // in order
  std::vector<Stop> stops;        // in any order; they may overlap
};

class Axis {
 public:
  // `calendar` must outlive it. What comes before `zero` is taken to be at it. What lies between
  // `zero` and `near` is counted once: from there on to what is asked it is not far. A calendar
  // walks day by day where it has no timetable, which is so some years ago.
  Axis(const Calendar& calendar, Counting counting, Instant zero, Instant near)
      : calendar_(&calendar),
        counting_(counting),
        zero_(zero),
        near_(near),
        to_near_(calendar.counted(zero, near, counting)) {}

  Seconds at(Instant t) const { return t < zero_ ? Seconds{0} : to_near_ + between(near_, t); }
  Instant instant(Seconds at) const { return after(zero_, at); }
  Seconds between(Instant a, Instant b) const { return calendar_->counted(a, b, counting_); }
  Instant after(Instant from, Seconds amount) const {
    return calendar_->after(from, amount, counting_).due;
  }
  // What the budget is worth from `from` on; above zero.
  Seconds worth(Instant from, const Budget& budget) const;

 private:
  const Calendar* calendar_;
  Counting counting_;
  Instant zero_, near_;
  Seconds to_near_;
};

// As it is known at `now`. `standard` holds where its clock stands, so that it has no due.
File file_of(const Case& one, const Axis& axis, const Budget& standard, Instant now);

}  // namespace tenggat::forecast
