// A budget of time, as SOPs and ladders state it: "4d", "1h 30m", "2d 10m"; or in calendar days,
// "14k", "14k geser". Source: docs/reference.md, Working time. Minutes and hours are working time,
// days are working days; none is ever converted into another, so a budget keeps its counts.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace tenggat {

struct Budget {
  int days = 0;     // working days, 0..9999
  int hours = 0;    // working hours, 0..9999
  int minutes = 0;  // working minutes, 0..9999
  // Calendar days, 0..9999: to the end of the N-th civil day after the start's. Where that has no
  // working time and `shifts` is set (`geser`), to the closing of the next working day.
  int calendar_days = 0;
  bool shifts = false;

  // Its clock counts all time that passes, not working time alone.
  bool in_calendar_days() const { return calendar_days > 0; }
  std::string to_string() const;  // the canonical form: "4d 1h 18m", "14k geser"
  bool operator==(const Budget&) const = default;
};

// Count by count; nothing is carried from minutes to hours or from hours to days.
inline Budget operator+(const Budget& a, const Budget& b) {
  return {a.days + b.days, a.hours + b.hours, a.minutes + b.minutes,
          a.calendar_days + b.calendar_days, a.shifts || b.shifts};
}
inline Budget operator*(int times, const Budget& budget) {
  return {times * budget.days, times * budget.hours, times * budget.minutes,
          times * budget.calendar_days, budget.shifts};
}

// Which of two budgets is longer where their counts cannot be compared: by a nominal day of 7 h 30
// min, in minutes. For choosing a way, never for a due.
inline int nominal_minutes(const Budget& budget) {
  constexpr int kDay = 450, kHour = 60, kCalendarDay = 24 * kHour;
  return budget.calendar_days * kCalendarDay + budget.days * kDay + budget.hours * kHour +
         budget.minutes;
}

// One or more of `Nd Nh Nm`, in this order, each once, N 1..9999 without leading zeros, at most one
// space between; or `Nk`, `Nk geser`. The error is a sentence that says what a budget looks like.
boost::system::result<Budget, std::string> parse_budget(std::string_view text);

}  // namespace tenggat
