// Instants and spans. Everything in rules/ counts whole seconds; an instant is UTC.
// A civil date or a wall time exists only together with the zone of a Calendar (calendar.h).
#pragma once
#include <chrono>
#include <string_view>

namespace tenggat {

using Seconds = std::chrono::seconds;
using Instant = std::chrono::sys_seconds;

// An instant with the offset of the clock it is shown on: what a text of it says.
struct Stamp {
  Instant at{};
  Seconds offset{};
  bool operator==(const Stamp&) const = default;
};

// The years that calendars cover. A date or moment that a person enters lies among them, else it is
// a slip of the pen: year 26, or 20206.
inline constexpr int kFirstYear = 1970, kLastYear = 2999;
inline bool is_of_our_time(Instant t) {
  using namespace std::chrono;
  return t >= sys_days{year{kFirstYear} / January / 1} &&
         t < sys_days{year{kLastYear + 1} / January / 1};
}
// A date of those years that exists: "2026-04-13".
bool is_civil_date(std::string_view text);

}  // namespace tenggat
