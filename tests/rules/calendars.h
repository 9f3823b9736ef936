// Calendars for tests: the one that ships, and ones written in the test.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "rules/calendar/load_calendar.h"

namespace tenggat::testing {

inline SourceFile shipped(const std::string& name) {
  std::ifstream file(std::string(TENGGAT_SOURCE_DIR "/rules/office/calendar/") + name);
  std::ostringstream text;
  text << file.rdbuf();
  return {name, text.str()};
}

// The calendar that ships, with `from` replaced by `to` in its file.
inline Calendar banjarbaru(const std::string& from = "", const std::string& to = "") {
  SourceFile file = shipped("banjarbaru.yaml");
  if (!from.empty()) file.text.replace(file.text.find(from), from.size(), to);
  return load_calendar(file, {shipped("libur.tsv")}).value();
}

// Banjarbaru as it stood after the flood decree of walkthrough_test.
inline Calendar banjarbaru_after_the_flood() {
  return banjarbaru("libur_tambahan: []",
                    "libur_tambahan:\n"
                    "  - {tanggal: 2026-04-08, nama: Banjir, dasar: Keputusan 123/2026}\n");
}

// A calendar of 2026 and 2027 with nothing in it but a zone and what `rest` says.
inline Calendar calendar_of(const std::string& zone, const std::string& rest,
                            const std::string& years = "[2026, 2027]") {
  return load_calendar({"test.yaml", "kalender: test\nzona: " + zone +
                                         "\nhari_nominal: 7h30m\ntahun: " + years + "\n" + rest},
                       {})
      .value();
}

inline Instant at(std::string_view text) {
  const auto instant = parse_instant(text);
  EXPECT_TRUE(instant) << text;
  return instant.value_or(Instant{});
}

inline Budget budget(std::string_view text) { return *parse_budget(text); }

// The due as a text, " provisional" appended where it is.
inline std::string due(const Calendar& calendar, std::string_view start, std::string_view b) {
  const Deadline deadline = calendar.deadline(at(start), budget(b));
  return calendar.format(deadline.due) + (deadline.provisional ? " provisional" : "");
}

}  // namespace tenggat::testing
