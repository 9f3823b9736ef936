// Every page in a real Chromium: at the width of a phone and of a desk, in light and dark, by
// keyboard, and judged by axe-core (look.mjs). Pictures are left in TENGGAT_PICTURES where that is
// set, to be looked at.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>

#include "tests/browser/script.h"
#include "tests/e2e/office.h"
#include "tests/e2e/pbg.h"
#include "tests/e2e/seal_keys.h"
#include "tests/support/browser.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

class InChromium : public testing::Test {
 protected:
  struct File {
    std::string number, path;
  };

  File submitted(const std::string& subject) {
    const json::value answer =
        office_.json({"permit", "submit", "--sop", "paud", "--name", "Siti Aminah", "--subject",
                      subject, "--whatsapp", "0813 1111 2222", "--email", "siti@warga.example",
                      "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
                     "portal");
    const std::string url(answer.at("tracking_url").as_string());
    return {std::string(answer.at("number").as_string()), url.substr(url.find("/lacak/"))};
  }
  void act(const std::string& who, const File& file, const std::string& step,
           const std::string& action, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"permit", "act", file.number, action, "--step", step};
    arguments.insert(arguments.end(), more.begin(), more.end());
    office_.json(arguments, who);
  }
  void to_review(const File& file) {
    act("fo", file, "verifikasi", "accept");
    act("bo", file, "penerimaan", "forward");
  }
  File refused_by_the_head(const std::string& subject) {
    const File refused = submitted(subject);
    to_review(refused);
    act("dt", refused, "kajian_teknis", "not_recommend",
        {"--document", "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r",
         "--note", "lokasi tidak layak"});
    act("bo", refused, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    act("kb", refused, "persetujuan_kabid", "approve");
    act("s", refused, "persetujuan_sekretaris", "approve");
    act("kd", refused, "penandatanganan", "refuse",
        {"--document", "surat_penolakan=https://x.example/t"});
    return refused;
  }
  void to_draft(const File& file) {
    to_review(file);
    act("dt", file, "kajian_teknis", "recommend",
        {"--document", "bapl=https://x.example/b", "--document",
         "rekomendasi=https://x.example/r"});
  }
  void to_approval(const File& file) {
    to_draft(file);
    act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
  }
  void to_receipt(const File& file) {
    to_approval(file);
    act("kb", file, "persetujuan_kabid", "approve");
    act("s", file, "persetujuan_sekretaris", "approve");
    act("kd", file, "penandatanganan", "sign",
        {"--document", "surat_keputusan=https://x.example/sk.pdf,number=503/017/PAUD/2026"});
  }
  std::string link_to(const std::string& officer) {
    Browser asking(office_.daemon().api_port());
    asking.press(asking.get("/masuk"), "", {{"alamat", address_of(officer)}});
    const std::string body = office_.query(
        "SELECT body FROM message WHERE text = 'tautan_masuk' AND recipient = 'officer:" + officer +
        "' ORDER BY id DESC LIMIT 1");
    std::smatch found;
    return std::regex_search(body, found, std::regex("/masuk/[0-9a-f]{64}"))
               ? office_.daemon().completed(found.str())
               : "";
  }
  std::string address_of(const std::string& officer) {
    return office_.query(
        "SELECT CASE WHEN email <> '' THEN email ELSE whatsapp END FROM officer"
        " WHERE id = '" +
        officer + "'");
  }
  std::string cookie_of(const std::string& officer) {
    Browser browser(office_.daemon().api_port());
    browser.press(browser.get(link_to(officer)), "");
    return "__Host-tenggat_sesi=" + browser.cookies()["__Host-tenggat_sesi"];
  }

  // Those who were reached by WhatsApp, too.
  void mail_to_all() {
    for (const char* id : {"fo", "bo", "dt", "kdt", "kb", "s"})
      office_.daemon().must({"officer", "edit", "--id", id, "--whatsapp", "", "--email",
                             std::string(id) + "@banjarbaru.example"});
    // Whoever signs in person is changed by the word of two: an administering service's, and the
    // machine's.
    const std::string admin =
        office_.daemon().new_token({"--service", "pengurus", "--scope", "admin"});
    const HttpAnswer proposed =
        office_.exchange(http_request("POST", "/api/v1/officers/kd", admin, "",
                                      R"({"email":"kd@banjarbaru.example","whatsapp":""})"));
    ASSERT_EQ(proposed.status, 200) << proposed.body;
    office_.daemon().must(
        {"officer", "change", "confirm",
         std::string(json::parse(proposed.body).at("waiting_change").as_string())});
  }
  // As a command.
  json::array undo_window_passes() {
    return {TENGGAT, "clock",    "advance",
            "2m",    "--config", (office_.daemon().directory() / "tenggat.yaml").string()};
  }

  // What every day of day.mjs needs.
  json::object day() {
    mail_to_all();
    return {{"tenggat", TENGGAT},
            {"config", (office_.daemon().directory() / "tenggat.yaml").string()},
            {"token", office_.daemon().new_token({"--service", "portal2", "--scope", "intake"})},
            {"mails", office_.smtp().mail_directory().string()}};
  }

  // The path of a new link for the wall's screen, made by whoever has this cookie.
  std::string kiosk_of(const std::string& cookie) {
    Browser browser(office_.daemon().api_port());
    browser.cookies()["__Host-tenggat_sesi"] = cookie.substr(cookie.find('=') + 1);
    const WebPage made =
        browser.press(browser.get("/papan/layar"), "buat", {{"nama", "Ruang tunggu"}});
    std::smatch found;
    return std::regex_search(made.body, found, std::regex("/layar/[0-9a-f]{64}")) ? found.str()
                                                                                  : "";
  }

  // What look.mjs has against these pages.
  std::string look_at(const std::vector<std::pair<std::string, std::string>>& pages,
                      const std::string& cookie = "", const std::vector<int>& widths = {},
                      int first = 0) {
    json::array list;
    for (const auto& [name, path] : pages)
      list.push_back(json::object{{"name", name}, {"path", path}});
    json::object plan{{"cookie", cookie}, {"pages", list}};
    if (!widths.empty()) plan["widths"] = json::value_from(widths);
    if (first > 0) plan["first"] = first;
    return run_script(TENGGAT_LOOK, std::move(plan));
  }

  static std::string day_of(const std::string& who) {
    return std::string(TENGGAT_SCRIPTS) + "/" + who + ".mjs";
  }
  std::string run_script(const std::string& script, json::object plan) {
    return test::run_script(script, std::move(plan), office_.daemon());
  }

  // Where a tracking page's receipt leads.
  std::string receipt_of(const File& file) {
    const std::string page = Browser(office_.daemon().api_port()).get(file.path).body;
    std::smatch found;
    return std::regex_search(page, found, std::regex("/cek/[A-Za-z0-9_-]+")) ? found.str() : "";
  }

  SealKeys keys_;
  Office office_{"2026-04-13T08:00:00", keys_.configuration()};
};

TEST_F(InChromium, EveryPageIsReadableAndUsableByEverybody) {
  office_.daemon().must({"officer", "delegate", "--from", "kb", "--to", "bo", "--kind", "plh",
                         "--start", "2026-04-13", "--end", "2026-04-24", "--letter", "800/17"});
  const File late = submitted("PAUD Kenanga");
  to_review(late);
  office_.advance("2026-04-17T08:00:00");
  const File question = submitted("PAUD Cempaka");
  to_review(question);
  const File under_way = submitted("PAUD Melati Putih");
  to_review(under_way);
  office_.advance("2026-04-20T09:00:00");
  const std::string overtaken = receipt_of(question);
  office_.json({"permit", "pause", question.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note",
                "Mohon kirim bukti kepemilikan tanah dan denah lokasi.\nTerima kasih."},
               "dt");
  const File approval = submitted("KB Harapan Ibu");
  to_approval(approval);
  office_.advance("2026-04-20T10:24:00");
  const File issued = submitted("TK Pertiwi");
  to_receipt(issued);
  const File finished = submitted("TK Mawar");
  to_receipt(finished);
  act("portal", finished, "penerimaan_sk", "receive");
  const File refused = refused_by_the_head("KB Kasih Bunda");
  office_.advance("2026-04-20T10:26:00");  // what was decided cannot be taken back any more
  const File draft = submitted("PAUD Anggrek");
  to_draft(draft);
  const File accepted = submitted("TK Tunas Bangsa");
  act("fo", accepted, "verifikasi", "accept");
  const File returned = submitted("PAUD Teratai");
  act("fo", returned, "verifikasi", "reject",
      {"--deficiency", "denah_ruang=belum ditandatangani kepala sekolah", "--deficiency",
       "persyaratan_izin_paud=KTP pengelola tidak terbaca"});
  const File waiting = submitted("PAUD Seruni & Bunda <Kasih>");

  EXPECT_EQ(look_at({{"lacak-menunggu", waiting.path},
                     {"lacak-berjalan", under_way.path},
                     {"lacak-terlambat", late.path},
                     {"lacak-dikembalikan", returned.path},
                     {"lacak-klarifikasi", question.path},
                     {"lacak-terbit", issued.path},
                     {"lacak-selesai", finished.path},
                     {"lacak-ditolak", refused.path},
                     {"lacak-tidak-ada", "/lacak/" + std::string(32, '0')},
                     {"cek-berjalan", receipt_of(under_way)},
                     {"cek-terbit", receipt_of(issued)},
                     {"cek-digantikan", overtaken},
                     {"cek-tidak-dikenal", "/cek/AYGA"},
                     {"penolakan-api", "/problems/stale_version"},
                     {"masuk", "/masuk?ke=/permohonan/" + draft.number},
                     {"masuk-tautan", link_to("fo")}}),
            "");
  // The English ones last: the device remembers it.
  EXPECT_EQ(look_at({{"beranda", "/"},
                     {"syarat", "/syarat/paud"},
                     {"salah", "/tidak/ada"},
                     {"beranda-inggris", "/?bahasa=en"},
                     {"lacak-inggris", under_way.path + "?bahasa=en"}}),
            "");
  EXPECT_EQ(look_at({{"tugas", "/tugas"},
                     {"permohonan-draf", "/permohonan/" + draft.number},
                     {"permohonan-setuju", "/permohonan/" + approval.number},
                     {"permohonan-selesai", "/permohonan/" + finished.number},
                     {"tugas-selesai", "/tugas/selesai"},
                     {"cari", "/cari?q=PAUD"},
                     {"agenda", "/agenda"},
                     {"saluran", "/saluran"},
                     {"cuti", "/cuti"},
                     {"sesi", "/sesi"}},
                    cookie_of("bo")),
            "");
  office_.daemon().must(
      {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
  office_.daemon().must(
      {"officer", "leave", "--id", "fo", "--start", "2026-04-20", "--end", "2026-04-22"});
  office_.query(
      "UPDATE message SET state = 'dead', reason = 'bad_address', attempts = 3 WHERE id IN"
      " (SELECT min(id) FROM message UNION SELECT max(id) FROM message)");
  const std::string administrator = cookie_of("kb");
  EXPECT_EQ(look_at({{"papan", "/papan"},
                     {"papan-daftar", "/papan/daftar?sop=paud&keadaan=overdue"},
                     {"papan-layar", "/papan/layar"},
                     {"laporan", "/laporan?bulan=2026-04"},
                     {"laporan-daftar", "/laporan/daftar?bulan=2026-04&angka=lewat-batas"},
                     {"pegawai", "/pegawai"},
                     {"pegawai-satu", "/pegawai/kb"},
                     {"kalender", "/kalender"},
                     {"pesan", "/pesan"},
                     {"eskalasi", "/eskalasi"},
                     {"eskalasi-berkas", "/eskalasi/berkas?peran=front_office"},
                     {"kehadiran", "/kehadiran"},
                     {"token", "/token"},
                     {"hening", "/hening"},
                     {"saluran-kantor", "/saluran-kantor"},
                     {"jejak", "/jejak"},
                     {"laporan-cetak", "/laporan/cetak?bulan=2026-04"},
                     {"bukti", "/permohonan/" + finished.number + "/bukti"},
                     {"permohonan-atasan", "/permohonan/" + waiting.number},
                     {"kontak", "/permohonan/" + draft.number + "/pemohon"}},
                    administrator),
            "");
  EXPECT_EQ(look_at({{"layar", kiosk_of(administrator)}}, "", {360, 1280, 1920, 3840}), "");
  EXPECT_EQ(look_at({{"tidak-berwenang", "/pegawai"}}, cookie_of("dt")), "");
  EXPECT_EQ(look_at({{"permohonan-verifikasi", "/permohonan/" + waiting.number}}, cookie_of("fo")),
            "");
  EXPECT_EQ(look_at({{"permohonan-dijeda", "/permohonan/" + question.number},
                     {"permohonan-terlambat", "/permohonan/" + late.number}},
                    cookie_of("dt")),
            "");
}

// Whose pictures README.md shows: dev/pictures.sh takes them from here.
TEST_F(InChromium, TheBoardAndATrackingPageOfAWorkingWeekAreReadable) {
  const File late = submitted("PAUD Kenanga");
  to_review(late);
  office_.advance("2026-04-15T08:40:00");
  const File review = submitted("TK Bina Insani");
  to_review(review);
  const File paused = submitted("PAUD Cempaka");
  to_review(paused);
  office_.advance("2026-04-17T09:10:00");
  const File shown = submitted("TK Harapan Bunda");
  to_review(shown);
  office_.json({"permit", "pause", paused.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "Mohon kirim denah lokasi."},
               "dt");
  const File signing = submitted("KB Harapan Ibu");
  to_approval(signing);
  act("kb", signing, "persetujuan_kabid", "approve");
  act("s", signing, "persetujuan_sekretaris", "approve");
  const File approval = submitted("KB Kasih Bunda");
  to_approval(approval);
  const File receipt = submitted("TK Pertiwi");
  to_receipt(receipt);
  const File draft = submitted("PAUD Anggrek");
  to_draft(draft);
  office_.advance("2026-04-20T10:20:00");
  for (const char* subject : {"TK Tunas Bangsa", "PAUD Melati Putih"})
    act("fo", submitted(subject), "verifikasi", "accept");
  const File returned = submitted("PAUD Teratai");
  act("fo", returned, "verifikasi", "reject",
      {"--deficiency", "denah_ruang=belum ditandatangani kepala sekolah"});
  for (const char* subject : {"PAUD Seruni", "TK Mawar"}) submitted(subject);
  office_.advance("2026-04-20T10:26:00");
  office_.daemon().must(
      {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
  EXPECT_EQ(look_at({{"readme-papan", "/papan"}}, cookie_of("kb"), {1280}, 1320), "");
  EXPECT_EQ(look_at({{"readme-lacak", shown.path}}, "", {360}, 1010), "");
}

TEST_F(InChromium, OnePermitIsClickedThroughFromSubmissionToReceipt) {
  mail_to_all();
  office_.daemon().must(
      {"officer", "edit", "--id", "kdt", "--role", "kepala_dinas_teknis", "--role", "admin"});
  const std::string expired = link_to("bo");
  office_.query("UPDATE sign_in_link SET expires_at = clock_timestamp() - interval '1 second'");
  const fs::path upload = office_.daemon().directory() / "berkas.pdf";
  write_file(upload, "%PDF-1.4 berkas");
  EXPECT_EQ(run_script(TENGGAT_WALK, {{"token", office_.daemon().new_token(
                                                    {"--service", "portal2", "--scope", "intake"})},
                                      {"mails", office_.smtp().mail_directory().string()},
                                      {"expired", expired},
                                      {"undo_window_passes", undo_window_passes()},
                                      {"files", upload.string()}}),
            "");
}

TEST_F(InChromium, ABuildingPermitGoesItsWholeWay) {
  mail_to_all();
  BuildingOffice pbg(office_);
  pbg.open();
  const fs::path upload = office_.daemon().directory() / "berkas.pdf";
  write_file(upload, "%PDF-1.4 berkas");
  EXPECT_EQ(run_script(TENGGAT_PBG, {{"token", pbg.token("portal")},
                                     {"bank", pbg.token("bank")},
                                     {"mails", office_.smtp().mail_directory().string()},
                                     {"undo_window_passes", undo_window_passes()},
                                     {"files", upload.string()}}),
            "");
  pbg.submit(620);
  EXPECT_EQ(look_at({{"papan-pbg", "/papan?sop=pbg"},
                     {"layanan", "/layanan"},
                     {"layanan-pbg", "/layanan/pbg"}},
                    cookie_of("kb")),
            "");
}

// Each persona's day, by clicking only; what the portal brings and the clock alone are not clicked.
TEST_F(InChromium, AFrontOfficersMorningOfTwelveNewFiles) {
  EXPECT_EQ(run_script(day_of("front_officer"), day()), "");
}
TEST_F(InChromium, ATechnicalOfficersFourDays) {
  EXPECT_EQ(run_script(day_of("technical_officer"), day()), "");
}
TEST_F(InChromium, AnEscalationIsReadOnAPhoneAndItsHolderDoesTheWork) {
  EXPECT_EQ(run_script(day_of("superior"), day()), "");
}
TEST_F(InChromium, ARefusalIsApprovedByNobodyUnseen) {
  EXPECT_EQ(run_script(day_of("refusal"), day()), "");
}
TEST_F(InChromium, TheDraftIsReadWhereItIsSignedAndTheDecreeTakenHomeAMonthLater) {
  EXPECT_EQ(run_script(day_of("decree"), day()), "");
}
TEST_F(InChromium, ALostLinkIsFoundAgain) { EXPECT_EQ(run_script(day_of("lost_link"), day()), ""); }
TEST_F(InChromium, AnOverseerPrintsTheMonthAndTakesItsFilesHome) {
  const File late = submitted("PAUD Kenanga");
  to_review(late);
  const File done = submitted("TK Pertiwi");
  to_receipt(done);
  const File returned = submitted("PAUD Teratai");
  act("fo", returned, "verifikasi", "reject", {"--deficiency", "denah_ruang=belum ada"});
  office_.advance("2026-04-22T10:00:00");
  refused_by_the_head("KB Kasih Bunda");
  office_.advance("2026-05-04T09:00:00");
  office_.daemon().must({"officer", "add", "--id", "pg", "--name", "Yusuf Maulana", "--role",
                         "pengawas", "--email", "pg@banjarbaru.example"});
  json::object plan = day();
  plan["late"] = late.number;
  EXPECT_EQ(run_script(day_of("overseer"), std::move(plan)), "");
}

}  // namespace
}  // namespace tenggat::test
