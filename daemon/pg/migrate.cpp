#include "daemon/pg/migrate.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>

namespace tenggat::pg {
namespace {

// "tenggat" as a number: nobody else in this database is likely to use it.
constexpr std::int64_t kLock = 0x74656e67676174;

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

void add_lock(Pipeline& pipeline) { pipeline.add("SELECT pg_advisory_xact_lock($1)", kLock); }

Awaitable<void> create_table(Connection& connection, Timeout timeout) {
  Transaction transaction{connection};
  Pipeline pipeline;
  add_lock(pipeline);
  pipeline.add(
      "CREATE TABLE IF NOT EXISTS schema_migration (version int PRIMARY KEY, name text NOT NULL,"
      " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  co_await transaction.commit(std::move(pipeline), timeout);
}

// Runs one migration inside the open transaction and commits. A script that ended the transaction
// by itself has broken the promise of all or nothing, and says so.
Awaitable<void> apply(Connection& connection, Transaction& transaction, const Migration& migration,
                      Timeout timeout) {
  const std::string name{migration.name};
  try {
    co_await transaction.script(std::string{migration.sql}, timeout);
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
  co_await transaction.commit(std::move(record), timeout);
}

}  // namespace

Awaitable<MigrationReport> migrate(Connection& connection, std::span<const Migration> list,
                                   Timeout timeout) {
  check_list(list);
  co_await create_table(connection, timeout);
  MigrationReport report;
  for (std::size_t round = 0; round <= list.size(); ++round) {
    Transaction transaction{connection};
    Pipeline look;
    add_lock(look);
    look.add(kSelectApplied);
    const auto answers = co_await transaction.run(std::move(look), timeout);
    const AppliedByVersion applied = applied_of(answers[1]);
    const int version = applied.empty() ? 0 : applied.rbegin()->first;
    if (round == 0) report.from_version = version;
    report.to_version = version;

    // The lock is held, so what is decided here still holds when it is done.
    const Migration* next = nullptr;
    std::string refusal;
    try {
      check_agreement(applied, list);
      next = next_of(applied, list);
    } catch (const MigrationRefused& refused) {
      refusal = refused.what();
    }
    if (!next) {
      co_await transaction.rollback();
      if (!refusal.empty()) throw MigrationRefused{refusal};
      break;
    }
    co_await apply(connection, transaction, *next, timeout);
    report.applied.emplace_back(next->name);
    report.to_version = next->version;
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
