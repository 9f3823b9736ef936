// What administrators do on the pages, and what officers do for an applicant who cannot be reached.
#include <thread>

#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

class AdminPagesTest : public PagesTest {
 protected:
  Browser administrator() {
    office_.daemon().must(
        {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
    return signed_in("kb");
  }
};

const std::vector<std::string> kAdminPaths{"/pegawai", "/pegawai/fo",    "/kalender",
                                           "/pesan",   "/papan/layar",   "/token",
                                           "/hening",  "/saluran-kantor"};

TEST_F(AdminPagesTest, AreForAdministratorsAloneAndInPersonOnly) {
  Browser fo = signed_in("fo");
  for (const std::string& path : kAdminPaths) {
    EXPECT_EQ(browser().get(path).status, 303) << path;
    EXPECT_EQ(fo.get(path).status, 403) << path;
    WebForm form;
    form.action = path;
    form.fields = {{"token", form_with(fo.get("/tugas"), "/keluar").hidden("token")},
                   {"kunci", std::string(32, 'a')},
                   {"aksi", "tambah"}};
    EXPECT_EQ(fo.send(form).status, 403) << path;
  }
  EXPECT_FALSE(fo.get("/tugas").says("/pegawai"));
  Browser kb = administrator();
  EXPECT_TRUE(kb.get("/tugas").says("/pegawai"));
  for (const std::string& path : kAdminPaths) {
    const WebPage page = kb.get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_LT(page.body.size(), 50U * 1024) << path;
    EXPECT_FALSE(page.says("<script"));
    WebForm forged = form_with(page, "/keluar");
    forged.action = path;
    forged.set("token", std::string(32, '0'));
    EXPECT_EQ(kb.send(forged).status, 403) << path;
  }
  // A deputy takes the files on, not the keys.
  office_.daemon().must({"officer", "delegate", "--from", "kb", "--to", "bo", "--kind", "plh",
                         "--start", "2026-04-02", "--end", "2026-04-24", "--letter", "800/17"});
  EXPECT_EQ(signed_in("bo").get("/pegawai").status, 403);
  // Nor is it an officer's token's to have.
  office_.daemon().must({"officer", "edit", "--id", "kb", "--role", "kabid_perizinan"});
  EXPECT_EQ(kb.get("/pegawai").status, 303);  // a change of roles has ended the session
  EXPECT_EQ(signed_in("kb").get("/pegawai").status, 403);
}

TEST_F(AdminPagesTest, AnOfficerIsTakenOnAndChanged) {
  Browser kb = administrator();
  WebPage page = kb.get("/pegawai");
  EXPECT_TRUE(page.says("Rina Wulandari"));
  const std::vector<std::pair<std::string, std::string>> person{{"id", "fo2"},
                                                                {"nama", "Yanti <b>"},
                                                                {"email", "yanti@kantor.example"},
                                                                {"peran", "front_office"},
                                                                {"whatsapp", "0812-9999-0001"}};
  const WebPage added = kb.press(page, "tambah", person);
  EXPECT_EQ(added.header("Location"), "/pegawai?sudah=ya") << added.body;
  EXPECT_EQ(kb.press(page, "tambah", person).status, 303);  // a double click
  EXPECT_EQ(office_.query("SELECT name || ' ' || email || ' ' || whatsapp || ' ' || role"
                          " FROM officer JOIN officer_role ON officer = id WHERE id = 'fo2'"),
            "Yanti <b> yanti@kantor.example 6281299990001 front_office");
  EXPECT_TRUE(kb.get("/pegawai").says("Yanti &lt;b&gt;"));

  const auto refused = [&](std::vector<std::pair<std::string, std::string>> changed,
                           const char* why) {
    const WebPage answer = kb.press(kb.get("/pegawai"), "tambah", changed);
    EXPECT_EQ(answer.status, 422);
    EXPECT_TRUE(answer.says(why)) << why << answer.body;
  };
  refused(person, "sudah dipakai");
  refused({{"id", "Fo 3"}, {"nama", "A"}}, "Kode pegawai:");
  refused({{"id", "fo3"}, {"nama", " "}}, "Nama wajib diisi");
  refused({{"id", "fo3"}, {"nama", "A"}, {"email", "a b"}}, "email ini tidak dikenali");
  refused({{"id", "fo3"}, {"nama", "A"}, {"whatsapp", "021"}}, "bukan nomor seluler");
  refused({{"id", "fo3"}, {"nama", "A"}, {"whatsapp", "+65 8123 4567"}}, "nomor luar negeri");
  refused({{"id", "fo3"}, {"nama", "A"}, {"email", "YANTI@kantor.example"}}, "dipakai Yanti");
  refused({{"id", "fo3"}, {"nama", "A"}, {"whatsapp", "+62 812 9999 0001"}}, "dipakai Yanti");
  refused({{"id", "fo3"}, {"nama", "A"}, {"peran", "pemohon"}}, "peran tidak dikenal");
  EXPECT_EQ(office_.query("SELECT count(*) FROM officer"), "8");

  page = kb.get("/pegawai/fo2");
  EXPECT_EQ(kb.press(page, "ubah", {{"nama", "Yanti"}, {"peran", "back_office"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT name || ' ' || email || '.' || role FROM officer"
                          " JOIN officer_role ON officer = id WHERE id = 'fo2'"),
            "Yanti .back_office");
  EXPECT_EQ(kb.press(kb.get("/pegawai/kb"), "ubah", {{"nama", "Siti"}}).status, 422);
  EXPECT_EQ(office_.query("SELECT name FROM officer WHERE id = 'kb'"), "Siti Rahmah");
  EXPECT_EQ(kb.get("/pegawai/tidak-ada").status, 404);

  EXPECT_EQ(kb.press(kb.get("/pegawai/fo2"), "berhenti", {{"mulai", "2026-04-01"}}).status, 303);
  EXPECT_TRUE(kb.get("/pegawai").says("tidak bertugas lagi"));
  EXPECT_EQ(kb.press(kb.get("/pegawai/fo2"), "kembali").status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM officer WHERE ended_on IS NOT NULL"), "0");
  EXPECT_EQ(kb.press(kb.get("/pegawai/kb"), "berhenti", {{"mulai", "2026-04-01"}}).status, 422);
}

// As an older version of the program left them behind.
TEST_F(AdminPagesTest, ASharedAddressLetsNobodyInAsTheOther) {
  office_.query("ALTER TABLE officer DISABLE TRIGGER USER");
  office_.query("UPDATE officer SET email = 'Bersama@kantor.example' WHERE id = 'bo'");
  office_.query("UPDATE officer SET email = 'bersama@kantor.example' WHERE id = 'kb'");
  office_.query("ALTER TABLE officer ENABLE TRIGGER USER");
  office_.query("UPDATE change_mark SET version = version + 1 WHERE name = 'people'");
  Browser anybody = browser();
  ask_for_link(anybody, "bersama@kantor.example");
  // By what is theirs alone, an officer gets in; the link goes nowhere else.
  ask_for_link(anybody, office_.query("SELECT whatsapp FROM officer WHERE id = 'fo'"));
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM message WHERE text = 'tautan_masuk'", "1"));
  EXPECT_EQ(office_.query("SELECT string_agg(recipient, ' ') FROM message WHERE text ="
                          " 'tautan_masuk'"),
            "officer:fo");
  EXPECT_NE(office_.daemon_log().find("shared_address"), std::string::npos);
}

TEST_F(AdminPagesTest, LeaveAndADeputyAreEnteredAndEnded) {
  Browser kb = administrator();
  WebPage page = kb.get("/pegawai/bo");
  EXPECT_EQ(kb.press(page, "cuti", {{"mulai", "2026-04-06"}, {"sampai", "2026-04-02"}}).status,
            422);
  EXPECT_EQ(kb.press(page, "cuti", {{"mulai", "2026-04-06"}, {"sampai", "2026-04-08"}}).status,
            303);
  EXPECT_TRUE(kb.get("/pegawai").says("6 April 2026 s.d. 8 April 2026"));
  const WebPage shorter =
      kb.press(kb.get("/pegawai/bo"), "cuti", {{"mulai", "2026-04-06"}, {"sampai", "2026-04-06"}});
  EXPECT_EQ(shorter.status, 422);
  EXPECT_TRUE(shorter.says("Sudah tercatat cuti 6 April 2026 s.d. 8 April 2026")) << shorter.body;
  EXPECT_EQ(kb.press(kb.get("/pegawai/bo"), "batal-cuti").status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM officer_leave"), "0");

  page = kb.get("/pegawai/kb");
  const std::vector<std::pair<std::string, std::string>> deputy{{"kepada", "bo"},
                                                                {"jenis", "plh"},
                                                                {"mulai", "2026-04-02"},
                                                                {"sampai", "2026-04-24"},
                                                                {"surat", "800/17/2026"}};
  auto without_letter = deputy;
  without_letter.back().second = "";
  const WebPage refused = kb.press(page, "tunjuk", without_letter);
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(refused.says("<option value=\"bo\" selected>"));
  EXPECT_TRUE(refused.says("name=\"sampai\" value=\"2026-04-24\""));
  page = kb.get("/pegawai/kb");
  EXPECT_EQ(kb.press(page, "tunjuk", deputy).status, 303);
  EXPECT_EQ(kb.press(page, "tunjuk", deputy).status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM delegation"), "1");
  EXPECT_EQ(office_.column("SELECT addressee FROM notice WHERE text = 'penunjukan_plh'"),
            std::vector<std::string>{"officer:bo"});
  EXPECT_TRUE(kb.get("/pegawai/kb").says("surat perintah 800/17/2026"));
  EXPECT_TRUE(
      signed_in("bo").get("/tugas").says("Plh. Kepala Bidang Perizinan (menggantikan Siti"));
  EXPECT_EQ(kb.press(kb.get("/pegawai/kb"), "akhiri").status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM delegation WHERE ended_at IS NULL"), "0");
}

// --- messages that were given up -----------------------------------------------------------------

TEST_F(AdminPagesTest, AMessageThatWasGivenUpIsSentAgainOrDiscarded) {
  office_.meta().answer_next(400, 131026);  // no such number, and there is no email
  const File file = submitted();
  office_.advance("2026-04-02T14:05:00");
  const std::string dead = "SELECT count(*) FROM message WHERE state = 'dead'";
  for (int i = 0; i < 200 && office_.query(dead) != "1"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_EQ(office_.query(dead), "1");
  Browser kb = administrator();
  WebPage page = kb.get("/pesan");
  EXPECT_TRUE(page.says("alamat tidak dikenal di tujuan")) << page.body;
  EXPECT_TRUE(page.says("/permohonan/" + office_.query("SELECT id FROM permit")));
  EXPECT_FALSE(page.says("6281311112222"));  // masked
  const std::string id = office_.query("SELECT id FROM message WHERE state = 'dead'");
  EXPECT_EQ(kb.press(page, "ulang").status, 422);  // none is ticked
  EXPECT_EQ(kb.press(page, "ulang", {{"pesan", id}}).header("Location"), "/pesan?sudah=1");
  for (int i = 0;
       i < 200 && office_.query("SELECT state FROM message WHERE id = " + id) == "queued"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(office_.query("SELECT state FROM message WHERE id = " + id), "accepted");
  EXPECT_EQ(kb.press(page, "buang", {{"pesan", id}}).status, 409);  // it is not dead any more
  EXPECT_TRUE(kb.get("/pesan").says("Tidak ada pesan yang gagal"));

  office_.query("UPDATE message SET state = 'dead', reason = 'rejected' WHERE id = " + id);
  EXPECT_EQ(kb.press(kb.get("/pesan"), "buang", {{"pesan", id}}).status, 303);
  EXPECT_EQ(office_.query("SELECT state || ' ' || reason FROM message WHERE id = " + id),
            "failed discarded");
}

// --- the calendar --------------------------------------------------------------------------------

TEST_F(AdminPagesTest, ADayOffIsPreviewedThenApplied) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  office_.advance("2026-04-02T14:05:00");  // the applicant has been told of the first date
  const std::string due =
      "SELECT to_char(case_due_at AT TIME ZONE 'Asia/Makassar',"
      " 'MM-DD HH24:MI') FROM permit";
  EXPECT_EQ(office_.query(due), "04-10 14:30");
  Browser kb = administrator();
  WebPage page = kb.get("/kalender");
  EXPECT_TRUE(page.says("Wafat Yesus Kristus"));
  const std::vector<std::pair<std::string, std::string>> flood{
      {"jenis", "libur_daerah"},
      {"tanggal", "2026-04-08"},
      {"nama", "Banjir"},
      {"dasar", "Keputusan Wali Kota \"123\"/2026"}};
  const WebPage preview = kb.press(page, "pratinjau", flood);
  EXPECT_EQ(preview.status, 200);
  EXPECT_TRUE(preview.says("1 dari 1 permohonan terbuka bergeser")) << preview.body;
  EXPECT_TRUE(preview.says("Jumat 10 April, 14.30 WITA")) << preview.body;
  EXPECT_TRUE(preview.says("menjadi Senin 13 April, 14.00 WITA")) << preview.body;
  EXPECT_EQ(office_.query(due), "04-10 14:30");
  EXPECT_EQ(office_.query("SELECT count(*) FROM rule_set WHERE kind = 'calendar'"), "1");

  const WebPage applied = kb.press(preview, "terapkan");
  EXPECT_EQ(applied.header("Location"), "/kalender?kalender=banjarbaru&sudah=ya") << applied.body;
  EXPECT_EQ(office_.query(due), "04-13 14:00");
  EXPECT_TRUE(kb.get("/kalender").says("Banjir"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM event WHERE type = 'calendar_applied' AND"
                          " fields ->> 'decree' LIKE '%Keputusan Wali Kota%'"),
            "1");
  EXPECT_EQ(kb.press(preview, "terapkan").status, 422);  // the date is taken now
  const WebPage twice = kb.press(kb.get("/kalender"), "pratinjau", flood);
  EXPECT_EQ(twice.status, 422);
  EXPECT_TRUE(twice.says("sudah ditetapkan"));
  // The applicant is told once, with the decree.
  office_.advance("2026-04-02T14:10:00");
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'perubahan_tanggal' AND"
                          " body LIKE '%Keputusan Wali Kota%'"),
            "1");
  // The files in force can be had, to be put beside those on the disk.
  const WebPage yaml = kb.get("/kalender/berkas/banjarbaru.yaml");
  EXPECT_NE(yaml.body.find("nama: \"Banjir\""), std::string::npos) << yaml.body;
  EXPECT_EQ(kb.get("/kalender/berkas/lain.yaml").status, 404);
}

TEST_F(AdminPagesTest, AMakeUpDayNeedsHoursAndAPreviewIsOfTheCalendarAsItWas) {
  Browser kb = administrator();
  std::vector<std::pair<std::string, std::string>> day{{"jenis", "pengganti"},
                                                       {"tanggal", "2026-04-11"},
                                                       {"nama", "Pengganti"},
                                                       {"dasar", "SE Wali Kota 45/2026"}};
  EXPECT_EQ(kb.press(kb.get("/kalender"), "pratinjau", day).status, 422);
  day.emplace_back("jam", "12:00-07:30");
  EXPECT_EQ(kb.press(kb.get("/kalender"), "pratinjau", day).status, 422);
  day.back().second = "07.30 - 12.00, 13.00-16.00";
  const WebPage preview = kb.press(kb.get("/kalender"), "pratinjau", day);
  ASSERT_EQ(preview.status, 200) << preview.body;
  day[1].second = "2026-04-18";
  EXPECT_EQ(kb.press(kb.press(kb.get("/kalender"), "pratinjau", day), "terapkan").status, 303);
  EXPECT_EQ(kb.press(preview, "terapkan").status, 409);  // another came in between
  EXPECT_TRUE(kb.get("/kalender").says("hari kerja pengganti"));
  EXPECT_FALSE(kb.get("/kalender").says("11 April 2026"));
}

TEST_F(AdminPagesTest, ADecreedDayIsChangedAndTakenAway) {
  Browser kb = administrator();
  const std::vector<std::pair<std::string, std::string>> flood{
      {"jenis", "libur_daerah"}, {"tanggal", "2026-04-08"}, {"nama", "Banjir"}, {"dasar", "SK 1"}};
  EXPECT_EQ(kb.press(kb.press(kb.get("/kalender"), "pratinjau", flood), "terapkan").status, 303);
  const std::string change = "/kalender?kalender=banjarbaru&ubah=2026-04-08";
  const WebPage moved = kb.press(kb.get(change), "pratinjau",
                                 {{"jenis", "libur_daerah"},
                                  {"tanggal", "2026-04-09"},
                                  {"nama", "Banjir"},
                                  {"dasar", "SK 2"}});
  EXPECT_TRUE(moved.says("tidak lagi hari libur")) << moved.body;
  EXPECT_EQ(kb.press(moved, "terapkan").status, 303);
  EXPECT_TRUE(kb.get("/kalender").says("9 April 2026"));
  EXPECT_FALSE(kb.get("/kalender").says("8 April 2026"));
  const WebPage away = kb.press(kb.get("/kalender?kalender=banjarbaru&ubah=2026-04-09"),
                                "pratinjau-hapus", {{"dasar", "SK 3"}});
  EXPECT_TRUE(away.says("Kamis 9 April 2026 tidak lagi hari libur (SK 3)")) << away.body;
  EXPECT_TRUE(kb.get("/kalender").says("9 April 2026"));  // only looked at
  EXPECT_EQ(kb.press(away, "terapkan-hapus").status, 303);
  EXPECT_FALSE(kb.get("/kalender").says("9 April 2026"));
  EXPECT_TRUE(kb.get(change).says("Hari ini tidak ada lagi dalam kalender."));
}

TEST_F(AdminPagesTest, OnesOwnLeaveIsEnteredInAdvanceAndSeenByWhoPlans) {
  Browser fo = signed_in("fo"), kb = administrator();
  EXPECT_EQ(
      fo.press(fo.get("/cuti"), "cuti", {{"mulai", "2026-04-01"}, {"sampai", "2026-04-07"}}).status,
      422);  // begins in the past
  EXPECT_EQ(fo.press(fo.get("/cuti"), "cuti",
                     {{"mulai", "2026-04-06"}, {"sampai", "2026-04-07"}, {"jenis_cuti", "tahunan"}})
                .status,
            303);
  EXPECT_TRUE(fo.get("/cuti").says("cuti tahunan"));
  const WebPage ahead = kb.get("/kehadiran");
  EXPECT_TRUE(ahead.says("Senin, 6 April 2026")) << ahead.body;
  EXPECT_TRUE(ahead.says("Rina Wulandari <span class=\"halus\">(cuti tahunan)</span>"));
  EXPECT_TRUE(ahead.says("Front Office <span class=\"halus\">(tidak ada yang bertugas)</span>"));
  EXPECT_EQ(fo.get("/kehadiran").status, 403);
  EXPECT_EQ(fo.press(fo.get("/cuti"), "batal-cuti").status, 303);
  EXPECT_FALSE(fo.get("/cuti").says("batal-cuti"));
  EXPECT_EQ(kb.press(kb.get("/pegawai/fo"), "ubah", {{"nip", "12345"}}).status, 422);
}

TEST_F(AdminPagesTest, AChannelIsTriedByALinkToOneselfAndEverybodysSessionsAreSeen) {
  signed_in("fo");
  Browser kb = administrator();
  const WebPage before = kb.get("/saluran-kantor");
  EXPECT_TRUE(before.says("menerima pesan")) << before.body;
  EXPECT_TRUE(before.says("Tidak ada templat yang ditolak."));
  const std::string links =
      "SELECT count(*) FROM message WHERE text = 'tautan_masuk' AND recipient"
      " = 'officer:kb' AND channel = 'email'";
  const int earlier = std::stoi(office_.query(links));
  const WebPage tried = kb.press(before, "uji-email");
  EXPECT_EQ(tried.header("Location"), "/saluran-kantor?uji=ya") << tried.body;
  EXPECT_EQ(std::stoi(office_.query(links)), earlier + 1);
  EXPECT_TRUE(kb.get(tried.header("Location")).says("Tautan terakhir kepada Anda dibuat "));
  EXPECT_EQ(signed_in("fo").get("/saluran-kantor").status, 403);

  const WebPage all = kb.get("/sesi-kantor");
  EXPECT_TRUE(all.says("(sesi ini)")) << all.body;
  EXPECT_TRUE(all.says("href=\"/pegawai/fo/sesi\""));
  EXPECT_TRUE(all.says("dari alamat 127.0.0.1"));
}

TEST_F(AdminPagesTest, ATokenIsShownOnceAndRevokedAndASilenceEndsWithItsDay) {
  Browser kb = administrator();
  EXPECT_EQ(kb.press(kb.get("/token"), "buat", {{"sistem", "simpeg"}}).status, 422);  // no scope
  const WebPage made =
      kb.press(kb.get("/token"), "buat", {{"sistem", "simpeg"}, {"cakupan", "read"}});
  EXPECT_TRUE(made.says("hanya ditampilkan kali ini")) << made.body;
  EXPECT_TRUE(made.says("Sistem simpeg"));
  EXPECT_FALSE(kb.get("/token").says("hanya ditampilkan kali ini"));
  const std::string id = office_.query("SELECT max(id) FROM token WHERE service = 'simpeg'");
  WebForm revoking = form_with(kb.get("/token"), "cabut");
  revoking.set("nomor", id);
  revoking.fields.emplace_back("aksi", "cabut");
  EXPECT_EQ(kb.send(revoking).status, 303);
  EXPECT_FALSE(kb.get("/token").says("Sistem simpeg"));

  const auto silence = [&](const std::string& until) {
    return kb.press(
        kb.get("/hening"), "tahan",
        {{"sasaran", "tahap paud.verifikasi"}, {"sampai", until}, {"alasan", "pindah loket"}});
  };
  EXPECT_EQ(silence("2026-04-01").status, 422);
  EXPECT_EQ(silence("2026-06-01").status, 422);
  EXPECT_EQ(silence("2026-04-02").status, 303);
  const WebPage held = kb.get("/hening");
  EXPECT_TRUE(held.says("pindah loket")) << held.body;
  EXPECT_TRUE(held.says("Verifikasi"));
  EXPECT_EQ(kb.press(held, "akhiri").status, 303);
  EXPECT_TRUE(kb.get("/hening").says("Tidak ada pesan yang ditahan."));
}

// Two SOPs, each with the calendar of its own office.
TEST_F(AdminPagesTest, EachCalendarIsChangedForItself) {
  office_.use_own_rules();
  const std::filesystem::path rules = office_.daemon().options().rules;
  std::filesystem::copy(rules / "sop/paud.yaml", rules / "sop/tk.yaml");
  std::filesystem::copy(rules / "calendar/banjarbaru.yaml", rules / "calendar/martapura.yaml");
  office_.change_rule("sop/tk.yaml", "sop: paud", "sop: tk");
  office_.change_rule("sop/tk.yaml", "PAUD-{tahun}", "TK-{tahun}");
  office_.change_rule("sop/tk.yaml", "kalender: banjarbaru", "kalender: martapura");
  office_.change_rule("calendar/martapura.yaml", "kalender: banjarbaru", "kalender: martapura");
  office_.reload();
  ASSERT_TRUE(office_.becomes(
      "SELECT string_agg(name, ' ' ORDER BY name) FROM rule_set WHERE kind = 'calendar'",
      "banjarbaru martapura"));
  EXPECT_TRUE(office_.metric_becomes("tenggat_config_last_reload_successful 1"));
  EXPECT_TRUE(office_.metric_becomes("tenggat_sop_without_file{sop=\"tk\"} 0"));
  Browser kb = administrator();
  const WebPage page = kb.get("/kalender?kalender=martapura");
  EXPECT_TRUE(page.says("<h1>Kalender Martapura</h1>")) << page.body;
  EXPECT_TRUE(page.says("href=\"/kalender?kalender=banjarbaru\""));
  const WebPage preview = kb.press(page, "pratinjau",
                                   {{"jenis", "libur_daerah"},
                                    {"tanggal", "2026-04-08"},
                                    {"nama", "Haul"},
                                    {"dasar", "Keputusan Bupati 9/2026"}});
  EXPECT_EQ(kb.press(preview, "terapkan").header("Location"),
            "/kalender?kalender=martapura&sudah=ya")
      << preview.body;
  EXPECT_TRUE(kb.get("/kalender?kalender=martapura").says("Haul"));
  EXPECT_FALSE(kb.get("/kalender?kalender=banjarbaru").says("Haul"));
  EXPECT_EQ(kb.get("/kalender?kalender=lain").status, 404);
}

// --- reaching the applicant ----------------------------------------------------------------------

TEST_F(AdminPagesTest, AContactIsCorrectedAndTheLinkSentAgain) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  const std::string path = "/permohonan/" + office_.query("SELECT id FROM permit") + "/pemohon";
  const std::string contact = "SELECT whatsapp || ' ' || email FROM applicant";
  EXPECT_TRUE(fo.get("/cari?q=Melati").says(path));
  EXPECT_EQ(fo.press(fo.get(path), "kontak", {{"whatsapp", ""}, {"email", ""}}).status, 422);
  EXPECT_EQ(fo.press(fo.get(path), "kontak", {{"whatsapp", "021"}}).status, 422);
  EXPECT_EQ(office_.query(contact), "6281311112222 ");
  const WebPage corrected =
      fo.press(fo.get(path), "kontak",
               {{"whatsapp", "0813 1111 3333"}, {"email", "ibu@warga.example"}, {"kirim", "ya"}});
  EXPECT_EQ(corrected.header("Location"), path + "?sudah=kontak") << corrected.body;
  EXPECT_EQ(office_.query(contact), "6281311113333 ibu@warga.example");
  EXPECT_EQ(office_.column("SELECT type || ' ' || actor FROM event WHERE visit = 0 AND"
                           " type <> 'calendar_applied' ORDER BY sequence"),
            (std::vector<std::string>{"contact_corrected officer:fo", "link_sent officer:fo"}));
  EXPECT_EQ(office_.query("SELECT count(*) FROM event WHERE fields::text ~ '1111|warga'"), "0");
  EXPECT_EQ(office_.query("SELECT length(fields ->> 'email') FROM event WHERE type ="
                          " 'contact_corrected'"),
            "64");
  office_.advance("2026-04-02T14:01:00");
  // In the database its link opens nothing: it has the seed alone.
  const std::string seed = file.path.substr(0, std::string("/lacak/").size() + 32);
  EXPECT_EQ(office_.query("SELECT address || ' ' || (body LIKE '%" + seed +
                          "%') FROM message WHERE text = 'tautan_lacak'"),
            "6281311113333 true");
  EXPECT_TRUE(fo.get("/permohonan/" + file.number).says("Kontak pemohon diperbaiki"));
  EXPECT_EQ(office_.tenggat({"audit", "verify", file.number}).status, 0);

  // Not without end, and by nobody who has nothing to do with files.
  int refused = 0;
  for (int i = 0; i < 4; ++i)
    if (fo.press(fo.get(path), "tautan").status == 422) ++refused;
  EXPECT_GE(refused, 1);
  Browser kdt = signed_in("kdt");
  EXPECT_THROW(form_with(kdt.get(path), "kontak"), std::runtime_error);
  WebForm forged = form_with(fo.get(path), "kontak");
  forged.set("token", form_with(kdt.get("/tugas"), "cuti").hidden("token"));
  forged.set("whatsapp", "0813 1111 4444");
  EXPECT_EQ(kdt.send(forged).status, 403);
  EXPECT_EQ(office_.query(contact), "6281311113333 ibu@warga.example");
  // Also where the file is closed already.
  Browser applicant = browser();
  applicant.press(applicant.get(file.path), "withdraw", {{"yakin", "ya"}});
  EXPECT_EQ(fo.press(fo.get(path), "kontak", {{"whatsapp", "0813 1111 5555"}}).status, 303);
  EXPECT_EQ(office_.query(contact), "6281311115555 ");
  EXPECT_EQ(state_of(file), "withdrawn -");
  EXPECT_EQ(office_.tenggat({"audit", "verify", file.number}).status, 0);
}

TEST_F(AdminPagesTest, AnAnswerBringsFiles) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  office_.json({"permit", "pause", file.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon kirim bukti kepemilikan tanah"},
               "dt");
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  EXPECT_EQ(applicant.press(page, "jawab").status, 422);
  // A made-up input brings no decree.
  EXPECT_EQ(applicant
                .press(page, "jawab", {{"catatan", "ini"}},
                       {{"berkas:surat_keputusan:", "sk.pdf", "application/pdf", "%PDF sk"}})
                .status,
            422);
  const WebPage sent =
      applicant.press(applicant.get(file.path), "jawab", {},
                      {{"berkas:lampiran_jawaban:", "tanah.pdf", "application/pdf", "%PDF tanah"}});
  EXPECT_EQ(sent.status, 303) << sent.body;
  EXPECT_EQ(office_.query("SELECT count(*) FROM pause WHERE to_at IS NULL"), "0");
  Browser dt = signed_in("dt");
  const WebPage desk = dt.get("/permohonan/" + file.number);
  EXPECT_TRUE(desk.says("Lampiran jawaban")) << desk.body;
  std::smatch link;
  ASSERT_TRUE(std::regex_search(desk.body, link, std::regex("/permohonan/[^\"]*/dokumen/[0-9]+")));
  EXPECT_EQ(dt.get(link.str()).body, "%PDF tanah");
}

// Who signs is taken over by no single administrator: what they would change waits, is told, and is
// stopped by whom it is about; a second one says the word, or a day passes.
TEST_F(AdminPagesTest, TheAddressOfWhoSignsIsNoSingleAdministratorsToChange) {
  Browser kb = administrator();
  Browser kd = signed_in("kd");
  const auto propose = [&](const char* email) {
    const WebPage page = kb.get("/pegawai/kd");
    const WebPage sent =
        kb.press(page, "ubah",
                 {{"nama", "Noor Aini"},
                  {"email", email},
                  {"whatsapp", office_.query("SELECT whatsapp FROM officer WHERE id = 'kd'")},
                  {"peran", "kepala_dinas"}});
    EXPECT_EQ(sent.status, 303) << sent.body;
    return "/perubahan/" + office_.query("SELECT coalesce(max(id), 0) FROM officer_change");
  };
  const auto email = [&] { return office_.query("SELECT email FROM officer WHERE id = 'kd'"); };
  const std::string was = email();

  const std::string first = propose("palsu@example.net");
  EXPECT_EQ(email(), was);
  EXPECT_TRUE(kb.get("/pegawai/kd").says(first));
  EXPECT_TRUE(
      office_.becomes("SELECT count(*) FROM message WHERE text = 'perubahan_kantor'"
                      " AND recipient = 'officer:kd' AND body LIKE '%" +
                          first + "%' AND body LIKE '%berlaku mulai%'",
                      "2"))
      << office_.daemon_log();
  EXPECT_EQ(signed_in("fo").get(first).status, 404);
  EXPECT_FALSE(kb.get(first).says("value=\"setujui\""));  // their own proposal
  const WebPage seen = kd.get(first);
  EXPECT_TRUE(seen.says("palsu@example.net")) << seen.body;
  EXPECT_FALSE(seen.says("value=\"setujui\""));
  EXPECT_EQ(kd.press(seen, "hentikan").status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM officer_change"), "0");
  EXPECT_EQ(kd.get(first).status, 404);

  // A second administrator, of some standing.
  office_.daemon().must(
      {"officer", "edit", "--id", "bo", "--role", "back_office", "--role", "admin"});
  Browser bo = signed_in("bo");
  const std::string second = propose("noor@banjarbaru.example");
  WebPage page = bo.get(second);
  EXPECT_EQ(bo.press(page, "setujui").status, 422);  // made an administrator just now
  office_.query("UPDATE officer SET as_they_are_since = '-infinity' WHERE id = 'bo'");
  page = bo.get(second);
  EXPECT_EQ(bo.press(page, "setujui").status, 303);
  EXPECT_EQ(email(), "noor@banjarbaru.example");
  EXPECT_EQ(kd.get("/tugas").status, 303);  // signed in as they were

  // Nobody says a word: it waits through a restart, and takes effect when its time has come.
  propose("noor.baru@banjarbaru.example");
  office_.stop_daemon();
  office_.start_daemon();
  EXPECT_EQ(email(), "noor@banjarbaru.example");
  const std::string a_day_on = office_.query(
      "SELECT to_char((office_now() + interval '25 hours') AT TIME ZONE 'Asia/Makassar',"
      " 'YYYY-MM-DD\"T\"HH24:MI:SS')");
  office_.advance(a_day_on);
  EXPECT_TRUE(
      office_.becomes("SELECT email FROM officer WHERE id = 'kd'", "noor.baru@banjarbaru.example"))
      << office_.daemon_log();
  EXPECT_TRUE(kb.get("/jejak").says("Perubahan data pegawai kd disetujui pengelola kedua"));
  EXPECT_EQ(office_.daemon().must({"officer", "change", "list", "--json"}), "[]\n");
}

// What an insider does is on record and told: whose address is changed hears of it at the old one.
TEST_F(AdminPagesTest, WhoTakesAnAddressOverIsSeenAtTheOldOne) {
  Browser kb = administrator();
  const std::string old = office_.query("SELECT email FROM officer WHERE id = 'bo'");
  ASSERT_NE(old, "");
  Browser bo = signed_in("bo");
  ask_for_link(bo, old);
  const std::string sent_before = link_to("bo");
  EXPECT_EQ(browser().get(sent_before).status, 200);
  EXPECT_EQ(
      kb.press(kb.get("/pegawai/bo"), "ubah",
               {{"nama", "Budi Santoso"}, {"email", "palsu@example.net"}, {"peran", "back_office"}})
          .status,
      303);
  EXPECT_EQ(bo.get("/tugas").status, 303);
  EXPECT_EQ(browser().get(sent_before).status, 404);
  EXPECT_TRUE(office_.becomes(
      "SELECT count(*) FROM message WHERE text = 'perubahan_kantor' AND recipient = 'officer:bo'"
      " AND address IN ('palsu@example.net', '" +
          old + "')",
      "2"))
      << office_.daemon_log();
  EXPECT_NE(office_
                .query("SELECT body FROM message WHERE text = 'perubahan_kantor' AND address = '" +
                       old + "'")
                .find("Data pegawai bo diubah (alamat email)"),
            std::string::npos);
  EXPECT_NE(office_.query("SELECT count(*) FROM message WHERE text = 'perubahan_kantor'"
                          " AND recipient = 'officer:kb'"),
            "0");

  const WebPage record = kb.get("/jejak");
  EXPECT_TRUE(record.says("Data pegawai bo diubah")) << record.body;
  EXPECT_TRUE(record.says("alamat email diubah"));
  EXPECT_FALSE(record.says("palsu@example.net"));
  EXPECT_TRUE(record.says("operator di mesin"));  // who made kb an administrator
  EXPECT_EQ(signed_in("fo").get("/jejak").status, 403);
  office_.daemon().must({"officer", "add", "--id", "pengawas", "--name", "Pengawas", "--role",
                         "pengawas", "--email", "pengawas@example.go.id"});
  Browser overseer = signed_in("pengawas");
  EXPECT_TRUE(overseer.get("/tugas").says("/jejak"));
  EXPECT_TRUE(overseer.get("/jejak").says("Pegawai pengawas ditambahkan"));
  EXPECT_TRUE(office_.daemon().must({"audit", "verify"}).find("every chain holds") !=
              std::string::npos);
}

TEST_F(AdminPagesTest, ALongInboxStaysASmallPage) {
  for (int i = 0; i < 60; ++i) submitted(fmt::format("PAUD Nomor Urut yang Panjang Sekali {}", i));
  Browser fo = signed_in("fo");
  const WebPage inbox = fo.get("/tugas");
  EXPECT_TRUE(inbox.says("lebih dari 50 berkas"));
  for (const std::string& path :
       {std::string("/tugas"), std::string("/cari?q=PAUD"), std::string("/papan/daftar?sop=paud")})
    EXPECT_LT(fo.get(path).body.size(), 50U * 1024) << path;
  // A day away gives back also what the page does not show.
  office_.query("UPDATE visit SET assignee = 'fo' WHERE closed_at IS NULL");
  EXPECT_EQ(fo.press(fo.get("/tugas"), "cuti").status, 303);
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM visit WHERE assignee = 'fo'", "0"));
}

}  // namespace
}  // namespace tenggat::test
