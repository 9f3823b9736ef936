// Every rung raised or not, and why. Source: docs/reference.md, Calls.
#include "rules/permit/why.h"

#include <fmt/format.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

// "verifikasi#1 +1d k=2 04-09 14:10: closed_before_due"
Lines stories(const Office& office, std::string_view of = "") {
  Lines lines;
  for (const RungStory& one :
       rung_stories(office.permit, office.sop(), office.calendar(), office.now())) {
    const Visit* visit = office.permit.find_visit(one.visit);
    const std::string name = visit ? label(*visit) : "layanan";
    if (!of.empty() && name != of) continue;
    lines.push_back(fmt::format(
        "{} {}{}{} {}{}: {}", name, one.rung, one.k == 1 ? "" : fmt::format(" k={}", one.k),
        one.occurrence == 1 ? "" : fmt::format(" occ={}", one.occurrence), when(one.due_at),
        one.raised_at ? " raised" : "", to_string(one.reason)));
  }
  return lines;
}

TEST(Why, AnOpenVisitHasRungsRaisedAndRungsToCome) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 08:11");
  EXPECT_EQ(
      stories(office, "verifikasi#1"),
      (Lines{
          "verifikasi#1 start 04-06 08:00 raised: rung_due",
          "verifikasi#1 due 04-06 08:10 raised: rung_due", "verifikasi#1 +1h 04-06 09:10: not_due",
          "verifikasi#1 +1d 04-07 08:10: not_due", "verifikasi#1 +1d k=2 04-08 08:10: not_due",
          "verifikasi#1 +1d k=3 04-09 08:10: not_due", "verifikasi#1 +1d k=4 04-10 08:10: not_due",
          "verifikasi#1 +1d k=5 04-13 08:10: not_due"}));
  EXPECT_EQ(stories(office, "layanan"),
            (Lines{"layanan 80% none: not_started", "layanan due none: not_started",
                   "layanan +1d none: not_started"}));
  EXPECT_EQ(stories(office, "pengajuan#1"), Lines{});  // the applicant's own
}

TEST(Why, ARungWhoseInstantHasPassedWhileNobodyWatchedIsDue) {
  Office office;
  office.at("04-06 08:00").submit();
  office.unattended_until("04-06 08:30");
  EXPECT_EQ(stories(office, "verifikasi#1").at(1), "verifikasi#1 due 04-06 08:10: rung_due");
}

TEST(Why, WhatWasClosedInTimeRaisedNothingMore) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 08:05").does("FO", Deed("verifikasi", "accept"));
  const Lines told = stories(office, "verifikasi#1");
  EXPECT_EQ(told.at(0), "verifikasi#1 start 04-06 08:00 raised: rung_due");
  EXPECT_EQ(told.at(1), "verifikasi#1 due 04-06 08:10: closed_before_due");
  EXPECT_EQ(told.at(2), "verifikasi#1 +1h 04-06 09:10: closed_before_due");
  EXPECT_EQ(told.back(), "verifikasi#1 +1d k=5 04-13 08:10: closed_before_due");
}

TEST(Why, WhatWasTakenBackIsNoRungOfAnybody) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 08:05").does("FO", Deed("verifikasi", "accept"));
  office.at("04-06 08:06").does("FO", Undo{});
  EXPECT_EQ(stories(office, "penerimaan#1").at(0),
            "penerimaan#1 start 04-06 08:05 raised: rung_due");
  EXPECT_EQ(stories(office, "penerimaan#1").at(1), "penerimaan#1 due none: undone");
}

TEST(Why, AClockThatStandsHidesItsRungs) {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.at("04-06 09:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  const Lines told = stories(office, "kajian_teknis#1");
  EXPECT_EQ(told.at(1), "kajian_teknis#1 50% none: paused");
  EXPECT_EQ(told.at(3), "kajian_teknis#1 due none: paused");
}

TEST(Why, ARearmedRungIsToldTwice) {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.at("04-08 09:00");
  office.apply_calendar(banjarbaru_after_the_flood(), "Banjir");
  EXPECT_EQ(stories(office, "kajian_teknis#1").at(1),
            "kajian_teknis#1 50% 04-08 08:02 raised: rearmed");
  EXPECT_EQ(stories(office, "kajian_teknis#1").at(2),
            "kajian_teknis#1 50% occ=2 04-09 08:02: not_due");
}

TEST(Why, WhatNoLadderHasIsToldBesideIt) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 08:05").does("FO", Escalate{"verifikasi", "sistem mati"});
  EXPECT_EQ(stories(office, "verifikasi#1").back(),
            "verifikasi#1 escalated 04-06 08:05 raised: rung_due");
}

TEST(Why, TheWalkthroughsEndNamesWhatWasNeverRaised) {
  Office office;
  office.at("04-02 14:00").submit();
  office.at("04-02 14:05").does("FO", Deed("verifikasi", "accept"));
  office.at("04-02 14:10").does("BO", Deed("penerimaan", "forward"));
  const Lines told = stories(office, "penerimaan#1");
  EXPECT_EQ(told.at(2), "penerimaan#1 +1h 04-02 15:15: closed_before_due");
}

}  // namespace
}  // namespace tenggat::testing
