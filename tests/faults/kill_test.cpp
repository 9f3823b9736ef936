// An office under load, kindergartens and building permits whose departments work at once, whose
// parts are killed, again and again, at named places and at any other; afterwards nothing
// acknowledged is missing and nothing was done or said twice beyond what is known to be uncertain.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "daemon/base/crash_point.h"
#include "tests/faults/rig.h"
#include "tests/support/invariants.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kKilled = 128 + SIGKILL;
constexpr milliseconds kPatience = seconds(60);

struct Plan {
  int inside_each_point = 3;
  int random = 50;
  int postmaster = 50;
  // Leases of dead daemons run out by themselves; otherwise they are ended while no daemon lives,
  // which comes to the same and takes no minute.
  bool wait_for_leases = true;
};

class Killing {
 public:
  explicit Killing(Plan plan)
      : plan_(plan), rig_("2026-04-16T07:35:00+08:00@300"), daemon_(rig_.daemon_options()) {}

  void run();

 private:
  bool goes_on(std::size_t commands) {
    const std::size_t from = load_->counts().acknowledged;
    return wait_until([&] { return load_->counts().acknowledged >= from + commands; }, kPatience);
  }
  // At no moment in particular.
  bool goes_on_a_while() {
    return goes_on(std::uniform_int_distribution<std::size_t>(1, 60)(random_));
  }
  void kill_inside(CrashPoint point, int passing);
  void kill_inside_each_point();
  void kill_while_reloading(int number);
  void kill_at_random();
  void kill_postmaster();
  void settle();
  void judge();

  Plan plan_;
  Rig rig_;
  DaemonProcess daemon_;
  std::unique_ptr<OfficeLoad> load_;
  std::mt19937 random_{20260416};
  std::map<std::string, int> kills_;
  steady_clock::time_point begun_ = steady_clock::now();
  double quiet_after_seconds_ = 0;
};

void Killing::kill_inside(CrashPoint point, int passing) {
  const std::string name(kCrashPointNames.at(static_cast<std::size_t>(point)));
  daemon_.kill9();
  daemon_.options().environment["TENGGAT_CRASH_AT"] = fmt::format("{}:{}", name, passing);
  daemon_.launch();
  ASSERT_TRUE(wait_until([&] { return daemon_.ended(); }, kPatience)) << name << daemon_.log();
  ASSERT_EQ(daemon_.last_status(), kKilled) << name << daemon_.log();
  ++kills_[name];
  daemon_.options().environment.clear();
}

void Killing::kill_inside_each_point() {
  for (int i = 0; i < plan_.inside_each_point; ++i) {
    for (const CrashPoint point : {CrashPoint::claimed, CrashPoint::accepted}) {
      ASSERT_NO_FATAL_FAILURE(kill_inside(point, 1 + 3 * i));
      daemon_.start();
      ASSERT_TRUE(goes_on_a_while()) << daemon_.log();
    }
    for (const CrashPoint point : {CrashPoint::locked, CrashPoint::commit_sent,
                                   CrashPoint::answered, CrashPoint::composing}) {
      const int passing = point == CrashPoint::composing ? 1 + i : 1 + 17 * i;
      ASSERT_NO_FATAL_FAILURE(kill_inside(point, passing));
      daemon_.start();
      ASSERT_TRUE(goes_on_a_while()) << daemon_.log();
    }
    ASSERT_NO_FATAL_FAILURE(kill_while_reloading(i));
    ASSERT_TRUE(goes_on_a_while()) << daemon_.log();
  }
}

void Killing::kill_while_reloading(int number) {
  daemon_.kill9();
  daemon_.options().environment["TENGGAT_CRASH_AT"] = "reloading";
  daemon_.start();
  // Another text of the same SOP is another version; what is open goes on by the one it has.
  for (const char* sop : {"sop/paud.yaml", "sop/pbg.yaml"})
    std::ofstream(rig_.rules() / sop, std::ios::app) << "# " << number << '\n';
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(wait_until([&] { return daemon_.ended(); }, kPatience)) << daemon_.log();
  ASSERT_EQ(daemon_.last_status(), kKilled) << daemon_.log();
  ++kills_["reloading"];
  daemon_.options().environment.clear();
  daemon_.start();
  for (const char* sop : {"paud", "pbg"})
    EXPECT_EQ(rig_.query(fmt::format(
                  "SELECT count(*) FROM rule_set WHERE kind = 'sop' AND name = '{}'", sop)),
              std::to_string(number + 2));
}

void Killing::kill_at_random() {
  for (int i = 0; i < plan_.random; ++i) {
    ASSERT_TRUE(goes_on_a_while()) << daemon_.log();
    daemon_.kill9();
    ++kills_["random"];
    daemon_.start();
  }
}

void Killing::kill_postmaster() {
  for (int i = 0; i < plan_.postmaster; ++i) {
    ASSERT_TRUE(goes_on_a_while()) << daemon_.log();
    rig_.server.kill9();
    ++kills_["postmaster"];
    rig_.server.start();
  }
  ASSERT_TRUE(goes_on_a_while()) << daemon_.log();
}

