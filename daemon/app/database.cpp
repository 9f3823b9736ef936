#include "daemon/app/database.h"

#include <functional>

#include "daemon/base/clock.h"
#include "daemon/base/crash_point.h"
#include "daemon/base/log.h"
#include "daemon/base/resources.h"
#include "daemon/base/systemd_notify.h"
#include "daemon/office/trouble.h"
#include "daemon/pg/schema.h"

namespace tenggat::app {
namespace {

constexpr std::chrono::minutes kSayAgain{1};  // in the log, that the database cannot do its work

pg::PoolOptions pool_options(pg::ConnectOptions connect, std::size_t connections) {
  pg::PoolOptions options;
  options.connect = std::move(connect);
  options.connections_max = connections;
  return options;
}

// Of the loops, which find by key what they work on.
pg::PoolOptions loop_options(pg::ConnectOptions connect, std::size_t connections) {
  pg::PoolOptions options = pool_options(std::move(connect), connections);
  options.connect.by_key = true;
  return options;
}

// Of files, which come and go in chunks; whoever waits is in the middle of one.
pg::PoolOptions file_options(pg::ConnectOptions connect) {
  pg::PoolOptions options = loop_options(std::move(connect), kShipped.file_sessions);
  options.waiters_max = 4096;
  options.acquire_timeout = std::chrono::seconds(30);
  return options;
}

// Of the committer's connections, one a lane: the only ones whose every commit is a batch of
// commands.
pg::PoolOptions command_options(pg::ConnectOptions connect) {
  pg::PoolOptions options = loop_options(std::move(connect), kShipped.lanes);
  if constexpr (kCrashPoints)
    options.connect.on_sent = [](bool could_commit) {
      if (could_commit) crash_point(CrashPoint::commit_sent);
    };
  return options;
}

}  // namespace

Database::Database(boost::asio::io_context& io, std::string conninfo, Metrics& metrics)
    : conninfo_(std::move(conninfo)),
      metrics_(metrics),
      cut_(boost::asio::use_service<pg::Cut>(io)),
      commands(io.get_executor(), command_options(connect_options())),
      watch(io.get_executor(), loop_options(connect_options(), kShipped.watch)),
      office(io.get_executor(), loop_options(connect_options(), kShipped.loops)),
      snapshot(io.get_executor(), pool_options(connect_options(), kShipped.snapshot)),
      reads(io.get_executor(), pool_options(connect_options(), kShipped.reads)),
      files(io.get_executor(), file_options(connect_options())) {}

pg::ConnectOptions Database::connect_options() {
  pg::ConnectOptions options(conninfo_);
  options.on_error = std::bind_front(&Database::hear, this);
  return options;
}

// A database that is there but cannot do its work is told from one that is away: whoever wrote last
// may be no loop, and /readyz must say it all the same.
void Database::hear(const pg::Error& error) {
  metrics_.db_error(error.sqlstate());
  const auto now = Clock::monotonic();
  if (!unfit_.heard(error, now)) return;
  if (unfit() == unfit_said_ && now - unfit_said_at_ < kSayAgain) return;
  log_event(Level::error, "database_unfit", {{"state", unfit()}, {"why", error.message()}});
  unfit_said_ = unfit();
  unfit_said_at_ = now;
}

void Database::halt(const pg::Error& why) {
  if (cut_.made()) return;
  halted_ = office::in_words(why);
  const bool restored = why.sqlstate() == pg::kBehindMark;
  log_event(Level::error, restored ? "database_restored" : "schema_newer",
            {{"why", why.message()},
             {"effect", "nothing is read, written or sent any more"},
             {"remedy", restored ? "run: tenggat db restored; then restart tenggatd"
                                 : "install the version that migrated the database, or restore the "
                                   "database, and restart"}});
  systemd::status("halted: " + halted_);
  cut_.now(why.sqlstate(), why.message());
}

std::vector<const pg::Pool*> Database::pools() const {
  return {&commands, &watch, &office, &snapshot, &reads, &files};
}

void Database::close() {
  cut_.now();
  for (pg::Pool* pool : {&commands, &watch, &office, &snapshot, &reads, &files}) pool->close();
}

}  // namespace tenggat::app
