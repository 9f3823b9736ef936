// What is entered late: told, counted, and in time only by a superior's word.
// Source: docs/reference.md, Late entries.
#include <chrono>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::minutes;
using Lines = std::vector<std::string>;

Office at_step(const std::string& step, std::string_view start = "04-06 08:00") {
  Office office;
  office.people.officers.push_back({"ADM", "Admin", "adm@example.go.id", "", {"admin"}, {}, ""});
  office.at(start).bring_to(step);
  return office;
}

Deed accept(std::string_view at) {
  return Deed("verifikasi", "accept").occurred(at).because("Jaringan putus");
}

std::int64_t entered_late(const Office& office, Turned turned) {
  std::int64_t sum = 0;
  for (const CountDelta& delta : office.counted)
    if (const auto* entry = std::get_if<EnteredLate>(&delta.what); entry && entry->turned == turned)
      sum += delta.amount;
  return sum;
}

// Signed after the due of the case, and entered as before it.
Office signed_late() {
  Office office = at_step("penandatanganan");  // the case is due on Mon 13 at 08:01
  office.at("04-13 08:30").raised_since();
  office.does("KD", Deed("penandatanganan", "sign")
                        .decree("SK-1")
                        .occurred("04-13 08:00")
                        .because("Listrik padam"));
  return office;
}

TEST(LateEntry, WhatTurnsMissedIntoMetCountsAsMissedUntilASuperiorConfirmsIt) {
  Office office = at_step("verifikasi");  // due 08:10
  office.at("04-06 08:40").raised_since();
  office.does("FO", accept("04-06 08:09"));
  const Visit& visit = office.visit("verifikasi#1");
  ASSERT_TRUE(visit.late && visit.late->awaits_word());
  EXPECT_TRUE(visit.late->turned_step);
  EXPECT_FALSE(visit.late->turned_case);
  EXPECT_EQ(visit.late->by, "officer:FO");
  EXPECT_EQ(when(visit.late->recorded_at), "04-06 08:40");
  EXPECT_EQ(visit.verdict, Verdict::missed);
  EXPECT_EQ(office.count<StepMissed>("verifikasi"), 1);
  EXPECT_EQ(entered_late(office, Turned::met), 1);
  EXPECT_EQ(entered_late(office, Turned::none), 0);
  EXPECT_TRUE(std::get<Acted>(office.events.back().what).backdated);
  EXPECT_EQ(office.raised_since().front(),
            "verifikasi#1 late_entry: role:kabid_perizinan laporan late_entry");
  // No other calendar has changed it: nothing is to be computed again.
  EXPECT_FALSE(recomputed_visit(office.permit, visit, office.sop(), office.calendar()));

  office.at("04-06 09:00").does("KB", Confirm{"verifikasi", "Sudah saya periksa"});
  EXPECT_EQ(office.visit("verifikasi#1").verdict, Verdict::met);
  EXPECT_EQ(office.count<StepMissed>("verifikasi"), 0);
  EXPECT_EQ(office.visit("verifikasi#1").late->confirmed_by, "KB");
  EXPECT_EQ(when(office.visit("verifikasi#1").late->confirmed_at), "04-06 09:00");
  EXPECT_EQ(std::get<Confirmed>(office.events.back().what).step, "verifikasi#1");
  EXPECT_EQ(office.notes.back().kind, "confirmation");
  EXPECT_EQ(office.tries("KB", Confirm{"verifikasi", ""}), Reason::nothing_to_confirm);
}

TEST(LateEntry, OneThatChangesNoVerdictIsToldAndCountedAndNeedsNoWord) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:09").raised_since();
  office.does("FO", accept("04-06 08:05"));
  EXPECT_EQ(office.visit("verifikasi#1").verdict, Verdict::met);
  EXPECT_EQ(entered_late(office, Turned::none), 1);
  EXPECT_EQ(office.raised_since().front(),
            "verifikasi#1 late_entry: role:kabid_perizinan laporan late_entry");
  EXPECT_EQ(office.at("04-06 09:00").tries("KB", Confirm{"verifikasi", ""}),
            Reason::nothing_to_confirm);
  Office late = at_step("verifikasi");  // late, however it is entered
  late.at("04-06 08:40").does("FO", accept("04-06 08:11"));
  EXPECT_EQ(late.visit("verifikasi#1").verdict, Verdict::missed);
  EXPECT_FALSE(late.visit("verifikasi#1").late->turned());
}

