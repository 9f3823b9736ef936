// A Monday opening with 100,000 visits that fall due at the same second: how long until each rung
// is raised and its notice committed, what the officers who go on working feel of it, and how many
// messages come of it, on one PostgreSQL with fsync.
//
// The permits wait at Back Office since Friday 16:20:10; their ten minutes are over on Monday at
// 07:30:10, ten seconds after the morning list that names them all. The clock runs as in life.
// Officers claim and release some of the same permits all the while. Ends with 1 where a rung is
// raised early, twice or never, where its notice is committed later than 60 s, where more than one
// message a person and group_interval is made, or where officers' p99 is 250 ms or more meanwhile.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "tests/bench/asking.h"
#include "tests/bench/baseline.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"

namespace tenggat::bench {
namespace asio = boost::asio;
namespace {

using std::chrono::steady_clock;

constexpr int kPermits = 100'000;
constexpr int kActedOn = 1'000;  // of them
constexpr int kOfficers = 16;
constexpr std::chrono::milliseconds kThinks{100};  // between an officer's actions
constexpr std::chrono::seconds kLimit{300};
constexpr double kCommittedWithinSeconds = 60;
constexpr double kP99Milliseconds = 250;
const std::string kClock = "2026-06-05T16:20:10+08:00";

void say(const std::string& line) { std::cout << line << std::endl; }

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

struct Work {
  int port = 0;
  std::string token;
  std::int64_t first = 0, next = 0;
  bool over = false;
  std::vector<double> milliseconds;
};

asio::awaitable<void> officer(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Work> work) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (!work->over) {
    const std::int64_t n = work->next++;
    const bool claim = n / kActedOn % 2 == 0;
    std::string request = test::http_request(
        "POST",
        fmt::format("/api/v1/permits/{}/{}", work->first + n % kActedOn,
                    claim ? "claim" : "release"),
        work->token, fmt::format("work-{}", n), R"({"step":"penerimaan","on_behalf_of":"bo"})");
    const auto begun = steady_clock::now();
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
    work->milliseconds.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
    pause.expires_after(kThinks);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

class Monday {
 public:
  Monday();
  int run();

 private:
  std::string query(const std::string& sql) { return server_.execute(sql, database_); }
  std::int64_t number(const std::string& sql) { return std::stoll(query(sql)); }
  // Officers work until this SQL says a number of `enough` or more. Seconds since it was first so.
  double until(const std::string& sql, std::int64_t enough);
  int judge();
  void must(bool met, const std::string& what);

  test::TestPostgres server_{
      {.fsync = true,
       .settings = {"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  std::string database_ = "monday";
  std::unique_ptr<test::DaemonProcess> daemon_;
  std::string token_;
  asio::io_context io_{1};
  std::shared_ptr<Work> work_ = std::make_shared<Work>();
  int faults_ = 0;
};

Monday::Monday() {
  test::DaemonProcess::Options options;
  options.conninfo = server_.create_database(database_);
  options.clock = kClock + "@0";
  options.configuration =
      "http: {connections: 3000, requests_a_minute: 100000000, proxies: [127.0.0.1]}\n"
      "officers: {group_wait: 1m, group_interval: 2m}\nmode: trial\n";
  daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
  daemon_->must({"db", "migrate", "--simulated-clock"});
  token_ = test::OfficeLoad::staff(*daemon_).portal;
  daemon_->start();
}

double Monday::until(const std::string& sql, std::int64_t enough) {
  const auto begun = steady_clock::now();
  while (number(sql) < enough) {
    if (steady_clock::now() - begun > kLimit)
      throw std::runtime_error(fmt::format("not {} in {} s: {}", enough, kLimit.count(), sql));
    io_.run_for(std::chrono::milliseconds(500));
  }
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

void Monday::must(bool met, const std::string& what) {
  if (met) return;
  say("FAILED  " + what);
  ++faults_;
}

int Monday::judge() {
  const auto must_be = [&](const std::string& what, const std::string& sql,
                           const std::string& wanted) {
    const std::string found = query(sql);
    must(found == wanted, fmt::format("{}: {}, not {}", what, found, wanted));
  };
  must_be("rungs raised once", "SELECT count(*) FROM raised_rung WHERE rung = 'due'",
          std::to_string(kPermits));
  must_be("notices, one a rung", "SELECT count(*) FROM notice WHERE kind = 'due'",
          std::to_string(kPermits));
  must_be("rungs raised early", "SELECT count(*) FROM raised_rung WHERE raised_at < due_at", "0");
  must_be("all due at the same second",
          "SELECT count(DISTINCT due_at) FROM raised_rung"
          " WHERE rung = 'due'",
          "1");
  // What officers change while the message is made waits for the next one.
  must_be("notices lost", "SELECT count(*) FROM notice WHERE kind = 'due' AND state = 'dropped'",
          "0");
  must_be("messages closer than group_interval",
          "SELECT count(*) FROM (SELECT rendered_at - lag(rendered_at) OVER (PARTITION BY recipient"
          " ORDER BY rendered_at, id) AS gap FROM message WHERE recipient = 'officer:bo') g"
          " WHERE gap < interval '120 s'",
          "0");
  say(fmt::format("messages to the officer {:>8}    {}",
                  query("SELECT count(*) FROM message WHERE recipient = 'officer:bo'"),
                  query("SELECT string_agg(text || ' of ' || (SELECT count(*) FROM message_task t"
                        " WHERE t.message = m.id), ', ' ORDER BY id) FROM message m"
                        " WHERE recipient = 'officer:bo'")));
  return faults_;
}

int Monday::run() {
  const std::int64_t model = permit_at_back_office(*daemon_, token_);
  clone_permit(server_, database_, model, model + 1, kPermits - 1);
  server_.execute("CHECKPOINT");
  daemon_->terminate();
  // Over the week-end nobody is there.
  daemon_->must({"clock", "advance", "2026-06-08T07:29:45+08:00"});
  daemon_->options().clock = kClock + "@1";
  daemon_->start();
  work_->port = daemon_->api_port();
  work_->token = token_;
  work_->first = model;
  for (int i = 0; i < kOfficers; ++i)
    asio::co_spawn(
        io_, officer(std::make_shared<test::HttpClient>(io_.get_executor(), work_->port), work_),
        rethrow);

  until("SELECT (office_now() >= '2026-06-08T07:30:10+08:00')::int", 1);
  const std::size_t before = work_->milliseconds.size();
  until("SELECT count(*) FROM notice WHERE kind = 'due'", kPermits);
  const double committed =
      std::stod(query("SELECT extract(epoch FROM max(raised_at) - min(due_at)) FROM raised_rung "
                      "WHERE rung = 'due'"));
  say(fmt::format("all notices committed   {:>8.0f} s    {:.0f} rungs a second; the limit is 60 s",
                  committed, kPermits / std::max(committed, 1.0)));
  must(committed <= kCommittedWithinSeconds, "notices are committed too late");
  const std::size_t raised = work_->milliseconds.size();
  until("SELECT count(*) FROM message WHERE recipient = 'officer:bo'", 2);
  // A first reading of those whose visits changed while the message was made follows at once.
  until("SELECT (office_now() >= (SELECT max(rendered_at) FROM message) + interval '20 s')::int",
        1);
  work_->over = true;
  io_.run();

  const auto p99 = [&](std::size_t from, std::size_t to) {
    std::vector<double> times(work_->milliseconds.begin() + static_cast<std::ptrdiff_t>(from),
                              work_->milliseconds.begin() + static_cast<std::ptrdiff_t>(to));
    std::sort(times.begin(), times.end());
    return times.empty() ? std::pair(0.0, 0.0)
                         : std::pair(times.at(times.size() * 99 / 100), times.back());
  };
  const std::size_t all = work_->milliseconds.size();
  for (const auto& [what, from, to] :
       {std::tuple("the morning list", std::size_t{0}, before),
        std::tuple("the rungs", before, raised), std::tuple("the message", raised, all),
        std::tuple("all of it", std::size_t{0}, all)})
    say(fmt::format("actions during {:<17}{:>6} p99 {:>6.1f} ms, longest {:.0f} ms", what,
                    to - from, p99(from, to).first, p99(from, to).second));
  const double meanwhile = p99(before, all).first;
  must(meanwhile < kP99Milliseconds, fmt::format("p99 from the opening on: {:.0f} ms", meanwhile));
  return judge();
}

}  // namespace
}  // namespace tenggat::bench

int main() {
  try {
    return tenggat::bench::Monday().run() == 0 ? 0 : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
