// `tenggat permit migrate`: an SOP changes while permits are under way, as an operator sees it.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/e2e/office.h"
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
    office_.change_rule("sop/paud.yaml", "approve: {ke: persetujuan_sekretaris}",
                        "approve: {ke: penandatanganan}");
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
