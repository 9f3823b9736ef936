// What is said to citizens, in the language that they read: dates, durations and limits. Indonesian
// is as notifiers/words.h has it; names that a service's file gives stay as they are.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/calendar/calendar.h"
#include "rules/sop/sop.h"

namespace tenggat::notify {

enum class Tongue { indonesian, english };
std::string_view code_of(Tongue tongue);  // "id", "en"
std::optional<Tongue> tongue_of(std::string_view code);

// Of a civil date: "2026-04-13" → "13 April 2026"; as it is where it is none.
std::string english_date(const std::string& civil_date);
std::string number_in(Tongue tongue, std::int64_t value);  // "1.234", "1,234"

class Speech {
 public:
  // The calendar must outlive it.
  Speech(Tongue tongue, const Calendar& calendar) : tongue_(tongue), calendar_(calendar) {}

  Tongue tongue() const { return tongue_; }
  bool english() const { return tongue_ == Tongue::english; }
  const Calendar& calendar() const { return calendar_; }
  // The one of two that is read.
  const char* say(const char* indonesian, const char* english) const {
    return this->english() ? english : indonesian;
  }

  std::string weekday(const LocalTime& t) const;
  std::string month(const LocalTime& t) const;  // "April"
  std::string clock(const LocalTime& t) const;  // "14.20", "14:20"
  std::string day(const LocalTime& t) const;    // "Kamis 16 April", "Thursday 16 April"
  std::string date(const LocalTime& t) const;   // "Kamis, 16 April 2026"
  // With the zone: "Rabu, 22 April 2026 pukul 09.12 WITA"; of what ends something, `end`.
  std::string moment(Instant t) const;
  std::string end(Instant t) const;
  std::string moment_without_zone(Instant t) const;  // where the sentence names it
  std::string end_without_zone(Instant t) const;
  // In a list: "Kamis 16 April, 14.20 WITA".
  std::string brief(Instant t) const { return brief(calendar_.local(t)); }
  std::string brief_end(Instant t) const { return brief(calendar_.local_end(t)); }

  std::string duration(Seconds span) const;                 // "2 jam 10 menit"
  std::string span(Seconds span, Counting counting) const;  // "1 hari kerja 3 jam"
  std::string left(Seconds span, Counting counting) const;  // "waktu kerja 1 hari 3 jam"
  std::string budget(const Budget& budget) const;           // "5 hari kerja"
  std::string hours(Seconds span) const;                    // in a column: "7 j 30 m", "7 h 30 m"
  std::string number(std::int64_t value) const;

 private:
  std::string brief(const LocalTime& t) const;
  std::string full(const LocalTime& t) const;

  Tongue tongue_;
  const Calendar& calendar_;
};

}  // namespace tenggat::notify
