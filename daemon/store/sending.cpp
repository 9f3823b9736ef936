#include "daemon/store/sending.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "daemon/store/channel_codec.h"
#include "daemon/store/columns.h"
#include "daemon/store/message_table.h"
#include "daemon/store/people_tables.h"

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

// As office/sending_lanes names it.
constexpr const char* kTemplate =
    "(coalesce(nullif(template, ''), 'tenggat_' || text) || coalesce(' ' || (fields->>'language'), "
    "''))";

constexpr auto kFenced = columns(key("id", &Fenced::id), key("fence", &Fenced::fence));

// What the text was made of, beside the text.
struct Fields {
  std::vector<std::string> names, values, parameters;
  std::vector<notify::ListItem> items;
  bool free_text = false;
  std::string language = "id";
};

std::vector<notify::ListItem> items_of(const json::value& value) {
  std::vector<notify::ListItem> items;
  for (const json::value& one : value.as_array()) {
    const json::object& object = one.as_object();
    const auto text = [&](const char* name) { return std::string(object.at(name).as_string()); };
    items.push_back({text("title"), text("number"), text("step"), text("state"),
                     object.at("late").as_bool(), text("responsible"), text("link")});
  }
  return items;
}

Fields fields_of(std::string_view text) {
  const json::object object = json::parse(text).as_object();
  Fields fields;
  fields.names = texts_of(object.at("names"));
  fields.values = texts_of(object.at("values"));
  if (const json::value* parameters = object.if_contains("parameters"))
    fields.parameters = texts_of(*parameters);
  if (const json::value* items = object.if_contains("items")) fields.items = items_of(*items);
  if (const json::value* free_text = object.if_contains("free_text"))
    fields.free_text = free_text->as_bool();
  if (const json::value* language = object.if_contains("language"))
    fields.language = std::string(language->as_string());
  return fields;
}

using notify::Message;
constexpr auto kClaimed = columns(
    given("id", &ClaimedMessage::id), given("fence", &ClaimedMessage::fence),
    given("attempts", &ClaimedMessage::attempts), given("recipient", &ClaimedMessage::recipient),
    given("channel", &ClaimedMessage::message, &Message::channel),
    given("address", &ClaimedMessage::message, &Message::to),
    given("name", &ClaimedMessage::message, &Message::recipient_name),
    given("subject", &ClaimedMessage::message, &Message::subject),
    given("body", &ClaimedMessage::message, &Message::body),
    given("text", &ClaimedMessage::message, &Message::text_id),
    given("template", &ClaimedMessage::message, &Message::template_name),
    given("thread", &ClaimedMessage::message, &Message::thread),
    given("rendered_at", &ClaimedMessage::message, &Message::decided_at),
    given("created_at", &ClaimedMessage::created_at));

std::vector<ClaimedMessage> read_claimed(const pg::Result& r) {
  std::vector<ClaimedMessage> all = rows_of<kClaimed>(r);
  for (int row = 0; row < r.rows(); ++row) {
    ClaimedMessage& claimed = all[static_cast<std::size_t>(row)];
    Message& message = claimed.message;
    message.id = std::to_string(claimed.id);
    try {
      Fields fields = fields_of(r.text(row, kClaimed.kSize));
      message.field_names = std::move(fields.names);
      message.fields = std::move(fields.values);
      message.parameters = std::move(fields.parameters);
      message.items = std::move(fields.items);
      message.free_text = fields.free_text;
      message.language = std::move(fields.language);
    } catch (const std::exception& why) {
      claimed.unreadable = why.what();
    }
  }
  return all;
}

// After a restore nothing leaves unasked (restoring.h). Somebody who asks to be let in is answered.
#define NOT_HELD                                                               \
  "((SELECT held_at FROM database_identity) IS NULL OR (text = 'tautan_masuk'" \
  " AND created_at > (SELECT held_at FROM database_identity)))"

using ClaimQuery = pg::Query<std::vector<ClaimedMessage>>;

// $1 channel, $2 limit, $3 lease; $4 microseconds each, $5 at once; $6 seconds a person; $7
// templates that are held back.
ClaimQuery claim_sql(bool a_second, bool a_person, bool held_back) {
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
      "   AND " NOT_HELD
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
      " SELECT {}, fields FROM claimed ORDER BY id";
  return {kClaimed.shape().in(std::move(sql)), read_claimed};
}

