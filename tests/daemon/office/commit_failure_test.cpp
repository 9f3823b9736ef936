#include "daemon/office/commit_failure.h"

#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using Next = AfterFailure::Next;
using store::Conflict;

TEST(CommitFailure, WhatPassesIsDoneAgainHoweverManyTheyAre) {
  EXPECT_EQ(after_failure({true}, 1).next, Next::again);
  EXPECT_EQ(after_failure({true}, 64).next, Next::again);
}

TEST(CommitFailure, WhatDoesNotPassIsTakenApart) {
  for (const Conflict conflict : {Conflict::none, Conflict::broken, Conflict::lost_race,
                                  Conflict::number_taken, Conflict::external_id_taken})
    EXPECT_EQ(after_failure({false, conflict}, 2).next, Next::apart);
  EXPECT_EQ(after_failure({false, Conflict::none}, 1).next, Next::apart);
  EXPECT_EQ(after_failure({false, Conflict::broken}, 1).next, Next::apart);
}

TEST(CommitFailure, WhoLostARaceAloneAsksAgain) {
  EXPECT_EQ(after_failure({false, Conflict::lost_race}, 1).next, Next::again);
  EXPECT_EQ(after_failure({false, Conflict::same_key}, 1).next, Next::again);
}

TEST(CommitFailure, WhoAloneUsesAnothersNumberOrIdIsToldSo) {
  const AfterFailure number = after_failure({false, Conflict::number_taken}, 1);
  EXPECT_EQ(number.next, Next::answered);
  EXPECT_EQ(number.answer.kind, CommandAnswer::Kind::refused);
  EXPECT_EQ(number.answer.refusal->reason(), Reason::number_taken);
  const AfterFailure id = after_failure({false, Conflict::external_id_taken}, 1);
  EXPECT_EQ(id.answer.refusal->reason(), Reason::external_id_taken);
}

}  // namespace
}  // namespace tenggat::office
