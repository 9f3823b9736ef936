// What an office no longer keeps: permits that ended long ago, messages, files, answers to repeated
// requests. Removed in slices, each on record in the office's chain with how many and from before
// when. Source: docs/operations.md, Retention.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/pg/connection.h"

namespace tenggat::store {

// Each returns how many are gone; as many as `at_most`: there may be more.

// Permits whose last change lies further back than `kept`, with all that is theirs. Their numbers,
// and how their chains ended, are left. One that an objection names goes after it.
pg::Awaitable<int> retire_permits(pg::Connection& connection, std::chrono::days kept, int at_most);
// Messages rendered before then and no longer under way, with their notices of permits that ended.
pg::Awaitable<int> drop_messages(pg::Connection& connection, std::chrono::days kept, int at_most);
// Files that only permits have whose last change lies further back; their documents stay on record
// with their SHA-256.
pg::Awaitable<int> drop_files(pg::Connection& connection, std::chrono::days kept, int at_most);
// Answers kept for requests that may come again, by the machine's clock; they are no record.
pg::Awaitable<int> forget_answers(pg::Connection& connection, std::chrono::days kept, int at_most);

// How much of each lies further back than `kept`, which is nothing where it is kept for ever, and
// how much has been removed so far, as the office's record says.
struct RetentionCount {
  std::int64_t due = 0, removed = 0;
};
struct RetentionCounts {
  RetentionCount permits, messages, files;
};
struct KeptFor {
  std::optional<std::chrono::days> permits, messages, files;
};
pg::Awaitable<RetentionCounts> count_retention(pg::Connection& connection, KeptFor kept);

// How one permit is named in the digest of those that went with it: id, events, last hash.
std::string retired_line(std::int64_t id, std::int64_t events, std::string_view last_hash);

}  // namespace tenggat::store