constexpr auto kOutcome = columns(
    key("id", &SendOutcome::id), key("fence", &SendOutcome::fence),
    column("state", &SendOutcome::state), column("outcome", &SendOutcome::outcome),
    column("reason", &SendOutcome::reason), column("detail", &SendOutcome::detail),
    column("provider_id", &SendOutcome::provider_id), column("retry_in", &SendOutcome::retry_in),
    column("receipt_within", &SendOutcome::receipt_within));

constexpr auto kUnarrived =
    columns(given("id", &Unarrived::id), given("fence", &Unarrived::fence),
            given("recipient", &Unarrived::recipient), given("text", &Unarrived::text),
            given("channel", &Unarrived::channel));

constexpr auto kEnd = columns(key("id", &End::id), key("fence", &End::fence),
                              column("state", &End::state), column("reason", &End::reason));

constexpr auto kTextOutage =
    table("text_outage", key("channel", &TextOutage::channel),
          key("template", &TextOutage::text_template), fixed("text", &TextOutage::text),
          fixed("reason", &TextOutage::reason), fixed("detail", &TextOutage::detail));

// An applicant is reached as an officer without an order of their own.
pg::Query<std::vector<ChannelAddress>> addresses(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) {
            return r.empty() ? std::vector<ChannelAddress>() : addresses_of(row_at<kReach>(r, 0));
          }};
}

}  // namespace

// --- Claims -------------------------------------------------------------------------------------

