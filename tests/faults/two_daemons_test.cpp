// Two daemons on one database under one load: one is stopped in the middle of its work until its
// leases are over and then woken, the other's machine believes it is two hours later. Departments
// act on the branches of one building permit through both, also while one sleeps: what they asked
// it for is done when it wakes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <filesystem>

#include "tests/faults/rig.h"
#include "tests/support/invariants.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// libfaketime with its threads, wherever this architecture has it (Debian package libfaketime).
std::string faketime() {
  for (const auto& architecture : fs::directory_iterator("/usr/lib")) {
    const fs::path library = architecture.path() / "faketime/libfaketimeMT.so.1";
    if (fs::exists(library)) return library;
  }
  throw std::runtime_error("no libfaketime under /usr/lib");
}

double metric(int port, const std::string& name) {
  const std::string all = http_get(port, "/metrics");
  const auto at = all.find("\n" + name + " ");
  if (at == std::string::npos) return 0;
  double value = 0;
  const char* begin = all.data() + at + name.size() + 2;
  std::from_chars(begin, all.data() + all.size(), value);
  return value;
}

class TwoDaemons {
 public:
  TwoDaemons()
      : rig_("2026-04-16T07:35:00+08:00@300"),
        paused_(rig_.daemon_options()),
        ahead_(options_ahead()) {}

  void run(bool wait_for_leases);

