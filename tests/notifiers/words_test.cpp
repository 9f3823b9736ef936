#include "notifiers/words.h"

#include <gtest/gtest.h>

#include <set>

#include "notifiers/message.h"
#include "tests/support/words_for_people.h"

namespace tenggat::notify {
namespace {

LocalTime moment(int year, unsigned month, unsigned day, unsigned weekday, int hour, int minute) {
  LocalTime t;
  t.year = year;
  t.month = month;
  t.day = day;
  t.weekday = weekday;
  t.hour = hour;
  t.minute = minute;
  t.zone_abbreviation = "WITA";
  return t;
}

TEST(Words, MomentsAreSaidAsAnOfficeWritesThem) {
  EXPECT_EQ(short_moment(moment(2026, 4, 16, 4, 14, 20)), "Kamis 16 April, 14.20 WITA");
  EXPECT_EQ(full_moment(moment(2026, 4, 22, 3, 9, 12)), "Rabu, 22 April 2026 pukul 09.12");
  EXPECT_EQ(plain_moment(moment(2026, 4, 16, 4, 14, 20)), "Kamis 16 April 14.20 WITA");
  EXPECT_EQ(date(moment(2026, 8, 2, 0, 0, 0)), "2 Agustus 2026");
  EXPECT_EQ(weekday_name(moment(2026, 4, 19, 0, 0, 0)), "Minggu");
  EXPECT_EQ(clock_time(moment(2026, 4, 19, 0, 0, 5)), "00.05");
}

TEST(Words, AClockIsSaidByWhatItCounts) {
  const Seconds day{7 * 3600 + 1800}, two_days{2 * 24 * 3600 + 60};
  EXPECT_EQ(span_words(two_days, Counting::elapsed, day), "2 hari kalender");
  EXPECT_EQ(span_words(2 * day, Counting::working, day), "2 hari kerja");
  EXPECT_EQ(left_words(Seconds{7800}, Counting::working, day), "waktu kerja 2 jam 10 menit");
  EXPECT_EQ(left_words(Seconds{7800}, Counting::elapsed, day), "2 jam 10 menit");
  EXPECT_EQ(late_words(-Seconds{7800}, Counting::working, day), "2 jam 10 menit (jam kerja)");
  EXPECT_EQ(late_words(-two_days, Counting::elapsed, day), "2 hari kalender");
  EXPECT_EQ(budget_words({4, 1, 18}), "4 hari kerja 1 jam 18 menit");
  EXPECT_EQ(budget_words({0, 0, 0, 14, false}), "14 hari kalender");
}

TEST(Words, DurationsHaveHoursAndMinutes) {
  EXPECT_EQ(duration(Seconds(7800)), "2 jam 10 menit");
  EXPECT_EQ(duration(Seconds(3600)), "1 jam");
  EXPECT_EQ(duration(Seconds(119)), "1 menit");
  EXPECT_EQ(duration(Seconds(59)), "kurang dari 1 menit");
  EXPECT_EQ(duration(Seconds(-7800)), "2 jam 10 menit");
  EXPECT_EQ(duration(Seconds(100 * 3600)), "100 jam");
}

TEST(Words, DaysAppearOnlyWithANominalDay) {
  const Seconds day(27000);  // 7h30m
  EXPECT_EQ(working_duration(day + Seconds(3 * 3600 + 540), day), "1 hari 3 jam");
  EXPECT_EQ(working_duration(2 * day, day), "2 hari");
  EXPECT_EQ(working_duration(day - Seconds(60), day), "7 jam 29 menit");
  EXPECT_EQ(working_duration(Seconds(7800), Seconds(0)), "2 jam 10 menit");
}

TEST(Words, WorkingDaysAreNamedWhereNothingElseSaysWhichDays) {
  const Seconds day(27000);
  EXPECT_EQ(working_time(Seconds(25 * 3600 + 42 * 60), day), "3 hari kerja 3 jam");
  EXPECT_EQ(working_time(-day, day), "1 hari kerja");
  EXPECT_EQ(working_time(Seconds(7800), day), "2 jam 10 menit");
}

TEST(Words, CivilDatesAreSaidAsPeopleWriteThem) {
  EXPECT_EQ(date("2026-04-02"), "2 April 2026");
  for (const char* none : {"", "2026-4-2", "2026-13-01", "besok", "2026-04-0x"})
    EXPECT_EQ(date(std::string(none)), none);
}

TEST(Words, IdsBecomeWords) {
  Sop sop;
  sop.abbreviations = {"SK", "PPh"};
  EXPECT_EQ(readable("draft_sk", sop), "Draf SK");  // "draft" is the form's word
  EXPECT_EQ(readable("draft_sk"), "Draf sk");       // the service's own abbreviation
  EXPECT_EQ(readable("pph_21", sop), "PPh 21");
  EXPECT_EQ(readable("surat_keputusan", sop), "Surat keputusan");
  EXPECT_EQ(readable_within("surat_keputusan", sop), "surat keputusan");
  EXPECT_EQ(readable_within("ktp_kepala", sop), "KTP kepala");
  sop.documents = {{"draft_sk", "SK yang dirancang", "", ""},
                   {"bapl", "BAP lapangan", "", ""},
                   {"surat_keputusan", "Surat keputusan", "", ""}};
  EXPECT_EQ(document_name("draft_sk", sop), "SK yang dirancang");
  EXPECT_EQ(document_name_within("draft_sk", sop), "SK yang dirancang");
  EXPECT_EQ(document_name_within("bapl", sop), "BAP lapangan");
  EXPECT_EQ(document_name_within("surat_keputusan", sop), "surat keputusan");
  EXPECT_EQ(document_name("denah_ruang", sop), "Denah ruang");
  EXPECT_EQ(document_name_within("pph_21", sop), "PPh 21");
}

TEST(Words, EveryReasonOfADeliveryHasItsWords) {
  std::set<std::string> all;
  for (const std::string_view code : reason::all) {
    EXPECT_EQ(test::faults_in_words(delivery_words(code)), std::vector<std::string>{});
    EXPECT_TRUE(all.insert(delivery_words(code)).second) << code;
  }
  EXPECT_FALSE(all.contains(delivery_words("anything else")));
}

TEST(Words, NumbersUseIndonesianSeparators) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(999), "999");
  EXPECT_EQ(number(1234567), "1.234.567");
  EXPECT_EQ(number(-1234), "-1.234");
  EXPECT_EQ(number(-123), "-123");
  EXPECT_EQ(tenths(964), "96,4");
  EXPECT_EQ(tenths(1000), "100");
  EXPECT_EQ(percent(27, 28), "96,4%");
  EXPECT_EQ(percent(1, 1), "100%");
  EXPECT_EQ(percent(0, 0), "–");
}

}  // namespace
}  // namespace tenggat::notify
