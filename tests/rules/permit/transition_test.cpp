// What a command checks and what it changes. The office of paud_fixture.h; each test is a short
// script.
#include "rules/permit/transition.h"

#include <algorithm>
#include <chrono>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Office at_step(const std::string& step, std::string_view start = "04-06 08:00") {
  Office office;
  office.at(start).bring_to(step);
  return office;
}

Deed recommend() { return Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"); }
Deed refuse_it() {
  return Deed("kajian_teknis", "not_recommend")
      .file("bapl")
      .file("rekomendasi")
      .note("Tidak layak");
}

// --- refusals ------------------------------------------------------------------------------------

TEST(Transition, EachRefusalNamesItsReason) {
  struct Case {
    const char* step;
    const char* who;
    Command command;
    Reason reason;
  };
  const std::vector<Case> cases = {
      {"verifikasi", "FO", Deed("penerimaan", "forward"), Reason::step_not_open},
      {"verifikasi", "FO", Deed("bukan_langkah", "forward"), Reason::step_not_open},
      {"verifikasi", "BO", Deed("verifikasi", "accept"), Reason::wrong_role},
      {"verifikasi", "P", Deed("verifikasi", "accept"), Reason::wrong_role},
      {"verifikasi", "nobody", Deed("verifikasi", "accept"), Reason::wrong_role},
      {"verifikasi", "KB", Deed("verifikasi", "accept"), Reason::wrong_role},
      {"verifikasi", "FO", Deed("verifikasi", "approve"), Reason::unknown_action},
      {"verifikasi", "FO", Deed("verifikasi", "accept").version(99), Reason::stale_version},
      {"verifikasi", "FO", Deed("verifikasi", "reject"), Reason::missing_note},
      {"verifikasi", "FO", Deed("verifikasi", "accept").outcome(Outcome::grant),
       Reason::wrong_outcome},
      {"verifikasi", "FO", Deed("verifikasi", "accept").decree("SK-1"),
       Reason::unexpected_document},
      {"verifikasi", "FO", Deed("verifikasi", "withdraw"), Reason::wrong_role},
      {"verifikasi", "FO", Deed("verifikasi", "accept").occurred("04-06 07:00"),
       Reason::bad_occurred_at},
      {"verifikasi", "FO", Deed("verifikasi", "accept").occurred("04-06 12:00"),
       Reason::bad_occurred_at},
      {"kajian_teknis", "DT", Deed("kajian_teknis", "recommend").file("bapl"),
       Reason::missing_output},
      {"kajian_teknis", "DT",
       Deed("kajian_teknis", "not_recommend").file("bapl").file("rekomendasi"),
       Reason::missing_note},
      {"kajian_teknis", "DT", PauseVisit{"kajian_teknis", "libur", "", {}},
       Reason::unknown_pause_reason},
      {"kajian_teknis", "DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "", {}},
       Reason::missing_note},
      {"kajian_teknis", "DT", PauseVisit{"kajian_teknis", "instansi_lain", "", wita("04-06 07:00")},
       Reason::bad_until},
      {"kajian_teknis", "FO", PauseVisit{"kajian_teknis", "instansi_lain", "", {}},
       Reason::wrong_role},
      {"kajian_teknis", "DT", ResumeVisit{"kajian_teknis", ""}, Reason::not_paused},
      {"kajian_teknis", "DT", Release{"kajian_teknis", ""}, Reason::not_claimed},
      {"kajian_teknis", "BO", Claim{"kajian_teknis"}, Reason::wrong_role},
      {"persetujuan_kabid", "KB", Deed("persetujuan_kabid", "return"), Reason::missing_note},
      {"penandatanganan", "KD", Deed("penandatanganan", "sign"), Reason::missing_output},
      {"penandatanganan", "KD", Deed("penandatanganan", "sign").file("surat_keputusan"),
       Reason::missing_output},
      {"penandatanganan", "KD", Deed("penandatanganan", "refuse").file("surat_penolakan"),
       Reason::wrong_outcome},
      {"penandatanganan", "P", Deed("penandatanganan", "withdraw"), Reason::too_late_to_withdraw},
      {"penerimaan_sk", "P", Claim{"penerimaan_sk"}, Reason::wrong_role},
      {"penerimaan_sk", "P", PauseVisit{"penerimaan_sk", "instansi_lain", "", {}},
       Reason::wrong_role},
      {"penerimaan_sk", "P", Deed("penerimaan_sk", "report_error"), Reason::missing_note},
  };
  for (const Case& one : cases) {
    Office office = at_step(one.step);
    const Permit before = office.permit;
    const auto refusal = office.refusal_of(one.who, one.command);
    ASSERT_TRUE(refusal) << one.step << " " << one.who << " " << to_string(one.reason);
    EXPECT_EQ(to_string(refusal->reason()), to_string(one.reason)) << refusal->detail().english;
    EXPECT_FALSE(refusal->detail().english.empty());
    EXPECT_EQ(office.permit, before);
  }
}

TEST(Transition, ARefusalNamesEverythingThatIsMissing) {
  using Missing = std::vector<std::string>;
  EXPECT_EQ(
      at_step("kajian_teknis").refusal_of("DT", Deed("kajian_teknis", "recommend"))->missing(),
      (Missing{"bapl", "rekomendasi"}));
  EXPECT_EQ(at_step("penandatanganan")
                .refusal_of("KD", Deed("penandatanganan", "sign").file("surat_keputusan"))
                ->missing(),
            Missing{"surat_keputusan.number"});
}

TEST(Transition, AnApplicationWithoutItsRequirementsIsNotOpened) {
  Office office;
  NewPermit submission;
  const Decided decided = open_permit(submission, office.context());
  ASSERT_FALSE(decided);
  EXPECT_EQ(decided.error().reason(), Reason::missing_needs);
  EXPECT_EQ(decided.error().missing(), std::vector<std::string>{"persyaratan_izin_paud"});
}

TEST(Transition, AnApplicationCannotStartInTheFuture) {
  Office office;
  NewPermit submission;
  submission.documents = {{"persyaratan_izin_paud", "", "tenggat:1", "", ""}};
  submission.started_at = office.now() + Seconds{1};
  EXPECT_EQ(open_permit(submission, office.context()).error().reason(), Reason::bad_occurred_at);
  // Nor in the year 1, nor before there is any calendar.
  for (const char* slip : {"0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"}) {
    submission.started_at = *parse_instant(slip);
    EXPECT_EQ(open_permit(submission, office.context()).error().reason(), Reason::bad_occurred_at);
  }
}

TEST(Transition, AnEndedPermitTakesNothing) {
  Office office = at_step("penerimaan_sk");
  office.does("P", Deed("penerimaan_sk", "receive"));
  ASSERT_EQ(office.permit.state, PermitState::issued);
  EXPECT_EQ(office.tries("P", Deed("penerimaan_sk", "receive")), Reason::terminal_state);
  EXPECT_EQ(office.tries("P", Deed("", "withdraw")), Reason::terminal_state);
  EXPECT_EQ(office.tries("KB", Claim{"persetujuan_kabid"}), Reason::terminal_state);
  EXPECT_EQ(office.tries("P", Undo{}), Reason::nothing_to_undo);
}

// --- outcomes ------------------------------------------------------------------------------------

TEST(Transition, TheDraftFollowsTheReviewUnlessItSaysOtherwise) {
  struct Case {
    Deed review;
    Outcome said, expected;
  };
  for (const Case& one : {Case{recommend(), Outcome::none, Outcome::grant},
                          Case{recommend(), Outcome::refusal, Outcome::refusal},
                          Case{refuse_it(), Outcome::none, Outcome::refusal},
                          Case{refuse_it(), Outcome::grant, Outcome::grant}}) {
    Office office = at_step("kajian_teknis");
    office.does("DT", one.review);
    office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(one.said));
    EXPECT_EQ(office.permit.outcome, one.expected);
    office.bring_to("penandatanganan");
    const bool grant = one.expected == Outcome::grant;
    EXPECT_EQ(office.tries("KD", Deed("penandatanganan", grant ? "refuse" : "sign")
                                     .file("surat_penolakan")
                                     .decree("SK-1")),
              Reason::wrong_outcome);
    office.does("KD", grant ? Deed("penandatanganan", "sign").decree("SK-1")
                            : Deed("penandatanganan", "refuse").file("surat_penolakan"));
    EXPECT_EQ(office.permit.state, grant ? PermitState::active : PermitState::rejected);
    EXPECT_EQ(office.permit.case_verdict, Verdict::met);
    EXPECT_EQ(office.count<PermitClosed>(), 1);
    EXPECT_EQ(office.count<CaseMet>(), 1);
  }
}

