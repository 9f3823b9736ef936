// A step entered again: fresh, cumulative, remainder. Worked by hand; Banjarbaru, April 2026, days
// of 7 h 30 m (Mon-Thu 07:30-12:00 and 13:00-16:00), nothing off between the 6th and the 30th.
#include <chrono>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Opened 06 08:00 and closed 06 08:06, opened again 07 10:00, of a budget of ten minutes.
Ledger again(ReEntry re_entry, const char* budget_text = "10m",
             const char* first_closed = "04-06 08:06") {
  Ledger ledger{wita("04-07 10:00"), budget(budget_text), {}, std::nullopt, re_entry, {}};
  if (re_entry != ReEntry::fresh)
    ledger.earlier.push_back({wita("04-06 08:00"), budget(budget_text), {}, wita(first_closed)});
  return ledger;
}

struct Expected {
  ReEntry re_entry;
  const char* first_closed;
  Seconds total, carried;
  const char *due, *half, *fifth;  // 50 %, 80 %
};

TEST(ReEntry, TheSecondVisitOfTenMinutesByHand) {
  const std::vector<Expected> cases = {
      {ReEntry::fresh, "04-06 08:06", minutes(10), minutes(0), "04-07 10:10", "04-07 10:05",
       "04-07 10:08"},
      // Six of ten minutes are gone: four are left, half was reached before, 80 % after two more.
      {ReEntry::cumulative, "04-06 08:06", minutes(10), minutes(6), "04-07 10:04", "04-07 10:00",
       "04-07 10:02"},
      // A clock of four minutes.
      {ReEntry::remainder, "04-06 08:06", minutes(4), minutes(0), "04-07 10:04", "04-07 10:02",
       "04-07 10:03:12"},
      // Used up to the second, and overrun by five minutes: due at the opening.
      {ReEntry::cumulative, "04-06 08:10", minutes(10), minutes(10), "04-07 10:00", "04-07 10:00",
       "04-07 10:00"},
      {ReEntry::cumulative, "04-06 08:15", minutes(10), minutes(15), "04-07 10:00", "04-07 10:00",
       "04-07 10:00"},
      {ReEntry::remainder, "04-06 08:15", minutes(0), minutes(0), "04-07 10:00", "04-07 10:00",
       "04-07 10:00"},
  };
  for (const Expected& one : cases) {
    SCOPED_TRACE(std::string(one.first_closed) + " " +
                 std::to_string(static_cast<int>(one.re_entry)));
    const Replay clock(again(one.re_entry, "10m", one.first_closed), shipped_calendar());
    EXPECT_EQ(clock.total(), one.total);
    EXPECT_EQ(clock.carried(), one.carried);
    EXPECT_EQ(clock.consumed(wita("04-07 10:00")), one.carried);
    EXPECT_EQ(clock.remaining(wita("04-07 10:03")), one.total - one.carried - minutes(3));
    EXPECT_EQ(when(clock.due()), one.due);
    EXPECT_EQ(when(clock.at_percent(50)), one.half);
    EXPECT_EQ(when(clock.at_percent(80)), one.fifth);
  }
}

TEST(ReEntry, RungsAfterTheDueCountFromTheNewOpening) {
  const RungRule day{RungRule::At::after_due, 0, budget("1d"), 5, {}};
  const Replay clock(again(ReEntry::cumulative, "10m", "04-06 08:15"), shipped_calendar());
  EXPECT_EQ(when(clock.at(day, 1)), "04-08 10:00");
  EXPECT_EQ(when(clock.at(day, 2)), "04-09 10:00");
}

// 2d from Mon 6 08:00 is due Wed 8 08:00: 15 h. Closed Tue 7 10:00, after 9 h 30 m; opened again
// Mon 13 09:00: 5 h 30 m are left, 3 h before lunch and 2 h 30 m after it.
TEST(ReEntry, ABudgetInDaysBecomesWorkingTimeWhenTheFirstVisitOpens) {
  for (const ReEntry re_entry : {ReEntry::cumulative, ReEntry::remainder}) {
    Ledger ledger{wita("04-13 09:00"), budget("2d"), {}, std::nullopt, re_entry, {}};
    ledger.earlier.push_back({wita("04-06 08:00"), budget("2d"), {}, wita("04-07 10:00")});
    const Replay clock(ledger, shipped_calendar());
    const Seconds left = hours(5) + minutes(30);
    EXPECT_EQ(clock.total(), re_entry == ReEntry::cumulative ? Seconds{hours(15)} : left);
    EXPECT_EQ(clock.remaining(wita("04-13 09:00")), left);
    EXPECT_EQ(when(clock.due()), "04-13 15:30");
  }
}

// Three visits: 4, 3 and 2 minutes of ten, the second with a pause in it.
TEST(ReEntry, EachVisitCarriesOnFromTheOneBefore) {
  Ledger ledger{wita("04-08 09:00"), budget("10m"), {}, std::nullopt, ReEntry::cumulative, {}};
  ledger.earlier = {
      {wita("04-06 08:00"), budget("10m"), {}, wita("04-06 08:04")},
      {wita("04-07 08:00"),
       budget("10m"),
       {{wita("04-07 08:01"), wita("04-07 09:00")}},
       wita("04-07 09:02")},
  };
  const Replay cumulative(ledger, shipped_calendar());
  EXPECT_EQ(cumulative.carried(), minutes(7));
  EXPECT_EQ(when(cumulative.due()), "04-08 09:03");
  ledger.re_entry = ReEntry::remainder;
  const Replay remainder(ledger, shipped_calendar());
  EXPECT_EQ(remainder.total(), minutes(3));
  EXPECT_EQ(when(remainder.due()), "04-08 09:03");
  // A pause moves what is left of the third as it would any other.
  ledger.stops = {{wita("04-08 09:01"), wita("04-08 10:00")}};
  EXPECT_EQ(when(Replay(ledger, shipped_calendar()).due()), "04-08 10:02");
}

