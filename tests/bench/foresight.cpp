// What the forecast of 100,000 open permits costs the officers who work meanwhile: their actions a
// second without a round of it and beside one, and how long a round takes. The first round learns,
// too; the second is what comes every quarter of an hour.
//
//   foresight [PERMITS [OFFICERS]]
//
// The office's clock runs fifteen times as fast, so that a round is due every minute. Officers take
// tasks and give them back, sixteen at once, each as soon as the last is answered; none where
// OFFICERS is 0, which shows what a round costs by itself. The open permits and what the forecast
// learns from, 6,000 that have ended, are rows that no command ever wrote. Ends with 1 where a
// round takes longer, or leaves officers less of their pace, than it may.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <thread>
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

constexpr int kEnded = 6'000, kActedOn = 2'000, kOfficers = 16;
constexpr std::chrono::seconds kWarm{5}, kAlone{20}, kRoundWithin{600};
constexpr double kRoundSeconds = 60, kKept = .9;

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

struct Work {
  std::function<std::string(int)> request;  // the n-th
  int sent = 0, done = 0;
  bool over = false;
};

asio::awaitable<void> officer(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Work> work) {
  while (!work->over) {
    std::string request = work->request(work->sent++);
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
    ++work->done;
  }
}

// Of a stretch of time.
struct Pace {
  double seconds = 0, actions = 0;  // a second
  double daemon = 0, postgres = 0;  // processor seconds
};

// Looks on over one session: to open one for each look would cost the machine more than the
// forecast does.
class Onlooker {
 public:
  explicit Onlooker(const std::string& conninfo) : session_(PQconnectdb(conninfo.c_str())) {}
  ~Onlooker() { PQfinish(session_); }
  Onlooker(const Onlooker&) = delete;
  Onlooker& operator=(const Onlooker&) = delete;

  std::string see(const std::string& sql) {  // the first cell
    PGresult* result = PQexec(session_, sql.c_str());
    const bool good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0;
    const std::string seen = good ? PQgetvalue(result, 0, 0) : "";
    PQclear(result);
    if (!good) throw std::runtime_error(PQerrorMessage(session_));
    return seen;
  }

 private:
  PGconn* session_;
};

class Bench {
 public:
  Bench(int permits, int officers);
  bool run();

 private:
  void fill();
  std::string query(const std::string& sql) { return server_.execute(sql, "bench"); }
  // Officers work until then; it is asked ten times a second.
  Pace work_until(const std::function<bool()>& over);
  Pace alone(std::chrono::seconds time);
  bool round(const std::string& what, const Pace& before);