TEST(Transition, AReturnVoidsTheOutputsOfItsStepAndLaterAndTheyStayReadable) {
  Office office = at_step("penandatanganan");
  office.does("KD", Deed("penandatanganan", "return").note("Perbaiki nama"));
  std::vector<std::string> counting;
  for (const Document& document : office.permit.documents)
    if (document.counts()) counting.push_back(document.kind);
  EXPECT_EQ(counting, (std::vector<std::string>{"persyaratan_izin_paud", "persyaratan_izin_paud",
                                                "data_elektronik", "berkas_diperiksa",
                                                "berkas_elektronik", "bapl", "rekomendasi"}));
  EXPECT_EQ(office.open(), "penyusunan_sk#2");
  EXPECT_EQ(office.count<StepReturned>("penandatanganan"), 1);
  EXPECT_EQ(office.tries("BO", Deed("penyusunan_sk", "draft")), Reason::missing_output);
}

// --- undo ----------------------------------------------------------------------------------------

// The permit as far as it counts: without the record of having changed and changed back.
Permit in_force(Permit permit) {
  permit.version = permit.events = 0;
  permit.changed_at = {};
  permit.last_action.reset();
  std::erase_if(permit.visits, [](const Visit& visit) { return visit.undone; });
  std::erase_if(permit.rungs, [&](const RaisedRung& rung) {
    return rung.visit && !permit.find_visit(rung.visit);
  });
  std::erase_if(permit.documents,
                [](const Document& document) { return document.voided_event != 0; });
  return permit;
}

