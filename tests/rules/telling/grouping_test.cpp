// Who gets which notices in one message. Source: docs/reference.md, Officers.
#include "rules/telling/grouping.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/rules/calendars.h"

namespace tenggat {
namespace {

using testing::at;

// "08:02" of Monday 8 June 2026 in Banjarbaru.
Instant clock(const std::string& time) { return at("2026-06-08T" + time + ":00+08:00"); }

Deliverable waiting(std::int64_t id, const std::string& raised, const std::string& officer) {
  Deliverable one;
  one.pending.id = id;
  one.pending.permit = id;
  one.pending.notice.visit = 1;
  one.pending.notice.text = "pengingat";
  one.pending.notice.raised_at = one.pending.notice.hold_until = clock(raised);
  Recipient to;
  to.officer = officer;
  one.to = {to};
  one.task.number = std::to_string(id);
  return one;
}
Deliverable escalation(std::int64_t id, const std::string& raised, const std::string& officer) {
  Deliverable one = waiting(id, raised, officer);
  one.pending.notice.audience = Audience::superior;
  return one;
}

// Officer and ids named, then in brackets those folded: "fo 2 (1)".
std::set<std::string> told(const Grouping& grouping) {
  std::set<std::string> all;
  for (const OfficerGroup& group : grouping.groups) {
    std::string line = group.recipient.officer;
    for (const Deliverable* one : group.notices) line += " " + std::to_string(one->pending.id);
    for (const Deliverable* one : group.folded)
      line += " (" + std::to_string(one->pending.id) + ")";
    all.insert(line);
  }
  return all;
}

class Groups : public ::testing::Test {
 protected:
  Grouping grouped(const std::string& now) {
    return group(deliverables_, last_, {}, calendar_, clock(now));
  }
  std::vector<Deliverable> deliverables_;
  std::map<std::string, LastMessage> last_;
  Calendar calendar_ = testing::banjarbaru();
};

TEST_F(Groups, WhatWaitsForOnePersonLeavesWithTheFirstThatIsReady) {
  deliverables_ = {waiting(1, "08:00", "fo"), waiting(2, "08:01", "fo"), waiting(3, "08:01", "bo")};
  const Grouping early = grouped("08:01");
  EXPECT_TRUE(early.groups.empty());
  EXPECT_EQ(early.later.at(1), clock("08:02"));
  EXPECT_EQ(early.later.at(3), clock("08:03"));
  EXPECT_EQ(told(grouped("08:02")), (std::set<std::string>{"fo 1 2"}));
  EXPECT_EQ(told(grouped("08:03")), (std::set<std::string>{"fo 1 2", "bo 3"}));
}

TEST_F(Groups, RungsOfOneVisitFoldIntoTheLatest) {
  deliverables_ = {waiting(1, "08:00", "fo"), waiting(2, "08:30", "fo"), waiting(3, "08:10", "fo")};
  for (Deliverable& one : deliverables_) one.pending.permit = 7;
  deliverables_[2].pending.notice.visit = 2;  // of another visit: not folded
  EXPECT_EQ(told(grouped("09:00")), (std::set<std::string>{"fo 2 3 (1)"}));
}

TEST_F(Groups, ASuperiorsOwnWordsFoldIntoNothingAndNothingIntoThem) {
  deliverables_ = {waiting(1, "08:00", "fo"), waiting(2, "08:10", "fo"), waiting(3, "08:20", "fo")};
  for (Deliverable& one : deliverables_) one.pending.permit = 7;
  deliverables_[1].pending.notice.kind = {NoticeKind::Of::directed};
  EXPECT_EQ(told(grouped("09:00")), (std::set<std::string>{"fo 2", "fo 3 (1)"}));
}

TEST_F(Groups, PermitsAreCountedOnceHoweverManyNoticesAreOfThem) {
  deliverables_ = {escalation(1, "08:00", "kb"), escalation(2, "08:00", "kb"),
                   escalation(3, "08:00", "kb")};
  deliverables_[0].pending.permit = deliverables_[1].pending.permit = 7;
  deliverables_[1].pending.notice.visit = 0;  // of the whole case
  deliverables_[2].to.front().for_officer = "s";
  const Grouping grouping = grouped("08:05");
  ASSERT_EQ(told(grouping), (std::set<std::string>{"kb 1 2 3"}));
  const OfficerGroup& kb = grouping.groups.front();
  EXPECT_EQ(kb.permits(), 2U);
  EXPECT_EQ(kb.stands_in_for(*kb.notices[0]), "");
  EXPECT_EQ(kb.stands_in_for(*kb.notices[2]), "s");
}

TEST_F(Groups, TheMostPressingComesFirstAndWhatStandsLast) {
  for (std::int64_t id = 1; id <= 4; ++id) deliverables_.push_back(waiting(id, "08:00", "fo"));
  deliverables_[0].task.due_at = clock("12:00");
  deliverables_[1].task.due_at = clock("07:00");
  deliverables_[1].task.paused = true;
  deliverables_[3].task.due_at = clock("08:10");
  EXPECT_EQ(told(grouped("09:00")), (std::set<std::string>{"fo 4 1 3 2"}));
}

TEST_F(Groups, TheIntervalHoldsOnlyOnesOwnTasksAndOnlyWhileOneNamedIsOpen) {
  deliverables_ = {waiting(1, "08:03", "kb"), escalation(2, "08:03", "kb")};
  last_["kb"] = {clock("08:00"), true, std::nullopt};
  const Grouping grouping = grouped("08:05");
  EXPECT_EQ(told(grouping), (std::set<std::string>{"kb 2"}));
  EXPECT_EQ(grouping.later.at(1), clock("08:10"));
  last_["kb"].names_open_task = false;
  EXPECT_EQ(told(grouped("08:05")), (std::set<std::string>{"kb 1 2"}));
}

TEST_F(Groups, AnUrgentOneLeavesAtOnceAndTheOthersKeepTheirTime) {
  deliverables_ = {escalation(1, "08:05", "kb"), escalation(2, "08:05", "kb")};
  deliverables_[1].pending.notice.urgent = true;
  last_["kb"] = {clock("08:04"), true, clock("07:50")};
  const Grouping grouping = grouped("08:05");
  EXPECT_EQ(told(grouping), (std::set<std::string>{"kb 2"}));
  EXPECT_EQ(grouping.later.at(1), clock("08:50"));  // the hour is full until then
}

TEST_F(Groups, AfterAnOutageEverythingForOnePersonLeavesAtOnce) {
  deliverables_ = {waiting(1, "08:00", "kb"), escalation(2, "10:00", "kb")};
  deliverables_[0].held_up_since = clock("08:02");
  EXPECT_EQ(told(grouped("10:00")), (std::set<std::string>{"kb 1 2"}));
  deliverables_[0].held_up_since.reset();
  EXPECT_EQ(told(grouped("10:00")), (std::set<std::string>{"kb 1"}));
}

TEST_F(Groups, NothingLeavesInTheBreak) {
  deliverables_ = {waiting(1, "11:59", "fo")};
  const Grouping grouping = grouped("12:30");
  EXPECT_TRUE(grouping.groups.empty());
  EXPECT_EQ(grouping.later.at(1), clock("13:00"));
}

TEST_F(Groups, WhatShouldHaveLeftLongAgoWaitsForTheOpeningAllTheSame) {
  deliverables_ = {waiting(1, "08:00", "fo")};
  deliverables_[0].held_up_since = clock("08:02");
  const Grouping grouping = grouped("17:00");
  EXPECT_TRUE(grouping.groups.empty());
  EXPECT_EQ(grouping.later.at(1), at("2026-06-09T07:30:00+08:00"));
}

TEST_F(Groups, OneNoticeForTwoPeopleWaitsForTheLaterOfThem) {
  deliverables_ = {waiting(1, "08:00", "fo")};
  Recipient second;
  second.officer = "fo2";
  deliverables_[0].to.push_back(second);
  last_["fo2"] = {clock("07:58"), true, std::nullopt};
  const Grouping grouping = grouped("08:02");
  EXPECT_EQ(told(grouping), (std::set<std::string>{"fo 1"}));
  EXPECT_EQ(grouping.later.at(1), clock("08:08"));
}

}  // namespace
}  // namespace tenggat
