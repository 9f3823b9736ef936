// A superior reads what was raised to them, says what is to be done, gives and answers it; what
// applicants write over WhatsApp. A browser without script, a real daemon, PostgreSQL, Meta's form.
#include "notifiers/signature.h"
#include "tests/e2e/kept_page.h"
#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

class Escalations : public PagesTest {
 protected:
  void three_late_files() {
    with_the_review_ = submitted("TK Cahaya Ilmu");
    act("fo", with_the_review_, "verifikasi", "accept");
    act("bo", with_the_review_, "penerimaan", "forward");
    office_.json({"permit", "claim", with_the_review_.number, "--step", "kajian_teknis"}, "dt");
    taken_by_nobody_ = submitted("KB Pelangi Kasih");
    asked_about_ = submitted("PAUD Tunas Harapan");
    act("fo", asked_about_, "verifikasi", "accept");
    office_.json({"permit", "claim", asked_about_.number, "--step", "penerimaan"}, "bo");
    office_.json({"permit", "acknowledge", with_the_review_.number, "--step", "kajian_teknis",
                  "--reason", "cuaca", "--note", "Hujan deras"},
                 "dt");
    office_.advance("2026-04-10T10:00:00");
    office_.json({"permit", "escalate", asked_about_.number, "--step", "penerimaan", "--note",
                  "Draf mengikuti yang mana?"},
                 "bo");
    office_.advance("2026-04-13T10:20:00");
  }
  // The link of a card's button.
  static std::string button(const WebPage& page, const std::string& label) {
    const std::string mark = "aria-label=\"" + label + "\"";
    const std::size_t at = page.body.find(mark);
    if (at == std::string::npos) return "";
    const std::size_t href = page.body.rfind("href=\"", at) + 6;
    std::string path = page.body.substr(href, page.body.find('"', href) - href);
    return path.substr(0, path.find('#'));
  }

  File with_the_review_, taken_by_nobody_, asked_about_;
};

