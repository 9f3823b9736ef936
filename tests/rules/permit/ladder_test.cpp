// Ladders as data: every rung, every target, urgency, repeats, a step's own rungs, the case's, and
// the reason each notice was raised with. Source: docs/reference.md, PAUD.
#include "rules/permit/ladder.h"

#include <fmt/format.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

// PAUD whose verifikasi has rungs of its own.
Sop with_rungs(const std::string& rungs) {
  return paud_with({{"    tangga: menit\n    aksi:\n      accept",
                     "    tangga: menit\n    eskalasi:\n" + rungs + "    aksi:\n      accept"}});
}
Office of(Sop sop) {
  Office office(shipped_calendar(), std::move(sop));
  office.at("04-06 08:00").submit();
  office.raised_since();
  return office;
}
Faults faults_of(const std::string& from, const std::string& to) {
  SourceFile file = paud_file();
  file.text.replace(file.text.find(from), from.size(), to);
  const auto sop = load_sop(file);
  return sop ? Faults{} : sop.error();
}

TEST(Ladder, TheMinutesLadderGoesUpRungByRung) {
  Office office;
  office.at("04-06 08:00").submit();
  EXPECT_EQ(office.raised_since(),
            (Lines{"pengajuan#1 diterima: applicant diterima state_changed",
                   "verifikasi#1 start: role:front_office tugas_baru rung_due"}));
  office.at("04-06 08:10");
  EXPECT_EQ(office.raised_since(), Lines{"verifikasi#1 due: holder terlambat rung_due"});
  office.at("04-06 09:10");
  EXPECT_EQ(office.raised_since(),
            Lines{"verifikasi#1 +1h: role:kabid_perizinan eskalasi rung_due"});
  office.at("04-14 16:00");
  EXPECT_EQ(office.raised_since(), (Lines{"verifikasi#1 +1d: role:sekretaris eskalasi rung_due",
                                          "verifikasi#1 +1d k=2: role:sekretaris eskalasi rung_due",
                                          "verifikasi#1 +1d k=3: role:sekretaris eskalasi rung_due",
                                          "verifikasi#1 +1d k=4: role:sekretaris eskalasi rung_due",
                                          "verifikasi#1 +1d k=5: role:sekretaris eskalasi "
                                          "rung_due"}));
}

TEST(Ladder, TheDaysLadderTellsTheCopyFromTheFirstSuperiorOn) {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.raised_since();
  office.at("04-13 08:02");
  EXPECT_EQ(office.raised_since(),
            (Lines{"kajian_teknis#1 50%: holder pengingat rung_due",
                   "kajian_teknis#1 80%: holder pengingat rung_due",
                   "layanan 80%: role:kabid_perizinan alarm_layanan rung_due",
                   "kajian_teknis#1 due: holder terlambat rung_due",
                   "kajian_teknis#1 due: role:kepala_dinas_teknis eskalasi rung_due",
                   "kajian_teknis#1 due: role:kabid_perizinan eskalasi copy",
                   "layanan due: role:kabid_perizinan alarm_layanan rung_due",
                   "layanan terlambat_pemohon: applicant terlambat_pemohon case_missed",
                   "kajian_teknis#1 +1d: role:kepala_dinas eskalasi rung_due",
                   "kajian_teknis#1 +1d: role:kabid_perizinan eskalasi copy"}));
}

TEST(Ladder, TheCaseHasALadderOfItsOwn) {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.at("04-13 08:02");
  office.raised_since();
  office.at("04-14 08:01");
  EXPECT_EQ(office.raised_since(), Lines{"layanan +1d: role:kepala_dinas alarm_layanan rung_due"});
}

TEST(Ladder, AtTheChainsEndItsLastMemberIsToldAgain) {
  Office office = of(with_rungs("      - {pada: +2h, kepada: [superior(4)]}\n"));
  office.at("04-06 10:10");
  EXPECT_EQ(office.raised_since().back(),
            "verifikasi#1 +2h: role:kepala_dinas eskalasi chain_exhausted");
}

TEST(Ladder, WhereThereIsNoSuperiorTheRoleIsToldAgainAndItsCopyToo) {
  Office office;
  office.at("04-06 08:00").bring_to("penandatanganan");
  office.raised_since();
  office.at("04-06 10:00");
  EXPECT_EQ(office.raised_since(),
            (Lines{"penandatanganan#1 due: holder terlambat rung_due",
                   "penandatanganan#1 +1h: role:kepala_dinas eskalasi chain_exhausted",
                   "penandatanganan#1 +1h: role:sekretaris eskalasi copy"}));
}

TEST(Ladder, EveryTargetIsTold) {
  struct Case {
    const char *step, *rung;
    Lines raised;
  };
  for (const Case& one : {
           Case{"verifikasi", "role", {"role:front_office terlambat rung_due"}},
           Case{"verifikasi", "assignee", {"holder terlambat rung_due"}},
           Case{"verifikasi", "superior", {"role:kabid_perizinan eskalasi rung_due"}},
           Case{"verifikasi", "superior(2)", {"role:sekretaris eskalasi rung_due"}},
           Case{"verifikasi", "superior(3)", {"role:kepala_dinas eskalasi rung_due"}},
           Case{"verifikasi", "pengawas", {"role:pengawas eskalasi rung_due"}},
           Case{"verifikasi", "applicant", {"applicant tahap rung_due"}},
       }) {
    Office office = of(with_rungs(fmt::format("      - {{pada: +30m, kepada: [{}]}}\n", one.rung)));
    office.at("04-06 08:40");
    Lines expected;
    for (const std::string& raised : one.raised) expected.push_back("verifikasi#1 +30m: " + raised);
    Lines told = office.raised_since();
    told.erase(told.begin());  // due
    EXPECT_EQ(told, expected) << one.rung;
  }
}

