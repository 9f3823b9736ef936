// What an operator sees of a running office: stops and starts, reloads, a database that goes away,
// a daemon that is killed between deciding and sending.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <thread>

#include "tests/e2e/office.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

bool becomes_true(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

std::string submit(Office& office, const std::string& external_id) {
  const auto submitted =
      office.json({"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject",
                   "PAUD Anggrek", "--whatsapp", "0812 7777 0001", "--external-id", external_id,
                   "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                  "portal");
  return std::string(submitted.at("number").as_string());
}

TEST(Operations, ASecondDaemonRunGoesOnWhereTheFirstStopped) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  office.stop_daemon();  // before the messages of the submission were due
  office.start_daemon();
  EXPECT_EQ(office.json({"permit", "show", number}, "portal").at("step").as_string(), "verifikasi");
  office.advance("2026-06-02T08:05:00");
  EXPECT_EQ(
      office.new_messages(),
      (std::vector<SentMessage>{{"2026-06-02T08:02:00", "applicant", "diterima", "whatsapp"},
                                {"2026-06-02T08:02:00", "officer:fo", "tugas_baru", "whatsapp"}}));
  // The numbers have no gap, also across the restart.
  EXPECT_EQ(submit(office, "b"), "PAUD-2026-00002");
  office.stop_daemon();
}

TEST(Operations, AnActionTakenBackInTimeTellsNobody) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  office.advance("2026-06-02T08:05:00");
  office.new_messages();
  office.json({"permit", "act", number, "accept", "--step", "verifikasi"}, "fo");
  office.advance("2026-06-02T08:06:00");
  EXPECT_EQ(office.tenggat({"permit", "undo", number}, "bo").status, 1);  // who acted, nobody else
  const auto undone = office.json({"permit", "undo", number}, "fo");
  EXPECT_EQ(undone.at("step").as_string(), "verifikasi");
  EXPECT_TRUE(undone.at("case_sla").at("due_at").is_null());
  office.advance("2026-06-02T08:10:00");
  EXPECT_EQ(office.new_messages(), std::vector<SentMessage>{});
  EXPECT_EQ(office.query("SELECT string_agg(DISTINCT state_reason, ' ') FROM notice WHERE state ="
                         " 'dropped'"),
            "undone");
  EXPECT_EQ(
      office.query("SELECT count(*) FROM count_change WHERE metric = 'step_completions_total'"),
      "0");
  office.stop_daemon();
}

TEST(Operations, TheDatabaseGoesAwayAndComesBack) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  shared_postgres().kill9();
  EXPECT_TRUE(becomes_true([&] { return !office.daemon().ready(); }));
  EXPECT_NE(http_get(office.daemon().admin_port(), "/livez").find("200 OK"), std::string::npos);
  EXPECT_NE(office.tenggat({"permit", "show", number}, "portal").status, 0);
  shared_postgres().start();
  EXPECT_TRUE(becomes_true([&] { return office.daemon().ready(); }));
  office.advance("2026-06-02T08:15:00");
  const auto messages = office.new_messages();
  EXPECT_EQ(messages.size(), 3u);  // diterima, tugas_baru, terlambat
  EXPECT_EQ(office.json({"permit", "show", number}, "portal").at("sla").at("status").as_string(),
            "overdue");
  office.stop_daemon();
}

TEST(Operations, AKilledDaemonLosesNothingItAcknowledged) {
  Office office("2026-06-02T08:00:00");
  for (int i = 0; i < 5; ++i) submit(office, std::to_string(i));
  office.kill_daemon();
  office.start_daemon();
  EXPECT_EQ(office.query("SELECT count(*) FROM permit"), "5");
  office.advance("2026-06-02T08:05:00");
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE text = 'diterima' AND state ="
                         " 'accepted'"),
            "5");
  // One message told Front Office of all five.
  EXPECT_EQ(office.query("SELECT body FROM message WHERE text = 'tugas_baru'")
                .find("Yth. Bapak/Ibu Rina Wulandari, 5 permohonan baru menunggu"),
            0u);
  EXPECT_EQ(office.meta().faults(), std::vector<std::string>{});
  office.stop_daemon();
}