void Killing::settle() {
  ASSERT_TRUE(wait_until([&] { return rig_.due_rungs() >= 20; }, kPatience)) << daemon_.log();
  ASSERT_TRUE(load_->finish()) << daemon_.log();
  if (!plan_.wait_for_leases) {
    daemon_.kill9();
    rig_.query("UPDATE message SET lease_until = NULL WHERE state = 'queued'");
    daemon_.start();
  }
  rig_.stop_clock();
  const auto from = steady_clock::now();
  // The longest lease, and the time to send what it held.
  EXPECT_EQ(rig_.wait_until_quiet(seconds(75)), "") << daemon_.log();
  quiet_after_seconds_ = std::chrono::duration<double>(steady_clock::now() - from).count();
}

void Killing::judge() {
  const OfficeLoad::Counts counts = load_->counts();
  for (const std::string& refusal : load_->refusals()) ADD_FAILURE() << "refused: " << refusal;
  const std::vector<OfficeLoad::Acknowledged> ledger = load_->acknowledged();
  std::size_t retried = 0;
  for (const OfficeLoad::Acknowledged& one : ledger) retried += one.tries > 1;
  const Deliveries deliveries = rig_.judge(ledger);
  for (const std::string& wrong : rig_.wrongly_reported(daemon_)) ADD_FAILURE() << wrong;
  EXPECT_GT(deliveries.messages, 0u);

  std::string kills;
  for (const auto& [what, times] : kills_) kills += fmt::format(" {} {};", what, times);
  fmt::print("kills:{}\n", kills);
  fmt::print(
      "commands: {} acknowledged, {} of them after a retry, {} forestalled by others, {} tries cut,"
      " {} answered 503\n",
      counts.acknowledged, retried, counts.forestalled, counts.cut, counts.busy);
  fmt::print("branches: {}\n", rig_.branch_work());
  fmt::print("messages: {} accepted, {} delivered, {} extra, {} unknown outcomes\n",
             deliveries.messages, deliveries.delivered, deliveries.extra, deliveries.unknown);
  fmt::print("permits: {}, rungs raised: {}\n", rig_.query("SELECT count(*) FROM permit"),
             rig_.query("SELECT count(*) FROM raised_rung WHERE rung <> 'start'"));
  fmt::print("quiet after {:.1f} s; {:.0f} s in all\n", quiet_after_seconds_,
             std::chrono::duration<double>(steady_clock::now() - begun_).count());
}

void Killing::run() {
  rig_.found_office(daemon_);
  daemon_.start();
  OfficeLoad::Options options = rig_.load();
  options.ports = {daemon_.api_port()};
  load_ = std::make_unique<OfficeLoad>(options);
  load_->start();
  ASSERT_TRUE(goes_on(50)) << daemon_.log();
  ASSERT_NO_FATAL_FAILURE(kill_inside_each_point());
  ASSERT_NO_FATAL_FAILURE(kill_at_random());
  ASSERT_NO_FATAL_FAILURE(kill_postmaster());
  ASSERT_NO_FATAL_FAILURE(settle());
  judge();
}

TEST(KillTest, NothingIsLostOrDoubledWhateverIsKilled) { Killing({1, 3, 2, false}).run(); }

TEST(KillTest, LongNothingIsLostOrDoubledWhateverIsKilled) { Killing({3, 50, 50, true}).run(); }

// All that a migration makes, in words.
constexpr const char* kSchema =
    "SELECT string_agg(what, chr(10) ORDER BY what) FROM ("
    " SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)"
    "   FROM information_schema.columns WHERE table_schema = 'public'"
    " UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " UNION ALL SELECT tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
    " UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
    "   WHERE connamespace = 'public'::regnamespace"
    " UNION ALL SELECT 'applied ' || name || ' ' || sha256 FROM schema_migration) AS s(what)";

// Kills `tenggat db migrate` at its first flight and at each so many after it.
void kill_migrations(int every) {
  TestPostgres server;
  DaemonProcess whole({server.create_database("whole"), "", "", {}, {}});
  whole.must({"db", "migrate"});
  const std::string schema = server.execute(kSchema, "whole");
  int kills = 0;
  for (int flight = 1;; flight += every, ++kills) {
    const std::string name = fmt::format("killed_{}", flight);
    DaemonProcess tool({server.create_database(name), "", "", {}, {}});
    const int status =
        wait_for(spawn({TENGGAT, "db", "migrate"},
                       {{"TENGGAT_CONFIG", (tool.directory() / "tenggat.yaml").string()},
                        {"TENGGAT_CRASH_AT", fmt::format("migrating:{}", flight)}},
                       tool.directory() / "out", tool.directory() / "err"));
    if (status == 0) break;  // it has fewer flights
    ASSERT_EQ(status, kKilled) << read_file(tool.directory() / "err");
    tool.must({"db", "migrate"});
    EXPECT_EQ(server.execute(kSchema, name), schema) << "killed at flight " << flight;
    server.drop_database(name);
  }
  EXPECT_GE(kills, 3);
  fmt::print("kills: migrating {}\n", kills);
}

// A prime number of flights apart: not the same one of each migration's.
TEST(KillTest, AMigrationThatIsKilledIsDoneByTheNextOne) { kill_migrations(13); }
TEST(KillTest, LongAMigrationThatIsKilledAtAnyFlightIsDoneByTheNextOne) { kill_migrations(1); }

}  // namespace
}  // namespace tenggat::test
