#include "daemon/store/sending.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

std::vector<std::string> texts_of(const json::value& list) {
  std::vector<std::string> texts;
  for (const json::value& one : list.as_array()) texts.emplace_back(one.as_string());
  return texts;
}

// A part of the second's messages may come at once and the rest evenly, so that together no second
// has more than its share.
struct Budget {
  int at_once;
  std::int64_t microseconds_each;
  explicit Budget(int a_second)
      : at_once(std::max(1, a_second / 10)),
        microseconds_each(1'000'000 / std::max(a_second - at_once, 1)) {}
};

// As Meta is asked for it (notifiers/whatsapp/meta).
constexpr const char* kTemplate = "coalesce(nullif(template, ''), 'tenggat_' || text)";

// $1 channel, $2 limit, $3 lease; $4 microseconds each, $5 at once; $6 seconds a person; $7
// templates that are held back.
std::string claim_sql(bool a_second, bool a_person, bool held_back) {
  std::string sql = "WITH ";
  if (a_second)
    // Locked, so that daemons share the budget.
    sql +=
        "pace AS MATERIALIZED (SELECT greatest(free_at, clock_timestamp()) AS at FROM send_pace"
        "   WHERE channel = $1 AND address = '' FOR UPDATE),"
        " room AS (SELECT greatest(0, least($2::int, $5::int - ceil(extract(epoch FROM"
        "   at - clock_timestamp()) * 1000000 / $4::bigint)::int)) AS n FROM pace), ";
  sql +=
      "due AS (SELECT id, address FROM message WHERE state = 'queued' AND channel = $1"
      "   AND next_attempt_at <= (SELECT clock_timestamp())"
      "   AND (lease_until IS NULL OR lease_until < clock_timestamp())";
  if (held_back) sql += std::string(" AND ") + kTemplate + " <> ALL ($7::text[])";
  sql += " ORDER BY next_attempt_at, id LIMIT ";
  sql += a_second ? "(SELECT n FROM room)" : "$2::int";
  sql += " FOR UPDATE SKIP LOCKED), ";
  if (a_person)
    // One a person; in order, so that daemons do not lock each other out.
    sql +=
        "first AS (SELECT DISTINCT ON (address) id, address FROM due ORDER BY address, id),"
        " free AS (INSERT INTO send_pace AS p (channel, address, free_at) SELECT $1, address,"
        "   clock_timestamp() + make_interval(secs => $6::bigint) FROM first ORDER BY address"
        "   ON CONFLICT (channel, address) DO UPDATE SET free_at = excluded.free_at"
        "   WHERE p.free_at <= clock_timestamp() RETURNING address),"
        " chosen AS (SELECT id FROM first JOIN free USING (address)),"
        " later AS (UPDATE message m SET next_attempt_at = CASE WHEN d.address IN"
        "     (SELECT address FROM free) THEN clock_timestamp() + make_interval(secs => $6::bigint)"
        "     ELSE greatest(clock_timestamp(), (SELECT s.free_at FROM send_pace s"
        "       WHERE s.channel = $1 AND s.address = d.address)) END"
        "   FROM due d WHERE m.id = d.id AND d.id NOT IN (SELECT id FROM chosen)), ";
  else
    sql += "chosen AS (SELECT id FROM due), ";
  sql +=
      "claimed AS (UPDATE message m SET fence = m.fence + 1, attempts = m.attempts + 1,"
      "   lease_until = clock_timestamp() + make_interval(secs => $3::bigint)"
      "   FROM chosen WHERE m.id = chosen.id RETURNING m.*), ";
  if (a_second)
    sql +=
        "spent AS (UPDATE send_pace SET free_at = pace.at + (SELECT count(*) FROM claimed)"
        "   * $4::bigint * interval '1 microsecond' FROM pace WHERE channel = $1 AND address = "
        "''), ";
  sql +=
      "opened AS (INSERT INTO attempt (message, fence) SELECT id, fence FROM claimed)"
      " SELECT id, fence, attempts, recipient, channel, address, name, subject, body, text,"
      " template, fields, thread, rendered_at, created_at FROM claimed ORDER BY id";
  return sql;
}

const RowShape kFenced({{"id", "bigint"}, {"fence", "bigint"}});

}  // namespace

// --- Claims -------------------------------------------------------------------------------------