pg::Slot<std::vector<ClaimedMessage>> add_claim_messages(pg::Pipeline& pipeline,
                                                         const Claim& claim) {
  static const auto both = [](bool a_second, bool a_person) {
    return std::array{claim_sql(a_second, a_person, false), claim_sql(a_second, a_person, true)};
  };
  static const std::array<ClaimQuery, 2> sql[2][2] = {{both(false, false), both(false, true)},
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

void add_forget_paces(pg::Pipeline& pipeline) {
  pipeline.add(
      "DELETE FROM send_pace WHERE address <> '' AND free_at < clock_timestamp() - interval '1 h'");
}

void add_give_back(pg::Pipeline& pipeline, const std::vector<Fenced>& messages) {
  static const RowsSql sql{
      kFenced.shape(), "c",
      "WITH back AS (UPDATE message m SET attempts = m.attempts - 1, lease_until = NULL FROM {}"
      "   WHERE m.id = c.id AND m.fence = c.fence AND m.state IS NOT DISTINCT FROM 'queued'"
      "   RETURNING m.id, m.fence)"
      " DELETE FROM attempt a USING back WHERE a.message = back.id AND a.fence = back.fence"};
  Rows<kFenced> rows;
  for (const Fenced& one : messages) rows.add(one);
  rows.add_to(pipeline, sql);
}

pg::Slot<std::optional<std::chrono::milliseconds>> add_until_send(pg::Pipeline& pipeline,
                                                                  notify::Channel channel) {
  static const auto sql = maybe_value<std::chrono::milliseconds>(
      "SELECT ceil(1000 * extract(epoch FROM next_attempt_at - clock_timestamp()))::bigint"
      " FROM message WHERE state = 'queued' AND channel = $1 AND lease_until IS NULL AND " NOT_HELD
      " ORDER BY next_attempt_at, id LIMIT 1");
  return pipeline.add(sql, notify::name(channel));
}

// --- Outcomes -----------------------------------------------------------------------------------

pg::Slot<std::vector<Fenced>> add_send_outcomes(pg::Pipeline& pipeline,
                                                const std::vector<SendOutcome>& outcomes) {
  static const pg::Query<std::vector<Fenced>> sql{
      fmt::format(
          "WITH c AS MATERIALIZED (SELECT r.*, r.state = 'queued' AND EXISTS (SELECT FROM message o"
          // What failed is not tried again for an applicant who has been written to since.
          "   JOIN message n ON n.recipient = o.recipient AND n.id > o.id WHERE o.id = r.id"
          "   AND o.recipient LIKE 'applicant:%') AS superseded FROM {}),"
          " tried AS (UPDATE attempt a SET finished_at = clock_timestamp(), outcome = c.outcome,"
          "   reason = c.reason, detail = c.detail FROM c WHERE a.message = c.id AND a.fence = "
          "c.fence)"
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
          " FROM c WHERE m.id = c.id AND m.fence = c.fence AND m.state IS NOT DISTINCT FROM "
          "'queued'"
          " RETURNING {}",
          kOutcome.shape().unnest("r"), kFenced.shape().names("m")),
      rows_of<kFenced>};
  Rows<kOutcome> rows;
  for (const SendOutcome& one : outcomes) rows.add(one);
  return pipeline.add(sql, rows.params());
}

// --- What does not arrive -----------------------------------------------------------------------

pg::Slot<std::vector<Unarrived>> add_lock_undelivered(pg::Pipeline& pipeline, int limit) {
  pipeline.add(
      "UPDATE message SET receipt_due_at = NULL WHERE id = ANY (ARRAY(SELECT id FROM message"
      "     WHERE state = 'accepted' AND receipt_due_at <= (SELECT clock_timestamp())"
      "     ORDER BY receipt_due_at LIMIT $1::int))"
      "   AND (delivered_at IS NOT NULL OR read_at IS NOT NULL)",
      limit);
  static constexpr auto kUndelivered =
      kUnarrived + columns(given("coalesce(undelivered_reason, 'no_receipt')", &Unarrived::reason),
                           given("undelivered_detail", &Unarrived::detail));
  static const auto sql = each<kUndelivered>(
      "SELECT {} FROM message WHERE id = ANY (ARRAY(SELECT id FROM message WHERE state = "
      "'accepted'"
      "     AND receipt_due_at <= (SELECT clock_timestamp()) ORDER BY receipt_due_at LIMIT $1::int)"
      "   || ARRAY(SELECT id FROM message WHERE state = 'accepted' AND undelivered_at IS NOT NULL"
      "     AND delivered_at IS NULL AND read_at IS NULL ORDER BY undelivered_at LIMIT $1::int))"
      " AND state IS NOT DISTINCT FROM 'accepted' AND delivered_at IS NULL AND read_at IS NULL"
      " ORDER BY id FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql, limit);
}

pg::Slot<std::vector<Unarrived>> add_lock_held_up(pg::Pipeline& pipeline, notify::Channel channel,
                                                  int limit, const std::string& text_template) {
  static constexpr auto kHeldUp =
      kUnarrived +
      columns(given("CASE WHEN recipient LIKE 'applicant:%'"
                    "   AND EXISTS (SELECT FROM message n WHERE n.recipient = m.recipient"
                    "     AND n.id > m.id)"
                    "   THEN 'superseded' WHEN $3 <> '' THEN 'template_missing'"
                    "   ELSE 'channel_down' END",
                    &Unarrived::reason),
              given("''", &Unarrived::detail));
  static const auto sql = each<kHeldUp>(
      std::string("SELECT {} FROM message m WHERE state = 'queued' AND channel = $1"
                  " AND next_attempt_at <= (SELECT clock_timestamp())"
                  " AND (lease_until IS NULL OR lease_until < clock_timestamp())"
                  " AND ($3 = '' OR ") +
      kTemplate + " = $3) ORDER BY next_attempt_at, id LIMIT $2::int FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql, notify::name(channel), limit, text_template);
}

pg::Slot<std::vector<std::int64_t>> add_superseded(pg::Pipeline& pipeline,
                                                   const std::vector<std::int64_t>& messages) {
  static const auto sql = values<std::int64_t>(
      "SELECT id FROM message m WHERE id = ANY ($1::bigint[]) AND recipient LIKE 'applicant:%'"
      " AND EXISTS (SELECT FROM message n WHERE n.recipient = m.recipient AND n.id > m.id)");
  return pipeline.add(sql, pg::bigint_array(messages));
}

void add_ends(pg::Pipeline& pipeline, const std::vector<End>& ends) {
  static const RowsSql sql{
      kEnd.shape(), "c",
      "UPDATE message m SET state = c.state, reason = c.reason, lease_until = NULL,"
      " undelivered_at = CASE WHEN m.state = 'accepted'"
      "   THEN coalesce(m.undelivered_at, clock_timestamp()) END,"
      " undelivered_reason = CASE WHEN m.state = 'accepted'"
      "   THEN coalesce(m.undelivered_reason, c.reason) END"
      " FROM {} WHERE m.id = c.id AND m.fence = c.fence"
      " AND (m.state IS NOT DISTINCT FROM 'queued' OR m.state IS NOT DISTINCT FROM 'accepted')"};
  Rows<kEnd> rows;
  for (const End& one : ends) rows.add(one);
  rows.add_to(pipeline, sql);
}

void add_put_off(pg::Pipeline& pipeline, const std::vector<std::int64_t>& messages,
                 std::chrono::milliseconds later) {
  if (messages.empty()) return;
  pipeline.add(
      "UPDATE message SET next_attempt_at = clock_timestamp() + $2::bigint * interval '1 ms'"
      " WHERE id = ANY ($1::bigint[]) AND state IS NOT DISTINCT FROM 'queued'",
      pg::bigint_array(messages), static_cast<std::int64_t>(later.count()));
}

pg::Slot<std::optional<std::int64_t>> add_fallback(pg::Pipeline& pipeline,
                                                   const Fallback& fallback) {
  static const auto sql = maybe_value<std::int64_t>(fmt::format(
      "WITH m AS (INSERT INTO message ({0}, channel, address, falls_back_from)"
      "   SELECT {0}, $3, $4, id FROM message WHERE id = $1::bigint AND fence = $2::bigint"
      "   AND (state IS NOT DISTINCT FROM 'queued' OR state IS NOT DISTINCT FROM 'accepted')"
      "   RETURNING id),"
      " n AS (INSERT INTO message_notice (message, permit, notice) SELECT m.id, o.permit, o.notice"
      "   FROM m, message_notice o WHERE o.message = $1::bigint)"
      " SELECT id FROM m",
      kMessageContent.shape().names()));
  return pipeline.add(sql, fallback.from, fallback.fence, notify::name(fallback.channel),
                      fallback.address);
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

pg::Slot<std::vector<ChannelAddress>> add_addresses(pg::Pipeline& pipeline,
                                                    const std::string& recipient) {
  // By key: an office has many more applicants than messages that fail.
  static const auto of_applicant = addresses(
      "SELECT email, whatsapp, '' FROM applicant WHERE id = split_part($1, ':', 2)::bigint");
  static const auto of_officer =
      addresses(kReach.shape().in("SELECT {} FROM officer WHERE id = split_part($1, ':', 2)"));
  return pipeline.add(recipient.starts_with("applicant:") ? of_applicant : of_officer, recipient);
}

// --- Channels that take nothing -----------------------------------------------------------------

pg::Slot<bool> add_channel_down(pg::Pipeline& pipeline, notify::Channel channel,
                                const std::string& reason) {
  static const auto sql =
      any("INSERT INTO channel_outage (channel, reason) VALUES ($1, $2) ON CONFLICT DO NOTHING"
          " RETURNING channel");
  return pipeline.add(sql, notify::name(channel), reason);
}

pg::Slot<Administrators> add_administrators(pg::Pipeline& pipeline) {
  static constexpr auto kOfficer =
      columns(given("id", &Officer::id), given("name", &Officer::name)) + kReach +
      columns(given("tongue", &Officer::tongue));
  static const pg::Query<Administrators> sql{
      kOfficer.shape().in("SELECT {}, office_now() FROM officer"
                          " JOIN officer_role ON officer = id AND role = 'admin'"
                          " WHERE ended_on IS NULL OR ended_on > office_now()::date ORDER BY id"),
      [](const pg::Result& r) {
        Administrators all{rows_of<kOfficer>(r), {}};
        if (!r.empty()) all.now = r.instant(0, kOfficer.kSize);
        return all;
      }};
  return pipeline.add(sql);
}

pg::Slot<bool> add_channel_up(pg::Pipeline& pipeline, notify::Channel channel) {
  static const auto sql = affects_one("DELETE FROM channel_outage WHERE channel = $1");
  return pipeline.add(sql, notify::name(channel));
}

pg::Slot<std::vector<ChannelDown>> add_channels_down(pg::Pipeline& pipeline) {
  static constexpr auto kDown =
      columns(given("channel", &ChannelDown::channel), given("reason", &ChannelDown::reason),
              given("since", &ChannelDown::since));
  static const auto sql = each<kDown>("SELECT {} FROM channel_outage ORDER BY since");
  return pipeline.add(sql);
}

pg::Slot<bool> add_text_stopped(pg::Pipeline& pipeline, const TextOutage& outage) {
  static const auto sql =
      any(fmt::format("INSERT INTO text_outage ({}) VALUES ({}) ON CONFLICT DO NOTHING"
                      " RETURNING template",
                      kTextOutage.shape().names(), kTextOutage.shape().parameters()));
  return pipeline.add(sql, kTextOutage.params(outage));
}

void add_text_works(pg::Pipeline& pipeline, notify::Channel channel,
                    const std::string& text_template) {
  pipeline.add("DELETE FROM text_outage WHERE channel = $1 AND template = $2",
               notify::name(channel), text_template);
}

pg::Slot<std::vector<TextOutage>> add_stopped_texts(pg::Pipeline& pipeline) {
  static const auto sql = each<kTextOutage>("SELECT {} FROM text_outage");
  return pipeline.add(sql);
}

}  // namespace tenggat::store
