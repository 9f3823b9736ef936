#include "daemon/pg/migrate.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "daemon/pg/schema.h"
#include "daemon/pg/search_path.h"

namespace tenggat::pg {
namespace asio = boost::asio;
namespace {

// Between two attempts for a lock: what waited behind the first is served meanwhile.
constexpr std::chrono::seconds kBetweenAttempts{3};

struct Applied {
  std::string name;
  std::string sha256;
  Instant at;
};
using AppliedByVersion = std::map<int, Applied>;

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"SHA-256 is not available"};
  }
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

AppliedByVersion applied_of(const Result& rows) {
  AppliedByVersion applied;
  for (int row = 0; row < rows.rows(); ++row) {
    applied.emplace(static_cast<int>(rows.int64(row, 0)),
                    Applied{std::string{rows.text(row, 1)}, std::string{rows.text(row, 2)},
                            rows.instant(row, 3)});
  }
  return applied;
}

constexpr const char* kSelectApplied =
    "SELECT version, name, sha256, applied_at FROM schema_migration ORDER BY version";

void check_list(std::span<const Migration> list) {
  int last = 0;
  for (const Migration& migration : list) {
    if (migration.version <= last) throw std::logic_error{"migrations are not in ascending order"};
    last = migration.version;
  }
}

void check_agreement(const AppliedByVersion& applied, std::span<const Migration> list) {
  for (const auto& [version, was] : applied) {
    const auto known = std::find_if(list.begin(), list.end(), [version = version](const auto& m) {
      return m.version == version;
    });
    if (known == list.end()) {
      throw MigrationRefused{"the database is newer than this program: it has migration " +
                             was.name};
    }
    if (sha256(known->sql) != was.sha256) {
      throw MigrationRefused{"migration " + was.name + " has changed since it was applied"};
    }
  }
}

// The first one not applied, or null.
const Migration* next_of(const AppliedByVersion& applied, std::span<const Migration> list) {
  for (const Migration& migration : list) {
    if (applied.contains(migration.version)) continue;
    if (!applied.empty() && applied.rbegin()->first > migration.version) {
      throw MigrationRefused{"migration " + std::string{migration.name} + " comes before " +
                             applied.rbegin()->second.name + ", which is already applied"};
    }
    return &migration;
  }
  return nullptr;
}

// The table, not an advisory lock, which any role can take. Those that read it go on.
void add_lock(Pipeline& pipeline) {
  pipeline.add(std::string("SET LOCAL lock_timeout = ") + kLockWait);
  pipeline.add("LOCK TABLE schema_migration IN EXCLUSIVE MODE");
}

Awaitable<bool> table_exists(Connection& connection) {
  const Result exists =
      co_await connection.query("SELECT to_regclass('schema_migration') IS NOT NULL");
  co_return exists.boolean(0, 0);
}

