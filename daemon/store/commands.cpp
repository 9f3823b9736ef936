#include "daemon/store/commands.h"

#include "daemon/store/announce.h"
#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kAnswer =
    table("idempotency", key("token", &KeptAnswer::token), key("key", &KeptAnswer::key),
          fixed<Bytea>("request", &KeptAnswer::request), fixed("status", &KeptAnswer::status),
          fixed("answer", &KeptAnswer::body));

struct Counter {
  std::string sop;
  int year = 0;
  std::int64_t last = 0;
};
constexpr auto kNumber = table("permit_number", key("sop", &Counter::sop),
                               key("year", &Counter::year), column("last", &Counter::last));

NumberCounters read_numbers(const pg::Result& r) {
  NumberCounters counters;
  for (const Counter& one : rows_of<kNumber>(r)) counters[{one.sop, one.year}] = one.last;
  return counters;
}

// What is set aside is few, and looked at by itself.
#define NOT_SET_ASIDE "NOT EXISTS (SELECT FROM permit_set_aside s WHERE s.permit = v.permit)"

}  // namespace

pg::Slot<std::vector<KeptAnswer>> add_kept_answers(pg::Pipeline& pipeline,
                                                   const std::vector<std::int64_t>& tokens,
                                                   const std::vector<std::string>& keys) {
  // LATERAL with OFFSET: each key is looked up by itself, however empty the table was when this was
  // planned.
  static const auto sql = each<kAnswer>(
      "SELECT {i}"
      " FROM unnest($1::bigint[], $2::text[]) AS k(token, key) CROSS JOIN LATERAL ("
      "   SELECT * FROM idempotency WHERE token = k.token AND key = k.key OFFSET 0) i",
      "i");
  return pipeline.add(sql, pg::bigint_array(tokens), pg::text_array(keys));
}

void add_keep_answers(pg::Pipeline& pipeline, const std::vector<KeptAnswer>& answers) {
  Rows<kAnswer> rows;
  for (const KeptAnswer& one : answers) rows.add(one);
  add_insert(pipeline, rows);
}

pg::Slot<NumberCounters> add_lock_numbers(pg::Pipeline& pipeline,
                                          const std::vector<std::string>& sops) {
  // A number's row cannot be locked before a year's first number has made it; the service's own is
  // there from before. Not an advisory lock: any role can take one.
  pipeline.add(
      "SELECT FROM rule_in_force WHERE kind = 'sop' AND name = ANY($1::text[]) ORDER BY name"
      " FOR NO KEY UPDATE",
      pg::text_array(sops));
  static const pg::Query<NumberCounters> sql{
      kNumber.shape().in(
          "SELECT {} FROM permit_number WHERE sop = ANY($1::text[]) ORDER BY sop, year FOR UPDATE"),
      read_numbers};
  return pipeline.add(sql, pg::text_array(sops));
}

pg::Slot<NumberCounters> add_numbers(pg::Pipeline& pipeline) {
  static const pg::Query<NumberCounters> sql{kNumber.shape().in("SELECT {} FROM permit_number"),
                                             read_numbers};
  return pipeline.add(sql);
}

void add_save_numbers(pg::Pipeline& pipeline, const NumberCounters& counters) {
  Rows<kNumber> rows;
  for (const auto& [of, last] : counters) rows.add(Counter{of.first, of.second, last});
  add_upsert(pipeline, rows);
}

pg::Slot<NewIds> add_id_tails(pg::Pipeline& pipeline, std::size_t count) {
  struct Tail {
    std::int64_t tail = 0, highest = 0;
  };
  static constexpr auto kTail =
      columns(given("nextval('permit_id_tail')", &Tail::tail),
              given("coalesce((SELECT max(id) FROM permit), 0)", &Tail::highest));
  static const pg::Query<NewIds> sql{kTail.shape().in("SELECT {} FROM generate_series(1, $1::int)"),
                                     [](const pg::Result& r) {
                                       NewIds ids;
                                       for (const Tail& one : rows_of<kTail>(r)) {
                                         ids.tails.push_back(one.tail);
                                         ids.latest = second_of(one.highest);
                                       }
                                       return ids;
                                     }};
  return pipeline.add(sql, count);
}

pg::Slot<std::vector<std::int64_t>> add_existing(pg::Pipeline& pipeline,
                                                 const std::vector<std::int64_t>& ids) {
  static const auto sql =
      values<std::int64_t>("SELECT id FROM permit WHERE id = ANY($1::bigint[])");
  return pipeline.add(sql, pg::bigint_array(ids));
}

pg::Awaitable<void> probe_write(pg::Connection& connection) {
  // Larger than the free room in pages that are there already, and stored as it is.
  constexpr int kBytes = 256 * 1024;
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  pipeline.add(
      "INSERT INTO file_chunk (content, place, bytes)"
      " VALUES (0, 0, decode(repeat('00', $1::int), 'hex'))",
      kBytes);
  co_await transaction.run(std::move(pipeline));
  co_await transaction.rollback();
}

