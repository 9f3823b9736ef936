#include "rules/forecast/forecast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tenggat::forecast {
namespace {

constexpr Seconds kDay{86400};

// An office of two steps, each of which takes as long as it likes: work at 0, signature at 1.
const Steps kTwoSteps{{0, 1}, 1, 1};

File file(int opened, int due_after, std::optional<int> ended_after,
          std::vector<std::pair<int, int>> events) {
  File out{kDay * opened, kDay * (opened + due_after), {}, {}, 0, {}};
  if (ended_after) out.ended = out.opened + kDay * *ended_after;
  for (const auto& [after, step] : events)
    out.events.push_back({out.opened + kDay * after, step, 0});
  return out;
}

Hazards hazards(const std::vector<File>& files, int known, int window = 365) {
  return {files, kTwoSteps, kDay * known, kDay * window, kDay};
}

// Files of every day: those of a kind (trait 0) take twice as long, and all a little more or less.
std::vector<File> an_office(int days, int usual, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<File> out;
  for (int day = 0; day < days; ++day) {
    const bool slow = day % 2 == 0;
    const int takes = (slow ? 2 : 1) * usual + static_cast<int>(random() % 20);
    File one = file(day, 56, takes, {{1, 0}, {std::max(2, takes / 2), 1}});
    if (slow) one.traits.push_back(0);
    out.push_back(one);
  }
  return out;
}

TEST(Stays, BeginBeforeAnyEventAndOfOneDaysEventsTheLastCounts) {
  const File f = file(10, 56, 30, {{3, 0}, {3, 1}, {9, 0}});
  const auto all = stays(f, kTwoSteps, kDay * 100, kDay);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].step, kTwoSteps.count());
  EXPECT_EQ(all[1].step, 1);
  EXPECT_EQ(all[2].from, kDay * 19);
}

TEST(Stays, WhatComesLaterIsNotReadNorWhatComesAfterTheEnd) {
  const File f = file(10, 56, 30, {{3, 0}, {9, 1}, {40, 0}});
  EXPECT_EQ(stays(f, kTwoSteps, kDay * 15, kDay).size(), 2u);
  EXPECT_EQ(stays(f, kTwoSteps, kDay * 100, kDay).size(), 3u);
}

TEST(Hazards, AStepThatIsStillGoingOnCountsForAsLongAsItHas) {
  std::vector<File> files(200, file(0, 56, 10, {{0, 0}}));
  const double of_ended = hazards(files, 100).ends_within({0, 0, 5}, 10);
  files.insert(files.end(), 200, file(0, 56, std::nullopt, {{0, 0}}));
  const double with_open = hazards(files, 100).ends_within({0, 0, 5}, 10);
  EXPECT_GT(of_ended, .9);
  EXPECT_NEAR(with_open, .5, .06);
}

TEST(Hazards, WhatEndsAfterOneKnowsIsStillOpen) {
  const std::vector<File> files(200, file(0, 56, 40, {{0, 0}}));
  EXPECT_LT(hazards(files, 30).ends_within({0, 0, 5}, 24), .2);
  EXPECT_GT(hazards(files, 50).ends_within({0, 0, 5}, 37), .9);
}

// Seen from day 365 on: files opened long before are there only because they were slow.
TEST(Hazards, AStayFromBeforeTheWindowCountsFromTheWindowOn) {
  std::vector<File> files(50, file(0, 56, 400, {{0, 0}}));
  files.insert(files.end(), 50, file(380, 56, 10, {{0, 0}}));
  EXPECT_GT(hazards(files, 730).ends_within({0, 0, 0}, 12), .9);
}

TEST(Hazards, TheTimeAlreadySpentInAStepIsGiven) {
  std::vector<File> files(100, file(0, 56, 5, {{0, 0}}));
  files.insert(files.end(), 100, file(0, 56, 50, {{0, 0}}));
  const Hazards both = hazards(files, 200);
  EXPECT_NEAR(both.ends_within({0, 0, 0}, 10), .5, .1);
  EXPECT_LT(both.ends_within({0, 0, 20}, 10), .2);
}

