// fuzz.py against a daemon: no 5xx, no answer that openapi.json does not have, every operation
// reached. TENGGAT_FUZZ_SECONDS says how long (5 by default), TENGGAT_FUZZ_LEAST how often each
// operation must succeed. Afterwards the office must be as sound as before.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>

#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;
constexpr int kDeadMessages = 4000;

std::string setting_of(const char* name, const char* otherwise) {
  const char* given = std::getenv(name);
  return given ? given : otherwise;
}

TEST(ApiFuzz, NoAnswerIsUndocumentedAndNoneA5xx) {
  const std::string database = "api_fuzz";
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database(database);
  options.configuration =
      "email: {url: \"file:mails\", from: \"Perizinan <izin@example.go.id>\"}\n"
      "whatsapp: {url: \"file:mails\", app_secret_file: app_secret, verify_token_file: "
      "verify_token}\n"
      "undo_window: 2s\n"
      "http: {requests_a_minute: 100000000, failures_a_minute: 100000000}\n";
  DaemonProcess daemon(options);
  write_file(daemon.directory() / "app_secret", "kunci-tanda-tangan");
  write_file(daemon.directory() / "verify_token", "token-tantangan");
  daemon.must({"db", "migrate"});
  json::object tokens;
  tokens["semua"] = OfficeLoad::staff(daemon);
  for (const char* officer : {"fo", "bo", "dt", "kdt", "kb", "s", "kd"})
    tokens[officer] = daemon.new_token({"--officer", officer});
  for (const auto& [service, scope] :
       {std::pair{"portal", "intake"}, std::pair{"meja", "act"}, std::pair{"dasbor", "read"},
        std::pair{"pengurus", "admin"}, std::pair{"surat", "bounce"}})
    tokens[service] = daemon.new_token({"--service", service, "--scope", scope});
  daemon.start();
  shared_postgres().execute(
      fmt::format(
          "INSERT INTO message (recipient, why, channel, address, name, text, subject, body,"
          " fields, template, rendered_at, state) SELECT 'officer:fo', 'on_duty', 'email',"
          " 'fo@b.example', 'fo', 'tugas_baru', 'Tugas', 'Isi', '{{}}', '', now(), 'dead'"
          " FROM generate_series(1, {})",
          kDeadMessages),
      database);
  json::array dead;
  for (int id = 1; id <= kDeadMessages; ++id) dead.push_back(id);
  const auto setting = daemon.directory() / "setting.json";
  write_file(setting, json::serialize(json::object{{"tokens", tokens},
                                                   {"dead_messages", dead},
                                                   {"receipts_key", "kunci-tanda-tangan"},
                                                   {"verify_token", "token-tantangan"}}));

  const auto out = daemon.directory() / "fuzz.out", err = daemon.directory() / "fuzz.err";
  const pid_t fuzz =
      spawn({"/usr/bin/python3", "-W", "ignore", TENGGAT_SOURCE_DIR "/tests/api_fuzz/fuzz.py",
             fmt::format("http://127.0.0.1:{}", daemon.api_port()),
             setting_of("TENGGAT_FUZZ_SECONDS", "5"), setting_of("TENGGAT_FUZZ_LEAST", "5"),
             setting.string(), setting_of("TENGGAT_FUZZ_SEED", "1")},
            {}, out, err);
  EXPECT_EQ(wait_for(fuzz), 0) << read_file(err);
  std::cout << read_file(out);

  EXPECT_TRUE(daemon.ready());
  EXPECT_EQ(daemon.log().find("request_failed"), std::string::npos) << daemon.log();
  EXPECT_EQ(daemon.log().find("batch_failed sqlstate=2"),
            daemon.log().find("batch_failed sqlstate=23505"))
      << daemon.log();
  const CommandResult audit = daemon.tenggat({"audit", "verify"});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  EXPECT_EQ(daemon.terminate(), 0);
}

}  // namespace
}  // namespace tenggat::test
