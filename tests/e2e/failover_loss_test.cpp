// A standby that is promoted without the primary's last commits: the second way to a database that
// knows less than what it has given (docs/operations.md, The database is restored).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/process.h"
#include "tests/support/replicated_postgres.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kDatabase = "office";

template <class Condition>
bool within(std::chrono::milliseconds limit, Condition condition) {
  const auto end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

class FailoverLoss : public testing::Test {
 protected:
  FailoverLoss() : servers_{{.fsync = true, .settings = {"max_connections=100"}}} {
    servers_.primary().create_database(kDatabase);
    DaemonProcess::Options options;
    options.conninfo = servers_.conninfo(kDatabase);
    options.configuration = "http: {requests_a_minute: 1000000}\nemail: {url: \"\"}\n";
    daemon_.emplace(std::move(options));
    daemon_->must({"db", "migrate"});
    load_.tokens = OfficeLoad::staff(*daemon_);
    load_.ports = {daemon_->api_port()};
    load_.reachable = 0;
    load_.rate = 100;
    daemon_->start();
  }
  std::string query(const std::string& sql) { return servers_.primary().execute(sql, kDatabase); }
  bool writes() {
    try {
      return query("SELECT NOT pg_is_in_recovery()") == "t";
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  std::string readiness() { return http_get(daemon_->admin_port(), "/readyz"); }
  bool says_restored() {
    return within(20s, [this] { return readiness().find("restored: ") != std::string::npos; });
  }
  // Numbers as they were given, by the permit that was acknowledged with them.
  std::map<std::string, std::string> numbers() {
    std::map<std::string, std::string> all;
    std::istringstream rows(
        query("SELECT string_agg(id || ' ' || number, ',') FROM permit WHERE id > 0"));
    for (std::string row; std::getline(rows, row, ',');)
      all[row.substr(0, row.find(' '))] = row.substr(row.find(' ') + 1);
    return all;
  }
  void work(const std::string& run, std::size_t commands) {
    load_.run = run;
    OfficeLoad load(load_);
    load.start();
    EXPECT_TRUE(within(60s, [&] { return load.counts().acknowledged >= commands; }))
        << daemon_->log();
    EXPECT_TRUE(load.finish()) << daemon_->log();
    EXPECT_EQ(load.refusals(), std::vector<std::string>{});
    for (const auto& one : load.acknowledged()) permits_.insert(std::to_string(one.permit));
  }

  ReplicatedPostgres servers_;
  std::optional<DaemonProcess> daemon_;
  OfficeLoad::Options load_;
  std::set<std::string> permits_;  // acknowledged
};

TEST_F(FailoverLoss, ADaemonThatKnowsMoreThanTheNewPrimaryLetsGoOfIt) {
  // Beside it one on another machine, with a mark of its own, that nobody asks for anything.
  DaemonProcess other(daemon_->options());
  other.start();
  work("a", 100);
  servers_.part();
  work("b", 100);
  const std::map<std::string, std::string> before = numbers();
  for (const std::string& permit : permits_) ASSERT_TRUE(before.contains(permit));
  servers_.kill_primary();
  servers_.fail_over();
  ASSERT_TRUE(within(30s, [this] { return writes(); }));
  ASSERT_TRUE(says_restored()) << readiness() << daemon_->log();
  EXPECT_NE(readiness().find(" 503 "), std::string::npos);
  const std::string events = query("SELECT count(*) FROM event");
  std::this_thread::sleep_for(2s);
  EXPECT_EQ(query("SELECT count(*) FROM event"), events);
  EXPECT_NE(query("SELECT behind FROM database_identity"), "");  // for the other daemons
  EXPECT_TRUE(within(10s, [&] {
    return http_get(other.admin_port(), "/readyz").find("restored: ") != std::string::npos;
  })) << other.log();

  const std::map<std::string, std::string> survived = numbers();
  EXPECT_LT(survived.size(), before.size());
  daemon_->kill9();
  daemon_->launch();
  ASSERT_TRUE(says_restored()) << readiness();
  daemon_->must({"db", "restored", "--yes"});
  ASSERT_TRUE(within(15s, [this] { return daemon_->ready(); })) << readiness() << daemon_->log();
  other.kill9();
  other.start();
  work("c", 100);

  std::set<std::string> given;
  for (const auto& [permit, number] : before) given.insert(number);
  std::size_t twice = 0, fresh = 0;
  for (const auto& [permit, number] : numbers()) {
    if (survived.contains(permit)) continue;
    ++fresh;
    twice += given.contains(number);
  }
  EXPECT_GT(fresh, 0U);
  EXPECT_EQ(twice, 0U);
  const CommandResult verified = daemon_->tenggat({"audit", "verify"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  std::cout << "numbers given before: " << before.size() << ", survived: " << survived.size()
            << ", new: " << fresh << ", given twice: " << twice << "; left out: "
            << query(
                   "SELECT fields ->> 'after.numbers' FROM office_event"
                   " WHERE type = 'database_restored'")
            << '\n';
}

// The daemon falls with the primary: what it gave in its last second it may not have marked, but
// past what it marked it gave nothing.
TEST_F(FailoverLoss, ADaemonThatFellWithThePrimaryAsksBeforeItGoesOn) {
  work("a", 60);
  servers_.part();
  work("b", 60);
  const std::map<std::string, std::string> before = numbers();
  daemon_->kill9();
  servers_.kill_primary();
  servers_.fail_over();
  ASSERT_TRUE(within(30s, [this] { return writes(); }));
  daemon_->launch();
  ASSERT_TRUE(says_restored()) << readiness() << daemon_->log();
  const std::map<std::string, std::string> survived = numbers();
  daemon_->must({"db", "restored", "--yes"});
  ASSERT_TRUE(within(15s, [this] { return daemon_->ready(); })) << readiness() << daemon_->log();
  work("c", 60);
  std::set<std::string> given;
  for (const auto& [permit, number] : before) given.insert(number);
  std::size_t twice = 0;
  for (const auto& [permit, number] : numbers())
    twice += !survived.contains(permit) && given.contains(number);
  EXPECT_EQ(twice, 0U);
  EXPECT_EQ(daemon_->tenggat({"audit", "verify"}).status, 0);
  std::cout << "numbers given before: " << before.size() << ", survived: " << survived.size()
            << ", given twice: " << twice << '\n';
}

// Nothing was lost: a failover as it should be needs nobody.
TEST_F(FailoverLoss, AStandbyThatHasEverythingIsServedAtOnce) {
  work("a", 60);
  servers_.kill_primary();
  servers_.fail_over();
  ASSERT_TRUE(within(30s, [this] { return writes(); }));
  work("b", 60);
  EXPECT_TRUE(within(10s, [this] { return daemon_->ready(); })) << readiness();
  EXPECT_EQ(query("SELECT behind FROM database_identity"), "");
}

}  // namespace
}  // namespace tenggat::test
