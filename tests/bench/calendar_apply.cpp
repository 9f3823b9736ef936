// `tenggat calendar apply` on 100,000 open permits while officers go on working: how long it takes,
// and what rate of actions over HTTP is left beside it, in one run on one PostgreSQL with fsync.
// Every permit's step and case are due later by the day that is taken out of the calendar, and
// every applicant is to be told of it.
//
// The clock starts at Tuesday 08:00 in the office; nothing falls due while it runs. Actions are
// claims and releases by turns, on permits that the calendar moves, too.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tests/bench/asking.h"
#include "tests/bench/baseline.h"
#include "tests/bench/officers.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"

namespace tenggat::bench {
namespace fs = std::filesystem;
namespace {

using std::chrono::steady_clock;

constexpr int kOpenPermits = 100'000;
// After a checkpoint and a first touch everything costs more: that is nobody's rate.
constexpr std::chrono::seconds kWarm{30};
constexpr std::chrono::seconds kAlone{60};  // about as long as what it is compared with

void say(const std::string& line) { std::cout << line << std::endl; }

using Run = Officers::Run;

class Bench {
 public:
  Bench();
  void run();

 private:
  std::string calendar_with_a_day_off() const;
  std::string query(const std::string& sql) { return server_.execute(sql, database_); }

  test::TestPostgres server_{
      {.fsync = true,
       .settings = {"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  std::string database_ = "bench";
  std::unique_ptr<test::DaemonProcess> daemon_;
  std::string token_;
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
  token_ = test::OfficeLoad::staff(*daemon_).portal;
  daemon_->start();
}

// Tuesday 2 June, the day the clock stands at, is taken out.
std::string Bench::calendar_with_a_day_off() const {
  const fs::path copy = daemon_->directory() / "calendar";
  fs::copy(fs::path(TENGGAT_SOURCE_DIR) / "rules/office/calendar", copy);
  std::ostringstream text;
  text << std::ifstream(copy / "banjarbaru.yaml").rdbuf();
  std::string calendar = text.str();
  const std::string none = "libur_tambahan: []";
  calendar.replace(calendar.find(none), none.size(),
                   "libur_tambahan:\n"
                   "  - {tanggal: 2026-06-02, nama: Banjir, dasar: Keputusan 112/2026}");
  std::ofstream(copy / "banjarbaru.yaml") << calendar;
  return (copy / "banjarbaru.yaml").string();
}

void Bench::run() {
  const std::int64_t model = permit_at_back_office(*daemon_, token_);
  clone_permit(server_, database_, model, model + 1, kOpenPermits - 1);
  server_.execute("CHECKPOINT");
  Officers officers(daemon_->api_port(), token_, model);

  officers.work_for(kWarm);
  const Run alone = officers.work_for(kAlone);
  say(fmt::format("actions alone           {:>8.0f} /s   p99 {:>6.1f} ms   ({} connections)",
                  alone.actions_a_second, alone.p99, Officers::kConnections));
  const std::string changed = calendar_with_a_day_off();
  const std::string before = query("SELECT count(*) FROM visit WHERE closed_at IS NULL");
  auto applying = std::async(std::launch::async, [this, changed] {
    return daemon_->tenggat({"calendar", "apply", changed});
  });
  const Run beside = officers.work_until([&applying] {
    return applying.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  const test::CommandResult applied = applying.get();
  if (applied.status != 0) throw std::runtime_error(applied.out + applied.err);
  say(fmt::format("actions beside it       {:>8.0f} /s   p99 {:>6.1f} ms   {:.0f} % of their rate",
                  beside.actions_a_second, beside.p99,
                  100 * beside.actions_a_second / alone.actions_a_second));
  const std::string moved =
      query("SELECT count(DISTINCT permit) FROM event WHERE type = 'calendar_applied'");
  say(fmt::format("calendar apply          {:>8.1f} s    {} of {} open permits, {:.0f} /s",
                  beside.seconds, moved, before, std::stod(moved) / beside.seconds));
  say(applied.out.substr(applied.out.rfind('\n', applied.out.size() - 40) + 1));
}

}  // namespace
}  // namespace tenggat::bench

int main() {
  try {
    tenggat::bench::Bench().run();
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
