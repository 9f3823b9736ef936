// The first acceptance test, agreed before the code: one permit, minute by minute. Banjarbaru,
// WITA, April 2026 (3 April is a day off). Every fact of the table stands here.
#include <chrono>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Lines = std::vector<std::string>;

constexpr auto met = Verdict::met;
constexpr auto missed = Verdict::missed;

Delegation bo_is_plh_of_kb() {
  return {1, "KB", "BO", "plh", "2026-04-13", "2026-04-15", "800/12/DPMPTSP"};
}

TEST(Walkthrough, OnePermitMinuteByMinute) {
  Office office;
  const auto raised = [&](const Lines& lines) { EXPECT_EQ(office.raised_since(), lines); };

  // Thu 2
  office.at("04-02 14:00").submit("04-02 13:20");
  EXPECT_EQ(office.permit.state, PermitState::active);
  EXPECT_EQ(office.permit.number, "PAUD-2026-00417");
  EXPECT_EQ(office.visit("pengajuan#1").elapsed, minutes(40));
  EXPECT_EQ(office.visit("pengajuan#1").verdict, std::nullopt);
  EXPECT_EQ(office.open(), "verifikasi#1");
  EXPECT_EQ(office.due("verifikasi#1"), "04-02 14:10");
  EXPECT_FALSE(office.permit.case_opened_at);
  raised({"pengajuan#1 diterima: applicant diterima state_changed",
          "verifikasi#1 start: role:front_office tugas_baru rung_due"});

  office.at("04-02 14:08")
      .does("FO", Deed("verifikasi", "reject").deficiency("akta", "tidak terbaca"));
  EXPECT_EQ(office.permit.state, PermitState::returned);
  EXPECT_EQ(office.visit("verifikasi#1").verdict, met);
  EXPECT_EQ(office.visit("verifikasi#1").elapsed, minutes(8));
  EXPECT_EQ(office.open(), "pengajuan#2");
  EXPECT_EQ(office.sla("pengajuan#2").due_at, std::nullopt);
  EXPECT_EQ(office.sla("pengajuan#2").status, std::nullopt);
  raised({"verifikasi#1 dikembalikan: applicant dikembalikan state_changed"});

  office.at("04-02 15:46")
      .does("P", Deed("pengajuan", "submit").file("persyaratan_izin_paud", "akta", "tenggat:3"));
  EXPECT_EQ(office.permit.state, PermitState::active);
  EXPECT_EQ(office.open(), "verifikasi#2");
  EXPECT_EQ(office.due("verifikasi#2"), "04-02 15:56");
  EXPECT_NE(office.permit.documents[1].superseded_event, 0);
  EXPECT_EQ(office.permit.documents[1].uri, "tenggat:2");  // and stays readable
  raised({"pengajuan#2 perbaikan_diterima: applicant perbaikan_diterima state_changed",
          "verifikasi#2 start: holder tugas_baru rung_due"});

  office.at("04-02 15:55").does("FO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#2").verdict, met);
  EXPECT_EQ(office.visit("verifikasi#2").elapsed, minutes(9));
  EXPECT_EQ(when(office.permit.case_opened_at), "04-02 15:55");
  EXPECT_EQ(office.due("layanan"), "04-10 16:25");
  EXPECT_EQ(when(office.permit.promised_at), "04-10 16:25");
  EXPECT_EQ(office.legal_limit(), "04-10 16:25");
  EXPECT_EQ(office.due("penerimaan#1"), "04-06 07:35");
  raised({"verifikasi#2 lengkap: applicant lengkap state_changed",
          "penerimaan#1 start: role:back_office tugas_baru rung_due"});

  // Mon 6
  office.at("04-06 07:34").does("BO", Deed("penerimaan", "forward"));
  EXPECT_EQ(office.visit("penerimaan#1").verdict, met);
  EXPECT_EQ(office.visit("penerimaan#1").elapsed, minutes(9));
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-10 07:34");
  EXPECT_EQ(office.share("kajian_teknis#1", 50), "04-08 07:34");
  EXPECT_EQ(office.share("kajian_teknis#1", 80), "04-09 09:04");
  EXPECT_EQ(office.share("layanan", 80), "04-09 15:55");
  raised({"kajian_teknis#1 start: role:dinas_teknis tugas_baru rung_due",
          "kajian_teknis#1 tahap: applicant tahap state_changed"});

  // Tue 7
  office.at("04-07 10:00").does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}});
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, hours(9) + minutes(56));
  EXPECT_EQ(office.sla("kajian_teknis#1").remaining, hours(20) + minutes(4));
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::paused);
  EXPECT_EQ(office.due("kajian_teknis#1"), "none");
  EXPECT_EQ(office.due("layanan"), "04-10 16:25");  // the case runs on
  raised({});

  // Wed 8
  office.at("04-08 09:00").does("DT", ResumeVisit{"kajian_teknis", ""});
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-10 15:34");
  EXPECT_EQ(office.share("kajian_teknis#1", 50), "04-08 15:04");
  EXPECT_EQ(office.share("kajian_teknis#1", 80), "04-10 08:04");
  raised({});

  office.at("04-08 15:04");
  raised({"kajian_teknis#1 50%: holder pengingat rung_due"});

  // Thu 9
  office.at("04-09 10:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Mohon denah lokasi", {}});
  EXPECT_EQ(office.sla("kajian_teknis#1").remaining, hours(11) + minutes(34));
  EXPECT_EQ(office.sla("layanan").remaining, hours(12) + minutes(25));
  EXPECT_EQ(office.sla("layanan").due_at, std::nullopt);  // no date is shown
  raised({"kajian_teknis#1 klarifikasi: applicant klarifikasi state_changed"});

  office.at("04-09 11:00").apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_EQ(office.sla("kajian_teknis#1").elapsed, hours(12) + minutes(26));
  EXPECT_EQ(office.sla("kajian_teknis#1").remaining, hours(17) + minutes(34));
  EXPECT_EQ(office.sla("layanan").elapsed, hours(17) + minutes(35));
  EXPECT_EQ(office.sla("layanan").remaining, hours(19) + minutes(55));
  EXPECT_EQ(office.legal_limit(), "04-13 15:55");
  EXPECT_TRUE(std::holds_alternative<CalendarApplied>(office.events.back().what));
  raised({});  // no date is promised while stopped

  // Mon 13
  office.at("04-13 00:00").people.delegations.push_back(bo_is_plh_of_kb());
  office.at("04-13 08:00").does("P", ResumeVisit{"kajian_teknis", "Denah terlampir"});
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-15 10:34");
  EXPECT_EQ(office.due("layanan"), "04-15 13:55");
  EXPECT_EQ(when(office.permit.promised_at), "04-15 13:55");
  EXPECT_EQ(office.share("kajian_teknis#1", 50), "04-13 10:34");
  EXPECT_EQ(office.share("kajian_teknis#1", 80), "04-14 13:04");
  EXPECT_EQ(office.share("layanan", 80), "04-14 13:55");
  raised({"kajian_teknis#1 jawaban_pemohon: holder jawaban_pemohon state_changed",
          "kajian_teknis#1 perubahan_tanggal: applicant perubahan_tanggal promise_moved"});

  office.at("04-13 10:34");
  raised({"kajian_teknis#1 50% occurrence=2: holder pengingat rung_due"});

  // Tue 14
  office.at("04-14 13:03:59");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::on_track);
  office.at("04-14 13:04");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::due_soon);
  EXPECT_EQ(office.sla("layanan").status, SlaStatus::on_track);
  raised({"kajian_teknis#1 80%: holder pengingat rung_due"});
  office.at("04-14 13:55");
  EXPECT_EQ(office.sla("layanan").status, SlaStatus::due_soon);
  raised({"layanan 80%: role:kabid_perizinan alarm_layanan rung_due"});

  // Wed 15
  office.at("04-15 10:34");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::due_soon);
  EXPECT_EQ(office.count<StepMissed>(), 0);
  raised({"kajian_teknis#1 due: holder terlambat rung_due",
          "kajian_teknis#1 due: role:kepala_dinas_teknis eskalasi rung_due",
          "kajian_teknis#1 due: role:kabid_perizinan eskalasi copy"});
  office.at("04-15 10:34:01");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::overdue);
  EXPECT_EQ(office.count<StepMissed>("kajian_teknis"), 1);

  office.at("04-15 13:55");
  EXPECT_EQ(when(office.estimated()), "04-16 14:20");  // 1d + 25m
  EXPECT_EQ(office.count<CaseMissed>(), 0);
  raised({"layanan due: role:kabid_perizinan alarm_layanan rung_due"});
  office.at("04-15 13:55:01");
  EXPECT_EQ(office.count<CaseMissed>(), 1);
  EXPECT_EQ(office.sla("layanan").status, SlaStatus::overdue);
  raised({"layanan terlambat_pemohon: applicant terlambat_pemohon case_missed"});

  office.at("04-15 15:00")
      .does("DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"));
  EXPECT_EQ(office.visit("kajian_teknis#1").verdict, missed);
  EXPECT_EQ(office.count<StepMissed>(), 1);  // counted once
  EXPECT_EQ(office.due("penyusunan_sk#1"), "04-15 15:10");
  raised({"penyusunan_sk#1 start: role:back_office tugas_baru rung_due"});

  office.at("04-15 15:08")
      .does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::grant));
  EXPECT_EQ(office.due("persetujuan_kabid#1"), "04-15 15:13");
  const auto told = resolve_holder(office.visit("persetujuan_kabid#1"), paud(), office.people,
                                   office.context().today());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].officer, "S");
  EXPECT_EQ(told[0].why, Reason::self_approval);
  raised({"persetujuan_kabid#1 start: role:kabid_perizinan tugas_baru rung_due"});

  office.at("04-15 15:12").does("KB", Deed("persetujuan_kabid", "approve"));
  EXPECT_EQ(office.due("persetujuan_sekretaris#1"), "04-15 15:17");
  office.at("04-15 15:16").does("S", Deed("persetujuan_sekretaris", "return").note("Nama keliru"));
  EXPECT_EQ(office.due("penyusunan_sk#2"), "04-15 15:26");
  Lines voided;  // and still readable
  for (const Document& document : office.permit.documents)
    if (document.voided_event == office.permit.last_action->event) voided.push_back(document.kind);
  EXPECT_EQ(voided, (Lines{"draft_sk", "draft_sk_kabid"}));

  office.at("04-15 15:24").does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
  EXPECT_EQ(office.permit.outcome, Outcome::grant);
  EXPECT_EQ(office.due("persetujuan_kabid#2"), "04-15 15:29");
  office.at("04-15 15:28").does("KB", Deed("persetujuan_kabid", "approve"));
  EXPECT_EQ(office.due("persetujuan_sekretaris#2"), "04-15 15:33");
  office.raised_since();
  office.at("04-15 15:33");
  raised({"persetujuan_sekretaris#2 due: holder terlambat rung_due"});
  EXPECT_EQ(office.count<StepMissed>("persetujuan_sekretaris"), 0);
  office.at("04-15 15:33:01");
  EXPECT_EQ(office.count<StepMissed>("persetujuan_sekretaris"), 1);

  office.at("04-15 15:39").does("S", Deed("persetujuan_sekretaris", "approve"));
  EXPECT_EQ(office.visit("persetujuan_sekretaris#2").verdict, missed);
  EXPECT_EQ(office.due("penandatanganan#1"), "04-15 15:44");
  EXPECT_EQ(office.count<PermitClosed>(), 0);

  office.at("04-15 15:43").does("KD", Deed("penandatanganan", "sign").decree("421.1/88/2026"));
  EXPECT_EQ(office.visit("penandatanganan#1").verdict, met);
  EXPECT_EQ(office.permit.case_verdict, missed);
  EXPECT_EQ(when(office.permit.case_closed_at), "04-15 15:43");
  EXPECT_EQ(office.count<CaseMissed>(), 1);
  EXPECT_EQ(office.count<CaseMet>(), 0);
  EXPECT_EQ(office.count<PermitClosed>(), 1);  // terbit
  EXPECT_EQ(office.counted.back().what, Counted(PermitClosed{PermitState::issued}));
  EXPECT_EQ(office.open(), "penerimaan_sk#1");
  EXPECT_EQ(office.sla("penerimaan_sk#1").due_at, std::nullopt);
  const auto next = upcoming(office.permit, paud(), office.calendar());
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].kind, Timed::Kind::automatic_action);
  EXPECT_EQ(when(next[0].at), "04-20 15:43");

  // Thu 16
  office.at("04-16 10:00").does("P", Deed("penerimaan_sk", "receive"));
  EXPECT_EQ(office.permit.state, PermitState::issued);
  EXPECT_EQ(office.open(), "");
  EXPECT_TRUE(upcoming(office.permit, paud(), office.calendar()).empty());

  office.at("04-24 16:00");
  const Lines expected = {
      "04-02 14:02 FO tugas_baru",
      "04-02 14:02 P diterima",
      "04-02 14:10 P dikembalikan",
      "04-02 15:48 FO tugas_baru",
      "04-02 15:48 P perbaikan_diterima",
      "04-02 15:57 BO tugas_baru",
      "04-02 15:57 P lengkap",
      "04-06 07:30 BO daftar_pagi",
      "04-06 07:36 DT tugas_baru",
      "04-06 07:36 P tahap",
      "04-07 07:30 DT daftar_pagi",
      "04-08 07:30 DT daftar_pagi (dijeda)",
      "04-08 15:06 DT pengingat",
      "04-09 07:30 DT daftar_pagi",
      "04-09 10:02 P klarifikasi",
      "04-10 07:30 DT daftar_pagi (dijeda)",
      "04-13 07:30 DT daftar_pagi (dijeda)",
      "04-13 08:00 DT jawaban_pemohon",
      "04-13 08:00 P perubahan_tanggal",
      "04-13 10:36 DT pengingat",
      "04-14 07:30 DT daftar_pagi",
      "04-14 13:06 DT pengingat",
      "04-14 13:57 BO/Plh. KB alarm_layanan",
      "04-15 07:30 DT daftar_pagi",
      "04-15 10:36 BO/Plh. KB eskalasi",
      "04-15 10:36 DT terlambat",
      "04-15 10:36 KDT eskalasi",
      "04-15 13:55:01 P terlambat_pemohon",
      "04-15 13:57 BO/Plh. KB alarm_layanan",
      "04-15 15:02 BO tugas_baru",
      "04-15 15:10 S tugas_baru",
      "04-15 15:14 S tugas_baru",
      "04-15 15:18 BO tugas_baru",
      "04-15 15:26 S tugas_baru",
      "04-15 15:30 S tugas_baru",
      "04-15 15:41 KD tugas_baru",
      "04-15 15:45 P terbit",
  };
  EXPECT_EQ(office.messages(), expected);
  EXPECT_EQ(office.dropped, Lines{"holder due done_before_sending"});

  // Never raised, for their visits were closed before.
  for (const RaisedRung& rung : office.permit.rungs) {
    EXPECT_NE(rung.rung, "+1h");
    EXPECT_NE(rung.rung, "+1d");
  }
}

