#include "daemon/store/portal.h"

#include <fmt/format.h>

#include "daemon/store/announce.h"
#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kEvent =
    table("portal_event", key("permit", &PortalEvent::place, &ChangePlace::permit),
          key("at", &PortalEvent::place, &ChangePlace::at),
          key("sequence", &PortalEvent::place, &ChangePlace::sequence),
          fixed("body", &PortalEvent::body));
constexpr auto kClaimed = kEvent + columns(given("fence", &ClaimedEvent::fence),
                                           given("attempts", &ClaimedEvent::attempts));

std::vector<pg::Param> rows_of(const std::vector<PortalEvent>& events) {
  Rows<kEvent> rows;
  for (const PortalEvent& one : events) rows.add(one);
  return rows.params();
}

}  // namespace

auto parts_of(ClaimedEvent& claimed) { return std::tie(claimed, claimed.event); }

pg::Slot<std::optional<PortalState>> add_lock_portal(pg::Pipeline& pipeline) {
  static constexpr auto kState = columns(given("place", &PortalState::taken_over),
                                         given("disabled_at IS NOT NULL", &PortalState::disabled));
  static const auto sql = maybe<kState>("SELECT {} FROM portal FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql);
}

void add_begin_portal(pg::Pipeline& pipeline) {
  pipeline.add(
      "INSERT INTO portal (place) SELECT last FROM change_head"
      " WHERE NOT EXISTS (SELECT FROM portal) ON CONFLICT DO NOTHING");
}

namespace {

void add_events(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events, bool trial) {
  static const std::string live = fmt::format(
      "INSERT INTO portal_event ({0}, state) SELECT {0}, 'pending' FROM {1} ON CONFLICT DO NOTHING",
      kEvent.shape().names(), kEvent.shape().unnest("u"));
  static const std::string recorded = fmt::format(
      "INSERT INTO portal_event ({0}, state) SELECT {0}, 'trial' FROM {1} ON CONFLICT DO NOTHING",
      kEvent.shape().names(), kEvent.shape().unnest("u"));
  if (!events.empty()) pipeline.add(trial ? recorded : live, rows_of(events));
}

}  // namespace

void add_portal_event(pg::Pipeline& pipeline, const PortalEvent& event, bool trial) {
  add_events(pipeline, std::vector<PortalEvent>(1, event), trial);
  add_announce(pipeline, "portal");
}

void add_portal_events(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events,
                       std::int64_t taken_over, bool trial) {
  add_events(pipeline, events, trial);
  pipeline.add("UPDATE portal SET place = $1::bigint", taken_over);
}

pg::Slot<std::int64_t> add_replay(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events) {
  static const auto sql = value<std::int64_t>(fmt::format(
      "WITH again AS (INSERT INTO portal_event ({0}) SELECT {0} FROM {1}"
      "   ON CONFLICT (permit, at, sequence) DO UPDATE SET state = 'pending', attempts = 0,"
      "   next_attempt_at = clock_timestamp(), reason = '', detail = '', delivered_at = NULL"
      "   WHERE coalesce(portal_event.lease_until, '-infinity') <= clock_timestamp() RETURNING 1)"
      " SELECT count(*), pg_notify(" TENGGAT_CHANNEL ", 'portal') FROM again",
      kEvent.shape().names(), kEvent.shape().unnest("u")));
  return pipeline.add(sql, rows_of(events));
}

pg::Slot<std::vector<ClaimedEvent>> add_claim_events(pg::Pipeline& pipeline, int limit,
                                                     int in_order, std::chrono::seconds lease) {
  static const auto sql = each<kClaimed, ClaimedEvent>(
      "WITH due AS (SELECT permit, at, sequence FROM portal_event e WHERE state = 'pending'"
      "   AND next_attempt_at <= clock_timestamp()"
      "   AND (lease_until IS NULL OR lease_until < clock_timestamp())"
      "   AND EXISTS (SELECT FROM portal WHERE disabled_at IS NULL)"
      "   AND (SELECT held_at FROM database_identity) IS NULL"
      "   AND NOT EXISTS (SELECT FROM portal_event b WHERE b.permit = e.permit"
      "     AND b.sequence < e.sequence AND b.state = 'pending'"
      "     AND b.attempts <= $2::int)"
      "   ORDER BY next_attempt_at, at, permit, sequence LIMIT $1::int FOR UPDATE SKIP LOCKED)"
      " UPDATE portal_event e SET fence = e.fence + 1, attempts = e.attempts + 1,"
      "   lease_until = clock_timestamp() + make_interval(secs => $3::int)"
      " FROM due WHERE (e.permit, e.at, e.sequence) = (due.permit, due.at, due.sequence)"
      " RETURNING {e}",
      "e");
  return pipeline.add(sql, limit, in_order, lease.count());
}

pg::Slot<bool> add_event_outcome(pg::Pipeline& pipeline, const EventOutcome& o) {
  static const auto sql =
      any("UPDATE portal_event SET state = $5, reason = $6, detail = $7, lease_until = NULL,"
          " delivered_at = CASE WHEN $5 = 'delivered' THEN clock_timestamp() END,"
          " next_attempt_at = clock_timestamp() + make_interval(secs => $8::int)"
          " WHERE permit = $1::bigint AND at = $2::timestamptz AND sequence = $3::bigint"
          " AND fence = $4::bigint AND state = 'pending' RETURNING 1");
  return pipeline.add(sql, o.place.permit, o.place.at, o.place.sequence, o.fence, o.state, o.reason,
                      o.detail, o.retry_in.count());
}

void add_disable_portal(pg::Pipeline& pipeline, const ChangePlace& place, std::int64_t fence) {
  pipeline.add(
      "UPDATE portal SET disabled_at = clock_timestamp() WHERE disabled_at IS NULL"
      " AND EXISTS (SELECT FROM portal_event WHERE permit = $1::bigint AND at = $2::timestamptz"
      "   AND sequence = $3::bigint AND fence = $4::bigint)",
      place.permit, place.at, place.sequence, fence);
}

pg::Awaitable<bool> enable_portal(pg::Connection& connection) {
  static const auto sql = value<bool>(
      "WITH enabled AS (UPDATE portal SET disabled_at = NULL WHERE disabled_at IS NOT NULL"
      "   RETURNING 1),"
      // What waited begins the schedule anew.
      " fresh AS (UPDATE portal_event SET attempts = 0, next_attempt_at = clock_timestamp()"
      "   WHERE state = 'pending' AND EXISTS (SELECT FROM enabled)"
      "   AND coalesce(lease_until, '-infinity') <= clock_timestamp()),"
      " told AS (SELECT pg_notify(" TENGGAT_CHANNEL
      ", 'portal') FROM enabled)"
      " SELECT EXISTS (SELECT FROM told)");
  return connection.query(sql);
}

pg::Slot<std::optional<std::chrono::milliseconds>> add_until_event(pg::Pipeline& pipeline) {
  static const auto sql = value<std::optional<std::chrono::milliseconds>>(
      "SELECT ceil(1000 * extract(epoch FROM min(greatest(next_attempt_at,"
      " coalesce(lease_until, next_attempt_at))) - clock_timestamp()))::bigint"
      " FROM portal_event WHERE state = 'pending'"
      " AND (SELECT held_at FROM database_identity) IS NULL");
  return pipeline.add(sql);
}

void add_forget_events(pg::Pipeline& pipeline) {
  pipeline.add(
      "DELETE FROM portal_event WHERE state = 'delivered'"
      " AND created_at < clock_timestamp() - interval '7 days'");
}

pg::Awaitable<PortalCounts> count_portal_events(pg::Connection& connection) {
  static constexpr auto kCounts = columns(
      given("EXISTS (SELECT FROM portal)", &PortalCounts::followed),
      given("(SELECT disabled_at FROM portal)", &PortalCounts::disabled_at),
      given("count(*) FILTER (WHERE state = 'pending')", &PortalCounts::pending),
      given("count(*) FILTER (WHERE state = 'delivered')", &PortalCounts::delivered),
      given("count(*) FILTER (WHERE state = 'dead')", &PortalCounts::dead),
      given("min(created_at) FILTER (WHERE state = 'pending')", &PortalCounts::oldest),
      given("coalesce((array_agg(reason ORDER BY created_at) FILTER (WHERE state = 'pending'"
            "   AND reason <> ''))[1], '')",
            &PortalCounts::last_reason),
      given("coalesce((array_agg(detail ORDER BY created_at) FILTER (WHERE state = 'pending'"
            "   AND reason <> ''))[1], '')",
            &PortalCounts::last_detail));
  static const auto sql = only<kCounts>("SELECT {} FROM portal_event");
  return connection.query(sql);
}

}  // namespace tenggat::store
