#include "daemon/store/open_work.h"

#include "daemon/store/rows.h"

namespace tenggat::store {

void add_settled_until(pg::Pipeline& pipeline) {
  // A transaction reads the office's clock after it has begun. One that has written nothing for
  // minutes is a backup or somebody's console, and will write nothing.
  pipeline.add(
      "SELECT date_trunc('second', office_time(c.start_at, c.speed, c.anchor_at)"
      "   - coalesce(c.speed, 1) * (clock_timestamp() - t.oldest))"
      " FROM (SELECT least(clock_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity"
      "   WHERE datname = current_database() AND backend_type = 'client backend'"
      "   AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL"
      "     OR xact_start > clock_timestamp() - interval '5 minutes'))) AS oldest) t"
      " LEFT JOIN simulated_clock c ON c.start_at IS NOT NULL");
}

Instant settled_until_of(const pg::Result& result) { return result.instant(0, 0); }

void add_last_events(pg::Pipeline& pipeline, Instant since) {
  // The upper bound bounds nothing: it lets PostgreSQL expect few also in a plan for any $1.
  pipeline.add(
      "SELECT permit, max(sequence) FROM event WHERE at >= $1::timestamptz AND at < 'infinity'"
      " AND permit > 0 GROUP BY permit",
      since);
}

std::vector<LastEvent> last_events_of(const pg::Result& r) {
  std::vector<LastEvent> last;
  for (int row = 0; row < r.rows(); ++row) last.push_back({r.int64(row, 0), r.int64(row, 1)});
  return last;
}

void add_open_ids(pg::Pipeline& pipeline) {
  pipeline.add("SELECT id FROM permit WHERE state IN ('active', 'returned') AND id > 0");
}

std::vector<std::int64_t> open_ids_of(const pg::Result& r) {
  std::vector<std::int64_t> ids;
  for (int row = 0; row < r.rows(); ++row) ids.push_back(r.int64(row, 0));
  return ids;
}

void add_open_permits(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits) {
  pipeline.add(
      "SELECT p.id, p.events, p.sop, p.state = 'returned', p.case_closed_at IS NULL,"
      " p.case_due_at, p.legal_risk_at, v.step, v.opened_at, v.due_at, v.due_soon_at, v.paused,"
      " v.assignee <> '', EXISTS (SELECT FROM notice n WHERE n.permit = v.permit"
      "   AND n.visit = v.id AND n.audience = 'superior' AND n.state <> 'dropped'),"
      " to_timestamp((v.acknowledged ->> 'until')::bigint)"
      " FROM permit p LEFT JOIN visit v ON v.permit = p.id AND v.closed_at IS NULL"
      "   AND NOT v.undone"
      " WHERE p.id = ANY($1::bigint[]) AND p.state IN ('active', 'returned') ORDER BY p.id",
      pg::bigint_array(permits));
}

std::vector<OpenPermit> open_permits_of(const pg::Result& r) {
  std::vector<OpenPermit> permits;
  for (int row = 0; row < r.rows(); ++row) {
    if (permits.empty() || permits.back().id != r.int64(row, 0))
      permits.push_back({.id = r.int64(row, 0),
                         .events = r.int64(row, 1),
                         .sop = text_at(r, row, 2),
                         .returned = r.boolean(row, 3),
                         .case_open = r.boolean(row, 4),
                         .case_due_at = r.optional_instant(row, 5),
                         .legal_risk_at = r.optional_instant(row, 6),
                         .visits = {}});
    if (r.is_null(row, 7)) continue;
    permits.back().visits.push_back({.step = text_at(r, row, 7),
                                     .opened_at = r.instant(row, 8),
                                     .due_at = r.optional_instant(row, 9),
                                     .due_soon_at = r.optional_instant(row, 10),
                                     .paused = r.boolean(row, 11),
                                     .claimed = r.boolean(row, 12),
                                     .escalated = r.boolean(row, 13),
                                     .acknowledged_until = r.optional_instant(row, 14)});
  }
  return permits;
}

}  // namespace tenggat::store
