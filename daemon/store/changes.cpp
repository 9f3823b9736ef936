#include "daemon/store/changes.h"

#include "daemon/store/columns.h"
#include "daemon/store/event_codec.h"

namespace tenggat::store {

pg::Awaitable<int> number_changes(pg::Connection& connection, int limit) {
  pg::Transaction transaction(connection);
  pg::Pipeline locking;
  const auto head = locking.add(any("SELECT FROM change_head FOR UPDATE SKIP LOCKED"));
  const pg::Results locked = co_await transaction.run(std::move(locking));
  if (!locked[head]) {
    co_await transaction.rollback();
    co_return 0;
  }
  // A permit that is being acted on is left for the next time: it may be an undo. The changes of
  // one permit stay in their order.
  pg::Pipeline numbering;
  static const auto sql = value<std::int64_t>(
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
      " SELECT count(*) FROM numbered");
  const auto count = numbering.add(sql, limit);
  const pg::Results numbered = co_await transaction.commit(std::move(numbering));
  co_return static_cast<int>(numbered[count]);
}

pg::Slot<std::int64_t> add_number_of(pg::Pipeline& pipeline, const ChangePlace& place) {
  // One that retention has taken since stood where its time was.
  static const auto sql = value<std::int64_t>(
      fmt::format("SELECT coalesce((SELECT place FROM change WHERE permit = $2::bigint"
                  "     AND sequence = $3::bigint),"
                  "   (SELECT c.place FROM event e JOIN change c ON c.permit = e.permit"
                  "     AND c.sequence = e.sequence WHERE e.type IN ({})"
                  "     AND c.place IS NOT NULL AND (e.at, e.permit, e.sequence) <="
                  "       ($1::timestamptz, $2::bigint, $3::bigint)"
                  "     ORDER BY e.at DESC, e.permit DESC, e.sequence DESC LIMIT 1), 0)",
                  followed_types()));
  return pipeline.add(sql, place.at, place.permit, place.sequence);
}

pg::Slot<NumberSpan> add_numbers_between(pg::Pipeline& pipeline, Instant from, Instant to) {
  static constexpr auto kSpan = columns(given("min(c.place)", &NumberSpan::lowest),
                                        given("max(c.place)", &NumberSpan::highest));
  static const auto sql = only<kSpan>(
      "SELECT {} FROM event e JOIN change c ON c.permit = e.permit"
      " AND c.sequence = e.sequence WHERE e.type IN (" +
      followed_types() + ") AND e.at >= $1::timestamptz AND e.at <= $2::timestamptz");
  return pipeline.add(sql, from, to);
}

Event event_of(const Change& change) {
  StoredEvent stored{{}, change.type, change.fields_json, ""};
  stored.event.sequence = change.place.sequence;
  stored.event.at = change.place.at;
  return event_of(change.place.permit, stored);
}

pg::Slot<std::vector<Change>> add_changes(pg::Pipeline& pipeline, const ChangeQuery& query) {
  static constexpr auto kChange =
      columns(given("e.at", &Change::place, &ChangePlace::at),
              given("e.permit", &Change::place, &ChangePlace::permit),
              given("e.sequence", &Change::place, &ChangePlace::sequence),
              given("e.type", &Change::type), given("p.number", &Change::number),
              given("p.sop", &Change::sop), given("p.external_id", &Change::external_id),
              given("p.created_by", &Change::created_by), given("e.fields", &Change::fields_json),
              given("EXISTS (SELECT 1 FROM event u WHERE u.permit = e.permit"
                    "   AND u.sequence > e.sequence AND u.type = 'undone'"
                    "   AND u.fields ->> 'event' = e.sequence::text)",
                    &Change::undone),
              given("c.place", &Change::number_in_order));
  // The rows are bounded before anything is looked up for them.
  static const auto sql = each<kChange>(
      "SELECT {} FROM (SELECT * FROM change WHERE place > $1::bigint ORDER BY place"
      "   LIMIT $2::int) c"
      " JOIN event e ON e.permit = c.permit AND e.sequence = c.sequence"
      " JOIN permit p ON p.id = c.permit ORDER BY c.place");
  return pipeline.add(sql, query.after, query.limit);
}

}  // namespace tenggat::store