TEST_F(Escalations, ASuperiorSeesWhoHasWhatAndWhatWasDone) {
  three_late_files();
  Browser kb = signed_in("kb");
  const WebPage page = kb.get("/eskalasi");
  keep(page, "eskalasi");
  ASSERT_EQ(page.status, 200);
  EXPECT_TRUE(page.says("Eskalasi kepada saya (3)")) << page.body;
  EXPECT_TRUE(page.says("Belum ada yang mengambil."));
  EXPECT_TRUE(page.says("tembusan kepada Anda"));
  EXPECT_TRUE(page.says("“Draf mengikuti yang mana?”"));
  EXPECT_TRUE(page.says("1 meminta arahan"));
  EXPECT_TRUE(page.says("Kendala: cuaca"));
  EXPECT_TRUE(page.says("“Hujan deras”"));
  EXPECT_TRUE(page.says("Anda diberi tahu"));
  EXPECT_TRUE(page.says("belum ditanggapi"));
  EXPECT_TRUE(page.says("Berikutnya"));
  EXPECT_TRUE(page.says("Tim saya"));
  EXPECT_LT(page.body.size(), 60'000U);
  // The longest overdue first.
  EXPECT_LT(page.body.find("KB Pelangi Kasih"), page.body.find("TK Cahaya Ilmu"));
  // In copy one directs, and assigns nothing.
  EXPECT_NE(button(page, "Beri arahan: TK Cahaya Ilmu"), "");
  EXPECT_EQ(button(page, "Tugaskan: TK Cahaya Ilmu"), "");
  EXPECT_NE(button(page, "Tugaskan: KB Pelangi Kasih"), "");

  Browser fo = signed_in("fo");
  EXPECT_FALSE(fo.get("/tugas").says("Eskalasi"));
  EXPECT_TRUE(fo.get("/eskalasi").says("Tidak ada eskalasi"));
}

TEST_F(Escalations, ADirectiveReachesItsHolderAndIsReadOnThePermit) {
  three_late_files();
  Browser kb = signed_in("kb");
  const std::string path = button(kb.get("/eskalasi"), "Beri arahan: PAUD Tunas Harapan");
  ASSERT_NE(path, "");
  const WebPage open = kb.get(path);
  keep(open, "eskalasi-arahan");
  EXPECT_TRUE(open.says("Arahan untuk"));
  const WebPage bad = kb.press(open, "direct", {{"catatan", ""}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_TRUE(bad.says("role=\"alert\""));
  EXPECT_EQ(kb.press(open, "direct", {{"catatan", "Ikuti rekomendasi: 2 rombel"}}).status, 303);
  EXPECT_TRUE(kb.get("/eskalasi?sudah=direct").says("Arahan dikirim dan dicatat."));
  ASSERT_TRUE(office_.becomes("SELECT count(*) FROM message WHERE text = 'arahan'", "1"));
  EXPECT_EQ(office_.query("SELECT recipient FROM message WHERE text = 'arahan'"), "officer:bo");
  const std::string body = office_.query("SELECT body FROM message WHERE text = 'arahan'");
  EXPECT_NE(body.find(": Ikuti rekomendasi: 2 rombel. Waktu tahap tetap berjalan."),
            std::string::npos)
      << body;
  EXPECT_NE(body.find("/permohonan/" + id_of(asked_about_)), std::string::npos) << body;
  EXPECT_TRUE(kb.get("/eskalasi").says("“Ikuti rekomendasi: 2 rombel”"));
  Browser bo = signed_in("bo");
  const WebPage permit = bo.get("/permohonan/" + asked_about_.number);
  EXPECT_TRUE(permit.says("arahan diberikan kepada"));
  EXPECT_TRUE(permit.says("Ikuti rekomendasi: 2 rombel"));
  // Never to the applicant.
  Browser anybody = browser();
  EXPECT_FALSE(anybody.get(office_.daemon().completed(asked_about_.path)).says("2 rombel"));
}

TEST_F(Escalations, WhatIsGivenHasAHolderAndWhatIsAnsweredWaitsBelow) {
  three_late_files();
  Browser kb = signed_in("kb");
  const WebPage assign = kb.get(button(kb.get("/eskalasi"), "Tugaskan: KB Pelangi Kasih"));
  EXPECT_EQ(kb.press(assign, "assign", {{"petugas", "fo"}, {"catatan", "Segera"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT assignee FROM visit v JOIN permit p ON p.id = v.permit"
                          " WHERE p.subject = 'KB Pelangi Kasih' AND v.closed_at IS NULL"),
            "fo");
  const WebPage respond = kb.get(button(kb.get("/eskalasi"), "Tanggapi: TK Cahaya Ilmu"));
  keep(respond, "eskalasi-tanggapi");
  EXPECT_TRUE(respond.says("jenjang berikutnya tetap diberi tahu"));
  EXPECT_EQ(kb.press(respond, "respond", {{"sampai", "2027-01-01"}}).status, 422);
  EXPECT_EQ(kb.press(respond, "respond", {{"sampai", ""}}).status, 303);
  const WebPage after = kb.get("/eskalasi?sudah=respond");
  keep(after, "eskalasi-ditanggapi");
  EXPECT_TRUE(after.says("Anda tanggapi, berlaku sampai"));
  EXPECT_EQ(button(after, "Tanggapi: TK Cahaya Ilmu"), "");
  EXPECT_GT(after.body.find("TK Cahaya Ilmu"), after.body.find("PAUD Tunas Harapan"));
  EXPECT_TRUE(after.says("2 belum ditanggapi"));
}

TEST_F(Escalations, WhatWasAnsweredThisMonthIsListedWithWhatBecameOfIt) {
  three_late_files();
  Browser kb = signed_in("kb");
  EXPECT_FALSE(kb.get("/eskalasi").says("Sudah Anda tanggapi bulan ini"));
  const WebPage direct = kb.get(button(kb.get("/eskalasi"), "Beri arahan: PAUD Tunas Harapan"));
  EXPECT_EQ(kb.press(direct, "direct", {{"catatan", "Pakai draf kedua"}}).status, 303);
  const WebPage assign = kb.get(button(kb.get("/eskalasi"), "Tugaskan: KB Pelangi Kasih"));
  EXPECT_EQ(kb.press(assign, "assign", {{"petugas", "fo"}, {"catatan", ""}}).status, 303);
  const WebPage respond = kb.get(button(kb.get("/eskalasi"), "Tanggapi: TK Cahaya Ilmu"));
  EXPECT_EQ(kb.press(respond, "respond", {{"sampai", ""}}).status, 303);
  act("bo", asked_about_, "penerimaan", "forward");
  const WebPage page = kb.get("/eskalasi");
  keep(page, "eskalasi-jawaban");
  const std::size_t at = page.body.find("Sudah Anda tanggapi bulan ini (3)");
  ASSERT_NE(at, std::string::npos) << page.body;
  const std::string list = page.body.substr(at, page.body.find("</details>", at) - at);
  for (const char* said :
       {"arahan diberikan kepada", "tugas diberikan kepada", "eskalasi ditanggapi",
        "<strong>selesai</strong>: diteruskan", "hari ini pukul 10.20", ", terlambat", "pada "})
    EXPECT_NE(list.find(said), std::string::npos) << said << "\n" << list;
  EXPECT_LT(page.body.size(), 60'000U);
  // Of this month alone, and their own.
  EXPECT_FALSE(signed_in("s").get("/eskalasi").says("Sudah Anda tanggapi"));
  office_.advance("2026-05-04T09:00:00");
  EXPECT_FALSE(kb.get("/eskalasi").says("Sudah Anda tanggapi bulan ini"));
}

TEST_F(Escalations, TheTeamIsCountedByPersonAndStepAndLeadsToTheFiles) {
  three_late_files();
  Browser kb = signed_in("kb");
  WebPage page = kb.get("/eskalasi");
  for (int i = 0; i < 50 && !page.says("3 berkas · 3 terlambat"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    page = kb.get("/eskalasi");
  }
  EXPECT_TRUE(page.says("3 berkas · 3 terlambat")) << page.body;
  keep(page, "eskalasi-tim");
  EXPECT_TRUE(page.says("Belum diambil"));
  EXPECT_TRUE(page.says("Per tahap"));
  const WebPage held = kb.get("/eskalasi/berkas?petugas=bo");
  EXPECT_TRUE(held.says("PAUD Tunas Harapan"));
  EXPECT_FALSE(held.says("KB Pelangi Kasih"));
  EXPECT_TRUE(kb.get("/eskalasi/berkas?peran=front_office").says("KB Pelangi Kasih"));
  EXPECT_EQ(kb.get("/eskalasi/berkas?peran=admin").status, 404);
  Browser fo = signed_in("fo");
  EXPECT_EQ(fo.get("/eskalasi/berkas?petugas=bo").status, 404);
}

TEST_F(Escalations, SeveralLeaveAsOneMessageThatListsEachWithItsLink) {
  three_late_files();
  const std::string body = office_.query(
      "SELECT coalesce((SELECT body FROM message WHERE text = 'daftar_eskalasi'"
      " AND recipient = 'officer:kb' ORDER BY id DESC LIMIT 1), '')");
  ASSERT_NE(body, "") << office_.query(
      "SELECT string_agg(text || ' ' || recipient, ', ') FROM message");
  EXPECT_NE(body.find("eskalasi"), std::string::npos) << body;
  EXPECT_NE(body.find("/permohonan/"), std::string::npos) << body;
  EXPECT_NE(body.find("penanggung jawab"), std::string::npos) << body;
  EXPECT_NE(body.find("/eskalasi"), std::string::npos) << body;
}

TEST_F(Escalations, AnOfficerChoosesHowTheyAreTold) {
  Browser bo = signed_in("bo");
  const WebPage page = bo.get("/saluran");
  keep(page, "saluran");
  EXPECT_EQ(bo.press(page, "pilih", {{"saluran", "surel"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT array_to_string(channels, ' ') FROM officer WHERE id = 'bo'"),
            "email");
  EXPECT_TRUE(bo.get("/saluran?sudah=ya").says("Tersimpan."));
  EXPECT_EQ(bo.press(page, "pilih", {{"saluran", "pos"}}).status, 422);
}

// --- what people write ---------------------------------------------------------------------------

class Written : public Escalations {
 protected:
  int receive(const std::string& from, const std::string& id, const std::string& text,
              const std::string& key = kReceiptKey) {
    const std::string body = fmt::format(
        R"({{"entry":[{{"changes":[{{"value":{{"messages":[{{"from":"{}","id":"{}","timestamp":"1775109600","type":"text","text":{{"body":"{}"}}}}]}}}}]}}]}})",
        from, id, text);
    std::string signature;
    for (const char c : notify::hmac(notify::Digest::sha256, key, body))
      signature += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return office_
        .exchange(fmt::format("POST /api/v1/hooks/whatsapp/meta HTTP/1.1\r\nHost: izin.example\r\n"
                              "X-Hub-Signature-256: sha256={}\r\nContent-Length: {}\r\n\r\n{}",
                              signature, body.size(), body))
        .status;
  }
  std::string answers() {
    return office_.query("SELECT count(*) FROM message WHERE text LIKE 'balasan%'");
  }
};

TEST_F(Written, AnApplicantsMessageIsKeptShownAndAnsweredOnceADay) {
  const File file = submitted();
  EXPECT_EQ(receive("6281311112222", "wamid.1", "Sudah sampai mana?"), 200);
  EXPECT_EQ(receive("6281311112222", "wamid.1", "Sudah sampai mana?"), 200);  // once more
  EXPECT_EQ(receive("6281311112222", "wamid.2", "Halo?"), 200);
  EXPECT_EQ(answers(), "1");
  const std::string body = office_.query("SELECT body FROM message WHERE text = 'balasan_pemohon'");
  EXPECT_NE(body.find(file.number), std::string::npos) << body;
  EXPECT_NE(body.find("tahap Verifikasi"), std::string::npos) << body;
  EXPECT_NE(body.find("/lacak/"), std::string::npos) << body;
  EXPECT_EQ(office_.query("SELECT count(*) FROM event WHERE type = 'wrote'"), "2");
  ASSERT_TRUE(office_.becomes(
      "SELECT count(*) FROM message WHERE text = 'balasan_pemohon' AND state = 'accepted'", "1"));
  Browser fo = signed_in("fo");
  EXPECT_TRUE(fo.get("/permohonan/" + file.number).says("Sudah sampai mana?"));
  office_.advance("2026-04-02T14:05:00");
  EXPECT_EQ(office_.query("SELECT count(*) FROM notice WHERE text = 'pesan_pemohon'"), "2");
  office_.advance("2026-04-06T09:00:00");
  EXPECT_EQ(receive("6281311112222", "wamid.3", "Masih menunggu"), 200);
  EXPECT_EQ(answers(), "2");
}

TEST_F(Written, AnOfficerIsShownTheInboxAndOthersGetOnePoliteLine) {
  const std::string officer = office_.query("SELECT whatsapp FROM officer WHERE id = 'fo'");
  EXPECT_EQ(receive(officer, "wamid.1", "Sudah saya setujui"), 200);
  EXPECT_NE(office_.query("SELECT body FROM message WHERE text = 'balasan_petugas'").find("/tugas"),
            std::string::npos);
  EXPECT_EQ(receive("6281299998888", "wamid.2", "Promo!"), 200);
  EXPECT_EQ(receive("6281299998888", "wamid.3", "Promo!"), 200);
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'balasan_umum'"), "1");
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(receive(fmt::format("62812777700{:02}", i), fmt::format("wamid.s{}", i), "x"), 200);
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'balasan_umum'"), "30");
  EXPECT_EQ(office_.query("SELECT count(*) FROM event WHERE type = 'wrote'"), "0");
}

TEST_F(Written, WithoutTheRightSignatureNothingIsTaken) {
  submitted();
  EXPECT_EQ(receive("6281311112222", "wamid.1", "Halo", "kunci lain"), 401);
  EXPECT_EQ(answers(), "0");
  EXPECT_EQ(office_.query("SELECT count(*) FROM inbound_number"), "0");
}

}  // namespace
}  // namespace tenggat::test
