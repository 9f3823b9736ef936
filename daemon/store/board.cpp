#include "daemon/store/board.h"

#include "daemon/store/hash.h"
#include "daemon/store/rows.h"

namespace tenggat::store {

void add_board_list(pg::Pipeline& pipeline, const BoardList& list) {
  // The state of a clock is told as add_open_visits() counts it.
  pipeline.add(
      "SELECT v.permit FROM visit v JOIN permit p ON p.id = v.permit AND p.sop = $1,"
      " (SELECT date_trunc('second', office_now()) AS now) t"
      " WHERE v.closed_at IS NULL AND NOT v.undone"
      " AND ($2 = '' OR (v.role = $3 AND v.step = $2))"
      " AND CASE $4 WHEN '' THEN true WHEN 'active' THEN p.state = 'active'"
      "   WHEN 'returned' THEN p.state = 'returned'"
      "   WHEN 'due_today' THEN p.state = 'active' AND p.case_closed_at IS NULL"
      "     AND p.case_due_at >= $5::timestamptz AND p.case_due_at < $6::timestamptz"
      "   WHEN 'legal_risk' THEN p.case_closed_at IS NULL AND p.legal_risk_at <= t.now"
      "   ELSE CASE WHEN v.paused THEN 'paused' WHEN v.due_at IS NULL THEN 'untimed'"
      "     WHEN v.due_at < t.now THEN 'overdue' WHEN v.due_soon_at <= t.now THEN 'due_soon'"
      "     ELSE 'on_track' END = $4 END"
      " ORDER BY v.due_at NULLS LAST, v.permit LIMIT $7::int",
      list.period.sop, list.step, list.role, list.which, list.period.day_start, list.period.day_end,
      list.limit + 1);
}

pg::Awaitable<bool> add_kiosk_link(pg::Connection& connection, NewKioskLink link) {
  const pg::Result result = co_await connection.query(
      "WITH added AS (INSERT INTO kiosk_link (hash, name, created_by) SELECT $1::bytea, $2, $3"
      "   WHERE (SELECT count(*) FROM kiosk_link WHERE revoked_at IS NULL) < $4::int"
      "   ON CONFLICT (hash) DO NOTHING RETURNING 1)"
      " SELECT EXISTS (SELECT FROM added)"
      "   OR EXISTS (SELECT FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL)",
      pg::bytea(sha256(link.secret)), link.name, link.created_by, kKiosksAtMost);
  co_return result.boolean(0, 0);
}

std::size_t add_find_kiosk(pg::Pipeline& pipeline, const std::string& secret) {
  return pipeline.add("SELECT 1 FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL",
                      pg::bytea(sha256(secret)));
}

std::size_t add_kiosk_links(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT id, name, created_by, created_at FROM kiosk_link WHERE revoked_at IS NULL"
      " ORDER BY id DESC");
}

std::vector<KioskLink> kiosk_links_of(const pg::Result& r) {
  std::vector<KioskLink> links;
  for (int row = 0; row < r.rows(); ++row)
    links.push_back({r.int64(row, 0), text_at(r, row, 1), text_at(r, row, 2), r.instant(row, 3)});
  return links;
}

pg::Awaitable<bool> revoke_kiosk_link(pg::Connection& connection, std::int64_t id) {
  const pg::Result revoked = co_await connection.query(
      "UPDATE kiosk_link SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL",
      id);
  co_return revoked.affected_rows() == 1;
}

}  // namespace tenggat::store
