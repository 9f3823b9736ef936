#include "daemon/office/open_work.h"

#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using namespace std::chrono_literals;

const Instant kNow{Seconds{1'780'000'000}};

store::OpenVisit at_step(const std::string& step) {
  return {.step = step,
          .assignee = {},
          .opened_at = kNow - 1h,
          .due_at = kNow + 1h,
          .due_soon_at = kNow + 30min,
          .acknowledged_until = {}};
}

store::OpenPermit permit_of(std::int64_t id, std::vector<store::OpenVisit> visits) {
  return {.id = id,
          .events = 1,
          .sop = "paud",
          .case_open = true,
          .case_due_at = kNow + 24h,
          .legal_risk_at = kNow + 48h,
          .visits = std::move(visits)};
}

// One permit with one visit, as `change` makes them.
template <class Change>
OpenCounts counts_with(Change change, const std::vector<store::CivilPeriod>& periods = {}) {
  store::OpenPermit permit = permit_of(1, {at_step("verifikasi")});
  change(permit, permit.visits.front());
  OpenWork work;
  work.take({1}, {permit});
  return work.count(kNow, periods);
}

TEST(OpenWork, AClockIsInOneStateAndWhatWaitsForTheApplicantInNone) {
  const auto with = [](auto change) {
    return counts_with([&](store::OpenPermit&, store::OpenVisit& visit) { change(visit); })
        .visits.at(0);
  };
  using Visit = store::OpenVisit;
  EXPECT_EQ(with([](Visit&) {}).on_track, 1);
  EXPECT_EQ(with([](Visit& v) { v.due_soon_at = kNow + 1s; }).on_track, 1);
  EXPECT_EQ(with([](Visit& v) { v.due_soon_at = kNow; }).due_soon, 1);
  EXPECT_EQ(with([](Visit& v) { v.due_at = v.due_soon_at = kNow; }).due_soon, 1);
  EXPECT_EQ(with([](Visit& v) { v.due_at = kNow - 1s; }).overdue, 1);
  EXPECT_EQ(with([](Visit& v) { v.due_at.reset(); }).untimed, 1);
  const OpenVisits paused = with([](Visit& v) {
    v.due_at = kNow - 1s;
    v.paused = true;
  });
  EXPECT_EQ(paused.paused, 1);
  EXPECT_EQ(paused.overdue + paused.on_track + paused.due_soon + paused.untimed, 0);
}

TEST(OpenWork, AnEscalationIsUnacknowledgedWhileItsVisitIsLateAndNobodyHasSaidWhy) {
  const auto with = [](bool escalated, Instant due, std::optional<Instant> until) {
    return counts_with([&](store::OpenPermit&, store::OpenVisit& visit) {
             visit.escalated = escalated;
             visit.due_at = due;
             visit.acknowledged_until = until;
           })
        .visits.at(0)
        .unacknowledged;
  };
  EXPECT_EQ(with(true, kNow - 1s, {}), 1);
  EXPECT_EQ(with(false, kNow - 1s, {}), 0);
  EXPECT_EQ(with(true, kNow, {}), 0);
  EXPECT_EQ(with(true, kNow - 1s, kNow + 1s), 0);
  EXPECT_EQ(with(true, kNow - 1s, kNow), 1);  // it is time to look again
}

TEST(OpenWork, ThePermitIsJudgedByItsCaseWhileThatIsOpen) {
  const std::vector<store::CivilPeriod> today{
      {.sop = "paud", .day_start = kNow - 8h, .day_end = kNow + 16h}};
  const auto with = [&](auto change) {
    return counts_with([&](store::OpenPermit& permit, store::OpenVisit&) { change(permit); }, today)
        .permits.at(0);
  };
  using Permit = store::OpenPermit;
  EXPECT_EQ(with([](Permit& p) { p.case_due_at = kNow; }).overdue, 0);
  EXPECT_EQ(with([](Permit& p) { p.case_due_at = kNow - 1s; }).overdue, 1);
  EXPECT_EQ(with([](Permit& p) { p.legal_risk_at = kNow + 1s; }).legal_risk, 0);
  EXPECT_EQ(with([](Permit& p) { p.legal_risk_at = kNow; }).legal_risk, 1);
  EXPECT_EQ(with([](Permit& p) { p.case_due_at = kNow - 8h; }).due_today, 1);
  EXPECT_EQ(with([](Permit& p) { p.case_due_at = kNow + 16h; }).due_today, 0);
  const auto late = [](Permit& p) { p.case_due_at = p.legal_risk_at = kNow - 1s; };
  const OpenPermits returned = with([&](Permit& p) {
    late(p);
    p.returned = true;
  });
  EXPECT_TRUE(returned.returned);
  EXPECT_EQ(returned.due_today, 0);
  EXPECT_EQ(returned.overdue, 1);
  const OpenPermits ended = with([&](Permit& p) {
    late(p);
    p.case_open = false;
  });
  EXPECT_EQ(ended.open, 1);
  EXPECT_EQ(ended.overdue + ended.legal_risk + ended.due_today, 0);
}

TEST(OpenWork, StepsAreCountedEachWithItsOldestAndItsNextDue) {
  store::OpenVisit early = at_step("verifikasi"), late = early, other = at_step("penerimaan");
  early.opened_at = kNow - 9h;
  early.assignee = "fo";
  late.due_at = kNow + 5min;
  OpenWork work;
  work.take({1, 2, 3}, {permit_of(1, {early}), permit_of(2, {late, other}), permit_of(3, {})});
  const OpenCounts counts = work.count(kNow, {});
  ASSERT_EQ(counts.permits.size(), 1u);
  EXPECT_EQ(counts.permits.at(0).open, 3);
  ASSERT_EQ(counts.visits.size(), 2u);
  for (const OpenVisits& one : counts.visits) {
    const bool first = one.step == "verifikasi";
    EXPECT_EQ(one.on_track + one.due_soon, first ? 2 : 1) << one.step;
    EXPECT_EQ(one.unclaimed, 1) << one.step;
    EXPECT_EQ(one.oldest, first ? kNow - 9h : kNow - 1h) << one.step;
    EXPECT_EQ(one.next_due, first ? kNow + 5min : kNow + 1h) << one.step;
  }
}

TEST(OpenWork, AnEventIsReadOnceAndWhoIsNotFoundHasEnded) {
  OpenWork work;
  work.take({1, 2}, {permit_of(1, {at_step("verifikasi")}), permit_of(2, {})});
  EXPECT_EQ(work.outdated({{1, 1}, {2, 2}, {3, 1}}), (std::vector<std::int64_t>{2, 3}));
  store::OpenPermit changed = permit_of(2, {});
  changed.events = 2;
  changed.returned = true;
  work.take({2, 3}, {changed});
  EXPECT_TRUE(work.outdated({{1, 1}, {2, 2}}).empty());
  EXPECT_EQ(work.size(), 2u);
  EXPECT_EQ(work.count(kNow, {}).permits.size(), 2u);
  work.take({1}, {});
  EXPECT_EQ(work.size(), 1u);
}

TEST(OpenWork, ProvisionalAreThoseWhosePromiseNoDecreeCoversYet) {
  OpenWork work;
  store::OpenPermit other = permit_of(2, {});
  other.sop = "klinik";
  work.take({1, 2}, {permit_of(1, {}), other});
  EXPECT_EQ(work.provisional({"paud"}, kNow + 24h), 1);
  EXPECT_EQ(work.provisional({"paud", "klinik"}, kNow + 24h), 2);
  EXPECT_EQ(work.provisional({"paud"}, kNow + 24h + 1s), 0);
}

}  // namespace
}  // namespace tenggat::office
