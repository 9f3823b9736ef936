#include "daemon/store/commands.h"

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

const RowShape kAnswer({{"token", "bigint"},
                        {"key", "text"},
                        {"request", "bytea"},
                        {"status", "int"},
                        {"answer", "text"}});
const std::string kInsertAnswers = kAnswer.insert("idempotency");

const RowShape kNumber({{"sop", "text"}, {"year", "int"}, {"last", "bigint"}});
const std::string kSaveNumbers = kNumber.upsert("permit_number", 2);

// What is set aside is few, and looked at by itself.
#define NOT_SET_ASIDE "NOT EXISTS (SELECT FROM permit_set_aside s WHERE s.permit = v.permit)"

// Four million permits a second and room until the year 2242.
constexpr int kTailBits = 22;

}  // namespace

std::size_t add_kept_answers(pg::Pipeline& pipeline, const std::vector<std::int64_t>& tokens,
                             const std::vector<std::string>& keys) {
  // LATERAL with OFFSET: each key is looked up by itself, however empty the table was when this was
  // planned.
  return pipeline.add(
      "SELECT i.token, i.key, i.request, i.status, i.answer"
      " FROM unnest($1::bigint[], $2::text[]) AS k(token, key) CROSS JOIN LATERAL ("
      "   SELECT * FROM idempotency WHERE token = k.token AND key = k.key OFFSET 0) i",
      pg::bigint_array(tokens), pg::text_array(keys));
}

std::vector<KeptAnswer> kept_answers_of(const pg::Result& r) {
  std::vector<KeptAnswer> answers;
  for (int row = 0; row < r.rows(); ++row)
    answers.push_back({r.int64(row, 0), std::string(r.text(row, 1)), r.bytes(row, 2),
                       static_cast<int>(r.int64(row, 3)), std::string(r.text(row, 4))});
  return answers;
}

void add_keep_answers(pg::Pipeline& pipeline, const std::vector<KeptAnswer>& answers) {
  if (answers.empty()) return;
  Rows rows(kAnswer);
  for (const KeptAnswer& one : answers)
    rows.add(one.token, one.key, one.request, one.status, one.body);
  pipeline.add(kInsertAnswers, rows.params());
}

void add_forget_answers(pg::Pipeline& pipeline, int limit) {
  pipeline.add(
      "DELETE FROM idempotency WHERE ctid = ANY(ARRAY(SELECT ctid FROM idempotency"
      " WHERE created_at < clock_timestamp() - interval '7 days' LIMIT $1::int FOR UPDATE SKIP"
      " LOCKED))",
      limit);
}

Conflict conflict_of(const pg::Error& error) {
  if (error.sqlstate() != "23505") return Conflict::none;
  const std::string& key = error.constraint();
  if (key == "permit_external") return Conflict::external_id_taken;
  if (key == "permit_number_key") return Conflict::number_taken;
  for (const char* drawn :
       {"idempotency_pkey", "permit_pkey", "applicant_pkey", "permit_tracking_hash_key"})
    if (key == drawn) return Conflict::lost_race;
  return Conflict::broken;
}

std::size_t add_lock_numbers(pg::Pipeline& pipeline, const std::vector<std::string>& sops) {
  // A number's row cannot be locked before a year's first number has made it; the service's own is
  // there from before. Not an advisory lock: any role can take one.
  pipeline.add(
      "SELECT FROM rule_in_force WHERE kind = 'sop' AND name = ANY($1::text[]) ORDER BY name"
      " FOR NO KEY UPDATE",
      pg::text_array(sops));
  return pipeline.add(
      "SELECT sop, year, last FROM permit_number WHERE sop = ANY($1::text[]) ORDER BY sop, year"
      " FOR UPDATE",
      pg::text_array(sops));
}

NumberCounters numbers_of(const pg::Result& r) {
  NumberCounters counters;
  for (int row = 0; row < r.rows(); ++row)
    counters[{std::string(r.text(row, 0)), static_cast<int>(r.int64(row, 1))}] = r.int64(row, 2);
  return counters;
}

void add_save_numbers(pg::Pipeline& pipeline, const NumberCounters& counters) {
  if (counters.empty()) return;
  Rows rows(kNumber);
  for (const auto& [key, last] : counters) rows.add(key.first, key.second, last);
  pipeline.add(kSaveNumbers, rows.params());
}

