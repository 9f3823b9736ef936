#include "daemon/store/portal.h"

#include <fmt/format.h>

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

const RowShape kEvent(
    {{"permit", "bigint"}, {"at", "timestamptz"}, {"sequence", "bigint"}, {"body", "text"}});

std::vector<pg::Param> rows_of(const std::vector<PortalEvent>& events) {
  Rows rows(kEvent);
  for (const PortalEvent& one : events)
    rows.add(one.place.permit, one.place.at, one.place.sequence, one.body);
  return rows.params();
}

}  // namespace

std::size_t add_lock_portal(pg::Pipeline& pipeline) {
  return pipeline.add("SELECT place, disabled_at IS NOT NULL FROM portal FOR UPDATE SKIP LOCKED");
}

std::optional<PortalState> portal_state_of(const pg::Result& r) {
  if (r.empty()) return std::nullopt;
  return PortalState{r.int64(0, 0), r.boolean(0, 1)};
}

void add_begin_portal(pg::Pipeline& pipeline) {
  pipeline.add(
      "INSERT INTO portal (place) SELECT last FROM change_head"
      " WHERE NOT EXISTS (SELECT FROM portal) ON CONFLICT DO NOTHING");
}

void add_portal_events(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events,
                       std::int64_t taken_over, bool trial) {
  static const std::string live = fmt::format(
      "INSERT INTO portal_event ({0}, state) SELECT {0}, 'pending' FROM {1} ON CONFLICT DO NOTHING",
      kEvent.names(), kEvent.unnest("u"));
  static const std::string recorded = fmt::format(
      "INSERT INTO portal_event ({0}, state) SELECT {0}, 'trial' FROM {1} ON CONFLICT DO NOTHING",
      kEvent.names(), kEvent.unnest("u"));
  if (!events.empty()) pipeline.add(trial ? recorded : live, rows_of(events));
  pipeline.add("UPDATE portal SET place = $1::bigint", taken_over);
}

std::size_t add_replay(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events) {
  static const std::string sql = fmt::format(
      "WITH again AS (INSERT INTO portal_event ({0}) SELECT {0} FROM {1}"
      "   ON CONFLICT (permit, at, sequence) DO UPDATE SET state = 'pending', attempts = 0,"
      "   next_attempt_at = clock_timestamp(), reason = '', detail = '', delivered_at = NULL"
      "   WHERE coalesce(portal_event.lease_until, '-infinity') <= clock_timestamp() RETURNING 1)"
      " SELECT count(*), pg_notify('tenggat', 'portal') FROM again",
      kEvent.names(), kEvent.unnest("u"));
  return pipeline.add(sql, rows_of(events));
}

std::size_t add_claim_events(pg::Pipeline& pipeline, int limit, int in_order,
                             std::chrono::seconds lease) {
  return pipeline.add(
      "WITH due AS (SELECT permit, at, sequence FROM portal_event e WHERE state = 'pending'"
      "   AND next_attempt_at <= clock_timestamp()"
      "   AND (lease_until IS NULL OR lease_until < clock_timestamp())"
      "   AND EXISTS (SELECT FROM portal WHERE disabled_at IS NULL)"
      "   AND NOT EXISTS (SELECT FROM portal_event b WHERE b.permit = e.permit"
      "     AND b.sequence < e.sequence AND b.state = 'pending'"
      "     AND b.attempts <= $2::int)"
      "   ORDER BY next_attempt_at, at, permit, sequence LIMIT $1::int FOR UPDATE SKIP LOCKED)"
      " UPDATE portal_event e SET fence = e.fence + 1, attempts = e.attempts + 1,"
      "   lease_until = clock_timestamp() + make_interval(secs => $3::int)"
      " FROM due WHERE (e.permit, e.at, e.sequence) = (due.permit, due.at, due.sequence)"
      " RETURNING e.at, e.permit, e.sequence, e.body, e.fence, e.attempts",
      limit, in_order, lease.count());
}

