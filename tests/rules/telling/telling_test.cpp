// Whether a notice still holds when it is to leave, who is told, who asked for silence. Source:
// docs/reference.md, Notices and messages.
#include "rules/telling/telling.h"

#include <fmt/format.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

// A permit at kajian_teknis, its visit 4, Mon 6 April 08:02; due Fri 10 08:02.
Office at_the_review() {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  return office;
}

Notice rung(int visit, std::string_view kind, const char* raised, int k = 1) {
  Notice notice;
  notice.visit = visit;
  notice.kind = NoticeKind::parse(kind);
  notice.k = k;
  notice.text = "terlambat";
  notice.raised_at = wita(raised);
  return notice;
}

std::string fails(const Office& office, const Notice& notice) {
  const auto reason = no_longer_holds(notice, office.permit, office.sop(), office.calendar());
  return reason ? std::string(to_string(*reason)) : "holds";
}

TEST(Telling, ANoticeOfAnOpenVisitHoldsWhileItsClockRuns) {
  Office office = at_the_review();
  const int review = office.visit("kajian_teknis#1").id;
  const Notice half = rung(review, "50%", "04-08 08:02");
  const Notice start = rung(review, "start", "04-06 08:02");
  EXPECT_EQ(fails(office, half), "holds");
  office.at("04-08 09:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  EXPECT_EQ(fails(office, half), "paused");
  EXPECT_EQ(fails(office, start), "holds");
  office.at("04-08 10:00").does("DT", ResumeVisit{"kajian_teknis", ""});
  EXPECT_EQ(fails(office, half), "holds");
  office.at("04-08 11:00")
      .does("DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"));
  EXPECT_EQ(fails(office, half), "done_before_sending");
  office.at("04-08 11:01").does("DT", Undo{});
  EXPECT_EQ(fails(office, half), "holds");
  EXPECT_EQ(fails(office, rung(office.permit.visits.back().id, "start", "04-08 11:00")), "undone");
}