std::size_t add_id_tails(pg::Pipeline& pipeline, std::size_t count) {
  return pipeline.add(
      "SELECT nextval('permit_id_tail'), coalesce((SELECT max(id) FROM permit), 0)"
      " FROM generate_series(1, $1::int)",
      count);
}

Instant latest_id_of(const pg::Result& r) {
  return Instant{Seconds{r.empty() ? 0 : r.int64(0, 1) >> kTailBits}};
}

std::vector<std::int64_t> id_tails_of(const pg::Result& r) {
  std::vector<std::int64_t> tails;
  for (int row = 0; row < r.rows(); ++row) tails.push_back(r.int64(row, 0));
  return tails;
}

std::int64_t permit_id(Instant second, std::int64_t tail) {
  return (second.time_since_epoch().count() << kTailBits) | (tail & ((1 << kTailBits) - 1));
}

std::size_t add_existing(pg::Pipeline& pipeline, const std::vector<std::int64_t>& ids) {
  return pipeline.add("SELECT id FROM permit WHERE id = ANY($1::bigint[])", pg::bigint_array(ids));
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

void add_notify(pg::Pipeline& pipeline) {
  pipeline.add("SELECT pg_notify('tenggat', $1)", kWorkHint);
}

void add_lock_due(pg::Pipeline& pipeline, int limit) {
  pipeline.add(
      "SELECT p.id FROM visit v JOIN permit p ON p.id = v.permit"
      " WHERE v.check_at <= (SELECT office_now()) AND " NOT_SET_ASIDE
      " ORDER BY v.check_at LIMIT $1::int FOR UPDATE OF p SKIP LOCKED",
      limit);
}

void add_lock_due_set_aside(pg::Pipeline& pipeline) {
  pipeline.add(
      "SELECT p.id FROM permit_set_aside s JOIN visit v ON v.permit = s.permit"
      " JOIN permit p ON p.id = s.permit WHERE v.check_at <= (SELECT office_now())"
      " ORDER BY v.check_at LIMIT 1 FOR UPDATE OF p SKIP LOCKED");
  // Of those that somebody has finished meanwhile there is nothing left to watch.
  pipeline.add(
      "DELETE FROM permit_set_aside s WHERE NOT EXISTS (SELECT FROM visit v"
      " WHERE v.permit = s.permit AND v.check_at IS NOT NULL)");
}

void add_lock_claimed_by(pg::Pipeline& pipeline, const std::vector<std::string>& officers,
                         int limit) {
  pipeline.add(
      "SELECT p.id FROM visit v JOIN permit p ON p.id = v.permit"
      " WHERE v.closed_at IS NULL AND NOT v.undone AND v.assignee <> ''"
      " AND v.assignee = ANY($1::text[]) AND " NOT_SET_ASIDE
      " LIMIT $2::int FOR UPDATE OF p SKIP LOCKED",
      pg::text_array(officers), limit);
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

std::size_t add_overdue_for(pg::Pipeline& pipeline, Seconds span) {
  return pipeline.add(
      "SELECT EXISTS (SELECT FROM visit v"
      " WHERE v.check_at < (SELECT office_now()) - make_interval(secs => $1::int)"
      " AND " NOT_SET_ASIDE ")",
      span.count());
}

void add_until_due(pg::Pipeline& pipeline, DueKind kind) {
  static const std::string permits =
      "SELECT ceil(extract(epoch FROM (SELECT v.check_at FROM visit v WHERE v.check_at IS NOT NULL"
      " AND " NOT_SET_ASIDE " ORDER BY v.check_at LIMIT 1) - office_now()))::bigint";
  static const std::string notices =
      "SELECT ceil(extract(epoch FROM least("
      " (SELECT min(send_at) FROM notice WHERE state = 'pending' AND set_aside = 0),"
      " (SELECT min(next_at) FROM daily_job)) - office_now()))::bigint";
  pipeline.add(kind == DueKind::permits ? permits : notices);
}

std::optional<Seconds> until_due_of(const pg::Result& result) {
  const auto seconds = result.optional_int64(0, 0);
  if (!seconds) return std::nullopt;
  return Seconds{*seconds};
}

}  // namespace tenggat::store