std::vector<ClaimedEvent> claimed_events_of(const pg::Result& r) {
  std::vector<ClaimedEvent> claimed;
  for (int row = 0; row < r.rows(); ++row)
    claimed.push_back({{{r.instant(row, 0), r.int64(row, 1), r.int64(row, 2)}, text_at(r, row, 3)},
                       r.int64(row, 4),
                       int_at(r, row, 5)});
  return claimed;
}

std::size_t add_event_outcome(pg::Pipeline& pipeline, const EventOutcome& o) {
  return pipeline.add(
      "UPDATE portal_event SET state = $5, reason = $6, detail = $7, lease_until = NULL,"
      " delivered_at = CASE WHEN $5 = 'delivered' THEN clock_timestamp() END,"
      " next_attempt_at = clock_timestamp() + make_interval(secs => $8::int)"
      " WHERE permit = $1::bigint AND at = $2::timestamptz AND sequence = $3::bigint"
      " AND fence = $4::bigint AND state = 'pending' RETURNING 1",
      o.place.permit, o.place.at, o.place.sequence, o.fence, o.state, o.reason, o.detail,
      o.retry_in.count());
}

void add_disable_portal(pg::Pipeline& pipeline, const ChangePlace& place, std::int64_t fence) {
  pipeline.add(
      "UPDATE portal SET disabled_at = clock_timestamp() WHERE disabled_at IS NULL"
      " AND EXISTS (SELECT FROM portal_event WHERE permit = $1::bigint AND at = $2::timestamptz"
      "   AND sequence = $3::bigint AND fence = $4::bigint)",
      place.permit, place.at, place.sequence, fence);
}

pg::Awaitable<bool> enable_portal(pg::Connection& connection) {
  const pg::Result result = co_await connection.query(
      "WITH enabled AS (UPDATE portal SET disabled_at = NULL WHERE disabled_at IS NOT NULL"
      "   RETURNING 1),"
      // What waited begins the schedule anew.
      " fresh AS (UPDATE portal_event SET attempts = 0, next_attempt_at = clock_timestamp()"
      "   WHERE state = 'pending' AND EXISTS (SELECT FROM enabled)"
      "   AND coalesce(lease_until, '-infinity') <= clock_timestamp()),"
      " told AS (SELECT pg_notify('tenggat', 'portal') FROM enabled)"
      " SELECT EXISTS (SELECT FROM told)");
  co_return result.boolean(0, 0);
}

std::size_t add_until_event(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT ceil(1000 * extract(epoch FROM min(greatest(next_attempt_at,"
      " coalesce(lease_until, next_attempt_at))) - clock_timestamp()))::bigint"
      " FROM portal_event WHERE state = 'pending'");
}

void add_forget_events(pg::Pipeline& pipeline) {
  pipeline.add(
      "DELETE FROM portal_event WHERE state = 'delivered'"
      " AND created_at < clock_timestamp() - interval '7 days'");
}

pg::Awaitable<PortalCounts> count_portal_events(pg::Connection& connection) {
  const pg::Result r = co_await connection.query(
      "SELECT EXISTS (SELECT FROM portal), (SELECT disabled_at FROM portal),"
      " count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'delivered'),"
      " count(*) FILTER (WHERE state = 'dead'),"
      " min(created_at) FILTER (WHERE state = 'pending'),"
      " coalesce((array_agg(reason ORDER BY created_at) FILTER (WHERE state = 'pending'"
      "   AND reason <> ''))[1], ''),"
      " coalesce((array_agg(detail ORDER BY created_at) FILTER (WHERE state = 'pending'"
      "   AND reason <> ''))[1], '') FROM portal_event");
  PortalCounts counts;
  counts.followed = r.boolean(0, 0);
  counts.disabled_at = r.optional_instant(0, 1);
  counts.pending = r.int64(0, 2);
  counts.delivered = r.int64(0, 3);
  counts.dead = r.int64(0, 4);
  counts.oldest = r.optional_instant(0, 5);
  counts.last_reason = text_at(r, 0, 6);
  counts.last_detail = text_at(r, 0, 7);
  co_return counts;
}

}  // namespace tenggat::store