void add_notify(pg::Pipeline& pipeline) { add_announce(pipeline, kWorkHint); }

void add_changed(pg::Pipeline& pipeline, const std::string& mark) {
  pipeline.add("UPDATE change_mark SET version = version + 1 WHERE name = $1", mark);
  add_announce(pipeline, mark);
}

pg::Slot<std::vector<std::int64_t>> add_lock_due(pg::Pipeline& pipeline, int limit) {
  static const auto sql = values<std::int64_t>(
      "SELECT p.id FROM visit v JOIN permit p ON p.id = v.permit"
      " WHERE v.check_at <= (SELECT office_now()) AND " NOT_SET_ASIDE
      " ORDER BY v.check_at LIMIT $1::int FOR UPDATE OF p SKIP LOCKED");
  return pipeline.add(sql, limit);
}

pg::Slot<std::vector<std::int64_t>> add_lock_due_set_aside(pg::Pipeline& pipeline) {
  static const auto sql = values<std::int64_t>(
      "SELECT p.id FROM permit_set_aside s JOIN visit v ON v.permit = s.permit"
      " JOIN permit p ON p.id = s.permit WHERE v.check_at <= (SELECT office_now())"
      " ORDER BY v.check_at LIMIT 1 FOR UPDATE OF p SKIP LOCKED");
  const auto due = pipeline.add(sql);
  // Of those that somebody has finished meanwhile there is nothing left to watch.
  pipeline.add(
      "DELETE FROM permit_set_aside s WHERE NOT EXISTS (SELECT FROM visit v"
      " WHERE v.permit = s.permit AND v.check_at IS NOT NULL)");
  return due;
}

pg::Slot<std::vector<std::int64_t>> add_lock_claimed_by(pg::Pipeline& pipeline,
                                                        const std::vector<std::string>& officers,
                                                        int limit) {
  static const auto sql = values<std::int64_t>(
      "SELECT p.id FROM visit v JOIN permit p ON p.id = v.permit"
      " WHERE v.closed_at IS NULL AND NOT v.undone AND v.assignee <> ''"
      " AND v.assignee = ANY($1::text[]) AND " NOT_SET_ASIDE
      " LIMIT $2::int FOR UPDATE OF p SKIP LOCKED");
  return pipeline.add(sql, pg::text_array(officers), limit);
}

std::string set_aside_for(std::string_view times) {
  return "make_interval(secs => least(86400, 600 * 2 ^ least(" + std::string(times) + ", 10)))";
}

void add_set_permits_aside(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits) {
  if (permits.empty()) return;
  static const std::string sql =
      "WITH aside AS (INSERT INTO permit_set_aside AS s (permit)"
      "   SELECT id FROM unnest($1::bigint[]) AS u(id) ORDER BY id"
      "   ON CONFLICT (permit) DO UPDATE SET times = s.times + 1 RETURNING permit, times)"
      " UPDATE visit v SET check_at = office_now() + " +
      set_aside_for("a.times - 1") +
      " FROM aside a WHERE v.permit = a.permit AND v.check_at IS NOT NULL";
  pipeline.add(sql, pg::bigint_array(permits));
}

void add_take_back(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits) {
  if (permits.empty()) return;
  pipeline.add("DELETE FROM permit_set_aside WHERE permit = ANY($1::bigint[])",
               pg::bigint_array(permits));
}

pg::Slot<bool> add_overdue_for(pg::Pipeline& pipeline, Seconds span) {
  static const auto sql = value<bool>(
      "SELECT EXISTS (SELECT FROM visit v"
      " WHERE v.check_at < (SELECT office_now()) - make_interval(secs => $1::int)"
      " AND " NOT_SET_ASIDE ")");
  return pipeline.add(sql, span.count());
}

pg::Slot<std::optional<Seconds>> add_until_due(pg::Pipeline& pipeline, DueKind kind) {
  static const auto permits = value<std::optional<Seconds>>(
      "SELECT ceil(extract(epoch FROM (SELECT v.check_at FROM visit v WHERE v.check_at IS NOT NULL"
      " AND " NOT_SET_ASIDE " ORDER BY v.check_at LIMIT 1) - office_now()))::bigint");
  static const auto notices = value<std::optional<Seconds>>(
      "SELECT ceil(extract(epoch FROM least("
      " (SELECT min(send_at) FROM notice WHERE state = 'pending' AND set_aside = 0),"
      " (SELECT min(next_at) FROM daily_job)) - office_now()))::bigint");
  return pipeline.add(kind == DueKind::permits ? permits : notices);
}

}  // namespace tenggat::store