 private:
  DaemonProcess::Options options_ahead() {
    DaemonProcess::Options options = rig_.daemon_options();
    // ASan wants to be the first library; before it stands only what lies about the clock.
    options.environment = {{"LD_PRELOAD", faketime()},
                           {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                           {"FAKETIME", "+2h"},
                           {"DONT_FAKE_MONOTONIC", "1"},
                           {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
    return options;
  }
  // The clients of each daemon keep to it, so that nobody waits at a door that does not open.
  std::unique_ptr<OfficeLoad> load(DaemonProcess& daemon) {
    OfficeLoad::Options options = rig_.load();
    options.ports = {daemon.api_port()};
    options.rate = 100;
    options.run = &daemon == &paused_ ? "a" : "b";
    auto made = std::make_unique<OfficeLoad>(options);
    made->start();
    return made;
  }
  // Building permits alone, whose branches go to the two daemons by turns.
  std::unique_ptr<OfficeLoad> load_of_both() {
    OfficeLoad::Options options = rig_.load();
    options.ports = {ahead_.api_port(), paused_.api_port()};
    options.buildings = 1;
    options.clients = 16;
    options.rate = 100;
    options.run = "c";
    auto made = std::make_unique<OfficeLoad>(options);
    made->start();
    return made;
  }
  static bool goes_on(const OfficeLoad& load, std::size_t commands) {
    const std::size_t from = load.counts().acknowledged;
    return wait_until([&] { return load.counts().acknowledged >= from + commands; }, seconds(60));
  }
  std::string log() const { return paused_.log() + ahead_.log(); }
  bool stops_with_locks();
  void start();
  void pause_in_the_middle();
  void let_leases_end(bool by_themselves);
  void wake();
  void judge();

  Rig rig_;
  DaemonProcess paused_, ahead_;
  std::unique_ptr<OfficeLoad> of_paused_, of_ahead_, of_both_;
  std::string held_;  // (message, token) pairs that the paused daemon has, as SQL
  double stalled_seconds_ = 0;
};

void TwoDaemons::start() {
  rig_.found_office(paused_);
  write_file(ahead_.directory() / "token", rig_.meta.config().token);
  paused_.start();
  of_paused_ = load(paused_);
  ASSERT_TRUE(goes_on(*of_paused_, 50)) << log();
}

// Stops it, and lets it go on where it holds none.
bool TwoDaemons::stops_with_locks() {
  paused_.signal(SIGSTOP);
  const auto sessions = [&](const char* state) {
    return rig_.query(
        fmt::format("SELECT count(*) FROM pg_stat_activity WHERE state = '{}'"
                    " AND application_name = 'tenggatd'",
                    state));
  };
  wait_until([&] { return sessions("active") == "0"; }, seconds(10));
  const std::string numbers =
      "SELECT count(*) FROM pg_locks WHERE relation = 'permit_number'::regclass"
      " AND mode = 'RowShareLock'";
  if (sessions("idle in transaction") != "0" && rig_.query(numbers) != "0") return true;
  paused_.signal(SIGCONT);
  return false;
}

void TwoDaemons::pause_in_the_middle() {
  rig_.meta.hold();
  ASSERT_TRUE(wait_until([&] { return rig_.meta.holding(); }, seconds(60))) << log();
  // What else it has to send has left, too, once its loop has come round.
  ASSERT_TRUE(paused_.ready() && paused_.ready()) << log();
  // In the middle of a batch, with its locks.
  ASSERT_TRUE(wait_until([&] { return stops_with_locks(); }, seconds(60))) << log();
  held_ = rig_.query(
      "SELECT string_agg(format('(%s, %s)', message, fence), ', ') FROM attempt"
      " WHERE outcome = ''");
  rig_.meta.release();
  ASSERT_NE(held_, "");
}

void TwoDaemons::let_leases_end(bool by_themselves) {
  const auto from = steady_clock::now();
  ahead_.start();
  of_ahead_ = load(ahead_);
  of_both_ = load_of_both();
  ASSERT_TRUE(goes_on(*of_ahead_, 50)) << log();
  // It had to wait for the locks that the paused one held, until the server ended its session.
  stalled_seconds_ = std::chrono::duration<double>(steady_clock::now() - from).count();
  EXPECT_LT(stalled_seconds_, 15);
  const double machine = static_cast<double>(
      std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
  ASSERT_NEAR(metric(ahead_.admin_port(),
                     "tenggat_loop_last_success_timestamp_seconds{loop=\"committer\"}"),
              machine + 7200, 60);
  if (!by_themselves)
    rig_.query("UPDATE message SET lease_until = clock_timestamp() WHERE (message.id, fence) IN (" +
               held_ + ")");
  ASSERT_TRUE(wait_until(
      [&] {
        return rig_.query("SELECT count(*) FROM message WHERE id IN (SELECT h.id FROM (VALUES " +
                          held_ + ") AS h(id, fence)) AND state = 'queued'") == "0";
      },
      seconds(120)))
      << log();
}

void TwoDaemons::wake() {
  const std::string settled =
      "SELECT string_agg(concat_ws(' ', id, state, fence, provider_id, accepted_at), ', ' ORDER BY"
      " id) FROM message WHERE id IN (SELECT h.id FROM (VALUES " +
      held_ + ") AS h(id, fence))";
  const std::string before = rig_.query(settled);
  // Each was claimed by the other, or given up for a newer one before its person's turn came.
  ASSERT_EQ(rig_.query("SELECT string_agg(concat_ws(' ', m.id, m.state, m.reason), ', ')"
                       " FROM message m JOIN (VALUES " +
                       held_ +
                       ") AS h(id, fence) ON h.id = m.id AND h.fence = m.fence"
                       " WHERE m.reason <> 'superseded'"),
            "");
  paused_.signal(SIGCONT);
  // It says what came of its own attempts, with tokens that no longer count.
  const std::string late =
      "SELECT count(*) FROM attempt WHERE outcome <> '' AND (message, fence) IN (" + held_ + ")";
  ASSERT_TRUE(wait_until([&] { return rig_.query(late) != "0"; }, seconds(60))) << log();
  ASSERT_TRUE(wait_until([&] { return paused_.log().find("lease_lost") != std::string::npos; },
                         seconds(10)))
      << paused_.log();
  EXPECT_EQ(rig_.query(settled), before);
  ASSERT_TRUE(goes_on(*of_paused_, 200) && goes_on(*of_ahead_, 200)) << log();
  ASSERT_TRUE(goes_on(*of_both_, 200)) << log();
  EXPECT_TRUE(wait_until([&] { return paused_.ready(); }, seconds(20))) << paused_.log();
}

void TwoDaemons::judge() {
  ASSERT_TRUE(wait_until([&] { return rig_.due_rungs() >= 20; }, seconds(60))) << log();
  ASSERT_TRUE(of_paused_->finish() && of_ahead_->finish() && of_both_->finish()) << log();
  rig_.stop_clock();
  EXPECT_EQ(rig_.wait_until_quiet(seconds(75)), "") << log();
  std::vector<OfficeLoad::Acknowledged> ledger;
  for (const OfficeLoad* one : {of_paused_.get(), of_ahead_.get(), of_both_.get()}) {
    for (const std::string& refusal : one->refusals()) ADD_FAILURE() << "refused: " << refusal;
    for (OfficeLoad::Acknowledged& done : one->acknowledged()) ledger.push_back(std::move(done));
  }
  const Deliveries deliveries = rig_.judge(ledger);
  for (const DaemonProcess* one : {&paused_, &ahead_})
    for (const std::string& wrong : rig_.wrongly_reported(*one)) ADD_FAILURE() << wrong;
  fmt::print(
      "commands: {} acknowledged by the one, {} by the other, {} by both in turn with {} "
      "forestalled"
      " by others; {:.1f} s until 50 went through beside the paused daemon\n",
      of_paused_->counts().acknowledged, of_ahead_->counts().acknowledged,
      of_both_->counts().acknowledged, of_both_->counts().forestalled, stalled_seconds_);
  fmt::print("branches: {}\n", rig_.branch_work());
  fmt::print(
      "messages: {} accepted, {} delivered, {} extra, {} unknown outcomes; stale results"
      " refused: {}\n",
      deliveries.messages, deliveries.delivered, deliveries.extra, deliveries.unknown,
      rig_.query("SELECT count(*) FROM attempt WHERE outcome <> '' AND (message, fence) IN (" +
                 held_ + ")"));
}

void TwoDaemons::run(bool wait_for_leases) {
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(pause_in_the_middle());
  ASSERT_NO_FATAL_FAILURE(let_leases_end(wait_for_leases));
  ASSERT_NO_FATAL_FAILURE(wake());
  judge();
}

TEST(TwoDaemonsTest, AStaleTokenIsRefusedAndAWrongClockMovesNothing) { TwoDaemons().run(false); }

TEST(TwoDaemonsTest, LongALeaseThatRanOutWhileItsDaemonStood) { TwoDaemons().run(true); }

}  // namespace
}  // namespace tenggat::test
