// A permit as its officers work on it: documents beside the work, what was opened, notes among
// officers, what was told, files ahead of the action, visits to the place.
#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

class DeskPagesTest : public PagesTest {
 protected:
  static std::vector<WebUpload> file(const std::string& kind, const std::string& bytes) {
    return {{"berkas:" + kind + ":", kind + ".pdf", "application/pdf", "%PDF " + bytes}};
  }
  std::string desk(const File& permit) { return "/permohonan/" + permit.number; }
  // Before the head of the division, with a draft that was uploaded.
  File drafted(const std::string& review, const std::string& outcome) {
    const File permit = submitted();
    to_draft(permit, review);
    Browser bo = signed_in("bo");
    EXPECT_EQ(
        bo.press(bo.get(desk(permit)), "act.draft", {{"hasil", outcome}}, file("draft_sk", "draf"))
            .status,
        303);
    return permit;
  }
  std::string draft_of(const File& permit) {
    return desk(permit) + "/dokumen/" +
           office_.query(
               "SELECT id FROM document WHERE kind = 'draft_sk' AND file"
               " AND voided_event = 0 AND superseded_event = 0");
  }
  std::string opened() {
    return office_.query("SELECT count(*) FROM event WHERE type = 'document_opened'");
  }
};

TEST_F(DeskPagesTest, TheDraftIsShownBesideTheWorkAndNothingInItRuns) {
  const File permit = drafted("recommend", "grant");
  Browser kb = signed_in("kb");
  const WebPage page = kb.get(desk(permit));
  const std::string id = "/permohonan/" + id_of(permit);
  EXPECT_TRUE(page.says("<object class=\"tampil\" type=\"application/pdf\" data=\"" + id))
      << page.body;
  EXPECT_NE(page.header("Content-Security-Policy").find("object-src 'self'"), std::string::npos);
  EXPECT_EQ(page.header("Content-Security-Policy").find("script-src"), std::string::npos);
  EXPECT_TRUE(page.says("Baca draf SK<span>PDF, 1 KB</span>")) << page.body;
  const WebPage draft = kb.get(draft_of(permit));
  EXPECT_EQ(draft.status, 200);
  EXPECT_EQ(draft.header("Content-Security-Policy"),
            "sandbox; default-src 'none'; frame-ancestors 'self'");
  EXPECT_EQ(draft.header("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(draft.header("Content-Type"), "application/pdf");
  // Other pages show nothing in themselves, and are shown in nothing.
  const WebPage tasks = kb.get("/tugas");
  EXPECT_EQ(tasks.header("Content-Security-Policy").find("object-src"), std::string::npos);
  EXPECT_EQ(page.header("X-Frame-Options"), "DENY");
}

TEST_F(DeskPagesTest, WhatIsOpenedIsRecordedOnceByWhoeverHasTheStep) {
  const File permit = drafted("recommend", "grant");
  Browser kb = signed_in("kb"), fo = signed_in("fo");
  EXPECT_EQ(kb.request("HEAD", draft_of(permit)).status, 200);
  EXPECT_EQ(opened(), "0");
  const std::string version = version_of(permit);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(kb.get(draft_of(permit)).status, 200);
  EXPECT_EQ(fo.get(draft_of(permit)).status, 200);  // reads it, and has no step here
  Browser again = signed_in("kb");
  EXPECT_EQ(again.get(draft_of(permit)).status, 200);
  EXPECT_EQ(opened(), "1");
  EXPECT_EQ(version_of(permit), version);  // a form that is being filled in stays good
  EXPECT_TRUE(kb.get(desk(permit)).says("Draf SK sudah Anda buka hari ini pukul 14.00."));
  EXPECT_TRUE(kb.get(desk(permit)).says("Dokumen yang dibuka petugas (1)"));
  EXPECT_EQ(office_.tenggat({"audit", "verify", permit.number}).status, 0);
}

TEST_F(DeskPagesTest, AnApprovalSaysWhereTheDraftWasNotOpened) {
  const File permit = drafted("recommend", "grant");
  Browser kb = signed_in("kb");
  EXPECT_TRUE(kb.get(desk(permit)).says("Draf SK belum Anda buka."));
  EXPECT_EQ(kb.press(kb.get(desk(permit)), "act.approve").status, 303);
  const std::string unopened =
      "SELECT coalesce(fields::jsonb ->> 'unopened.1', '-') FROM event WHERE type = 'acted'"
      " ORDER BY sequence DESC LIMIT 1";
  EXPECT_EQ(office_.query(unopened), "draft_sk");
  EXPECT_TRUE(kb.get(desk(permit)).says("; tidak dibuka sebelumnya: Draf SK"));
  EXPECT_FALSE(browser().get(permit.path).says("tidak dibuka"));
  Browser s = signed_in("s");
  EXPECT_EQ(s.get(draft_of(permit)).status, 200);
  EXPECT_EQ(s.press(s.get(desk(permit)), "act.approve").status, 303);
  EXPECT_EQ(office_.query(unopened), "-");
}

TEST_F(DeskPagesTest, NobodyApprovesARefusalUnseen) {
  const File permit = drafted("not_recommend", "refusal");
  Browser kb = signed_in("kb");
  const WebPage page = kb.get(desk(permit));
  EXPECT_TRUE(page.says("Isi keputusan: MENOLAK"));
  EXPECT_TRUE(page.says("<blockquote class=\"menolak\"><p>Ruang kurang</p></blockquote>"))
      << page.body;
  EXPECT_TRUE(page.says("Anda menyetujui keputusan yang <strong>menolak</strong>"));
  EXPECT_EQ(kb.press(page, "act.approve").status, 422);
  EXPECT_EQ(state_of(permit), "active persetujuan_kabid");
  EXPECT_EQ(kb.press(kb.get(desk(permit)), "act.approve", {{"yakin", "ya"}}).status, 303);
  act("s", permit, "persetujuan_sekretaris", "approve");
  Browser kd = signed_in("kd");
  const WebPage head = kd.get(desk(permit));
  EXPECT_TRUE(head.says("dapat mengajukan keberatan sampai <strong>")) << head.body;
  EXPECT_TRUE(head.says("tidak tersedia: draf ini menolak. Untuk mengabulkan, kembalikan"));
  // The one that ends it is the only one filled red, and the documents come before it.
  EXPECT_EQ(head.body.find("bahaya utama"), head.body.rfind("bahaya utama"));
  EXPECT_LT(head.body.find("id=\"dokumen\""), head.body.find("bahaya utama"));
  EXPECT_TRUE(head.says("Kembali kepada Back Office, "));
}

TEST_F(DeskPagesTest, DeficienciesAreAsManyAsThereAre) {
  const File permit = submitted();
  Browser fo = signed_in("fo");
  WebForm more = form_with(fo.get(desk(permit)), "act.reject");
  more.fields.insert(more.fields.end(),
                     {{"dokumen", "Akta"}, {"kekurangan", "buram"}, {"usulkan", "tambah"}});
  std::erase_if(more.fields, [](const auto& one) { return one.first == "aksi"; });
  const WebPage grown = fo.send(more);
  EXPECT_EQ(grown.status, 422);
  EXPECT_TRUE(grown.says("Baris kekurangan ditambah")) << grown.body;
  EXPECT_TRUE(grown.says("value=\"Akta\""));
  EXPECT_TRUE(grown.says("Kekurangan 4: dokumen"));
  EXPECT_EQ(state_of(permit), "active verifikasi");
  std::vector<std::pair<std::string, std::string>> seven;
  for (int i = 1; i <= 7; ++i) {
    seven.emplace_back("dokumen", "Berkas " + std::to_string(i));
    seven.emplace_back("kekurangan", "perlu distempel");
  }
  EXPECT_EQ(fo.press(fo.get(desk(permit)), "act.reject", seven).status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM note WHERE kind = 'deficiency'"), "7");
  EXPECT_TRUE(browser().get(permit.path).says("Berkas 7"));
}

TEST_F(DeskPagesTest, WhatOfficersNoteReachesNoApplicant) {
  const File permit = submitted();
  const std::string secret = "Alamat sama dengan PAUD Kenanga";
  Browser fo = signed_in("fo"), bo = signed_in("bo");
  EXPECT_EQ(fo.press(fo.get(desk(permit)), "catat", {{"catatan", ""}}).status, 422);
  EXPECT_EQ(fo.press(fo.get(desk(permit)), "catat", {{"catatan", secret}}).status, 303);
  EXPECT_TRUE(bo.get(desk(permit)).says("Catatan internal (1), tidak terlihat oleh pemohon"));
  EXPECT_TRUE(bo.get(desk(permit)).says(secret));
  act("fo", permit, "verifikasi", "reject", {"--deficiency", "denah_ruang=belum ditandatangani"});
  office_.advance("2026-04-02T14:30:00");
  EXPECT_FALSE(browser().get(permit.path).says(secret));
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE body LIKE '%Kenanga%'"), "0");
  EXPECT_EQ(office_.query("SELECT count(*) FROM event WHERE fields::text LIKE '%Kenanga%'"), "0");
  const auto shown = [&](const std::string& path, const std::string& as) {
    return boost::json::serialize(office_.get(path, as)).find("Kenanga") != std::string::npos;
  };
  EXPECT_FALSE(shown("/permits/" + id_of(permit), "portal"));
  EXPECT_FALSE(shown("/events", "portal"));
  EXPECT_TRUE(shown("/permits/" + id_of(permit) + "/timeline", "fo"));
  EXPECT_EQ(office_.tenggat({"audit", "verify", permit.number}).status, 0);
}

TEST_F(DeskPagesTest, WhoWasToldWhatIsSaidAndWhatDidNotArriveIsSentAgain) {
  const File permit = submitted();
  act("fo", permit, "verifikasi", "accept");
  office_.advance("2026-04-02T14:30:00");
  const std::string message = office_.query(
      "SELECT id FROM message WHERE text = 'lengkap' AND recipient NOT LIKE 'officer:%'");
  ASSERT_NE(message, "");
  ASSERT_TRUE(office_.becomes("SELECT state FROM message WHERE id = " + message, "accepted"));
  Browser fo = signed_in("fo"), kdt = signed_in("kdt");
  EXPECT_TRUE(fo.get(desk(permit)).says("<strong>Pemohon, Aminah:</strong> berkas lengkap"))
      << fo.get(desk(permit)).body;
  EXPECT_THROW(form_with(fo.get(desk(permit)), "kirim-ulang"), std::runtime_error);
  const std::string dead =
      "UPDATE message SET state = 'dead', reason = 'bad_address',"
      " undelivered_at = NULL WHERE id = " +
      message;
  office_.query(dead);
  const WebPage page = fo.get(desk(permit));
  EXPECT_TRUE(page.says("tidak sampai</strong>: alamat tidak dikenal di tujuan")) << page.body;
  // Not by who has no duty with files, nor what went to an officer.
  EXPECT_THROW(form_with(kdt.get(desk(permit)), "kirim-ulang"), std::runtime_error);
  WebForm forged = form_with(page, "kirim-ulang");
  forged.set("token", form_with(kdt.get("/tugas"), "cuti").hidden("token"));
  EXPECT_EQ(kdt.send(forged).status, 403);
  EXPECT_EQ(fo.press(page, "kirim-ulang").status, 303);
  EXPECT_TRUE(office_.becomes("SELECT state FROM message WHERE id = " + message, "accepted"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM office_event WHERE type = 'message_retried'"), "1");
  EXPECT_EQ(fo.press(page, "kirim-ulang").status, 403);  // it is not lost any more
}

TEST_F(DeskPagesTest, AFileIsKeptWhileTheClockStandsAndNotAskedForAgain) {
  const File permit = submitted();
  act("fo", permit, "verifikasi", "accept");
  act("bo", permit, "penerimaan", "forward");
  Browser dt = signed_in("dt");
  EXPECT_EQ(dt.press(dt.get(desk(permit)), "pause",
                     {{"jeda", "kunjungan_lapangan"}, {"sampai", "2026-04-07"}})
                .status,
            303);
  EXPECT_TRUE(dt.get(desk(permit)).says(", sampai Selasa 7 April, 24.00 WITA"))
      << dt.get(desk(permit)).body;
  EXPECT_EQ(dt.press(dt.get(desk(permit)), "simpan-dokumen").status, 422);
  EXPECT_EQ(dt.press(dt.get(desk(permit)), "simpan-dokumen", {}, file("bapl", "bapl")).status, 303);
  const WebPage page = dt.get(desk(permit));
  EXPECT_TRUE(page.says("Dijeda"));
  EXPECT_TRUE(page.says("Sudah disimpan pada tahap ini:</p><ul><li>BAPL</li></ul>")) << page.body;
  EXPECT_EQ(dt.press(page, "act.recommend", {}, file("rekomendasi", "r")).status, 303);
  EXPECT_EQ(state_of(permit), "active penyusunan_sk");
  EXPECT_EQ(office_.tenggat({"audit", "verify", permit.number}).status, 0);
}

TEST_F(DeskPagesTest, AVisitIsPlannedToldAndStandsInTheAgenda) {
  const File permit = submitted();
  act("fo", permit, "verifikasi", "accept");
  act("bo", permit, "penerimaan", "forward");
  Browser dt = signed_in("dt");
  EXPECT_EQ(
      dt.press(dt.get(desk(permit)), "jadwalkan", {{"tanggal", "2026-04-07"}, {"jam", ""}}).status,
      422);
  EXPECT_EQ(
      dt.press(dt.get(desk(permit)), "jadwalkan", {{"tanggal", "2026-04-01"}, {"jam", "09:00"}})
          .status,
      422);
  EXPECT_EQ(
      dt.press(dt.get(desk(permit)), "jadwalkan", {{"tanggal", "2026-04-07"}, {"jam", "09:00"}})
          .status,
      303);
  EXPECT_TRUE(dt.get(desk(permit)).says("Selasa, 7 April 2026 pukul 09.00 WITA"));
  const WebPage agenda = dt.get("/agenda");
  EXPECT_TRUE(agenda.says("Selasa, 7 April 2026")) << agenda.body;
  EXPECT_TRUE(agenda.says("PAUD Melati"));
  EXPECT_EQ(
      dt.press(dt.get(desk(permit)), "jadwalkan", {{"tanggal", "2026-04-08"}, {"jam", "13:30"}})
          .status,
      303);
  office_.advance("2026-04-02T14:30:00");
  EXPECT_NE(office_
                .query("SELECT body FROM message WHERE text = 'jadwal_kunjungan'"
                       " ORDER BY id DESC LIMIT 1")
                .find("berkunjung ke lokasi pada Rabu, 8 April 2026 pukul 13.30 WITA"),
            std::string::npos);
  EXPECT_FALSE(signed_in("bo").get("/agenda").says("Selasa, 7 April 2026"));
  EXPECT_EQ(office_.tenggat({"audit", "verify", permit.number}).status, 0);
}

}  // namespace
}  // namespace tenggat::test