std::size_t add_claim_messages(pg::Pipeline& pipeline, const Claim& claim) {
  static const auto both = [](bool a_second, bool a_person) {
    return std::array{claim_sql(a_second, a_person, false), claim_sql(a_second, a_person, true)};
  };
  static const std::array<std::string, 2> sql[2][2] = {{both(false, false), both(false, true)},
                                                       {both(true, false), both(true, true)}};
  const bool a_second = claim.a_second > 0, a_person = claim.a_person.count() > 0;
  const bool held_back = !claim.held_back.empty();
  const Budget budget(claim.a_second);
  std::vector<pg::Param> params =
      pg::params_of(notify::name(claim.channel), claim.limit, claim.lease.count());
  if (a_second || a_person || held_back) {
    // A parameter has its number whether the statement asks for it or not.
    params.emplace_back(budget.microseconds_each);
    params.emplace_back(budget.at_once);
    params.emplace_back(claim.a_person.count());
  }
  if (held_back) params.emplace_back(pg::text_array(claim.held_back));
  if (a_second)
    pipeline.add(
        "INSERT INTO send_pace (channel, address, free_at) VALUES ($1, '', clock_timestamp())"
        " ON CONFLICT DO NOTHING",
        notify::name(claim.channel));
  return pipeline.add(sql[a_second][a_person][held_back], std::move(params));
}

std::vector<ClaimedMessage> claimed_of(const pg::Result& r) {
  std::vector<ClaimedMessage> all;
  for (int row = 0; row < r.rows(); ++row) {
    ClaimedMessage claimed;
    claimed.id = r.int64(row, 0);
    claimed.fence = r.int64(row, 1);
    claimed.attempts = int_at(r, row, 2);
    claimed.recipient = text_at(r, row, 3);
    notify::Message& m = claimed.message;
    m.id = std::to_string(claimed.id);
    m.channel = notify::channel_from_name(r.text(row, 4)).value();
    m.to = text_at(r, row, 5);
    m.recipient_name = text_at(r, row, 6);
    m.subject = text_at(r, row, 7);
    m.body = text_at(r, row, 8);
    m.text_id = text_at(r, row, 9);
    m.template_name = text_at(r, row, 10);
    try {
      const json::object fields = json::parse(text_at(r, row, 11)).as_object();
      m.field_names = texts_of(fields.at("names"));
      m.fields = texts_of(fields.at("values"));
      if (const json::value* parameters = fields.if_contains("parameters"))
        m.parameters = texts_of(*parameters);
    } catch (const std::exception& why) {
      claimed.unreadable = why.what();
    }
    m.thread = text_at(r, row, 12);
    m.decided_at = r.instant(row, 13);
    claimed.created_at = r.instant(row, 14);
    all.push_back(std::move(claimed));
  }
  return all;
}

void add_forget_paces(pg::Pipeline& pipeline) {
  pipeline.add(
      "DELETE FROM send_pace WHERE address <> '' AND free_at < clock_timestamp() - interval '1 h'");
}

void add_give_back(pg::Pipeline& pipeline, const std::vector<Fenced>& messages) {
  static const std::string sql = fmt::format(
      "WITH back AS (UPDATE message m SET attempts = m.attempts - 1, lease_until = NULL FROM {}"
      "   WHERE m.id = c.id AND m.fence = c.fence AND m.state IS NOT DISTINCT FROM 'queued'"
      "   RETURNING m.id, m.fence)"
      " DELETE FROM attempt a USING back WHERE a.message = back.id AND a.fence = back.fence",
      kFenced.unnest("c"));
  if (messages.empty()) return;
  Rows rows(kFenced);
  for (const auto& [id, fence] : messages) rows.add(id, fence);
  pipeline.add(sql, rows.params());
}

std::size_t add_until_send(pg::Pipeline& pipeline, notify::Channel channel) {
  return pipeline.add(
      "SELECT ceil(1000 * extract(epoch FROM next_attempt_at - clock_timestamp()))::bigint"
      " FROM message WHERE state = 'queued' AND channel = $1 AND lease_until IS NULL"
      " ORDER BY next_attempt_at, id LIMIT 1",
      notify::name(channel));
}

std::optional<std::chrono::milliseconds> until_send_of(const pg::Result& result) {
  if (result.empty()) return std::nullopt;
  return std::chrono::milliseconds(result.int64(0, 0));
}

// --- Outcomes -----------------------------------------------------------------------------------

