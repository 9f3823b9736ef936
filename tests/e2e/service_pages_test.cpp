// The pages for what only some services have: a form's fields, a checklist, departments at work at
// once, a clarification that names what it is about, the list of all services.
#include "tests/e2e/pages_fixture.h"
#include "tests/e2e/pbg.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

// An officer chooses whom to ask.
constexpr const char* kAdvice = R"(sop: saran
judul: Saran Teknis
kalender: banjarbaru
nomor: "SRN-{tahun}-{urut:05}"
pelaksana:
  pemohon: {nama: Pemohon, pemohon: true}
  front_office: {nama: Front Office}
  dinas_teknis: {nama: Dinas Teknis}
  back_office: {nama: Back Office}
langkah:
  - {id: pengajuan, nama: Pengajuan, kegiatan: Mengajukan, pelaksana: pemohon, kelengkapan: [surat], waktu: 30m,
     output: [{data: tanda}], aksi: {kirim: {ke: pilih, tombol: Kirim, sudah: dikirim}}}
  - {id: pilih, nama: Pemilihan, kegiatan: Memilih, pelaksana: front_office, kelengkapan: [data], waktu: 1h,
     output: [{dipilih: tanda}], aksi: {minta: {ke_pilihan: [bangunan, lingkungan], tombol: Minta saran, sudah: saran diminta}}}
  - {id: bangunan, nama: Saran bangunan, kegiatan: Memberi saran, pelaksana: dinas_teknis, kelengkapan: [dipilih], waktu: 1d,
     output: [{saran_bangunan: tanda}], aksi: {beri: {ke: putusan, tombol: Beri saran, sudah: saran diberikan}}}
  - {id: lingkungan, nama: Saran lingkungan, kegiatan: Memberi saran, pelaksana: back_office, kelengkapan: [dipilih], waktu: 1d,
     output: [{saran_lingkungan: tanda}], aksi: {beri: {ke: putusan, tombol: Beri saran, sudah: saran diberikan}}}
  - {id: putusan, nama: Putusan, kegiatan: Memutus, pelaksana: front_office, gabung: true, kelengkapan: [dipilih], waktu: 1h,
     output: [{surat_saran: tanda}], aksi: {terbit: {status: issued, tombol: Terbitkan, sudah: diterbitkan}}}
)";

class ServicePagesTest : public PagesTest {
 protected:
  ServicePagesTest() { pbg_.open(); }

  void submit(int square_metres) {
    const boost::json::object permit = pbg_.submit(square_metres);
    id_ = std::string(permit.at("id").as_string());
    const std::string url(permit.at("tracking_url").as_string());
    track_ = url.substr(url.find("/lacak/"));
  }
  std::string desk() const { return "/permohonan/" + id_; }
  std::string open_steps() {
    return office_.query(
        "SELECT coalesce(string_agg(step, ' ' ORDER BY step), '-') FROM visit WHERE permit = " +
        id_ + " AND closed_at IS NULL AND NOT undone");
  }
  // Approved by both departments; it lies with the technical team.
  void to_the_join() {
    pbg_.act(id_, "fo", "verifikasi", "terima");
    pbg_.act(id_, "ptr", "kajian_tata_ruang", "ajukan", {"kajian_tata_ruang"});
    pbg_.act(id_, "pb", "kajian_bangunan", "ajukan", {"kajian_bangunan"});
    pbg_.act(id_, "ktr", "persetujuan_tata_ruang", "setujui");
    pbg_.act(id_, "kbg", "persetujuan_bangunan", "setujui");
  }
  void to_payment() {
    to_the_join();
    pbg_.act(id_, "tt", "pemeriksaan_lapangan", "layak", {"berita_acara"});
    pbg_.act(id_, "bo", "penetapan_retribusi", "tetapkan", {"skrd"},
             R"(,"fields":{"retribusi":1500000})");
    pbg_.act(id_, "kb", "persetujuan_retribusi", "tagih");
  }
  // A page that says so, once the numbers are read again.
  WebPage says_at_last(Browser& browser, const std::string& path, const std::string& words) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
      WebPage page = browser.get(path);
      if (page.says(words) || std::chrono::steady_clock::now() > limit) return page;
      ::usleep(100'000);
    }
  }

  BuildingOffice pbg_{office_};
  std::string id_, track_;
};

