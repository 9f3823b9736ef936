#include "daemon/store/open_work.h"

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kOpenPermit =
    columns(given("p.id", &OpenPermit::id), given("p.events", &OpenPermit::events),
            given("p.sop", &OpenPermit::sop), given("p.state = 'returned'", &OpenPermit::returned),
            given("p.case_closed_at IS NULL", &OpenPermit::case_open),
            given("p.legal_passed_at IS NOT NULL", &OpenPermit::legal_passed),
            given("p.case_due_at", &OpenPermit::case_due_at),
            given("p.legal_risk_at", &OpenPermit::legal_risk_at));
constexpr auto kOpenVisit = columns(
    given("v.step", &OpenVisit::step), given("v.opened_at", &OpenVisit::opened_at),
    given("v.due_at", &OpenVisit::due_at), given("v.due_soon_at", &OpenVisit::due_soon_at),
    given("v.paused", &OpenVisit::paused), given("v.assignee", &OpenVisit::assignee),
    given("EXISTS (SELECT FROM notice n WHERE n.permit = v.permit AND n.visit = v.id"
          "   AND n.audience = 'superior' AND n.state <> 'dropped')",
          &OpenVisit::escalated),
    given("to_timestamp((v.acknowledged ->> 'until')::bigint)", &OpenVisit::acknowledged_until));

std::vector<OpenPermit> read_open_permits(const pg::Result& r) {
  return grouped<kOpenPermit, kOpenVisit>(r, &OpenPermit::visits);
}

}  // namespace

pg::Slot<Instant> add_settled_until(pg::Pipeline& pipeline) {
  // A transaction reads the office's clock after it has begun. One that has written nothing for
  // minutes is a backup or somebody's console, and will write nothing.
  static const auto sql = value<Instant>(
      "SELECT date_trunc('second', office_time(c.start_at, c.speed, c.anchor_at)"
      "   - coalesce(c.speed, 1) * (clock_timestamp() - t.oldest))"
      " FROM (SELECT least(clock_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity"
      "   WHERE datname = current_database() AND backend_type = 'client backend'"
      "   AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL"
      "     OR xact_start > clock_timestamp() - interval '5 minutes'))) AS oldest) t"
      " LEFT JOIN simulated_clock c ON c.start_at IS NOT NULL");
  return pipeline.add(sql);
}

pg::Slot<std::vector<LastEvent>> add_last_events(pg::Pipeline& pipeline, Instant since) {
  // The upper bound bounds nothing: it lets PostgreSQL expect few also in a plan for any $1.
  static constexpr auto kLast =
      columns(given("permit", &LastEvent::permit), given("max(sequence)", &LastEvent::sequence));
  static const auto sql = each<kLast>(
      "SELECT {} FROM event WHERE at >= $1::timestamptz AND at < 'infinity'"
      " AND permit > 0 GROUP BY permit");
  return pipeline.add(sql, since);
}

pg::Slot<std::vector<std::int64_t>> add_open_ids(pg::Pipeline& pipeline) {
  static const auto sql = values<std::int64_t>(
      "SELECT id FROM permit WHERE state IN ('active', 'returned') AND id > 0");
  return pipeline.add(sql);
}

pg::Slot<std::vector<OpenPermit>> add_open_permits(pg::Pipeline& pipeline,
                                                   const std::vector<std::int64_t>& permits) {
  // One row an open visit, or one for a permit that has none.
  static const pg::Query<std::vector<OpenPermit>> sql{
      kOpenVisit.shape().in(kOpenPermit.shape().in(
          "SELECT {}, {} FROM permit p LEFT JOIN visit v ON v.permit = p.id"
          "   AND v.closed_at IS NULL AND NOT v.undone"
          " WHERE p.id = ANY($1::bigint[]) AND p.state IN ('active', 'returned')"
          " ORDER BY p.id")),
      read_open_permits};
  return pipeline.add(sql, pg::bigint_array(permits));
}

}  // namespace tenggat::store
