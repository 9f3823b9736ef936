// Instants as texts and as wall times: RFC 3339 in and out.
#include <date/date.h>
#include <fmt/format.h>

#include "rules/calendar/calendar_data.h"

namespace tenggat {
namespace {

constexpr Seconds kMinute{60};

Seconds utc_offset(const CalendarData& content, const Timetable& timetable, Instant t) {
  if (timetable.holds(t)) {
    if (const auto offset = timetable.utc_offset_at(t)) return *offset;
  }
  return content.zone.offset_at(t).utc_offset;
}

LocalTime shown_at_offset(Instant t, Seconds offset) {
  const auto shown = t + offset;
  const auto day = date::floor<date::days>(shown);
  const date::year_month_day ymd{day};
  const auto second = static_cast<int>((shown - day).count());
  LocalTime local;
  local.year = static_cast<int>(ymd.year());
  local.month = static_cast<unsigned>(ymd.month());
  local.day = static_cast<unsigned>(ymd.day());
  local.hour = second / 3600;
  local.minute = second / 60 % 60;
  local.second = second % 60;
  local.weekday = date::weekday{day}.c_encoding();
  local.utc_offset = offset;
  return local;
}

void append_two(std::string& text, int number) {
  text += static_cast<char>('0' + number / 10);
  text += static_cast<char>('0' + number % 10);
}

// Reads a text of fixed fields from left to right; every failure is final.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int number(std::size_t digits, int least, int most) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value < least || value > most ? fail() : value;
  }
  // The character met, one of `choices`.
  char one_of(std::string_view choices) {
    if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) {
      fail();
      return '\0';
    }
    const char met = rest_.front();
    rest_.remove_prefix(1);
    return met;
  }
  void cut_fraction() {
    if (rest_.empty() || rest_.front() != '.') return;
    rest_.remove_prefix(1);
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0) fail();
    rest_.remove_prefix(digits);
  }
  bool read_whole() const { return !failed_ && rest_.empty(); }

 private:
  int fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

LocalTime Calendar::local(Instant t) const {
  LocalTime local = shown_at_offset(t, utc_offset(*content_, *timetable_, t));
  local.zone_abbreviation = content_->zone.abbreviation_at(t);
  return local;
}

LocalTime Calendar::local_end(Instant t) const {
  const LocalTime begins = local(t);
  if (begins.hour != 0 || begins.minute != 0 || begins.second != 0) return begins;
  LocalTime end = local(t - Seconds{1});
  end.hour = 24;
  end.minute = end.second = 0;
  return end;
}

Stamp Calendar::stamp(Instant t) const {
  // RFC 3339 offsets have no seconds; offsets of the 19th century do. The instant stays exact.
  const Seconds offset = utc_offset(*content_, *timetable_, t);
  return {t, offset - offset % kMinute};
}

std::string Calendar::format(Instant t) const { return to_string(stamp(t)); }

std::string to_string(const Stamp& stamp) {
  const LocalTime at = shown_at_offset(stamp.at, stamp.offset);
  const auto minutes = std::abs(stamp.offset / kMinute);
  std::string text;
  text.reserve(sizeof "2026-01-02T03:04:05+08:00");
  if (at.year >= 0 && at.year <= 9999) {
    append_two(text, at.year / 100);
    append_two(text, at.year % 100);
  } else {
    text = fmt::format("{:04}", at.year);
  }
  append_two(text += '-', static_cast<int>(at.month));
  append_two(text += '-', static_cast<int>(at.day));
  append_two(text += 'T', at.hour);
  append_two(text += ':', at.minute);
  append_two(text += ':', at.second);
  append_two(text += stamp.offset < Seconds{0} ? '-' : '+', static_cast<int>(minutes / 60));
  append_two(text += ':', static_cast<int>(minutes % 60));
  return text;
}

std::optional<Instant> parse_entered_instant(std::string_view text) {
  const auto instant = parse_instant(text);
  return instant && is_of_our_time(*instant) ? instant : std::nullopt;
}

std::optional<Instant> parse_instant(std::string_view text) {
  const auto stamp = parse_stamp(text);
  return stamp ? std::optional(stamp->at) : std::nullopt;
}

std::optional<Stamp> parse_stamp(std::string_view text) {
  Fields fields(text);
  const int year = fields.number(4, 0, 9999);
  fields.one_of("-");
  const int month = fields.number(2, 1, 12);
  fields.one_of("-");
  const int day = fields.number(2, 1, 31);
  fields.one_of("Tt");
  const int hour = fields.number(2, 0, 23);
  fields.one_of(":");
  const int minute = fields.number(2, 0, 59);
  fields.one_of(":");
  const int second = fields.number(2, 0, 59);
  fields.cut_fraction();
  const char sign = fields.one_of("+-Zz");
  int offset_minutes = 0;
  if (sign == '+' || sign == '-') {
    offset_minutes = fields.number(2, 0, 23) * 60;
    fields.one_of(":");
    offset_minutes += fields.number(2, 0, 59);
    if (sign == '-') offset_minutes = -offset_minutes;
  }
  const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)},
                                 date::day{static_cast<unsigned>(day)}};
  if (!fields.read_whole() || !ymd.ok()) return std::nullopt;
  const std::chrono::minutes offset{offset_minutes};
  return Stamp{date::sys_days{ymd} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
                   Seconds{second} - offset,
               offset};
}

}  // namespace tenggat