TEST(Hazards, AStepRarelySeenIsAsItsGroup) {
  const Steps steps{{0, 0, 1}, 1, 0};
  std::vector<File> files(200, file(0, 56, 8, {{0, 0}}));
  files.insert(files.end(), 2000, file(0, 56, 60, {{0, 2}}));
  const Hazards by_group(files, steps, kDay * 200, kDay * 365, kDay);
  EXPECT_GT(by_group.ends_within({0, 1, 0}, 12), .6);
}

TEST(Hazards, WhatFollowsDependsOnHowLongAStepHasTaken) {
  std::vector<File> files(200, file(0, 56, 90, {{0, 0}, {1, 1}}));
  files.insert(files.end(), 200, file(0, 56, 40, {{0, 0}}));
  const Hazards h = hazards(files, 200);
  EXPECT_GT(h.ends_within({0, 0, 30}, 12), .85);  // who waits so long ends from here
}

TEST(Hazards, TheSteplessEndAndTheChainOfStepsAddUp) {
  const std::vector<File> files(300, file(0, 56, 30, {{10, 0}, {20, 1}}));
  const Hazards h = hazards(files, 200);
  EXPECT_LT(h.ends_within({0, 2, 0}, 20), .1);
  EXPECT_GT(h.ends_within({0, 2, 0}, 32), .8);
  const auto half = h.cells_until({0, 0, 0}, .5), most = h.cells_until({0, 0, 0}, .9);
  ASSERT_TRUE(half && most);
  EXPECT_NEAR(*half, 20, 2);
  EXPECT_GE(*most, *half);
}

TEST(Ridge, FindsWhatTellsAndIsHeldByItsPenalty) {
  std::mt19937 random(7);
  std::vector<Row> rows;
  std::vector<double> late, weights;
  for (int i = 0; i < 2000; ++i) {
    const double x = static_cast<double>(random() % 1000) / 500 - 1,
                 noise = static_cast<double>(random() % 1000);
    rows.push_back({x, noise});
    late.push_back(static_cast<double>(random() % 1000) / 1000 < chance_of(2 * x) ? 1 : 0);
    weights.push_back(1);
  }
  const Ridge free(rows, late, weights, .1), held(rows, late, weights, 1000);
  EXPECT_NEAR(free.log_odds({.5, 500}) - free.log_odds({-.5, 500}), 2, .3);
  EXPECT_NEAR(free.log_odds({0, 900}), free.log_odds({0, 100}), .2);
  EXPECT_LT(held.log_odds({.5, 500}) - held.log_odds({-.5, 500}), 1);
}

TEST(Ridge, WhereAllCameOutAlikeItIsNearlySure) {
  const Ridge all({{1}, {2}}, {1, 1}, {1, 1}, 1);
  EXPECT_NEAR(chance_of(all.log_odds({5})), .99, 1e-9);
}

TEST(Model, SaysNothingBeforeThirtyOutcomesAreKnown) {
  const auto files = an_office(200, 40);
  EXPECT_FALSE(
      Model(files, kTwoSteps, kDay * (56 + 28), {}).knows_enough());  // 29 have come to their due
  EXPECT_TRUE(Model(files, kTwoSteps, kDay * (56 + 29), {}).knows_enough());
}

TEST(Model, TellsTheSlowFromTheQuickAtTheirOpening) {
  const auto files = an_office(400, 30);
  const Model model(files, kTwoSteps, kDay * 400, {});
  File slow = file(390, 56, std::nullopt, {{1, 0}}), quick = slow;
  slow.traits.push_back(0);
  EXPECT_GT(model.chance(slow, kDay * 400), .75);
  EXPECT_LT(model.chance(quick, kDay * 400), .2);
}

