#include "daemon/store/messages.h"

#include "daemon/store/canary.h"

namespace tenggat::store {
namespace {

MessageChange change_of(const pg::Result& result) {
  if (result.boolean(0, 0)) return MessageChange::done;
  return result.boolean(0, 1) ? MessageChange::wrong_state : MessageChange::not_found;
}

MessageRow read_message(const pg::Result& result, int row) {
  return {.id = result.int64(row, 0),
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
          .next_attempt_at = result.instant(row, 11),
          .detail = std::string(result.text(row, 12)),
          .delivered_at = result.optional_instant(row, 14),
          .read_at = result.optional_instant(row, 15),
          .undelivered_at = result.optional_instant(row, 16),
          .undelivered_reason = std::string(result.text(row, 17)),
          .number = std::string(result.text(row, 13)),
          .permit = result.int64(row, 18)};
}

}  // namespace

pg::Awaitable<std::vector<MessageRow>> list_messages(pg::Connection& connection,
                                                     MessageQuery query) {
  const pg::Result result = co_await connection.query(
      "SELECT id, state, channel, recipient, name, address, text, subject, reason, attempts,"
      " rendered_at, next_attempt_at,"
      " coalesce((SELECT detail FROM attempt a WHERE a.message = m.id ORDER BY fence DESC LIMIT 1),"
      "   ''),"
      " coalesce(about.number, ''),"
      " delivered_at, read_at, undelivered_at, coalesce(undelivered_reason, ''),"
      " coalesce(about.permit, 0)"
      " FROM message m LEFT JOIN LATERAL (SELECT n.permit, p.number FROM message_notice n"
      "   JOIN permit p ON p.id = n.permit WHERE n.message = m.id LIMIT 1) about ON true"
      " WHERE ($1 = '' OR state = $1) AND recipient <> $3"
      " ORDER BY id DESC LIMIT $2::int",
      query.state, query.limit, kCanaryRecipient);
  std::vector<MessageRow> messages;
  for (int row = 0; row < result.rows(); ++row) messages.push_back(read_message(result, row));
  co_return messages;
}

pg::Awaitable<MessageChange> retry_message(pg::Connection& connection, std::int64_t id) {
  co_return change_of(co_await connection.query(
      "WITH changed AS (UPDATE message SET state = 'queued', attempts = 0, reason = '',"
      " undelivered_at = NULL, undelivered_reason = NULL, undelivered_detail = '',"
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

std::size_t add_notices(pg::Pipeline& pipeline, const NoticeQuery& query) {
  // One row a message, or one for a notice that has none.
  static const std::string sql =
      "SELECT n.id, n.permit, coalesce(p.number, ''), n.visit, n.kind, n.k, n.occurrence,"
      " n.addressee, n.text, n.reason, n.raised_at, n.state, n.state_reason, m.id, m.state,"
      " m.channel, m.recipient, m.reason, m.attempts FROM ("
      "   SELECT * FROM notice WHERE permit >= 0 AND ($1::bigint IS NULL OR permit = $1)"
      "   AND ($2 IN ('', 'dead') OR state = $2)"
      "   AND ($2 <> 'dead' OR (permit, id) IN (SELECT d.permit, d.notice FROM message_notice d"
      "     JOIN message dead ON dead.id = d.message WHERE dead.state = 'dead'))"
      "   AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4::int) n"
      " LEFT JOIN permit p ON p.id = n.permit"
      " LEFT JOIN message_notice l ON l.notice = n.id LEFT JOIN message m ON m.id = l.message"
      " ORDER BY n.id DESC, m.id";
  return pipeline.add(sql, query.permit, query.state, query.before, query.limit + 1);
}

std::vector<NoticeRow> notices_listed(const pg::Result& r) {
  std::vector<NoticeRow> notices;
  for (int row = 0; row < r.rows(); ++row) {
    if (notices.empty() || notices.back().id != r.int64(row, 0)) {
      notices.push_back({.id = r.int64(row, 0),
                         .permit = r.int64(row, 1),
                         .number = std::string(r.text(row, 2)),
                         .visit = static_cast<int>(r.int64(row, 3)),
                         .kind = std::string(r.text(row, 4)),
                         .k = static_cast<int>(r.int64(row, 5)),
                         .occurrence = static_cast<int>(r.int64(row, 6)),
                         .addressee = std::string(r.text(row, 7)),
                         .text = std::string(r.text(row, 8)),
                         .reason = std::string(r.text(row, 9)),
                         .raised_at = r.instant(row, 10),
                         .state = std::string(r.text(row, 11)),
                         .state_reason = std::string(r.text(row, 12)),
                         .messages = {}});
    }
    if (r.is_null(row, 13)) continue;
    notices.back().messages.push_back({.id = r.int64(row, 13),
                                       .state = std::string(r.text(row, 14)),
                                       .channel = std::string(r.text(row, 15)),
                                       .recipient = std::string(r.text(row, 16)),
                                       .reason = std::string(r.text(row, 17)),
                                       .attempts = static_cast<int>(r.int64(row, 18))});
  }
  return notices;
}

}  // namespace tenggat::store