TEST(Transition, AMarkNeverSupersedesAFile) {
  const auto decree = [](const Office& office) {
    const auto& documents = office.permit.documents;
    return *std::find_if(documents.begin(), documents.end(), [](const Document& document) {
      return document.kind == "surat_keputusan" && document.file;
    });
  };
  Office by_hand = at_step("penerimaan_sk"), by_itself = at_step("penerimaan_sk");
  by_hand.does("P", Deed("penerimaan_sk", "receive"));
  by_itself.at("04-20 08:00");
  for (const Office& office : {by_hand, by_itself}) {
    EXPECT_EQ(office.permit.state, PermitState::issued);
    EXPECT_FALSE(office.permit.documents.back().file);
    EXPECT_TRUE(decree(office).counts());
  }
  // A file takes the place of a file, and a mark that of a mark.
  Office mended = at_step("verifikasi");
  mended.does("FO", Deed("verifikasi", "reject").note("Lengkapi akta"));
  mended.does("P", Deed("pengajuan", "submit").file("persyaratan_izin_paud", "akta"));
  std::vector<std::string> former;
  for (const Document& document : mended.permit.documents)
    if (!document.counts()) former.push_back(document.kind + ":" + document.name);
  EXPECT_EQ(former, (std::vector<std::string>{"persyaratan_izin_paud:akta", "data_elektronik:"}));
}

TEST(Transition, AnUndoneActionIsAsIfItHadNeverBeen) {
  struct Case {
    const char* step;
    const char* who;
    Deed deed;
  };
  for (const Case& one :
       {Case{"verifikasi", "FO", Deed("verifikasi", "accept")},
        Case{"verifikasi", "FO", Deed("verifikasi", "reject").deficiency("akta", "buram")},
        Case{"penerimaan", "BO", Deed("penerimaan", "forward")},
        Case{"kajian_teknis", "DT", refuse_it()},
        Case{"penyusunan_sk", "BO",
             Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::refusal)},
        Case{"penandatanganan", "KD", Deed("penandatanganan", "return").note("x")},
        Case{"penandatanganan", "KD", Deed("penandatanganan", "sign").decree("SK-1")},
        Case{"penerimaan_sk", "P", Deed("penerimaan_sk", "report_error").note("Nama keliru")}}) {
    Office office = at_step(one.step);
    const Permit before = office.permit;
    const auto counted_before = office.counted;
    office.does(one.who, one.deed);
    const auto once = office.raised_since();
    EXPECT_NE(in_force(office.permit), in_force(before));
    office.advance_to(office.now() + minutes(1)).does(one.who, Undo{});
    EXPECT_EQ(in_force(office.permit), in_force(before)) << one.step;
    EXPECT_EQ(office.counted, counted_before) << one.step;
    // Done again it is done as before.
    office.does(one.who, one.deed);
    EXPECT_EQ(office.permit.visits.back().occurrence,
              office.permit.visits[office.permit.visits.size() - 2].occurrence);
  }
}

Office refusal_on_the_desk() {
  Office office = at_step("kajian_teknis");
  office.does("DT", refuse_it());
  office.bring_to("penandatanganan");
  return office;
}

const Command kRefuse = Deed("penandatanganan", "refuse").file("surat_penolakan");
const Command kWithdraw = Deed("", "withdraw").note("Pindah kota");

// The one way out of an end: whoever ended it takes it back, and every clock, pause, rung and count
// is as it was.
TEST(Transition, AnEndThatIsTakenBackIsAsIfItHadNeverBeen) {
  Office paused = at_step("kajian_teknis");
  paused.does("DT", Claim{"kajian_teknis"});
  paused.at("04-07 08:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah?", {}});
  Office returned = at_step("verifikasi");
  returned.does("FO", Deed("verifikasi", "reject").deficiency("akta", "buram"));
  returned.at("04-14 10:00");  // reminded once
  Office late = at_step("penerimaan");
  late.at("04-06 11:00");
  // No SOP of today opens two steps at once; what ends the permit ends all that is open.
  Office two = at_step("kajian_teknis");
  Visit other = two.visit("kajian_teknis#1");
  other.id = static_cast<int>(two.permit.visits.size()) + 1;
  other.step = "penyusunan_sk";
  other.role = "back_office";
  two.permit.visits.push_back(other);
  two.permit.pauses.push_back(
      {other.id, 1, "instansi_lain", false, two.now(), std::nullopt, std::nullopt, "BO", 0});
  two.catch_up();
  struct Case {
    const char* name;
    Office office;
    const char* who;
    const Command& command;
  };
  for (Case& one : std::vector<Case>{{"refused", refusal_on_the_desk(), "KD", kRefuse},
                                     {"before the case", at_step("verifikasi"), "P", kWithdraw},
                                     {"late", late, "P", kWithdraw},
                                     {"paused", paused, "P", kWithdraw},
                                     {"returned", returned, "P", kWithdraw},
                                     {"two at once", two, "P", kWithdraw}}) {
    SCOPED_TRACE(one.name);
    Office& office = one.office;
    const Permit before = office.permit;
    const auto counted_before = office.counted;
    office.does(one.who, one.command);
    ASSERT_TRUE(is_terminal(office.permit.state));
    EXPECT_EQ(office.open(), "");
    office.advance_to(office.now() + minutes(1));
    EXPECT_EQ(office.tries("FO", Undo{}), Reason::undo_by_other);
    office.does(one.who, Undo{});
    EXPECT_EQ(in_force(office.permit), in_force(before));
    EXPECT_EQ(office.counted, counted_before);
    EXPECT_EQ(office.tries(one.who, Undo{}), Reason::nothing_to_undo);
    // Done again, and in force for good once its time is over.
    office.does(one.who, one.command);
    EXPECT_EQ(office.count<PermitClosed>(), 1);
    office.advance_to(office.now() + minutes(2));
    EXPECT_EQ(office.tries(one.who, Undo{}), Reason::undo_window_over);
    EXPECT_TRUE(is_terminal(office.permit.state));
  }
}

