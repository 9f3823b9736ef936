// The proof of a clock against the clock, and the reasons it gives. Source: docs/reference.md, The
// proof.
#include "rules/permit/proof.h"

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

Seconds sum(const Proof& proof) {
  Seconds counted = proof.carried;
  for (const DayProof& day : proof.days) counted += day.counted;
  return counted;
}

// "04-06 10:00-12:00 paused: kunjungan lapangan, oleh DT", the standstills only.
Lines standstills(const Proof& proof) {
  Lines lines;
  for (const DayProof& day : proof.days)
    for (const Span& span : day.spans)
      if (span.kind == Span::Kind::paused)
        lines.push_back(when(span.from) + " - " + when(span.to) + ": " + span.why);
  return lines;
}

Office paused_twice() {
  Office office;
  office.at("04-02 15:55").bring_to("kajian_teknis");  // Thursday; Friday is a day off
  office.at("04-06 10:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  office.at("04-07 09:00").does("DT", ResumeVisit{"kajian_teknis", ""});
  office.at("04-08 11:30")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah", {}});
  return office;
}

TEST(Proof, SumsToWhatTheClockConsumed) {
  Office office = paused_twice();
  const Permit& permit = office.permit;
  const Calendar& calendar = office.calendar();
  const Visit& visit = office.visit("kajian_teknis#1");
  for (const char* at :
       {"04-02 16:00", "04-06 09:00", "04-06 15:00", "04-07 14:00", "04-09 14:00"}) {
    SCOPED_TRACE(at);
    const Instant now = wita(at);
    const Proof of_visit = prove_visit(permit, visit, paud(), calendar, now).value();
    EXPECT_EQ(sum(of_visit), office.replay("kajian_teknis#1").consumed(now));
    EXPECT_EQ(of_visit.consumed, sum(of_visit));
    const Proof of_case = prove_case(permit, paud(), calendar, now).value();
    EXPECT_EQ(sum(of_case), office.replay("layanan").consumed(now));
    // No pause stops the legal limit.
    const Proof legal = prove_legal(permit, paud(), calendar, now).value();
    EXPECT_EQ(sum(legal), calendar.worked(*permit.legal_opened_at, now));
    EXPECT_EQ(standstills(legal), Lines{});
  }
}

TEST(Proof, SaysWhoPausedAndWhy) {
  Office office = paused_twice();
  const Instant now = wita("04-08 14:00");
  const Proof of_visit =
      prove_visit(office.permit, office.visit("kajian_teknis#1"), paud(), office.calendar(), now)
          .value();
  EXPECT_EQ(standstills(of_visit),
            (Lines{"04-06 10:00 - 04-06 12:00: kunjungan lapangan, oleh DT",
                   "04-06 13:00 - 04-06 16:00: kunjungan lapangan, oleh DT",
                   "04-07 07:30 - 04-07 09:00: kunjungan lapangan, oleh DT",
                   "04-08 11:30 - 04-08 12:00: menunggu keterangan pemohon, oleh DT",
                   "04-08 13:00 - 04-08 14:00: menunggu keterangan pemohon, oleh DT"}));
  const Proof of_case = prove_case(office.permit, paud(), office.calendar(), now).value();
  EXPECT_EQ(standstills(of_case),
            (Lines{"04-08 11:30 - 04-08 12:00: menunggu keterangan pemohon, oleh DT",
                   "04-08 13:00 - 04-08 14:00: menunggu keterangan pemohon, oleh DT"}));
  EXPECT_EQ(of_visit.days.at(1).date, "2026-04-03");
  EXPECT_EQ(of_visit.days.at(1).spans.at(0).kind, Span::Kind::day_off);
}

TEST(Proof, WhereOneReasonFollowsAnotherTheStretchIsCut) {
  const Ledger ledger{wita("04-06 08:00"),
                      budget("1d"),
                      {{wita("04-06 09:00"), wita("04-06 11:00")}},
                      std::nullopt};
  const std::vector<StandstillCause> causes = {
      {{wita("04-06 09:00"), wita("04-06 10:00")}, "berkas pada pemohon"},
      {{wita("04-06 09:30"), wita("04-06 11:00")}, "jeda"}};
  EXPECT_EQ(
      standstills(prove(ledger, causes, shipped_calendar(), wita("04-06 12:00"))),
      (Lines{"04-06 09:00 - 04-06 10:00: berkas pada pemohon", "04-06 10:00 - 04-06 11:00: jeda"}));
}

TEST(Proof, APauseAfterTheDueIsNoStandstill) {
  const Ledger ledger{
      wita("04-06 08:00"), budget("10m"), {{wita("04-06 08:10"), std::nullopt}}, std::nullopt};
  const Proof proof = prove(ledger, {}, shipped_calendar(), wita("04-06 08:30"));
  EXPECT_EQ(standstills(proof), Lines{});
  EXPECT_EQ(proof.consumed, std::chrono::minutes(30));
}

TEST(Proof, WhatAnEarlierVisitConsumedIsNamedApart) {
  Ledger ledger{wita("04-07 10:00"), budget("10m"), {}, std::nullopt, ReEntry::cumulative, {}};
  ledger.earlier.push_back({wita("04-06 08:00"), budget("10m"), {}, wita("04-06 08:06")});
  const Proof proof = prove(ledger, {}, shipped_calendar(), wita("04-07 10:01"));
  EXPECT_EQ(proof.carried, std::chrono::minutes(6));
  EXPECT_EQ(proof.consumed, std::chrono::minutes(7));
  EXPECT_EQ(proof.total, std::chrono::minutes(10));
  EXPECT_EQ(when(proof.due), "04-07 10:04");
}

}  // namespace
}  // namespace tenggat::testing
