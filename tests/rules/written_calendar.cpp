#include "tests/rules/written_calendar.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tenggat::testing {
namespace {

constexpr const char* kWeekdays[] = {"minggu", "senin", "selasa", "rabu",
                                     "kamis",  "jumat", "sabtu"};

std::string text_of(Date date) {
  const std::chrono::year_month_day ymd{date};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::string text_of(const WrittenHours& hours) {
  std::string text;
  for (const auto& [open, close] : hours) {
    text += fmt::format("{}\"{:02}:{:02}-{:02}:{:02}\"", text.empty() ? "" : ", ", open / 60,
                        open % 60, close / 60, close % 60);
  }
  return "[" + text + "]";
}

std::string text_of(const WrittenWeek& week) {
  std::string text;
  for (std::size_t weekday = 0; weekday < week.size(); ++weekday) {
    if (week[weekday].empty()) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", kWeekdays[weekday],
                        text_of(week[weekday]));
  }
  return "{" + text + "}";
}

}  // namespace

std::string WrittenCalendar::text() const {
  std::string text = fmt::format(
      "kalender: acak\nzona: {}\nhari_nominal: 7h30m\ntahun: [{}]\njam_kerja: {}\nperiode:\n", zone,
      fmt::join(years, ", "), text_of(weekly));
  for (const WrittenRange& range : ranges) {
    text += fmt::format("  - {{nama: P, mulai: {}, sampai: {}, jam_kerja: {}}}\n",
                        text_of(range.first), text_of(range.last), text_of(range.hours));
  }
  text += "libur_tambahan:\n";
  for (const Date date : days_off) {
    text += fmt::format("  - {{tanggal: {}, nama: N, dasar: D}}\n", text_of(date));
  }
  text += "hari_pengganti:\n";
  for (const auto& [date, hours] : make_up) {
    text += fmt::format("  - {{tanggal: {}, jam: {}, nama: N, dasar: D}}\n", text_of(date),
                        text_of(hours));
  }
  return text;
}

}  // namespace tenggat::testing