TEST(Transition, AnEndIsToldOfAndCountedOnceItCannotBeTakenBack) {
  struct Case {
    Office office;
    const char* who;
    const Command& command;
    const char* text;
  };
  for (Case& one : std::vector<Case>{{refusal_on_the_desk(), "KD", kRefuse, "ditolak"},
                                     {at_step("verifikasi"), "P", kWithdraw, "ditarik"}}) {
    SCOPED_TRACE(one.text);
    Office& office = one.office;
    const auto told = [&](const Office& of) {
      return std::count_if(of.sent.begin(), of.sent.end(),
                           [&](const Sent& sent) { return sent.text == one.text; });
    };
    office.does(one.who, one.command);
    const Instant end = office.now() + minutes(2);
    for (const CountDelta& delta : office.counted) {
      if (std::holds_alternative<PermitClosed>(delta.what)) {
        EXPECT_EQ(delta.counted_from, end);
      }
    }
    Office undone = office;
    undone.advance_to(end - Seconds{1}).does(one.who, Undo{});
    undone.advance_to(end + hours(1));
    EXPECT_EQ(told(undone), 0);
    office.advance_to(end - Seconds{1});
    EXPECT_EQ(told(office), 0);
    office.advance_to(end);
    EXPECT_EQ(told(office), 1);
  }
}

TEST(Transition, WhatTheSystemDidAndAReceiptAreNotTakenBack) {
  Office received = at_step("penerimaan_sk");
  received.does("P", Deed("penerimaan_sk", "receive"));
  EXPECT_EQ(received.tries("P", Undo{}), Reason::nothing_to_undo);
  Office by_itself = at_step("penerimaan_sk");
  by_itself.at("04-20 08:00");
  ASSERT_EQ(by_itself.permit.state, PermitState::issued);
  EXPECT_EQ(by_itself.tries("P", Undo{}), Reason::nothing_to_undo);
  EXPECT_EQ(by_itself.tries("system", Undo{}), Reason::nothing_to_undo);
}

TEST(Transition, WhatATakenBackEndBringsBackRunsUnderTheCalendarOfToday) {
  Office office = at_step("kajian_teknis");
  office.at("04-10 07:30");  // 50 % is past
  const auto promised = office.permit.promised_at;
  office.does("P", kWithdraw);
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  office.raised_since();
  office.does("P", Undo{});
  EXPECT_EQ(office.permit.promised_at, office.replay("layanan").due());
  EXPECT_GT(*office.permit.promised_at, *promised);
  const auto raised = office.raised_since();
  EXPECT_TRUE(std::any_of(raised.begin(), raised.end(), [](const std::string& line) {
    return line.find("perubahan_tanggal") != std::string::npos;
  }));
}

TEST(Transition, WhatAnUndoneActionWouldHaveToldIsNotSent) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:05");
  office.sent.clear();
  office.does("FO", Deed("verifikasi", "accept"));
  office.at("04-06 08:06").does("FO", Undo{});
  office.at("04-06 12:00");
  for (const Sent& one : office.sent) {
    EXPECT_NE(one.text, "lengkap");
    EXPECT_NE(one.to, "BO");
  }
}

TEST(Transition, AnUndoIsRefusedTooLateOrToOthersOrOnceTheNextStepIsTouched) {
  Office office = at_step("penerimaan");
  EXPECT_EQ(office.tries("BO", Undo{}), Reason::undo_by_other);
  EXPECT_EQ(office.tries("KB", Undo{}), Reason::undo_by_other);
  EXPECT_FALSE(Office(office).tries("FO", Undo{}));
  {
    Office claimed = office;
    claimed.does("BO", Claim{"penerimaan"});
    EXPECT_EQ(claimed.tries("FO", Undo{}), Reason::next_visit_touched);
    claimed.does("BO", Release{"penerimaan", ""});
    EXPECT_FALSE(claimed.tries("FO", Undo{}));
  }
  {
    Office paused = office;
    paused.does("BO", PauseVisit{"penerimaan", "instansi_lain", "", {}});
    EXPECT_EQ(paused.tries("FO", Undo{}), Reason::next_visit_touched);
  }
  {
    Office acted = office;
    acted.does("BO", Deed("penerimaan", "forward"));
    EXPECT_EQ(acted.tries("FO", Undo{}), Reason::undo_by_other);
  }
  const Instant end = office.now() + minutes(2);
  EXPECT_FALSE(Office(office).advance_to(end - Seconds{1}).tries("FO", Undo{}));
  EXPECT_EQ(office.advance_to(end).tries("FO", Undo{}), Reason::undo_window_over);
}

TEST(Transition, AClockThatAnUndoBringsBackIsCaughtUpAtOnce) {
  Office office = at_step("penandatanganan");  // opened 08:06, due 08:11
  office.at("04-06 08:10:30").does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(office.visit("penandatanganan#1").verdict, Verdict::met);
  office.at("04-06 08:12").does("KD", Undo{});
  EXPECT_TRUE(office.visit("penandatanganan#1").missed_counted);
  EXPECT_EQ(office.count<StepMissed>("penandatanganan"), 1);
  EXPECT_EQ(office.sla("penandatanganan#1").status, SlaStatus::overdue);
}

