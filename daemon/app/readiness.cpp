#include "daemon/app/readiness.h"

#include <fmt/format.h>

#include <functional>
#include <optional>

#include "daemon/pg/migrate.h"
#include "daemon/pg/schema.h"
#include "daemon/store/clock_steps.h"
#include "daemon/store/commands.h"
#include "daemon/store/given.h"
#include "daemon/store/migrations.h"
#include "daemon/store/moment.h"

namespace tenggat::app {
namespace asio = boost::asio;

std::vector<http::ReadinessCheck> Readiness::checks() {
  return {{"database", std::bind_front(&Readiness::check_database, this)},
          {"migrations", std::bind_front(&Readiness::check_migrations, this)},
          {"rules", std::bind_front(&Readiness::check_rules, this)},
          {"mark", std::bind_front(&Readiness::check_mark, this)}};
}

std::vector<http::ReadinessCheck> Readiness::notes() {
  return {{"clock", std::bind_front(&Readiness::describe_clock, this)},
          {"messages", std::bind_front(&Readiness::describe_held, this)}};
}

// Reading does not tell whether writes succeed: the loops that write do.
asio::awaitable<std::string> Readiness::check_database() {
  if (!database_.halted().empty()) co_return database_.halted();
  try {
    pg::Pool::Lease lease = co_await database_.reads.acquire();
    co_await lease->query(store::kMoment.sql);
    office::Committer& committer = workers_.committer();
    const bool troubled = !committer.trouble().outage().empty();
    if ((troubled || !database_.unfit().empty()) && committer.idle()) {
      co_await store::probe_write(*lease);
      committer.writes_again();
      database_.writes_again();
    }
  } catch (const pg::Error& error) {
    if (!error.is_outage()) throw;
    std::string outage = workers_.outage(database_.unfit());
    co_return outage.empty() ? office::in_words(error) : std::move(outage);
  }
  co_return workers_.outage(database_.unfit());
}

asio::awaitable<std::string> Readiness::check_migrations() {
  if (!database_.halted().empty()) co_return database_.halted();
  pg::Pool::Lease lease = co_await database_.reads.acquire();
  for (const pg::MigrationState& one : co_await pg::migration_status(*lease, store::migrations()))
    if (one.kind != pg::MigrationState::Kind::kApplied)
      co_return "migration " + one.name + " differs";
  co_return "";
}

asio::awaitable<std::string> Readiness::check_rules() {
  if (calendar_.empty()) co_return "starting";
  if (rulebook_.sops_in_force().empty()) co_return "no SOP is in force";
  co_return "";
}

asio::awaitable<std::string> Readiness::check_mark() {
  if (restored_.empty()) co_return "";
  co_return "restored: " + restored_ + "; run: tenggat db restored";
}

asio::awaitable<std::string> Readiness::describe_held() {
  if (calendar_.empty() || !database_.halted().empty()) co_return "";
  pg::Pipeline pipeline;
  const auto asked = store::add_held(pipeline);
  std::optional<Instant> held;
  try {
    pg::Pool::Lease lease = co_await database_.reads.acquire();
    const pg::Results results = co_await lease->run(std::move(pipeline));
    held = results[asked];
  } catch (const pg::Error&) {
    // The check of the database says it.
  }
  if (!held) co_return "";
  co_return fmt::format(
      "none leaves since the database was restored at {}: tenggat message release",
      rulebook_.calendar(calendar_).format(*held));
}

// What was recorded before it was set back bears a time that is still to come.
asio::awaitable<std::string> Readiness::describe_clock() {
  if (calendar_.empty()) co_return "";
  pg::Pipeline pipeline;
  const auto asked = store::add_set_back(pipeline);
  std::optional<store::SetBack> set_back;
  try {
    pg::Pool::Lease lease = co_await database_.reads.acquire();
    const pg::Results results = co_await lease->run(std::move(pipeline));
    set_back = results[asked];
  } catch (const pg::Error&) {
    // The check of the database says it.
  }
  if (!set_back) co_return "";
  const Calendar& calendar = rulebook_.calendar(calendar_);
  co_return fmt::format("the database's clock was set back at {}, from {}",
                        calendar.format(set_back->noticed_at), calendar.format(set_back->stood_at));
}

}  // namespace tenggat::app
