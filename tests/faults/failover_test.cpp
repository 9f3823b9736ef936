// The primary dies under load, again and again: nothing acknowledged is lost, nothing is done
// twice, and the daemon writes within a second of the new primary's doing so.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>

#include "tests/support/daemon_process.h"
#include "tests/support/invariants.h"
#include "tests/support/office_load.h"
#include "tests/support/process.h"
#include "tests/support/replicated_postgres.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kDatabase = "office";

// From at once to longer than the daemon keeps commands waiting.
constexpr std::array kOutages{3s, 0s, 1s, 6s, 12s};

int kills() {
  const char* asked = std::getenv("FAILOVER_KILLS");
  return asked ? std::atoi(asked) : 1;
}

template <class Condition>
bool within(std::chrono::milliseconds limit, Condition condition) {
  const auto end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class FailoverTest : public testing::Test {
 protected:
  FailoverTest() : servers_{{.fsync = true, .settings = {"max_connections=100"}}} {
    servers_.primary().create_database(kDatabase);
    DaemonProcess::Options options;
    options.conninfo = servers_.conninfo(kDatabase);
    options.configuration = "http: {requests_a_minute: 1000000}\n";
    daemon_.emplace(std::move(options));
    daemon_->must({"db", "migrate"});
    OfficeLoad::Options load;
    load.tokens = OfficeLoad::staff(*daemon_);
    load.ports = {daemon_->api_port()};
    daemon_->start();
    load_.emplace(load);
  }

  // Of the new primary, by a client of our own that does nothing but try to write.
  bool writes() {
    try {
      servers_.primary().execute("INSERT INTO first_write DEFAULT VALUES", kDatabase);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  long events() {
    return std::stol(servers_.primary().execute("SELECT count(*) FROM event", kDatabase));
  }

  struct Times {
    std::chrono::milliseconds promotion{};  // from the kill until the new primary's first write
    std::chrono::milliseconds gap{};        // from there until the daemon's
  };

  // For as long as `outage` nobody takes writes: finding that out takes a cluster its time.
  std::optional<Times> fail_over(std::chrono::seconds outage) {
    const auto since = [](Clock::time_point begun) {
      return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    };
    const auto killed = Clock::now();
    servers_.kill_primary();
    std::this_thread::sleep_for(outage);
    servers_.fail_over();
    if (!within(30s, [this] { return writes(); })) return std::nullopt;
    Times times;
    times.promotion = since(killed);
    const auto open = Clock::now();
    const long before = events();
    if (!within(20s, [this, before] { return events() > before; })) return std::nullopt;
    times.gap = since(open);
    return times;
  }

  void work_on(std::size_t commands) {
    const std::size_t goal = load_->counts().acknowledged + commands;
    ASSERT_TRUE(within(30s, [this, goal] { return load_->counts().acknowledged >= goal; }))
        << daemon_->log();
  }

  ReplicatedPostgres servers_;
  std::optional<DaemonProcess> daemon_;
  std::optional<OfficeLoad> load_;
};

TEST_F(FailoverTest, NothingAcknowledgedIsLostWithThePrimary) {
  servers_.primary().execute("CREATE TABLE first_write (at timestamptz DEFAULT clock_timestamp())",
                             kDatabase);
  load_->start();
  ASSERT_NO_FATAL_FAILURE(work_on(200));
  for (int kill = 1; kill <= kills(); ++kill) {
    const auto times = fail_over(kOutages.at(static_cast<std::size_t>(kill - 1) % kOutages.size()));
    ASSERT_TRUE(times) << "kill " << kill << ": no writes\n" << daemon_->log();
    std::cout << "kill " << kill << ": new primary writes after " << times->promotion.count()
              << " ms, the daemon " << times->gap.count() << " ms later\n";
    EXPECT_LT(times->gap, 1s);
    ASSERT_NO_FATAL_FAILURE(work_on(100));
    servers_.rebuild_standby();
    ASSERT_NO_FATAL_FAILURE(work_on(100));
  }
  ASSERT_TRUE(load_->finish()) << daemon_->log();

  const auto ledger = load_->acknowledged();
  std::size_t retried = 0;
  for (const auto& one : ledger) retried += one.tries > 1;
  const auto counts = load_->counts();
  std::cout << "kills " << kills() << ", acknowledged " << counts.acknowledged << ", retried "
            << retried << ", answered 503 " << counts.busy << ", cut " << counts.cut << '\n';
  EXPECT_EQ(load_->refusals(), std::vector<std::string>{});
  EXPECT_EQ(breaches(ledger, servers_.primary(), kDatabase), std::vector<std::string>{});
  if (HasFailure()) std::cerr << daemon_->log();
}

// As one that was demoted while sessions were open: it answers, and refuses every write.
TEST_F(FailoverTest, APrimaryThatTurnsReadOnlyIsNamedAndSurvived) {
  load_->start();
  ASSERT_NO_FATAL_FAILURE(work_on(50));
  servers_.primary().configure({"default_transaction_read_only=on"});
  std::string said;
  EXPECT_TRUE(within(10s,
                     [this, &said] {
                       said = http_get(daemon_->admin_port(), "/readyz");
                       return said.find("the database is read-only (25006)") != std::string::npos;
                     }))
      << said << daemon_->log();
  EXPECT_NE(said.find(" 503 "), std::string::npos) << said;

  servers_.primary().configure({});
  ASSERT_NO_FATAL_FAILURE(work_on(50));
  EXPECT_TRUE(within(5s, [this] { return daemon_->ready(); })) << daemon_->log();
  ASSERT_TRUE(load_->finish()) << daemon_->log();
  EXPECT_EQ(load_->refusals(), std::vector<std::string>{});
  EXPECT_EQ(breaches(load_->acknowledged(), servers_.primary(), kDatabase),
            std::vector<std::string>{});
}

}  // namespace
}  // namespace tenggat::test
