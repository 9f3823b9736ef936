#include "daemon/office/command_lanes.h"

#include <gtest/gtest.h>

#include <memory>

namespace tenggat::office {
namespace {

using std::chrono::seconds;

struct Waiting {
  CommandRequest request;
  std::uint64_t arrival = 0;
};
using One = std::shared_ptr<Waiting>;

// Three lanes for up to 4 commands each and 8 that wait; answers are due within 10 s.
class Lanes : public ::testing::Test {
 protected:
  One asks(const std::string& key, std::int64_t permit, std::int64_t token = 1) {
    const auto one = std::make_shared<Waiting>();
    one->request.permit = permit;
    one->request.idempotency = {token, key, ""};
    lanes_.push(one);
    return one;
  }
  // The keys of the batch that this lane begins.
  std::string begins(std::size_t lane, seconds now = seconds{0}) {
    std::string keys;
    for (const One& one : lanes_.begin(lane, now))
      keys += (keys.empty() ? "" : " ") + one->request.idempotency.key;
    return keys;
  }
  CommandLanes<One> lanes_{3, {8, 4, seconds{10}}};
};

TEST_F(Lanes, CallersAreServedInTurnAndDecidedInOrderOfArrival) {
  for (const char* key : {"a", "b", "c", "d"}) asks(key, key[0], 1);
  asks("e", 'e', 2);
  EXPECT_EQ(begins(0), "a b c e");
  EXPECT_EQ(begins(1), "");  // one alone waits for so full a lane
  lanes_.leave(0);
  EXPECT_EQ(begins(1), "d");
}

TEST_F(Lanes, WhoHasAPartInAnotherLanesBatchWaitsAndNothingOvertakesThem) {
  asks("a", 7);
  EXPECT_EQ(begins(0), "a");
  asks("b", 7);
  asks("c", 8);
  asks("d", 8, 2);
  asks("a", 9, 2);  // another token's key of the same name
  EXPECT_EQ(begins(1), "c d a");
  EXPECT_EQ(begins(2), "");
  lanes_.leave(0);
  EXPECT_EQ(begins(2), "b");
}

TEST_F(Lanes, AnObjectionWaitsForThePermitItIsRaisedTo) {
  const auto objects = [&](const std::string& key, std::int64_t to) {
    const auto one = std::make_shared<Waiting>();
    Submission submission;
    submission.permit.related = to;
    one->request.command = std::move(submission);
    one->request.idempotency = {1, key, ""};
    lanes_.push(one);
  };
  asks("a", 7);
  EXPECT_EQ(begins(0), "a");
  objects("b", 7);
  EXPECT_EQ(begins(1), "");
  lanes_.leave(0);
  EXPECT_EQ(begins(1), "b");
  asks("c", 7);  // and the permit for it
  EXPECT_EQ(begins(0), "");
  lanes_.leave(1);
  EXPECT_EQ(begins(0), "c");
}

TEST_F(Lanes, WhatWaitsClaimsItsPermitAndItsKeyToo) {
  asks("a", 7);
  EXPECT_EQ(begins(0), "a");
  asks("a", 8);     // its key is under way
  asks("b", 8, 2);  // came after that, for the same permit
  asks("c", 9);
  EXPECT_EQ(begins(1), "c");
}

TEST_F(Lanes, SubmissionsShareTheCounterOfNumbers) {
  asks("a", 0);
  EXPECT_EQ(begins(0), "a");
  asks("b", 0);
  asks("c", 7);
  EXPECT_EQ(begins(1), "c");
  lanes_.leave(0);
  EXPECT_EQ(begins(0), "b");
}

TEST_F(Lanes, ALaneWaitsForHalfAsManyAsTheLargestHasUnderWay) {
  for (const char* key : {"a", "b", "c", "d"}) asks(key, key[0]);
  EXPECT_EQ(begins(0), "a b c d");
  asks("e", 'e');
  EXPECT_EQ(begins(1), "");
  asks("f", 'f');
  EXPECT_EQ(begins(1), "e f");
}

TEST_F(Lanes, WhatCouldNotBeDoneStandsBeforeWhatCameLater) {
  const One a = asks("a", 7), b = asks("b", 7);
  EXPECT_EQ(begins(0), "a b");
  asks("c", 7);
  lanes_.put_back({a, b});
  lanes_.leave(0);
  EXPECT_EQ(begins(0), "a b c");
}

TEST_F(Lanes, WhoseTimeWasUpIsForgotten) {
  asks("a", 7);
  lanes_.remove(asks("b", 8));
  EXPECT_EQ(begins(0), "a");
}

TEST_F(Lanes, OneTokenFillsHalfOfWhatTheOthersLeaveFree) {
  for (const char* key : {"a", "b", "c"}) asks(key, key[0], 1);
  EXPECT_TRUE(lanes_.has_room(1, seconds{0}, seconds{0}));
  asks("d", 'd', 1);
  EXPECT_FALSE(lanes_.has_room(1, seconds{0}, seconds{0}));
  EXPECT_TRUE(lanes_.has_room(2, seconds{0}, seconds{0}));
}

TEST_F(Lanes, WhoCouldNotBeAnsweredInTimeIsRefusedAtOnce) {
  for (const char* key : {"a", "b", "c", "d"}) asks(key, key[0], key[0]);
  EXPECT_EQ(begins(0, seconds{100}), "a b c d");
  EXPECT_TRUE(lanes_.has_room(1, seconds{110}, seconds{0}));
  EXPECT_FALSE(lanes_.has_room(1, seconds{111}, seconds{0}));
  lanes_.done(0, seconds{106});
  lanes_.leave(0);
  EXPECT_TRUE(lanes_.has_room(1, seconds{111}, seconds{0}));
  // As long as the last one took, batch after batch: 6 s each.
  for (const char* key : {"e", "f", "g", "h"}) asks(key, key[0], key[0]);
  EXPECT_EQ(begins(1, seconds{111}), "e f g h");
  for (const char* key : {"i", "j", "k"}) asks(key, key[0], key[0]);
  EXPECT_TRUE(lanes_.has_room(1, seconds{112}, seconds{0}));
  asks("l", 'l', 'l');
  EXPECT_FALSE(lanes_.has_room(1, seconds{112}, seconds{0}));
}

TEST_F(Lanes, ThroughALongOutageNobodyIsLetToWait) {
  asks("a", 7);
  EXPECT_TRUE(lanes_.has_room(1, seconds{6}, seconds{6}));  // nothing is under way: it is tried
  EXPECT_TRUE(lanes_.idle());
  EXPECT_EQ(begins(0, seconds{0}), "a");
  EXPECT_FALSE(lanes_.idle());
  EXPECT_TRUE(lanes_.has_room(1, seconds{5}, seconds{5}));
  EXPECT_FALSE(lanes_.has_room(1, seconds{6}, seconds{6}));
}

}  // namespace
}  // namespace tenggat::office
