#include <gtest/gtest.h>

#include "tests/rules/calendars.h"

namespace tenggat {
namespace {

using testing::at;

TEST(ParseInstant, ReadsRfc3339WithAnyOffset) {
  const Instant expected = at("2026-04-02T06:00:00Z");
  for (const char* text :
       {"2026-04-02T14:00:00+08:00", "2026-04-02t06:00:00z", "2026-04-02T06:00:00-00:00",
        "2026-04-02T00:30:00-05:30", "2026-04-03T05:59:00+23:59"}) {
    EXPECT_EQ(parse_instant(text), expected) << text;
  }
}

TEST(ParseInstant, CutsFractionsAlsoBefore1970) {
  EXPECT_EQ(at("2026-04-02T06:00:00.999999999999Z"), at("2026-04-02T06:00:00Z"));
  EXPECT_EQ(at("1969-12-31T23:59:59.9Z").time_since_epoch(), Seconds{-1});
}

TEST(ParseInstant, RefusesWhatIsNotRfc3339) {
  for (const char* text : {"",
                           "2026-04-02",
                           "2026-04-02T14:00:00",
                           "2026-04-02 14:00:00Z",
                           "2026-04-02T14:00Z",
                           "2026-4-02T14:00:00Z",
                           "2026-02-29T14:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-04-00T00:00:00Z",
                           "2026-04-02T24:00:00Z",
                           "2026-04-02T14:60:00Z",
                           "2026-04-02T14:00:60Z",
                           "2026-04-02T14:00:00.Z",
                           "2026-04-02T14:00:00+8:00",
                           "2026-04-02T14:00:00+0800",
                           "2026-04-02T14:00:00+24:00",
                           "2026-04-02T14:00:00+08:60",
                           "2026-04-02T14:00:00Z ",
                           " 2026-04-02T14:00:00Z",
                           "02026-04-02T14:00:00Z",
                           "+2026-04-02T14:00:00Z",
                           "2026-04-02T14:00:00ZZ",
                           "2026-04-02T1a:00:00Z"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(FormatInstant, ReadsBackAsTheSameInstantInEveryZone) {
  for (const char* zone : {"Asia/Makassar", "America/New_York", "Australia/Lord_Howe", "UTC",
                           "America/St_Johns", "Pacific/Apia"}) {
    const Calendar calendar = testing::calendar_of(zone, "jam_kerja: {senin: [\"08:00-12:00\"]}\n");
    for (const char* text :
         {"1850-06-01T12:34:56Z", "1969-12-31T23:59:59Z", "2026-03-08T07:00:00Z",
          "2026-11-01T05:59:59Z", "2026-10-03T15:30:00Z", "2080-07-01T00:00:00Z"}) {
      EXPECT_EQ(at(calendar.format(at(text))), at(text)) << zone << " " << text;
    }
  }
}

TEST(LocalTime, ShowsTheWallClockOfTheZone) {
  const LocalTime local = testing::banjarbaru().local(at("2026-04-02T06:03:04Z"));
  EXPECT_EQ(local.year, 2026);
  EXPECT_EQ(local.month, 4u);
  EXPECT_EQ(local.day, 2u);
  EXPECT_EQ(local.hour, 14);
  EXPECT_EQ(local.minute, 3);
  EXPECT_EQ(local.second, 4);
  EXPECT_EQ(local.weekday, 4u);
  EXPECT_EQ(local.utc_offset, std::chrono::hours{8});
  EXPECT_EQ(local.zone_abbreviation, "WITA");
}

}  // namespace
}  // namespace tenggat
