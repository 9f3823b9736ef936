// What officers' rate of actions is while a year of ended permits is deleted by `retention`, beside
// what it is before and after, in one run on one PostgreSQL with fsync.
//
//   retention [PERMITS [SECONDS]]     default: 25,000 and 60
//
// PERMITS are those of a year, each as it was when it had gone the whole way: events, visits,
// documents, notices; they ended two years ago. Officers claim and release by turns at another
// 20,000, which are open. SECONDS is how long each of the two rates alone is measured. The clock
// starts at Tuesday 08:00 in the office; nothing falls due while it runs. The copies' chains are
// not their own: that retention leaves chains that verify is retention_test's to say.
//
// Ends with 1 where less than 90 % of the rate is left, or not everything is gone.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/asking.h"
#include "tests/bench/baseline.h"
#include "tests/bench/officers.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"

namespace tenggat::bench {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kPermits = 25'000;  // some hundred a working day
constexpr int kOpenPermits = 20'000;
constexpr double kLeft = 0.9;  // of the rate, at least
// After a checkpoint and a first touch everything costs more: that is nobody's rate.
constexpr seconds kWarm{30};
constexpr std::int64_t kFirstOld = 1'000'000'000;  // id of the first of the year's

void say(const std::string& line) { std::cout << line << std::endl; }

using Run = Officers::Run;

class Bench {
 public:
  Bench();
  bool run(int permits, seconds alone);

 private:
  std::int64_t one_that_went_the_whole_way();
  void make_a_year(int permits);
  void keep_for_a_year();
  int removed();
  // Until as many are gone, or that time has passed; asked every half second, from beside.
  Run work_until_removed(int permits, seconds at_most);
  void tell(const char* when, const Run& run) {
    say(fmt::format("{:<22} {:>8.0f} /s   p99 {:>6.1f} ms   ({:.0f} s, {} connections)", when,
                    run.actions_a_second, run.p99, run.seconds, Officers::kConnections));
  }
  std::string query(const std::string& sql) { return server_.execute(sql, database_); }

  test::TestPostgres server_{
      {.fsync = true,
       .settings = {"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  std::string database_ = "bench";
  std::unique_ptr<test::DaemonProcess> daemon_;
  test::OfficeLoad::Tokens tokens_;
  std::optional<Officers> officers_;
};

Bench::Bench() {
  test::DaemonProcess::Options options;
  options.conninfo = server_.create_database(database_);
  options.clock = "2026-06-02T08:00:00+08:00@1";
  options.configuration =
      "undo_window: 0s\nhttp: {connections: 3000, requests_a_minute: 100000000, proxies: "
      "[127.0.0.1]}\n";
  daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
  daemon_->must({"db", "migrate", "--simulated-clock"});
  tokens_ = test::OfficeLoad::staff(*daemon_);
  daemon_->start();
}

std::int64_t Bench::one_that_went_the_whole_way() {
  test::OfficeLoad load({.ports = {daemon_->api_port()},
                         .tokens = tokens_,
                         .clients = 1,
                         .rate = 50,
                         .left_lying = 0,
                         .reachable = 1});
  load.start();
  std::string found;
  for (int i = 0; i < 300 && found.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    found = query("SELECT coalesce(min(id)::text, '') FROM permit WHERE state = 'issued'");
  }
  load.finish();
  if (found.empty()) throw std::runtime_error("no permit went the whole way");
  return std::stoll(found);
}

void Bench::make_a_year(int permits) {
  const std::int64_t model = one_that_went_the_whole_way();
  clone_permit(server_, database_, model, kFirstOld, permits);
  const std::string columns = query(
      "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name ="
      " 'notice' AND is_identity = 'NO' AND column_name <> 'permit'");
  const std::string old = fmt::format("id BETWEEN {} AND {}", kFirstOld, kFirstOld + permits - 1);
  query(fmt::format(
      "INSERT INTO notice (permit, {0}) SELECT p.id, n.* FROM permit p, (SELECT {0} FROM notice"
      " WHERE permit = {2}) n WHERE p.{1}",
      columns, old, model));
  query(
      fmt::format("UPDATE permit SET submitted_at = office_now() - interval '2 years' - id % 365"
                  " * interval '1 day', changed_at = office_now() - interval '2 years' WHERE {}",
                  old));
  query("VACUUM ANALYZE");
  say(fmt::format("a year of permits      {:>8}      each with {} events, {} visits, {} notices",
                  permits,
                  query(fmt::format("SELECT count(*) FROM event WHERE permit = {}", kFirstOld)),
                  query(fmt::format("SELECT count(*) FROM visit WHERE permit = {}", kFirstOld)),
                  query(fmt::format("SELECT count(*) FROM notice WHERE permit = {}", kFirstOld))));
}

// As an administrator does it: a line in the configuration, and a reload.
void Bench::keep_for_a_year() {
  std::ofstream(daemon_->directory() / "tenggat.yaml", std::ios::app)
      << "\nretention: {closed: 1y}\n";
  daemon_->signal(SIGHUP);
}

int Bench::removed() {
  return std::stoi(
      query("SELECT coalesce(sum((fields ->> 'after.count')::bigint), 0) FROM office_event"
            " WHERE type = 'retention_applied'"));
}

Run Bench::work_until_removed(int permits, seconds at_most) {
  const auto latest = steady_clock::now() + at_most;
  auto deleting = std::async(std::launch::async, [this, permits, latest] {
    while (removed() < permits && steady_clock::now() < latest)
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
  });
  const Run run = officers_->work_until(
      [&deleting] { return deleting.wait_for(seconds(0)) == std::future_status::ready; });
  deleting.get();
  return run;
}

bool Bench::run(int permits, seconds alone) {
  const std::int64_t model = permit_at_back_office(*daemon_, tokens_.portal);
  clone_permit(server_, database_, model, model + 1'000'000, kOpenPermits);
  make_a_year(permits);
  server_.execute("CHECKPOINT");
  officers_.emplace(daemon_->api_port(), tokens_.portal, model + 1'000'000);

  officers_->work_for(std::min(kWarm, alone));
  const Run before = officers_->work_for(alone);
  tell("actions alone", before);
  keep_for_a_year();
  work_until_removed(1, seconds(90));  // it looks once a minute
  const int begun_with = removed();
  // A slice and its pause take a third of a second; ten times that, and it does not come to an end.
  const Run beside = work_until_removed(permits, seconds(60 + permits / 15));
  tell("actions beside it", beside);
  const Run after = officers_->work_for(alone);
  tell("actions alone again", after);
  const double rate = (before.actions_a_second + after.actions_a_second) / 2;
  const double left = beside.actions_a_second / rate;
  const int gone = removed();
  say(
      fmt::format("retention              {:>8.1f} s    {} of {} permits, {:.0f} /s; officers keep"
                  " {:.0f} % of their rate (at least {:.0f} %)",
                  beside.seconds, gone, permits, (gone - begun_with) / beside.seconds, 100 * left,
                  100 * kLeft));
  return gone >= permits && left >= kLeft;
}

}  // namespace
}  // namespace tenggat::bench

int main(int count, char** arguments) {
  using namespace tenggat::bench;
  try {
    const int permits = count > 1 ? std::atoi(arguments[1]) : kPermits;
    const seconds alone(count > 2 ? std::atoi(arguments[2]) : 60);
    return Bench().run(permits, alone) ? 0 : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