TEST(Telling, ANoticeOfTheCaseHoldsWhileTheCaseRuns) {
  Office office = at_the_review();
  Notice alarm = rung(0, "80%", "04-09 15:00");
  alarm.audience = Audience::superior;
  alarm.addressee = {Addressee::Kind::role, "kabid_perizinan"};
  EXPECT_EQ(fails(office, alarm), "holds");
  office.at("04-08 09:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "mohon denah", {}});
  EXPECT_EQ(fails(office, alarm), "paused");
  office.at("04-08 09:30").does("P", ResumeVisit{"kajian_teknis", "ini"});
  office.bring_to("penerimaan_sk");
  EXPECT_EQ(fails(office, alarm), "done_before_sending");
}

TEST(Telling, ARungThatIsArmedAgainIsNotToldForItsFirstTime) {
  Office office = at_the_review();
  office.at("04-08 08:02");
  const Notice half = rung(office.visit("kajian_teknis#1").id, "50%", "04-08 08:02");
  EXPECT_EQ(fails(office, half), "holds");
  office.apply_calendar(banjarbaru_after_the_flood(), "Banjir");
  EXPECT_EQ(fails(office, half), "rearmed");
}

TEST(Telling, AReportHoldsForWhatItReports) {
  Office office = at_the_review();
  Notice report = rung(office.visit("kajian_teknis#1").id, "jeda", "04-08 09:00", 9);
  report.text = "laporan";
  EXPECT_EQ(fails(office, report), "done_before_sending");  // it runs again
  report.kind = {NoticeKind::Of::new_deficiency};
  EXPECT_EQ(fails(office, report), "undone");  // of a closing that was taken back
  report.kind = {NoticeKind::Of::escalated};
  EXPECT_EQ(fails(office, report), "holds");
  office.at("04-08 09:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  report.kind = {NoticeKind::Of::pause};
  EXPECT_EQ(fails(office, report), "holds");
  report.kind = {NoticeKind::Of::escalated};
  EXPECT_EQ(fails(office, report), "holds");  // also while the clock stands
}

TEST(Telling, WhatApplicantsAreToldHoldsWhileItIsSo) {
  Office office = at_the_review();
  Notice told = rung(office.visit("kajian_teknis#1").id, "tahap", "04-06 08:02");
  told.audience = Audience::applicant;
  told.text = "tahap";
  EXPECT_EQ(fails(office, told), "holds");
  told.text = "klarifikasi";
  EXPECT_EQ(fails(office, told), "done_before_sending");
  told.text = "diterima";
  EXPECT_EQ(fails(office, told), "holds");
  told.visit = 0;
  told.text = "terlambat_pemohon";
  EXPECT_EQ(fails(office, told), "holds");
  office.bring_to("penerimaan_sk");
  EXPECT_EQ(fails(office, told), "done_before_sending");
}

TEST(Telling, OnlyRepeatsAreAcknowledgedAndOnlyUntilItIsTimeToLookAgain) {
  Office office = at_the_review();
  office.at("04-13 09:00").does("DT", Acknowledge{"kajian_teknis", "cuaca", "banjir"});
  const int review = office.visit("kajian_teknis#1").id;
  struct Case {
    const char *kind, *raised;
    int k;
    const char* says;
  };
  for (const Case& one : {
           Case{"+1d", "04-14 08:02", 2, "acknowledged"},
           Case{"+1d", "04-13 08:02", 2, "acknowledged"},  // raised before, not sent yet
           Case{"+1d", "04-13 08:02", 1, "holds"},         // the superior's first word of it
           Case{"due", "04-14 08:02", 1, "holds"},
           Case{"+1d", "04-14 09:00", 2, "holds"},        // the time to look again
           Case{"escalated", "04-13 10:00", 2, "holds"},  // asked for
       })
    EXPECT_EQ(fails(office, rung(review, one.kind, one.raised, one.k)), one.says)
        << one.kind << " k=" << one.k << " " << one.raised;
}

// --- silences ------------------------------------------------------------------------------------

Silence silence(Silence::Kind kind, std::string subject, const char* from, const char* until) {
  static std::int64_t ids = 0;
  return {++ids, kind, std::move(subject), wita(from), wita(until), "kepala tata usaha", "rapat"};
}

TEST(Silence, HoldsAPersonAStepOrAPermitFromItsStartToItsEnd) {
  using Kind = Silence::Kind;
  const Office office = at_the_review();
  const int review = office.visit("kajian_teknis#1").id;
  struct Case {
    Kind kind;
    const char* subject;
    int visit;
    const char *officer, *now;
    bool held;
  };
  for (const Case& one : {
           Case{Kind::officer, "DT", review, "DT", "04-08 08:00", true},
           Case{Kind::officer, "DT", review, "DT", "04-08 11:59:59", true},
           Case{Kind::officer, "DT", review, "DT", "04-08 07:59:59", false},
           Case{Kind::officer, "DT", review, "DT", "04-08 12:00", false},
           Case{Kind::officer, "DT", review, "KDT", "04-08 08:00", false},
           Case{Kind::officer, "DT", 0, "DT", "04-08 08:00", true},
           Case{Kind::step, "paud.kajian_teknis", review, "KDT", "04-08 08:00", true},
           Case{Kind::step, "paud.verifikasi", review, "KDT", "04-08 08:00", false},
           Case{Kind::step, "imb.kajian_teknis", review, "KDT", "04-08 08:00", false},
           Case{Kind::step, "paud.kajian_teknis", 0, "KB", "04-08 08:00", false},  // of the case
           Case{Kind::permit, "1", review, "KDT", "04-08 08:00", true},
           Case{Kind::permit, "1", 0, "KB", "04-08 08:00", true},
           Case{Kind::permit, "2", 0, "KB", "04-08 08:00", false},
       }) {
    const std::vector<Silence> all{silence(one.kind, one.subject, "04-08 08:00", "04-08 12:00")};
    const Notice notice = rung(one.visit, "due", "04-08 08:00");
    EXPECT_EQ(silenced(notice, office.permit, one.officer, all, wita(one.now)) != nullptr, one.held)
        << to_string(one.kind) << " " << one.subject << " " << one.officer << " " << one.now;
  }
}

TEST(Silence, NeverHoldsWhatAnApplicantIsOwed) {
  const Office office = at_the_review();
  const std::vector<Silence> all{silence(Silence::Kind::permit, "1", "04-08 08:00", "04-08 12:00")};
  Notice notice = rung(0, "terlambat_pemohon", "04-08 08:00");
  notice.audience = Audience::applicant;
  EXPECT_EQ(silenced(notice, office.permit, "", all, wita("04-08 09:00")), nullptr);
}

TEST(Silence, OfSeveralTheLongestCounts) {
  const Office office = at_the_review();
  const std::vector<Silence> all{
      silence(Silence::Kind::permit, "1", "04-08 08:00", "04-08 12:00"),
      silence(Silence::Kind::officer, "DT", "04-08 08:00", "04-08 16:00"),
      silence(Silence::Kind::officer, "DT", "04-08 08:00", "04-08 11:00")};
  const Notice notice = rung(office.visit("kajian_teknis#1").id, "due", "04-08 08:00");
  EXPECT_EQ(when(silenced(notice, office.permit, "DT", all, wita("04-08 09:00"))->until),
            "04-08 16:00");
  EXPECT_EQ(when(silenced(notice, office.permit, "KDT", all, wita("04-08 09:00"))->until),
            "04-08 12:00");
  EXPECT_EQ(silenced("KDT", all, wita("04-08 09:00")), nullptr);
  EXPECT_EQ(when(silenced("DT", all, wita("04-08 09:00"))->until), "04-08 16:00");
}

// The report of what somebody did goes past them, also where the superior's duty is theirs by
// letter.
TEST(Telling, AReportNeverGoesToTheOneItIsAbout) {
  const auto told = [](const Office& office, Reason reason) {
    std::string names;
    for (const Notice& notice : office.notices()) {
      if (notice.reason != reason) continue;
      EXPECT_EQ(no_longer_holds(notice, office.permit, office.sop(), office.calendar()),
                std::nullopt);
      for (const Recipient& one : recipients_of(notice, office.permit, office.context()))
        names += one.officer + " " + std::string(to_string(one.why)) + ";";
    }
    return names;
  };
  const auto stands_in = [](long id, const char* from, const char* to) {
    return Delegation{id, from, to, "plh", "2026-04-01", "2026-04-30", "800/1"};
  };
  Office approved;
  approved.people.delegations = {stands_in(1, "KB", "BO"), stands_in(2, "S", "BO")};
  approved.at("04-06 08:00").bring_to("persetujuan_kabid");
  approved.does("BO", Deed("persetujuan_kabid", "approve"));  // their own draft
  EXPECT_EQ(told(approved, Reason::self_approval), "KD self_approval;");
  approved.people.delegations.pop_back();
  EXPECT_EQ(told(approved, Reason::self_approval), "S on_duty;");
  approved.people.delegations = {stands_in(1, "S", "BO"), stands_in(2, "KD", "BO")};
  EXPECT_EQ(told(approved, Reason::self_approval), "");  // waits until there is somebody else

  Office rejected;
  rejected.people.delegations = {stands_in(1, "KB", "FO")};
  rejected.at("04-06 08:00").bring_to("verifikasi");
  for (const char* wanting : {"akta", "denah"}) {
    rejected.does("FO", Deed("verifikasi", "reject").deficiency(wanting, "buram"));
    rejected.does("P", Deed("pengajuan", "submit"));
  }
  EXPECT_EQ(told(rejected, Reason::new_deficiency), "S self_approval;");
}

TEST(Telling, SaysWhyANoticeHasNotLeftYet) {
  Office office = at_the_review();
  office.at("04-08 08:02");
  Notice half = rung(office.visit("kajian_teknis#1").id, "50%", "04-08 08:02");
  half.addressee = {Addressee::Kind::holder, ""};
  EXPECT_EQ(why_pending(half, office.permit, office.context()), Reason::not_due);
  office.people.silences = {silence(Silence::Kind::officer, "DT", "04-08 08:00", "04-08 12:00")};
  EXPECT_EQ(why_pending(half, office.permit, office.context()), Reason::silenced);
  office.people.silences.clear();
  office.people.officers.clear();
  EXPECT_EQ(why_pending(half, office.permit, office.context()), Reason::nobody_on_duty);
  office.permit.find_visit(half.visit)->closed_at = office.now();
  EXPECT_EQ(why_pending(half, office.permit, office.context()), Reason::done_before_sending);
}

}  // namespace
}  // namespace tenggat::testing