TEST(LateEntry, ItIsConfirmedBySomebodyAboveWhoDidNotMakeIt) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:40").does("FO", accept("04-06 08:09"));
  EXPECT_EQ(office.refusal_of("KB", Confirm{"verifikasi", ""})->why, Refused::entry_not_final);
  office.at("04-06 08:43");
  EXPECT_EQ(office.refusal_of("FO", Confirm{"verifikasi", ""})->why, Refused::own_late_entry);
  for (const char* who : {"BO", "DT", "ADM", "P"})
    EXPECT_EQ(office.refusal_of(who, Confirm{"verifikasi", ""})->why, Refused::superior_confirms);
  for (const char* who : {"KB", "S", "KD"})
    EXPECT_FALSE(office.refusal_of(who, Confirm{"verifikasi", ""})) << who;
  // Neither the one who made it, raised to the head's deputy, nor a deputy of theirs above.
  Office raised = office;
  raised.people.delegations.push_back({1, "KB", "FO", "plh", "2026-04-06", "2026-04-06", "1"});
  EXPECT_EQ(raised.refusal_of("FO", Confirm{"verifikasi", ""})->why, Refused::own_late_entry);
  EXPECT_EQ(office.refusal_of("FO", Confirm{"penerimaan", ""})->why, Refused::nothing_to_confirm);
  const Decided through = decide(office.permit, {Actor::Kind::officer, "KB", "portal"},
                                 Confirm{"verifikasi", ""}, office.context());
  EXPECT_EQ(through.error().why, Refused::in_person_only);
}

TEST(LateEntry, WhereNobodyIsAboveWhoeverIsToldAlongConfirms) {
  Office office = signed_late();
  office.at("04-13 09:00");
  EXPECT_EQ(office.refusal_of("KD", Confirm{"penandatanganan", ""})->why, Refused::own_late_entry);
  EXPECT_EQ(office.refusal_of("KB", Confirm{"penandatanganan", ""})->why,
            Refused::superior_confirms);
  EXPECT_FALSE(office.refusal_of("S", Confirm{"penandatanganan", ""}));
}

TEST(LateEntry, ACaseThatIsInTimeOnlyByItIsMissedUntilItIsConfirmed) {
  Office office = signed_late();
  const Visit& visit = office.visit("penandatanganan#1");
  EXPECT_EQ(visit.verdict, Verdict::missed);  // its five minutes were over on the 6th
  EXPECT_TRUE(visit.late->turned_case);
  EXPECT_FALSE(visit.late->turned_step);
  EXPECT_EQ(office.permit.case_verdict, Verdict::missed);
  EXPECT_EQ(office.count<CaseMissed>(), 1);
  EXPECT_EQ(office.count<CaseMet>(), 0);
  EXPECT_FALSE(recomputed_case(office.permit, office.sop(), office.calendar()));
  EXPECT_EQ(office.raised_since().front(),
            "penandatanganan#1 late_entry: role:sekretaris laporan late_entry");
  office.at("04-13 09:00").does("S", Confirm{"penandatanganan", ""});
  EXPECT_EQ(office.permit.case_verdict, Verdict::met);
  EXPECT_EQ(office.visit("penandatanganan#1").verdict, Verdict::missed);
  EXPECT_EQ(office.count<CaseMissed>(), 0);
  EXPECT_EQ(office.count<CaseMet>(), 1);
}

TEST(LateEntry, AnUndoneActionTakesItsLateEntryAlong) {
  Office office = signed_late();
  office.at("04-13 08:31").does("KD", Undo{});
  EXPECT_FALSE(office.visit("penandatanganan#1").late);
  EXPECT_EQ(entered_late(office, Turned::met), 0);
  EXPECT_EQ(office.permit.case_verdict, std::nullopt);
  EXPECT_EQ(office.count<CaseMissed>(), 1);
}

