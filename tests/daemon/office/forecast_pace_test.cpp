#include "daemon/office/forecast_pace.h"

#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = ForecastPace::Time;

constexpr int kPortion = 500;

struct Round {
  Time took{}, worked{};
};

// A round over so many permits, each portion of which is this much work, on a machine that gives it
// so much of a processor.
Round round_of(int permits, Time work, double given = 1) {
  const Time begun = seconds(1000);
  ForecastPace pace(begun);
  Time now = begun;
  Round round;
  for (int done = 0; done < permits; done += kPortion) {
    const Time portion = now,
               takes{static_cast<Time::rep>(static_cast<double>(work.count()) / given)};
    now += takes;
    round.worked += takes;
    now += pace.rest(kPortion, portion, now);
  }
  round.took = now - begun;
  return round;
}

TEST(ForecastPace, AHundredThousandPermitsAreSpreadOverThreeQuartersOfAMinute) {
  const Round round = round_of(100'000, milliseconds(40));
  EXPECT_EQ(round.took, seconds(45));
  EXPECT_LT(round.worked, round.took / 5);
}

TEST(ForecastPace, WhatOnePortionLostTheNextOnesMakeUpFor) {
  const Time begun{};
  ForecastPace pace(begun);
  Time now = milliseconds(400);  // its pace was 225
  now += pace.rest(kPortion, begun, now);
  EXPECT_EQ(now, milliseconds(600));  // half as long as it worked
  const Time second = now;
  now += milliseconds(20);
  now += pace.rest(kPortion, second, now);
  EXPECT_EQ(now, milliseconds(630));
  const Time third = now;
  now += milliseconds(20);
  now += pace.rest(kPortion, third, now);
  EXPECT_EQ(now, 3 * kPortion * ForecastPace::kEach);
}

TEST(ForecastPace, ItNeverHasMoreThanTwoThirdsOfTheTime) {
  const Round round = round_of(100'000, milliseconds(40), .1);
  EXPECT_LE(round.worked, round.took * 2 / 3);
  EXPECT_LE(round.took, seconds(125));
}

TEST(ForecastPace, WhatWasLostLongAgoIsNotMadeUpFor) {
  ForecastPace pace(Time{});
  const Time late = seconds(60);
  Time now = late;
  for (int portion = 0; portion < 100; ++portion) {
    const Time begun = now;
    now += milliseconds(20);
    now += pace.rest(kPortion, begun, now);
  }
  // A hundred portions at its pace, but for five seconds.
  EXPECT_EQ(now - late, 100 * kPortion * ForecastPace::kEach - seconds(5));
}

TEST(ForecastPace, OneThatHasNothingToDoRestsAMoment) {
  ForecastPace pace(seconds(3));
  EXPECT_EQ(pace.rest(0, seconds(3), seconds(3)), ForecastPace::kRestAtLeast);
}

}  // namespace
}  // namespace tenggat::office
