// Messages as operators see them: what waits, what was given up, and what to do about it. The loop
// that sends has its own view of the same rows.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
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
  std::string detail;         // what the provider said to the last attempt
  std::optional<Instant> delivered_at, read_at, undelivered_at;  // machine clock
  std::string undelivered_reason;
  std::string number;       // of a permit it is about; empty for the day's own
  std::int64_t permit = 0;  // that permit
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
pg::Awaitable<MessageChange> retry_message(pg::Connection& connection, By by, std::int64_t id);
// A dead message, or a queued one that nobody is sending, is given up for good: `failed`, reason
// `discarded`.
pg::Awaitable<MessageChange> discard_message(pg::Connection& connection, By by, std::int64_t id);

// What was decided to tell whom, and what became of it.
struct NoticeRow {
  std::int64_t id = 0, permit = 0;
  std::string number;  // of the permit; empty for the day's own (morning list, recap)
  int visit = 0;
  std::string kind;  // rung or event: "due", "+1d", "dikembalikan"
  int k = 1, occurrence = 1;
  std::string addressee, text, reason;
  Instant raised_at{};
  std::string state, state_reason;  // pending, rendered, dropped and why
  struct Message {
    std::int64_t id = 0;
    std::string state, channel, recipient, reason;
    int attempts = 0;
  };
  std::vector<Message> messages;  // in the order they were made
};
struct NoticeQuery {
  std::optional<std::int64_t> permit;
  std::string state;  // pending, rendered, dropped, or dead: with a message that was given up
  std::optional<std::int64_t> before;  // notice id; the next page
  int limit = 50;
};
// The newest first, one more than `limit` where there are more. Without a permit only `pending` and
// `dead` are found by an index.
pg::Slot<std::vector<NoticeRow>> add_notices(pg::Pipeline& pipeline, const NoticeQuery& query);

}  // namespace tenggat::store
