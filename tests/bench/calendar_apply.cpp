// `tenggat calendar apply` on 100,000 open permits while officers go on working: how long it takes,
// and what rate of actions over HTTP is left beside it, in one run on one PostgreSQL with fsync.
// Every permit's step and case are due later by the day that is taken out of the calendar, and
// every applicant is to be told of it.
//
// The clock starts at Tuesday 08:00 in the office; nothing falls due while it runs. Actions are
// claims and releases by turns, on permits that the calendar moves, too.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tests/bench/asking.h"
#include "tests/bench/baseline.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"

namespace tenggat::bench {
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace {

using std::chrono::steady_clock;

constexpr int kOpenPermits = 100'000;
constexpr int kActedOn = 5'000;  // of them
constexpr int kConnections = 64;
// After a checkpoint and a first touch everything costs more: that is nobody's rate.
constexpr std::chrono::seconds kWarm{30};
constexpr std::chrono::seconds kAlone{60};  // about as long as what it is compared with

void say(const std::string& line) { std::cout << line << std::endl; }

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

// Claims and releases, until told to stop.
struct Work {
  int port = 0;
  std::string token;
  std::int64_t first = 0;
  std::int64_t next = 0;
  bool over = false;
  std::vector<double> milliseconds;
};

std::string request_of(const Work& work, std::int64_t n) {
  const bool claim = n / kActedOn % 2 == 0;
  return test::http_request(
      "POST",
      fmt::format("/api/v1/permits/{}/{}", work.first + n % kActedOn, claim ? "claim" : "release"),
      work.token, fmt::format("work-{}", n), R"({"step":"penerimaan","on_behalf_of":"bo"})");
}

asio::awaitable<void> officer(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Work> work) {
  while (!work->over) {
    std::string request = request_of(*work, work->next++);
    const auto begun = steady_clock::now();
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
    work->milliseconds.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
  }
}

struct Run {
  double seconds = 0, actions_a_second = 0, p99 = 0;
};

class Bench {
 public:
  Bench();
  void run();

 private:
  std::string calendar_with_a_day_off() const;
  // Officers work until `over` says so, asked every 20 ms.
  template <class Over>
  Run work_until(Over over);
  Run work_for(std::chrono::seconds time);
  std::string query(const std::string& sql) { return server_.execute(sql, database_); }

  test::TestPostgres server_{
      {.fsync = true,
       .settings = {"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  std::string database_ = "bench";
  std::unique_ptr<test::DaemonProcess> daemon_;
  std::string token_;
  std::shared_ptr<Work> work_ = std::make_shared<Work>();
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

template <class Over>
Run Bench::work_until(Over over) {
  asio::io_context io{1};
  work_->over = false;
  work_->milliseconds.clear();
  for (int i = 0; i < kConnections; ++i) {
    const auto http = std::make_shared<test::HttpClient>(io.get_executor(), daemon_->api_port());
    asio::co_spawn(io, officer(http, work_), rethrow);
  }
  const auto begun = steady_clock::now();
  while (!over()) io.run_for(std::chrono::milliseconds(20));
  Run run;
  run.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  std::vector<double> times = work_->milliseconds;
  run.actions_a_second = static_cast<double>(times.size()) / run.seconds;
  work_->over = true;
  io.run();
  std::sort(times.begin(), times.end());
  run.p99 = times.at(times.size() * 99 / 100);
  return run;
}

Run Bench::work_for(std::chrono::seconds time) {
  const auto until = steady_clock::now() + time;
  return work_until([until] { return steady_clock::now() >= until; });
}

void Bench::run() {
  const std::int64_t model = permit_at_back_office(*daemon_, token_);
  clone_permit(server_, database_, model, model + 1, kOpenPermits - 1);
  server_.execute("CHECKPOINT");
  work_->port = daemon_->api_port();
  work_->token = token_;
  work_->first = model;

  work_for(kWarm);
  const Run alone = work_for(kAlone);
  say(fmt::format("actions alone           {:>8.0f} /s   p99 {:>6.1f} ms   ({} connections)",
                  alone.actions_a_second, alone.p99, kConnections));
  const std::string changed = calendar_with_a_day_off();
  const std::string before = query("SELECT count(*) FROM visit WHERE closed_at IS NULL");
  auto applying = std::async(std::launch::async, [this, changed] {
    return daemon_->tenggat({"calendar", "apply", changed});
  });
  const Run beside = work_until([&applying] {
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