Awaitable<void> create_table(Connection& connection) {
  if (co_await table_exists(connection)) co_return;
  std::optional<Error> failed;
  try {
    co_await connection.query(
        "CREATE TABLE IF NOT EXISTS schema_migration (version int PRIMARY KEY, name text NOT NULL,"
        " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  } catch (const ConnectionLost&) {
    throw;
  } catch (const Error& error) {
    failed = error;
  }
  // Another runner may have made it at the same moment. PostgreSQL says that in several ways: the
  // table's name, its type's, or the row of either in the catalogue is taken already.
  if (failed && !co_await table_exists(connection)) throw Error{*failed};
}

// Runs one migration inside the open transaction and commits. A script that ended the transaction
// by itself has broken the promise of all or nothing, and says so.
Awaitable<void> apply(Connection& connection, Transaction& transaction, const Migration& migration,
                      MigrationOptions options) {
  const std::string name{migration.name};
  const Timeout timeout = options.timeout;
  try {
    std::string script =
        options.as_run ? options.as_run(migration.sql) : std::string{migration.sql};
    co_await transaction.script(std::move(script), timeout);
  } catch (const ConnectionLost&) {
    throw;
  } catch (const Error& error) {
    ErrorFields fields = error.fields();
    fields.message = "migration " + name + ": " + fields.message;
    throw Error{std::move(fields)};
  }
  if (!connection.in_transaction()) {
    throw MigrationRefused{"migration " + name + " contains transaction control"};
  }
  Pipeline record;
  record.add("INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)",
             migration.version, name, sha256(migration.sql));
  record.add("SELECT pg_notify(" TENGGAT_CHANNEL ", 'schema')");  // daemons that run stop acting
  co_await transaction.commit(std::move(record), timeout);
}

// What one transaction of migrate() came to. Nothing applied: there was nothing left to apply.
struct Step {
  int version = 0;  // the database's, before
  const Migration* applied = nullptr;
};

Awaitable<Step> take_step(Connection& connection, std::span<const Migration> list,
                          MigrationOptions options) {
  const Timeout timeout = options.timeout;
  Transaction transaction{connection};
  Pipeline look;
  add_lock(look);
  const auto rows = look.add(kSelectApplied);
  const auto answers = co_await transaction.run(std::move(look), timeout);
  const AppliedByVersion applied = applied_of(answers[rows]);
  Step step;
  step.version = applied.empty() ? 0 : applied.rbegin()->first;

  // The lock is held, so what is decided here still holds when it is done.
  std::string refusal;
  try {
    check_agreement(applied, list);
    step.applied = next_of(applied, list);
  } catch (const MigrationRefused& refused) {
    refusal = refused.what();
  }
  if (!step.applied) {
    co_await transaction.rollback();
    if (!refusal.empty()) throw MigrationRefused{refusal};
    co_return step;
  }
  auto applying = apply(connection, transaction, *step.applied, std::move(options));
  co_await std::move(applying);
  co_return step;
}

// Again and again while somebody holds a lock it needs, but not for ever.
Awaitable<Step> take_step_in_turn(Connection& connection, std::span<const Migration> list,
                                  MigrationOptions options) {
  asio::steady_timer pause{co_await asio::this_coro::executor};
  for (int attempt = 1;; ++attempt) {
    std::string why;
    try {
      auto taking = take_step(connection, list, options);
      co_return co_await std::move(taking);
    } catch (const Error& error) {
      if (error.sqlstate() != kLockNotHad) throw;
      why = error.message();
    }
    const std::vector<std::string> holders = co_await lock_holders(connection, Holding::any_lock);
    if (attempt >= options.attempts)
      throw Error{{.sqlstate = kLockNotHad, .message = why + "; " + words_of(holders)}};
    if (options.on_wait) options.on_wait(words_of(holders));
    pause.expires_after(kBetweenAttempts);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace

Awaitable<std::vector<std::string>> lock_holders(Connection& connection, Holding which) {
  // What came after we began to wait stands behind us and is no reason.
  const Result found = co_await connection.query(
      "SELECT DISTINCT ON (coalesce(a.xact_start, '-infinity'), a.pid) a.pid::int,"
      " coalesce(a.usename::text, ''), coalesce(a.application_name, ''), coalesce(a.state, ''),"
      " coalesce(to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS\"Z\"'), '')"
      " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
      " JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace"
      " WHERE l.granted AND l.locktype = 'relation' AND a.pid <> pg_backend_pid()"
      " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
      " AND n.nspname = ANY (current_schemas(false)) AND (NOT $1 OR l.mode <> 'AccessShareLock')"
      " AND coalesce(a.xact_start, '-infinity') < clock_timestamp() - interval '1 second'"
      " ORDER BY coalesce(a.xact_start, '-infinity'), a.pid LIMIT 5",
      which == Holding::locks_to_write);
  std::vector<std::string> holders;
  for (int row = 0; row < found.rows(); ++row) {
    std::string one = fmt::format("pid {} ({}", found.int64(row, 0), found.text(row, 1));
    for (const int column : {2, 3})
      if (!found.text(row, column).empty()) one += fmt::format(", {}", found.text(row, column));
    if (!found.text(row, 4).empty()) one += fmt::format(", since {}", found.text(row, 4));
    holders.push_back(one + ')');
  }
  co_return holders;
}

std::string words_of(const std::vector<std::string>& holders) {
  if (holders.empty())
    return "a lock is held by others, who are not seen: look into pg_locks and pg_prepared_xacts";
  return fmt::format(
      "a lock is held by {}; ask them to end, or as an administrator: SELECT"
      " pg_terminate_backend(PID)",
      fmt::join(holders, ", "));
}

const Query<std::int64_t> kSchemaVersion{
    "SELECT max(version)::bigint FROM schema_migration",
    [](const Result& result) { return result.optional_int64(0, 0).value_or(0); }};

void refuse_newer_schema(std::int64_t version, std::int64_t newest) {
  if (version <= newest) return;
  throw Error{{.sqlstate = kSchemaNewer,
               .message = fmt::format("the database is at version {}, this program knows {}: it"
                                      " was migrated by a newer one",
                                      version, newest)}};
}

void SchemaWatch::look_at(std::int64_t version) const {
  try {
    refuse_newer_schema(version, newest_);
  } catch (const Error& newer) {
    if (on_newer_) on_newer_(newer);  // a stop may have come meanwhile
    throw;
  }
}

Awaitable<MigrationReport> migrate(Connection& connection, std::span<const Migration> list,
                                   MigrationOptions options) {
  check_list(list);
  co_await create_table(connection);
  MigrationReport report;
  for (std::size_t round = 0; round <= list.size(); ++round) {
    auto taking = take_step_in_turn(connection, list, options);
    const Step step = co_await std::move(taking);
    if (round == 0) report.from_version = step.version;
    report.to_version = step.applied ? step.applied->version : step.version;
    if (!step.applied) break;
    report.applied.emplace_back(step.applied->name);
  }
  co_return report;
}

Awaitable<std::vector<MigrationState>> migration_status(Connection& connection,
                                                        std::span<const Migration> list) {
  check_list(list);
  AppliedByVersion applied;
  const Result exists =
      co_await connection.query("SELECT to_regclass('schema_migration') IS NOT NULL");
  if (exists.boolean(0, 0)) applied = applied_of(co_await connection.query(kSelectApplied));

  std::map<int, MigrationState> states;
  using Kind = MigrationState::Kind;
  for (const Migration& migration : list) {
    states[migration.version] = {
        migration.version, std::string{migration.name}, Kind::kPending, {}};
    const auto was = applied.find(migration.version);
    if (was == applied.end()) continue;
    states[migration.version].kind =
        was->second.sha256 == sha256(migration.sql) ? Kind::kApplied : Kind::kChanged;
    states[migration.version].applied_at = was->second.at;
  }
  for (const auto& [version, was] : applied) {
    states.try_emplace(version, MigrationState{version, was.name, Kind::kUnknownToProgram, was.at});
  }
  std::vector<MigrationState> ordered;
  for (auto& [version, state] : states) ordered.push_back(std::move(state));
  co_return ordered;
}

}  // namespace tenggat::pg
