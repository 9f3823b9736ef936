// The webhook as a portal gets it, judged by the published npm library `standardwebhooks`. It comes
// into the build directory by `npm ci`, as `./test full` does.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <sstream>
#include <thread>

#include "notifiers/base64.h"
#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

std::string wait_for_lines(const std::filesystem::path& file, std::size_t lines) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::string text;
  do {
    text = read_file(file);
    if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= lines) return text;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (std::chrono::steady_clock::now() < limit);
  return text;
}

TEST(Webhook, ThePublishedLibraryVerifiesItByBothSecrets) {
  const std::string first = "whsec_" + notify::base64(std::string(24, 'a'));
  const std::string second = "whsec_" + notify::base64(std::string(32, 'b'));
  const std::string never = "whsec_" + notify::base64(std::string(32, 'c'));
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database("webhook");
  DaemonProcess daemon(options);
  const auto said = daemon.directory() / "receive.out";
  const pid_t receiver = spawn({"/usr/bin/env", "node", TENGGAT_RECEIVE, first, second, never}, {},
                               said, daemon.directory() / "receive.err");
  const std::string listening = wait_for_lines(said, 1);
  ASSERT_TRUE(listening.starts_with("listening "))
      << read_file(daemon.directory() / "receive.err")
      << "\nwithout the library: npm ci in the build directory's tests/portal";
  const int port = std::stoi(listening.substr(10));

  write_file(daemon.directory() / "secret_1", first);
  write_file(daemon.directory() / "secret_2", second);
  daemon.options().configuration = fmt::format(
      "email: {{url: \"file:mails\"}}\nundo_window: 0s\n"
      "portal: {{url: \"http://127.0.0.1:{}/webhook\", secret_files: [secret_1, secret_2],"
      " allow_private: true}}\n",
      port);
  daemon.write_configuration();
  daemon.must({"db", "migrate"});
  const std::string token = OfficeLoad::staff(daemon).portal;
  daemon.start();
  const auto following = [&] {
    return shared_postgres().execute("SELECT count(*) FROM portal", "webhook") == "1";
  };
  for (int tries = 0; tries < 200 && !following(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const CommandResult submitted = daemon.tenggat(
      {"permit", "submit", "--sop", "paud", "--name", "Siti", "--subject", "PAUD Melati",
       "--document", "persyaratan_izin_paud=https://berkas.example/1"},
      token);
  ASSERT_EQ(submitted.status, 0) << submitted.err;

  const std::string all = wait_for_lines(said, 2);
  std::istringstream lines(all);
  std::string line;
  std::getline(lines, line);
  ASSERT_TRUE(std::getline(lines, line)) << all << daemon.log();
  EXPECT_EQ(json::parse(line), (json::array{"permit.changed submit v1", "permit.changed submit v1",
                                            "refused: No matching signature found",
                                            "refused: No matching signature found"}));
  const CommandResult status = daemon.tenggat({"portal", "status"});
  EXPECT_NE(status.out.find("pending 0, delivered within a week 1, given up 0"), std::string::npos)
      << status.out << status.err;
  EXPECT_EQ(daemon.terminate(), 0);
  ::kill(receiver, SIGTERM);
  wait_for(receiver);
}

}  // namespace
}  // namespace tenggat::test
