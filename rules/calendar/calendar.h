// The working calendar of an office: which seconds count. Source: docs/reference.md, Working time.
//
// A calendar is immutable, knows no "now" and has no horizon: it answers for any instant.
// One date is decided by the first of: make-up working day, day off, date range, weekly hours.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/calendar/budget.h"
#include "rules/time.h"

namespace tenggat {

struct Deadline {
  Instant due;
  // A civil date from start to due lies outside the years a decree covers.
  bool provisional = false;
  bool operator==(const Deadline&) const = default;
};

// What a clock counts.
enum class Counting { working, elapsed };
inline Counting counting_of(const Budget& budget) {
  return budget.in_calendar_days() ? Counting::elapsed : Counting::working;
}

// As a clock that counts all time is shown; where the zone changes its offset, a civil date may be
// longer or shorter.
inline constexpr Seconds kCivilDay{24 * 60 * 60};

// A wall time in the calendar's zone.
struct LocalTime {
  int year = 0;
  unsigned month = 0, day = 0;  // 1-based
  int hour = 0, minute = 0, second = 0;
  unsigned weekday = 0;  // 0 = Sunday
  Seconds utc_offset{};
  std::string zone_abbreviation;  // "WITA"
};

// One stretch of the proof: a part of one civil date that was counted, or why it was not.
struct Span {
  enum class Kind { counted, before_opening, lunch_break, after_closing, weekend, day_off, paused };
  Kind kind;
  Instant from, to;
  // Name of the day off, or of the make-up day whose hours applied, and its decree; name of the
  // date-ranged hours that applied; who paused and why; else empty.
  std::string why;
};
struct DayProof {
  std::string date;  // "2026-04-02"
  Seconds counted{};
  std::vector<Span> spans;
};

// A date that a decree takes out of the weekly hours, or brings into them.
struct DecreedDay {
  Instant begins{};  // its local midnight
  bool make_up = false;
  std::string name, decree;
  bool operator==(const DecreedDay&) const = default;
};

struct CalendarData;  // the parsed file; built by load_calendar.h only
class Timetable;      // the days laid out from it (calendar_data.h)

class Calendar {
 public:
  explicit Calendar(std::shared_ptr<const CalendarData> content);

  const std::string& id() const;         // "banjarbaru"
  const std::string& zone_name() const;  // IANA, "Asia/Makassar"
  Seconds nominal_day() const;           // display and metrics only, never for a due
  // The day that a clock is shown in.
  Seconds shown_day(Counting counting) const {
    return counting == Counting::elapsed ? kCivilDay : nominal_day();
  }
  // Midnight after the last civil date of the last year in the covered set, as an instant.
  Instant covered_until() const;

  // Working seconds in [a, b); negative where a > b. Like every question below it costs no walk and
  // no zone lookup within the covered years and a margin of years round them; beyond, a walk over
  // the days.
  Seconds worked(Instant a, Instant b) const;
  // The due instant of a budget that starts at `from`; an empty budget is due at `from`.
  Deadline deadline(Instant from, const Budget& budget) const;
  // The earliest x >= from with worked(from, x) == working. `working` >= 0.
  Deadline after(Instant from, Seconds working) const;
  // The two of a clock that counts working time, or all time.
  Seconds counted(Instant a, Instant b, Counting counting) const;
  Deadline after(Instant from, Seconds amount, Counting counting) const;

  bool is_working(Instant t) const;
  Instant next_working(Instant t) const;  // t itself if work is done at t, else the next opening
  // The first opening, the last closing of a working day, strictly after t.
  Instant first_opening_after(Instant t) const;
  Instant last_closing_after(Instant t) const;
  bool same_working_day(Instant a, Instant b) const;               // on one civil date
  Instant midnight(int year, unsigned month, unsigned day) const;  // first instant of a civil date

  // Days off and make-up days, by date.
  std::vector<DecreedDay> decreed_days() const;

  LocalTime local(Instant t) const;
  // Of an instant that ends something: the end of a day is its 24:00, not the next one's beginning.
  LocalTime local_end(Instant t) const;
  Stamp stamp(Instant t) const;         // with the zone's offset, cut to minutes
  std::string format(Instant t) const;  // RFC 3339: 2026-04-02T14:00:00+08:00

  // Every civil date that has a part in [from, to), each part once and in order; the counted
  // seconds sum to counted(from, to). Nothing where to <= from.
  std::vector<DayProof> explain(Instant from, Instant to,
                                Counting counting = Counting::working) const;

 private:
  std::shared_ptr<const CalendarData> content_;
  std::shared_ptr<const Timetable> timetable_;
};

// RFC 3339 with an offset or Z, fractions cut. Nothing else is taken: no space for T, no second 60.
std::optional<Stamp> parse_stamp(std::string_view text);
std::optional<Instant> parse_instant(std::string_view text);
// As Calendar::format.
std::string to_string(const Stamp& stamp);
// The same of a moment that a person enters: of the years that calendars cover.
std::optional<Instant> parse_entered_instant(std::string_view text);

}  // namespace tenggat
