// A budget of working time, as SOPs and ladders state it: "4d", "1h 30m", "2d 10m".
// Source: docs/reference.md, Working time. Minutes and hours are working time, days are working
// days; the two are never converted into each other, so a budget keeps its three counts.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace tenggat {

struct Budget {
  int days = 0;     // working days, 0..9999
  int hours = 0;    // working hours, 0..9999
  int minutes = 0;  // working minutes, 0..9999

  std::string to_string() const;  // the canonical form: "4d 1h 18m"
  bool operator==(const Budget&) const = default;
};

// Count by count; nothing is carried from minutes to hours or from hours to days.
inline Budget operator+(const Budget& a, const Budget& b) {
  return {a.days + b.days, a.hours + b.hours, a.minutes + b.minutes};
}
inline Budget operator*(int times, const Budget& budget) {
  return {times * budget.days, times * budget.hours, times * budget.minutes};
}

// One or more of `Nd Nh Nm`, in this order, each once, N 1..9999 without leading zeros, at most one
// space between. The error is a sentence that says what a budget looks like.
boost::system::result<Budget, std::string> parse_budget(std::string_view text);

}  // namespace tenggat