TEST(Walkthrough, AStepLeftAloneClimbsItsLadderToTheEnd) {
  Office office;
  office.at("04-06 07:30").bring_to("kajian_teknis");  // opens 07:32, due Fri 10 07:32
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-10 07:32");
  EXPECT_EQ(office.due("layanan"), "04-13 07:31");
  office.raised_since();

  office.at("05-29 16:00");
  const Lines rungs = {
      "kajian_teknis#1 50%: holder pengingat rung_due",
      "kajian_teknis#1 80%: holder pengingat rung_due",
      "layanan 80%: role:kabid_perizinan alarm_layanan rung_due",
      "kajian_teknis#1 due: holder terlambat rung_due",
      "kajian_teknis#1 due: role:kepala_dinas_teknis eskalasi rung_due",
      "kajian_teknis#1 due: role:kabid_perizinan eskalasi copy",
      "layanan due: role:kabid_perizinan alarm_layanan rung_due",
      "layanan terlambat_pemohon: applicant terlambat_pemohon case_missed",
      "kajian_teknis#1 +1d: role:kepala_dinas eskalasi rung_due",
      "kajian_teknis#1 +1d: role:kabid_perizinan eskalasi copy",
      "layanan +1d: role:kepala_dinas alarm_layanan rung_due",
      "kajian_teknis#1 +1d k=2: role:kepala_dinas eskalasi rung_due",
      "kajian_teknis#1 +1d k=2: role:kabid_perizinan eskalasi copy",
      "kajian_teknis#1 +1d k=3: role:kepala_dinas eskalasi rung_due",
      "kajian_teknis#1 +1d k=3: role:kabid_perizinan eskalasi copy",
      "kajian_teknis#1 +1d k=4: role:kepala_dinas eskalasi rung_due",
      "kajian_teknis#1 +1d k=4: role:kabid_perizinan eskalasi copy",
      "kajian_teknis#1 +1d k=5: role:kepala_dinas eskalasi rung_due",
      "kajian_teknis#1 +1d k=5: role:kabid_perizinan eskalasi copy",
  };
  EXPECT_EQ(office.raised_since(), rungs);

  Lines instants;
  for (const RaisedRung& rung : office.permit.rungs)
    if (rung.visit == 0 || rung.visit == office.visit("kajian_teknis#1").id) {
      EXPECT_EQ(rung.raised_at, rung.due_at);
      instants.push_back(std::string(rung.visit ? "" : "layanan ") + rung.rung + " k" +
                         std::to_string(rung.k) + " " + when(rung.due_at));
    }
  const Lines expected = {
      "start k1 04-06 07:32",       "50% k1 04-08 07:32",         "80% k1 04-09 09:02",
      "layanan 80% k1 04-10 07:31", "due k1 04-10 07:32",         "layanan due k1 04-13 07:31",
      "+1d k1 04-13 07:32",         "layanan +1d k1 04-14 07:31", "+1d k2 04-14 07:32",
      "+1d k3 04-15 07:32",         "+1d k4 04-16 07:32",         "+1d k5 04-17 07:32",
  };
  EXPECT_EQ(instants, expected);
  EXPECT_TRUE(upcoming(office.permit, paud(), office.calendar()).empty());
  EXPECT_EQ(office.count<StepMissed>("kajian_teknis"), 1);
  EXPECT_EQ(office.count<CaseMissed>(), 1);
  EXPECT_EQ(office.count<SuperiorTold>("kajian_teknis"), 6);
}

}  // namespace
}  // namespace tenggat::testing