TEST(Transition, ABreachStaysCountedWhenTheLateEntryThatMakesItFallAwayIsUndone) {
  Office office = at_step("verifikasi");  // due 08:10
  office.at("04-06 08:14");
  EXPECT_EQ(office.count<StepMissed>(), 1);
  office.does("FO", Deed("verifikasi", "accept").occurred("04-06 08:09"));
  EXPECT_EQ(office.count<StepMissed>(), 1);
  office.at("04-06 08:15").does("FO", Undo{});
  EXPECT_FALSE(office.visit("verifikasi#1").late);
  office.at("04-06 09:00");
  EXPECT_EQ(office.count<StepMissed>(), 1);
}

TEST(Transition, UndoGivesBackThePauseThatTheActionEndedAndThePromisedDate) {
  Office office = at_step("kajian_teknis");
  const auto promised = office.permit.promised_at;
  office.at("04-07 08:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah?", {}});
  office.at("04-07 10:00").raised_since();
  office.does("DT", recommend());
  EXPECT_EQ(*office.permit.promised_at - *promised, hours(2));
  const auto raised = office.raised_since();
  EXPECT_NE(
      std::find(raised.begin(), raised.end(),
                "kajian_teknis#1 perubahan_tanggal: applicant perubahan_tanggal promise_moved"),
      raised.end());
  office.does("DT", Undo{});
  EXPECT_EQ(office.permit.promised_at, promised);
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::paused);
  EXPECT_EQ(office.sla("layanan").due_at, std::nullopt);
}

// The hour moves with every answer; the applicant hears of it where the date does.
TEST(Transition, APauseOfMinutesIsToldOnlyWhereItMovesTheDateToAnotherDay) {
  const auto told = [](std::string_view paused, std::string_view answered) {
    Office office;
    office.at("04-06 15:30").bring_to("kajian_teknis");  // promised for 15:31 on Mon 13
    office.at(paused).does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah?", {}});
    office.at(answered).raised_since();
    office.does("P", ResumeVisit{"kajian_teknis", "Terlampir"});
    EXPECT_EQ(office.permit.promised_at, office.replay("layanan").due());
    std::vector<std::string> texts;
    for (const std::string& line : office.raised_since())
      if (line.find("applicant") != std::string::npos) texts.push_back(line);
    return texts;
  };
  const std::vector<std::string> moved{
      "kajian_teknis#1 perubahan_tanggal: applicant perubahan_tanggal promise_moved"};
  EXPECT_EQ(told("04-07 09:00", "04-07 09:05"), std::vector<std::string>{});  // 15:36
  EXPECT_EQ(told("04-07 09:00", "04-07 09:45"), moved);                       // Tue 14, 07:46
  EXPECT_EQ(told("04-07 09:00", "04-07 10:00"), moved);
}

TEST(Transition, WhatTheApplicantAnswersOrMendsIsToldAtOnce) {
  Office office = at_step("kajian_teknis");
  office.at("04-07 08:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah?", {}});
  office.at("04-07 08:04").raised_since();
  office.does("P", ResumeVisit{"kajian_teknis", "Terlampir"});
  EXPECT_EQ(office.raised_since(),
            std::vector<std::string>{
                "kajian_teknis#1 jawaban_pemohon: holder jawaban_pemohon state_changed"});
  EXPECT_TRUE(office.notices().back().urgent);
  // It holds though the clock is stopped again before it leaves, and not when the work is done.
  const Notice answer = office.notices().back();
  office.does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  EXPECT_EQ(no_longer_holds(answer, office.permit, office.sop(), office.calendar()), std::nullopt);
  office.does("DT", recommend());
  EXPECT_EQ(no_longer_holds(answer, office.permit, office.sop(), office.calendar()),
            Reason::done_before_sending);

  Office mended = at_step("verifikasi");
  EXPECT_FALSE(mended.notices().back().urgent);  // a new application waits for its group
  mended.does("FO", Deed("verifikasi", "reject").note("Lengkapi akta"));
  mended.does("P", Deed("pengajuan", "submit").note("Sudah"));
  const Notice start = mended.notices().back();
  EXPECT_EQ(start.text, "tugas_baru");
  EXPECT_TRUE(start.urgent);
  EXPECT_EQ(start.hold_until, mended.now() + minutes(2));  // it can be taken back
}

// --- claims --------------------------------------------------------------------------------------

TEST(Transition, AClaimBindsOthersUntilItIsReleased) {
  Office office = at_step("verifikasi");
  Officer second;
  second.id = "FO2";
  second.roles = {"front_office"};
  second.email = "fo2@example.go.id";
  office.people.officers.push_back(second);
  office.does("FO", Claim{"verifikasi"});
  const auto version = office.permit.version;
  office.does("FO", Claim{"verifikasi"});  // asked twice, done once
  EXPECT_EQ(office.permit.version, version);
  EXPECT_EQ(office.tries("FO2", Claim{"verifikasi"}), Reason::claimed_by_other);
  EXPECT_EQ(office.tries("FO2", Deed("verifikasi", "accept")), Reason::claimed_by_other);
  EXPECT_EQ(office.tries("FO2", Release{"verifikasi", ""}), Reason::claimed_by_other);
  const Instant claimed = *office.visit("verifikasi#1").claimed_at;
  office.does("FO", Release{"verifikasi", "Rapat"});
  EXPECT_EQ(office.notes.back().kind, "release");
  office.does("FO2", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#1").claimed_at, claimed);
}

TEST(Transition, AClaimDoesNotBindWhileItsOfficerIsAwayNorAgainstTheirDeputy) {
  Office office = at_step("verifikasi");
  office.does("FO", Claim{"verifikasi"});
  office.people.delegations.push_back({1, "FO", "BO", "plh", "2026-04-06", "2026-04-06", "1/2026"});
  office.does("BO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#1").closed_for, "FO");
  EXPECT_EQ(office.events.back().acting_for, "FO");
}

