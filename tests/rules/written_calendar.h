// A calendar before it is read: what its file says, as plain values. Its text goes to
// load_calendar, its values to the second-by-second model, so that the two share no code.
#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenggat::testing {

using WrittenHours = std::vector<std::pair<int, int>>;  // open, close: minutes of the day
using WrittenWeek = std::array<WrittenHours, 7>;        // 0 = Sunday
using Date = std::chrono::sys_days;                     // a civil date, of no zone

struct WrittenRange {
  Date first, last;  // both included
  WrittenWeek hours;
};

struct WrittenCalendar {
  std::string zone;
  std::vector<int> years;
  WrittenWeek weekly;
  std::vector<WrittenRange> ranges;
  std::vector<Date> days_off;
  std::vector<std::pair<Date, WrittenHours>> make_up;

  std::string text() const;  // YAML, as an official writes it
};

}  // namespace tenggat::testing
