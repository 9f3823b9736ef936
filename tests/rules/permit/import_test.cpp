// Files that an office moves in with: what comes of a row, and of a whole history, at true times.
#include "rules/permit/import.h"

#include "rules/permit/why.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

PastFile file_at(const std::string& step, std::string_view submitted, std::string_view accepted,
                 std::string_view opened) {
  PastFile past;
  past.permit.id = 7;
  past.permit.number = "PAUD-2026-00417";
  past.permit.subject = "TK Melati";
  past.submitted_at = wita(submitted);
  if (!accepted.empty()) past.accepted_at = wita(accepted);
  past.step = step;
  past.step_opened_at = wita(opened);
  return past;
}

Decision imported(const PastFile& past, const Office& office) {
  auto decided = import_file(past, office.context());
  if (!decided) {
    for (const PastFault& one : decided.error())
      ADD_FAILURE() << one.at << ": " << one.what.english;
    return {};
  }
  return *std::move(decided);
}

std::vector<std::string> faults(const PastFile& past, const Office& office) {
  std::vector<std::string> all;
  if (const auto decided = import_file(past, office.context()); !decided)
    for (const PastFault& one : decided.error()) all.push_back(one.at + ": " + one.what.indonesian);
  return all;
}

TEST(Import, ClocksRunFromTheTrueTimesAndNothingIsToldOrCounted) {
  Office office;
  office.at("04-09 09:00");
  const Decision decision =
      imported(file_at("kajian_teknis", "04-01 08:00", "04-01 10:00", "04-01 11:00"), office);
  const Permit& p = decision.after;
  EXPECT_TRUE(decision.notices.empty());
  EXPECT_TRUE(decision.counts.empty());
  ASSERT_EQ(decision.events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Imported>(decision.events.front().what));
  EXPECT_EQ(p.events, 1);
  EXPECT_EQ(p.imported_at, office.now());
  // As if it had come through this program.
  Office lived;
  lived.at("04-01 08:00").submit();
  lived.at("04-01 10:00").does("FO", Deed("verifikasi", "accept"));
  lived.at("04-01 11:00").does("BO", Deed("penerimaan", "forward"));
  const Visit& visit = *p.open_visit("kajian_teknis");
  const Projection here = project(p, paud(), shipped_calendar());
  const Projection there = project(lived.permit, paud(), shipped_calendar());
  EXPECT_EQ(here.case_due_at, there.case_due_at);
  EXPECT_EQ(here.legal_due_at, there.legal_due_at);
  EXPECT_EQ(when(Replay(*visit_ledger(p, visit, paud()), shipped_calendar()).due()),
            lived.due("kajian_teknis#1"));
  // What has come due since is on the books.
  EXPECT_TRUE(visit.missed_counted);
  EXPECT_EQ(p.promised_at, here.case_due_at);
  EXPECT_TRUE(std::all_of(p.rungs.begin(), p.rungs.end(), [&](const RaisedRung& rung) {
    return rung.raised_at == office.now() && rung.due_at <= office.now();
  }));
  for (const RungStory& story : rung_stories(p, paud(), shipped_calendar(), office.now()))
    if (story.raised_at) {
      EXPECT_EQ(story.reason, Reason::imported) << story.rung;
    }
  EXPECT_GT(here.next_check_at, office.now());  // later rungs run
}

TEST(Import, WhatComesLaterIsToldAsOfAnyFile) {
  Office office;
  office.at("04-09 09:00");
  Permit p =
      imported(file_at("kajian_teknis", "04-06 08:00", "04-06 08:05", "04-06 08:10"), office).after;
  const auto next = project(p, paud(), shipped_calendar()).next_check_at;
  ASSERT_TRUE(next);
  EXPECT_EQ(when(next), "04-09 09:40");  // 80 % of four days
  Context context = office.context();
  context.now = *next;
  const Decision later = catch_up(p, context);
  ASSERT_FALSE(later.notices.empty());
  EXPECT_EQ(later.notices.front().kind.name, "80%");
}

TEST(Import, AFileWithItsApplicantStandsAndIsReturned) {
  Office office;
  office.at("04-09 09:00");
  const Permit p = imported(file_at("pengajuan", "04-06 08:00", "", "04-07 08:00"), office).after;
  EXPECT_EQ(p.state, PermitState::returned);
  EXPECT_EQ(label(*p.open_visit("pengajuan")), "pengajuan#2");
  EXPECT_FALSE(p.case_opened_at);
  const Permit sent_back = imported(
                               [] {
                                 PastFile past = file_at("", "04-06 08:00", "", "04-07 08:00");
                                 past.state = PermitState::returned;
                                 return past;
                               }(),
                               office)
                               .after;
  EXPECT_EQ(sent_back.state, PermitState::returned);
}

TEST(Import, ItCanBeWorkedOnToItsEnd) {
  Office office;
  office.at("04-09 09:00");
  office.permit =
      imported(file_at("penyusunan_sk", "04-06 08:00", "04-06 08:05", "04-09 08:50"), office).after;
  EXPECT_EQ(office.permit.outcome, Outcome::grant);
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::grant));
  office.does("KB", Deed("persetujuan_kabid", "approve"));
  office.does("S", Deed("persetujuan_sekretaris", "approve"));
  office.does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(office.permit.case_verdict, Verdict::met);
}

