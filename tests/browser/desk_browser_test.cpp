// A permit as its officers see it in a real Chromium, with documents that a browser shows: read by
// axe-core, walked by keyboard, at the width of a phone, of the two panes and of a desk. Pictures
// are left in TENGGAT_PICTURES where that is set.

#include "tests/browser/script.h"
#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

// A PDF that viewers show: a page for each text.
std::string pdf(const std::vector<std::string>& pages) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "",
                                      "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"};
  std::string kids;
  for (const std::string& text : pages) {
    const std::string drawn = "BT /F1 15 Tf 70 770 Td (" + text + ") Tj ET";
    objects.push_back(fmt::format("<< /Length {} >>\nstream\n{}\nendstream", drawn.size(), drawn));
    objects.push_back(
        fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R "
                    "/Resources << /Font << /F1 3 0 R >> >> >>",
                    objects.size()));
    kids += fmt::format("{} 0 R ", objects.size());
  }
  objects[1] = fmt::format("<< /Type /Pages /Kids [ {}] /Count {} >>", kids, pages.size());
  std::string all = "%PDF-1.4\n", table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", all.size());
    all += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  return all + fmt::format(
                   "xref\n0 {0}\n{1}trailer << /Size {0} /Root 1 0 R >>\nstartxref\n{2}\n"
                   "%%EOF\n",
                   objects.size() + 1, table, all.size());
}

class DeskInChromium : public PagesTest {
 protected:
  static WebUpload file(const std::string& kind, const std::vector<std::string>& pages) {
    return {"berkas:" + kind + ":", kind + ".pdf", "application/pdf", pdf(pages)};
  }
  // What look.mjs has against these pages; nothing where all is well.
  std::string look_at(const std::string& name, const std::string& path, Browser& who) {
    return run_script(TENGGAT_LOOK,
                      {{"cookie", "__Host-tenggat_sesi=" + who.cookies().at("__Host-tenggat_sesi")},
                       {"pages", json::array{json::object{{"name", name}, {"path", path}}}},
                       {"widths", json::array{360, 1024, 1280}}},
                      office_.daemon());
  }
  void must(Browser& who, const std::string& path, const std::string& button,
            const std::vector<std::pair<std::string, std::string>>& more = {},
            const std::vector<WebUpload>& uploads = {}) {
    const WebPage done = who.press(who.get(path), button, more, uploads);
    ASSERT_EQ(done.status, 303) << button << "\n" << done.body;
  }
};

TEST_F(DeskInChromium, ADecisionIsReadBesideTheButtonsThatTakeIt) {
  for (const bool refuses : {false, true}) {
    const File permit =
        submitted(refuses ? "TPA Kasih Ibu" : "PAUD Mawar Harapan Bangsa", "Slamet Riyadi");
    const std::string desk = "/permohonan/" + permit.number;
    const std::string suffix = refuses ? "-tolak" : "";
    Browser fo = signed_in("fo");
    EXPECT_EQ(look_at("berkas-verifikasi" + suffix, desk, fo), "");
    act("fo", permit, "verifikasi", "accept");
    act("bo", permit, "penerimaan", "forward");
    Browser dt = signed_in("dt");
    must(dt, desk, "jadwalkan", {{"tanggal", "2026-04-07"}, {"jam", "09:00"}});
    must(dt, desk, "pause", {{"jeda", "kunjungan_lapangan"}, {"sampai", "2026-04-07"}});
    must(dt, desk, "simpan-dokumen", {},
         {file("bapl", {"BERITA ACARA PEMERIKSAAN LAPANGAN", "Foto 1", "Foto 2"})});
    must(dt, desk, "catat", {{"catatan", "Lahan bersebelahan dengan PAUD Melati"}});
    EXPECT_EQ(look_at("berkas-kajian" + suffix, desk, dt), "");
    EXPECT_EQ(look_at("agenda" + suffix, "/agenda", dt), "");
    must(dt, desk, refuses ? "act.not_recommend" : "act.recommend",
         {{"catatan", refuses ? "Ruang belajar 12 m² untuk 25 anak; syarat paling sedikit 3 m² "
                                "per anak"
                              : "Ruang belajar 96 m² untuk 25 anak; sanitasi terpisah"}},
         {file("rekomendasi", {"REKOMENDASI DINAS PENDIDIKAN"})});
    Browser bo = signed_in("bo"), kb = signed_in("kb"), s = signed_in("s");
    const std::vector<WebUpload> draft = {
        file("draft_sk", {"KEPUTUSAN KEPALA DINAS PENANAMAN MODAL DAN PTSP", "halaman 2"})};
    must(bo, desk, "act.draft", {{"hasil", refuses ? "refusal" : "grant"}}, draft);
    must(kb, desk, "act.return", {{"catatan", "Alamat pada KESATU keliru"}});
    must(bo, desk, "act.draft", {{"hasil", refuses ? "refusal" : "grant"}}, draft);
    EXPECT_EQ(look_at("berkas-kabid" + suffix, desk, kb), "");
    must(kb, desk, "act.approve", {{"yakin", "ya"}});
    must(s, desk, "act.approve", {{"yakin", "ya"}});
    office_.advance(refuses ? "2026-04-02T14:40:00" : "2026-04-02T14:20:00");
    office_.query(
        "UPDATE message SET state = 'dead', reason = 'bad_address', undelivered_at = NULL WHERE id"
        " = (SELECT max(id) FROM message WHERE recipient NOT LIKE 'officer:%')");
    Browser kd = signed_in("kd");
    EXPECT_EQ(look_at("berkas-kepala" + suffix, desk, kd), "");
  }
}

}  // namespace
}  // namespace tenggat::test
