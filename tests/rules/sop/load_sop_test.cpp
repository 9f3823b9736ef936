// paud.yaml against the table of docs/reference.md, PAUD, field by field; then each fault a file
// can have.
#include "rules/sop/load_sop.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Names = std::vector<std::string>;

std::string kind_of(const Output& output) {
  return output.kind + (output.numbered ? " numbered" : output.file ? " file" : " mark");
}

std::string kinds_of(const std::vector<Output>& outputs) {
  std::string text;
  for (const Output& output : outputs) text += (text.empty() ? "" : ", ") + kind_of(output);
  return text;
}

// "reject -> pengajuan (returned, note or deficiencies, backward)"
std::string say(const ActionRule& action) {
  using Note = ActionRule::Note;
  Names marks;
  if (action.state != PermitState::active) marks.emplace_back(to_string(action.state));
  if (action.note == Note::required) marks.emplace_back("note");
  if (action.note == Note::note_or_deficiencies) marks.emplace_back("note or deficiencies");
  if (action.sets_outcome != Outcome::none)
    marks.push_back(fmt::format("sets {}", to_string(action.sets_outcome)));
  if (action.chooses_outcome) marks.emplace_back("chooses");
  if (action.only_for != Outcome::none)
    marks.push_back(fmt::format("only a {}", to_string(action.only_for)));
  if (action.automatic_after)
    marks.push_back(fmt::format("automatic {}", action.automatic_after->to_string()));
  if (action.backward) marks.emplace_back("backward");
  if (action.beyond_sop) marks.emplace_back("beyond");
  return fmt::format("{} -> {} ({})", action.id, action.to.empty() ? "" : action.to.front().step,
                     fmt::join(marks, ", "));
}

TEST(LoadSop, PaudIsTheTableOfTheReference) {
  struct Row {
    const char *id, *role, *standard;
    Names needs;
    const char *outputs, *ladder;
    Names actions;
  };
  const std::vector<Row> table = {
      {"pengajuan",
       "pemohon",
       "30m",
       {"persyaratan_izin_paud"},
       "data_elektronik mark",
       "",
       {"submit -> verifikasi ()"}},
      {"verifikasi",
       "front_office",
       "10m",
       {"data_elektronik"},
       "berkas_diperiksa mark",
       "menit",
       {"accept -> penerimaan ()",
        "reject -> pengajuan (returned, note or deficiencies, backward)"}},
      {"penerimaan",
       "back_office",
       "10m",
       {"berkas_diperiksa"},
       "berkas_elektronik mark",
       "menit",
       {"forward -> kajian_teknis ()"}},
      {"kajian_teknis",
       "dinas_teknis",
       "4d",
       {"berkas_elektronik"},
       "bapl file, rekomendasi file",
       "hari",
       {"recommend -> penyusunan_sk (sets grant)",
        "not_recommend -> penyusunan_sk (note, sets refusal, beyond)"}},
      {"penyusunan_sk",
       "back_office",
       "10m",
       {"bapl", "rekomendasi"},
       "draft_sk file",
       "menit",
       {"draft -> persetujuan_kabid (chooses)"}},
      {"persetujuan_kabid",
       "kabid_perizinan",
       "5m",
       {"draft_sk"},
       "draft_sk_kabid mark",
       "menit",
       {"approve -> persetujuan_sekretaris ()",
        "return -> penyusunan_sk (note, backward, beyond)"}},
      {"persetujuan_sekretaris",
       "sekretaris",
       "5m",
       {"draft_sk_kabid"},
       "draft_sk_sekretaris mark",
       "menit",
       {"approve -> penandatanganan ()", "return -> penyusunan_sk (note, backward, beyond)"}},
      {"penandatanganan",
       "kepala_dinas",
       "5m",
       {"draft_sk_sekretaris"},
       "surat_keputusan numbered",
       "menit",
       {"sign -> penerimaan_sk (only a grant)", "refuse ->  (rejected, only a refusal, beyond)",
        "return -> penyusunan_sk (note, backward, beyond)"}},
      {"penerimaan_sk",
       "pemohon",
       "3m",
       {"surat_keputusan"},
       "surat_keputusan mark",
       "",
       {"receive ->  (issued, automatic 3d, beyond)",
        "report_error -> penyusunan_sk (note, backward, beyond)"}},
  };
  ASSERT_EQ(paud().steps.size(), table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Row& row = table[i];
    const Step& step = paud().steps[i];
    SCOPED_TRACE(row.id);
    EXPECT_EQ(step.number, static_cast<int>(i) + 1);
    EXPECT_EQ(step.id, row.id);
    EXPECT_EQ(step.role, row.role);
    EXPECT_EQ(step.standard.to_string(), row.standard);
    EXPECT_EQ(step.needs, row.needs);
    EXPECT_EQ(kinds_of(step.outputs), row.outputs);
    EXPECT_EQ(step.ladder, row.ladder);
    EXPECT_FALSE(step.clock_from_claim);
    EXPECT_EQ(step.tells_stage, step.id == "kajian_teknis");
    Names actions;
    for (const ActionRule& action : step.actions) actions.push_back(say(action));
    EXPECT_EQ(actions, row.actions);
  }
  EXPECT_EQ(kinds_of(paud().step("penandatanganan").find_action("refuse")->outputs),
            "surat_penolakan file");
  EXPECT_EQ(paud().steps[0].mend_reminders, (std::vector<Budget>{budget("5d"), budget("10d")}));
}