// --- recorded late -------------------------------------------------------------------------------

TEST(Transition, WorkRecordedLateCountsWhenItWasDone) {
  Office office = at_step("verifikasi");  // due 08:10
  office.at("04-06 08:40");
  EXPECT_EQ(office.count<StepMissed>("verifikasi"), 1);
  EXPECT_EQ(office.tries("FO", Deed("verifikasi", "accept").occurred("04-06 08:09")),
            Reason::missing_reason);
  office.does("FO", Deed("verifikasi", "accept").occurred("04-06 08:09").because("Jaringan putus"));
  // In time by that entry; as such it counts once a superior has confirmed it: late_entry_test.cpp.
  EXPECT_EQ(office.visit("verifikasi#1").verdict, Verdict::missed);
  EXPECT_EQ(office.count<StepMissed>("verifikasi"), 1);
  EXPECT_EQ(office.visit("verifikasi#1").elapsed, minutes(9));
  EXPECT_EQ(when(office.visit("verifikasi#1").closed_at), "04-06 08:09");
  EXPECT_EQ(when(office.permit.case_opened_at), "04-06 08:09");
  EXPECT_EQ(when(office.visit("penerimaan#1").opened_at), "04-06 08:40");
  EXPECT_TRUE(std::get<Acted>(office.events.back().what).backdated);
  EXPECT_EQ(office.notes.back().kind, "late_entry");
}

TEST(Transition, AnEntryOfAQuarterOfAnHourNeedsNoReason) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:20");
  EXPECT_FALSE(office.tries("FO", Deed("verifikasi", "accept").occurred("04-06 08:05")));
}

TEST(Transition, TheDecreeIsReceivedAtItsInstantHoweverLateThatIsRecorded) {
  Office office = at_step("penerimaan_sk", "04-06 08:00");  // opens 08:07
  office.unattended_until("04-20 11:00").catch_up();
  EXPECT_EQ(office.permit.state, PermitState::issued);
  EXPECT_EQ(when(office.visit("penerimaan_sk#1").closed_at), "04-09 08:07");
  EXPECT_EQ(office.events.back().actor, "system");
  EXPECT_EQ(when(office.events.back().at), "04-20 11:00");
}

TEST(Transition, APauseEndsByItselfAtItsInstantHoweverLateThatIsRecorded) {
  Office office = at_step("kajian_teknis");  // opens 08:02, due Fri 10 08:02
  office.at("04-07 08:02")
      .does("DT", PauseVisit{"kajian_teknis", "instansi_lain", "", wita("04-07 10:02")});
  office.unattended_until("04-08 15:00").catch_up();
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-10 10:02");
  EXPECT_EQ(office.open(), "kajian_teknis#1");
}

// --- withdrawal, correction ----------------------------------------------------------------------

TEST(Transition, AnApplicationCanBeWithdrawnUntilItLiesBeforeTheHead) {
  for (const char* step : {"verifikasi", "kajian_teknis", "persetujuan_sekretaris"}) {
    Office office = at_step(step);
    office.does("P", Deed("", "withdraw").note("Pindah kota"));
    EXPECT_EQ(office.permit.state, PermitState::withdrawn);
    EXPECT_EQ(office.permit.case_verdict, std::nullopt);
    EXPECT_EQ(office.permit.visits.back().verdict, std::nullopt);
    EXPECT_EQ(office.open(), "");
    EXPECT_EQ(office.count<PermitClosed>(), 1);
    EXPECT_EQ(office.notices().back().text, "ditarik");
  }
}

TEST(Transition, ACorrectedDecreeIsJudgedOnceAndTheApplicantIsToldOfACorrection) {
  Office office = at_step("penerimaan_sk");
  const auto verdict = office.permit.case_verdict;
  const auto closed = office.permit.case_closed_at;
  office.does("P", Deed("penerimaan_sk", "report_error").note("Nama keliru"));
  EXPECT_EQ(office.open(), "penyusunan_sk#2");
  EXPECT_EQ(office.permit.case_closed_at, closed);
  office.at("04-21 08:00");
  office.raised_since();
  office.bring_to("penandatanganan");
  office.does("KD", Deed("penandatanganan", "sign").decree("SK-2"));
  EXPECT_EQ(office.open(), "penerimaan_sk#2");
  EXPECT_EQ(office.permit.case_verdict, verdict);
  EXPECT_EQ(office.permit.case_closed_at, closed);
  EXPECT_EQ(office.permit.signings, 2);
  EXPECT_EQ(office.count<PermitClosed>(), 1);
  EXPECT_EQ(office.count<CaseMet>(), 1);
  EXPECT_EQ(office.notices().back().text, "ralat");
}

// --- lateness and pauses -------------------------------------------------------------------------

