// The record of the permits, checked against itself and against their rows. Each permit has a chain
// of its own: an event's hash covers the one before it, the permit's row holds the last. What the
// events say of the rows, taken together, must be what the rows hold.
// Source: docs/record.md.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/permits.h"

namespace tenggat::store {

struct AuditFinding {
  std::string number;         // of the permit; empty: of none
  std::int64_t sequence = 0;  // the first event that is not as it was written; 0: of the rows
  std::string what;           // English
};
std::string words_of(const AuditFinding& finding);  // "PAUD-2026-000007: event 3: ..."

struct AuditReport {
  std::int64_t permits = 0, events = 0, rows = 0;
  std::vector<AuditFinding> findings;  // the first of each permit
};

// What follows from the rules, worked out anew by the core: ends of open clocks, when to look next.
class Derivation {
 public:
  virtual ~Derivation() = default;
  // Loads what it needs for these. Uses the connection.
  virtual pg::Awaitable<void> prepare(pg::Connection& connection,
                                      const std::map<std::int64_t, StoredPermit>& permits) = 0;
  // Nothing where the rules in force have yet to be applied to the permit.
  virtual std::optional<Projection> of(const StoredPermit& stored) const = 0;
};

struct AuditOptions {
  AuditOptions() {}         // no aggregate: GCC 12 destroys such a temporary twice
  std::int64_t permit = 0;  // 0: all of them, and what is no permit's
  // Told how many permits are done, of how many. Must not throw.
  std::function<void(std::int64_t done, std::int64_t all)> on_progress{};
  Derivation* derivation = nullptr;  // null: what is derived is not looked at
};

// Reads in batches, locks nothing.
pg::Awaitable<AuditReport> verify_record(pg::Connection& connection, AuditOptions options);

}  // namespace tenggat::store
