// docs/portal: the client in PHP, as a portal would use it, against a daemon.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

const std::string kSource = TENGGAT_SOURCE_DIR;

struct Ran {
  int status = 0;
  std::string out;
};

Ran php(const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& environment, const std::filesystem::path& out) {
  std::vector<std::string> all{"/usr/bin/php", "-d", "display_errors=stderr"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Ran ran;
  ran.status = wait_for(spawn(all, environment, out, out));
  ran.out = read_file(out);
  return ran;
}

TEST(Portal, ItsClientTakesAnApplicationThroughItsFirstDays) {
  const std::string database = "portal_example";
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database(database);
  // TENGGAT_UNDO_WINDOW: another one than this short one, such as what ships.
  const char* window = std::getenv("TENGGAT_UNDO_WINDOW");
  options.configuration =
      fmt::format("email: {{url: \"file:mails\"}}\nundo_window: {}\n", window ? window : "1s");
  DaemonProcess daemon(options);
  daemon.must({"db", "migrate"});
  const std::string token = OfficeLoad::staff(daemon).portal;
  daemon.start();
  const Ran ran = php({kSource + "/docs/portal/example.php", "fo"},
                      {{"TENGGAT_URL", fmt::format("http://127.0.0.1:{}", daemon.api_port())},
                       {"TENGGAT_TOKEN", token}},
                      daemon.directory() / "php.out");
  ASSERT_EQ(ran.status, 0) << ran.out << daemon.log();
  for (const char* line :
       {"the portal shows: returned, at pengajuan", "the portal shows: active, at penerimaan",
        "refused: 409 step_not_open: Berkas sudah tidak berada pada tahap itu"})
    EXPECT_NE(ran.out.find(line), std::string::npos) << ran.out;
  const auto query = [&](const std::string& sql) {
    return shared_postgres().execute(sql, database);
  };
  EXPECT_EQ(query("SELECT count(*) FROM permit"), "1");
  EXPECT_EQ(query("SELECT step FROM visit WHERE closed_at IS NULL AND NOT undone"), "penerimaan");
  EXPECT_EQ(query("SELECT string_agg(actor || ' ' || via, ', ' ORDER BY sequence) FROM event"
                  " WHERE type = 'acted' AND fields ->> 'action' IN ('reject', 'accept')"),
            "officer:fo portal, officer:fo portal");
  EXPECT_EQ(query("SELECT count(*) FROM file"), "2");
}

TEST(Portal, ItsClientTakesOnlyWebhooksThatAreSigned) {
  const Ran ran = php(
      {kSource + "/tests/portal/webhook_test.php", kSource}, {},
      std::filesystem::temp_directory_path() / fmt::format("tenggat-webhook-{}.out", ::getpid()));
  EXPECT_EQ(ran.status, 0) << ran.out;
  std::filesystem::remove(std::filesystem::temp_directory_path() /
                          fmt::format("tenggat-webhook-{}.out", ::getpid()));
}

}  // namespace
}  // namespace tenggat::test