TEST(Model, IsTheSameEachTimeAndReadsNothingOfTheFuture) {
  auto files = an_office(400, 30);
  const File open = file(240, 56, std::nullopt, {{1, 0}});
  const double before = Model(files, kTwoSteps, kDay * 250, {}).chance(open, kDay * 250);
  EXPECT_EQ(before, Model(files, kTwoSteps, kDay * 250, {}).chance(open, kDay * 250));
  for (File& one : files)  // all that comes after day 250 comes otherwise
    if (*one.ended > kDay * 250) one.ended = kDay * 5000;
  EXPECT_EQ(before, Model(files, kTwoSteps, kDay * 250, {}).chance(open, kDay * 250));
}

// Half of them end in time at once, half never: quick ones are known at once, late ones after 56
// days.
TEST(Model, DoesNotLearnFromQuickFilesBeforeTheirDue) {
  std::vector<File> files;
  for (int day = 0; day < 300; ++day) files.push_back(file(day, 56, day % 2 ? 30 : 500, {{1, 0}}));
  const Model model(files, kTwoSteps, kDay * 300, {});
  EXPECT_NEAR(model.base(.25), .5, .02);
  EXPECT_NEAR(model.chance(file(290, 56, std::nullopt, {{1, 0}}), kDay * 300), .5, .15);
}

TEST(Model, PastItsDueAFileIsLate) {
  const auto files = an_office(400, 30);
  EXPECT_EQ(
      Model(files, kTwoSteps, kDay * 400, {}).chance(file(300, 56, std::nullopt, {}), kDay * 400),
      1);
}

TEST(Correction, MovesByWhatTheModelWasOffByAndNotByChance) {
  std::vector<Said> off;
  for (int i = 0; i < 200; ++i) off.push_back({kDay * 100, kDay * 140, .5, .3, .6, .3, i % 10 < 6});
  const Correction moved(off, kDay * 150, {});
  EXPECT_GT(moved.issue(.3, .6, .5), .45);
  const std::vector<Said> two(off.begin(), off.begin() + 2);
  EXPECT_EQ(Correction(two, kDay * 150, {}).shift(), 0);
}

TEST(Correction, ReadsNoOutcomeBeforeItsDue) {
  std::vector<Said> off;
  for (int i = 0; i < 200; ++i) off.push_back({kDay * 100, kDay * 140, .5, .3, .6, .3, true});
  EXPECT_EQ(Correction(off, kDay * 130, {}).shift(), 0);
  EXPECT_FALSE(Correction(off, kDay * 130, {}).gives_base(.5));
}

TEST(Correction, GivesTheBaseWhereItWasClearlyBetterAtThatAge) {
  std::vector<Said> record;
  for (int i = 0; i < 100; ++i)
    record.push_back({kDay * 100, kDay * 140, .5, .9, .2, .9, i % 10 < 2});
  for (int i = 0; i < 100; ++i)
    record.push_back({kDay * 100, kDay * 140, .25, .2, .9, .2, i % 10 < 2});
  const Correction correction(record, kDay * 150, {});
  EXPECT_TRUE(correction.gives_base(.5));
  EXPECT_EQ(correction.issue(.9, .2, .5), .2);
  EXPECT_FALSE(correction.gives_base(.25));
}

// What models said of files before an office turned slow is laid beside what came of them.
double shift_of(const std::vector<File>& files, int last) {
  std::vector<Said> record;
  for (int known = last - 4 * 61; known < last; known += 61) {
    const Model model(files, kTwoSteps, kDay * known, {});
    const Correction correction(record, kDay * known, {});
    const Period period{kDay * known, kDay * (known + 61), kDay * 2000};
    const auto said = say(model, correction, files, period);
    record.insert(record.end(), said.begin(), said.end());
  }
  return Correction(record, kDay * last, {}).shift();
}

TEST(Forecast, FollowsAnOfficeThatTurnsSlow) {
  std::vector<File> files = an_office(600, 25);
  EXPECT_NEAR(shift_of(files, 420), 0, .3);
  for (File& one : files)
    if (one.opened >= kDay * 300) *one.ended += kDay * 15;
  EXPECT_GT(shift_of(files, 420), .5);
}

}  // namespace
}  // namespace tenggat::forecast
