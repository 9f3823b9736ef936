// How long `tenggat audit verify` takes on an office's whole history: 100,000 permits, each with
// one of ten stories (returns, pauses, escalations, refusals, other rules), on one PostgreSQL.
//
//   audit [PERMITS]
//
// Ends with 1 where the record does not hold, or the check takes longer than it may.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>

#include "daemon/store/audit.h"
#include "daemon/store/columns.h"
#include "daemon/store/permits.h"
#include "tests/bench/usage.h"
#include "tests/daemon/store/stories.h"
#include "tests/support/postgres.h"

namespace tenggat::bench {
namespace {

using std::chrono::steady_clock;
using store::Story;

constexpr std::int64_t kPermits = 100'000;
constexpr std::int64_t kBatch = 500;
constexpr double kSeconds = 60;  // of the check, for all of them

PermitChange change_of(const Story& story, std::int64_t id) {
  const testing::Office& office = story.office;
  PermitChange change;
  change.decision.after = office.permit;
  change.decision.after.id = change.decision.after.applicant = id;
  change.decision.after.number = fmt::format("PAUD-{:07}", id);
  change.decision.events = office.events;
  change.decision.notes = office.notes;
  change.projection = project(change.decision.after, office.sop(), office.calendar());
  change.calendar_version = "calendar 1";
  change.applicant = {"Siti", "siti@example.id", "6281234567"};
  change.salt = "salt";
  change.tracking_seed = fmt::format("secret {}", id);
  return change;
}

pg::Awaitable<void> write(std::string conninfo, std::int64_t permits) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::prepare(db);
  const std::vector<Story> all = store::stories();
  for (std::int64_t first = 1; first <= permits; first += kBatch) {
    std::vector<PermitChange> changes;
    for (std::int64_t id = first; id < first + kBatch && id <= permits; ++id)
      changes.push_back(change_of(all[static_cast<std::size_t>(id - 1) % all.size()], id));
    pg::Transaction transaction(db);
    pg::Pipeline writes;
    store::append_writes(writes, changes, SendRules{});
    co_await transaction.commit(std::move(writes));
  }
  co_await db.script("ANALYZE");
}

pg::Awaitable<store::AuditReport> verify(std::string conninfo) {
  store::RulesOfStories rules;
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  store::AuditOptions options;
  options.derivation = &rules;
  co_return co_await store::verify_record(db, options);
}

// However long it takes.
template <class T>
T result_of(pg::Awaitable<T> work) {
  boost::asio::io_context io;
  std::future<T> done = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
  io.run();
  return done.get();
}

int run(std::int64_t permits) {
  test::TestPostgres server;
  const std::string conninfo = server.create_database("audit");
  result_of(write(conninfo, permits));
  const auto begun = steady_clock::now();
  const store::AuditReport report = result_of(verify(conninfo));
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  const double allowed = kSeconds * static_cast<double>(permits) / kPermits;
  std::cout << fmt::format(
      "{} permits, {} events, {} rows verified in {:.1f} s, {:.0f} permits a second; {} findings\n",
      report.permits, report.events, report.rows, seconds,
      static_cast<double>(report.permits) / seconds, report.findings.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(report.findings.size(), 5); ++i)
    std::cout << words_of(report.findings[i]) << "\n";
  return report.findings.empty() && report.permits == permits && seconds < allowed ? 0 : 1;
}

}  // namespace
}  // namespace tenggat::bench

int main(int count, char** arguments) {
  return tenggat::bench::run(count > 1 ? std::atoll(arguments[1]) : tenggat::bench::kPermits);
}
