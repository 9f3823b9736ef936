// The hash chain of the event log, walked. Each permit has a chain of its own: an event's hash
// covers the one before it, the permit's row holds the last.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

struct BrokenChain {
  std::string number;         // of the permit
  std::int64_t sequence = 0;  // the first event that is not as it was written
  std::string what;           // English
};

struct AuditReport {
  std::int64_t permits = 0, events = 0;
  std::vector<BrokenChain> broken;
};

// One permit, or all of them where it is 0. Reads in batches, locks nothing.
pg::Awaitable<AuditReport> verify_chains(pg::Connection& connection, std::int64_t permit);

}  // namespace tenggat::store