TEST(Import, AnEndedFileKeepsItsVerdict) {
  Office office;
  office.at("04-20 09:00");
  PastFile past = file_at("", "04-01 08:00", "04-01 10:00", "04-13 09:00");
  past.state = PermitState::issued;
  past.ended_at = wita("04-13 10:00");
  const Permit p = imported(past, office).after;
  EXPECT_EQ(p.state, PermitState::issued);
  EXPECT_EQ(p.case_verdict, Verdict::missed);
  EXPECT_EQ(when(p.case_closed_at), "04-13 09:00");
  EXPECT_EQ(p.signings, 1);
  past.state = PermitState::rejected;
  past.step_opened_at.reset();
  past.ended_at = wita("04-02 09:00");
  const Permit refused = imported(past, office).after;
  EXPECT_EQ(refused.state, PermitState::rejected);
  EXPECT_EQ(refused.case_verdict, Verdict::met);
  EXPECT_FALSE(refused.visits.back().verdict);  // how long it took is not known
}

TEST(Import, AHistoryGivesTheDurationsThatItsCommandsGave) {
  Office lived;
  lived.at("04-01 08:00").submit();
  lived.at("04-01 08:07").does("FO", Deed("verifikasi", "reject").note("kurang"));
  lived.at("04-02 09:00").does("P", Deed("pengajuan", "submit"));
  lived.at("04-02 09:08").does("FO", Deed("verifikasi", "accept"));
  lived.at("04-02 09:30").does("BO", Deed("penerimaan", "forward"));
  lived.at("04-06 08:00").does("DT", PauseVisit{"kajian_teknis", "instansi_lain", "", {}});
  lived.at("04-07 08:00").does("DT", ResumeVisit{"kajian_teknis", "", {}});
  lived.at("04-08 10:00")
      .does("DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"));
  lived.at("04-09 09:00");
  PastFile past;
  past.permit.number = "PAUD-2026-00001";
  past.submitted_at = wita("04-01 08:00");
  past.step = "penyusunan SK";
  past.visits = {{.step = "verifikasi", .closed_at = wita("04-01 08:07"), .by = "FO"},
                 {.step = "pengajuan", .closed_at = wita("04-02 09:00")},
                 {.step = "verifikasi", .closed_at = wita("04-02 09:08"), .by = "FO"},
                 {.step = "penerimaan", .closed_at = wita("04-02 09:30"), .by = "BO"},
                 {.step = "kajian_teknis",
                  .closed_at = wita("04-08 10:00"),
                  .action = "recommend",
                  .by = "DT"}};
  past.pauses = {{"kajian_teknis", "instansi_lain", wita("04-06 08:00"), wita("04-07 08:00")}};
  const Permit p = imported(past, lived).after;
  ASSERT_EQ(p.visits.size(), lived.permit.visits.size());
  for (std::size_t i = 0; i < p.visits.size(); ++i) {
    const Visit &here = p.visits[i], &there = lived.permit.visits[i];
    EXPECT_EQ(label(here), label(there));
    EXPECT_EQ(here.action, there.action);
    EXPECT_EQ(here.opened_at, there.opened_at);
    EXPECT_EQ(here.closed_at, there.closed_at);
    EXPECT_EQ(here.elapsed, there.elapsed);
    EXPECT_EQ(here.due_at, there.due_at);
    EXPECT_EQ(here.verdict, there.verdict);
  }
  EXPECT_EQ(p.outcome, Outcome::grant);
  EXPECT_EQ(project(p, paud(), shipped_calendar()).case_due_at,
            project(lived.permit, paud(), shipped_calendar()).case_due_at);
}

TEST(Import, FaultsAreNamedTogetherInTheOperatorsWords) {
  Office office;
  office.at("04-09 09:00");
  PastFile past = file_at("kajian", "04-06 08:00", "04-05 08:00", "05-01 08:00");
  EXPECT_EQ(faults(past, office).size(), 3U);
  past = file_at("kajian_teknis", "04-06 08:00", "", "04-07 08:00");
  past.assignee = "tidak ada";
  EXPECT_EQ(faults(past, office),
            std::vector<std::string>{
                "accepted_at: berkas di tahap `kajian_teknis` tentu sudah dinyatakan lengkap: "
                "waktunya belum diisi, padahal waktu layanan dihitung sejak itu"});
  past.accepted_at = wita("04-06 09:00");
  EXPECT_EQ(faults(past, office),
            std::vector<std::string>{"assignee: petugas `tidak ada` tidak dikenal; daftarkan lebih "
                                     "dahulu (`tenggat officer add`)"});
  past.assignee = "DT";
  past.visits = {{.step = "verifikasi", .closed_at = wita("04-06 08:07"), .action = "terima"}};
  EXPECT_EQ(faults(past, office).front().substr(0, 16), "visits/0/action:");
  past.visits = {{.step = "penerimaan", .closed_at = wita("04-06 08:07")}};
  EXPECT_EQ(faults(past, office).front(),
            "visits/0/step: menurut riwayatnya berkas tidak berada di tahap `penerimaan` saat itu; "
            "berkas berada di: verifikasi");
}

}  // namespace
}  // namespace tenggat::testing