TEST(LoadSop, PaudHasTheHeadOfTheContract) {
  const Sop& sop = paud();
  EXPECT_EQ(sop.id, "paud");
  EXPECT_EQ(sop.calendar, "banjarbaru");
  EXPECT_EQ(sop.number_format.print(2026, 4, 417), "PAUD-2026-00417");
  EXPECT_EQ(sop.total->to_string(), "4d 1h 18m");
  EXPECT_EQ(sop.case_standard.to_string(), "5d");
  EXPECT_EQ(sop.case_starts, (Trigger{"verifikasi", "accept"}));
  EXPECT_EQ(sop.case_ends,
            (std::vector<Trigger>{{"penandatanganan", "sign"}, {"penandatanganan", "refuse"}}));
  EXPECT_EQ(sop.legal.limit.to_string(), "5d");
  EXPECT_EQ(sop.legal.starts, (Trigger{"verifikasi", "accept"}));
  EXPECT_FALSE(sop.legal.pauses);
  EXPECT_FALSE(sop.legal.basis.empty());
  EXPECT_FALSE(sop.legal.remark.empty());
  EXPECT_EQ(sop.head, "kepala_dinas");
  ASSERT_TRUE(sop.withdrawal);
  EXPECT_EQ(sop.withdrawal->role, "pemohon");
  EXPECT_EQ(sop.withdrawal->until_step_opens, "penandatanganan");

  const auto pause = [&](const char* id) { return *sop.find_pause(id); };
  EXPECT_TRUE(pause("klarifikasi_pemohon").stops_case);
  EXPECT_TRUE(pause("klarifikasi_pemohon").tells_applicant);
  EXPECT_EQ(pause("klarifikasi_pemohon").waits_for, Party::applicant);
  EXPECT_EQ(pause("kunjungan_lapangan").waits_for, Party::office);
  EXPECT_EQ(pause("instansi_lain").waits_for, Party::other_agency);
  for (const PauseReason& reason : sop.pauses) {
    EXPECT_TRUE(reason.longest) << reason.id;
    EXPECT_FALSE(reason.needs_until) << reason.id;
    EXPECT_GT(reason.extensions, 0) << reason.id;
    EXPECT_TRUE(reason.beyond_sop) << reason.id;
  }
  for (const char* id : {"kunjungan_lapangan", "instansi_lain"}) {
    EXPECT_FALSE(pause(id).stops_case);
    EXPECT_FALSE(pause(id).tells_applicant);
  }
}

