#include "daemon/store/messages.h"

#include "daemon/store/announce.h"
#include "daemon/store/canary.h"
#include "daemon/store/columns.h"
#include "daemon/store/office_chain.h"

namespace tenggat::store {
namespace {

// A message as it is changed by hand.
struct ByHand {
  std::string state, channel, recipient, text;
  bool under_way = false;
};
constexpr auto kByHand =
    columns(given("state", &ByHand::state), given("channel", &ByHand::channel),
            given("recipient", &ByHand::recipient), given("text", &ByHand::text),
            given("coalesce(lease_until, '-infinity') > clock_timestamp()", &ByHand::under_way));

OfficeEvent message_event(OfficeKind kind, std::int64_t id, const ByHand& message,
                          const char* state) {
  OfficeEvent event{kind, std::to_string(id), {}};
  event.change(OfficeValue::state, message.state, state);
  event.add(OfficeValue::channel, message.channel);
  event.add(OfficeValue::recipient, message.recipient);
  event.add(OfficeValue::text, message.text);
  return event;
}

constexpr auto kMessage = columns(
    given("id", &MessageRow::id), given("state", &MessageRow::state),
    given("channel", &MessageRow::channel), given("recipient", &MessageRow::recipient),
    given("name", &MessageRow::name), given("address", &MessageRow::address),
    given("text", &MessageRow::text), given("subject", &MessageRow::subject),
    given("reason", &MessageRow::reason), given("attempts", &MessageRow::attempts),
    given("rendered_at", &MessageRow::rendered_at),
    given("next_attempt_at", &MessageRow::next_attempt_at),
    given("coalesce((SELECT detail FROM attempt a WHERE a.message = m.id ORDER BY fence DESC"
          "   LIMIT 1), '')",
          &MessageRow::detail),
    given("coalesce(about.number, '')", &MessageRow::number),
    given("delivered_at", &MessageRow::delivered_at), given("read_at", &MessageRow::read_at),
    given("undelivered_at", &MessageRow::undelivered_at),
    given("coalesce(undelivered_reason, '')", &MessageRow::undelivered_reason),
    given("coalesce(about.permit, 0)", &MessageRow::permit));

using Message = NoticeRow::Message;
constexpr auto kNotice =
    columns(given("n.id", &NoticeRow::id), given("n.permit", &NoticeRow::permit),
            given("coalesce(p.number, '')", &NoticeRow::number),
            given("n.visit", &NoticeRow::visit), given("n.kind", &NoticeRow::kind),
            given("n.k", &NoticeRow::k), given("n.occurrence", &NoticeRow::occurrence),
            given("n.addressee", &NoticeRow::addressee), given("n.text", &NoticeRow::text),
            given("n.reason", &NoticeRow::reason), given("n.raised_at", &NoticeRow::raised_at),
            given("n.state", &NoticeRow::state), given("n.state_reason", &NoticeRow::state_reason));
constexpr auto kMessageOfNotice =
    columns(given("id", &Message::id), given("state", &Message::state),
            given("channel", &Message::channel), given("recipient", &Message::recipient),
            given("reason", &Message::reason), given("attempts", &Message::attempts));

}  // namespace

pg::Awaitable<std::vector<MessageRow>> list_messages(pg::Connection& connection,
                                                     MessageQuery query) {
  static const auto sql = each<kMessage>(
      "SELECT {} FROM message m LEFT JOIN LATERAL (SELECT n.permit, p.number FROM message_notice n"
      "   JOIN permit p ON p.id = n.permit WHERE n.message = m.id LIMIT 1) about ON true"
      " WHERE ($1 = '' OR state = $1) AND recipient <> $3"
      " ORDER BY id DESC LIMIT $2::int");
  return connection.query(sql, query.state, query.limit, kCanaryRecipient);
}

namespace {

// The message, held until the change has been made: nobody begins to send it meanwhile.
pg::Awaitable<std::optional<ByHand>> hold(OfficeChanging& changing, std::int64_t id) {
  static const auto sql = maybe<kByHand>("SELECT {} FROM message WHERE id = $1::bigint FOR UPDATE");
  pg::Pipeline reading;
  const auto slot = reading.add(sql, id);
  const pg::Results found = co_await changing.begin(std::move(reading));
  co_return found[slot];
}

}  // namespace

pg::Awaitable<MessageChange> retry_message(pg::Connection& connection, By by, std::int64_t id) {
  OfficeChanging changing(connection, std::move(by));
  const std::optional<ByHand> message = co_await hold(changing, id);
  if (!message || message->state != "dead") {
    co_await changing.leave();
    co_return message ? MessageChange::wrong_state : MessageChange::not_found;
  }
  pg::Pipeline writes;
  writes.add(
      "UPDATE message SET state = 'queued', attempts = 0, reason = '',"
      " undelivered_at = NULL, undelivered_reason = NULL, undelivered_detail = '',"
      " next_attempt_at = clock_timestamp(), lease_until = NULL WHERE id = $1::bigint",
      id);
  add_announce(writes, "message");
  OfficeEvent event = message_event(OfficeKind::message_retried, id, *message, "queued");
  co_await changing.commit(std::move(writes), std::move(event));
  co_return MessageChange::done;
}

pg::Awaitable<MessageChange> discard_message(pg::Connection& connection, By by, std::int64_t id) {
  OfficeChanging changing(connection, std::move(by));
  const std::optional<ByHand> message = co_await hold(changing, id);
  const bool waits =
      message && (message->state == "dead" || (message->state == "queued" && !message->under_way));
  if (!waits) {
    co_await changing.leave();
    co_return message ? MessageChange::wrong_state : MessageChange::not_found;
  }
  pg::Pipeline writes;
  writes.add(
      "UPDATE message SET state = 'failed', reason = 'discarded', lease_until = NULL"
      " WHERE id = $1::bigint",
      id);
  OfficeEvent event = message_event(OfficeKind::message_discarded, id, *message, "failed");
  co_await changing.commit(std::move(writes), std::move(event));
  co_return MessageChange::done;
}

pg::Slot<std::vector<NoticeRow>> add_notices(pg::Pipeline& pipeline, const NoticeQuery& query) {
  // One row a message, or one for a notice that has none.
  static const pg::Query<std::vector<NoticeRow>> sql{
      kMessageOfNotice.shape().in(
          kNotice.shape().in(
              "SELECT {}, {m} FROM ("
              "   SELECT * FROM notice WHERE permit >= 0 AND ($1::bigint IS NULL OR permit = $1)"
              "   AND ($2 IN ('', 'dead') OR state = $2)"
              "   AND ($2 <> 'dead' OR (permit, id) IN (SELECT d.permit, d.notice FROM "
              "message_notice d"
              "     JOIN message dead ON dead.id = d.message WHERE dead.state = 'dead'))"
              "   AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4::int) n"
              " LEFT JOIN permit p ON p.id = n.permit"
              " LEFT JOIN message_notice l ON l.notice = n.id LEFT JOIN message m ON m.id = "
              "l.message"
              " ORDER BY n.id DESC, m.id"),
          "m"),
      [](const pg::Result& r) {
        return grouped<kNotice, kMessageOfNotice>(r, &NoticeRow::messages);
      }};
  return pipeline.add(sql, query.permit, query.state, query.before, query.limit + 1);
}

}  // namespace tenggat::store