TEST_F(ServicePagesTest, AFieldIsAskedForAndWhatIsWrongIsSaidBesideIt) {
  submit(620);
  Browser fo = signed_in("fo");
  const WebPage page = fo.get(desk());
  EXPECT_TRUE(page.says("type=\"number\" step=\"any\"")) << page.body;
  EXPECT_TRUE(page.says("min=\"1\" max=\"100000\" value=\"620\""));
  EXPECT_TRUE(page.says("<option value=\"hunian\" selected>Rumah tinggal</option>"));
  EXPECT_TRUE(page.says("6372011234567890"));  // an officer reads what is personal
  EXPECT_TRUE(page.says("1 Juni 2026"));

  for (const auto& [typed, said] :
       {std::pair("banyak", "harus berupa angka"), std::pair("0", "harus 1 sampai 100.000"),
        std::pair("", "tidak dapat dikosongkan")}) {
    const WebPage wrong = fo.press(
        page, "act.terima",
        {{"isian.luas_m2", typed}, {"isian.fungsi", "usaha"}, {"catatan", "gambar diukur ulang"}});
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(wrong.says(fmt::format("Periksa isian: Luas bangunan (m²) {}.", said)))
        << wrong.body;
    EXPECT_TRUE(
        wrong.says(fmt::format("<span class=\"salah-isian\">Luas bangunan (m²) {}.</span>", said)));
    EXPECT_TRUE(wrong.says(fmt::format("value=\"{}\" aria-describedby", typed)));
    EXPECT_TRUE(wrong.says("<option value=\"usaha\" selected>"));
    EXPECT_TRUE(wrong.says("gambar diukur ulang"));
  }
  EXPECT_EQ(open_steps(), "verifikasi");

  EXPECT_EQ(fo.press(page, "act.terima",
                     {{"isian.luas_m2", "450.5"}, {"syarat", "identitas"}, {"syarat", "krk"}})
                .status,
            303);
  EXPECT_EQ(open_steps(), "kajian_bangunan kajian_tata_ruang");
  const WebPage after = fo.get(desk());
  EXPECT_TRUE(
      after.says("isian: Luas bangunan (m²) 450,5; 2 dari 6 syarat dicentang; dibuka "
                 "bersamaan: Kajian tata ruang, Kajian bangunan"))
      << after.body;
  EXPECT_TRUE(after.says("<dt>Luas bangunan (m²)</dt><dd>450,5</dd>"));
}

TEST_F(ServicePagesTest, WhatIsNotTickedIsProposedAsADeficiency) {
  submit(120);
  Browser fo = signed_in("fo");
  const WebPage proposed =
      fo.press(fo.get(desk()), "act.kembalikan",
               {{"syarat", "identitas"}, {"syarat", "bukti_tanah"}, {"syarat", "gambar_struktur"}});
  EXPECT_EQ(proposed.status, 422);
  EXPECT_TRUE(proposed.says("diusulkan sebagai kekurangan")) << proposed.body;
  EXPECT_TRUE(proposed.says("value=\"KRK\""));
  EXPECT_TRUE(
      proposed.says("value=\"Pernyataan tidak keberatan dari tetangga (belum terpenuhi)\""));
  EXPECT_FALSE(proposed.says("Bukti hak atas tanah (belum"));
  EXPECT_EQ(open_steps(), "verifikasi");
  const WebPage returned =
      fo.press(proposed, "act.kembalikan",
               {{"syarat", "identitas"},
                {"syarat", "bukti_tanah"},
                {"syarat", "gambar_struktur"},
                {"dokumen", "KRK"},
                {"kekurangan", "Keterangan rencana kota (KRK) (belum terpenuhi)"}});
  EXPECT_EQ(returned.status, 303) << returned.body;
  EXPECT_EQ(open_steps(), "pengajuan");
  EXPECT_TRUE(fo.get(desk()).says("3 dari 6 syarat dicentang"));
  Browser applicant = browser();
  const WebPage page = applicant.get(track_);
  EXPECT_TRUE(page.says("<strong>KRK</strong>: Keterangan rencana kota (KRK) (belum terpenuhi)"))
      << page.body;
}

