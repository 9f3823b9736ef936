// What an applicant is told and shown from the decision on, and while it is not taken: messages as
// they are sent, the page as they open it.
#include <algorithm>
#include <tuple>

#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

constexpr const char* kSurvey = "https://skm.banjarbaru.example/isi?layanan=paud";

class ApplicantTest : public PagesTest {
 protected:
  explicit ApplicantTest(const std::string& configuration = "") : PagesTest(configuration) {}

  // The review says what `action` says, and the file goes on to the head's desk.
  void to_the_head(const File& file, const std::string& action = "recommend") {
    act("fo", file, "verifikasi", "accept");
    act("bo", file, "penerimaan", "forward");
    std::vector<std::string> review{"--document", "bapl=https://x.example/b", "--document",
                                    "rekomendasi=https://x.example/r"};
    if (action != "recommend") review.insert(review.end(), {"--note", "lokasi tidak layak"});
    act("dt", file, "kajian_teknis", action, review);
    act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    act("kb", file, "persetujuan_kabid", "approve");
    act("s", file, "persetujuan_sekretaris", "approve");
  }
  // With the decree as an upload, as the head's page takes it.
  void sign(const File& file) {
    Browser kd = signed_in("kd");
    const WebPage signed_page =
        kd.press(kd.get("/permohonan/" + file.number), "act.sign",
                 {{"nomor.surat_keputusan", "503/017/PAUD/2026"}, {"yakin", "ya"}},
                 {{"berkas:surat_keputusan:", "sk.pdf", "application/pdf", "%PDF keputusan"}});
    ASSERT_EQ(signed_page.status, 303) << signed_page.body;
  }
  void refuse(const File& file) {
    act("kd", file, "penandatanganan", "refuse",
        {"--document", "surat_penolakan=https://x.example/tolak"});
  }
  WebPage page_of(const File& file) { return browser().get(file.path); }
  // The decree's link on the applicant's page; empty: there is none.
  std::string decree_link(const File& file) {
    const std::string body = page_of(file).body;
    std::smatch link;
    return std::regex_search(body, link, std::regex("/lacak/[^\"]*/dokumen/[0-9]+")) ? link.str()
                                                                                     : "";
  }
  std::string body_of(const std::string& text) {
    return office_.query(
        "SELECT coalesce(string_agg(body, ' | ' ORDER BY id), '') FROM message"
        " WHERE text = '" +
        text + "'");
  }
  std::string answered(const std::string& path) {
    return json::serialize(office_.get(path, "portal"));
  }
};

// --- the decree ----------------------------------------------------------------------------------

