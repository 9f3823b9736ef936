// What `tenggat db restored` does to a database that knows less than its mark, in one transaction;
// and `tenggat message release`. Source: docs/operations.md, The database is restored.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "daemon/store/given.h"

namespace tenggat::store {

struct Unsent {
  std::int64_t messages = 0, notices = 0, posts = 0;  // notices are no messages yet
};
struct Restored {
  std::vector<NumberGap> gaps;
  std::int64_t sessions = 0;             // that were open
  std::int64_t tokens = 0, screens = 0;  // revoked once more
  std::vector<std::string> officers;     // whose service has ended once more
  Unsent unsent;                         // is held
};

// What it would do. Locks nothing.
pg::Awaitable<Restored> plan_restored(pg::Connection& connection, Mark mark);

// Numbers and sequences go on past the mark, every session and link to sign in ends, what was
// revoked is revoked, whose service had ended has ended; what is unsent waits; the office's record
// says so. From then on the database is not behind this mark.
pg::Awaitable<Restored> accept_restored(pg::Connection& connection, By by, Mark mark);

// What waits may leave. Nothing: nothing was held.
pg::Awaitable<std::optional<Unsent>> release_messages(pg::Connection& connection, By by);

}  // namespace tenggat::store