TEST(LoadSop, PaudHasTheChainsAndLaddersOfTheContract) {
  const Sop& sop = paud();
  const Names to_the_head = {"kabid_perizinan", "sekretaris", "kepala_dinas"};
  EXPECT_EQ(sop.chain("front_office"), to_the_head);
  EXPECT_EQ(sop.chain("back_office"), to_the_head);
  EXPECT_EQ(sop.chain("dinas_teknis"), (Names{"kepala_dinas_teknis", "kepala_dinas"}));
  EXPECT_EQ(sop.chain("kepala_dinas"), Names{});
  EXPECT_EQ(sop.role("dinas_teknis").copy, "kabid_perizinan");
  EXPECT_EQ(sop.role("kepala_dinas").copy, "sekretaris");
  EXPECT_TRUE(sop.role("pengawas").observer);
  EXPECT_TRUE(sop.is_applicant("pemohon"));

  const auto say_rungs = [](const std::vector<RungRule>& rungs) {
    Names lines;
    for (const RungRule& rung : rungs) {
      std::string to;
      for (const Target& target : rung.to) switch (target.kind) {
          case Target::Kind::role:
            to += " role";
            break;
          case Target::Kind::assignee:
            to += " assignee";
            break;
          case Target::Kind::superior:
            to += fmt::format(" superior({})", target.level);
            break;
          case Target::Kind::named_role:
            to += " " + target.name;
            break;
          case Target::Kind::copy:
            to += " copy";
            break;
          case Target::Kind::applicant:
            to += " applicant";
            break;
        }
      lines.push_back(fmt::format("{} x{}:{}", rung.name(), rung.times, to));
    }
    return lines;
  };
  EXPECT_EQ(
      say_rungs(sop.find_ladder("menit")->rungs),
      (Names{"start x1: role", "due x1: assignee", "+1h x1: superior(1)", "+1d x5: superior(2)"}));
  EXPECT_EQ(say_rungs(sop.find_ladder("hari")->rungs),
            (Names{"start x1: role", "50% x1: assignee", "80% x1: assignee",
                   "due x1: assignee superior(1)", "+1d x5: superior(2)"}));
  EXPECT_EQ(say_rungs(sop.case_ladder),
            (Names{"80% x1: kabid_perizinan", "due x1: kabid_perizinan", "+1d x1: kepala_dinas"}));
}

// --- faults --------------------------------------------------------------------------------------

struct Change {
  std::string from, to;
};

Faults faults_of(const std::vector<Change>& changes) {
  SourceFile file = paud_file();
  for (const auto& [from, to] : changes) {
    const auto at = file.text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) file.text.replace(at, from.size(), to);
  }
  const Loaded<Sop> loaded = load_sop(file);
  return loaded ? Faults{} : loaded.error();
}

