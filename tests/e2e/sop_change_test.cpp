// `tenggat permit migrate`: an SOP changes while permits are under way, as an operator sees it.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/e2e/office.h"
#include "tests/support/browser.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

class SopChange : public testing::Test {
 protected:
  std::string submit(const std::string& external_id) {
    const auto submitted = office_.json(
        {"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject", "PAUD Anggrek",
         "--email", "citra@warga.example", "--external-id", external_id, "--document",
         "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
        "portal");
    return std::string(submitted.at("number").as_string());
  }
  void act(const std::string& number, const char* who, const char* step, const char* action,
           std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"permit", "act", number, action, "--step", step};
    arguments.insert(arguments.end(), more.begin(), more.end());
    office_.json(arguments, who);
  }
  void bring_to_the_review(const std::string& number) {
    act(number, "fo", "verifikasi", "accept");
    act(number, "bo", "penerimaan", "forward");
  }
  void bring_to_the_secretary(const std::string& number) {
    bring_to_the_review(number);
    act(number, "dt", "kajian_teknis", "recommend",
        {"--document", "bapl=https://x.example/b", "--document",
         "rekomendasi=https://x.example/r"});
    act(number, "bo", "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    act(number, "kb", "persetujuan_kabid", "approve");
  }
  std::string due(const std::string& number) {
    const auto permit = office_.json({"permit", "show", number}, "portal");
    return std::string(permit.at("sla").at("due_at").as_string());
  }
  // The review in three days, no secretary, and the case in four days.
  void change_the_sop() {
    office_.change_rule("sop/paud.yaml", "total: 4d 1h 18m", "total: 3d 1h 13m");
    office_.change_rule("sop/paud.yaml", "    waktu: 4d\n", "    waktu: 3d\n");
    office_.change_rule("sop/paud.yaml", "  waktu: 5d\n  mulai", "  waktu: 4d\n  mulai");
    const auto path = office_.daemon().options().rules / "sop/paud.yaml";
    const std::string text = read_file(path);
    const auto from = text.find("  - id: persetujuan_sekretaris");
    office_.change_rule("sop/paud.yaml",
                        text.substr(from, text.find("  - id: penandatanganan") - from), "");
    const auto name = text.find("  draft_sk_sekretaris:");
    office_.change_rule("sop/paud.yaml",
                        text.substr(name, text.find("  surat_keputusan: {label") - name), "");
    office_.change_rule("sop/paud.yaml", "approve: {ke: persetujuan_sekretaris,",
                        "approve: {ke: penandatanganan,");
    office_.change_rule("sop/paud.yaml", "kelengkapan: [draft_sk_sekretaris]",
                        "kelengkapan: [draft_sk_kabid]");
    office_.reload();
    const std::string in_force = "SELECT hash FROM rule_in_force WHERE kind = 'sop'";
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (office_.query(in_force) == version_) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << office_.daemon_log();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  Browser signed_in(const std::string& officer) {
    Browser browser(office_.daemon().api_port());
    const std::string address = office_.query(
        "SELECT CASE WHEN email <> '' THEN email ELSE whatsapp END FROM officer"
        " WHERE id = '" +
        officer + "'");
    browser.press(browser.get("/masuk"), "", {{"alamat", address}});
    const std::string link =
        "SELECT substring(body from '/masuk/[0-9a-f]{64}') FROM message WHERE text ="
        " 'tautan_masuk' AND recipient = 'officer:" +
        officer + "' ORDER BY id DESC LIMIT 1";
    EXPECT_TRUE(office_.becomes("SELECT count(*) > 0 FROM (" + link + ") l", "t"));
    EXPECT_EQ(
        browser.press(browser.get(office_.daemon().completed(office_.query(link))), "").status,
        303);
    return browser;
  }
  CommandResult migrate(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"permit", "migrate", "--sop", "paud"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return office_.tenggat(arguments);
  }

  Office office_{"2026-06-02T08:00:00"};
  std::string version_ = office_.query("SELECT hash FROM rule_in_force WHERE kind = 'sop'");
};

TEST_F(SopChange, OpenPermitsMoveWithTheTimeTheyHaveConsumed) {
  const std::string review = submit("a"), verification = submit("b"), secretary = submit("c");
  bring_to_the_review(review);
  bring_to_the_secretary(secretary);
  office_.use_own_rules();
  office_.advance("2026-06-03T10:00:00");
  change_the_sop();
  const std::string messages = office_.query("SELECT count(*) FROM message");
  EXPECT_EQ(due(review), "2026-06-08T08:00:00+08:00");  // the old version's, until it is moved

  const std::string old_version =
      "SELECT count(*) FROM permit WHERE sop_version = '" + version_ + "'";
  const CommandResult preview = migrate({"--preview"});
  EXPECT_EQ(preview.status, 1);
  EXPECT_NE(preview.out.find("2026-06-08T08:00:00+08:00 -> 2026-06-05T08:00:00+08:00"),
            std::string::npos)
      << preview.out << preview.err;
  EXPECT_NE(preview.out.find("refused: " + secretary +
                             ": the new version has no step persetujuan_sekretaris"),
            std::string::npos)
      << preview.out;
  EXPECT_EQ(office_.query(old_version), "3");

  const CommandResult alone = migrate({review});
  EXPECT_EQ(alone.status, 0) << alone.out << alone.err;
  EXPECT_EQ(office_.query(old_version), "2");
  EXPECT_EQ(due(review), "2026-06-05T08:00:00+08:00");
  const CommandResult all = migrate();
  EXPECT_EQ(all.status, 1);
  EXPECT_EQ(office_.query(old_version), "1");
  EXPECT_EQ(office_.query("SELECT string_agg(p.number, ' ' ORDER BY p.number) FROM event e JOIN"
                          " permit p ON p.id = e.permit WHERE e.type = 'sop_migrated'"),
            review + " " + verification);
  EXPECT_EQ(office_.query("SELECT due_at = '2026-06-05 08:00+08' FROM visit WHERE step ="
                          " 'kajian_teknis' AND closed_at IS NULL"),
            "t");

  // The promised date moved with the standard, and the applicant learns of it once, with the
  // reason.
  office_.advance("2026-06-03T10:05:00");
  EXPECT_EQ(office_.query("SELECT string_agg(text, ' ') FROM message WHERE id > (SELECT max(id) -"
                          " (count(*) - " +
                          messages + ") FROM message)"),
            "perubahan_tanggal");
  EXPECT_NE(office_.query("SELECT body FROM message WHERE text = 'perubahan_tanggal'")
                .find("perubahan standar pelayanan"),
            std::string::npos);

  // Both go on, each by its own version; and the record holds.
  act(review, "dt", "kajian_teknis", "recommend",
      {"--document", "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r"});
  act(review, "bo", "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
  act(review, "kb", "persetujuan_kabid", "approve");
  EXPECT_EQ(office_.json({"permit", "show", review}, "portal").at("step").as_string(),
            "penandatanganan");
  act(secretary, "s", "persetujuan_sekretaris", "approve");
  EXPECT_EQ(migrate({secretary}).status, 0);  // its open step is there: it moves
  EXPECT_EQ(office_.query(old_version), "0");
  EXPECT_EQ(office_.json({"permit", "show", secretary}, "portal").at("step").as_string(),
            "penandatanganan");
  const CommandResult audit = office_.tenggat({"audit", "verify"});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  office_.stop_daemon();
}

// The version calls the verification another thing, has no pause for other agencies, and the
// technical review is another role's.
TEST_F(SopChange, WhatWasClosedKeepsItsNamesOnEveryPage) {
  const auto submitted =
      office_.json({"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject",
                    "PAUD Anggrek", "--email", "citra@warga.example", "--document",
                    "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                   "portal");
  const std::string number(submitted.at("number").as_string());
  const std::string url(submitted.at("tracking_url").as_string());
  const std::string standing = submit("b"), id(submitted.at("id").as_string());
  for (const std::string& one : {number, standing}) {
    bring_to_the_review(one);
    office_.json({"permit", "pause", one, "--step", "kajian_teknis", "--reason", "instansi_lain"},
                 "dt");
  }
  office_.advance("2026-06-02T08:30:00");
  office_.json({"permit", "resume", number, "--step", "kajian_teknis"}, "dt");
  office_.use_own_rules();
  const auto path = office_.daemon().options().rules / "sop/paud.yaml";
  std::string text = read_file(path);
  office_.change_rule("sop/paud.yaml", "  - id: verifikasi\n    nama: Verifikasi berkas",
                      "  - id: pemeriksaan\n    nama: Pemeriksaan awal");
  office_.change_rule("sop/paud.yaml", "submit: {ke: verifikasi", "submit: {ke: pemeriksaan");
  for (int i = 0; i < 2; ++i)
    office_.change_rule("sop/paud.yaml", "mulai: verifikasi.accept", "mulai: pemeriksaan.accept");
  const auto from = text.find("  instansi_lain:\n");
  office_.change_rule("sop/paud.yaml", text.substr(from, text.find("\n\n", from) - from + 1), "");
  office_.reload();
  const std::string in_force = "SELECT count(*) FROM rule_in_force WHERE hash = '";
  ASSERT_TRUE(office_.becomes(in_force + version_ + "'", "0")) << office_.daemon_log();

  const CommandResult preview = migrate({"--preview"});
  EXPECT_EQ(preview.status, 1) << preview.out << preview.err;
  EXPECT_NE(preview.out.find("refused: " + standing + ":"), std::string::npos) << preview.out;
  EXPECT_NE(preview.out.find("instansi_lain"), std::string::npos) << preview.out;
  EXPECT_EQ(migrate().status, 1);
  EXPECT_EQ(office_.column("SELECT p.number FROM event e JOIN permit p ON p.id = e.permit"
                           " WHERE e.type = 'sop_migrated'"),
            std::vector<std::string>{number});

  Browser browser(office_.daemon().api_port());
  const WebPage tracking = browser.get(url.substr(url.find("/lacak/")));
  EXPECT_EQ(tracking.status, 200) << office_.daemon_log();
  EXPECT_TRUE(tracking.says("Verifikasi berkas")) << tracking.body;
  EXPECT_FALSE(tracking.says("Pemeriksaan awal")) << tracking.body;

  const auto timeline = office_.get("/permits/" + id + "/timeline", "dt");
  EXPECT_EQ(timeline.at("visits").at(1).at("name").as_string(), "Verifikasi berkas");
  EXPECT_EQ(timeline.at("visits").at(1).at("number").as_int64(), 2);
  EXPECT_EQ(timeline.at("pauses").at(0).at("name").as_string(), "menunggu instansi lain");
  EXPECT_EQ(timeline.at("pauses").at(0).at("waits_for").as_string(), "other_agency");
  EXPECT_EQ(timeline.at("time").at("other_agency").at("wall_seconds").as_int64(), 1800);
  const CommandResult dossier = office_.tenggat({"permit", "dossier", number});
  EXPECT_EQ(dossier.status, 0) << dossier.err;
  EXPECT_NE(dossier.out.find("Verifikasi berkas"), std::string::npos) << dossier.out;
  EXPECT_EQ(dossier.out.find(">verifikasi<"), std::string::npos);
  EXPECT_NE(dossier.out.find("menunggu instansi lain"), std::string::npos) << dossier.out;

  // "Tugas" of who has just closed such a step, and the history on the officer's page.
  Browser fo = signed_in("fo");
  const WebPage tasks = fo.get("/tugas");
  EXPECT_EQ(tasks.status, 200) << office_.daemon_log();
  EXPECT_TRUE(tasks.says("Verifikasi berkas")) << tasks.body;
  const WebPage page = fo.get("/permohonan/" + number);
  EXPECT_EQ(page.status, 200) << office_.daemon_log();
  EXPECT_TRUE(page.says("Verifikasi berkas: ")) << page.body;
  EXPECT_TRUE(page.says("menunggu instansi lain")) << page.body;

  // It ends, and closed it reads as before.
  act(number, "dt", "kajian_teknis", "recommend",
      {"--document", "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r"});
  EXPECT_EQ(browser.get(url.substr(url.find("/lacak/"))).status, 200);
  // The other one's clock runs again by itself, under the version it kept.
  office_.advance("2026-06-22T12:00:00");
  EXPECT_EQ(office_.query("SELECT count(*) FROM pause WHERE to_at IS NULL"), "0");
  EXPECT_EQ(migrate({standing}).status, 0);
  const CommandResult audit = office_.tenggat({"audit", "verify"});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  office_.stop_daemon();
}

// A file that is gone retires nothing; only a person does.
TEST_F(SopChange, AServiceWithoutItsFileIsNamedAndRetiredByHandAlone) {
  office_.use_own_rules();
  const auto sop = office_.daemon().options().rules / "sop";
  std::string other = read_file(sop / "paud.yaml");
  other.replace(other.find("sop: paud"), 9, "sop: lain");
  other.replace(other.find("PAUD-{tahun}"), 4, "LAIN");
  std::ofstream(sop / "lain.yaml") << other;
  office_.reload();
  ASSERT_TRUE(office_.metric_becomes("tenggat_sop_without_file{sop=\"lain\"} 0"))
      << office_.daemon_log();
  const std::string number = submit("a");
  std::filesystem::remove(sop / "paud.yaml");
  office_.reload();
  EXPECT_TRUE(office_.metric_becomes("tenggat_sop_without_file{sop=\"paud\"} 1"))
      << office_.daemon_log();
  EXPECT_TRUE(office_.metric_becomes("tenggat_sop_without_file{sop=\"lain\"} 0"));
  EXPECT_NE(office_.daemon_log().find("sop_without_file"), std::string::npos);
  submit("b");  // in force as before

  ASSERT_EQ(office_.tenggat({"sop", "retire", "paud", "--by", "Siti"}).status, 0);
  const std::vector<std::string> application{
      "permit",        "submit",
      "--sop",         "paud",
      "--name",        "Citra",
      "--subject",     "PAUD",
      "--email",       "citra@warga.example",
      "--external-id", "c",
      "--document",    "persyaratan_izin_paud=https://intanbjb.example/berkas/7"};
  const CommandResult refused = office_.tenggat(application, "portal");
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("takes no new applications"), std::string::npos) << refused.err;
  EXPECT_TRUE(office_.metric_becomes("tenggat_sop_without_file{sop=\"paud\"} 0"));
  act(number, "fo", "verifikasi", "accept");  // runs on under its version
  const auto sops = office_.get("/sops", "portal").at("items").as_array();
  ASSERT_EQ(sops.size(), 2U);
  EXPECT_TRUE(sops.at(0).at("retired_at").is_null());
  EXPECT_TRUE(sops.at(1).at("retired_at").is_string());

  // Neither a start nor a file brings it back.
  office_.stop_daemon();
  office_.start_daemon();
  EXPECT_EQ(office_.tenggat(application, "portal").status, 1);
  act(number, "bo", "penerimaan", "forward");
  ASSERT_EQ(office_.tenggat({"sop", "restore", "paud", "--by", "Siti"}).status, 0);
  EXPECT_EQ(office_.tenggat(application, "portal").status, 0);
  office_.stop_daemon();
}

TEST_F(SopChange, ANameThatIsNoOpenPermitOfTheSopIsRefused) {
  const std::string number = submit("a");
  const CommandResult unknown = migrate({number, "PAUD-2026-09999"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE(unknown.err.find("there is no permit PAUD-2026-09999"), std::string::npos)
      << unknown.err;
  office_.json({"permit", "act", number, "withdraw"}, "portal");
  EXPECT_NE(migrate({number}).err.find("has ended"), std::string::npos);
  EXPECT_EQ(office_.tenggat({"permit", "migrate", "--sop", "imb"}).status, 1);
  EXPECT_EQ(office_.tenggat({"permit", "migrate"}).status, 2);
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
