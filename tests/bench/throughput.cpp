// Durable actions a second over HTTP, beside pgbench writing the same rows one action a
// transaction, on one PostgreSQL with fsync, in one run. The action is step 3's `forward`: it
// closes a visit, opens the next, adds a document, events, a notice and counts.
//
// The clock stands at Tuesday 08:00 in the office; nothing falls due while it runs.
//
//   throughput               all of it
//   throughput --statements  no pgbench; which statements PostgreSQL spends its time on
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <iostream>
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
namespace {

using std::chrono::steady_clock;

constexpr int kOpenPermits = 10'000;      // that lie there all the time
constexpr int kBaselineActions = 6'400;   // of each client count
constexpr int kActions = 51'200;          // of each connection count: ten seconds and more
constexpr int kContended = 6'400;         // on one permit, by pgbench
constexpr int kContendedOfOurs = 51'200;  // less than a second's work says nothing
constexpr int kIdleConnections = 2'000;

void say(const std::string& line) { std::cout << line << std::endl; }

// The requests of one run are handed out to its connections one after the other.
struct Plan {
  std::function<std::string(int)> request;  // the n-th
  int count = 0;
  int next = 0;
  std::vector<double> milliseconds;
  std::map<int, int> statuses;
  int idle_left = 0;
};

asio::awaitable<void> client(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Plan> plan) {
  co_await http->connect();
  while (plan->next < plan->count) {
    std::string request = plan->request(plan->next++);
    const auto begun = steady_clock::now();
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    plan->milliseconds.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
    if (++plan->statuses[answer.status] == 1 && answer.status != 200)
      say(fmt::format("answered {}: {}", answer.status, answer.body));
  }
}

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

struct Run {
  double actions_a_second = 0, p50 = 0, p99 = 0;
  double daemon_us = 0, postgres_us = 0;  // processor time an action
};

Run run_plan(test::DaemonProcess& daemon, test::TestPostgres& server, int connections,
             std::shared_ptr<Plan> plan) {
  asio::io_context io{1};
  server.execute("CHECKPOINT");
  const double daemon_before = processor_seconds(daemon.pid());
  const double postgres_before = processor_seconds(server.pid());
  for (int i = 0; i < connections; ++i) {
    const auto http = std::make_shared<test::HttpClient>(io.get_executor(), daemon.api_port());
    asio::co_spawn(io, client(http, plan), rethrow);
  }
  const auto begun = steady_clock::now();
  io.run();
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  Run run;
  std::vector<double>& times = plan->milliseconds;
  std::sort(times.begin(), times.end());
  run.actions_a_second = static_cast<double>(plan->statuses[200]) / seconds;
  run.p50 = times.at(times.size() / 2);
  run.p99 = times.at(times.size() * 99 / 100);
  const double per_action = 1e6 / static_cast<double>(times.size());
  run.daemon_us = (processor_seconds(daemon.pid()) - daemon_before) * per_action;
  run.postgres_us = (processor_seconds(server.pid()) - postgres_before) * per_action;
  return run;
}

class Bench {
 public:
  explicit Bench(bool statements);
  void run();

 private:
  std::string forward(std::int64_t permit, const std::string& key) const;
  std::int64_t take(int permits);  // that many fresh clones; the first one's id
  BaselineRun best_baseline(const Script& script);
  void distinct_permits(const BaselineRun& baseline);
  void say_statements();
  void one_permit();
  void memory();

