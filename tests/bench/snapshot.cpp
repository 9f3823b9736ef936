// What the figures cost: an office of 1,000,000 permits, 100,000 of them open, at a time when
// nothing happens and while officers act. The snapshot's time is taken as the daemon reports it,
// from the first statement's leaving to the figures' being out: the database's time and a little
// more. First without closed permits, then with 900,000.
//
// Ends with 1 where /metrics, its snapshot or the number of series is more than it may.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "tests/bench/asking.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kOpen = 100'000, kClosed = 900'000;
constexpr int kSnapshots = 15, kScrapes = 200;
constexpr double kScrapeMilliseconds = 20, kSnapshotMilliseconds = 50;
constexpr std::size_t kSeries = 3000;

double at_percent(std::vector<double> values, int percent) {
  std::sort(values.begin(), values.end());
  return values.at(
      std::min(values.size() * static_cast<std::size_t>(percent) / 100, values.size() - 1));
}

class Bench {
 public:
  Bench() {
    test::DaemonProcess::Options options;
    options.conninfo = server_.create_database("bench");
    options.clock = "2026-06-02T08:00:00+08:00@1";
    options.configuration = "http: {requests_a_minute: 100000000}\n";
    daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
    daemon_->must({"db", "migrate", "--simulated-clock"});
    token_ = test::OfficeLoad::staff(*daemon_).portal;
    daemon_->start();
    open_ = permit_at_back_office(*daemon_, token_);
    daemon_->terminate();
  }

  bool run() {
    clone(open_ + 1'000'000, kOpen, "");
    const bool few = measure("open alone", false);
    // Over the last five years.
    clone(open_ + 100'000'000, kClosed,
          "state = 'issued', case_verdict = 'met',"
          " case_closed_at = office_now() - (id % 1825) * interval '1 day'");
    const bool many = measure(fmt::format("beside {} closed", kClosed), false);
    const bool acted_on = measure("the same, acted on", true);
    return few && many && acted_on;
  }

 private:
  // Permits and visits, due at many different times; nothing else is looked at.
  void clone(std::int64_t first, int count, const std::string& closed) {
    const auto columns = [&](const char* table) {
      return server_.execute(
          fmt::format(
              "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid"
              " = '{}'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN"
              " ('id', 'permit', 'number', 'applicant', 'tracking_hash', 'due_at', 'check_at',"
              " 'case_due_at')",
              table),
          "bench");
    };
    const auto insert = [&](const std::string& sql) { server_.execute(sql, "bench"); };
    insert(
        fmt::format("INSERT INTO applicant (id, name, email, whatsapp, salt) SELECT n, a.name,"
                    " a.email, a.whatsapp, a.salt FROM applicant a, generate_series({}::bigint, {})"
                    " n WHERE a.id = {}",
                    first, first + count - 1, open_));
    const std::string of_permit = columns("permit"), of_visit = columns("visit");
    insert(
        fmt::format("INSERT INTO permit (id, number, applicant, tracking_hash, case_due_at, {0}) "
                    "SELECT n, 'N-' ||"
                    " n, n, sha256(int8send(n)), p.case_due_at + (n % 5000) * interval '1 minute', "
                    "{0} FROM permit"
                    " p, generate_series({1}::bigint, {2}) n WHERE p.id = {3}",
                    of_permit, first, first + count - 1, open_));
    insert(
        fmt::format("INSERT INTO visit (permit, id, due_at, {0}) SELECT n, v.id, v.due_at + (n %"
                    " 5000) * interval '1 minute', {0} FROM visit v, generate_series({1}::bigint,"
                    " {2}) n WHERE v.permit = {3}",
                    of_visit, first, first + count - 1, open_));
    if (!closed.empty()) {
      insert(fmt::format("UPDATE permit SET {} WHERE id >= {}", closed, first));
      insert(
          fmt::format("UPDATE visit SET closed_at = now(), verdict = 'met' WHERE permit >= {} AND"
                      " closed_at IS NULL",
                      first));
    }
    for (const char* table : {"permit", "visit"}) insert(fmt::format("VACUUM (ANALYZE) {}", table));
    insert("CHECKPOINT");
  }

  // Officers claim and release, some a hundred times a second.
  void act(std::stop_token over) const {
    for (int n = 0; !over.stop_requested(); ++n) {
      ask(*daemon_,
          test::http_request("POST",
                             fmt::format("/api/v1/permits/{}/{}", open_ + 1'000'000 + n % 1000,
                                         n / 1000 % 2 == 0 ? "claim" : "release"),
                             token_, fmt::format("act-{}", n),
                             R"({"step":"penerimaan","on_behalf_of":"bo"})"));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  bool measure(const std::string& what, bool acted_on) {
    daemon_->start();
    std::jthread officers;
    if (acted_on) officers = std::jthread(std::bind_front(&Bench::act, this));
    std::vector<double> snapshots, scrapes;
    double last = 0;
    const auto limit = steady_clock::now() + std::chrono::minutes(5);
    std::size_t series = 0;
    while (snapshots.size() < kSnapshots) {
      if (steady_clock::now() > limit) throw std::runtime_error("no snapshots are taken");
      const auto found =
          test::series_in(test::body_of(test::http_get(daemon_->admin_port(), "/metrics")));
      const double at = found.at("tenggat_snapshot_timestamp_seconds");
      if (at > last && found.contains("tenggat_permits_open{sop=\"paud\",state=\"active\"}"))
        snapshots.push_back(1000 * found.at("tenggat_snapshot_duration_seconds"));
      last = at;
      series = found.size();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    for (int i = 0; i < kScrapes; ++i) {
      const auto begun = steady_clock::now();
      test::http_get(daemon_->admin_port(), "/metrics");
      scrapes.push_back(
          std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
    }
    snapshots.erase(snapshots.begin(), snapshots.begin() + 3);  // while its memory is cold
    const double median = at_percent(snapshots, 50), scrape = at_percent(scrapes, 99);
    std::cout << fmt::format(
                     "{:<24} snapshot p50 {:>6.1f} ms, p99 {:>6.1f} (at most {:.0f})   /metrics p50"
                     " {:>5.1f} ms, p99 {:>5.1f} (at most {:.0f})   {} series (under {})",
                     what, median, at_percent(snapshots, 99), kSnapshotMilliseconds,
                     at_percent(scrapes, 50), scrape, kScrapeMilliseconds, series, kSeries)
              << std::endl;
    if (officers.joinable()) {
      officers.request_stop();
      officers.join();
    }
    daemon_->terminate();
    return median < kSnapshotMilliseconds && scrape < kScrapeMilliseconds && series < kSeries;
  }

  test::TestPostgres server_{
      {.settings = {"shared_buffers=1GB", "max_wal_size=8GB", "work_mem=16MB"}}};
  std::unique_ptr<test::DaemonProcess> daemon_;
  std::string token_;
  std::int64_t open_ = 0;
};

}  // namespace
}  // namespace tenggat::bench

int main() {
  try {
    return tenggat::bench::Bench().run() ? 0 : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
