// Forward-only schema migrations, one transaction each, recorded with their hash in
// schema_migration. Safe to run twice and from several places at once: an advisory lock is held in
// each transaction.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::pg {

struct Migration {
  int version;            // from 1, ascending
  std::string_view name;  // "0001_tenggat"
  std::string_view sql;   // several statements; no transaction control
};

// daemon/migrations/*.sql as they were when this program was built.
std::span<const Migration> migrations();

// The database and the program disagree: an applied migration has changed since, the database is
// newer than the program, or one would have to be slipped in before an applied one. Nothing was
// changed.
class MigrationRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct MigrationReport {
  int from_version = 0;  // 0: an empty database
  int to_version = 0;
  std::vector<std::string> applied;  // names, by this call
};

struct MigrationState {
  enum class Kind { kApplied, kPending, kChanged, kUnknownToProgram };
  int version = 0;
  std::string name;
  Kind kind = Kind::kPending;
  std::optional<Instant> applied_at;
};

inline constexpr Timeout kMigrationTimeout = std::chrono::minutes{10};

// Throws MigrationRefused, or Error with the migration's name in the message. Migrations before a
// failing one stay applied. `timeout` is for one migration, waiting for another runner included.
Awaitable<MigrationReport> migrate(Connection& connection, std::span<const Migration> list,
                                   Timeout timeout = kMigrationTimeout);

// By version, known and unknown ones together. Writes nothing, not even the table.
Awaitable<std::vector<MigrationState>> migration_status(Connection& connection,
                                                        std::span<const Migration> list);

}  // namespace tenggat::pg