  int permits_, officers_;
  test::TestPostgres server_{
      {.fsync = true,
       .settings = {"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  std::unique_ptr<test::DaemonProcess> daemon_;
  std::string token_;
  std::int64_t acted_on_ = 0;
  std::shared_ptr<Work> work_ = std::make_shared<Work>();
  asio::io_context io_{1};
};

Bench::Bench(int permits, int officers) : permits_(permits), officers_(officers) {
  test::DaemonProcess::Options options;
  options.conninfo = server_.create_database("bench");
  options.clock = "2026-06-02T08:00:00+08:00@15";
  options.configuration = "http: {requests_a_minute: 100000000}\n";
  daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
  daemon_->must({"db", "migrate", "--simulated-clock"});
  token_ = test::OfficeLoad::staff(*daemon_).portal;
  daemon_->start();
  acted_on_ = permit_at_back_office(*daemon_, token_);
  // To the study: nothing of it falls due meanwhile.
  ask(*daemon_,
      test::http_request("POST", fmt::format("/api/v1/permits/{}/actions", acted_on_), token_, "",
                         R"({"step":"penerimaan","action":"forward","on_behalf_of":"bo"})"));
  daemon_->terminate();
}

void Bench::fill() {
  clone_permit(server_, "bench", acted_on_, acted_on_ + 1, kActedOn - 1);
  // `n` from 1 on; lives are told in hours after the file was found complete.
  const auto permits = [&](std::int64_t first, int count, const char* opened, bool ended) {
    query(fmt::format("CREATE TEMPORARY TABLE life AS SELECT {0}::bigint + n AS id, n, {1} AS "
                      "opened, (ARRAY[26, 70, 146, 50, 25, 98, 49, 220, 73])[n % 9 + 1]"
                      " + n % 7 AS studied FROM generate_series(1, {2}) n",
                      first, opened, count) +
          "; INSERT INTO applicant (id, name, salt) SELECT id, 'Pemohon', 'x' FROM life" +
          fmt::format(
              "; INSERT INTO permit (id, sop, sop_version, calendar_version, number, state,"
              " applicant, subject, created_by, tracking_hash, tracking_secret, started_at,"
              " submitted_at, version, changed_at, events, last_hash, case_opened_at, case_due_at,"
              " legal_due_at, case_closed_at, case_verdict) SELECT l.id, t.sop, t.sop_version,"
              " t.calendar_version, 'N-' || l.id, '{0}', l.id, 'TK', 'portal',"
              " sha256(int8send(l.id)), '', l.opened, l.opened, 1, l.opened, 1, 'x', l.opened,"
              " l.opened + interval '7 days', l.opened + interval '7 days', {1}, {2} FROM life l,"
              " permit t WHERE t.id = {3}",
              ended ? "issued" : "active",
              ended ? "l.opened + (l.studied + 18) * interval '1 hour'" : "NULL::timestamptz",
              ended ? "CASE WHEN l.studied + 18 > 168 THEN 'missed' ELSE 'met' END" : "NULL",
              acted_on_) +
          fmt::format(
              "; INSERT INTO visit (permit, id, step, occurrence, role, opened_at, closed_at,"
              " closed_by) SELECT l.id, v.id, v.step, 1, v.role, l.opened + v.since * interval '1"
              " hour', CASE WHEN {0} THEN l.opened + v.until * interval '1 hour' END, CASE WHEN {0}"
              " THEN v.role || l.n % 5 ELSE '' END FROM life l CROSS JOIN LATERAL (VALUES (1,"
              " 'verifikasi', 'front_office', -1, 0), (2, 'penerimaan', 'back_office', 0, 2), (3,"
              " 'kajian_teknis', 'dinas_teknis', 2, studied), (4, 'penyusunan_sk', 'back_office',"
              " studied, studied + 6), (5, 'persetujuan_kabid', 'kabid_perizinan', studied + 6,"
              " studied + 12), (6, 'persetujuan_sekretaris', 'sekretaris', studied + 12, studied +"
              " 15), (7, 'penandatanganan', 'kepala_dinas', studied + 15, studied + 18)) v (id,"
              " step, role, since, until) WHERE v.id = 1 OR {1}; DROP TABLE life",
              // Where an open one is: at the study most of all.
              ended ? "true" : "v.id < (ARRAY[2, 3, 3, 3, 3, 3, 3, 4, 5, 6])[l.n % 10 + 1]",
              ended ? "true" : "v.id <= (ARRAY[2, 3, 3, 3, 3, 3, 3, 4, 5, 6])[l.n % 10 + 1]"));
  };
  permits(1'000'000, kEnded,
          "office_now() - interval '20 days' - n % 340 * interval '1 day' - n % 8 * interval '1 "
          "hour'",
          true);
  permits(100'000'000, permits_,
          "office_now() - (10 + n % 5 * 24 + n % 1000 * 0.02) * interval '1 hour'", false);
  query("VACUUM ANALYZE");
  server_.execute("CHECKPOINT");
}

Pace Bench::work_until(const std::function<bool()>& over) {
  const double daemon = processor_seconds(daemon_->pid());
  const double postgres = processor_seconds(server_.pid());
  const int before = work_->done;
  const auto begun = steady_clock::now();
  while (!over()) {
    if (steady_clock::now() > begun + kRoundWithin) throw std::runtime_error("no round is over");
    if (io_.run_for(std::chrono::milliseconds(100)) == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // nobody is at work
  }
  Pace pace;
  pace.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  pace.actions = (work_->done - before) / pace.seconds;
  pace.daemon = processor_seconds(daemon_->pid()) - daemon;
  pace.postgres = processor_seconds(server_.pid()) - postgres;
  return pace;
}

Pace Bench::alone(std::chrono::seconds time) {
  const auto until = steady_clock::now() + time;
  return work_until([until] { return steady_clock::now() >= until; });
}

bool Bench::round(const std::string& what, const Pace& before) {
  Onlooker onlooker(server_.conninfo("bench"));
  const auto begun = [&onlooker] {
    return onlooker.see("SELECT coalesce(max(begun_at)::text, '') FROM forecast_service");
  };
  const auto computed = [&onlooker] {
    return onlooker.see("SELECT coalesce(max(computed_at)::text, '') FROM forecast_service");
  };
  const std::string last_begun = begun(), last_computed = computed();
  work_until([&] { return begun() != last_begun; });
  const Pace beside = work_until([&] { return computed() != last_computed; });
  const Pace after = alone(kAlone);
  const double without = (before.actions + after.actions) / 2;
  const double kept = beside.actions / without;
  std::cout
      << fmt::format(
             "{}: {} permits in {:.1f} s (under {:.0f}), {:.2f} ms each; actions a second {:.0f}"
             " without ({:.0f} before, {:.0f} after), {:.0f} beside it: {:.1f} % (at least "
             "{:.0f});  of a processor, a second: daemon {:.2f} without, {:.2f} beside it, "
             "PostgreSQL {:.2f}, {:.2f}; peak memory {:.0f} MiB",
             what, permits_, beside.seconds, kRoundSeconds, 1000 * beside.seconds / permits_,
             without, before.actions, after.actions, beside.actions, 100 * kept, 100 * kKept,
             after.daemon / after.seconds, beside.daemon / beside.seconds,
             after.postgres / after.seconds, beside.postgres / beside.seconds,
             peak_mebibytes(daemon_->pid()))
      << std::endl;
  return beside.seconds < kRoundSeconds && kept >= kKept;
}

bool Bench::run() {
  fill();
  // A round that another daemon has begun, and not a minute ago.
  query(
      "INSERT INTO forecast_service (sop, begun_at) VALUES ('paud', clock_timestamp() + interval '1"
      " hour') ON CONFLICT (sop) DO UPDATE SET begun_at = excluded.begun_at");
  daemon_->start();
  work_->request = [this](int n) {
    return test::http_request("POST",
                              fmt::format("/api/v1/permits/{}/{}", acted_on_ + n % kActedOn,
                                          n / kActedOn % 2 == 0 ? "claim" : "release"),
                              token_, fmt::format("act-{}", n),
                              R"({"step":"kajian_teknis","on_behalf_of":"dt"})");
  };
  for (int i = 0; i < officers_; ++i)
    asio::co_spawn(
        io_,
        officer(std::make_shared<test::HttpClient>(io_.get_executor(), daemon_->api_port()), work_),
        rethrow);
  alone(kWarm);
  const Pace first = alone(kAlone);
  query("DELETE FROM forecast_service");
  const bool learning = round("the first round", first);
  const Pace second = alone(kAlone);
  const bool again = round("the next", second);
  work_->over = true;
  io_.run_for(std::chrono::milliseconds(500));
  const int said = std::stoi(query("SELECT count(*) FROM forecast"));
  if (said != permits_ + kActedOn) throw std::runtime_error(fmt::format("{} are told of", said));
  std::cout << "told of: "
            << query(
                   "SELECT string_agg(format('%s at %s thousandths', n, b), ', ' ORDER BY b) FROM"
                   " (SELECT missed / 200 * 200 AS b, count(*) AS n FROM forecast GROUP BY 1) t")
            << std::endl;
  return learning && again;
}

}  // namespace
}  // namespace tenggat::bench

int main(int argc, char** argv) {
  try {
    return tenggat::bench::Bench(argc > 1 ? std::stoi(argv[1]) : 100'000,
                                 argc > 2 ? std::stoi(argv[2]) : tenggat::bench::kOfficers)
                   .run()
               ? 0
               : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
