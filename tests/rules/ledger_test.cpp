// Clocks as ledgers: dues, standstills, shares, verdicts. Contract section 3.
#include "rules/ledger.h"

#include <chrono>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Stop {
  const char* from;
  const char* to;  // "": it stands still
};

Replay replay(const char* opened, const char* b, const std::vector<Stop>& stops = {},
              const char* closed = "") {
  Ledger ledger{wita(opened), budget(b), {}, std::nullopt};
  for (const Stop& stop : stops)
    ledger.stops.push_back(
        {wita(stop.from), *stop.to ? std::optional(wita(stop.to)) : std::nullopt});
  if (*closed) ledger.closed = wita(closed);
  return Replay(ledger, shipped_calendar());
}

TEST(Ledger, TheDueMovesByTheWorkingTimeThatWasLeft) {
  struct Case {
    const char *opened, *budget;
    std::vector<Stop> stops;
    const char* due;
  };
  const std::vector<Case> cases = {
      {"04-06 08:00", "10m", {}, "04-06 08:10"},
      {"04-06 08:00", "10m", {{"04-06 08:04", "04-06 09:00"}}, "04-06 09:06"},
      {"04-06 08:00", "10m", {{"04-06 08:04", ""}}, "none"},
      // Two pauses, the second over the lunch break and the night.
      {"04-06 08:00",
       "1h",
       {{"04-06 08:30", "04-06 09:00"}, {"04-06 09:10", "04-07 07:00"}},
       "04-07 07:50"},
      // At the due and after it a pause changes nothing.
      {"04-06 08:00", "10m", {{"04-06 08:10", "04-06 09:00"}}, "04-06 08:10"},
      {"04-06 08:00", "10m", {{"04-06 08:11", ""}}, "04-06 08:10"},
      {"04-06 08:00", "10m", {{"04-06 08:09:59", "04-06 09:00"}}, "04-06 09:00:01"},
      // A pause outside office hours costs nothing, one of no length neither.
      {"04-06 15:55", "10m", {{"04-06 16:00", "04-07 07:00"}}, "04-07 07:35"},
      {"04-06 08:00", "10m", {{"04-06 08:04", "04-06 08:04"}}, "04-06 08:10"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(when(replay(one.opened, one.budget, one.stops).due()), one.due) << one.opened;
}

TEST(Ledger, ConsumedAndRemainingAddUpToTheTotalAtAnyMoment) {
  const Replay clock =
      replay("04-06 08:00", "2d", {{"04-06 10:00", "04-07 09:00"}, {"04-08 07:30", "04-08 11:00"}});
  EXPECT_EQ(clock.stops(), 2);
  for (Instant t = wita("04-06 08:00"); t < wita("04-10 16:00"); t += minutes(7))
    EXPECT_EQ(clock.consumed(t) + clock.remaining(t), clock.total());
  EXPECT_EQ(clock.consumed(wita("04-06 10:00")), hours(2));
  EXPECT_EQ(clock.consumed(wita("04-07 09:00")), hours(2));
  EXPECT_EQ(clock.paused_working(wita("04-07 09:00")), hours(5) + hours(1) + minutes(30));
  EXPECT_EQ(clock.remaining(*clock.due()), Seconds{0});
  EXPECT_LT(clock.remaining(*clock.due() + hours(1)), Seconds{0});
}

TEST(Ledger, AShareIsReachedAtTheEarliestInstantAndRoundedUp) {
  EXPECT_EQ(when(replay("04-06 08:00", "10m").at_percent(50)), "04-06 08:05");
  EXPECT_EQ(when(replay("04-06 08:00", "10m").at_percent(33)), "04-06 08:03:18");
  EXPECT_EQ(when(replay("04-06 08:00", "1m").at_percent(1)), "04-06 08:00:01");  // ceil(0.6 s)
  EXPECT_EQ(when(replay("04-06 11:55", "10m").at_percent(50)), "04-06 12:00");   // before the break
  // Exactly when the pause begins, not when it ends.
  EXPECT_EQ(when(replay("04-06 08:00", "10m", {{"04-06 08:05", "04-06 09:00"}}).at_percent(50)),
            "04-06 08:05");
  EXPECT_EQ(when(replay("04-06 08:00", "10m", {{"04-06 08:05", "04-06 09:00"}}).at_percent(51)),
            "04-06 09:00:06");
  EXPECT_EQ(when(replay("04-06 08:00", "10m", {{"04-06 08:05", ""}}).at_percent(51)), "none");
  EXPECT_EQ(when(replay("04-06 08:00", "10m", {{"04-06 08:05", ""}}).at_percent(50)),
            "04-06 08:05");
}

TEST(Ledger, ARungAfterTheDueIsCountedFromTheDue) {
  const RungRule hour{RungRule::At::after_due, 0, budget("1h"), 1, {}};
  const RungRule day{RungRule::At::after_due, 0, budget("1d"), 5, {}};
  const Replay clock = replay("04-02 15:50", "10m");  // due at closing, before a long weekend
  EXPECT_EQ(when(clock.due()), "04-02 16:00");
  EXPECT_EQ(when(clock.at(hour, 1)), "04-06 08:30");
  EXPECT_EQ(when(clock.at(day, 1)), "04-06 16:00");
  EXPECT_EQ(when(clock.at(day, 5)), "04-10 16:30");
  EXPECT_EQ(when(replay("04-06 08:00", "10m", {{"04-06 08:01", ""}}).at(day, 1)), "none");
}

TEST(Ledger, AClosedClockStandsForEver) {
  const Replay clock = replay("04-06 08:00", "10m", {}, "04-06 08:04");
  EXPECT_EQ(clock.consumed(wita("04-20 08:00")), minutes(4));
}

TEST(Ledger, MetUpToTheDueInclusiveMissedASecondLater) {
  for (const auto& [closing, verdict] :
       {std::pair{"04-06 08:10", Verdict::met}, std::pair{"04-06 08:10:01", Verdict::missed}}) {
    Office office;
    office.at("04-06 08:00").submit();
    office.at(closing).does("FO", Deed("verifikasi", "accept"));
    EXPECT_EQ(office.visit("verifikasi#1").verdict, verdict) << closing;
    EXPECT_EQ(office.count("step_sla_missed_total"), verdict == Verdict::missed ? 1 : 0);
  }
}

TEST(Ledger, TheStatusOfAClockThroughItsLife) {
  Office office;
  office.at("04-06 08:00").submit();
  const auto status = [&](std::string_view at) {
    office.at(at);
    return to_string(*office.sla("verifikasi#1").status);
  };
  EXPECT_EQ(status("04-06 08:00"), "on_track");
  EXPECT_EQ(status("04-06 08:07:59"), "on_track");
  EXPECT_EQ(status("04-06 08:08"), "due_soon");  // 80 %, though its ladder has no such rung
  EXPECT_EQ(status("04-06 08:10"), "due_soon");
  EXPECT_EQ(status("04-06 08:10:01"), "overdue");
}

TEST(Ledger, TheCaseStandsOnceHoweverManyPausesOverlap) {
  Permit permit;
  permit.case_opened_at = wita("04-06 08:00");
  const auto pause = [&](int id, const char* from, const char* to) {
    Pause one;
    one.id = one.visit = id;
    one.stops_case = true;
    one.from = wita(from);
    if (*to) one.to = wita(to);
    permit.pauses.push_back(one);
  };
  pause(1, "04-03 08:00", "04-03 09:00");  // before the case
  pause(2, "04-06 09:00", "04-06 11:00");
  pause(3, "04-06 10:00", "04-06 12:00");
  pause(4, "04-06 14:00", "");
  pause(5, "04-06 15:00", "04-06 15:30");
  const auto ledger = case_ledger(permit, paud());
  ASSERT_EQ(ledger->stops.size(), 2u);
  EXPECT_EQ(when(ledger->stops[0].from), "04-06 09:00");
  EXPECT_EQ(when(ledger->stops[0].to), "04-06 12:00");
  EXPECT_EQ(when(ledger->stops[1].from), "04-06 14:00");
  EXPECT_EQ(when(ledger->stops[1].to), "none");
}

TEST(Ledger, AClockThatRunsFromTheClaimIgnoresAPauseBeforeIt) {
  Sop sop = paud();
  sop.steps[1].clock_from_claim = true;
  Office office;
  office.at("04-06 08:00").submit();
  Permit permit = office.permit;
  EXPECT_FALSE(visit_ledger(permit, permit.visits[1], sop));
  permit.visits[1].claimed_at = wita("04-06 09:00");
  permit.pauses = {
      {2, 1, "instansi_lain", false, wita("04-06 08:10"), wita("04-06 08:20"), {}, "FO"},
      {2, 2, "instansi_lain", false, wita("04-06 08:50"), wita("04-06 09:05"), {}, "FO"}};
  const Replay clock(*visit_ledger(permit, permit.visits[1], sop), shipped_calendar());
  EXPECT_EQ(when(clock.due()), "04-06 09:15");
  EXPECT_EQ(clock.total(), minutes(10));
}

TEST(Ledger, TheEstimateAddsADayWhereTheOpenStepIsOverdue) {
  Office office;
  office.at("04-06 08:00").bring_to("penyusunan_sk");  // opens 08:03, due 08:13
  EXPECT_EQ(when(office.estimated()), "04-06 08:18");  // 15m of the steps after it
  office.at("04-06 08:14");
  EXPECT_EQ(when(office.estimated()), "04-07 08:29");
}

}  // namespace
}  // namespace tenggat::testing
