#include "rules/calendar/calendar.h"

#include "tests/rules/calendars.h"

namespace tenggat {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::at;
using testing::banjarbaru;
using testing::budget;
using testing::calendar_of;
using testing::due;

Seconds worked(const Calendar& calendar, std::string_view from, std::string_view to) {
  return calendar.worked(at(from), at(to));
}

int working_days(const Calendar& calendar, int year) {
  int days = 0;
  Instant t = calendar.midnight(year, 1, 1) - Seconds{1};
  const Instant end = calendar.midnight(year + 1, 1, 1);
  while ((t = calendar.first_opening_after(t)) < end) ++days;
  return days;
}

TEST(ShippedCalendar, Has240WorkingDaysIn2026And242In2027) {
  const Calendar calendar = banjarbaru();
  EXPECT_EQ(working_days(calendar, 2026), 240);
  EXPECT_EQ(working_days(calendar, 2027), 242);
  // 261 weekdays, 21 of them off, in 2026; 261 and 19 in 2027. What is worked in Ramadan is an hour
  // a day shorter: 2026 from 19 Feb to 17 Mar, 19 worked days; 2027 from 8 Feb to 5 Mar, 20 worked
  // days.
  EXPECT_EQ(worked(calendar, "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
            240 * minutes{450} - 19 * hours{1});
  EXPECT_EQ(worked(calendar, "2027-01-01T00:00:00+08:00", "2028-01-01T00:00:00+08:00"),
            242 * minutes{450} - 20 * hours{1});
}

TEST(ShippedCalendar, WorksSevenAndAHalfHoursADayAndSixAndAHalfInRamadan) {
  const Calendar calendar = banjarbaru();
  struct Row {
    const char* date;
    Seconds worked;
  };
  const Row rows[] = {
      {"2026-02-13", minutes{450}},  // Friday
      {"2026-02-18", minutes{450}},  // Wednesday before Ramadan
      {"2026-02-19", minutes{390}},  // its first day, Thursday
      {"2026-02-20", minutes{390}},  // Friday
      {"2026-02-21", minutes{0}},    // Saturday
      {"2026-03-17", minutes{390}},  // Tuesday
      {"2026-03-18", minutes{0}},    // a day off within the range
      {"2026-03-25", minutes{450}},  // Wednesday after the holidays
      {"2027-02-05", minutes{0}},    // a day off
      {"2027-02-08", minutes{390}}, {"2027-03-05", minutes{390}},
      {"2027-03-09", minutes{0}},   {"2027-03-16", minutes{450}},
  };
  for (const Row& row : rows) {
    const Instant midnight = at(std::string(row.date) + "T00:00:00+08:00");
    EXPECT_EQ(calendar.worked(midnight, midnight + hours{24}), row.worked) << row.date;
  }
}

// By hand. 16 March is a Monday of Ramadan, worked from 08:00; the start is a working instant, and
// o = 08:00 to 10:00 = 2 h has been worked before it. Working days after it:
//   1  Tue 17 March
//      Wed 18, Thu 19, Fri 20, (Sat 21, Sun 22,) Mon 23, Tue 24 are days off
//   2  Wed 25 March, 3  Thu 26 March, 4  Fri 27 March
// On the 4th, after Ramadan (it ends on the 20th), work begins at 07:30 and 2 h are worked at
// 09:30.
TEST(Deadline, FourDaysAcrossTheEndOfRamadanKeepTheTimeWorkedNotTheHour) {
  EXPECT_EQ(due(banjarbaru(), "2026-03-16T10:00:00+08:00", "4d"), "2026-03-27T09:30:00+08:00");
}

// By hand. Thursday 1 January is a day off, Friday 2 January opens at 07:30: due ten minutes later.
// The start is 31 December 2025 in UTC, but its civil date is 1 January 2026: covered, not
// provisional.
TEST(Deadline, TenMinutesFromNewYearEndAfterTheFirstOpening) {
  EXPECT_EQ(due(banjarbaru(), "2026-01-01T00:00:00+08:00", "10m"), "2026-01-02T07:40:00+08:00");
}

TEST(Deadline, AgreesWithEveryDueOfTheWalkthrough) {
  const Calendar before = banjarbaru();
  struct Row {
    const char *start, *budget, *due;
  };
  const Row rows[] = {
      {"2026-04-02T14:00:00+08:00", "10m", "2026-04-02T14:10:00+08:00"},  // verifikasi#1
      {"2026-04-02T15:46:00+08:00", "10m", "2026-04-02T15:56:00+08:00"},  // verifikasi#2
      {"2026-04-02T15:55:00+08:00", "5d", "2026-04-10T16:25:00+08:00"},   // case, legal limit
      {"2026-04-02T15:55:00+08:00", "10m", "2026-04-06T07:35:00+08:00"},  // penerimaan#1
      {"2026-04-06T07:34:00+08:00", "4d", "2026-04-10T07:34:00+08:00"},   // kajian_teknis#1
  };
  for (const Row& row : rows) EXPECT_EQ(due(before, row.start, row.budget), row.due);

  const Row after_flood[] = {
      {"2026-04-02T15:55:00+08:00", "5d", "2026-04-13T15:55:00+08:00"},      // legal limit
      {"2026-04-15T13:55:00+08:00", "1d 25m", "2026-04-16T14:20:00+08:00"},  // estimate
      {"2026-04-15T15:00:00+08:00", "10m", "2026-04-15T15:10:00+08:00"},     // penyusunan_sk#1
      {"2026-04-15T15:08:00+08:00", "5m", "2026-04-15T15:13:00+08:00"},      // persetujuan_kabid#1
      {"2026-04-15T15:12:00+08:00", "5m", "2026-04-15T15:17:00+08:00"},      // sekretaris#1
      {"2026-04-15T15:16:00+08:00", "10m", "2026-04-15T15:26:00+08:00"},     // penyusunan_sk#2
      {"2026-04-15T15:24:00+08:00", "5m", "2026-04-15T15:29:00+08:00"},      // persetujuan_kabid#2
      {"2026-04-15T15:28:00+08:00", "5m", "2026-04-15T15:33:00+08:00"},      // sekretaris#2
      {"2026-04-15T15:39:00+08:00", "5m", "2026-04-15T15:44:00+08:00"},      // penandatanganan#1
      {"2026-04-15T15:43:00+08:00", "3d", "2026-04-20T15:43:00+08:00"},      // automatic receipt
  };
  const Calendar after = testing::banjarbaru_after_the_flood();
  for (const Row& row : after_flood) EXPECT_EQ(due(after, row.start, row.budget), row.due);
}

TEST(After, AgreesWithEveryPauseAndRungOfTheWalkthrough) {
  struct Row {
    const char* from;
    Seconds working;
    const char* to;
  };
  const Row before_flood[] = {
      {"2026-04-06T07:34:00+08:00", hours{15}, "2026-04-08T07:34:00+08:00"},  // 50 % of 30 h
      {"2026-04-06T07:34:00+08:00", hours{24}, "2026-04-09T09:04:00+08:00"},  // 80 %
      {"2026-04-02T15:55:00+08:00", hours{30}, "2026-04-09T15:55:00+08:00"},  // case 80 % of 37.5 h
      {"2026-04-08T09:00:00+08:00", hours{20} + minutes{4}, "2026-04-10T15:34:00+08:00"},  // resume
      {"2026-04-08T09:00:00+08:00", hours{5} + minutes{4}, "2026-04-08T15:04:00+08:00"},   // 50 %
      {"2026-04-08T09:00:00+08:00", hours{14} + minutes{4}, "2026-04-10T08:04:00+08:00"},  // 80 %
  };
  const Calendar before = banjarbaru();
  for (const Row& row : before_flood) {
    EXPECT_EQ(before.format(before.after(at(row.from), row.working).due), row.to);
  }
  const Row after_flood[] = {
      {"2026-04-08T09:00:00+08:00", hours{20} + minutes{4}, "2026-04-13T13:34:00+08:00"},
      {"2026-04-13T08:00:00+08:00", hours{17} + minutes{34}, "2026-04-15T10:34:00+08:00"},
      {"2026-04-13T08:00:00+08:00", hours{19} + minutes{55}, "2026-04-15T13:55:00+08:00"},
      {"2026-04-13T08:00:00+08:00", hours{2} + minutes{34}, "2026-04-13T10:34:00+08:00"},
      {"2026-04-13T08:00:00+08:00", hours{11} + minutes{34}, "2026-04-14T13:04:00+08:00"},
      {"2026-04-13T08:00:00+08:00", hours{12} + minutes{25}, "2026-04-14T13:55:00+08:00"},
  };
  const Calendar after = testing::banjarbaru_after_the_flood();
  for (const Row& row : after_flood) {
    EXPECT_EQ(after.format(after.after(at(row.from), row.working).due), row.to);
  }
}

TEST(Worked, AgreesWithEveryRemainderOfTheWalkthrough) {
  const Calendar before = banjarbaru(), after = testing::banjarbaru_after_the_flood();
  EXPECT_EQ(worked(before, "2026-04-02T13:20:00+08:00", "2026-04-02T14:00:00+08:00"), minutes{40});
  EXPECT_EQ(worked(before, "2026-04-02T15:55:00+08:00", "2026-04-06T07:34:00+08:00"), minutes{9});
  EXPECT_EQ(worked(before, "2026-04-06T07:34:00+08:00", "2026-04-07T10:00:00+08:00"),
            hours{9} + minutes{56});
  EXPECT_EQ(worked(before, "2026-04-07T10:00:00+08:00", "2026-04-10T07:34:00+08:00"),
            hours{20} + minutes{4});
  EXPECT_EQ(worked(before, "2026-04-09T10:00:00+08:00", "2026-04-10T15:34:00+08:00"),
            hours{11} + minutes{34});
  EXPECT_EQ(worked(before, "2026-04-09T10:00:00+08:00", "2026-04-10T16:25:00+08:00"),
            hours{12} + minutes{25});
  EXPECT_EQ(worked(after, "2026-04-09T10:00:00+08:00", "2026-04-13T13:34:00+08:00"),
            hours{17} + minutes{34});
  EXPECT_EQ(worked(after, "2026-04-09T10:00:00+08:00", "2026-04-13T15:55:00+08:00"),
            hours{19} + minutes{55});
  EXPECT_EQ(worked(after, "2026-04-02T15:55:00+08:00", "2026-04-09T10:00:00+08:00"),
            hours{17} + minutes{35});
}

// Week of Monday 2 to Friday 6 February 2026, Monday 9: ordinary days all of them.
TEST(Deadline, FollowsTheContractCaseByCase) {
  struct Row {
    const char *start, *budget, *due, *why;
  };
  const Row rows[] = {
      {"2026-02-02T11:50:00+08:00", "10m", "2026-02-02T12:00:00+08:00",
       "ends exactly at a closing"},
      {"2026-02-02T15:50:00+08:00", "10m", "2026-02-02T16:00:00+08:00", "ends at the last closing"},
      {"2026-02-02T11:55:00+08:00", "10m", "2026-02-02T13:05:00+08:00", "steps over the break"},
      {"2026-02-02T16:00:00+08:00", "1m", "2026-02-03T07:31:00+08:00",
       "closing is not working time"},
      {"2026-02-06T16:29:59+08:00", "1m", "2026-02-09T07:30:59+08:00",
       "one second before the weekend"},
      {"2026-02-02T07:30:00+08:00", "7h 30m", "2026-02-02T16:00:00+08:00", "a whole day in hours"},
      {"2026-02-02T07:30:00+08:00", "1d", "2026-02-02T16:00:00+08:00", "o = 0 at the opening"},
      {"2026-02-02T03:00:00+08:00", "1d", "2026-02-02T16:00:00+08:00", "before the opening"},
      {"2026-02-02T16:00:00+08:00", "1d", "2026-02-03T16:00:00+08:00",
       "after closing: tomorrow is 1"},
      {"2026-02-07T12:00:00+08:00", "1d", "2026-02-09T16:00:00+08:00", "from a Saturday"},
      {"2026-02-02T07:30:01+08:00", "1d", "2026-02-03T07:30:01+08:00", "o = 1 s"},
      {"2026-02-02T12:30:00+08:00", "1d", "2026-02-03T12:00:00+08:00",
       "in the break, o = the morning"},
      {"2026-02-02T13:00:00+08:00", "1d", "2026-02-03T12:00:00+08:00",
       "at reopening, o = the morning"},
      {"2026-02-05T12:30:00+08:00", "1d", "2026-02-06T13:30:00+08:00",
       "Friday's morning is shorter"},
      {"2026-02-05T15:59:59+08:00", "1d", "2026-02-06T16:29:59+08:00", "all but a second of a day"},
      {"2026-02-06T10:00:00+08:00", "5d", "2026-02-13T10:00:00+08:00", "a week of working days"},
      {"2026-02-18T15:30:00+08:00", "1d", "2026-02-19T15:00:00+08:00",
       "7 h worked, the day has 6.5"},
      {"2026-02-02T10:00:00+08:00", "1d 1h", "2026-02-03T11:00:00+08:00", "days first, then hours"},
      {"2026-02-02T06:00:00+08:00", "1d 1m", "2026-02-03T07:31:00+08:00", "from the closing on"},
      {"2026-02-02T06:00:00+08:00", "1h 5m", "2026-02-02T08:35:00+08:00", "no days"},
  };
  const Calendar calendar = banjarbaru();
  for (const Row& row : rows) EXPECT_EQ(due(calendar, row.start, row.budget), row.due) << row.why;
}

// docs/reference.md, Working time, calendar days: Good Friday is 3 April 2026, Easter the 5th.
TEST(Deadline, CalendarDaysEndWithTheCivilDayOrAtTheClosingOfTheNextWorkingDay) {
  const Calendar calendar = banjarbaru();
  const auto due = [&](const char* from, const char* text) {
    return calendar.format(calendar.deadline(at(from), budget(text)).due);
  };
  EXPECT_EQ(due("2026-04-06T08:01:00+08:00", "14k"), "2026-04-21T00:00:00+08:00");
  EXPECT_EQ(due("2026-04-06T23:59:59+08:00", "14k"), "2026-04-21T00:00:00+08:00");
  EXPECT_EQ(due("2026-04-01T10:00:00+08:00", "2k"), "2026-04-04T00:00:00+08:00");
  EXPECT_EQ(due("2026-04-01T10:00:00+08:00", "2k geser"), "2026-04-06T16:00:00+08:00");
  EXPECT_EQ(due("2026-04-01T10:00:00+08:00", "1k geser"), "2026-04-03T00:00:00+08:00");
  // A sum of both kinds: the calendar days first, then the working days.
  EXPECT_EQ(
      calendar.format(
          calendar.deadline(at("2026-04-01T10:00:00+08:00"), budget("2k") + budget("1d")).due),
      due("2026-04-04T00:00:00+08:00", "1d"));
}

TEST(Deadline, AnEmptyBudgetIsDueAtItsStart) {
  const Instant start = at("2026-02-07T12:00:00+08:00");
  EXPECT_EQ(banjarbaru().deadline(start, {}).due, start);
  EXPECT_EQ(banjarbaru().after(start, Seconds{0}).due, start);
}

TEST(Provisional, IsTrueWhenACivilDateFromStartToDueIsNotCovered) {
  const Calendar calendar = banjarbaru();
  EXPECT_EQ(due(calendar, "2025-12-31T23:59:59+08:00", "1m"),
            "2026-01-02T07:31:00+08:00 provisional");
  EXPECT_EQ(due(calendar, "2026-01-01T00:00:00+08:00", "1m"), "2026-01-02T07:31:00+08:00");
  EXPECT_EQ(due(calendar, "2027-12-31T15:50:00+08:00", "10m"), "2027-12-31T16:00:00+08:00");
  EXPECT_EQ(due(calendar, "2027-12-31T16:25:00+08:00", "10m"),
            "2028-01-03T07:35:00+08:00 provisional");
  EXPECT_EQ(calendar.covered_until(), at("2028-01-01T00:00:00+08:00"));
}

TEST(Provisional, SeesAGapBetweenCoveredYears) {
  const std::string week = "jam_kerja: {senin: [\"08:00-12:00\"]}\n";
  const Calendar calendar = calendar_of("Asia/Makassar", week, "[2028, 2026]");
  EXPECT_FALSE(calendar.deadline(at("2026-12-01T00:00:00Z"), budget("1d")).provisional);
  EXPECT_TRUE(calendar.deadline(at("2026-12-01T00:00:00Z"), budget("60d")).provisional);
  EXPECT_FALSE(calendar.deadline(at("2028-01-01T00:00:00Z"), budget("1d")).provisional);
}

TEST(Calendar, EntriesOfAnUncoveredYearStillCount) {
  const Calendar calendar =
      banjarbaru("libur_tambahan: []",
                 "libur_tambahan: [{tanggal: 2028-01-03, nama: Banjir, dasar: X}, "
                 "{tanggal: 2060-01-05, nama: Banjir, dasar: X}]");
  EXPECT_EQ(due(calendar, "2028-01-01T00:00:00+08:00", "1m"),
            "2028-01-04T07:31:00+08:00 provisional");
  EXPECT_EQ(due(calendar, "2060-01-05T00:00:00+08:00", "1m"),
            "2060-01-06T07:31:00+08:00 provisional");
}

TEST(Calendar, OneDateIsMakeUpThenDayOffThenRangeThenWeekly) {
  const Calendar calendar = calendar_of("Asia/Makassar", R"(
jam_kerja: {senin: ["08:00-12:00"], selasa: ["08:00-12:00"]}
periode: [{nama: Singkat, mulai: 2026-02-02, sampai: 2026-02-15, jam_kerja: {senin: ["08:00-10:00"]}}]
libur_tambahan:
  - {tanggal: 2026-02-09, nama: Banjir, dasar: Keputusan 1}
  - {tanggal: 2026-02-16, nama: Imlek, dasar: SKB}
hari_pengganti:
  - {tanggal: 2026-02-16, jam: ["09:00-10:30"], nama: Pengganti, dasar: SE 2}
  - {tanggal: 2026-02-21, jam: ["08:00-09:00"], nama: Pengganti, dasar: SE 3}
)");
  struct Row {
    const char* date;
    Seconds worked;
    const char* why;
  };
  const Row rows[] = {
      {"2026-01-26", hours{4}, "weekly"},
      {"2026-02-02", hours{2}, "range"},
      {"2026-02-03", hours{0}, "a weekday the range does not list"},
      {"2026-02-09", hours{0}, "day off within the range"},
      {"2026-02-16", minutes{90}, "make-up on a day off"},
      {"2026-02-17", hours{4}, "weekly again"},
      {"2026-02-21", hours{1}, "make-up on a Saturday"},
  };
  for (const Row& row : rows) {
    const Instant midnight = at(std::string(row.date) + "T00:00:00+08:00");
    EXPECT_EQ(calendar.worked(midnight, midnight + hours{24}), row.worked) << row.why;
  }
}

TEST(Calendar, ClosesAtMidnightAndGoesOnTheNextDay) {
  const Calendar calendar = calendar_of(
      "Asia/Makassar", "jam_kerja: {senin: [\"20:00-24:00\"], selasa: [\"00:00-01:00\"]}\n");
  EXPECT_EQ(due(calendar, "2026-02-02T23:30:00+08:00", "30m"), "2026-02-03T00:00:00+08:00");
  EXPECT_EQ(due(calendar, "2026-02-02T23:30:00+08:00", "31m"), "2026-02-03T00:01:00+08:00");
  EXPECT_EQ(due(calendar, "2026-02-02T20:00:00+08:00", "1d"), "2026-02-03T00:00:00+08:00");
  EXPECT_EQ(due(calendar, "2026-02-03T00:00:00+08:00", "1d"), "2026-02-03T01:00:00+08:00");
  EXPECT_TRUE(calendar.is_working(at("2026-02-03T00:00:00+08:00")));
  EXPECT_FALSE(calendar.is_working(at("2026-02-03T01:00:00+08:00")));
}

TEST(Worked, IsNegativeBackwardsAndZeroOutsideHours) {
  const Calendar calendar = banjarbaru();
  EXPECT_EQ(worked(calendar, "2026-02-02T08:00:00+08:00", "2026-02-02T07:00:00+08:00"),
            -minutes{30});
  EXPECT_EQ(worked(calendar, "2026-02-02T16:00:00+08:00", "2026-02-03T07:30:00+08:00"), Seconds{0});
  EXPECT_EQ(worked(calendar, "2040-02-03T08:00:00+08:00", "2040-02-02T07:00:00+08:00"),
            -(minutes{450} + minutes{30}));
}

TEST(Calendar, FindsOpeningsAndClosingsStrictlyAfter) {
  const Calendar calendar = banjarbaru();
  const auto first_opening = [&](const char* t) {
    return calendar.format(calendar.first_opening_after(at(t)));
  };
  const auto last_closing = [&](const char* t) {
    return calendar.format(calendar.last_closing_after(at(t)));
  };
  EXPECT_EQ(first_opening("2026-02-02T07:29:59+08:00"), "2026-02-02T07:30:00+08:00");
  EXPECT_EQ(first_opening("2026-02-02T07:30:00+08:00"), "2026-02-03T07:30:00+08:00");
  EXPECT_EQ(first_opening("2026-02-02T12:30:00+08:00"), "2026-02-03T07:30:00+08:00");
  EXPECT_EQ(first_opening("2026-02-07T12:30:00+08:00"), "2026-02-09T07:30:00+08:00");
  EXPECT_EQ(last_closing("2026-02-02T11:59:00+08:00"), "2026-02-02T16:00:00+08:00");
  EXPECT_EQ(last_closing("2026-02-02T15:59:59+08:00"), "2026-02-02T16:00:00+08:00");
  EXPECT_EQ(last_closing("2026-02-02T16:00:00+08:00"), "2026-02-03T16:00:00+08:00");
  EXPECT_EQ(last_closing("2026-02-06T16:30:00+08:00"), "2026-02-09T16:00:00+08:00");
  EXPECT_EQ(calendar.format(calendar.next_working(at("2026-02-02T12:00:00+08:00"))),
            "2026-02-02T13:00:00+08:00");
  EXPECT_EQ(calendar.next_working(at("2026-02-02T11:59:59+08:00")),
            at("2026-02-02T11:59:59+08:00"));
  EXPECT_TRUE(
      calendar.same_working_day(at("2026-02-02T00:00:00+08:00"), at("2026-02-02T23:59:59+08:00")));
  EXPECT_FALSE(
      calendar.same_working_day(at("2026-02-02T23:59:59+08:00"), at("2026-02-03T00:00:00+08:00")));
}

// New York goes from 02:00 to 03:00 on Sunday 8 March 2026 (07:00Z), back from 02:00 to 01:00 on
// Sunday 1 November (06:00Z).
TEST(DaylightSaving, ANonexistentTimeIsTheInstantOfTheJump) {
  const auto sunday = [](const char* hours_text) {
    return calendar_of("America/New_York",
                       std::string("jam_kerja: {minggu: [\"") + hours_text + "\"]}\n");
  };
  const Instant from = at("2026-03-08T05:00:00Z"), to = at("2026-03-09T04:00:00Z");
  EXPECT_EQ(sunday("01:30-03:30").worked(from, to), hours{1});
  EXPECT_EQ(sunday("02:15-03:15").worked(from, to), minutes{15});
  EXPECT_EQ(sunday("02:15-03:15").next_working(from), at("2026-03-08T07:00:00Z"));
  EXPECT_EQ(sunday("01:15-02:15").worked(from, to), minutes{45});
  // Hours that fall into the gap whole make no working day of it.
  EXPECT_EQ(sunday("02:00-02:59").worked(from, to), Seconds{0});
  EXPECT_EQ(due(sunday("02:00-02:59"), "2026-03-08T00:00:00-05:00", "1d"),
            "2026-03-15T02:59:00-04:00");
}

TEST(DaylightSaving, OfATimeThatExistsTwiceTheFirstCounts) {
  const auto sunday = [](const char* hours_text) {
    return calendar_of("America/New_York",
                       std::string("jam_kerja: {minggu: [\"") + hours_text + "\"]}\n");
  };
  const Instant from = at("2026-11-01T04:00:00Z"), to = at("2026-11-02T05:00:00Z");
  EXPECT_EQ(sunday("00:30-01:30").worked(from, to), hours{1});
  EXPECT_EQ(sunday("00:30-01:30").last_closing_after(from), at("2026-11-01T05:30:00Z"));
  EXPECT_EQ(sunday("01:30-02:30").worked(from, to), hours{2});
  EXPECT_EQ(sunday("01:30-02:30").next_working(from), at("2026-11-01T05:30:00Z"));
  EXPECT_EQ(sunday("00:00-24:00").worked(from, to), hours{25});
  EXPECT_EQ(due(sunday("00:00-24:00"), "2026-11-01T00:00:00-04:00", "25h"),
            "2026-11-02T00:00:00-05:00");
}

// Lord Howe moves by half an hour: on 5 April 2026 from 02:00 (+11:00) back to 01:30, on 4 October
// from 02:00 (+10:30) to 02:30.
TEST(DaylightSaving, HalfHoursOfLordHowe) {
  const Calendar calendar = calendar_of(
      "Australia/Lord_Howe", "jam_kerja: {minggu: [\"01:00-02:00\", \"02:15-03:00\"]}\n");
  // 01:00+11:00 is 14:00Z, 02:00+10:30 is 15:30Z: an hour and a half, then three quarters.
  EXPECT_EQ(worked(calendar, "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"), minutes{90 + 45});
  // 01:00 to 02:00 as written; 02:15 does not exist and is 15:30Z, 03:00+11:00 is 16:00Z.
  EXPECT_EQ(worked(calendar, "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"), minutes{60 + 30});
  EXPECT_EQ(due(calendar, "2026-10-04T00:00:00+10:30", "1h 5m"), "2026-10-04T02:35:00+11:00");
  EXPECT_EQ(due(calendar, "2026-04-05T01:30:00+11:00", "1h"), "2026-04-05T02:00:00+10:30");
}

// tzdata spells transitions out up to 2037 only.
TEST(DaylightSaving, GoesOnAfter2037) {
  const Calendar calendar =
      calendar_of("America/New_York", "jam_kerja: {minggu: [\"01:30-03:30\"]}\n", "[2026]");
  EXPECT_EQ(calendar.format(at("2050-07-01T12:00:00Z")), "2050-07-01T08:00:00-04:00");
  EXPECT_EQ(calendar.format(at("2050-12-01T12:00:00Z")), "2050-12-01T07:00:00-05:00");
  EXPECT_EQ(calendar.local(at("2050-07-01T12:00:00Z")).zone_abbreviation, "EDT");
  // The second Sunday of March 2050 is the 13th, the first of November the 6th.
  EXPECT_EQ(worked(calendar, "2050-03-13T05:00:00Z", "2050-03-14T04:00:00Z"), hours{1});
  EXPECT_EQ(worked(calendar, "2050-11-06T04:00:00Z", "2050-11-07T05:00:00Z"), hours{3});
  EXPECT_EQ(worked(calendar, "2048-03-08T05:00:00Z", "2048-03-09T04:00:00Z"), hours{1});
  // Asked about in one walk across the end of 2037.
  EXPECT_EQ(due(calendar, "2037-12-27T12:00:00-05:00", "26d"),
            "2038-06-27T03:30:00-04:00 provisional");
  EXPECT_EQ(testing::banjarbaru().format(at("2050-07-01T12:00:00Z")), "2050-07-01T20:00:00+08:00");
}

TEST(Midnight, IsTheFirstInstantOfTheDateWhereMidnightDoesNotExist) {
  // São Paulo went from 00:00 to 01:00 on 4 November 2018.
  const Calendar calendar =
      calendar_of("America/Sao_Paulo", "jam_kerja: {minggu: [\"00:00-02:00\"]}\n", "[2018]");
  EXPECT_EQ(calendar.midnight(2018, 11, 4), at("2018-11-04T03:00:00Z"));
  EXPECT_EQ(due(calendar, "2018-11-03T12:00:00-03:00", "1d"), "2018-11-04T02:00:00-02:00");
  EXPECT_EQ(worked(calendar, "2018-11-03T12:00:00-03:00", "2018-11-05T00:00:00-02:00"), hours{1});
}

TEST(Calendar, ASkippedCivilDateIsNoWorkingDay) {
  // Samoa had no Friday 30 December 2011.
  const Calendar calendar = calendar_of(
      "Pacific/Apia",
      "jam_kerja: {kamis: [\"08:00-12:00\"], jumat: [\"08:00-12:00\"], senin: [\"08:00-12:00\"]}\n",
      "[2011, 2012]");
  EXPECT_EQ(calendar.midnight(2011, 12, 30), calendar.midnight(2011, 12, 31));
  EXPECT_EQ(due(calendar, "2011-12-29T08:00:00-10:00", "2d"), "2012-01-02T12:00:00+14:00");
  const auto proof =
      calendar.explain(at("2011-12-29T08:00:00-10:00"), at("2012-01-02T12:00:00+14:00"));
  ASSERT_EQ(proof.size(), 4u);
  EXPECT_EQ(proof[1].date, "2011-12-31");
}

TEST(Calendar, HasNoHorizon) {
  const Calendar calendar = banjarbaru();
  const Instant start = at("2026-04-02T15:55:00+08:00");
  const Deadline longest = calendar.deadline(start, budget("9999d 9999h 9999m"));
  EXPECT_TRUE(longest.provisional);
  EXPECT_GT(longest.due, start);
  const Deadline hours_only = calendar.deadline(start, budget("9999h 9999m"));
  EXPECT_EQ(calendar.worked(start, hours_only.due), hours{9999} + minutes{9999});
  // Weekly hours alone rule long before the covered years; 1 January 1990 was a Monday.
  EXPECT_EQ(due(calendar, "1990-01-01T00:00:00+08:00", "7d"),
            "1990-01-09T16:00:00+08:00 provisional");
  // From before the timetable into it, and through it.
  const Instant early = at("1990-01-01T00:00:00+08:00"), late = at("2080-01-01T00:00:00+08:00");
  EXPECT_EQ(calendar.worked(early, start) + calendar.worked(start, late),
            calendar.worked(early, late));
}

TEST(Explain, NamesEveryPartOfEveryDateAndSumsToTheWorkedTime) {
  const Calendar calendar = banjarbaru();
  const Instant from = at("2026-04-02T07:00:00+08:00"), to = at("2026-04-06T12:30:00+08:00");
  const std::vector<DayProof> proof = calendar.explain(from, to);
  ASSERT_EQ(proof.size(), 5u);
  using Kind = Span::Kind;
  const auto kinds = [](const DayProof& day) {
    std::vector<Kind> all;
    for (const Span& span : day.spans) all.push_back(span.kind);
    return all;
  };
  EXPECT_EQ(proof[0].date, "2026-04-02");
  EXPECT_EQ(kinds(proof[0]), (std::vector{Kind::before_opening, Kind::counted, Kind::lunch_break,
                                          Kind::counted, Kind::after_closing}));
  EXPECT_EQ(proof[0].spans.front().from, from);
  EXPECT_EQ(proof[0].counted, minutes{450});
  EXPECT_EQ(kinds(proof[1]), std::vector{Kind::day_off});
  EXPECT_EQ(proof[1].spans[0].why, "Wafat Yesus Kristus (SKB 1497/2025, 2/2025, 5/2025)");
  EXPECT_EQ(kinds(proof[2]), std::vector{Kind::weekend});
  EXPECT_EQ(kinds(proof[3]), std::vector{Kind::day_off}) << "a named day off on a Sunday";
  EXPECT_EQ(kinds(proof[4]), (std::vector{Kind::before_opening, Kind::counted, Kind::lunch_break}));
  EXPECT_EQ(proof[4].spans.back().to, to);
  EXPECT_TRUE(calendar.explain(to, from).empty());
  EXPECT_TRUE(calendar.explain(from, from).empty());
}

TEST(Explain, NamesMakeUpDaysAndDateRanges) {
  const Calendar calendar = banjarbaru("hari_pengganti: []",
                                       "hari_pengganti: [{tanggal: 2026-04-04, jam: "
                                       "[\"08:00-10:00\"], nama: Pengganti, dasar: SE 1}]");
  const auto made_up =
      calendar.explain(at("2026-04-04T08:30:00+08:00"), at("2026-04-04T09:00:00+08:00"));
  ASSERT_EQ(made_up.size(), 1u);
  ASSERT_EQ(made_up[0].spans.size(), 1u);
  EXPECT_EQ(made_up[0].spans[0].kind, Span::Kind::counted);
  EXPECT_EQ(made_up[0].spans[0].why, "Pengganti (SE 1)");
  const auto ramadan =
      calendar.explain(at("2026-03-02T08:30:00+08:00"), at("2026-03-02T09:00:00+08:00"));
  EXPECT_EQ(ramadan.at(0).spans.at(0).why, "Ramadan 1447 H");
}

}  // namespace
}  // namespace tenggat
