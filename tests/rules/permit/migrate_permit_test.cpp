// An open permit moves to another version of its SOP: consumed time goes along, what is closed
// stays as it was.
#include <chrono>

#include "rules/permit/time_spent.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::minutes;
using Lines = std::vector<std::string>;

Sop review_of(const std::string& days, const std::string& total) {
  return paud_with({{"total: 4d 1h 18m", "total: " + total},
                    {"kelengkapan: [berkas_elektronik]\n    waktu: 4d",
                     "kelengkapan: [berkas_elektronik]\n    waktu: " + days}});
}

// kajian_teknis opens Mon 6 08:02, due Fri 10 08:02, 50 % Wed 8 08:02.
Office at_the_review() {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  return office;
}

TEST(MigratePermit, TheOpenVisitGoesOnWithTheTimeItHasConsumed) {
  Office office = at_the_review();
  office.at("04-07 10:00");
  office.raised_since();
  const std::size_t events = office.events.size();
  const std::int64_t version = office.permit.version;
  EXPECT_FALSE(office.migrate(review_of("3d", "3d 1h 18m"), "SOP 2026"));
  EXPECT_EQ(office.permit.sop_version, office.sop().version);
  EXPECT_NE(office.permit.sop_version, paud().version);
  EXPECT_EQ(office.permit.version, version + 1);
  EXPECT_EQ(office.events.size(), events + 1);
  EXPECT_TRUE(std::holds_alternative<SopMigrated>(office.events.back().what));
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, minutes(418 + 150));
  EXPECT_EQ(office.sla("kajian_teknis#1").standard, budget("3d"));
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-09 08:02");
  EXPECT_EQ(office.raised_since(), Lines{});  // nothing is told twice, no date has moved
  // What was closed was judged by its own standard.
  EXPECT_EQ(office.tries("BO", Undo{}), Reason::nothing_to_undo);
}

TEST(MigratePermit, ClosedVisitsKeepWhatTheyWereJudgedBy) {
  Office office = at_the_review();
  const Sop shorter = paud_with({{"total: 4d 1h 18m", "total: 4d 1h 17m"},
                                 {"output: [{berkas_diperiksa: tanda}]",
                                  "output: "
                                  "[{berkas_diperiksa: "
                                  "tanda}]"},
                                 {"pelaksana: back_office\n    kelengkapan: [berkas_diperiksa]\n"
                                  "    waktu: 10m",
                                  "pelaksana: back_office\n    kelengkapan: [berkas_diperiksa]\n"
                                  "    waktu: 9m"}});
  EXPECT_FALSE(office.migrate(shorter, "SOP 2026"));
  EXPECT_EQ(office.sla("penerimaan#1").standard, budget("10m"));
  EXPECT_EQ(office.sla("penerimaan#1").due_at, wita("04-06 08:11"));
  EXPECT_FALSE(recomputed_visit(office.permit, office.visit("penerimaan#1"), office.sop(),
                                office.calendar()));
}

TEST(MigratePermit, ARungToComeAgainIsArmedAndABreachThatFallsAwayIsReversed) {
  Office office = at_the_review();
  office.at("04-10 08:02:01");
  EXPECT_EQ(office.count<StepMissed>(), 1);
  office.raised_since();
  EXPECT_FALSE(office.migrate(review_of("8d", "8d 1h 18m"), "SOP 2026"));
  EXPECT_EQ(office.count<StepMissed>(), 0);
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-16 08:02");
  // 30 of 60 hours were consumed: 50 % stands, the others are to come again.
  Lines armed;
  for (const RaisedRung& rung : office.permit.rungs)
    if (rung.rearmed) armed.push_back(rung.rung);
  EXPECT_EQ(armed, (Lines{"80%", "due"}));
  EXPECT_EQ(office.raised_since(), Lines{});
  office.at("04-16 08:02:01");
  EXPECT_EQ(office.count<StepMissed>(), 1);
}

TEST(MigratePermit, ThePromisedDateThatMovesIsToldOnceWithItsReason) {
  Office office = at_the_review();
  office.raised_since();
  EXPECT_FALSE(office.migrate(paud_with({{"nama: Izin Penyelenggaraan PAUD\n  waktu: 5d",
                                          "nama: Izin Penyelenggaraan PAUD\n  waktu: 6d"}}),
                              "perubahan standar pelayanan"));
  EXPECT_EQ(office.raised_since(),
            Lines{"layanan perubahan_tanggal: applicant perubahan_tanggal promise_moved"});
  EXPECT_EQ(std::get<PromiseMoved>(office.notices().back().details).basis,
            "perubahan standar pelayanan");
  EXPECT_EQ(when(office.permit.promised_at), "04-14 08:01");
}

// PAUD without the secretary's approval.
Sop without_the_secretary() {
  SourceFile file = paud_file();
  const auto from = file.text.find("  - id: persetujuan_sekretaris");
  const auto to = file.text.find("  - id: penandatanganan");
  const auto name = file.text.find("  draft_sk_sekretaris:");
  const auto next_name = file.text.find("  surat_keputusan: {label");
  return paud_with({{"total: 4d 1h 18m", "total: 4d 1h 13m"},
                    {file.text.substr(from, to - from), ""},
                    {file.text.substr(name, next_name - name), ""},
                    {"approve: {ke: persetujuan_sekretaris,", "approve: {ke: penandatanganan,"},
                    {"kelengkapan: [draft_sk_sekretaris]", "kelengkapan: [draft_sk_kabid]"}});
}