TEST_F(ApplicantTest, TheDecreeStaysWhenItIsReceivedByHand) {
  const File file = submitted();
  to_the_head(file);
  sign(file);
  office_.advance("2026-04-02T14:05:00");
  const std::string link = decree_link(file);
  ASSERT_NE(link, "");
  Browser applicant = browser();
  EXPECT_EQ(applicant.press(applicant.get(file.path), "receive").status, 303);
  EXPECT_EQ(state_of(file), "issued -");
  EXPECT_EQ(decree_link(file), link);
  EXPECT_TRUE(page_of(file).says("503/017/PAUD/2026"));
  EXPECT_EQ(applicant.get(link).body, "%PDF keputusan");
  EXPECT_FALSE(
      signed_in("bo").get("/permohonan/" + file.number).says("Dokumen yang sudah diganti"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM document WHERE superseded_event > 0 AND file"),
            "0");
}

TEST_F(ApplicantTest, TheDecreeStaysWhenItsReceiptIsRecordedByTheSystem) {
  const File file = submitted();
  to_the_head(file);
  sign(file);
  office_.advance("2026-04-09T08:00:00");
  EXPECT_EQ(state_of(file), "issued -");
  const std::string link = decree_link(file);
  ASSERT_NE(link, "");
  EXPECT_EQ(browser().get(link).body, "%PDF keputusan");
  // The day of its end stays, too, when its link is sent once more.
  const std::string ended = "Diterima Rabu, 8 April 2026";
  EXPECT_TRUE(page_of(file).says(ended)) << page_of(file).body;
  Browser fo = signed_in("fo");
  const WebPage desk = fo.get("/permohonan/" + file.number + "/pemohon");
  EXPECT_EQ(fo.press(desk, "tautan").status, 303) << desk.body;
  EXPECT_TRUE(page_of(file).says(ended)) << page_of(file).body;
}

TEST_F(ApplicantTest, WhoReceivesBeforeTheMessageIsMadeIsToldAllTheSame) {
  const File file = submitted();
  to_the_head(file);
  sign(file);
  act("portal", file, "penerimaan_sk", "receive");
  office_.advance("2026-04-02T14:05:00");
  EXPECT_NE(body_of("terbit").find("telah terbit dengan nomor 503/017/PAUD/2026"),
            std::string::npos)
      << body_of("terbit");
  EXPECT_EQ(office_.daemon_log().find("notice_quarantined"), std::string::npos);
}

// What an older version left behind, and what the migration makes of it.
TEST_F(ApplicantTest, AMigrationGivesBackTheDecreesThatAMarkHasTaken) {
  const std::string migration =
      read_file(std::filesystem::path(TENGGAT_SOURCE_DIR) /
                "daemon/store/migrations/0019_marks_supersede_no_file.sql");
  const File file = submitted();
  to_the_head(file);
  sign(file);
  office_.advance("2026-04-02T14:05:00");
  act("portal", file, "penerimaan_sk", "receive");
  const std::string link = decree_link(file);
  const auto add = [&](int id, const char* kind, bool is_file, int added, int superseded,
                       int voided) {
    office_.query(fmt::format(
        "INSERT INTO document (permit, id, visit, kind, file, added_at, added_by, added_event,"
        " superseded_event, voided_event) SELECT id, {}, 1, '{}', {}, now(), 'x', {}, {}, {} FROM"
        " permit WHERE number = '{}'",
        id, kind, is_file, added, superseded, voided, file.number));
  };
  office_.query(
      "UPDATE document f SET superseded_event = m.added_event FROM document m"
      " WHERE f.permit = m.permit AND f.kind = m.kind AND f.file AND NOT m.file");
  EXPECT_EQ(decree_link(file), "");  // as it was
  // A file, its mark, and a later file of the same kind: that one took its place.
  add(101, "a", true, 201, 202, 0);
  add(102, "a", false, 202, 203, 0);
  add(103, "a", true, 203, 0, 0);
  // Two marks one after the other, and none since.
  add(111, "b", true, 211, 212, 0);
  add(112, "b", false, 212, 213, 0);
  add(113, "b", false, 213, 0, 0);
  // A return that took the mark out of force would have taken the file, too.
  add(121, "c", true, 221, 222, 0);
  add(122, "c", false, 222, 0, 223);
  // Replaced by a file: rightly so. With a mark of another kind in the same event.
  add(131, "d", true, 231, 232, 0);
  add(132, "d", true, 232, 0, 0);
  add(133, "e", false, 232, 0, 0);
  for (int times = 0; times < 2; ++times) {
    office_.query(migration);
    EXPECT_EQ(office_.column("SELECT concat_ws(' ', id, superseded_event, voided_event) FROM"
                             " document WHERE id > 100 AND file ORDER BY id"),
              (std::vector<std::string>{"101 203 0", "103 0 0", "111 0 0", "121 0 223", "131 232 0",
                                        "132 0 0"}));
  }
  EXPECT_EQ(decree_link(file), link);
  EXPECT_EQ(browser().get(link).body, "%PDF keputusan");
  // What nobody did is not on record; the rest is as the record says.
  const CommandResult found = office_.tenggat({"audit", "verify", file.number});
  EXPECT_EQ(found.status, 1);
  EXPECT_NE(found.out.find("document 101 is not in the record"), std::string::npos) << found.out;
  office_.query("DELETE FROM document WHERE id > 100");
  EXPECT_EQ(office_.tenggat({"audit", "verify", file.number}).status, 0);
}

TEST_F(ApplicantTest, AMigrationSaysWhichRoleBroughtADocument) {
  const std::string sql = read_file(std::filesystem::path(TENGGAT_SOURCE_DIR) /
                                    "daemon/store/migrations/0030_late_entries.sql");
  const auto begin = sql.find("UPDATE document");
  const std::string migration = sql.substr(begin, sql.find(';', begin) - begin);
  const File file = submitted();
  act("fo", file, "verifikasi", "accept", {"--document", "lampiran=https://x.example/l"});
  act("bo", file, "penerimaan", "forward");
  office_.json({"permit", "pause", file.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon kirim denah"},
               "dt");
  Browser applicant = browser();
  ASSERT_EQ(applicant
                .press(applicant.get(file.path), "jawab", {{"catatan", "terlampir"}},
                       {{"berkas:lampiran_jawaban:", "denah.pdf", "application/pdf", "%PDF denah"}})
                .status,
            303);
  const auto brought = [&] {
    return office_.column("SELECT concat_ws(' ', kind, role) FROM document WHERE file ORDER BY id");
  };
  const std::vector<std::string> as_written = {"persyaratan_izin_paud pemohon",
                                               "lampiran front_office", "lampiran_jawaban pemohon"};
  EXPECT_EQ(brought(), as_written);
  office_.query("UPDATE document SET role = ''");  // as an older version left it
  office_.query(migration);
  EXPECT_EQ(brought(), as_written);
}

TEST_F(ApplicantTest, TheMessageNamesTheNumberOfTheDecreeAndOfNoAnnex) {
  const File file = submitted();
  to_the_head(file);
  act("kd", file, "penandatanganan", "sign",
      {"--document", "surat_keputusan=https://x.example/sk,number=503/017/PAUD/2026", "--document",
       "lampiran=https://x.example/l,number=LAMPIRAN-77"});
  office_.advance("2026-04-02T14:05:00");
  EXPECT_NE(body_of("terbit").find("terbit dengan nomor 503/017/PAUD/2026."), std::string::npos)
      << body_of("terbit");
  EXPECT_EQ(body_of("terbit").find("LAMPIRAN-77"), std::string::npos);
}

// --- the survey, and how to object ---------------------------------------------------------------

TEST_F(ApplicantTest, WithoutASurveyNothingIsSaidOfOne) {
  const File file = submitted();
  to_the_head(file);
  sign(file);
  office_.advance("2026-04-02T14:05:00");
  const std::string body = body_of("terbit");
  EXPECT_NE(body.find("telah terbit"), std::string::npos);
  EXPECT_EQ(body.find("Survei"), std::string::npos) << body;
  EXPECT_EQ(body.find("skm"), std::string::npos) << body;
  EXPECT_EQ(office_.query("SELECT template FROM message WHERE text = 'terbit'"),
            "tenggat_terbit_bukti_tanpa_skm_v2");
  EXPECT_TRUE(office_.becomes("SELECT state FROM message WHERE text = 'terbit'", "accepted"));
  EXPECT_EQ(office_.meta().faults(), std::vector<std::string>{});
}

class SurveyTest : public ApplicantTest {
 protected:
  SurveyTest() : ApplicantTest(std::string("skm: {url: \"") + kSurvey + "\"}\n") {}
};

TEST_F(SurveyTest, TheMessageLinksToTheSurveyThatIsConfigured) {
  const File file = submitted();
  to_the_head(file);
  sign(file);
  office_.advance("2026-04-02T14:05:00");
  EXPECT_NE(body_of("terbit").find(std::string("Survei Kepuasan Masyarakat di ") + kSurvey),
            std::string::npos)
      << body_of("terbit");
  EXPECT_EQ(office_.query("SELECT template FROM message WHERE text = 'terbit'"),
            "tenggat_terbit_bukti_v2");
}

// 21 working days after Thursday 2 April at 14.00: not the 3rd, nor 1 and 14 May (decreed days
// off).
TEST_F(ApplicantTest, ARefusalSaysByWhichDateToObject) {
  const File file = submitted();
  to_the_head(file, "not_recommend");
  refuse(file);
  office_.advance("2026-04-02T14:05:00");
  const std::string until =
      "secara tertulis kepada Kepala DPMPTSP Kota Banjarbaru paling lambat 5 Mei 2026";
  EXPECT_NE(body_of("ditolak").find("Keberatan dapat diajukan " + until + "."), std::string::npos)
      << body_of("ditolak");
  EXPECT_NE(body_of("ditolak").find("Alasan: lokasi tidak layak"), std::string::npos);
  const WebPage page = page_of(file);
  EXPECT_TRUE(page.says("Diputuskan Kamis, 2 April 2026")) << page.body;
  EXPECT_TRUE(
      page.says("Keberatan dapat diajukan secara tertulis kepada Kepala DPMPTSP Kota "
                "Banjarbaru paling lambat <strong>Selasa, 5 Mei 2026</strong>."))
      << page.body;
  EXPECT_FALSE(page.says("21 hari kerja"));
}

TEST_F(ApplicantTest, WhereTheSopNamesNoTermNothingIsSaidOfObjecting) {
  office_.use_own_rules();
  office_.change_rule("sop/paud.yaml",
                      "keberatan:\n  batas: 21d\n  cara: secara tertulis kepada "
                      "Kepala DPMPTSP Kota Banjarbaru\n",
                      "");
  office_.reload();
  ASSERT_TRUE(office_.becomes("SELECT count(*) FROM rule_set WHERE kind = 'sop'", "2"));
  ASSERT_TRUE(office_.metric_becomes("tenggat_config_last_reload_successful 1"));
  const File file = submitted();
  to_the_head(file, "not_recommend");
  refuse(file);
  office_.advance("2026-04-02T14:05:00");
  EXPECT_NE(body_of("ditolak").find("tidak dapat dikabulkan"), std::string::npos);
  EXPECT_EQ(body_of("ditolak").find("eberatan"), std::string::npos) << body_of("ditolak");
  EXPECT_FALSE(page_of(file).says("eberatan"));
}

// Nobody recommended it, and the head wrote no word: the letter does.
TEST_F(ApplicantTest, ARefusalWithoutAWordPointsToItsLetter) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  act("dt", file, "kajian_teknis", "recommend",
      {"--document", "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r"});
  act("bo", file, "penyusunan_sk", "draft",
      {"--outcome", "refusal", "--document", "draft_sk=https://x.example/d"});
  act("kb", file, "persetujuan_kabid", "approve");
  act("s", file, "persetujuan_sekretaris", "approve");
  refuse(file);
  office_.advance("2026-04-02T14:05:00");
  EXPECT_NE(body_of("ditolak").find("Alasan: sebagaimana tercantum dalam surat penolakan."),
            std::string::npos)
      << body_of("ditolak");
}

// --- before the decision -------------------------------------------------------------------------

TEST_F(ApplicantTest, NothingTellsTheOutcomeBeforeItIsDecided) {
  const File against = submitted("PAUD Melati"), in_favour = submitted("PAUD Mawar");
  to_the_head(against, "not_recommend");
  to_the_head(in_favour);
  office_.advance("2026-04-06T08:00:00");
  for (const File& file : {against, in_favour}) {
    const WebPage page = page_of(file);
    EXPECT_TRUE(page.says("Tahap 8 dari 9"));
    for (const char* telling : {"rekomendasi", "disetujui", "tolak", "kabul", "terbit"})
      EXPECT_FALSE(page.says(telling)) << file.path << " says " << telling << page.body;
  }
  EXPECT_EQ(body_of("ditolak") + body_of("terbit"), "");
  // Nor do the portal's events, which it shows to applicants; officers read it.
  const std::string events = answered("/events");
  EXPECT_NE(events.find("\"visit\":\"kajian_teknis#1\",\"action\":null"), std::string::npos)
      << events;
  EXPECT_EQ(events.find("recommend"), std::string::npos) << events;
  EXPECT_NE(events.find("\"action\":\"accept\""), std::string::npos);
  const std::string path = "/permits/" + against.number;
  const std::string intake =
      office_.daemon().new_token({"--service", "portal", "--scope", "intake"});
  const HttpAnswer own = office_.exchange(http_request("GET", "/api/v1" + path, intake, "", ""));
  EXPECT_NE(own.body.find("\"outcome\":null"), std::string::npos) << own.body;
  EXPECT_EQ(office_.get(path, "kd").at("outcome"), "refusal");
  EXPECT_TRUE(signed_in("kd").get("/permohonan/" + against.number).says("tidak direkomendasikan"));
}

TEST_F(ApplicantTest, ADecisionIsShownWhenItCannotBeTakenBackAnyMore) {
  const File file = submitted("PAUD Melati"), refused = submitted("PAUD Mawar");
  to_the_head(file);
  to_the_head(refused, "not_recommend");
  sign(file);
  refuse(refused);
  office_.advance("2026-04-02T14:01:59");
  for (const File& one : {file, refused}) {
    EXPECT_TRUE(page_of(one).says("Tahap 8 dari 9: Penandatanganan SK")) << page_of(one).body;
    EXPECT_FALSE(page_of(one).says("telah terbit"));
    EXPECT_FALSE(page_of(one).says("Tidak dapat dikabulkan"));
    EXPECT_FALSE(page_of(one).says("Konfirmasi penerimaan"));
  }
  const std::string id = office_.query("SELECT id FROM document WHERE kind = 'surat_keputusan'");
  EXPECT_EQ(browser().get(file.path + "/dokumen/" + id).status, 404);
  office_.advance("2026-04-02T14:02:00");
  EXPECT_TRUE(page_of(file).says("Izin telah terbit"));
  EXPECT_TRUE(page_of(refused).says("Tidak dapat dikabulkan"));
  EXPECT_EQ(browser().get(file.path + "/dokumen/" + id).status, 200);
}

// --- what is to be mended, what is answered ------------------------------------------------------

TEST_F(ApplicantTest, AReminderToMendNamesWhatTheReturnNamed) {
  const File file = submitted();
  act("fo", file, "verifikasi", "reject", {"--deficiency", "akta=belum dilegalisasi"});
  office_.advance("2026-04-02T14:01:00");
  office_.json({"permit", "undo", file.number}, "fo");
  act("fo", file, "verifikasi", "reject",
      {"--deficiency", "denah_ruang=belum ditandatangani", "--note", "lihat halaman 2"});
  office_.advance("2026-04-13T08:00:00");
  const std::string first = body_of("pengingat_perbaikan");
  EXPECT_NE(first.find("Yang perlu diperbaiki: "), std::string::npos) << first;
  EXPECT_NE(first.find("Denah ruang: belum ditandatangani"), std::string::npos) << first;
  EXPECT_NE(first.find("lihat halaman 2"), std::string::npos) << first;
  EXPECT_EQ(first.find("dilegalisasi"), std::string::npos) << first;
  // A second return has a reminder of its own.
  act("portal", file, "pengajuan", "submit", {"--note", "sudah diperbaiki"});
  act("fo", file, "verifikasi", "reject", {"--deficiency", "kk=tidak terbaca"});
  office_.advance("2026-04-21T08:00:00");
  EXPECT_NE(body_of("pengingat_perbaikan").find("KK: tidak terbaca"), std::string::npos)
      << body_of("pengingat_perbaikan");
}

TEST_F(ApplicantTest, TheOfficerHearsOfAnAnswerAndOfAMendedFileAtOnce) {
  office_.advance("2026-04-06T08:00:00");
  const File asked = submitted("PAUD Melati"), returned = submitted("PAUD Mawar");
  act("fo", asked, "verifikasi", "accept");
  act("bo", asked, "penerimaan", "forward");
  office_.json({"permit", "pause", asked.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon kirim denah"},
               "dt");
  act("fo", returned, "verifikasi", "reject", {"--note", "kurang"});
  // Both officers have just been told of something that is still open: their next message waits.
  const File other = submitted("PAUD Anggrek"), further = submitted("PAUD Teratai");
  act("fo", other, "verifikasi", "accept");
  act("bo", other, "penerimaan", "forward");
  office_.advance("2026-04-06T08:04:00");
  office_.new_messages();
  Browser applicant = browser();
  EXPECT_EQ(applicant.press(applicant.get(asked.path), "jawab", {{"catatan", "terlampir"}}).status,
            303);
  EXPECT_EQ(applicant.press(applicant.get(returned.path), "submit", {{"catatan", "sudah"}}).status,
            303);
  office_.advance("2026-04-06T08:08:00");
  const std::vector<SentMessage> expected = {
      {"2026-04-06T08:04:00", "officer:dt", "jawaban_pemohon", "whatsapp"},
      {"2026-04-06T08:06:00", "applicant", "perbaikan_diterima", "whatsapp"},
      {"2026-04-06T08:06:00", "officer:fo", "tugas_baru", "whatsapp"}};
  std::vector<SentMessage> told = office_.new_messages();
  std::sort(told.begin(), told.end(), [](const SentMessage& a, const SentMessage& b) {
    return std::tie(a.at, a.recipient) < std::tie(b.at, b.recipient);
  });
  // An answer of minutes moves the hour, and that is no news of another date.
  EXPECT_EQ(told, expected);
  EXPECT_NE(body_of("jawaban_pemohon").find(asked.number), std::string::npos);
  EXPECT_TRUE(page_of(asked).says("Selesai paling lambat"));
}

// --- one estimate --------------------------------------------------------------------------------

TEST_F(ApplicantTest, ThePageNamesTheEstimateThatTheMessageNamed) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  office_.advance("2026-04-10T14:30:00");  // due: a full five days since
  office_.advance("2026-04-10T14:35:00");
  const std::string body = body_of("terlambat_pemohon");
  std::smatch named;
  ASSERT_TRUE(std::regex_search(body, named, std::regex("Perkiraan selesai: (.*?) WITA"))) << body;
  const std::string estimate = named.str(1);
  for (const char* at : {"2026-04-10T14:36:00", "2026-04-10T16:00:00", "2026-04-13T09:00:00"}) {
    office_.advance(at);
    EXPECT_TRUE(page_of(file).says(estimate)) << at << ", not " << estimate << page_of(file).body;
  }
  // It has passed: another, later one.
  office_.advance("2026-04-15T09:00:00");
  EXPECT_TRUE(page_of(file).says("Perkiraan selesai"));
  EXPECT_FALSE(page_of(file).says(estimate));
}

}  // namespace
}  // namespace tenggat::test