TEST_F(ServicePagesTest, AClarificationNamesWhatItIsAbout) {
  submit(120);
  pbg_.act(id_, "fo", "verifikasi", "terima");
  Browser pb = signed_in("pb");
  const std::vector<std::pair<std::string, std::string>> question = {
      {"jeda", "klarifikasi_pemohon"}, {"catatan", "Mohon kirim sertifikat"}};
  const WebPage page = pb.get(desk());
  EXPECT_TRUE(page.says("<option value=\"bukti_tanah\">Bukti hak atas tanah</option>"));
  EXPECT_TRUE(page.says("<option value=\"persyaratan_pbg\">Persyaratan PBG</option>"));
  const WebPage wrong = pb.press(page, "pause", question);
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(wrong.says("Pilih syarat atau dokumen yang dimaksud."));
  EXPECT_TRUE(wrong.says("Mohon kirim sertifikat"));
  auto about = question;
  about.emplace_back("syarat_jeda", "bukti_tanah");
  EXPECT_EQ(pb.press(page, "pause", about).status, 303);
  EXPECT_TRUE(pb.get(desk()).says("menunggu keterangan pemohon: Bukti hak atas tanah"));
  Browser applicant = browser();
  const WebPage asked = applicant.get(track_);
  EXPECT_TRUE(asked.says("Perihal: <strong>Bukti hak atas tanah</strong>")) << asked.body;
  EXPECT_TRUE(asked.says("Tahap lain tetap berjalan:"));
  EXPECT_TRUE(asked.says("Menunggu jawaban Anda · Pengkaji Bangunan"));
  EXPECT_TRUE(asked.says("<strong>Kajian tata ruang</strong> oleh Pengkaji Tata Ruang"));
}

TEST_F(ServicePagesTest, DepartmentsAtWorkAtOnceAreShownWithTheirClocksAndHolders) {
  submit(620);
  pbg_.act(id_, "fo", "verifikasi", "terima");
  Browser ptr = signed_in("ptr");
  EXPECT_EQ(ptr.press(ptr.get(desk()), "claim").status, 303);
  WebPage page = ptr.get(desk());
  EXPECT_TRUE(
      page.says("3 tahap dikerjakan bersamaan. Pemeriksaan lapangan dibuka setelah "
                "semuanya selesai."))
      << page.body;
  EXPECT_TRUE(page.says("3. Kajian tata ruang</h2>"));
  EXPECT_TRUE(page.says("5. Kajian bangunan</h2>"));
  EXPECT_TRUE(page.says("7. Kajian lingkungan</h2>"));
  EXPECT_TRUE(page.says("<dd>Laila Hafizah</dd>"));
  EXPECT_TRUE(page.says("<dd>Pengkaji Bangunan (belum diambil)</dd>"));
  // Their own comes first, with what they may do.
  EXPECT_LT(page.body.find("3. Kajian tata ruang</h2>"), page.body.find("5. Kajian bangunan</h2>"));
  EXPECT_TRUE(
      page.says("Tindakan ini membatalkan tahap yang sedang berjalan: Kajian bangunan "
                "(Pengkaji Bangunan), Kajian lingkungan (Pengkaji Lingkungan)."));

  Browser applicant = browser();
  const WebPage way = applicant.get(track_);
  EXPECT_TRUE(way.says("Beberapa tahap dikerjakan bersamaan:")) << way.body;
  EXPECT_TRUE(way.says("<strong>Kajian lingkungan</strong> oleh Pengkaji Lingkungan"));
  EXPECT_TRUE(way.says("<dt>Luas bangunan (m²)</dt><dd>620</dd>"));
  EXPECT_FALSE(way.says("6372011234567890"));

  // One has arrived.
  pbg_.act(id_, "pl", "kajian_lingkungan", "ajukan", {"kajian_lingkungan"});
  pbg_.act(id_, "kling", "persetujuan_lingkungan", "setujui");
  page = ptr.get(desk());
  EXPECT_TRUE(page.says("Sudah selesai: Persetujuan kajian lingkungan."));
  EXPECT_TRUE(page.says("cabang ini selesai, menuju Pemeriksaan lapangan"));

  EXPECT_EQ(ptr.press(page, "act.kembalikan_verifikasi",
                      {{"alasan", "Luas bangunan tidak sesuai dengan gambar"}})
                .status,
            303);
  EXPECT_EQ(open_steps(), "verifikasi");
  page = ptr.get(desk());
  EXPECT_TRUE(page.says("dikembalikan ke verifikasi; dibatalkan: Kajian bangunan")) << page.body;
  const WebPage back = applicant.get(track_);
  EXPECT_TRUE(back.says("Tahap 2 dari 16: Verifikasi berkas oleh Front Office."));
  EXPECT_FALSE(back.says("cancelled"));
}

