#include "daemon/office/calendar_days.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/process.h"

namespace tenggat::office {
namespace {

store::RuleSet shipped() {
  const std::filesystem::path folder =
      std::filesystem::path(TENGGAT_SOURCE_DIR) / "rules/office/calendar";
  store::RuleSet rules;
  rules.kind = "calendar";
  rules.name = "banjarbaru";
  for (const char* name : {"banjarbaru.yaml", "libur.tsv"})
    rules.files.push_back({name, test::read_file(folder / name)});
  rules.hash = store::content_hash(rules.kind, rules.files);
  return rules;
}

NewDay flood(const char* date = "2026-04-08") {
  NewDay day;
  day.date = date;
  day.name = "Banjir \"besar\" \\ #1: {a}";
  day.decree = "Keputusan Wali Kota 123/2026";
  return day;
}

NewDay make_up(const char* date = "2026-05-09") {
  NewDay day = flood(date);
  day.make_up = true;
  day.hours = {"07:30-12:00", "13:00-16:00"};
  return day;
}

TEST(CalendarDays, ADayIsWrittenAndReadAgain) {
  const store::RuleSet before = shipped();
  for (const NewDay& day : {flood(), make_up()}) {
    const auto changed = load_with_day(before, day);
    ASSERT_TRUE(changed) << changed.error().front().to_string();
    EXPECT_NE(changed->rules.hash, before.hash);
    const auto monday = parse_instant("2026-04-06T00:00:00+08:00").value();
    const auto later = parse_instant("2026-05-11T00:00:00+08:00").value();
    const auto loaded = load_with_day(before, flood("2026-11-30"));  // outside of the span
    const Seconds normal = loaded->calendar.worked(monday, later);
    EXPECT_EQ(changed->calendar.worked(monday, later) - normal,
              day.make_up ? std::chrono::minutes(450) : -std::chrono::minutes(450));
  }
}

TEST(CalendarDays, OneAfterTheOtherAndInAnyLayout) {
  store::RuleSet rules = shipped();
  for (const char* date : {"2026-04-08", "2026-04-09", "2026-04-10"}) {
    auto changed = load_with_day(rules, flood(date));
    ASSERT_TRUE(changed) << changed.error().front().to_string();
    rules = changed->rules;
  }
  std::string& text = rules.files.front().text;
  // Another indent, a comment between, no line end at the end.
  const auto at = text.find("libur_tambahan:\n");
  ASSERT_NE(at, std::string::npos);
  text =
      "libur_tambahan:   # daerah\n\n# banjir\n    - {tanggal: 2026-04-08, nama: A, dasar: B}\n" +
      text.substr(0, at) + text.substr(text.find("\n\n", at));
  text.erase(text.find("hari_pengganti:"));
  text += "# tanpa hari pengganti";
  const auto changed = load_with_day(rules, flood("2026-04-09"));
  ASSERT_TRUE(changed) << changed.error().front().to_string();
  EXPECT_TRUE(load_with_day(changed->rules, make_up()));
}

TEST(CalendarDays, WhatCannotBeWrittenIsRefused) {
  const store::RuleSet before = shipped();
  EXPECT_FALSE(load_with_day(before, flood("2026-04-03")));  // is a day off already
  NewDay wrong = make_up();
  wrong.hours = {"12:00-07:30"};
  EXPECT_FALSE(load_with_day(before, wrong));
  store::RuleSet inline_list = before;
  std::string& text = inline_list.files.front().text;
  text.replace(text.find("libur_tambahan: []"), 18,
               "libur_tambahan: [{tanggal: 2026-04-07, nama: A, dasar: B}]");
  EXPECT_FALSE(with_day(inline_list, flood()));
  EXPECT_FALSE(load_with_day(inline_list, flood()));
}

TEST(CalendarDays, ADayIsChangedOrFallsAwayWhereverItStands) {
  const auto from = parse_instant("2026-01-01T00:00:00+08:00").value();
  const auto to = parse_instant("2027-01-01T00:00:00+08:00").value();
  const auto entered = load_with_day(shipped(), flood());
  ASSERT_TRUE(entered);
  const Seconds with = entered->calendar.worked(from, to);
  NewDay later = flood("2026-04-09");
  later.name = "Banjir susulan";
  const auto moved = load_changed(entered->rules, {"2026-04-08", false}, later);
  ASSERT_TRUE(moved) << moved.error().front().to_string();
  EXPECT_EQ(moved->calendar.worked(from, to), with);
  EXPECT_EQ(moved->calendar.decreed_days().size(), entered->calendar.decreed_days().size());
  // The only entry of its list, and one of the decrees' own table.
  const auto none = load_changed(moved->rules, {"2026-04-09", false}, std::nullopt);
  ASSERT_TRUE(none) << none.error().front().to_string();
  EXPECT_EQ(none->calendar.worked(from, to), with + std::chrono::minutes(450));
  EXPECT_TRUE(load_with_day(none->rules, flood()));
  const auto national = load_changed(shipped(), {"2026-01-16", false}, std::nullopt);
  ASSERT_TRUE(national) << national.error().front().to_string();
  EXPECT_EQ(national->calendar.worked(from, to), with + 2 * std::chrono::minutes(450));
  const auto extra = load_with_day(shipped(), make_up());
  ASSERT_TRUE(extra);
  EXPECT_FALSE(load_changed(extra->rules, {"2026-05-09", false}, std::nullopt));
  EXPECT_TRUE(load_changed(extra->rules, {"2026-05-09", true}, std::nullopt));
  // A day keeps its kind, unless another is chosen.
  EXPECT_EQ(kind_of(shipped(), {"2026-01-16", false}), "libur_nasional");
  EXPECT_EQ(kind_of(entered->rules, {"2026-04-08", false}), "libur_daerah");
  NewDay national_still = flood("2026-01-17");
  national_still.kind = "libur_nasional";
  const auto put_off = load_changed(shipped(), {"2026-01-16", false}, national_still);
  ASSERT_TRUE(put_off);
  EXPECT_EQ(kind_of(put_off->rules, {"2026-01-17", false}), "libur_nasional");
}

}  // namespace
}  // namespace tenggat::office