TEST(LateEntry, AReasonHasTenLetters) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:40");
  const Deed deed = Deed("verifikasi", "accept").occurred("04-06 08:09");
  for (const char* reason : {"", "x", "telat", "1234567890123", "… … … … … …", "tertinggal"}) {
    const auto refused = office.refusal_of("FO", Deed(deed).because(reason));
    EXPECT_EQ(refused ? refused->why : Refused::permit_closed, std::string(reason) == "tertinggal"
                                                                   ? Refused::permit_closed
                                                                   : Refused::late_without_reason)
        << reason;
  }
}

TEST(LateEntry, WhatEndsOrSignsAPermitIsEnteredOneWorkingDayLateAtMost) {
  Office office = at_step("penandatanganan");
  const Deed deed = Deed("penandatanganan", "sign")
                        .decree("SK-1")
                        .occurred("04-06 09:00")
                        .because("Listrik padam");
  EXPECT_FALSE(office.at("04-07 09:00").refusal_of("KD", deed));
  EXPECT_EQ(office.at("04-07 09:00:01").refusal_of("KD", deed)->why, Refused::ended_too_long_ago);
  // What does neither may be older.
  EXPECT_FALSE(office.refusal_of("KD", Deed("penandatanganan", "return")
                                           .note("Salah ketik")
                                           .occurred("04-06 09:00")
                                           .because("Listrik padam")));
}

TEST(LateEntry, AnAdministratorCorrectsWhenAPermitWasSigned) {
  Office office = at_step("penandatanganan");
  office.at("04-15 10:00").does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(office.permit.case_verdict, Verdict::missed);
  office.at("04-15 10:05").raised_since();
  const Correct correct{"penandatanganan", "Tanggal keputusan 9 April", wita("04-09 11:00")};
  const auto but = [&](auto change) {
    Correct changed = correct;
    change(changed);
    return changed;
  };
  for (const char* who : {"KD", "S", "P"})
    EXPECT_EQ(office.refusal_of(who, correct)->why, Refused::administrators_alone);
  EXPECT_EQ(office.refusal_of("ADM", but([](Correct& c) { c.reason = "salah"; }))->why,
            Refused::correction_without_reason);
  for (const char* at : {"04-06 08:00", "04-15 10:00"})
    EXPECT_EQ(office.refusal_of("ADM", but([&](Correct& c) { c.occurred_at = wita(at); }))->why,
              Refused::corrected_outside);
  EXPECT_EQ(office.refusal_of("ADM", but([](Correct& c) { c.step = "verifikasi"; }))->why,
            Refused::nothing_to_correct);

  office.does("ADM", correct);
  EXPECT_EQ(when(office.visit("penandatanganan#1").closed_at), "04-09 11:00");
  EXPECT_EQ(when(office.permit.case_closed_at), "04-09 11:00");
  EXPECT_EQ(office.permit.case_verdict, Verdict::missed);
  EXPECT_EQ(office.visit("penandatanganan#1").late->by, "officer:ADM");
  EXPECT_EQ(entered_late(office, Turned::met), 1);
  EXPECT_EQ(office.raised_since(),
            Lines{"penandatanganan#1 late_entry: role:sekretaris laporan late_entry"});
  EXPECT_EQ(office.notes.back().kind, "correction");
  const auto& said = std::get<Corrected>(office.events.back().what);
  EXPECT_EQ(when(said.before.at), "04-15 10:00");
  EXPECT_EQ(when(said.occurred_at.at), "04-09 11:00");
  EXPECT_EQ(office.refusal_of("KD", Confirm{"penandatanganan", ""})->why, Refused::own_late_entry);
  office.does("S", Confirm{"penandatanganan", ""});
  EXPECT_EQ(office.permit.case_verdict, Verdict::met);
  EXPECT_EQ(office.count<CaseMissed>(), 0);
}

TEST(LateEntry, TheApplicantsOwnStepHasNoLatenessToEnter) {
  Office office = at_step("verifikasi");
  office.does("FO", Deed("verifikasi", "reject").note("Lengkapi akta"));
  office.at("04-06 09:00").raised_since();
  office.does("P", Deed("pengajuan", "submit").occurred("04-06 08:55"));
  EXPECT_FALSE(office.visit("pengajuan#2").late);
  EXPECT_EQ(entered_late(office, Turned::none), 0);
}

}  // namespace
}  // namespace tenggat::testing
