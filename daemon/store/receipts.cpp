#include "daemon/store/receipts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "daemon/store/announce.h"
#include "daemon/store/columns.h"
#include "daemon/store/commands.h"

namespace tenggat::store {
namespace {

using notify::Receipt;

struct Kept {
  std::string channel, key, state;
  std::optional<Instant> at;
  std::optional<std::int64_t> message;
  std::string address, reason, detail;
};
constexpr auto kReceipt = columns(
    key("channel", &Kept::channel), key("key", &Kept::key), key("state", &Kept::state),
    fixed("at", &Kept::at), fixed("message", &Kept::message), fixed("address", &Kept::address),
    fixed("reason", &Kept::reason), fixed("detail", &Kept::detail));
// No provider knows what will be.
const RowsSql kKeep{
    kReceipt.shape(), "u",
    "INSERT INTO receipt (channel, key, state, at, message, address, reason, detail)"
    " SELECT u.channel, u.key, u.state, least(u.at, clock_timestamp()),"
    " u.message, u.address, u.reason, u.detail FROM {} ON CONFLICT DO NOTHING"};

// Of the receipts that `which` names. Messages are locked in the order of their ids, and what they
// say is then read as it is now.
std::string settle(std::string_view which) {
  return fmt::format(
      "WITH kept AS (SELECT r.*, coalesce(a.key, r.key) AS id FROM receipt r"
      "   LEFT JOIN receipt_alias a ON a.alias = r.key WHERE {}),"
      " found AS (SELECT m.id AS found, k.* FROM kept k JOIN message m ON m.provider_id = k.id"
      "     AND m.provider_id <> '' AND m.channel = k.channel"
      "   UNION SELECT m.id, k.* FROM kept k JOIN message m ON m.id = k.message"
      "     AND m.channel = k.channel AND lower(m.address) = k.address),"
      " gone AS (DELETE FROM receipt r USING found f"
      "   WHERE r.channel = f.channel AND r.key = f.key AND r.state = f.state),"
      " said AS (SELECT found AS id, min(at) FILTER (WHERE state <> 'failed') AS delivered,"
      "     min(at) FILTER (WHERE state = 'read') AS read,"
      "     min(at) FILTER (WHERE state = 'failed') AS failed,"
      "     (array_agg(reason ORDER BY at) FILTER (WHERE state = 'failed'))[1] AS reason,"
      "     (array_agg(detail ORDER BY at) FILTER (WHERE state = 'failed'))[1] AS detail"
      "   FROM found GROUP BY found),"
      " held AS (SELECT id, state, attempts, lease_until, delivered_at, read_at, undelivered_at, "
      "undelivered_reason,"
      "     undelivered_detail FROM message WHERE id IN (SELECT id FROM said) ORDER BY id"
      "   FOR UPDATE),"
      " fresh AS (SELECT h.id, least(h.delivered_at, s.delivered) AS delivered,"
      "     least(h.read_at, s.read) AS read,"
      "     s.failed IS NOT NULL AND h.undelivered_at IS NULL"
      "       AND least(h.delivered_at, s.delivered) IS NULL AS fails, s.failed, s.reason, "
      "s.detail,"
      "     s.delivered IS NOT NULL AND h.state = 'queued' AND h.attempts > 0"
      "       AND coalesce(h.lease_until, '-infinity') <= clock_timestamp() AS came_after_all"
      "   FROM held h JOIN said s ON s.id = h.id"
      "   WHERE (h.delivered_at, h.read_at) IS DISTINCT FROM"
      "       (least(h.delivered_at, s.delivered), least(h.read_at, s.read))"
      "     OR (s.failed IS NOT NULL AND h.undelivered_at IS NULL AND h.delivered_at IS NULL)),"
      // What was tried with an unknown outcome and has come is not tried again.
      " changed AS (UPDATE message m SET delivered_at = f.delivered, read_at = f.read,"
      "     state = CASE WHEN f.came_after_all THEN 'accepted' ELSE m.state END,"
      "     accepted_at = CASE WHEN f.came_after_all THEN f.delivered ELSE m.accepted_at END,"
      "     undelivered_at = CASE WHEN f.fails THEN f.failed ELSE m.undelivered_at END,"
      "     undelivered_reason = CASE WHEN f.fails THEN f.reason ELSE m.undelivered_reason END,"
      "     undelivered_detail = CASE WHEN f.fails THEN f.detail ELSE m.undelivered_detail END"
      "   FROM fresh f WHERE m.id = f.id RETURNING f.fails)"
      " SELECT count(*), count(*) FILTER (WHERE fails),"
      "   CASE WHEN bool_or(fails) THEN pg_notify(" TENGGAT_CHANNEL ", '{}') END FROM changed",
      which, kWorkHint);
}

std::string lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::optional<std::int64_t> own_id(const std::string& text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

// Under which it is kept. A receipt with an alias alone waits under that; one with our own id alone
// beside others that name another address, since anybody can send a mail back.
std::string key_of(const Receipt& receipt) {
  if (!receipt.provider_id.empty()) return receipt.provider_id;
  if (!receipt.alias.empty()) return receipt.alias;
  return fmt::format("tenggat:{}:{}", receipt.message, lower(receipt.to));
}

}  // namespace

void add_take_receipts(pg::Pipeline& pipeline, notify::Channel channel,
                       const std::vector<Receipt>& receipts) {
  // In one order, so that two requests never wait for each other.
  std::map<std::pair<std::string, std::string>, const Receipt*> kept;
  std::map<std::string, std::string> aliases;
  for (const Receipt& one : receipts) {
    if (!one.provider_id.empty() && !one.alias.empty()) aliases[one.alias] = one.provider_id;
    if (one.state != Receipt::State::sent)
      kept.emplace(std::pair(key_of(one), std::string(notify::name(one.state))), &one);
  }
  std::vector<std::string> keys, names, named;
  for (const auto& [alias, id] : aliases) {
    names.push_back(alias);
    named.push_back(id);
    keys.push_back(alias);  // what came under it alone may wait
  }
  if (!aliases.empty())
    pipeline.add(
        "INSERT INTO receipt_alias (alias, key) SELECT * FROM unnest($1::text[], $2::text[])"
        " ON CONFLICT (alias) DO UPDATE SET key = excluded.key, received_at = clock_timestamp()",
        pg::text_array(names), pg::text_array(named));
  Rows<kReceipt> rows;
  for (const auto& [of, one] : kept) {
    rows.add(Kept{std::string(notify::name(channel)), of.first, of.second, one->at,
                  own_id(one->message), lower(one->to), one->reason, one->detail});
    keys.push_back(of.first);
  }
  rows.add_to(pipeline, kKeep);
  static const std::string sql = settle("r.channel = $1 AND r.key = ANY($2::text[])");
  if (!keys.empty()) pipeline.add(sql, notify::name(channel), pg::text_array(keys));
}

pg::Slot<std::int64_t> add_settle_receipts(pg::Pipeline& pipeline, std::chrono::minutes since) {
  static const auto sql = value<std::int64_t>(
      settle("r.received_at >= clock_timestamp() - make_interval(mins => $1::int)"));
  return pipeline.add(sql, since.count());
}

void add_forget_receipts(pg::Pipeline& pipeline) {
  pipeline.add("DELETE FROM receipt WHERE received_at < clock_timestamp() - interval '1 day'");
  pipeline.add(
      "DELETE FROM receipt_alias WHERE received_at < clock_timestamp() - interval '2 months'");
}

}  // namespace tenggat::store