TEST(Transition, APauseCuresNoLateness) {
  Office office = at_step("verifikasi");  // due 08:10
  office.at("04-06 08:10").does("FO", PauseVisit{"verifikasi", "instansi_lain", "", {}});
  EXPECT_EQ(office.due("verifikasi#1"), "04-06 08:10");
  office.at("04-06 09:10");
  EXPECT_EQ(office.sla("verifikasi#1").status, SlaStatus::overdue);
  EXPECT_FALSE(office.sla("verifikasi#1").paused);
  EXPECT_EQ(office.permit.rungs.back().rung, "+1h");
  office.does("FO", ResumeVisit{"verifikasi", ""});
  office.does("FO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#1").verdict, Verdict::missed);
}

TEST(Transition, WhatWasPausedInTimeIsNotLateWhileItStands) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:09").does("FO", PauseVisit{"verifikasi", "instansi_lain", "", {}});
  office.at("04-08 10:00").does("FO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#1").verdict, Verdict::met);
  EXPECT_EQ(office.visit("verifikasi#1").elapsed, minutes(9));
  EXPECT_EQ(office.count<StepMissed>(), 0);
}

TEST(Transition, APauseOpenedWhenTimeIsShortIsReportedToTheSuperior) {
  Office office = at_step("verifikasi");
  const PauseVisit pause{"verifikasi", "instansi_lain", "", {}};
  office.raised_since();
  office.at("04-06 08:07:59");
  Office early = office;
  early.does("FO", pause);
  EXPECT_TRUE(early.raised_since().empty());
  office.at("04-06 08:08").does("FO", pause);  // 80 % of ten minutes
  EXPECT_EQ(
      office.raised_since(),
      std::vector<std::string>{"verifikasi#1 jeda: role:kabid_perizinan laporan paused_near_due"});
  EXPECT_EQ(office.tries("FO", pause), Reason::already_paused);
}

TEST(Transition, ASecondRejectionThatFindsSomethingNewIsReported) {
  Office office = at_step("verifikasi");
  const auto again = [&](const std::string& document) {
    office.does("FO", Deed("verifikasi", "reject").deficiency(document, "kurang"));
    const auto raised = office.raised_since();
    office.does("P", Deed("pengajuan", "submit"));
    office.raised_since();
    return std::any_of(raised.begin(), raised.end(), [](const std::string& line) {
      return line.ends_with("role:kabid_perizinan laporan new_deficiency");
    });
  };
  EXPECT_FALSE(again("akta"));
  EXPECT_FALSE(again("akta"));
  EXPECT_TRUE(again("denah"));
  EXPECT_FALSE(again("denah"));
}

TEST(Transition, AReturnedFileIsRemindedOfAfterFiveAndTenWorkingDays) {
  Office office = at_step("verifikasi");
  office.does("FO", Deed("verifikasi", "reject").note("Lengkapi akta"));
  office.at("05-15 16:00");
  std::vector<std::string> reminders;
  for (const Sent& one : office.sent)
    if (one.text == "pengingat_perbaikan") reminders.push_back(one.line());
  EXPECT_EQ(reminders, (std::vector<std::string>{"04-13 08:00 P pengingat_perbaikan",
                                                 "04-20 08:00 P pengingat_perbaikan"}));
  EXPECT_EQ(office.permit.state, PermitState::returned);  // nothing lapses by itself
}

// --- ladders at a chain's end --------------------------------------------------------------------

TEST(Transition, ALateHeadIsToldAgainWithACopyToTheSecretary) {
  Office office = at_step("penandatanganan");
  office.raised_since();
  office.at("04-06 10:00");
  const auto raised = office.raised_since();
  EXPECT_EQ(raised, (std::vector<std::string>{
                        "penandatanganan#1 due: holder terlambat rung_due",
                        "penandatanganan#1 +1h: role:kepala_dinas eskalasi chain_exhausted",
                        "penandatanganan#1 +1h: role:sekretaris eskalasi copy"}));
}

TEST(Transition, AboveTheSecretarysSuperiorThereIsNobody) {
  Office office = at_step("persetujuan_sekretaris");
  office.raised_since();
  office.at("04-07 10:00");
  EXPECT_EQ(office.raised_since(),
            (std::vector<std::string>{
                "persetujuan_sekretaris#1 due: holder terlambat rung_due",
                "persetujuan_sekretaris#1 +1h: role:kepala_dinas eskalasi rung_due",
                "persetujuan_sekretaris#1 +1d: role:kepala_dinas eskalasi chain_exhausted"}));
}

// --- standing in ---------------------------------------------------------------------------------

TEST(Transition, WhereNobodyIsOnDutyTheSuperiorMayActAndItIsMarked) {
  Office office = at_step("verifikasi");
  office.people.officers[0].leaves = {{"2026-04-06", "2026-04-06"}};
  EXPECT_EQ(office.tries("S", Deed("verifikasi", "accept")), Reason::wrong_role);
  office.does("KB", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.events.back().in_place_because, Reason::role_vacant);
}

TEST(Transition, ADeputyWhoDraftedMayApproveAndItIsMarkedAndReported) {
  Office office;
  office.people.delegations.push_back({1, "KB", "BO", "plh", "2026-04-06", "2026-04-06", "1/2026"});
  office.at("04-06 08:00").bring_to("persetujuan_kabid");
  office.raised_since();
  {
    Office by_superior = office;
    by_superior.does("S", Deed("persetujuan_kabid", "approve"));
  }
  office.does("BO", Deed("persetujuan_kabid", "approve"));
  EXPECT_EQ(office.visit("persetujuan_kabid#1").closed_for, "KB");
  EXPECT_EQ(office.events.back().in_place_because, Reason::self_approval);
  EXPECT_EQ(office.raised_since().front(),
            "persetujuan_kabid#1 self_approval: role:sekretaris laporan self_approval");
}

