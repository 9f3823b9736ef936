// Clocks as ledgers: dues, standstills, shares, verdicts. Source: docs/reference.md, Clocks.
#include "rules/permit/ledger.h"

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
    EXPECT_EQ(office.count<StepMissed>(), verdict == Verdict::missed ? 1 : 0);
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

// Wed 8 is taken out of the calendar after the review was closed on Fri 10, 90 minutes late.
TEST(Ledger, AClosedClockKeepsWhatItSaidAndShowsWhatItWouldSayNow) {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");  // due Fri 10 08:02
  office.at("04-10 09:32")
      .does("DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"));
  const auto recomputed = [&] {
    return recomputed_visit(office.permit, office.visit("kajian_teknis#1"), office.sop(),
                            office.calendar());
  };
  EXPECT_EQ(office.visit("kajian_teknis#1").verdict, Verdict::missed);
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, hours(31) + minutes(30));
  EXPECT_FALSE(recomputed());
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_EQ(office.visit("kajian_teknis#1").verdict, Verdict::missed);
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::missed);
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, hours(31) + minutes(30));
  EXPECT_EQ(office.sla("kajian_teknis#1").due_at, wita("04-10 08:02"));
  ASSERT_TRUE(recomputed());
  EXPECT_EQ(recomputed()->verdict, Verdict::met);
  EXPECT_EQ(recomputed()->elapsed, hours(24));
  EXPECT_EQ(when(recomputed()->due_at), "04-13 08:02");
  EXPECT_FALSE(recomputed_visit(office.permit, office.visit("verifikasi#1"), office.sop(),
                                office.calendar()));
}

TEST(Ledger, AClosedCaseKeepsWhatItSaidAndShowsWhatItWouldSayNow) {
  Office office;
  office.at("04-06 08:00").bring_to("penandatanganan");  // the case opened 08:01
  office.at("04-13 09:01").does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(office.permit.case_verdict, Verdict::missed);  // due 08:01
  EXPECT_FALSE(recomputed_case(office.permit, office.sop(), office.calendar()));
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_EQ(office.sla("layanan").status, SlaStatus::missed);
  EXPECT_EQ(office.sla("layanan").elapsed, hours(38) + minutes(30));
  EXPECT_EQ(office.sla("layanan").due_at, wita("04-13 08:01"));
  const auto now = recomputed_case(office.permit, office.sop(), office.calendar());
  ASSERT_TRUE(now);
  EXPECT_EQ(now->verdict, Verdict::met);
  EXPECT_EQ(now->elapsed, hours(31));
  EXPECT_EQ(when(now->due_at), "04-14 08:01");
}

TEST(Ledger, TheEstimateAddsADayWhereTheOpenStepIsOverdue) {
  Office office;
  office.at("04-06 08:00").bring_to("penyusunan_sk");  // opens 08:03, due 08:13
  EXPECT_EQ(when(office.estimated()), "04-06 08:18");  // 15m of the steps after it
  office.at("04-06 08:14");
  EXPECT_EQ(when(office.estimated()), "04-07 08:29");
}

// The standards of the form, as its last column adds them up: 30m + 10m + 10m + 4d + 10m + 5m + 5m
// + 5m + 3m are 4d and 78m. From Monday 6 April 08:00, half an hour after the opening: the fourth
// working day after it is Friday 10, where half an hour is worked at 08:00; 78m later it is 09:18.
TEST(HandTable, ThePaudStandardsAddUpToFourDaysOneHourEighteenMinutes) {
  Budget sum;
  for (const Step& step : paud().steps) sum = sum + step.standard;
  EXPECT_EQ(sum, (Budget{4, 0, 30 + 10 + 10 + 10 + 5 + 5 + 5 + 3}));
  for (const Budget& total : {sum, *paud().total, budget("4d 1h 18m")})
    EXPECT_EQ(when(shipped_calendar().deadline(wita("04-06 08:00"), total).due), "04-10 09:18");
}