  bool statements_;
  test::TestPostgres server_;
  std::string database_ = "bench";
  std::unique_ptr<test::DaemonProcess> daemon_;
  std::string token_;
  std::int64_t template_ = 0, next_clone_ = 0;
};

std::vector<std::string> settings(bool statements) {
  std::vector<std::string> all{"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"};
  if (statements) {
    all.push_back("shared_preload_libraries=pg_stat_statements");
    all.push_back("pg_stat_statements.track_planning=on");
  }
  return all;
}

Bench::Bench(bool statements)
    : statements_(statements), server_({.fsync = true, .settings = settings(statements)}) {
  test::DaemonProcess::Options options;
  options.conninfo = server_.create_database(database_);
  options.clock = "2026-06-02T08:00:00+08:00@0";
  options.configuration =
      "http: {connections: 3000, requests_a_minute: 100000000, proxies: [127.0.0.1]}\n";
  daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
  daemon_->must({"db", "migrate", "--simulated-clock"});
  token_ = test::OfficeLoad::staff(*daemon_).portal;
  daemon_->start();
  if (statements_) server_.execute("CREATE EXTENSION pg_stat_statements");
  template_ = permit_at_back_office(*daemon_, token_);
  next_clone_ = template_ + 1;
}

std::string Bench::forward(std::int64_t permit, const std::string& key) const {
  return test::http_request("POST", fmt::format("/api/v1/permits/{}/actions", permit), token_, key,
                            R"({"step":"penerimaan","action":"forward","on_behalf_of":"bo"})");
}

std::int64_t Bench::take(int permits) {
  const std::int64_t first = next_clone_;
  clone_permit(server_, database_, template_, first, permits);
  next_clone_ += permits;
  return first;
}

BaselineRun Bench::best_baseline(const Script& script) {
  say(fmt::format("pgbench, one prepared transaction an action ({} statements, {} rows):",
                  script.statements, script.rows));
  BaselineRun best;
  for (const int clients : {1, 8, 16, 32, 64, 128}) {
    const int actions = clients == 1 ? kBaselineActions / 8 : kBaselineActions;
    const std::int64_t first = take(actions);
    server_.execute("CHECKPOINT");
    const BaselineRun run =
        run_baseline(server_, database_, script, first, clients, actions / clients);
    say(
        fmt::format("  {:>4} clients      {:>8.0f} actions/s   mean {:>6.1f} ms   {:>4.0f} us CPU "
                    "an action",
                    clients, run.actions_a_second, run.latency_ms, run.processor_us));
    if (run.actions_a_second > best.actions_a_second) best = run;
  }
  return best;
}

void Bench::distinct_permits(const BaselineRun& baseline) {
  say("tenggatd, actions over HTTP on distinct permits:");
  for (const int connections : {16, 64, 256}) {
    const std::int64_t first = take(kActions);
    const auto plan = std::make_shared<Plan>();
    plan->count = kActions;
    plan->request = [this, first](int n) { return forward(first + n, std::to_string(first + n)); };
    if (statements_) server_.execute("SELECT pg_stat_statements_reset()");
    const Run run = run_plan(*daemon_, server_, connections, plan);
    if (statements_) say_statements();
    say(fmt::format(
        "  {:>4} connections  {:>8.0f} actions/s   p50 {:>7.1f} ms   p99 {:>6.1f} ms   "
        "{:>4.0f} us CPU an action ({:.0f} tenggatd, {:.0f} PostgreSQL)   {:.1f} x pgbench",
        connections, run.actions_a_second, run.p50, run.p99, run.daemon_us + run.postgres_us,
        run.daemon_us, run.postgres_us, run.actions_a_second / baseline.actions_a_second));
  }
}

void Bench::say_statements() {
  say(server_.execute(fmt::format(
      "SELECT string_agg(format('%s us an action, %s of them planning, %s calls: %s',"
      " ((total_plan_time + total_exec_time) * 1000 / {0})::int,"
      " (total_plan_time * 1000 / {0})::int, calls,"
      " left(regexp_replace(query, '\\s+', ' ', 'g'), 70)), E'\n'"
      " ORDER BY total_plan_time + total_exec_time DESC)"
      " FROM (SELECT * FROM pg_stat_statements ORDER BY total_plan_time + total_exec_time DESC"
      " LIMIT 24) t",
      kActions)));
}

// Claims and releases by one officer, from 64 connections at once: they queue for one permit.
void Bench::one_permit() {
  const std::int64_t permit = take(2);
  const auto request = [&](std::int64_t id, bool claim, const std::string& key) {
    return test::http_request("POST",
                              fmt::format("/api/v1/permits/{}/{}", id, claim ? "claim" : "release"),
                              token_, key, R"({"step":"penerimaan","on_behalf_of":"bo"})");
  };
  ask(*daemon_, request(permit, true, "one"));
  const Script script = script_of(server_, database_, permit, permit + 1, "one");
  BaselineRun best;
  for (const int clients : {1, 4, 16, 64}) {
    const std::int64_t first = take(kContended / 4);
    const BaselineRun run =
        run_baseline(server_, database_, script, first, clients, kContended / 4 / clients, true);
    if (run.actions_a_second > best.actions_a_second) best = run;
  }
  const std::int64_t contended = take(1);
  const auto changes = [&] {
    return std::stod(server_.execute(
        fmt::format("SELECT events FROM permit WHERE id = {}", contended), database_));
  };
  const double before = changes();
  const auto plan = std::make_shared<Plan>();
  plan->count = kContendedOfOurs;
  plan->request = [&](int n) { return request(contended, n % 2 == 0, fmt::format("one-{}", n)); };
  const auto begun = steady_clock::now();
  const Run run = run_plan(*daemon_, server_, 64, plan);
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  const double changed = (changes() - before) / seconds;
  say(fmt::format(
      "One single permit ({} rows a change):\n"
      "  pgbench, {} clients {:>8.0f} changes/s\n"
      "  tenggatd, 64 conns. {:>8.0f} changes/s   {:.1f} x pgbench   ({:.0f} commands/s "
      "answered, p99 {:.1f} ms)",
      script.rows, best.clients, best.actions_a_second, changed, changed / best.actions_a_second,
      run.actions_a_second, run.p99));
}

asio::awaitable<void> open(std::shared_ptr<test::HttpClient> http) { co_await http->connect(); }

void Bench::memory() {
  asio::io_context io{1};
  std::vector<std::shared_ptr<test::HttpClient>> idle;
  for (int i = 0; i < kIdleConnections - 64; ++i) {
    idle.push_back(std::make_shared<test::HttpClient>(io.get_executor(), daemon_->api_port()));
    asio::co_spawn(io, open(idle.back()), rethrow);
  }
  io.run();
  const std::int64_t first = take(kActions);
  const auto plan = std::make_shared<Plan>();
  plan->count = kActions;
  plan->request = [this, first](int n) { return forward(first + n, std::to_string(first + n)); };
  const Run run = run_plan(*daemon_, server_, 64, plan);
  say(fmt::format(
      "Memory: {:.1f} MiB at most, all runs, with {} permits open and {} connections, 64 "
      "of them busy ({:.0f} actions/s)",
      peak_mebibytes(daemon_->pid()),
      server_.execute("SELECT count(*) FROM permit WHERE state = 'active'", database_),
      kIdleConnections, run.actions_a_second));
}

void Bench::run() {
  take(kOpenPermits);
  const std::int64_t sample = take(2);
  ask(*daemon_, forward(sample, "sample"));
  const Script script = script_of(server_, database_, sample, sample + 1, "sample");
  say(fmt::format("{} processors, one PostgreSQL with fsync on, a flush takes {:.2f} ms",
                  ::sysconf(_SC_NPROCESSORS_ONLN), flush_milliseconds(server_.directory())));
  if (statements_) {
    distinct_permits({});
    return;
  }
  const BaselineRun baseline = best_baseline(script);
  distinct_permits(baseline);
  one_permit();
  memory();
}

}  // namespace
}  // namespace tenggat::bench

int main(int count, char** arguments) {
  // Thousands of sockets.
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    tenggat::bench::Bench(count > 1 && std::string_view(arguments[1]) == "--statements").run();
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