// --- a calendar that changes ---------------------------------------------------------------------

// "lengkap" leaves when its action can no longer be undone and says the date as it is then.
TEST(Transition, ADateThatMovesBeforeItWasToldIsNotCorrected) {
  Office office = at_step("verifikasi", "04-06 08:00");
  office.does("FO", Deed("verifikasi", "accept"));
  office.raised_since();
  const auto promised = office.permit.promised_at;
  office.at("04-06 08:01");
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_NE(office.permit.promised_at, promised);
  EXPECT_EQ(office.raised_since(), std::vector<std::string>{});
}

TEST(Transition, ABreachThatANewCalendarUndoesIsReversedAndItsRungArmedAgain) {
  Office office = at_step("kajian_teknis", "04-06 08:00");  // due Fri 10 08:02
  office.at("04-10 09:00");
  EXPECT_EQ(office.count<StepMissed>(), 1);
  const auto promised = office.permit.promised_at;
  office.raised_since();
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_EQ(office.count<StepMissed>(), 0);
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-13 08:02");
  EXPECT_NE(office.permit.promised_at, promised);
  EXPECT_EQ(office.raised_since(),
            std::vector<std::string>{
                "layanan perubahan_tanggal: applicant perubahan_tanggal promise_moved"});
  EXPECT_EQ(std::get<PromiseMoved>(office.notices().back().details).basis, "Keputusan 123/2026");
  office.at("04-13 08:03");
  const auto again = office.raised_since();
  EXPECT_NE(std::find(again.begin(), again.end(),
                      "kajian_teknis#1 due occurrence=2: holder terlambat rung_due"),
            again.end());
  EXPECT_EQ(office.count<StepMissed>(), 1);
}

TEST(Transition, AClosedVisitKeepsItsVerdictUnderANewCalendar) {
  Office office = at_step("kajian_teknis", "04-06 08:00");
  office.at("04-10 09:00").does("DT", recommend());
  EXPECT_EQ(office.visit("kajian_teknis#1").verdict, Verdict::missed);
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_EQ(office.visit("kajian_teknis#1").verdict, Verdict::missed);
  EXPECT_EQ(office.count<StepMissed>("kajian_teknis"), 1);
}

// --- reaching the applicant ----------------------------------------------------------------------

TEST(Transition, AnAnswerMayBringFilesButNoOutputOfAStep) {
  Office office = at_step("kajian_teknis");
  office.at("04-07 08:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah?", {}});
  const auto answer = [](const char* kind) {
    return ResumeVisit{"kajian_teknis", "Terlampir", {{kind, "", "tenggat:1", "", ""}}};
  };
  EXPECT_EQ(office.tries("P", answer("surat_keputusan")), Reason::unexpected_document);
  EXPECT_EQ(office.tries("DT", answer("denah")), Reason::unexpected_document);
  office.does("P", answer("persyaratan_izin_paud"));
  const Document& added = office.permit.documents.back();
  EXPECT_EQ(added.uri, "tenggat:1");
  EXPECT_EQ(added.visit, office.permit.open_visit("kajian_teknis")->id);
  EXPECT_TRUE(added.counts());
  EXPECT_FALSE(office.permit.open_pause(added.visit));
}

TEST(Transition, OnlyWhoWorksOnFilesCorrectsAContactAndSendsTheLinkAgain) {
  Office office = at_step("kajian_teknis");
  for (const char* who : {"P", "KDT"}) {
    EXPECT_EQ(office.tries(who, CorrectContact{"a@b.id", ""}), Reason::wrong_role) << who;
    EXPECT_EQ(office.tries(who, SendLink{}), Reason::wrong_role) << who;
  }
  office.does("FO", CorrectContact{"a@b.id", "628123456789"});
  EXPECT_TRUE(std::holds_alternative<ContactCorrected>(office.events.back().what));
  const auto version = office.permit.version;
  office.raised_since();
  office.does("FO", SendLink{});
  office.does("FO", SendLink{});
  EXPECT_EQ(office.permit.version, version);  // what others have before them is not stale by it
  EXPECT_EQ(
      office.raised_since(),
      (std::vector<std::string>{"layanan tautan_lacak: applicant tautan_lacak link_asked_for",
                                "layanan tautan_lacak: applicant tautan_lacak link_asked_for"}));
}

// --- the record ----------------------------------------------------------------------------------

TEST(Transition, EventsAreGaplessAndEachNoteIsOfOne) {
  Office office = at_step("verifikasi");
  office.does("FO", Deed("verifikasi", "reject").note("Kurang").deficiency("akta", "buram"));
  office.does("P", Deed("pengajuan", "submit").note("Sudah"));
  office.does("FO", Claim{"verifikasi"});
  office.does("FO", Release{"verifikasi", "dipanggil rapat"});
  office.at("04-06 08:30");
  for (std::size_t i = 0; i < office.events.size(); ++i)
    EXPECT_EQ(office.events[i].sequence, static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(office.permit.events, static_cast<std::int64_t>(office.events.size()));
  EXPECT_EQ(office.notes.size(), 4U);
  for (const NewNote& note : office.notes) {
    ASSERT_GE(note.event, 1);
    EXPECT_LE(note.event, office.permit.events);
  }
}

}  // namespace
}  // namespace tenggat::testing