TEST(MigratePermit, AStepThatIsGoneRefusesThePermitThatIsOpenThere) {
  Office office;
  office.at("04-06 08:00").bring_to("persetujuan_sekretaris");
  const Permit before = office.permit;
  const auto refusal = office.migrate(without_the_secretary(), "SOP 2026");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason(), Reason::step_gone);
  EXPECT_EQ(refusal->missing(), Lines{"persetujuan_sekretaris"});
  EXPECT_EQ(office.permit, before);

  office.at("04-06 08:06").does("S", Deed("persetujuan_sekretaris", "approve"));
  EXPECT_FALSE(office.migrate(without_the_secretary(), "SOP 2026"));
  EXPECT_EQ(office.sla("persetujuan_sekretaris#1").elapsed, minutes(1));  // still readable
  EXPECT_EQ(office.visit("persetujuan_sekretaris#1").verdict, Verdict::met);
  office.at("04-06 08:08").does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(office.open(), "penerimaan_sk#1");
}

TEST(MigratePermit, AnotherRolesWorkIsNobodysUntilItIsClaimed) {
  Office office = at_the_review();
  office.does("DT", Claim{"kajian_teknis"});
  EXPECT_FALSE(office.migrate(paud_with({{"pelaksana: dinas_teknis\n    kelengkapan",
                                          "pelaksana: kepala_dinas_teknis\n    kelengkapan"}}),
                              "SOP 2026"));
  EXPECT_EQ(office.visit("kajian_teknis#1").role, "kepala_dinas_teknis");
  EXPECT_EQ(office.visit("kajian_teknis#1").assignee, "");
  EXPECT_EQ(office.tries("KDT", Claim{"kajian_teknis"}), std::nullopt);
}

TEST(MigratePermit, AShorterBoundEndsAPauseNowAndNotInThePast) {
  Office office = at_the_review();
  office.at("04-06 09:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  office.at("04-10 10:00");
  EXPECT_FALSE(office.migrate(paud_with({{"paling_lama: 5d", "paling_lama: 2d"}}), "SOP 2026"));
  EXPECT_EQ(when(office.permit.pauses[0].to), "04-10 10:00");
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, minutes(58));
}

// PAUD without the pause `instansi_lain`.
Sop without_other_agencies() {
  const std::string text = paud_file().text;
  const auto from = text.find("  instansi_lain:\n");
  return paud_with({{text.substr(from, text.find("\n\n", from) - from + 1), ""}});
}

TEST(MigratePermit, AReasonThatIsGoneRefusesThePermitWhoseClockStandsForIt) {
  Office office = at_the_review();
  office.at("04-06 09:00").does("DT", PauseVisit{"kajian_teknis", "instansi_lain", "", {}});
  const Permit before = office.permit;
  const auto refusal = office.migrate(without_other_agencies(), "SOP 2026");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(to_string(refusal->reason()), "pause_reason_gone");
  EXPECT_EQ(refusal->missing(), Lines{"instansi_lain"});
  EXPECT_EQ(office.permit, before);
  // Once the clock runs again there is nothing to lose: whose time it was stays known.
  office.at("04-07 09:00").does("DT", ResumeVisit{"kajian_teknis", ""});
  EXPECT_FALSE(office.migrate(without_other_agencies(), "SOP 2026"));
  EXPECT_EQ(
      time_by_party(office.permit, office.sop(), office.calendar(), office.now()).other_agency.wall,
      std::chrono::hours(24));
}

// Two steps have other ids.
Sop renamed() {
  SourceFile file = paud_file();
  const auto replace_all = [&](const std::string& from, const std::string& to) {
    for (auto at = file.text.find(from); at != std::string::npos;
         at = file.text.find(from, at + to.size()))
      file.text.replace(at, from.size(), to);
  };
  replace_all("penandatanganan", "pengesahan");
  replace_all("verifikasi", "pemeriksaan");
  Sop sop = load_sop(file).value();
  sop.version = "renamed";
  return sop;
}

TEST(MigratePermit, AStepThatWasRenamedKeepsWhatItMeant) {
  Office office;
  office.at("04-06 08:00").bring_to("penandatanganan");
  office.at("04-06 13:00").does("KD", Deed("penandatanganan", "return").note("nomor keliru"));
  ASSERT_EQ(office.open(), "penyusunan_sk#2");
  EXPECT_EQ(office.tries("P", Deed("", "withdraw")), Reason::too_late_to_withdraw);
  EXPECT_FALSE(office.migrate(renamed(), "SOP 2026"));
  // The head had the file on the table, whatever that step is called now.
  EXPECT_EQ(office.tries("P", Deed("", "withdraw")), Reason::too_late_to_withdraw);
  EXPECT_EQ(office.sla("verifikasi#1").status, SlaStatus::met);
  EXPECT_EQ(office.sla("verifikasi#1").remaining.has_value(), true);
}

TEST(MigratePermit, TheSameVersionAndAClosedPermitAreLeftAlone) {
  Office office = at_the_review();
  const std::size_t events = office.events.size();
  EXPECT_FALSE(office.migrate(review_of("3d", "3d 1h 18m"), "SOP 2026"));
  EXPECT_FALSE(office.migrate(review_of("3d", "3d 1h 18m"), "SOP 2026"));
  EXPECT_EQ(office.events.size(), events + 1);
  Office over;
  over.at("04-06 08:00").submit();
  over.does("P", Deed("", "withdraw"));
  const Permit closed = over.permit;
  EXPECT_FALSE(over.migrate(review_of("3d", "3d 1h 18m"), "SOP 2026"));
  EXPECT_EQ(over.permit, closed);
}

}  // namespace
}  // namespace tenggat::testing
