#include "daemon/store/changes.h"

#include "daemon/store/rows.h"

namespace tenggat::store {

pg::Awaitable<int> number_changes(pg::Connection& connection, int limit) {
  pg::Transaction transaction(connection);
  pg::Pipeline locking;
  locking.add("SELECT FROM change_head FOR UPDATE SKIP LOCKED");
  const std::vector<pg::Result> locked = co_await transaction.run(std::move(locking));
  if (locked.front().empty()) {
    co_await transaction.rollback();
    co_return 0;
  }
  // A permit that is being acted on is left for the next time: it may be an undo. The changes of
  // one permit stay in their order.
  pg::Pipeline numbering;
  numbering.add(
      "WITH due AS MATERIALIZED (SELECT c.permit, c.sequence, c.counts_at FROM change c"
      "   JOIN permit p ON p.id = c.permit"
      "   WHERE c.place IS NULL AND c.counts_at <= (SELECT office_now())"
      "   ORDER BY c.counts_at, c.permit, c.sequence LIMIT $1::int FOR SHARE OF p SKIP LOCKED),"
      " ready AS (SELECT permit, sequence, max(counts_at) OVER (PARTITION BY permit"
      "     ORDER BY sequence) AS at FROM due d WHERE NOT EXISTS (SELECT FROM change b"
      "     WHERE b.permit = d.permit AND b.sequence < d.sequence AND b.place IS NULL"
      "     AND NOT EXISTS (SELECT FROM due x WHERE x.permit = b.permit"
      "       AND x.sequence = b.sequence))),"
      " in_order AS (SELECT permit, sequence, row_number() OVER (ORDER BY at, permit, sequence) AS "
      "n"
      "   FROM ready),"
      " numbered AS (UPDATE change c SET place = h.last + o.n FROM in_order o, change_head h"
      "   WHERE c.permit = o.permit AND c.sequence = o.sequence RETURNING c.place),"
      " head AS (UPDATE change_head SET last = (SELECT max(place) FROM numbered)"
      "   WHERE EXISTS (SELECT FROM numbered))"
      " SELECT count(*) FROM numbered",
      limit);
  const std::vector<pg::Result> numbered = co_await transaction.commit(std::move(numbering));
  co_return static_cast<int>(numbered.front().int64(0, 0));
}

void add_number_of(pg::Pipeline& pipeline, const ChangePlace& place) {
  // One that retention has taken since stood where its time was.
  pipeline.add(
      "SELECT coalesce((SELECT place FROM change WHERE permit = $2::bigint"
      "     AND sequence = $3::bigint),"
      "   (SELECT c.place FROM event e JOIN change c ON c.permit = e.permit"
      "     AND c.sequence = e.sequence WHERE e.type IN ('acted', 'paused', 'resumed')"
      "     AND c.place IS NOT NULL AND (e.at, e.permit, e.sequence) <="
      "       ($1::timestamptz, $2::bigint, $3::bigint)"
      "     ORDER BY e.at DESC, e.permit DESC, e.sequence DESC LIMIT 1), 0)",
      place.at, place.permit, place.sequence);
}

void add_numbers_between(pg::Pipeline& pipeline, Instant from, Instant to) {
  pipeline.add(
      "SELECT min(c.place), max(c.place) FROM event e JOIN change c ON c.permit = e.permit"
      " AND c.sequence = e.sequence WHERE e.type IN ('acted', 'paused', 'resumed')"
      " AND e.at >= $1::timestamptz AND e.at <= $2::timestamptz",
      from, to);
}

void add_changes(pg::Pipeline& pipeline, const ChangeQuery& query) {
  // The rows are bounded before anything is looked up for them.
  pipeline.add(
      "SELECT e.at, e.permit, e.sequence, e.type, p.number, p.sop, p.external_id, p.created_by,"
      " e.fields, EXISTS (SELECT 1 FROM event u WHERE u.permit = e.permit"
      "   AND u.sequence > e.sequence AND u.type = 'undone'"
      "   AND u.fields ->> 'event' = e.sequence::text), c.place"
      " FROM (SELECT * FROM change WHERE place > $1::bigint ORDER BY place LIMIT $2::int) c"
      " JOIN event e ON e.permit = c.permit AND e.sequence = c.sequence"
      " JOIN permit p ON p.id = c.permit ORDER BY c.place",
      query.after, query.limit);
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
                       .undone = r.boolean(row, 9),
                       .number_in_order = r.int64(row, 10)});
  return changes;
}

}  // namespace tenggat::store