std::size_t add_send_outcomes(pg::Pipeline& pipeline, const std::vector<SendOutcome>& outcomes) {
  static const RowShape shape({{"id", "bigint"},
                               {"fence", "bigint"},
                               {"state", "text"},
                               {"outcome", "text"},
                               {"reason", "text"},
                               {"detail", "text"},
                               {"provider_id", "text"},
                               {"retry_in", "bigint"},
                               {"receipt_within", "bigint"}});
  static const std::string sql = fmt::format(
      "WITH c AS MATERIALIZED (SELECT r.*, r.state = 'queued' AND EXISTS (SELECT FROM message o"
      // What failed is not tried again for an applicant who has been written to since.
      "   JOIN message n ON n.recipient = o.recipient AND n.id > o.id WHERE o.id = r.id"
      "   AND o.recipient LIKE 'applicant:%') AS superseded FROM {}),"
      " tried AS (UPDATE attempt a SET finished_at = clock_timestamp(), outcome = c.outcome,"
      "   reason = c.reason, detail = c.detail FROM c WHERE a.message = c.id AND a.fence = c.fence)"
      " UPDATE message m SET"
      " state = CASE WHEN c.superseded THEN 'failed' ELSE c.state END,"
      " reason = CASE WHEN c.superseded THEN 'superseded' ELSE c.reason END,"
      " provider_id = c.provider_id, lease_until = NULL,"
      // What its channel or its text cannot do is not its own failure.
      " attempts = CASE WHEN c.outcome IN ('channel_stopped', 'text_stopped')"
      "   THEN least(m.attempts, 2) ELSE m.attempts END,"
      " accepted_at = CASE WHEN c.state = 'accepted' THEN clock_timestamp() END,"
      " receipt_due_at = CASE WHEN c.state = 'accepted' AND c.receipt_within > 0"
      "   THEN clock_timestamp() + make_interval(secs => c.receipt_within) END,"
      " next_attempt_at = clock_timestamp() + make_interval(secs => c.retry_in)"
      " FROM c WHERE m.id = c.id AND m.fence = c.fence AND m.state IS NOT DISTINCT FROM 'queued'"
      " RETURNING m.id, m.fence",
      shape.unnest("r"));
  Rows rows(shape);
  for (const SendOutcome& o : outcomes)
    rows.add(o.id, o.fence, o.state, o.outcome, o.reason, o.detail, o.provider_id,
             o.retry_in.count(), o.receipt_within.count());
  return pipeline.add(sql, rows.params());
}

std::vector<Fenced> fenced_of(const pg::Result& r) {
  std::vector<Fenced> all;
  for (int row = 0; row < r.rows(); ++row) all.emplace_back(r.int64(row, 0), r.int64(row, 1));
  return all;
}

// --- What does not arrive -----------------------------------------------------------------------

std::size_t add_lock_undelivered(pg::Pipeline& pipeline, int limit) {
  pipeline.add(
      "UPDATE message SET receipt_due_at = NULL WHERE id = ANY (ARRAY(SELECT id FROM message"
      "     WHERE state = 'accepted' AND receipt_due_at <= (SELECT clock_timestamp())"
      "     ORDER BY receipt_due_at LIMIT $1::int))"
      "   AND (delivered_at IS NOT NULL OR read_at IS NOT NULL)",
      limit);
  return pipeline.add(
      "SELECT id, fence, recipient, text, channel, coalesce(undelivered_reason, 'no_receipt'),"
      " undelivered_detail FROM message WHERE id = ANY (ARRAY(SELECT id FROM message WHERE state = "
      "'accepted'"
      "     AND receipt_due_at <= (SELECT clock_timestamp()) ORDER BY receipt_due_at LIMIT $1::int)"
      "   || ARRAY(SELECT id FROM message WHERE state = 'accepted' AND undelivered_at IS NOT NULL"
      "     AND delivered_at IS NULL AND read_at IS NULL ORDER BY undelivered_at LIMIT $1::int))"
      " AND state IS NOT DISTINCT FROM 'accepted' AND delivered_at IS NULL AND read_at IS NULL"
      " ORDER BY id FOR UPDATE SKIP LOCKED",
      limit);
}

