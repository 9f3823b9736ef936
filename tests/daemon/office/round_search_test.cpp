#include "daemon/office/round_search.h"

#include <gtest/gtest.h>

#include <vector>

namespace tenggat::office {
namespace {

using Blame = RoundSearch::Blame;

// What is taken on, one after the other, where no more than `good` go through; and the search as it
// ends.
struct Searched {
  std::vector<int> portions;
  RoundSearch search{200};
};
Searched search(int good, int settled) {
  Searched done;
  while (const int next = done.search.next()) {
    done.portions.push_back(next);
    if (next <= good)
      done.search.composed(settled);
    else
      done.search.failed("refused " + std::to_string(next));
  }
  return done;
}

TEST(RoundSearch, ARoundThatGoesThroughIsMadeOnce) {
  const Searched whole = search(200, 40);
  EXPECT_EQ(whole.portions, (std::vector<int>{200}));
  EXPECT_EQ(whole.search.blames(true, true), Blame::nobody);
  EXPECT_EQ(whole.search.settled(), 40);
  EXPECT_EQ(search(200, 0).search.blames(true, true), Blame::nobody);
}

TEST(RoundSearch, FewerAreTakenUntilSomeGoThrough) {
  const Searched some = search(30, 25);
  EXPECT_EQ(some.portions, (std::vector<int>{200, 100, 50, 25}));
  EXPECT_EQ(some.search.blames(true, true), Blame::nobody);
  EXPECT_EQ(some.search.settled(), 25);
}

TEST(RoundSearch, TheEarliestThatFailsAloneIsToBlame) {
  const Searched none = search(0, 0);
  EXPECT_EQ(none.portions, (std::vector<int>{200, 100, 50, 25, 12, 6, 3, 1}));
  EXPECT_EQ(none.search.blames(true, true), Blame::notice);
  EXPECT_EQ(none.search.why(), "refused 1");
}

TEST(RoundSearch, WhereNoNoticeIsKnownItWasADailyJobOrWhatComesBefore) {
  EXPECT_EQ(search(0, 0).search.blames(false, true), Blame::daily_job);
  EXPECT_EQ(search(0, 0).search.blames(false, false), Blame::unknown);
}

TEST(RoundSearch, NotTheNoticesWhereFewerGoThroughAndSettleNothing) {
  EXPECT_EQ(search(100, 0).search.blames(true, true), Blame::daily_job);
  EXPECT_EQ(search(100, 0).search.blames(true, false), Blame::unknown);
}

}  // namespace
}  // namespace tenggat::office
