// What a calendar file says, and the timetable laid out from it. Private to rules/.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/calendar/calendar.h"
#include "rules/calendar/zone.h"

namespace tenggat {

// Office hours of one day: wall times as seconds since midnight, half-open, close up to 24:00.
struct Interval {
  std::int32_t open = 0, close = 0;
};
using Hours = std::vector<Interval>;     // in order, none overlapping
using WeekHours = std::array<Hours, 7>;  // 0 = Sunday

// Date-ranged hours (Ramadan). They replace the weekly hours whole: a weekday the range does not
// list is not worked while it lasts.
struct HoursPeriod {
  std::string name;
  CivilDay first = 0, last = 0;  // both included
  WeekHours hours;
};
struct DayOff {
  CivilDay day = 0;
  std::string kind, name, decree;
};
struct MakeUpDay {
  CivilDay day = 0;
  std::string name, decree;
  Hours hours;
};

struct CalendarData {
  std::string id;
  Zone zone;
  Seconds nominal_day{};
  std::vector<int> years;            // covered by a decree; sorted
  WeekHours weekly;                  // some weekday has working time
  std::vector<HoursPeriod> periods;  // sorted, none overlapping
  std::vector<DayOff> days_off;      // sorted, one a date
  std::vector<MakeUpDay> make_up;    // sorted, one a date

  const MakeUpDay* make_up_on(CivilDay day) const;
  const DayOff* day_off_on(CivilDay day) const;
  const HoursPeriod* period_on(CivilDay day) const;
  const Hours& hours_on(CivilDay day) const;
  bool covers(CivilDay first, CivilDay last) const;  // every year from first to last is covered
};

// A run of working time.
struct Stretch {
  Instant open, close;  // half-open, never empty
};

// One civil date with its working time as instants. `stretches` belongs to whoever gave the Day.
struct Day {
  CivilDay number = 0;
  Instant begin, end;
  Seconds total{};
  std::span<const Stretch> stretches;

  bool working() const { return total > Seconds{0}; }
  Seconds worked_before(Instant t) const;
  Instant when_worked(Seconds working) const;  // earliest; 0 < working <= total
};

// Every day of the covered years and a margin round them, with running totals, so that questions
// inside it cost no walk and no zone lookup. Beyond it the rules answer day by day (DayReader).
class Timetable {
 public:
  explicit Timetable(const CalendarData& content);

  bool holds(Instant t) const { return rows_.front().begin <= t && t < rows_.back().begin; }
  bool holds_day(CivilDay day) const { return first_day_ <= day && day < end_day(); }
  CivilDay day_of(Instant t) const;  // t must be held, as in every question below
  Day day(CivilDay number) const;

  Seconds worked_before(Instant t) const;  // since the timetable's begin
  // The earliest instant with so much worked since the begin; nothing when that lies beyond the
  // end.
  std::optional<Instant> when_worked(Seconds since_begin) const;
  // The n-th working day after a date, n >= 0 (0: the date itself, which must be worked).
  std::optional<CivilDay> working_day_after(CivilDay day, int n) const;
  std::optional<Seconds> utc_offset_at(Instant t) const;  // nothing on a day whose offset changes

 private:
  struct Row {
    Instant begin;
    Seconds worked_before{};          // working time of all earlier rows
    std::uint32_t first_stretch = 0;  // its stretches end where the next row's begin
    std::uint32_t worked_days_before = 0;
    std::int32_t utc_offset = 0;
    bool offset_changes = false;
  };
  CivilDay end_day() const { return first_day_ + static_cast<CivilDay>(rows_.size()) - 1; }
  std::size_t row_of(Instant t) const;
  std::span<const Stretch> stretches_of(std::size_t row) const;

  CivilDay first_day_;
  std::vector<Row> rows_;  // the last one is the end, and holds the totals
  std::vector<Stretch> stretches_;
  std::vector<CivilDay> working_days_;
};

// Any day at all: from the timetable where it reaches, else from the rules. One reader per
// question.
class DayReader {
 public:
  DayReader(const CalendarData& content, const Timetable* timetable)
      : content_(content), timetable_(timetable), clock_(content.zone) {}

  CivilDay day_of(Instant t);
  Day day(CivilDay number);                      // its stretches are valid until the next call
  Day next_working(CivilDay number);             // the first worked day at or after a date
  Day working_day_after(const Day& day, int n);  // n-th worked day after `day`, n >= 0
  Instant midnight(CivilDay number);

 private:
  const CalendarData& content_;
  const Timetable* timetable_;
  WallClock clock_;
  std::vector<Stretch> scratch_;
};

}  // namespace tenggat