std::size_t add_lock_held_up(pg::Pipeline& pipeline, notify::Channel channel, int limit,
                             const std::string& text_template) {
  static const std::string sql =
      std::string(
          "SELECT id, fence, recipient, text, channel, CASE WHEN recipient LIKE 'applicant:%'"
          "   AND EXISTS (SELECT FROM message n WHERE n.recipient = m.recipient AND n.id > m.id)"
          "   THEN 'superseded' WHEN $3 <> '' THEN 'template_missing' ELSE 'channel_down' END, ''"
          " FROM message m WHERE state = 'queued' AND channel = $1"
          " AND next_attempt_at <= (SELECT clock_timestamp())"
          " AND (lease_until IS NULL OR lease_until < clock_timestamp())"
          " AND ($3 = '' OR ") +
      kTemplate + " = $3) ORDER BY next_attempt_at, id LIMIT $2::int FOR UPDATE SKIP LOCKED";
  return pipeline.add(sql, notify::name(channel), limit, text_template);
}

std::vector<Unarrived> unarrived_of(const pg::Result& r) {
  std::vector<Unarrived> all;
  for (int row = 0; row < r.rows(); ++row)
    all.push_back({r.int64(row, 0), r.int64(row, 1), text_at(r, row, 2), text_at(r, row, 3),
                   notify::channel_from_name(r.text(row, 4)).value(), text_at(r, row, 5),
                   text_at(r, row, 6)});
  return all;
}

std::size_t add_superseded(pg::Pipeline& pipeline, const std::vector<std::int64_t>& messages) {
  return pipeline.add(
      "SELECT id FROM message m WHERE id = ANY ($1::bigint[]) AND recipient LIKE 'applicant:%'"
      " AND EXISTS (SELECT FROM message n WHERE n.recipient = m.recipient AND n.id > m.id)",
      pg::bigint_array(messages));
}

std::vector<std::int64_t> superseded_of(const pg::Result& r) {
  std::vector<std::int64_t> ids;
  for (int row = 0; row < r.rows(); ++row) ids.push_back(r.int64(row, 0));
  return ids;
}

void add_ends(pg::Pipeline& pipeline, const std::vector<End>& ends) {
  static const RowShape shape(
      {{"id", "bigint"}, {"fence", "bigint"}, {"state", "text"}, {"reason", "text"}});
  static const std::string sql = fmt::format(
      "UPDATE message m SET state = c.state, reason = c.reason, lease_until = NULL,"
      " undelivered_at = CASE WHEN m.state = 'accepted'"
      "   THEN coalesce(m.undelivered_at, clock_timestamp()) END,"
      " undelivered_reason = CASE WHEN m.state = 'accepted'"
      "   THEN coalesce(m.undelivered_reason, c.reason) END"
      " FROM {} WHERE m.id = c.id AND m.fence = c.fence"
      " AND (m.state IS NOT DISTINCT FROM 'queued' OR m.state IS NOT DISTINCT FROM 'accepted')",
      shape.unnest("c"));
  if (ends.empty()) return;
  Rows rows(shape);
  for (const End& one : ends) rows.add(one.id, one.fence, one.state, one.reason);
  pipeline.add(sql, rows.params());
}

void add_put_off(pg::Pipeline& pipeline, const std::vector<std::int64_t>& messages,
                 std::chrono::milliseconds later) {
  if (messages.empty()) return;
  pipeline.add(
      "UPDATE message SET next_attempt_at = clock_timestamp() + $2::bigint * interval '1 ms'"
      " WHERE id = ANY ($1::bigint[]) AND state IS NOT DISTINCT FROM 'queued'",
      pg::bigint_array(messages), static_cast<std::int64_t>(later.count()));
}

std::size_t add_fallback(pg::Pipeline& pipeline, const Fallback& fallback) {
  return pipeline.add(
      "WITH m AS (INSERT INTO message (recipient, acting_for, why, channel, address, name, text,"
      "   subject, body, fields, template, thread, rendered_at, falls_back_from)"
      "   SELECT recipient, acting_for, why, $3, $4, name, text, subject, body, fields, template,"
      "   thread, rendered_at, id FROM message"
      "   WHERE id = $1::bigint AND fence = $2::bigint"
      "   AND (state IS NOT DISTINCT FROM 'queued' OR state IS NOT DISTINCT FROM 'accepted')"
      "   RETURNING id),"
      " n AS (INSERT INTO message_notice (message, permit, notice) SELECT m.id, o.permit, o.notice"
      "   FROM m, message_notice o WHERE o.message = $1::bigint)"
      " SELECT id FROM m",
      fallback.from, fallback.fence, notify::name(fallback.channel), fallback.address);
}

