// The canary in an office that runs in real time, as installed: nothing moves its clock, and all it
// needs is to be told where to.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "tests/support/daemon_process.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;

double last_delivery(const DaemonProcess& daemon) {
  return series_in(body_of(http_get(daemon.admin_port(), "/metrics")))
      .at("tenggat_canary_last_delivery_timestamp_seconds");
}

// Whether one arrives that left after `before`. A canary is late after a minute.
bool arrives_after(const DaemonProcess& daemon, double before) {
  const auto limit = std::chrono::steady_clock::now() + 3min;
  while (std::chrono::steady_clock::now() < limit) {
    if (last_delivery(daemon) > before) return true;
    std::this_thread::sleep_for(500ms);
  }
  return false;
}

TEST(CanaryClock, ArrivesInRealTime) {
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database("canary_clock");
  options.configuration =
      "email: {url: \"file:mails\", from: \"Perizinan <izin@example.go.id>\"}\n"
      "canary: {every: 5m, to: \"kenari@example.go.id\"}\n";
  DaemonProcess daemon(options);
  daemon.must({"db", "migrate"});
  daemon.start();
  const auto begun = static_cast<double>(std::time(nullptr));
  ASSERT_TRUE(arrives_after(daemon, begun)) << daemon.log();
  const double took = last_delivery(daemon) - begun;
  EXPECT_GE(took, 60);
  EXPECT_LE(took, 90);
  EXPECT_EQ(daemon.terminate(), 0) << daemon.log();
}

}  // namespace
}  // namespace tenggat::test