// A permit returned twice and paused twice, across 1 May (a Friday) and 14 and 15 May (Thursday and
// Friday), all days off. Mondays to Thursdays are worked 07:30-12:00 and 13:00-16:00, 7 h 30 m.
TEST(HandTable, APermitReturnedTwiceAndPausedTwiceAcrossHolidays) {
  Office office;
  // Tue 28 April. Each return closes the visit with its verdict; the next one starts afresh.
  office.at("04-28 15:30").submit();
  EXPECT_EQ(office.due("verifikasi#1"), "04-28 15:40");
  office.at("04-28 15:36").does("FO", Deed("verifikasi", "reject").note("akta tidak terbaca"));
  EXPECT_EQ(office.visit("verifikasi#1").elapsed, minutes(6));
  EXPECT_EQ(office.visit("verifikasi#1").verdict, Verdict::met);

  // Wed 29. 09:00 + 10m = 09:10; at 09:12 it is late.
  office.at("04-29 09:00")
      .does("P", Deed("pengajuan", "submit").file("persyaratan_izin_paud", "akta", "tenggat:3"));
  EXPECT_EQ(office.due("verifikasi#2"), "04-29 09:10");
  office.at("04-29 09:12").does("FO", Deed("verifikasi", "reject").note("akta tidak berstempel"));
  EXPECT_EQ(office.visit("verifikasi#2").elapsed, minutes(12));
  EXPECT_EQ(office.visit("verifikasi#2").verdict, Verdict::missed);
  EXPECT_FALSE(office.permit.case_opened_at);

  office.at("04-29 10:00")
      .does("P", Deed("pengajuan", "submit").file("persyaratan_izin_paud", "akta", "tenggat:4"));
  office.at("04-29 10:08").does("FO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#3").elapsed, minutes(8));
  // The case, 5d from 10:08: 1 Thu 30, (Fri 1 off,) 2 Mon 4, 3 Tue 5, 4 Wed 6, 5 Thu 7 May.
  EXPECT_EQ(office.due("layanan"), "05-07 10:08");
  EXPECT_EQ(office.legal_limit(), "05-07 10:08");
  office.at("04-29 10:15").does("BO", Deed("penerimaan", "forward"));
  // 4d from 10:15: the fourth of those days. In working time that is four whole days, 30 h.
  EXPECT_EQ(office.due("kajian_teknis#1"), "05-06 10:15");
  EXPECT_EQ(office.replay("kajian_teknis#1").total(), hours(30));

  // Thu 30, 14:00. Consumed: Wed 1 h 45 m + 3 h, Thu 4 h 30 m + 1 h, 10 h 15 m in all.
  office.at("04-30 14:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, hours(10) + minutes(15));
  EXPECT_EQ(office.sla("kajian_teknis#1").remaining, hours(19) + minutes(45));
  // Mon 4 May, 09:00. It stood for Thu 2 h + Fri 0 + Mon 1 h 30 m: due 3 h 30 m later, which from
  // 10:15 is 1 h 45 m to the break and 1 h 45 m after it. This pause does not stop the case.
  office.at("05-04 09:00").does("DT", ResumeVisit{"kajian_teknis", ""});
  EXPECT_EQ(office.due("kajian_teknis#1"), "05-06 14:45");
  EXPECT_EQ(office.due("layanan"), "05-07 10:08");
  // 50 % are 15 h: 4 h 45 m more, 3 h to the break and 1 h 45 m after it.
  EXPECT_EQ(office.share("kajian_teknis#1", 50), "05-04 14:45");

  // Tue 5, 11:00. Consumed: 10 h 15 m + Mon 3 h + 3 h + Tue 3 h 30 m. The case: Wed 1 h 52 m + 3 h,
  // Thu and Mon 7 h 30 m each, Tue 3 h 30 m, of 37 h 30 m. The legal limit does not stand.
  office.at("05-05 11:00").does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "?", {}});
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, hours(19) + minutes(45));
  EXPECT_EQ(office.sla("kajian_teknis#1").remaining, hours(10) + minutes(15));
  EXPECT_EQ(office.sla("layanan").elapsed, hours(23) + minutes(22));
  EXPECT_EQ(office.sla("layanan").remaining, hours(14) + minutes(8));
  EXPECT_EQ(office.sla("layanan").due_at, std::nullopt);
  EXPECT_EQ(office.legal_limit(), "05-07 10:08");

  // Mon 18, 08:15. Left of that day 3 h 45 m + 3 h = 6 h 45 m. The visit: 3 h 30 m are left for
  // Tue 19, from 07:30. The case: 7 h 23 m are, 4 h 30 m to the break and 2 h 53 m after it.
  office.at("05-18 08:15").does("P", ResumeVisit{"kajian_teknis", "Denah terlampir"});
  EXPECT_EQ(office.due("kajian_teknis#1"), "05-19 11:00");
  EXPECT_EQ(office.due("layanan"), "05-19 15:53");
  // 80 %: 24 h less 19 h 45 m are 4 h 15 m; of the case 30 h less 23 h 22 m are 6 h 38 m.
  EXPECT_EQ(office.share("kajian_teknis#1", 80), "05-18 13:30");
  EXPECT_EQ(office.share("layanan", 80), "05-18 15:53");
  // It stood for Tue 4 h, Wed 6 to Fri 8 and Mon 11 to Wed 13 7 h 30 m each, Mon 18 45 m.
  const Seconds second_pause = hours(4 + 45) + minutes(45);
  const Instant now = office.now();
  EXPECT_EQ(office.replay("layanan").paused_working(now), second_pause);
  EXPECT_EQ(office.replay("layanan").stops(), 1);
  EXPECT_EQ(office.replay("kajian_teknis#1").paused_working(now),
            hours(3) + minutes(30) + second_pause);
  EXPECT_EQ(office.replay("kajian_teknis#1").stops(), 2);

  office.at("05-19 11:00")
      .does("DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"));
  EXPECT_EQ(office.visit("kajian_teknis#1").elapsed, hours(30));
  EXPECT_EQ(office.visit("kajian_teknis#1").verdict, Verdict::met);
}

}  // namespace
}  // namespace tenggat::testing
