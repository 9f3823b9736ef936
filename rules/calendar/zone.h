// A time zone by its IANA name: which offset holds at an instant, which instant a wall time is.
// Source: docs/reference.md, Working time. Reads the system's tzdata once, through date-tz.
//
// The compiled tzdata of Debian spells transitions out up to 2037 and leaves later years to a rule
// that date-tz 3.0.1 does not read. Zones whose table ends with a transition in 2037 are continued
// here: a day after 2037 takes its offset from a year of 2027..2037 whose weekdays fall on the same
// dates.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/time.h"

namespace date {
class time_zone;
}

namespace tenggat {

// Days since 1970-01-01 on the civil calendar of a zone.
using CivilDay = std::int32_t;

struct CivilDate {
  int year = 0;
  unsigned month = 0, day = 0;  // 1-based
  bool operator==(const CivilDate&) const = default;
};
CivilDay civil_day(const CivilDate& date);  // the date must exist
CivilDate civil_date(CivilDay day);
unsigned weekday_of(CivilDay day);  // 0 = Sunday

// A stretch of time in which one offset holds.
struct OffsetPeriod {
  Instant begin, end;  // half-open
  Seconds utc_offset{};
  bool holds(Instant t) const { return begin <= t && t < end; }
};

class Zone {
 public:
  static std::optional<Zone> find(const std::string& iana_name);
  // Not one of the names beside them in the system's folder: the machine's own zone, which differs
  // from machine to machine, none at all, or one that counts leap seconds.
  static bool is_of_a_place(std::string_view name);

  const std::string& name() const;
  OffsetPeriod offset_at(Instant t) const;
  std::string abbreviation_at(Instant t) const;

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // lives as long as the process
};

// Turns wall times into instants; fast when the wall times asked for are near one another.
class WallClock {
 public:
  explicit WallClock(const Zone& zone) : zone_(&zone) {}

  // A wall time that does not exist is the instant of the jump; of two instants, the first.
  Instant instant(CivilDay day, Seconds since_midnight);
  // The first instant of a civil date.
  Instant midnight(CivilDay day) { return instant(day, Seconds{0}); }
  // The civil date whose first instant is the last one not after t.
  CivilDay day_of(Instant t);
  Seconds utc_offset_at(Instant t) { return at(t).utc_offset; }

 private:
  const OffsetPeriod& at(Instant t);

  const Zone* zone_;
  OffsetPeriod last_;  // empty until the first question
};

}  // namespace tenggat
