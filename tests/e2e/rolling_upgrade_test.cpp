// Two versions side by side: the old daemon serves while the new version migrates and starts. It
// stops acting at once and says why; what it had acknowledged is there, what it had not is done
// once by the new one, and nobody is told anything twice.
#include <atomic>
#include <set>
#include <thread>

#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

class RollingUpgrade : public PagesTest {
 protected:
  static int ask(int port, const std::string& token, int number) {
    const std::string body = fmt::format(
        R"({{"sop":"paud","external_id":"naik-{0}","applicant":{{"name":"Pemohon {0}","whatsapp":"0813{0:08}"}},
            "subject":"PAUD {0}","documents":[{{"kind":"persyaratan_izin_paud","uri":"https://b.example/{0}"}}]}})",
        number);
    const std::string head = fmt::format(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\nIdempotency-Key: "
        "naik-{}\r\n",
        token, number);
    try {
      return Browser(port).request("POST", "/api/v1/permits", head, body).status;
    } catch (const std::exception&) {
      return 0;  // nobody knows what became of it
    }
  }
};

TEST_F(RollingUpgrade, LosesNothingAndTellsNothingTwice) {
  DaemonProcess& old_one = office_.daemon();
  const std::string token = old_one.new_token({"--service", "kios", "--scope", "intake"});
  constexpr int kBefore = 10, kAll = 400;
  for (int i = 0; i < kBefore; ++i) ASSERT_EQ(ask(old_one.api_port(), token, i), 201);
  office_.advance("2026-04-02T14:30:00");

  // Under load a newer version migrates: a row more in what is applied.
  std::atomic<int> sent{kBefore}, taken{kBefore}, refused{0};
  std::thread load([&] {
    for (int i = kBefore; i < kAll && refused < 5; ++i) {
      sent = i + 1;
      ++(ask(old_one.api_port(), token, i) == 201 ? taken : refused);
    }
  });
  EXPECT_TRUE(office_.becomes("SELECT count(*) > 30 FROM permit", "t"));
  office_.query(
      "INSERT INTO schema_migration (version, name, sha256) VALUES (9999, '9999_kelak', '')");
  load.join();
  EXPECT_EQ(refused, 5);
  const std::string at_stop = office_.query("SELECT count(*) FROM permit WHERE id > 0");
  EXPECT_NE(http_get(old_one.admin_port(), "/readyz").find("newer than this program"),
            std::string::npos);
  EXPECT_NE(office_.daemon_log().find("install the version that migrated the database"),
            std::string::npos);
  EXPECT_GE(std::stoi(at_stop), taken.load());

  // The new version, beside the old one, which still runs; to it that row is known.
  office_.query("DELETE FROM schema_migration WHERE version = 9999");
  DaemonProcess::Options options = old_one.options();
  options.configuration = std::regex_replace(
      options.configuration, std::regex("(whatsapp_token|app_secret|verify_token)([,}])"),
      old_one.directory().string() + "/$1$2");
  options.configuration +=
      "link_key_file: " + (old_one.directory() / "state/link.key").string() + "\n";
  DaemonProcess new_one(std::move(options));
  new_one.start();
  for (int i = 0; i < sent; ++i) {
    const int status = ask(new_one.api_port(), token, i);
    EXPECT_EQ(status, 201) << i;
  }
  EXPECT_EQ(ask(old_one.api_port(), token, 0), 503);
  EXPECT_EQ(office_.query("SELECT count(*) FROM permit WHERE id > 0"), std::to_string(sent.load()));
  EXPECT_EQ(office_.query("SELECT count(DISTINCT external_id) FROM permit WHERE id > 0"),
            std::to_string(sent.load()));
  new_one.must({"clock", "advance", "2026-04-02T15:00:00+08:00"});

  const std::string accepted = office_.query(
      "SELECT count(*) FROM message WHERE state = 'accepted'"
      " AND recipient LIKE 'applicant:%'");
  EXPECT_EQ(accepted, std::to_string(sent.load()));
  std::multiset<std::string> told;
  for (const MetaSink::Taken& one : office_.meta().taken(1)) told.insert(one.message);
  const std::set<std::string> once(told.begin(), told.end());
  EXPECT_EQ(told.size(), once.size());
  new_one.must({"audit", "verify"});
  std::cout << fmt::format(
      "{} permits asked for, {} acknowledged by the old daemon, {} refused by it, {} there at its"
      " stop, {} now; {} messages to applicants, {} of {} told once\n",
      sent.load(), taken.load(), refused.load(), at_stop, sent.load(), accepted, once.size(),
      told.size());
  EXPECT_EQ(new_one.terminate(), 0);
}

}  // namespace
}  // namespace tenggat::test
