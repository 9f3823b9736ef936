#include "daemon/store/messages.h"

namespace tenggat::store {
namespace {

MessageChange change_of(const pg::Result& result) {
  if (result.boolean(0, 0)) return MessageChange::done;
  return result.boolean(0, 1) ? MessageChange::wrong_state : MessageChange::not_found;
}

}  // namespace

pg::Awaitable<std::vector<MessageRow>> list_messages(pg::Connection& connection,
                                                     MessageQuery query) {
  const pg::Result result = co_await connection.query(
      "SELECT id, state, channel, recipient, name, address, text, subject, reason, attempts,"
      " rendered_at, next_attempt_at FROM message WHERE $1 = '' OR state = $1"
      " ORDER BY id DESC LIMIT $2::int",
      query.state, query.limit);
  std::vector<MessageRow> messages;
  for (int row = 0; row < result.rows(); ++row) {
    messages.push_back({.id = result.int64(row, 0),
                        .state = std::string(result.text(row, 1)),
                        .channel = std::string(result.text(row, 2)),
                        .recipient = std::string(result.text(row, 3)),
                        .name = std::string(result.text(row, 4)),
                        .address = std::string(result.text(row, 5)),
                        .text = std::string(result.text(row, 6)),
                        .subject = std::string(result.text(row, 7)),
                        .reason = std::string(result.text(row, 8)),
                        .attempts = static_cast<int>(result.int64(row, 9)),
                        .rendered_at = result.instant(row, 10),
                        .next_attempt_at = result.instant(row, 11)});
  }
  co_return messages;
}

pg::Awaitable<MessageChange> retry_message(pg::Connection& connection, std::int64_t id) {
  co_return change_of(co_await connection.query(
      "WITH changed AS (UPDATE message SET state = 'queued', attempts = 0, reason = '',"
      " next_attempt_at = clock_timestamp(), lease_until = NULL"
      " WHERE id = $1 AND state = 'dead' RETURNING 1),"
      " told AS (SELECT pg_notify('tenggat', 'message') FROM changed)"
      " SELECT EXISTS (SELECT FROM told), EXISTS (SELECT FROM message WHERE id = $1)",
      id));
}

pg::Awaitable<MessageChange> discard_message(pg::Connection& connection, std::int64_t id) {
  co_return change_of(co_await connection.query(
      "WITH changed AS (UPDATE message SET state = 'failed', reason = 'discarded',"
      " lease_until = NULL WHERE id = $1 AND (state = 'dead' OR (state = 'queued'"
      " AND coalesce(lease_until, '-infinity') <= clock_timestamp())) RETURNING 1)"
      " SELECT EXISTS (SELECT FROM changed), EXISTS (SELECT FROM message WHERE id = $1)",
      id));
}

}  // namespace tenggat::store
