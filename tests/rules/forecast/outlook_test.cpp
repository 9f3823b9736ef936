#include "rules/forecast/outlook.h"

#include <gtest/gtest.h>

#include "tests/rules/calendars.h"

namespace tenggat::forecast {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::at;
using testing::budget;

// Eight hours from Monday to Friday, in UTC, and no day off.
const Calendar& weekdays() {
  static const Calendar calendar = testing::calendar_of("UTC", R"(
jam_kerja: {senin: ["08:00-16:00"], selasa: ["08:00-16:00"], rabu: ["08:00-16:00"],
            kamis: ["08:00-16:00"], jumat: ["08:00-16:00"]}
)");
  return calendar;
}
Axis axis(Counting counting = Counting::working, Instant near = at("2026-02-02T00:00:00Z")) {
  return Axis(weekdays(), counting, at("2025-01-01T00:00:00Z"), near);
}
const Budget kStandard = budget("5d");

// --- From permits to files

// Monday, 5 January 2026, 08:00: five days of eight hours end on Friday.
Case monday() {
  Case one;
  one.id = 7;
  one.opened = at("2026-01-05T08:00:00Z");
  one.due = at("2026-01-09T16:00:00Z");
  one.openings = {{one.opened, 0, -1}, {at("2026-01-06T08:00:00Z"), 1, 3}};
  return one;
}
const Instant kLater = at("2026-02-02T08:00:00Z");

TEST(Cases, AFileIsAsOldAsItsClockHasCounted) {
  Case one = monday();
  const File open = file_of(one, axis(), kStandard, at("2026-01-07T12:00:00Z"));
  EXPECT_EQ(open.standard(), hours(40));
  EXPECT_EQ(axis().at(at("2026-01-07T12:00:00Z")) - open.opened, hours(20));
  EXPECT_FALSE(open.ended);
  ASSERT_EQ(open.events.size(), 2u);
  EXPECT_EQ(open.events[1].at - open.opened, hours(8));
  EXPECT_EQ(open.events[1].step, 1);
  EXPECT_EQ(open.events[1].person, 3);
}

TEST(Cases, AnAxisCountsTheSameWhereverItIsAskedNear) {
  const Instant zero = at("2025-01-01T00:00:00Z");
  for (const Counting counting : {Counting::working, Counting::elapsed})
    for (const Instant near : {zero, at("2026-02-02T12:00:00Z"), at("2027-01-01T00:00:00Z")})
      for (const Instant t : {zero, zero + days(1), at("2025-07-02T11:30:00Z"),
                              at("2026-02-02T11:00:00Z"), at("2026-02-09T09:00:00Z")}) {
        EXPECT_EQ(axis(counting, near).at(t), weekdays().counted(zero, t, counting));
        EXPECT_EQ(axis(counting, near).at(zero - days(9)), Seconds{0});
      }
}

TEST(Cases, WhileItsClockStandsNothingPasses) {
  Case one = monday();
  // Two days, overlapping one another, which put the due off by as much.
  one.stops = {{at("2026-01-07T08:00:00Z"), at("2026-01-08T08:00:00Z")},
               {at("2026-01-07T12:00:00Z"), at("2026-01-09T08:00:00Z")}};
  one.due = at("2026-01-13T16:00:00Z");
  one.ended = at("2026-01-12T16:00:00Z");
  const File file = file_of(one, axis(), kStandard, kLater);
  EXPECT_EQ(file.standard(), hours(40));
  EXPECT_EQ(*file.ended - file.opened, hours(32));
  EXPECT_EQ(file.events[1].at - file.opened, hours(8));
  EXPECT_FALSE(file.is_late());
}

TEST(Cases, OneThatStandsHasWhatItsClockHasLeft) {
  Case one = monday();
  one.stops = {{at("2026-01-07T08:00:00Z"), std::nullopt}};
  one.due.reset();
  const File file = file_of(one, axis(), kStandard, kLater);
  EXPECT_EQ(file.standard(), hours(40));
  EXPECT_EQ(file.due - axis().at(kLater), hours(24));  // 16 of 40 hours are gone
}

TEST(Cases, AStopAtTheDueOrLaterCuresNothing) {
  Case one = monday();
  one.stops = {{at("2026-01-09T16:00:00Z"), at("2026-01-14T08:00:00Z")}};
  one.ended = at("2026-01-14T16:00:00Z");
  one.missed = true;
  const File file = file_of(one, axis(), kStandard, kLater);
  EXPECT_EQ(file.standard(), hours(40));
  EXPECT_EQ(*file.ended - file.due, hours(24));
}

TEST(Cases, TheVerdictDecides) {
  Case one = monday();
  one.ended = at("2026-01-12T08:30:00Z");  // recorded half an hour late, and confirmed
  EXPECT_FALSE(file_of(one, axis(), kStandard, kLater).is_late());
  one.ended = at("2026-01-09T15:00:00Z");
  one.missed = true;
  EXPECT_TRUE(file_of(one, axis(), kStandard, kLater).is_late());
}

// --- What is said

// A case a working day, from January 2026 on: every other takes two days at the first step, or
// eight; all one more at the second.
Service::Given given() { return {axis(), kStandard, {{0, 1}, 1, 0}, hours(40) / 7}; }
Instant opening(int n) {
  return weekdays().after(at("2026-01-05T08:00:00Z"), hours(8) * n + hours(1)).due;
}
Case case_of(int n, Instant now) {
  Case one;
  one.id = n + 1;
  one.opened = opening(n);
  one.due = weekdays().deadline(one.opened, kStandard).due;
  one.openings.push_back({one.opened, 0, -1});
  const Instant second = weekdays().after(one.opened, hours(n % 2 ? 64 : 16)).due,
                end = weekdays().after(second, hours(8)).due;
  if (second <= now) one.openings.push_back({second, 1, n % 3});
  if (end <= now) one.ended = end;
  one.missed = end > *one.due;
  return one;
}
std::vector<Case> an_office(int count, Instant now) {
  std::vector<Case> cases;
  for (int n = 0; n < count; ++n)
    if (opening(n) < now) cases.push_back(case_of(n, now));
  return cases;
}
const Instant kNow = opening(300) + hours(2);
Case open_for(int age, int step = 0) {
  Case one;
  one.id = 1000;
  one.opened = opening(300 - age);
  one.due = weekdays().deadline(one.opened, kStandard).due;
  one.openings = {{one.opened, step, -1}};
  return one;
}
const Service& service() {
  static const Service learnt(an_office(300, kNow), given(), kNow);
  return learnt;
}

TEST(Outlook, WhoHasBeenLongerInAStepThanTheQuickIsOneOfTheSlow) {
  const Outlook fresh = service().look(open_for(0), kNow), old = service().look(open_for(4), kNow);
  EXPECT_NEAR(fresh.missed, 500, 150);
  EXPECT_GT(old.missed, 850);
  EXPECT_GE(old.missed, kAtRisk);
  Case quick = open_for(3);
  quick.openings.push_back({weekdays().after(quick.opened, hours(20)).due, 1, 0});
  EXPECT_LT(service().look(quick, kNow).missed, 150);
}

TEST(Outlook, SaysWhereItStandsAndWhatIsUsual) {
  const Outlook said = service().look(open_for(3), kNow);
  EXPECT_EQ(said.id, 1000);
  EXPECT_EQ(said.step, 0);
  EXPECT_EQ(said.in_step, hours(26));
  EXPECT_EQ(said.left, hours(14));
  ASSERT_TRUE(said.usual_in_step && said.needs);
  EXPECT_GE(*said.usual_in_step, hours(15));
  EXPECT_GT(*said.needs, said.left);
  EXPECT_EQ(said.stands, false);
}

TEST(Outlook, ItsFinishAgreesWithItsChance) {
  std::vector<Service::Saying> dark;  // what was said was far too light
  for (int n = 0; n < 60; ++n)
    dark.push_back({n, kNow - days(40), kNow - days(20), .25, 300, 300, 300, 300, true});
  Service moved(an_office(300, kNow), given(), kNow);
  moved.correct(dark, kNow);
  for (const Service* one : {&service(), static_cast<const Service*>(&moved)})
    for (int age = 0; age < 5; ++age)
      for (int step = 0; step < 2; ++step) {
        const Case file = open_for(age, step);
        const Outlook said = one->look(file, kNow);
        const Seconds cell = hours(1);
        if (said.missed > 550 && said.p50) {
          EXPECT_GE(*said.p50 + cell, *file.due) << age << step;
        }
        if (said.missed < 450) {
          ASSERT_TRUE(said.p50) << age << step;
          EXPECT_LE(*said.p50 - cell, *file.due) << age << step;
        }
        if (said.p50 && said.p90) {
          EXPECT_LE(*said.p50, *said.p90);
        }
      }
  EXPECT_GT(moved.look(open_for(0), kNow).missed, service().look(open_for(0), kNow).missed + 100);
}

TEST(Outlook, TheLimitOfLawIsALaterDueOrAnEarlier) {
  Case file = open_for(0);
  EXPECT_FALSE(service().look(file, kNow).legal_missed);
  file.legal_due = file.due;
  const Outlook same = service().look(file, kNow);
  EXPECT_NEAR(*same.legal_missed, same.missed, 15);
  file.legal_due = weekdays().after(*file.due, hours(40)).due;
  EXPECT_LT(*service().look(file, kNow).legal_missed, same.missed - 200);
  file.legal_due = kNow - hours(1);
  EXPECT_EQ(service().look(file, kNow).legal_missed, 1000);
}

TEST(Outlook, PastItsDueItIsLateForSure) {
  const Outlook said = service().look(open_for(7), kNow);
  EXPECT_EQ(said.missed, 1000);
  EXPECT_LT(said.left, Seconds{0});
  EXPECT_FALSE(said.by_base);
  ASSERT_TRUE(said.p50);
  EXPECT_GT(*said.p50, kNow);
}

TEST(Outlook, GivesTheShareOfLateOnesWhereThatWasClearlyBetter) {
  std::vector<Service::Saying> record;
  for (int n = 0; n < 100; ++n)
    record.push_back({n, kNow - days(160), kNow - days(140), .25, 900, 200, 200, 900, n % 5 == 0});
  Service careful(an_office(300, kNow), given(), kNow);
  careful.correct(record, kNow);
  const Outlook said = careful.look(open_for(1), kNow);  // a quarter of its standard has gone
  EXPECT_TRUE(said.by_base);
  EXPECT_EQ(said.missed, said.base);
  EXPECT_FALSE(careful.look(open_for(3), kNow).by_base);
}

TEST(Outlook, IsTheSameEachTimeAndSaysNothingOfFewerThanThirty) {
  const Service again(an_office(300, kNow), given(), kNow);
  for (int age = 0; age < 6; ++age) {
    EXPECT_EQ(again.look(open_for(age), kNow).missed, service().look(open_for(age), kNow).missed);
    EXPECT_EQ(again.look(open_for(age), kNow).p50, service().look(open_for(age), kNow).p50);
  }
  EXPECT_FALSE(Service(an_office(25, kNow), given(), kNow).knows_enough());
  EXPECT_TRUE(Service(an_office(35, kNow), given(), kNow).knows_enough());
}

// --- In hindsight

TEST(Outlook, InHindsightItSaysOnlyWhatWasKnownThen) {
  const std::vector<Case> cases = an_office(300, kNow);
  const auto record = service().in_hindsight(cases, kNow);
  ASSERT_GT(record.size(), 100u);
  int late = 0;
  double worse = 0;
  for (const Service::Saying& said : record) {
    const Case& one = cases[static_cast<std::size_t>(said.id - 1)];
    EXPECT_EQ(said.due, *one.due);
    EXPECT_LE(said.due, kNow);
    EXPECT_GE(said.at, one.opened);
    EXPECT_LT(said.at, said.due);
    EXPECT_EQ(said.late, one.missed);
    late += said.late ? 1 : 0;
    const double p = said.issued / 1000., base = said.base_recent / 1000., y = said.late ? 1 : 0;
    worse += (p - y) * (p - y) - (base - y) * (base - y);
  }
  EXPECT_GT(late, 50);
  EXPECT_LT(worse, 0);  // at half their standard the slow are known
  // What comes after a moment changes nothing of what is said before it.
  auto otherwise = cases;
  for (Case& one : otherwise)
    if (one.ended && *one.ended > kNow - days(30)) one.missed = true;
  const auto same = Service(otherwise, given(), kNow).in_hindsight(otherwise, kNow);
  ASSERT_GT(same.size(), 40u);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(same[i].issued, record[i].issued);
}

}  // namespace
}  // namespace tenggat::forecast