TEST(LoadSop, EachFaultIsRefusedAndNamed) {
  struct Case {
    Change change;
    const char* says;
  };
  const std::vector<Case> cases = {
      {{"total: 4d 1h 18m", "total: 4d 1h 19m"}, "the steps add up to 4d 1h 18m, not 4d 1h 19m"},
      {{"judul:", "jdul:"}, "jdul"},
      {{"sop: paud", "sop: PAUD"}, "lower-case"},
      {{"-{urut:05}", ""}, "{urut}"},
      {{"waktu: 5d", "waktu: 5 hari"}, ""},
      {{"mulai: verifikasi.accept", "mulai: verifikasi.terima"},
       "the step 'verifikasi' has no action"},
      {{"mulai: verifikasi.accept", "mulai: verifikasi"}, "step.action"},
      {{"pimpinan: kepala_dinas", "pimpinan: bupati"}, "there is no role 'bupati'"},
      {{"atasan: kabid_perizinan", "atasan: kabid"}, "there is no role 'kabid'"},
      {{"nama: Kepala Dinas, tembusan: sekretaris", "nama: Kepala Dinas, atasan: sekretaris"},
       "round in a circle"},
      {{"id: penerimaan\n", "id: verifikasi\n"}, "a step of this name is there already"},
      {{"ke: penerimaan,", "ke: gudang,"}, "there is no step 'gudang'"},
      {{"forward: {ke: kajian_teknis,", "forward: {ke: penyusunan_sk,"},
       "no action leads to the step 'kajian_teknis'"},
      {{"kelengkapan: [berkas_elektronik]", "kelengkapan: [berkas_kertas]"},
       "needs 'berkas_kertas', which no earlier step brings"},
      {{"output: [{berkas_diperiksa: tanda}]", "output: [{berkas_diperiksa: cap}]"},
       "tanda, berkas or berkas_bernomor"},
      {{"catatan: kekurangan", "catatan: boleh"}, "wajib or kekurangan"},
      {{"hasil: grant", "hasil: ya"}, "grant or refusal"},
      {{"status: issued,", "status: selesai,"}, "a status is"},
      {{"receive: {status: issued,", "receive: {status: issued, ke: pengajuan,"}, "one of the two"},
      {{"tangga: menit", "tangga: jam"}, "there is no ladder 'jam'"},
      {{"pengingat_perbaikan: [5d, 10d]", "tangga: menit"}, "measured, never judged"},
      {{"pelaksana: front_office\n", "pelaksana: pengawas\n"}, "acts on nothing"},
      {{"pelaksana: pemohon\n    kelengkapan: [persyaratan",
        "pelaksana: front_office\n    kelengkapan: [persyaratan"},
       "the first step is the applicant's"},
      {{"recommend: {ke: penyusunan_sk,", "recommend: {ke: penyusunan_sk, otomatis: 3d,"},
       "cannot be automatic"},
      {{"pada: 50%", "pada: 150%"}, "between 1% and 99%"},
      {{"pada: 80%", "pada: 50%"}, "the rung 50% is there already"},
      {{"{pada: due, kepada: [assignee]}", "{pada: due, kepada: [assignee], kali: 2}"},
       "only a rung after the due"},
      {{"superior(2)", "superior(0)"}, "level from 1 to 9"},
      {{"{pada: 80%, kepada: [kabid_perizinan]}", "{pada: 80%, kepada: [superior]}"},
       "name a role"},
      {{"sampai: penandatanganan", "sampai: akhir"}, "sampai names a step"},
      {{"tombol: Teruskan,", "tombol: \" \","}, "`tombol` must not be blank"},
      {{"sudah: diteruskan}", "sudah: diteruskan.}"}, "no full stop"},
      {{"tombol: Setujui,",
        "tombol: Setujui dan teruskan kepada Sekretaris untuk mendapat persetujuannya,"},
       "longer than 60 characters"},
      {{"[Dokumen belum lengkap, Dokumen tidak terbaca atau terpotong,",
        "[Dokumen belum lengkap, Dokumen belum lengkap,"},
       "`Dokumen belum lengkap` is listed already"},
      {{"[Dokumen belum lengkap,", "[\"\","}, "`alasan` must not be blank"},
      {{"tombol: Kirim draf,", "tombol: Kirim draf, alasan: [keliru],"}, "say catatan: wajib, too"},
      {{"singkatan: [BAPL,", "singkatan: [B A P L,"}, "letters and digits"},
      {{"  bapl: {label: BAPL}", "  bapll: {label: BAPL}"}, "no step needs or brings 'bapll'"},
      {{"  bapl: {label: BAPL}", "  bapl: {output: BAPL}"}, "missing key `label`"},
      {{"  bapl: {label: BAPL}", "  bapl: {label: BAPL, nama: BAPL}"}, "unknown key `nama`"},
      {{"label: Data elektronik",
        "label: Data elektronik yang dikirimkan pemohon melalui portal layanan kantor"},
       "longer than 60 characters"},
      {{"output: [{data_elektronik: tanda}]", "outptu: [{data_elektronik: tanda}]"}, "outptu"},
      {{"singkatan: [BAPL,", "singkatan: [SK,"}, "`SK` is listed already"},
      {{"selesai: [penandatanganan.sign, penandatanganan.refuse]", "selesai: []"}, "needs an end"},
      {{"    tangga: menit\n", "    tangga: menit\n    masuk_kembali: ulang\n"},
       "masuk_kembali is baru, kumulatif or sisa"},
      {{"    pengingat_perbaikan: [5d, 10d]", "    masuk_kembali: kumulatif"},
       "measured, never judged: leave masuk_kembali out"},
      {{"menunggu: pemohon", "menunggu: notaris"}, "kantor, pemohon or instansi_lain"},
      {{"paling_lama: 10d", "paling_lama: 10 hari"}, "a budget is days"},
      {{"paling_lama: 10d", "sampai: kapan saja"}, "sampai is wajib or opsional"},
      {{"perpanjangan: 2", "perpanjangan: dua"}, ""},
      {{"batas: 21d", "batas: 21 hari"}, "a budget is days"},
      {{"  batas: 21d\n", ""}, "batas"},
      {{"  cara: secara tertulis kepada Kepala DPMPTSP Kota Banjarbaru\n", ""}, "cara"},
      {{"Kepala DPMPTSP Kota Banjarbaru\n", "Kepala DPMPTSP Kota Banjarbaru.\n"}, "no full stop"},
      {{"  batas: 21d\n", "  batas: 21d\n  lampiran: surat\n"}, "lampiran"},
  };
  for (const Case& one : cases) {
    const Faults faults = faults_of({one.change});
    std::string all;
    for (const Fault& fault : faults) {
      EXPECT_FALSE(fault.indonesian.empty()) << fault.message;
      EXPECT_NE(fault.indonesian, fault.message);
      EXPECT_EQ(fault.file, "paud.yaml");
      EXPECT_GT(fault.line, 0) << fault.message;
      EXPECT_GT(fault.column, 0) << fault.message;
      all += fault.to_string() + "\n";
    }
    EXPECT_NE(all.find(one.says), std::string::npos) << one.change.to << "\n" << all;
    // One mistake, one fault.
    EXPECT_EQ(faults.size(), 1U) << one.change.to << "\n" << all;
  }
}

