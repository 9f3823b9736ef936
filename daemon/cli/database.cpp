// `tenggat db`.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>
#include <sstream>

#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/progress.h"
#include "daemon/pg/hosts.h"
#include "daemon/pg/migrate.h"
#include "daemon/pg/search_path.h"
#include "daemon/store/migrations.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/office_schema.h"
#include "daemon/store/record.h"
#include "daemon/store/roles.h"
#include "daemon/store/rules.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Kind = pg::MigrationState::Kind;

pg::Awaitable<int> migrate_database(DatabaseCall& call) {
  const bool as_json = call.given.has("json");
  std::ostringstream unsaid;
  std::ostream& out = as_json ? unsaid : call.terminal.out;
  json::object summary;
  pg::MigrationOptions options;
  options.on_wait = [&](const std::string& who) {
    call.terminal.err << "waiting: " << who << std::endl;
  };
  auto migrating = store::migrate_office(call.connection, call.config.schema, std::move(options));
  const pg::MigrationReport report = co_await std::move(migrating);
  summary["applied"] = json::array(report.applied.begin(), report.applied.end());
  summary["version"] = report.to_version;
  for (const std::string& name : report.applied) out << "applied " << name << '\n';
  out << "the database is at version " << report.to_version << '\n';
  Progress progress(call.terminal, "permits");
  const std::function<void(std::int64_t, std::int64_t)> show =
      [&](std::int64_t done, std::int64_t all) { progress.show(done, all); };
  const std::int64_t completed = co_await store::complete_record(call.connection, show);
  progress.end();
  summary["completed"] = completed;
  if (completed > 0)
    out << fmt::format("the record of {} permits now says what their rows hold\n", completed);
  if (call.config.schema != pg::kDefaultSchema)
    co_await store::grant_to_readers(call.connection, store::readers_of(call.config.schema));
  if (!call.config.database_owner.empty()) {
    const std::string role = pg::user_of(call.config.database);
    co_await store::grant_to_daemon(call.connection, role);
    summary["role"] = role;
    out << fmt::format("the role {} may do what a daemon needs\n", printable(role));
  }
  if (!call.given.has("simulated-clock")) {
    if (as_json) write_json(call.terminal.out, summary);
    co_return kOk;
  }
  const store::Allowed allowed = co_await store::allow_simulated_clock(call.connection);
  if (allowed == store::Allowed::refused_not_empty) {
    throw Refused(
        "a simulated clock is allowed on an empty database only: this one holds people, tokens, "
        "rules"
        " or permits and keeps real time");
  }
  summary["simulated_clock"] = true;
  out << "this database runs on a simulated clock, for ever: tenggatd --clock START@SPEED\n";
  if (as_json) write_json(call.terminal.out, summary);
  co_return kOk;
}

const char* kind_text(Kind kind) {
  switch (kind) {
    case Kind::kApplied:
      return "applied";
    case Kind::kPending:
      return "pending";
    case Kind::kChanged:
      return "changed since it was applied";
    case Kind::kUnknownToProgram:
      return "newer than this program";
  }
  return "";
}

struct Status {
  std::vector<pg::MigrationState> migrations;
  std::optional<store::OfficeClock> clock;  // once the database is migrated
  std::vector<store::RuleSet> rules;        // in force
  bool applied_any() const {
    for (const auto& migration : migrations)
      if (migration.applied_at) return true;
    return false;
  }
  bool sound() const {
    for (const auto& migration : migrations)
      if (migration.kind == Kind::kChanged || migration.kind == Kind::kUnknownToProgram)
        return false;
    return true;
  }
  int pending() const {
    int count = 0;
    for (const auto& migration : migrations) count += migration.kind == Kind::kPending;
    return count;
  }
};

json::object to_json(const Status& status) {
  json::array migrations, rules;
  for (const auto& migration : status.migrations) {
    json::value applied_at;
    if (migration.applied_at) applied_at = instant_text(*migration.applied_at, nullptr);
    migrations.push_back(json::object{{"version", migration.version},
                                      {"name", migration.name},
                                      {"state", kind_text(migration.kind)},
                                      {"applied_at", applied_at}});
  }
  for (const auto& set : status.rules)
    rules.push_back(json::object{{"kind", set.kind}, {"name", set.name}, {"hash", set.hash}});
  json::value clock;
  if (status.clock) {
    clock = json::object{{"simulated", status.clock->simulated_allowed},
                         {"now", instant_text(status.clock->now, nullptr)},
                         {"speed", status.clock->speed}};
  }
  return {{"migrations", std::move(migrations)},
          {"pending", status.pending()},
          {"clock", std::move(clock)},
          {"rules", std::move(rules)}};
}

void write_status(std::ostream& out, const Status& status) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& migration : status.migrations) {
    rows.push_back({migration.name, kind_text(migration.kind),
                    migration.applied_at ? instant_text(*migration.applied_at, nullptr) : ""});
  }
  write_table(out, {"MIGRATION", "STATE", "APPLIED"}, rows);
  if (status.pending() > 0) out << "run `tenggat db migrate`\n";
  if (!status.clock) return;
  if (status.clock->simulated_allowed) {
    out << "\nSIMULATED CLOCK: "
        << (status.clock->started ? instant_text(status.clock->now, nullptr) : "not started")
        << (status.clock->started ? fmt::format(", speed {}", status.clock->speed) : "") << '\n';
  } else {
    out << "\nclock: real time\n";
  }
  rows.clear();
  for (const auto& set : status.rules) rows.push_back({set.kind, set.name, set.hash.substr(0, 12)});
  if (!rows.empty()) out << '\n';
  write_table(out, {"IN FORCE", "ID", "HASH"}, rows);
}

pg::Awaitable<int> show_status(DatabaseCall& call) {
  Status status;
  status.migrations = co_await pg::migration_status(call.connection, store::migrations());
  if (status.applied_any()) {
    status.clock = co_await store::read_clock(call.connection);
    status.rules = co_await store::rules_in_force(call.connection);
  }
  if (call.given.has("json")) {
    write_json(call.terminal.out, to_json(status));
  } else {
    write_status(call.terminal.out, status);
  }
  co_return status.sound() ? kOk : kRefused;
}

int run_migrate(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, migrate_database, false, As::owner);
}
int run_status(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, show_status);
}

}  // namespace

std::vector<Command> database_commands() {
  return {
      {"db migrate",
       {},
       {kJsonOption,
        kConfigOption,
        {"simulated-clock", "",
         "allow tenggatd --clock on this database, for ever; only while empty"}},
       "brings the database to this program's version",
       "Forward only; safe twice and from several places at once. With database_owner in the\n"
       "configuration it connects as that role, and gives the role of database what a daemon "
       "needs.",
       run_migrate},
      {"db status",
       {},
       {kConfigOption, kJsonOption},
       "what is applied, whose clock it runs on, which rules are in force",
       "Exit code 1 where program and database disagree.",
       run_status},
  };
}

}  // namespace tenggat::cli
