#include "tests/rules/calendar_generators.h"

#include <algorithm>
#include <ostream>

namespace tenggat::testing {
namespace {

using std::chrono::days;
using std::chrono::year;

constexpr int kMinutesOfDay = 24 * 60;

// rapidcheck draws from smaller ranges at first; a calendar has all it may have from the start.
int below(int n) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n)); }
bool one_in(int n) { return below(n) == n - 1; }

// A zone, and a date near which its clocks change, a year or a February ends.
struct Scene {
  const char* zone;
  std::chrono::year_month_day date;
};
const Scene kScenes[] = {
    {"Asia/Makassar", year{2026} / 3 / 18},       {"Asia/Makassar", year{2028} / 2 / 28},
    {"Asia/Makassar", year{2100} / 2 / 28},       {"Asia/Makassar", year{2039} / 12 / 31},
    {"America/New_York", year{2026} / 3 / 8},     {"America/New_York", year{2026} / 11 / 1},
    {"America/New_York", year{2037} / 12 / 31},   {"America/New_York", year{2044} / 3 / 13},
    {"America/New_York", year{2051} / 11 / 5},    {"Australia/Lord_Howe", year{2026} / 4 / 5},
    {"Australia/Lord_Howe", year{2026} / 10 / 4}, {"Australia/Lord_Howe", year{2060} / 4 / 4},
    {"America/Sao_Paulo", year{2018} / 11 / 4},   {"America/Sao_Paulo", year{2018} / 2 / 18},
    {"Pacific/Apia", year{2011} / 12 / 30},       {"Pacific/Kwajalein", year{1993} / 8 / 21},
    {"America/St_Johns", year{2010} / 11 / 7},    {"America/St_Johns", year{2010} / 3 / 14},
    {"Africa/Casablanca", year{2027} / 2 / 7},    {"Africa/Cairo", year{2014} / 9 / 25},
    {"Asia/Tehran", year{2021} / 3 / 21},         {"Asia/Gaza", year{2026} / 3 / 28},
    {"Europe/London", year{2023} / 12 / 31},      {"Europe/Dublin", year{2028} / 10 / 29},
    {"Antarctica/Troll", year{2026} / 3 / 29},    {"America/Havana", year{2026} / 11 / 1},
    {"Asia/Kathmandu", year{1986} / 1 / 1},       {"America/Nuuk", year{2027} / 3 / 27},
};

// Up to three intervals; some touch, some are a minute long, some close at 24:00.
WrittenHours some_hours() {
  WrittenHours hours;
  int minute = one_in(5) ? 0 : below(10 * 60);
  for (int left = 1 + below(3); left > 0 && minute < kMinutesOfDay; --left) {
    const int close = one_in(8) ? kMinutesOfDay : std::min(kMinutesOfDay, minute + 1 + below(300));
    hours.emplace_back(minute, close);
    minute = close + below(3) * below(120);
  }
  return hours;
}

// No week is without working time: answers should lie within the dates laid out.
WrittenWeek some_week() {
  WrittenWeek week;
  const auto always = static_cast<std::size_t>(below(7));
  for (std::size_t weekday = 0; weekday < week.size(); ++weekday) {
    if (weekday == always || !one_in(4)) week[weekday] = some_hours();
  }
  return week;
}

// Covered or not, inside what is laid out in advance (from two years before to twelve after), at
// its ends or beyond.
std::vector<int> some_years(int of_the_scene) {
  const int away[] = {0, 0, 0, 1, -1, 2, 3, -12, -13, 30};
  const int last = std::max(1971, of_the_scene + away[below(std::size(away))]);
  if (one_in(3)) return {last};
  return {last - 1, last};
}

void add_days_off(RandomCalendar& calendar) {
  auto& off = calendar.written.days_off;
  const int row_begin = below(kDates), row_length = one_in(3) ? 2 + below(4) : 0;
  for (int date = 0; date < kDates; ++date) {
    const bool in_row = row_begin <= date && date < row_begin + row_length;
    if (in_row || one_in(8)) off.push_back(calendar.first + days{date});
  }
}

void add_ranges(RandomCalendar& calendar) {
  for (int date = below(kDates); date < kDates; date += 2 + below(kDates)) {
    const Date first = calendar.first + days{date};
    date += below(5);
    calendar.written.ranges.push_back({first, calendar.first + days{date}, some_week()});
  }
}

}  // namespace

rc::Gen<RandomCalendar> random_calendar() {
  return rc::gen::exec([] {
    const Scene& scene = kScenes[below(std::size(kScenes))];
    RandomCalendar calendar;
    calendar.written.zone = scene.zone;
    calendar.written.years = some_years(static_cast<int>(scene.date.year()));
    calendar.first = Date{scene.date} - days{1 + below(kDates - 2)};
    calendar.written.weekly = some_week();
    add_ranges(calendar);
    add_days_off(calendar);
    for (int date = 0; date < kDates; ++date) {
      if (one_in(8)) {
        calendar.written.make_up.emplace_back(calendar.first + days{date}, some_hours());
      }
    }
    return calendar;
  });
}

rc::Gen<Questions> random_questions(int count) {
  const auto number = [] {
    return rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>());
  };
  return rc::gen::noShrink(rc::gen::map(
      rc::gen::container<std::vector<std::uint32_t>>(static_cast<std::size_t>(count) * 8, number()),
      [](const std::vector<std::uint32_t>& numbers) {
        Questions questions;
        for (std::size_t i = 0; i < numbers.size(); i += 8) {
          questions.all.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3],
                                   numbers[i + 4], numbers[i + 5], numbers[i + 6], numbers[i + 7]});
        }
        return questions;
      }));
}

std::ostream& operator<<(std::ostream& out, const RandomCalendar& calendar) {
  return out << calendar.written.text();
}

std::ostream& operator<<(std::ostream& out, const Questions& questions) {
  return out << questions.all.size() << " questions";
}

}  // namespace tenggat::testing
