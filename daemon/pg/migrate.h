// Forward-only schema migrations, one transaction each, recorded with their hash in
// schema_migration. Safe to run twice and from several places at once: that table is locked in each
// transaction. A lock that others hold is waited for in short attempts, so that nobody stands
// behind a migration that itself stands behind a long query.
#pragma once
#include <chrono>
#include <functional>
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

// How long one attempt waits for a lock that others hold, as PostgreSQL reads it. Behind an attempt
// of a migration all others wait, so that it is short, and repeated.
inline constexpr const char* kLockWait = "'2s'";
// SQLSTATE of a wait that was longer.
inline constexpr const char* kLockNotHad = "55P03";

enum class Holding { any_lock, locks_to_write };

// Sessions that have held a lock on tables or views of this office for that long and longer:
// "pid 4711 (grafana, psql, idle in transaction, since 2026-11-28 08:00:00Z)", the oldest first.
// What other users' sessions do, PostgreSQL may not say.
Awaitable<std::vector<std::string>> lock_holders(Connection& connection, Holding which);

// The above as one sentence with its remedy.
std::string words_of(const std::vector<std::string>& holders);

struct MigrationOptions {
  MigrationOptions() {}  // no aggregate: GCC 12 destroys such a temporary twice
  Timeout timeout = std::chrono::minutes{10};  // of one migration's statements
  // For the locks of one migration: two seconds each, three between them, ten minutes in all.
  int attempts = 120;
  // Told who is in the way after each attempt that came to nothing. Must not throw.
  std::function<void(const std::string&)> on_wait{};
  // What is run of a migration, of its text. What is recorded is the hash of the text.
  std::function<std::string(std::string_view)> as_run{};
};

// Throws MigrationRefused, or Error with the migration's name in the message. Migrations before a
// failing one stay applied.
Awaitable<MigrationReport> migrate(Connection& connection, std::span<const Migration> list,
                                   MigrationOptions options = {});

// By version, known and unknown ones together. Writes nothing, not even the table.
Awaitable<std::vector<MigrationState>> migration_status(Connection& connection,
                                                        std::span<const Migration> list);

}  // namespace tenggat::pg
