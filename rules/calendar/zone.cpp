#include "rules/calendar/zone.h"

#include <date/tz.h>

#include <algorithm>
#include <stdexcept>

namespace tenggat {
namespace {

using date::days;

constexpr int kLastYearSpeltOut = 2037;
constexpr int kFirstModelYear = 2028;
constexpr date::year kModelOfWinter{2036};  // a leap year, so that it has every day
constexpr Instant kSpeltOutUntil =
    date::sys_days{date::year{kLastYearSpeltOut + 1} / date::January / 1};
// Further from a wall time, read as if it were UTC, than any offset ever was from UTC.
constexpr Seconds kWiderThanAnyOffset = std::chrono::hours{26};

CivilDay day_number(date::year_month_day ymd) {
  return static_cast<CivilDay>(date::sys_days{ymd}.time_since_epoch().count());
}

// The last period spelt out, of a zone whose clocks change every year.
bool rule_goes_on(const date::sys_info& info) {
  constexpr Instant first_of_last_year =
      date::sys_days{date::year{kLastYearSpeltOut} / date::January / 1};
  constexpr Instant never = date::sys_days{date::year{9999} / date::January / 1};
  return first_of_last_year <= info.begin && info.begin < kSpeltOutUntil && info.end > never;
}

// A rule names weekdays of months (POSIX TZ: the second Sunday of March), and no zone's rule names
// January or February. So these two are modelled by those of any year, and the rest of a year,
// which the 29th of February does not touch, by a year whose 1 March falls on the same weekday.
struct Season {
  CivilDay begin, end;
};
Season season_of(Instant t) {
  const date::sys_days today = date::floor<days>(t);
  const CivilDay day = static_cast<CivilDay>(today.time_since_epoch().count());
  const date::year year = date::year_month_day{today}.year();
  const CivilDay march = day_number(year / date::March / 1);
  if (day < march) return {day_number(year / date::January / 1), march};
  return {march, day_number((year + date::years{1}) / date::January / 1)};
}

days distance_to_model(const Season& season) {
  const date::year_month_day begin{date::sys_days{days{season.begin}}};
  if (begin.month() == date::January) {
    return days{season.begin - day_number(kModelOfWinter / date::January / 1)};
  }
  for (int year = kLastYearSpeltOut; year >= kFirstModelYear; --year) {
    const int distance = season.begin - day_number(date::year{year} / date::March / 1);
    if (distance % 7 == 0) return days{distance};
  }
  throw std::logic_error("in ten years in a row 1 March falls on every weekday");
}

}  // namespace

CivilDay civil_day(const CivilDate& date) {
  return day_number(date::year{date.year} / date::month{date.month} / date::day{date.day});
}

CivilDate civil_date(CivilDay day) {
  const date::year_month_day ymd{date::sys_days{days{day}}};
  return {static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
          static_cast<unsigned>(ymd.day())};
}

unsigned weekday_of(CivilDay day) { return date::weekday{date::sys_days{days{day}}}.c_encoding(); }

std::optional<Zone> Zone::find(const std::string& iana_name) {
  try {
    return Zone{date::locate_zone(iana_name)};
  } catch (const std::runtime_error&) {  // the only sign date-tz gives of an unknown name
    return std::nullopt;
  }
}

bool Zone::is_of_a_place(std::string_view name) {
  constexpr std::string_view kOthers[] = {"localtime", "posixrules", "Factory", "Etc/Unknown"};
  return !name.starts_with("right/") && !name.starts_with("posix/") &&
         std::find(std::begin(kOthers), std::end(kOthers), name) == std::end(kOthers);
}

const std::string& Zone::name() const { return zone_->name(); }

OffsetPeriod Zone::offset_at(Instant t) const {
  const date::sys_info info = zone_->get_info(t);
  if (!rule_goes_on(info)) return {info.begin, info.end, info.offset};
  if (t < kSpeltOutUntil) return {info.begin, kSpeltOutUntil, info.offset};

  const Season season = season_of(t);
  const days distance = distance_to_model(season);
  const date::sys_info model = zone_->get_info(t - distance);
  return {std::max<Instant>(model.begin + distance, date::sys_days{days{season.begin}}),
          std::min<Instant>(model.end + distance, date::sys_days{days{season.end}}), model.offset};
}

std::string Zone::abbreviation_at(Instant t) const {
  const date::sys_info info = zone_->get_info(t);
  if (t < kSpeltOutUntil || !rule_goes_on(info)) return info.abbrev;
  return zone_->get_info(t - distance_to_model(season_of(t))).abbrev;
}

const OffsetPeriod& WallClock::at(Instant t) {
  if (!last_.holds(t)) last_ = zone_->offset_at(t);
  return last_;
}

Instant WallClock::instant(CivilDay day, Seconds since_midnight) {
  const Instant as_if_utc = Instant{days{day}} + since_midnight;
  // Far from any transition there is one answer.
  if (last_.holds(as_if_utc - kWiderThanAnyOffset) &&
      last_.holds(as_if_utc + kWiderThanAnyOffset)) {
    return as_if_utc - last_.utc_offset;
  }
  // Offsets are tried in the order of time, so the first of two instants is met first.
  const OffsetPeriod* period = &at(as_if_utc - kWiderThanAnyOffset);
  while (as_if_utc - period->utc_offset >= period->end) period = &at(period->end);
  return std::max(as_if_utc - period->utc_offset, period->begin);
}

CivilDay WallClock::day_of(Instant t) {
  const auto shown = date::floor<days>(t + at(t).utc_offset).time_since_epoch().count();
  const CivilDay day = static_cast<CivilDay>(shown);
  // Clocks set back across midnight show yesterday's date again after today's first instant.
  return midnight(day + 1) <= t ? day + 1 : day;
}

}  // namespace tenggat
