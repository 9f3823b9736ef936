#include "daemon/store/changes.h"

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

void add_changes(pg::Pipeline& pipeline, const ChangeQuery& query) {
  // The rows are bounded before anything is looked up for them.
  pipeline.add(
      "SELECT e.at, e.permit, e.sequence, e.type, p.number, p.sop, p.external_id, p.created_by,"
      " e.fields, EXISTS (SELECT 1 FROM event u WHERE u.permit = e.permit"
      "   AND u.sequence > e.sequence AND u.type = 'undone'"
      "   AND u.fields ->> 'event' = e.sequence::text)"
      " FROM (SELECT * FROM event WHERE type IN ('acted', 'paused', 'resumed') AND permit > 0"
      "   AND (at, permit, sequence) > ($1::timestamptz, $2::bigint, $3::bigint)"
      "   AND at <= $4::timestamptz ORDER BY at, permit, sequence LIMIT $5::int) e"
      " JOIN permit p ON p.id = e.permit ORDER BY e.at, e.permit, e.sequence",
      query.after ? query.after->at : Instant{}, query.after ? query.after->permit : 0,
      query.after ? query.after->sequence : 0, query.until, query.limit);
}

std::vector<Change> changes_of(const pg::Result& r) {
  std::vector<Change> changes;
  for (int row = 0; row < r.rows(); ++row)
    changes.push_back({.place = {r.instant(row, 0), r.int64(row, 1), r.int64(row, 2)},
                       .type = text_at(r, row, 3),
                       .number = text_at(r, row, 4),
                       .sop = text_at(r, row, 5),
                       .external_id = text_at(r, row, 6),
                       .created_by = text_at(r, row, 7),
                       .fields_json = text_at(r, row, 8),
                       .undone = r.boolean(row, 9)});
  return changes;
}

}  // namespace tenggat::store
