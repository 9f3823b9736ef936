// Messages as operators see them: what waits, what was given up, and what to do about it. The loop
// that sends has its own view of the same rows.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

// As the table checks it.
inline constexpr const char* kMessageStates[] = {"queued", "accepted", "failed", "dead", "trial"};

struct MessageRow {
  std::int64_t id = 0;
  std::string state, channel, recipient, name;
  std::string address;  // personal: mask it wherever it is shown
  std::string text, subject, reason;
  int attempts = 0;
  Instant rendered_at{};      // the office's clock
  Instant next_attempt_at{};  // machine clock; of queued ones
};
struct MessageQuery {
  std::string state;  // empty: every state
  int limit = 100;
};
// The newest first.
pg::Awaitable<std::vector<MessageRow>> list_messages(pg::Connection& connection,
                                                     MessageQuery query);

enum class MessageChange { done, not_found, wrong_state };
// A dead message is queued again with all its attempts before it; the same bytes and ids are sent.
pg::Awaitable<MessageChange> retry_message(pg::Connection& connection, std::int64_t id);
// A dead message, or a queued one that nobody is sending, is given up for good: `failed`, reason
// `discarded`.
pg::Awaitable<MessageChange> discard_message(pg::Connection& connection, std::int64_t id);

}  // namespace tenggat::store
