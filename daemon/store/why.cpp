#include "daemon/store/why.h"

#include <map>

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

ToldNotice read_notice(const pg::Result& r, int row) {
  ToldNotice told;
  told.id = r.int64(row, 0);
  Notice& n = told.notice;
  n.visit = int_at(r, row, 1);
  n.kind = text_at(r, row, 2);
  n.k = int_at(r, row, 3);
  n.occurrence = int_at(r, row, 4);
  n.addressee = Addressee::parse(r.text(row, 5));
  n.audience = parse_audience(r.text(row, 6)).value();
  n.text = text_at(r, row, 7);
  n.reason = parse_reason(r.text(row, 8)).value();
  n.raised_at = r.instant(row, 9);
  n.hold_until = r.instant(row, 10);
  n.cause = r.int64(row, 11);
  n.urgent = r.boolean(row, 12);
  told.state = text_at(r, row, 13);
  told.state_reason = text_at(r, row, 14);
  told.state_at = r.optional_instant(row, 15);
  told.send_at = r.instant(row, 16);
  return told;
}

ToldMessage read_message(const pg::Result& r, int row) {
  ToldMessage m;
  m.id = r.int64(row, 17);
  m.recipient = text_at(r, row, 18);
  m.acting_for = text_at(r, row, 19);
  m.why = text_at(r, row, 20);
  m.channel = text_at(r, row, 21);
  m.text = text_at(r, row, 22);
  m.state = text_at(r, row, 23);
  m.reason = text_at(r, row, 24);
  m.rendered_at = r.instant(row, 25);
  m.accepted_at = r.optional_instant(row, 26);
  m.provider_id = text_at(r, row, 27);
  m.falls_back_from = r.optional_int64(row, 28);
  m.delivered_at = r.optional_instant(row, 29);
  m.read_at = r.optional_instant(row, 30);
  m.undelivered_at = r.optional_instant(row, 31);
  m.undelivered_reason = text_at(r, row, 32);
  m.undelivered_detail = text_at(r, row, 33);
  return m;
}

}  // namespace

std::size_t add_told_about(pg::Pipeline& pipeline, std::int64_t permit) {
  // One row a message, or one for a notice that has none.
  const std::size_t first = pipeline.add(
      "SELECT n.id, n.visit, n.kind, n.k, n.occurrence, n.addressee, n.audience, n.text, n.reason,"
      " n.raised_at, n.hold_until, n.cause, n.urgent, n.state, n.state_reason, n.state_at,"
      " n.send_at, m.id, m.recipient, m.acting_for, m.why, m.channel, m.text, m.state, m.reason,"
      " m.rendered_at, m.accepted_at, m.provider_id, m.falls_back_from, m.delivered_at,"
      " m.read_at, m.undelivered_at, coalesce(m.undelivered_reason, ''), m.undelivered_detail"
      " FROM notice n LEFT JOIN message_notice l ON l.notice = n.id"
      " LEFT JOIN message m ON m.id = l.message WHERE n.permit = $1::bigint"
      " ORDER BY n.raised_at, n.id, m.id",
      permit);
  pipeline.add(
      "SELECT a.message, a.started_at, a.finished_at, a.outcome, a.reason, a.detail FROM attempt a"
      " WHERE a.message IN (SELECT l.message FROM message_notice l JOIN notice n ON n.id = l.notice"
      "   WHERE n.permit = $1::bigint) ORDER BY a.message, a.fence",
      permit);
  return first;
}

std::vector<ToldNotice> told_about(const std::vector<pg::Result>& results, std::size_t first) {
  std::map<std::int64_t, std::vector<ToldAttempt>> attempts;
  const pg::Result& tries = results.at(first + 1);
  for (int row = 0; row < tries.rows(); ++row)
    attempts[tries.int64(row, 0)].push_back({tries.instant(row, 1), tries.optional_instant(row, 2),
                                             text_at(tries, row, 3), text_at(tries, row, 4),
                                             text_at(tries, row, 5)});
  std::vector<ToldNotice> all;
  const pg::Result& r = results.at(first);
  for (int row = 0; row < r.rows(); ++row) {
    if (all.empty() || all.back().id != r.int64(row, 0)) all.push_back(read_notice(r, row));
    if (r.is_null(row, 17)) continue;
    ToldMessage message = read_message(r, row);
    message.attempts = attempts[message.id];
    all.back().messages.push_back(std::move(message));
  }
  return all;
}

}  // namespace tenggat::store