TEST(LoadSop, WhatFollowsFromAMistakeIsNotSaidAsWell) {
  const std::vector<std::pair<Change, const char*>> mistakes = {
      // A name written otherwise where it is made: whoever uses it is right.
      {{"  front_office: {nama", "  loket: {nama"}, "no role 'front_office'"},
      {{"  - id: verifikasi\n", "  - id: pemeriksaan\n"}, "mend the name on lines"},
      {{"  - id: verifikasi\n", "  - id: Verifikasi\n"}, "a name is lower-case"},
      {{"      accept:", "      terima:"}, "has no action 'accept'"},
      {{"langkah:\n", "langkah: []\nlangkah2:\n"}, "at least one step"},
      {{"\nnomor: ", "\nnomer: "}, "did you mean `nomor`?"},
      {{"pelaksana:\n", "pelakasana:\n"}, "did you mean `pelaksana`?"},
      {{"judul: Izin", "judul: \"a\\x01\" # Izin"}, "control character"},
      {{"waktu: 10m\n", "waktu: sepuluh menit\n"}, "a budget is days"},
  };
  for (const auto& [change, says] : mistakes) {
    const Faults faults = faults_of({change});
    std::string all;
    for (const Fault& fault : faults) all += fault.to_string() + "\n";
    EXPECT_NE(all.find(says), std::string::npos) << change.to << "\n" << all;
    EXPECT_LE(faults.size(), change.to.find("langkah2") == std::string::npos ? 1U : 2U)
        << change.to << "\n"
        << all;
  }
}

TEST(LoadSop, AllFaultsAreSaidAtOnceEachAtItsPlace) {
  const Faults faults = faults_of({{"total: 4d 1h 18m", "total: 5d"},
                                   {"pimpinan: kepala_dinas", "pimpinan: bupati"},
                                   {"catatan: kekurangan", "catatan: boleh"},
                                   {"ke: penerimaan,", "ke: gudang,"}});
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(fault.to_string());
  const auto said = [&](const std::string& start, const std::string& part) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.starts_with(start) && line.find(part) != std::string::npos;
    });
  };
  const std::string all = fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_TRUE(said("paud.yaml:15:8: ", "add up to")) << all;
  EXPECT_TRUE(said("paud.yaml:35:11: ", "bupati")) << all;
  EXPECT_TRUE(std::is_sorted(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  }));
  EXPECT_TRUE(said("paud.yaml:", "gudang")) << all;
  EXPECT_TRUE(said("paud.yaml:", "wajib or kekurangan")) << all;
}