TEST(Ladder, ACopyMayBeToldByItself) {
  Office office(
      shipped_calendar(),
      paud_with({{"- {pada: 50%, kepada: [assignee]}", "- {pada: 50%, kepada: [copy]}"}}));
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.raised_since();
  office.at("04-08 08:02");
  EXPECT_EQ(office.raised_since(),
            Lines{"kajian_teknis#1 50%: role:kabid_perizinan eskalasi copy"});
  const Faults faults =
      faults_of("- {pada: +1h, kepada: [superior]}", "- {pada: +1h, kepada: [copy]}");
  ASSERT_FALSE(faults.empty());
  EXPECT_NE(
      faults.front().to_string().find("goes to copy, and the role 'front_office' has no tembusan"),
      std::string::npos)
      << faults.front().to_string();
}

TEST(Ladder, AStepsOwnRungsReplaceThoseOfTheSameInstantAndStandBesideTheOthers) {
  Office office =
      of(with_rungs("      - {pada: due, kepada: [assignee, superior]}\n"
                    "      - {pada: 50%, kepada: [assignee]}\n"));
  office.at("04-06 09:10");
  EXPECT_EQ(office.raised_since(),
            (Lines{"verifikasi#1 50%: holder pengingat rung_due",
                   "verifikasi#1 due: holder terlambat rung_due",
                   "verifikasi#1 due: role:kabid_perizinan eskalasi rung_due",
                   "verifikasi#1 +1h: role:kabid_perizinan eskalasi rung_due"}));
  // The ladder they came from is as it was for the other steps.
  EXPECT_EQ(office.sop().step("penerimaan").ladder, "menit");
}

TEST(Ladder, AnUrgentRungWaitsForNothingButOfficeHours) {
  Office office = of(with_rungs("      - {pada: +1h, kepada: [superior], mendesak: true}\n"));
  office.at("04-06 09:10");
  const Notice urgent = office.notices().back();
  EXPECT_TRUE(urgent.urgent);
  EXPECT_EQ(urgent.reason, Reason::rung_due);
  EXPECT_EQ(when(ready_at(urgent, office.rules)), "04-06 09:10");
  Notice usual = urgent;
  usual.urgent = false;
  EXPECT_EQ(when(ready_at(usual, office.rules)), "04-06 09:12");
}

TEST(Ladder, TheCasesApplicantIsToldOnlyAfterItsDate) {
  Office office(shipped_calendar(),
                paud_with({{"  - {pada: +1d, kepada: [kepala_dinas]}",
                            "  - {pada: +1d, kepada: [kepala_dinas, applicant]}"}}));
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.at("04-13 08:02");
  office.raised_since();
  office.at("04-14 08:01");
  EXPECT_EQ(office.raised_since(), (Lines{"layanan +1d: role:kepala_dinas alarm_layanan rung_due",
                                          "layanan +1d: applicant terlambat_pemohon rung_due"}));
  const Faults faults = faults_of("  - {pada: due, kepada: [kabid_perizinan]}",
                                  "  - {pada: due, kepada: [applicant]}");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_NE(faults.front().to_string().find("after the due instant"), std::string::npos);
}

TEST(Ladder, WhatAVacantRoleWouldHaveBeenToldIsRecordedAndCounted) {
  Office office;
  office.at("04-06 08:00");
  office.people.officers[0].whatsapp.clear();  // FO: on duty, without a channel
  office.submit();
  EXPECT_EQ(office.events.back().redirected,
            (std::vector<Redirected>{{"front_office", Reason::nobody_reachable}}));
  EXPECT_EQ(office.count<NoticeRedirected>("verifikasi"), 1);
  office.people.officers[0].leaves = {{"2026-04-06", "2026-04-06"}};
  office.at("04-06 08:10");
  EXPECT_EQ(office.events.back().redirected,
            (std::vector<Redirected>{{"front_office", Reason::role_vacant}}));
  EXPECT_EQ(office.count<NoticeRedirected>("verifikasi"), 2);
}

TEST(Ladder, TheLadderAVisitBeganUnderStaysItsOwn) {
  Office office;
  office.at("04-06 08:00").submit();
  const std::string version = office.permit.sop_version;
  // A later version is for later permits: this one is pinned to its own.
  EXPECT_NE(with_rungs("      - {pada: +30m, kepada: [superior]}\n").version, version);
  office.at("04-06 08:20");
  office.raised_since();
  // An operator may move it: what is past is not raised anew, what is to come goes by the new one.
  EXPECT_FALSE(
      office.migrate(with_rungs("      - {pada: +30m, kepada: [superior]}\n"), "SOP 2026"));
  EXPECT_EQ(office.raised_since(), Lines{});
  office.at("04-06 08:40");
  EXPECT_EQ(office.raised_since(),
            Lines{"verifikasi#1 +30m: role:kabid_perizinan eskalasi rung_due"});
}

}  // namespace
}  // namespace tenggat::testing
