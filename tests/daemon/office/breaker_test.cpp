#include "daemon/office/breaker.h"

#include <gtest/gtest.h>

#include <vector>

namespace tenggat::office {
namespace {

using namespace std::chrono_literals;
using notify::Outcome;
using Change = Breaker::Change;

notify::SendResult came(Outcome outcome, std::string_view reason = notify::reason::server_error) {
  notify::SendResult result;
  result.outcome = outcome;
  result.reason = reason;
  return result;
}

const notify::SendResult kFailure = came(Outcome::retry);
const notify::SendResult kTaken = came(Outcome::accepted, notify::reason::accepted);

Breaker opened(Breaker::Moment now) {
  Breaker breaker({});
  breaker.record(kTaken, now);
  for (int i = 0; i < 5; ++i) breaker.record(kFailure, now);
  return breaker;
}

TEST(Breaker, FiveFailuresInARowOpenItAndNoFewer) {
  Breaker breaker({});
  EXPECT_EQ(breaker.record(kTaken, 0s), Change::closed);  // who knows how it was before
  for (int i = 0; i < 4; ++i) EXPECT_EQ(breaker.record(kFailure, 1s), Change::none);
  EXPECT_EQ(breaker.record(kTaken, 1s), Change::none);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(breaker.record(kFailure, 2s), Change::none);
  EXPECT_FALSE(breaker.is_open());
  EXPECT_EQ(breaker.record(came(Outcome::unknown, notify::reason::timeout), 2s), Change::opened);
  EXPECT_TRUE(breaker.is_open());
  EXPECT_EQ(breaker.reason(), "timeout");
}

TEST(Breaker, WhatIsOnlyAboutAMessageIsAnAnswerOfTheChannel) {
  for (const Outcome outcome : {Outcome::permanent, Outcome::permanent_for_person}) {
    Breaker breaker({});
    for (int i = 0; i < 4; ++i) breaker.record(kFailure, 0s);
    breaker.record(came(outcome), 0s);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(breaker.record(kFailure, 0s), Change::none);
  }
}

TEST(Breaker, WhoAsksForPatienceIsNotBroken) {
  Breaker breaker({});
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(breaker.record(came(Outcome::retry, notify::reason::rate_limited), 0s), Change::none);
}

TEST(Breaker, AStoppedChannelOpensItAtOnceForAsLongAsThereIs) {
  Breaker breaker({});
  EXPECT_EQ(breaker.record(came(Outcome::channel_stopped, notify::reason::auth_failed), 10s),
            Change::opened);
  EXPECT_EQ(breaker.next_trial(), 310s);
}

TEST(Breaker, OneMessageTriesItWhenItsTimeHasCome) {
  Breaker breaker = opened(100s);
  EXPECT_FALSE(breaker.may_try(104s));
  ASSERT_TRUE(breaker.may_try(105s));
  breaker.trying();
  EXPECT_FALSE(breaker.may_try(116s));
  EXPECT_TRUE(breaker.is_open());
  EXPECT_EQ(breaker.record(kTaken, 117s), Change::closed);
  EXPECT_FALSE(breaker.is_open());
  EXPECT_TRUE(breaker.may_try(117s));
}

TEST(Breaker, EachTrialInVainDoublesTheWaitUpToALimit) {
  Breaker breaker = opened(0s);
  std::vector<std::chrono::nanoseconds> waits;
  for (auto now = 5s; waits.size() < 6;
       now = std::chrono::duration_cast<std::chrono::seconds>(breaker.next_trial())) {
    ASSERT_TRUE(breaker.may_try(now));
    breaker.trying();
    EXPECT_EQ(breaker.record(kFailure, now), Change::none);  // nobody is told again
    waits.push_back(breaker.next_trial() - now);
  }
  EXPECT_EQ(waits, (std::vector<std::chrono::nanoseconds>{10s, 20s, 40s, 80s, 160s, 300s}));
}

TEST(Breaker, WhatWasUnderWayWhenItOpenedDoesNotPutTheTrialOff) {
  Breaker breaker = opened(0s);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(breaker.record(kFailure, 4s), Change::none);
  EXPECT_EQ(breaker.next_trial(), 5s);
}

TEST(Breaker, ATrialThatNeverSetOutIsMadeAgain) {
  Breaker breaker = opened(0s);
  breaker.trying();
  breaker.not_tried(20s);
  EXPECT_TRUE(breaker.may_try(20s));
}

TEST(Breaker, PatienceAskedForAtATrialIsAnAnswer) {
  Breaker breaker = opened(0s);
  breaker.trying();
  EXPECT_EQ(breaker.record(came(Outcome::retry, notify::reason::rate_limited), 20s),
            Change::closed);
}

}  // namespace
}  // namespace tenggat::office
