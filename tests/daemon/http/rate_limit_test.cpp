#include "daemon/http/rate_limit.h"

#include <gtest/gtest.h>

namespace tenggat::http {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, LetsInAMinutesWorthAndThenAsItFills) {
  RateLimit limit(60);
  for (int i = 0; i < 60; ++i) ASSERT_EQ(limit.ask("a", 5s), 0s) << i;
  EXPECT_EQ(limit.ask("a", 5s), 1s);
  EXPECT_EQ(limit.ask("b", 5s), 0s);
  EXPECT_EQ(limit.wait("a", 5500ms), 1s);
  EXPECT_EQ(limit.wait("a", 6s), 0s);
  EXPECT_EQ(limit.ask("a", 6s), 0s);
  EXPECT_EQ(limit.ask("a", 6s), 1s);
  for (int i = 0; i < 60; ++i) ASSERT_EQ(limit.ask("a", 200s), 0s) << i;
  EXPECT_NE(limit.ask("a", 200s), 0s);
}

TEST(RateLimit, SaysHowLongTheNextOneWaits) {
  RateLimit limit(2);
  limit.ask("a", 0s);
  limit.ask("a", 0s);
  EXPECT_EQ(limit.ask("a", 0s), 30s);
  EXPECT_EQ(limit.ask("a", 20s), 10s);
}

TEST(RateLimit, AnotherPaceHoldsAtOnce) {
  RateLimit limit(1);
  limit.ask("a", 0s);
  EXPECT_EQ(limit.ask("a", 0s), 60s);
  limit.allow(1);
  EXPECT_EQ(limit.ask("a", 0s), 60s);
  limit.allow(60);
  EXPECT_EQ(limit.ask("a", 0s), 0s);
}

TEST(RateLimit, RemembersSoManyAndTheOthersShareOnePace) {
  RateLimit limit(1);
  for (std::size_t i = 0; i < RateLimit::kKnownAtMost; ++i)
    ASSERT_EQ(limit.ask(std::to_string(i), 1s).count(), 0);
  EXPECT_EQ(limit.ask("new", 1s).count(), 0);
  EXPECT_GT(limit.ask("newer", 1s).count(), 0);
  EXPECT_GT(limit.wait("newest", 1s).count(), 0);
  EXPECT_LE(limit.size(), RateLimit::kKnownAtMost + 1);
  EXPECT_GT(limit.ask("7", 1s).count(), 0);
  // Each its own again, once those from before have stayed away.
  EXPECT_EQ(limit.ask("new", 200s).count(), 0);
  EXPECT_EQ(limit.ask("newer", 200s).count(), 0);
}

TEST(RateLimit, ForgetsWhoStaysAway) {
  RateLimit limit(60);
  for (int i = 0; i < 1000; ++i) limit.ask(std::to_string(i), 1s);
  EXPECT_EQ(limit.size(), 1000U);
  limit.ask("a", 200s);
  EXPECT_EQ(limit.size(), 1U);
}

}  // namespace
}  // namespace tenggat::http