TEST(LoadSop, ARefusalMayBeObjectedToWhereTheFileSaysSo) {
  EXPECT_TRUE(faults_of({{"keberatan:\n  batas: 21d\n  cara: secara tertulis kepada Kepala DPMPTSP "
                          "Kota Banjarbaru\n",
                          ""}})
                  .empty());
  EXPECT_TRUE(faults_of({{"batas: 21d", "batas: 7d"}}).empty());
}

TEST(LoadSop, TheTotalMayCarryMinutesIntoHoursOrNot) {
  EXPECT_TRUE(faults_of({{"total: 4d 1h 18m", "total: 4d 78m"}}).empty());
}

TEST(LoadSop, ANumberIsRefusedThatCouldNotBeFoundAgain) {
  for (const char* format : {
           "PAUD-{tahun}",                         // no count
           "PAUD-{urut}",                          // no year
           "PAUD-{tahun}-{urut}-{urut}",           // twice
           "PAUD-{tahun}-{urut}-{urut:04}",        // twice
           "PAUD-{tahun}-{tahun}-{urut}",          // twice
           "PAUD-{tahun}-{bulan}-{bulan}-{urut}",  // twice
           "PAUD-{tahun}-{urut:4}",                // 04 is meant
           "PAUD-{tahun}-{urut:00}",
           "PAUD-{tahun}-{urut:010}",
           "PAUD-{tahun}-{urut:}",
           "PAUD-{tahun}-{urut}-{hari}",  // no such placeholder
           "PAUD-{tahun}-{Urut}-{urut}",
           "PAUD-{tahun}-{urut}}",
           "PAUD-{tahun}-{urut}-{",
           "PAUD-{tahun}-{urut}-{}",
           "{tahun}{urut:05}",
           "503{tahun}{bulan}{urut}",  // only digits: an id
           " PAUD-{tahun}-{urut}",
           "PAUD-{tahun}-{urut} ",  // spaces at the ends
           "PAUD-{tahun}\\n{urut}",
           "PAUD\\t{tahun}-{urut}",
           "PAUD\\u00a0{tahun}-{urut}",
           "PAUD\\u200b{tahun}-{urut}",
           "PAUD\\u202e{tahun}-{urut}",
           "PAUD\\u2028{tahun}-{urut}",
           "PAUD\\ufeff{tahun}-{urut}",
           "PAUD\\x85{tahun}-{urut}",
           // 61 characters as written
           "0123456789012345678901234567890123456789012345-{tahun}-{urut}",
       }) {
    const Faults faults = faults_of({{"PAUD-{tahun}-{urut:05}", format}});
    ASSERT_EQ(faults.size(), 1U) << format;
    EXPECT_EQ(faults.front().to_string().substr(0, 16), "paud.yaml:14:8: ") << format;
  }
}

TEST(LoadSop, ARoleHasNoCopyToItself) {
  const Faults faults = faults_of({{"tembusan: sekretaris", "tembusan: kepala_dinas"}});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_NE(faults.front().message.find("kepala_dinas"), std::string::npos);
  // Nor is anybody told of one rung twice.
  EXPECT_EQ(
      faults_of({{"{pada: due, kepada: [assignee]}", "{pada: due, kepada: [assignee, assignee]}"}})
          .size(),
      1U);
}

TEST(LoadSop, AnEmptyFileIsRefused) {
  const Loaded<Sop> loaded = load_sop({"kosong.yaml", ""});
  ASSERT_FALSE(loaded);
  EXPECT_FALSE(loaded.error().empty());
}

}  // namespace
}  // namespace tenggat::testing
