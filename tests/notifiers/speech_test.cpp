#include "notifiers/speech.h"

#include <gtest/gtest.h>

#include "tests/rules/calendars.h"

namespace tenggat::notify {
namespace {

TEST(Speech, SaysMomentsLimitsAndSpansInBothLanguages) {
  const Calendar calendar = testing::banjarbaru();
  const Instant t = *parse_instant("2026-04-16T14:05:00+08:00");
  const Speech id(Tongue::indonesian, calendar), en(Tongue::english, calendar);
  EXPECT_EQ(id.moment(t), "Kamis, 16 April 2026 pukul 14.05 WITA");
  EXPECT_EQ(en.moment(t), "Thursday, 16 April 2026 at 14:05 WITA");
  EXPECT_EQ(id.brief(t), "Kamis 16 April, 14.05 WITA");
  EXPECT_EQ(en.brief(t), "Thursday 16 April, 14:05 WITA");
  EXPECT_EQ(en.end(*parse_instant("2026-04-17T00:00:00+08:00")),
            "Thursday, 16 April 2026 at 24:00 WITA");
  EXPECT_EQ(id.budget({.days = 5}), "5 hari kerja");
  EXPECT_EQ(en.budget({.days = 5}), "5 working days");
  EXPECT_EQ(en.budget({.days = 4, .hours = 1, .minutes = 18}), "4 working days 1 hour 18 minutes");
  EXPECT_EQ(en.budget({.minutes = 10}), "10 working minutes");
  EXPECT_EQ(en.budget({.calendar_days = 14}), "14 calendar days");
  const Seconds day = calendar.nominal_day();
  EXPECT_EQ(en.span(day + Seconds{3 * 3600}, Counting::working), "1 working day 3 hours");
  EXPECT_EQ(id.span(day + Seconds{3 * 3600}, Counting::working), "1 hari kerja 3 jam");
  EXPECT_EQ(en.span(3 * kCivilDay, Counting::elapsed), "3 calendar days");
  EXPECT_EQ(en.duration(Seconds{59}), "under a minute");
  EXPECT_EQ(id.hours(Seconds{27000}), "7 j 30 m");
  EXPECT_EQ(en.hours(Seconds{27000}), "7 h 30 m");
  EXPECT_EQ(en.hours(Seconds{3600}), "1 h");
  EXPECT_EQ(en.number(1234), "1,234");
  EXPECT_EQ(tongue_of("en"), Tongue::english);
  EXPECT_EQ(tongue_of("fr"), std::nullopt);
}

}  // namespace
}  // namespace tenggat::notify