TEST_F(ServicePagesTest, BranchesAreChosenByTheirNames) {
  write_file(office_.daemon().options().rules / "sop/saran.yaml", kAdvice);
  office_.reload();
  ASSERT_TRUE(office_.becomes("SELECT count(*) FROM rule_in_force WHERE name = 'saran'", "1"))
      << office_.daemon_log();
  id_ = std::string(pbg_.post("/permits", "portal",
                              R"({"sop":"saran","subject":"Saran","applicant":{"name":"Siti"},
                                  "documents":[{"kind":"surat","uri":"https://x.example/1"}]})")
                        .at("id")
                        .as_string());
  Browser fo = signed_in("fo");
  const WebPage page = fo.get(desk());
  EXPECT_TRUE(page.says("<span>Saran bangunan (Dinas Teknis)</span>")) << page.body;
  const WebPage none = fo.press(page, "act.minta", {{"catatan", "mohon segera"}});
  EXPECT_EQ(none.status, 422);
  EXPECT_TRUE(none.says("Pilih paling sedikit satu tahap yang dibuka."));
  EXPECT_TRUE(none.says("mohon segera"));
  EXPECT_EQ(fo.press(page, "act.minta", {{"ke", "lingkungan"}}).status, 303);
  EXPECT_EQ(open_steps(), "lingkungan");
}

TEST_F(ServicePagesTest, AnInboxHasARowForEachVisit) {
  office_.daemon().must({"officer", "edit", "--id", "ptr", "--role", "pengkaji_tata_ruang",
                         "--role", "pengkaji_bangunan"});
  submit(120);
  pbg_.act(id_, "fo", "verifikasi", "terima");
  Browser ptr = signed_in("ptr");
  const WebPage page = ptr.get("/tugas");
  EXPECT_TRUE(page.says("2 berkas menunggu Anda")) << page.body;
  EXPECT_TRUE(page.says("3 · Kajian tata ruang"));
  EXPECT_TRUE(page.says("5 · Kajian bangunan"));
  EXPECT_TRUE(page.says("value=\"" + id_ + "|kajian_bangunan|"));
}

TEST_F(ServicePagesTest, AnInboxCanBeNarrowedToOneService) {
  const boost::json::object building = pbg_.submit(120);
  const std::string number(building.at("number").as_string());
  const File kindergarten = submitted();
  Browser fo = signed_in("fo");
  const WebPage all = fo.get("/tugas");
  EXPECT_TRUE(all.says("2 berkas menunggu Anda")) << all.body;
  EXPECT_TRUE(all.says("<option value=\"pbg\">Persetujuan Bangunan Gedung</option>")) << all.body;

  const WebPage one = fo.get("/tugas?sop=pbg");
  EXPECT_TRUE(one.says("1 berkas menunggu Anda")) << one.body;
  EXPECT_TRUE(one.says("<option value=\"pbg\" selected>"));
  EXPECT_TRUE(one.says(number));
  EXPECT_FALSE(one.says(kindergarten.number));
  EXPECT_TRUE(
      fo.get("/tugas?sop=keberatan").says("Tidak ada berkas layanan ini yang menunggu Anda."));
  EXPECT_TRUE(fo.get("/tugas?sop=apa").says("2 berkas menunggu Anda"));

  // What is done on it leads back to it.
  const WebPage claimed = fo.press(
      one, "claim", {{"tugas", std::string(building.at("id").as_string()) + "|verifikasi|1"}});
  EXPECT_EQ(claimed.header("Location"),
            "/tugas?sop=pbg&selesai=claim&berkas=" + std::string(building.at("id").as_string()));

  // Offered are the services with steps of one's own; who works in one has nothing to choose.
  const WebPage back_office = signed_in("bo").get("/tugas");
  EXPECT_TRUE(back_office.says("<option value=\"pbg\">"));
  EXPECT_FALSE(back_office.says("<option value=\"keberatan\">"));
  EXPECT_FALSE(signed_in("ptr").get("/tugas").says("name=\"sop\""));
}

