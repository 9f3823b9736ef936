#include "daemon/office/turn_queue.h"

#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using Pieces = std::vector<int>;

TEST(TurnQueue, OwnersAreServedInTurnEachInItsOrder) {
  TurnQueue<int> queue;
  for (int i = 1; i <= 4; ++i) queue.push(7, i);
  queue.push(8, 100);
  queue.push(9, 200);
  queue.push(9, 201);
  EXPECT_EQ(queue.size(), 7U);
  EXPECT_EQ(queue.size_of(7), 4U);
  EXPECT_EQ(queue.take(4), (Pieces{1, 100, 200, 2}));
  EXPECT_EQ(queue.take(9), (Pieces{201, 3, 4}));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.take(1), Pieces{});
}

TEST(TurnQueue, WhoseTurnItIsIsRememberedOverCalls) {
  TurnQueue<int> queue;
  for (int i = 1; i <= 3; ++i) queue.push(7, i);
  queue.push(8, 100);
  EXPECT_EQ(queue.take(1), (Pieces{1}));
  EXPECT_EQ(queue.take(1), (Pieces{100}));
  queue.push(8, 101);
  EXPECT_EQ(queue.take(3), (Pieces{2, 101, 3}));
}

TEST(TurnQueue, WhatIsPutBackComesFirstOfItsOwners) {
  TurnQueue<int> queue;
  queue.push(7, 2);
  queue.put_back(7, 1);
  queue.put_back(8, 100);
  EXPECT_EQ(queue.take(9), (Pieces{1, 100, 2}));
}

TEST(TurnQueue, WhatIsNotReadyKeepsItsPlaceAndItsOwnerIsNext) {
  TurnQueue<int> queue;
  for (int i = 1; i <= 4; ++i) queue.push(7, i);
  queue.push(8, 100);
  queue.push(9, 200);
  const auto even = [](int piece) { return piece % 2 == 0 && piece != 100; };
  EXPECT_EQ(queue.take(9, even), (Pieces{2, 200, 4}));
  EXPECT_EQ(queue.size(), 3U);
  queue.push(9, 201);
  EXPECT_EQ(queue.take(2), (Pieces{100, 1}));
  EXPECT_EQ(queue.take(9), (Pieces{201, 3}));
  EXPECT_TRUE(queue.empty());
}

TEST(TurnQueue, IsAskedOfEachPieceInItsOwnersOrder) {
  TurnQueue<int> queue;
  for (int i = 1; i <= 3; ++i) queue.push(7, i);
  Pieces asked;
  EXPECT_EQ(queue.take(9,
                       [&](int piece) {
                         asked.push_back(piece);
                         return false;
                       }),
            Pieces{});
  EXPECT_EQ(asked, (Pieces{1, 2, 3}));
  EXPECT_EQ(queue.take(9), (Pieces{1, 2, 3}));
}

TEST(TurnQueue, WhatIsRemovedLosesItsTurn) {
  TurnQueue<int> queue;
  queue.push(7, 1);
  queue.push(7, 2);
  queue.push(8, 100);
  EXPECT_TRUE(queue.remove(8, 100));
  EXPECT_FALSE(queue.remove(8, 100));
  EXPECT_TRUE(queue.remove(7, 1));
  EXPECT_FALSE(queue.remove(7, 1));
  EXPECT_EQ(queue.size(), 1U);
  queue.push(8, 101);
  EXPECT_EQ(queue.take(9), (Pieces{2, 101}));
}

}  // namespace
}  // namespace tenggat::office