// The second visit was late from the start: a pause on it stops nothing, whatever the third says.
TEST(ReEntry, APauseOnAnEarlierVisitThatWasLateStopsNothing) {
  Ledger ledger{wita("04-08 09:00"), budget("10m"), {}, std::nullopt, ReEntry::cumulative, {}};
  ledger.earlier = {
      {wita("04-06 08:00"), budget("10m"), {}, wita("04-06 08:12")},
      {wita("04-07 08:00"),
       budget("10m"),
       {{wita("04-07 08:01"), wita("04-07 08:05")}},
       wita("04-07 08:06")},
  };
  EXPECT_EQ(Replay(ledger, shipped_calendar()).carried(), minutes(18));
}

Sop drafting(const char* re_entry) {
  return paud_with(
      {{"  - id: persetujuan_kabid\n",
        std::string("  - id: persetujuan_kabid\n    masuk_kembali: ") + re_entry + "\n"}});
}

// KB takes three of five minutes, S returns it, BO drafts again: KB has two left.
Office returned_to_kb(const char* re_entry, const char* approved = "04-06 08:07") {
  Office office(shipped_calendar(), drafting(re_entry));
  office.at("04-06 08:00").bring_to("persetujuan_kabid");  // opens 08:04
  office.at(approved).does("KB", Deed("persetujuan_kabid", "approve"));
  office.at("04-06 09:00").does("S", Deed("persetujuan_sekretaris", "return").note("keliru"));
  office.at("04-06 09:05").does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
  return office;
}

TEST(ReEntry, AReturnedFileTakesUpTheTimeThatWasLeft) {
  Office fresh = returned_to_kb("baru");
  EXPECT_EQ(fresh.due("persetujuan_kabid#2"), "04-06 09:10");
  Office office = returned_to_kb("kumulatif");
  EXPECT_EQ(office.visit("persetujuan_kabid#1").elapsed, minutes(3));
  EXPECT_EQ(office.due("persetujuan_kabid#2"), "04-06 09:07");
  EXPECT_EQ(office.sla("persetujuan_kabid#2").elapsed, minutes(3));
  EXPECT_EQ(office.sla("persetujuan_kabid#2").remaining, minutes(2));
  EXPECT_EQ(office.sla("persetujuan_kabid#2").status, SlaStatus::on_track);
  office.at("04-06 09:06");  // four of five minutes: 80 %
  EXPECT_EQ(office.sla("persetujuan_kabid#2").status, SlaStatus::due_soon);
  office.at("04-06 09:07:01").does("KB", Deed("persetujuan_kabid", "approve"));
  EXPECT_EQ(office.visit("persetujuan_kabid#2").verdict, Verdict::missed);
  EXPECT_EQ(office.visit("persetujuan_kabid#2").elapsed, minutes(5) + Seconds{1});
  EXPECT_EQ(when(office.visit("persetujuan_kabid#2").due_at), "04-06 09:07");
  // The histogram gets each minute once: three of the first visit, two and a second of the second.
  EXPECT_EQ(office.count<WorkingSeconds>("persetujuan_kabid"), 301);

  Office left = returned_to_kb("sisa");
  EXPECT_EQ(left.due("persetujuan_kabid#2"), "04-06 09:07");
  EXPECT_EQ(left.sla("persetujuan_kabid#2").elapsed, Seconds{0});
  EXPECT_EQ(left.sla("persetujuan_kabid#2").remaining, minutes(2));
}

TEST(ReEntry, WhoseTimeWasUsedUpIsLateOneSecondAfterTheOpening) {
  Office office = returned_to_kb("kumulatif", "04-06 08:10");  // six of five minutes
  EXPECT_EQ(office.visit("persetujuan_kabid#1").verdict, Verdict::missed);
  EXPECT_EQ(office.due("persetujuan_kabid#2"), "04-06 09:05");
  EXPECT_EQ(office.sla("persetujuan_kabid#2").remaining, minutes(-1));
  EXPECT_EQ(office.count<StepMissed>("persetujuan_kabid"), 1);
  office.at("04-06 09:05:01");
  EXPECT_EQ(office.sla("persetujuan_kabid#2").status, SlaStatus::overdue);
  EXPECT_EQ(office.count<StepMissed>("persetujuan_kabid"), 2);
}

TEST(ReEntry, AnUndoBringsBackTheVisitAndForgetsTheOneItOpened) {
  Office office = returned_to_kb("kumulatif");
  office.at("04-06 09:05:30").does("BO", Undo{});
  EXPECT_EQ(office.open(), "penyusunan_sk#2");
  office.at("04-06 09:20").does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
  // The half minute of the visit that was taken back is nobody's.
  EXPECT_EQ(office.due("persetujuan_kabid#2"), "04-06 09:22");
  office.at("04-06 09:21").does("KB", Deed("persetujuan_kabid", "approve"));
  office.at("04-06 09:21:30").does("KB", Undo{});
  EXPECT_EQ(office.due("persetujuan_kabid#2"), "04-06 09:22");
  EXPECT_EQ(office.visit("persetujuan_kabid#2").due_at, std::nullopt);
}

}  // namespace
}  // namespace tenggat::testing