TEST(Operations, AReloadTakesNewTextsAndRefusesBrokenOnes) {
  Office office("2026-06-02T08:00:00");
  office.use_own_rules();
  office.change_rule("texts/id.yaml", "telah kami\n      terima pada",
                     "sudah kami\n      terima pada");
  office.reload();
  EXPECT_TRUE(
      becomes_true([&] { return office.daemon_log().find("\"reloaded\"") != std::string::npos; }));
  submit(office, "a");
  office.advance("2026-06-02T08:05:00");
  EXPECT_NE(office.query("SELECT body FROM message WHERE text = 'diterima'").find("sudah kami"),
            std::string::npos);

  office.change_rule("texts/id.yaml", "isi: >-", "izi: >-");
  office.reload();
  EXPECT_TRUE(office.metric_becomes("tenggat_config_last_reload_successful 0"));
  EXPECT_NE(office.daemon_log().find("id.yaml:"), std::string::npos) << "names the place";
  submit(office, "b");
  office.advance("2026-06-02T08:10:00");
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE text = 'diterima' AND state ="
                         " 'accepted'"),
            "2");  // the old texts stay
  office.stop_daemon();
}

TEST(Operations, APersonWhoseWhatsAppFailsIsReachedByEmail) {
  Office office("2026-06-02T08:00:00");
  const auto edited =
      office.tenggat({"officer", "edit", "--id", "fo", "--email", "fo@banjarbaru.example"});
  ASSERT_EQ(edited.status, 0) << edited.out << edited.err;
  submit(office, "a");
  office.advance("2026-06-02T08:01:00");
  office.meta().answer_next(400, 131026);  // undeliverable: permanent for this person
  office.meta().answer_next(400, 131026);
  office.advance("2026-06-02T08:05:00");
  EXPECT_EQ(
      office.column("SELECT channel || ' ' || state FROM message WHERE recipient = 'officer:fo'"
                    " AND text <> 'perubahan_kantor' ORDER BY id"),
      (std::vector<std::string>{"whatsapp failed", "email accepted"}));
  // The applicant gave no email: a dead letter, listed and counted.
  EXPECT_EQ(office.query("SELECT state || ' ' || reason FROM message WHERE text = 'diterima'"),
            "dead bad_address");
  EXPECT_TRUE(office.metric_becomes("tenggat_messages_dead{channel=\"whatsapp\"} 1"));
  EXPECT_EQ(office.smtp().messages(2).size(), 2u);  // and that it is their address now
  office.stop_daemon();
}

TEST(Operations, ALogLineHoldsNoPhoneAndNoAddress) {
  Office office("2026-06-02T08:00:00");
  submit(office, "a");
  office.meta().answer_next(400, 131026);
  office.advance("2026-06-02T08:05:00");
  // The line is written after what it tells of.
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::string log = office.daemon_log();
  while (log.find("message_not_accepted") == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    log = office.daemon_log();
  }
  EXPECT_NE(log.find("message_not_accepted"), std::string::npos);
  EXPECT_EQ(log.find("6281277770001"), std::string::npos);
  EXPECT_EQ(log.find("Citra"), std::string::npos);
  office.stop_daemon();
}

TEST(Operations, ARefusedApplicantReadsTheReasonOfTheReview) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  const auto act = [&](const char* who, const char* step, const char* action,
                       std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"permit", "act", number, action, "--step", step};
    arguments.insert(arguments.end(), more.begin(), more.end());
    office.json(arguments, who);
  };
  act("fo", "verifikasi", "accept");
  act("bo", "penerimaan", "forward");
  act("dt", "kajian_teknis", "not_recommend",
      {"--note", "bangunan berada di sempadan sungai", "--document", "bapl=https://x.example/b",
       "--document", "rekomendasi=https://x.example/r"});
  act("bo", "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
  act("kb", "persetujuan_kabid", "approve");
  act("s", "persetujuan_sekretaris", "approve");
  // A decree for a refusal is refused, and so is a signature without its file.
  EXPECT_EQ(office
                .tenggat({"permit", "act", number, "sign", "--step", "penandatanganan",
                          "--document", "surat_keputusan=https://x.example/sk,number=1"},
                         "kd")
                .status,
            1);
  EXPECT_EQ(
      office.tenggat({"permit", "act", number, "refuse", "--step", "penandatanganan"}, "kd").status,
      1);
  act("kd", "penandatanganan", "refuse", {"--document", "surat_penolakan=https://x.example/p"});
  office.advance("2026-06-02T08:05:00");
  EXPECT_NE(office.query("SELECT body FROM message WHERE text = 'ditolak'")
                .find("Alasan: bangunan berada di sempadan sungai."),
            std::string::npos);
  EXPECT_EQ(office.query("SELECT state || ' ' || case_verdict FROM permit"), "rejected met");
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
