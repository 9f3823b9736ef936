#include "rules/calendar/calendar.h"

#include <algorithm>

#include "rules/calendar/calendar_data.h"

namespace tenggat {

Calendar::Calendar(std::shared_ptr<const CalendarData> content)
    : content_(std::move(content)), timetable_(std::make_shared<const Timetable>(*content_)) {}

const std::string& Calendar::id() const { return content_->id; }
const std::string& Calendar::zone_name() const { return content_->zone.name(); }
Seconds Calendar::nominal_day() const { return content_->nominal_day; }

Instant Calendar::covered_until() const { return midnight(content_->years.back() + 1, 1, 1); }

Seconds Calendar::worked(Instant a, Instant b) const {
  if (timetable_->holds(a) && timetable_->holds(b)) {
    return timetable_->worked_before(b) - timetable_->worked_before(a);
  }
  if (a > b) return -worked(b, a);
  DayReader days(*content_, timetable_.get());
  Seconds worked{};
  const CivilDay last = days.day_of(b);
  for (CivilDay number = days.day_of(a); number <= last; ++number) {
    const Day day = days.day(number);
    worked += day.worked_before(b) - day.worked_before(a);
  }
  return worked;
}

namespace {

// The earliest x >= from with worked(from, x) == working.
Instant when_worked(const Timetable& timetable, DayReader& days, Instant from, Seconds working) {
  if (working <= Seconds{0}) return from;
  if (timetable.holds(from)) {
    const auto found = timetable.when_worked(timetable.worked_before(from) + working);
    if (found) return *found;
  }
  Day day = days.day(days.day_of(from));
  Seconds since_midnight = day.worked_before(from) + working;
  while (since_midnight > day.total) {
    since_midnight -= day.total;
    day = days.next_working(day.number + 1);
  }
  return day.when_worked(since_midnight);
}

struct WorkingInstant {
  Day day;
  Instant at;
};

WorkingInstant next_working_instant(DayReader& days, Instant t) {
  Day day = days.day(days.day_of(t));
  while (true) {
    for (const Stretch& stretch : day.stretches) {
      if (t < stretch.close) return {day, std::max(t, stretch.open)};
    }
    day = days.next_working(day.number + 1);
  }
}

// docs/reference.md, Working time, days. A start before the day's work uses that day up; a start
// within it ends n working days later, when as much of that day has been worked as of the first day
// before.
Instant end_of_days(DayReader& days, Instant from, int n) {
  const WorkingInstant start = next_working_instant(days, from);
  const Seconds before = start.day.worked_before(start.at);
  if (before == Seconds{0}) return days.working_day_after(start.day, n - 1).stretches.back().close;
  const Day last = days.working_day_after(start.day, n);
  return last.when_worked(std::min(before, last.total));
}

// docs/reference.md, Working time, calendar days.
Instant end_of_calendar_days(DayReader& days, Instant from, const Budget& budget) {
  const Day last = days.day(days.day_of(from) + budget.calendar_days);
  return !budget.shifts || last.working() ? last.end
                                          : days.next_working(last.number).stretches.back().close;
}

}  // namespace

Deadline Calendar::deadline(Instant from, const Budget& budget) const {
  DayReader days(*content_, timetable_.get());
  // Of both kinds are only sums, which are worked off one after the other.
  Instant due = budget.in_calendar_days() ? end_of_calendar_days(days, from, budget) : from;
  if (budget.days > 0) due = end_of_days(days, due, budget.days);
  const Seconds rest = std::chrono::hours{budget.hours} + std::chrono::minutes{budget.minutes};
  due = when_worked(*timetable_, days, due, rest);
  return {due, !content_->covers(days.day_of(from), days.day_of(due))};
}

Deadline Calendar::after(Instant from, Seconds working) const {
  DayReader days(*content_, timetable_.get());
  const Instant due = when_worked(*timetable_, days, from, working);
  return {due, !content_->covers(days.day_of(from), days.day_of(due))};
}

Seconds Calendar::counted(Instant a, Instant b, Counting counting) const {
  return counting == Counting::working ? worked(a, b) : b - a;
}

Deadline Calendar::after(Instant from, Seconds amount, Counting counting) const {
  if (counting == Counting::working) return after(from, amount);
  DayReader days(*content_, timetable_.get());
  const Instant due = from + amount;
  return {due, !content_->covers(days.day_of(from), days.day_of(due))};
}

bool Calendar::is_working(Instant t) const { return next_working(t) == t; }

Instant Calendar::next_working(Instant t) const {
  DayReader days(*content_, timetable_.get());
  return next_working_instant(days, t).at;
}

Instant Calendar::first_opening_after(Instant t) const {
  DayReader days(*content_, timetable_.get());
  Day day = days.next_working(days.day_of(t));
  if (day.stretches.front().open <= t) day = days.next_working(day.number + 1);
  return day.stretches.front().open;
}

Instant Calendar::last_closing_after(Instant t) const {
  DayReader days(*content_, timetable_.get());
  Day day = days.next_working(days.day_of(t));
  if (day.stretches.back().close <= t) day = days.next_working(day.number + 1);
  return day.stretches.back().close;
}

bool Calendar::same_working_day(Instant a, Instant b) const {
  DayReader days(*content_, timetable_.get());
  return days.day_of(a) == days.day_of(b);
}

std::vector<DecreedDay> Calendar::decreed_days() const {
  DayReader days(*content_, timetable_.get());
  std::vector<DecreedDay> decreed;
  for (const DayOff& day : content_->days_off)
    decreed.push_back({days.midnight(day.day), false, day.name, day.decree});
  for (const MakeUpDay& day : content_->make_up)
    decreed.push_back({days.midnight(day.day), true, day.name, day.decree});
  std::stable_sort(decreed.begin(), decreed.end(),
                   [](const DecreedDay& a, const DecreedDay& b) { return a.begins < b.begins; });
  return decreed;
}

Instant Calendar::midnight(int year, unsigned month, unsigned day) const {
  DayReader days(*content_, timetable_.get());
  return days.midnight(civil_day({year, month, day}));
}

}  // namespace tenggat
