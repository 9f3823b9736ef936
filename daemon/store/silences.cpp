#include "daemon/store/silences.h"

#include "daemon/store/commands.h"
#include "daemon/store/rows.h"

namespace tenggat::store {

std::size_t add_silences(pg::Pipeline& pipeline, bool all) {
  return pipeline.add(
      "SELECT id, kind, subject, from_at, until_at, by, why, ended_at FROM silence"
      " WHERE $1::boolean OR (ended_at IS NULL AND until_at > office_now()) ORDER BY id",
      all);
}

std::vector<StoredSilence> silences_of(const pg::Result& r) {
  std::vector<StoredSilence> all;
  for (int row = 0; row < r.rows(); ++row) {
    StoredSilence stored;
    Silence& silence = stored.silence;
    silence.id = r.int64(row, 0);
    silence.kind = parse_silence_kind(r.text(row, 1)).value();
    silence.subject = text_at(r, row, 2);
    silence.from = r.instant(row, 3);
    silence.until = r.instant(row, 4);
    silence.by = text_at(r, row, 5);
    silence.why = text_at(r, row, 6);
    stored.ended_at = r.optional_instant(row, 7);
    all.push_back(std::move(stored));
  }
  return all;
}

pg::Awaitable<std::optional<std::int64_t>> add_silence(pg::Connection& connection,
                                                       Silence silence) {
  const pg::Result added = co_await connection.query(
      "INSERT INTO silence (kind, subject, from_at, until_at, by, why)"
      " SELECT $1, $2, t.now, $3::timestamptz, $4, $5"
      " FROM (SELECT date_trunc('second', office_now()) AS now) t WHERE $3::timestamptz > t.now"
      " RETURNING id",
      to_string(silence.kind), silence.subject, silence.until, silence.by, silence.why);
  if (added.empty()) co_return std::nullopt;
  co_return added.int64(0, 0);
}

pg::Awaitable<bool> end_silence(pg::Connection& connection, std::int64_t id) {
  pg::Pipeline pipeline;
  pipeline.add(
      "UPDATE silence SET ended_at = office_now() WHERE id = $1::bigint AND ended_at IS NULL"
      " AND until_at > office_now()",
      id);
  pipeline.add(
      "UPDATE notice SET send_at = office_now() WHERE state = 'pending' AND state_reason = $1",
      to_string(Reason::silenced));
  add_notify(pipeline);
  const auto results = co_await connection.run(std::move(pipeline));
  co_return results.front().affected_rows() == 1;
}

}  // namespace tenggat::store
