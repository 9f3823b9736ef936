// fuzz.py against a daemon: no 5xx, no answer that openapi.json does not have, every operation
// reached. TENGGAT_FUZZ_SECONDS says how long (5 by default), TENGGAT_FUZZ_LEAST how often each
// operation must succeed. Afterwards the office must be as sound as before.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>

#include "tests/support/open_office.h"

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
  OpenOffice office(database);
  DaemonProcess& daemon = office.daemon();
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
  write_file(setting, json::serialize(json::object{{"tokens", office.tokens()},
                                                   {"dead_messages", dead},
                                                   {"receipts_key", kOpenOfficeReceiptsKey},
                                                   {"verify_token", kOpenOfficeVerifyToken}}));

  const auto out = daemon.directory() / "fuzz.out", err = daemon.directory() / "fuzz.err";
  const pid_t fuzz = spawn(
      {"/usr/bin/python3", "-W", "ignore", TENGGAT_SOURCE_DIR "/tests/api_fuzz/fuzz.py",
       office.url(), setting_of("TENGGAT_FUZZ_SECONDS", "5"), setting_of("TENGGAT_FUZZ_LEAST", "5"),
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