void add_tell_others(pg::Pipeline& pipeline, const std::vector<std::int64_t>& dead) {
  if (dead.empty()) return;
  pipeline.add(
      "UPDATE notice n SET state = 'pending', state_reason = '', state_at = NULL,"
      " send_at = (SELECT office_now()) FROM message_notice l JOIN message m ON m.id = l.message"
      " WHERE m.id = ANY ($1::bigint[]) AND m.state = 'dead' AND m.recipient LIKE 'officer:%'"
      " AND n.permit = l.permit AND n.id = l.notice AND n.permit > 0"
      " AND n.state IS NOT DISTINCT FROM 'rendered'",
      pg::bigint_array(dead));
}

std::size_t add_addresses(pg::Pipeline& pipeline, const std::string& recipient) {
  // By key: an office has many more applicants than messages that fail.
  if (recipient.starts_with("applicant:"))
    return pipeline.add(
        "SELECT email, whatsapp, '' FROM applicant WHERE id = split_part($1, ':', 2)::bigint",
        recipient);
  return pipeline.add(
      "SELECT email, whatsapp, array_to_string(channels, ' ') FROM officer"
      " WHERE id = split_part($1, ':', 2)",
      recipient);
}

std::vector<ChannelAddress> addresses_of(const pg::Result& r) {
  if (r.empty()) return {};
  Officer one;  // an applicant is reached as an officer without an order of their own
  one.email = text_at(r, 0, 0);
  one.whatsapp = text_at(r, 0, 1);
  one.channels = words_of(r.text(0, 2));
  return tenggat::addresses_of(one);
}

// --- Channels that take nothing -----------------------------------------------------------------

std::size_t add_channel_down(pg::Pipeline& pipeline, notify::Channel channel,
                             const std::string& reason) {
  return pipeline.add(
      "INSERT INTO channel_outage (channel, reason) VALUES ($1, $2) ON CONFLICT DO NOTHING"
      " RETURNING channel",
      notify::name(channel), reason);
}

std::size_t add_administrators(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT id, name, email, whatsapp, array_to_string(channels, ' '), office_now() FROM officer"
      " JOIN officer_role ON officer = id AND role = 'admin'"
      " WHERE ended_on IS NULL OR ended_on > office_now()::date ORDER BY id");
}

Administrators administrators_of(const pg::Result& r) {
  Administrators all;
  for (int row = 0; row < r.rows(); ++row) {
    Officer one;
    one.id = text_at(r, row, 0);
    one.name = text_at(r, row, 1);
    one.email = text_at(r, row, 2);
    one.whatsapp = text_at(r, row, 3);
    one.channels = words_of(r.text(row, 4));
    all.officers.push_back(std::move(one));
    all.now = r.instant(row, 5);
  }
  return all;
}

void add_channel_up(pg::Pipeline& pipeline, notify::Channel channel) {
  pipeline.add("DELETE FROM channel_outage WHERE channel = $1", notify::name(channel));
}

std::size_t add_text_stopped(pg::Pipeline& pipeline, const TextOutage& outage) {
  return pipeline.add(
      "INSERT INTO text_outage (channel, template, text, reason, detail) VALUES ($1, $2, $3, $4, "
      "$5)"
      " ON CONFLICT DO NOTHING RETURNING template",
      notify::name(outage.channel), outage.text_template, outage.text, outage.reason,
      outage.detail);
}

void add_text_works(pg::Pipeline& pipeline, notify::Channel channel,
                    const std::string& text_template) {
  pipeline.add("DELETE FROM text_outage WHERE channel = $1 AND template = $2",
               notify::name(channel), text_template);
}

std::size_t add_stopped_texts(pg::Pipeline& pipeline) {
  return pipeline.add("SELECT channel, template, text, reason, detail FROM text_outage");
}

std::vector<TextOutage> stopped_texts_of(const pg::Result& r) {
  std::vector<TextOutage> all;
  for (int row = 0; row < r.rows(); ++row)
    if (const auto channel = notify::channel_from_name(r.text(row, 0)))
      all.push_back({*channel, text_at(r, row, 1), text_at(r, row, 2), text_at(r, row, 3),
                     text_at(r, row, 4)});
  return all;
}

}  // namespace tenggat::store
