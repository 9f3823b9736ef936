#include "notifiers/speech.h"

#include <fmt/format.h>

#include <array>

#include "notifiers/words.h"

namespace tenggat::notify {
namespace {

constexpr std::array<const char*, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 12> kMonths{"January",   "February", "March",    "April",
                                              "May",       "June",     "July",     "August",
                                              "September", "October",  "November", "December"};

std::string many(std::int64_t count, std::string_view unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

std::string joined(std::string big, const std::string& small) {
  if (big.empty()) return small;
  return small.empty() ? big : std::move(big) + " " + small;
}

std::string english_duration(Seconds span) {
  const std::int64_t minutes = (span.count() < 0 ? -span.count() : span.count()) / 60;
  if (minutes == 0) return "under a minute";
  return joined(minutes < 60 ? "" : many(minutes / 60, "hour"),
                minutes % 60 == 0 ? "" : many(minutes % 60, "minute"));
}

std::string english_days(Seconds span, Seconds nominal_day) {
  if (span.count() < 0) span = -span;
  if (nominal_day.count() <= 0 || span < nominal_day) return english_duration(span);
  const std::int64_t hours = (span % nominal_day).count() / 3600;
  return joined(many(span / nominal_day, "working day"), hours == 0 ? "" : many(hours, "hour"));
}

std::string english_span(Seconds span, Counting counting, Seconds nominal_day) {
  if (counting == Counting::working) return english_days(span, nominal_day);
  const std::int64_t days = std::abs(span.count()) / kCivilDay.count();
  return days == 0 ? english_duration(span) : many(days, "calendar day");
}

std::string english_budget(const Budget& budget) {
  std::string words;
  if (budget.calendar_days > 0) words = joined(words, many(budget.calendar_days, "calendar day"));
  if (budget.days > 0) words = joined(words, many(budget.days, "working day"));
  const std::string kind = budget.days > 0 ? "" : "working ";
  if (budget.hours > 0) words = joined(words, many(budget.hours, kind + "hour"));
  if (budget.minutes > 0)
    words = joined(words, many(budget.minutes, (budget.hours > 0 ? "" : kind) + "minute"));
  return words;
}

std::string with_zone(std::string words, const LocalTime& t) {
  return t.zone_abbreviation.empty() ? words : std::move(words) + " " + t.zone_abbreviation;
}

}  // namespace

std::string_view code_of(Tongue tongue) { return tongue == Tongue::english ? "en" : "id"; }

std::optional<Tongue> tongue_of(std::string_view code) {
  if (code == "id") return Tongue::indonesian;
  if (code == "en") return Tongue::english;
  return std::nullopt;
}

std::string Speech::weekday(const LocalTime& t) const {
  return english() ? std::string(kWeekdays.at(t.weekday)) : weekday_name(t);
}

std::string Speech::month(const LocalTime& t) const {
  return english() ? std::string(kMonths.at(t.month - 1)) : month_name(t);
}

std::string Speech::clock(const LocalTime& t) const {
  return english() ? fmt::format("{:02}:{:02}", t.hour, t.minute) : clock_time(t);
}

std::string Speech::day(const LocalTime& t) const {
  return fmt::format("{} {} {}", weekday(t), t.day, month(t));
}

std::string Speech::date(const LocalTime& t) const {
  return fmt::format("{}, {} {} {}", weekday(t), t.day, month(t), t.year);
}

std::string english_date(const std::string& civil_date) {
  if (!is_civil_date(civil_date)) return civil_date;
  return fmt::format("{} {} {}", std::stoi(civil_date.substr(8)),
                     kMonths.at(static_cast<std::size_t>(std::stoi(civil_date.substr(5, 2)) - 1)),
                     civil_date.substr(0, 4));
}

std::string Speech::full(const LocalTime& t) const {
  return fmt::format("{} {} {}", date(t), say("pukul", "at"), clock(t));
}

std::string Speech::moment(Instant t) const {
  return with_zone(moment_without_zone(t), calendar_.local(t));
}

std::string Speech::end(Instant t) const {
  return with_zone(end_without_zone(t), calendar_.local(t));
}

std::string Speech::moment_without_zone(Instant t) const { return full(calendar_.local(t)); }
std::string Speech::end_without_zone(Instant t) const { return full(calendar_.local_end(t)); }

std::string Speech::brief(const LocalTime& t) const {
  return with_zone(fmt::format("{}, {}", day(t), clock(t)), t);
}

std::string Speech::duration(Seconds span) const {
  return english() ? english_duration(span) : notify::duration(span);
}

std::string Speech::span(Seconds span, Counting counting) const {
  return english() ? english_span(span, counting, calendar_.nominal_day())
                   : span_words(span, counting, calendar_.nominal_day());
}

std::string Speech::left(Seconds span, Counting counting) const {
  return english() ? english_span(span, counting, calendar_.nominal_day())
                   : left_words(span, counting, calendar_.nominal_day());
}

std::string Speech::budget(const Budget& budget) const {
  return english() ? english_budget(budget) : budget_words(budget);
}

std::string Speech::hours(Seconds span) const {
  const std::int64_t minutes = span.count() / 60, hours = minutes / 60;
  if (minutes == 0 && span.count() > 0) return fmt::format("{} {}", span.count(), say("d", "s"));
  if (hours == 0) return fmt::format("{} m", minutes);
  if (minutes % 60 == 0) return fmt::format("{} {}", number(hours), say("j", "h"));
  return fmt::format("{} {} {} m", number(hours), say("j", "h"), minutes % 60);
}

std::string number_in(Tongue tongue, std::int64_t value) {
  std::string digits = notify::number(value);
  if (tongue == Tongue::english)
    for (char& c : digits)
      if (c == '.') c = ',';
  return digits;
}

std::string Speech::number(std::int64_t value) const { return number_in(tongue_, value); }

}  // namespace tenggat::notify