TEST_F(ServicePagesTest, ThePayerIsToldAndAStepNotTakenIsNoStepOfTheWay) {
  submit(120);
  to_payment();
  office_.advance("2026-04-02T14:05:00");
  Browser applicant = browser();
  const WebPage page = applicant.get(track_);
  EXPECT_TRUE(page.says("Menunggu Anda")) << page.body;
  EXPECT_TRUE(page.says("Tahap ini menunggu Anda, melalui Bank Persepsi."));
  EXPECT_TRUE(page.says("Paling lambat"));
  EXPECT_TRUE(page.says("<dt>Retribusi (Rp)</dt><dd>1.500.000</dd>"));
  EXPECT_FALSE(page.says("Kajian lingkungan"));
  EXPECT_TRUE(page.says("Kajian bangunan</strong>"));
  Browser kb = signed_in("kb");
  EXPECT_TRUE(kb.get(desk()).says("14 hari kalender"));
}

TEST_F(ServicePagesTest, TheApplicantMendsTheFormToo) {
  office_.change_rule("sop/pbg.yaml",
                      "    pelaksana: pemohon\n    kelengkapan: [persyaratan_pbg]\n",
                      "    pelaksana: pemohon\n    kelengkapan: [persyaratan_pbg]\n"
                      "    isian: [nik, luas_m2, cagar_budaya]\n");
  const std::string before =
      office_.query("SELECT hash FROM rule_in_force WHERE kind = 'sop' AND name = 'pbg'");
  office_.reload();
  ASSERT_TRUE(office_.becomes("SELECT (hash <> '" + before +
                                  "')::text FROM rule_in_force WHERE kind = 'sop' AND name = 'pbg'",
                              "true"));
  submit(120);
  pbg_.act(id_, "fo", "verifikasi", "kembalikan", {}, R"(,"note":"NIK keliru")");
  Browser applicant = browser();
  const WebPage page = applicant.get(track_);
  EXPECT_TRUE(page.says("name=\"isian.luas_m2\"")) << page.body;
  EXPECT_FALSE(page.says("6372011234567890"));
  const WebPage wrong = applicant.press(page, "kirim", {{"isian.nik", "63720"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(wrong.says("NIK pemohon harus terdiri atas 16 angka."));
  EXPECT_EQ(open_steps(), "pengajuan");
  EXPECT_EQ(
      applicant
          .press(page, "kirim", {{"isian.nik", "6372019999999999"}, {"isian.cagar_budaya", "true"}})
          .status,
      303);
  EXPECT_EQ(open_steps(), "verifikasi");
  EXPECT_EQ(office_.query("SELECT (form->>'nik') || ' ' || (form->>'luas_m2') || ' ' ||"
                          " (form->>'cagar_budaya') FROM permit WHERE id = " +
                          id_),
            "6372019999999999 120 true");
  Browser fo = signed_in("fo");
  const WebPage desk_page = fo.get(desk());
  EXPECT_TRUE(desk_page.says("isian: Termasuk cagar budaya ya, NIK pemohon (data pribadi)"))
      << desk_page.body;
}

TEST_F(ServicePagesTest, ARejectionSaysHowToObjectAndUntilWhen) {
  submit(120);
  to_the_join();
  pbg_.act(id_, "tt", "pemeriksaan_lapangan", "tidak_layak", {"berita_acara"},
           R"(,"note":"melanggar garis sempadan")");
  pbg_.act(id_, "bo", "penyusunan_sk", "kirim_draf", {"draft_sk"});
  pbg_.act(id_, "kb", "persetujuan_kabid", "setujui");
  pbg_.act(id_, "kd", "penandatanganan", "tolak", {"surat_penolakan"});
  Browser applicant = browser();
  EXPECT_EQ(applicant.get(track_ + "/keberatan").status, 404);  // it can still be taken back
  office_.advance("2026-04-02T15:00:00");
  const WebPage page = applicant.get(track_);
  EXPECT_TRUE(page.says("href=\"" + track_ + "/keberatan\">Ajukan keberatan</a>")) << page.body;
  const WebPage how = applicant.get(track_ + "/keberatan");
  EXPECT_EQ(how.status, 200);
  EXPECT_TRUE(how.says("Keberatan atas Keputusan Perizinan"));
  EXPECT_TRUE(how.says("paling lambat <strong>"));
  EXPECT_TRUE(how.says("Surat keberatan"));
  office_.advance("2026-05-29T15:00:00");
  EXPECT_FALSE(applicant.get(track_).says("Ajukan keberatan"));
  EXPECT_EQ(applicant.get(track_ + "/keberatan").status, 404);
}

TEST_F(ServicePagesTest, TheLimitOfLawThatHasPassedIsMarkedEverywhere) {
  submit(120);
  pbg_.act(id_, "fo", "verifikasi", "terima");
  Browser ptr = signed_in("ptr");
  EXPECT_FALSE(ptr.get(desk()).says("Batas hukum terlewati"));
  office_.advance("2026-05-25T10:00:00");
  ptr = signed_in("ptr");
  for (const std::string& path : {desk(), std::string("/tugas"), std::string("/cari?q=Panglima")})
    EXPECT_TRUE(ptr.get(path).says("Batas hukum terlewati")) << path;
  EXPECT_TRUE(
      says_at_last(ptr, "/papan?sop=pbg", "Batas hukum terlewati").says("keadaan=legal_passed"));
  EXPECT_TRUE(ptr.get("/papan/daftar?sop=pbg&keadaan=legal_passed").says("Batas hukum terlewati"));
  EXPECT_TRUE(says_at_last(ptr, "/layanan", "melewati batas hukum").says("1 melewati batas hukum"));
  EXPECT_TRUE(ptr.get(desk()).says("permohonan dapat dianggap dikabulkan"));
  const CommandResult dossier = office_.tenggat({"permit", "dossier", id_});
  EXPECT_NE(dossier.out.find("Batas hukum terlewati"), std::string::npos) << dossier.err;
  EXPECT_NE(dossier.out.find("Luas bangunan (m²)"), std::string::npos);
}

TEST_F(ServicePagesTest, AllServicesAreSeenWithTheirNumbersAndFound) {
  submit(120);
  Browser fo = signed_in("fo");
  const WebPage page = says_at_last(fo, "/layanan", "href=\"/papan/daftar?sop=pbg\">1</a>");
  EXPECT_TRUE(page.says("3 layanan")) << page.body;
  EXPECT_TRUE(page.says("href=\"/papan/daftar?sop=pbg\">1</a>")) << page.body;
  EXPECT_TRUE(page.says("Persetujuan Bangunan Gedung"));
  const WebPage some = fo.get("/layanan?q=GEDUNG");
  EXPECT_TRUE(some.says("1 dari 3 layanan"));
  EXPECT_FALSE(some.says("Keberatan atas"));
  EXPECT_TRUE(fo.get("/layanan?q=taman").says("Tidak ada layanan yang cocok"));
  EXPECT_EQ(browser().get("/layanan").status, 303);  // to sign in

  const WebPage one = fo.get("/layanan/pbg");
  EXPECT_TRUE(one.says("Memverifikasi kelengkapan dan kebenaran berkas permohonan"));
  EXPECT_TRUE(one.says("14 hari kalender"));
  EXPECT_EQ(fo.get("/layanan/apa").status, 404);
  const WebPage diagram = fo.get("/layanan/pbg/diagram.svg");
  EXPECT_EQ(diagram.header("Content-Type"), "image/svg+xml; charset=utf-8");
  EXPECT_TRUE(diagram.says("<svg"));

  submitted("PAUD Panglima");
  const WebPage all = fo.get("/cari?q=Panglima");
  EXPECT_TRUE(all.says("PAUD Panglima"));
  EXPECT_TRUE(all.says(desk() + "\""));
  const WebPage filtered = fo.get("/cari?q=Panglima&sop=paud");
  EXPECT_TRUE(filtered.says("PAUD Panglima"));
  EXPECT_FALSE(filtered.says(desk() + "\""));
  EXPECT_TRUE(filtered.says("<option value=\"paud\" selected>"));

  office_.daemon().must({"sop", "retire", "keberatan"});
  EXPECT_TRUE(says_at_last(fo, "/layanan", "tidak menerima permohonan baru")
                  .says("tidak menerima permohonan baru"));
}

}  // namespace
}  // namespace tenggat::test
