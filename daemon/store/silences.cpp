#include "daemon/store/silences.h"

#include "daemon/store/columns.h"
#include "daemon/store/commands.h"

namespace tenggat::store {

template <>
struct Codec<Silence::Kind> : WordCodec<Silence::Kind, to_string, parse_silence_kind> {};

namespace {

constexpr auto kSilence = table("silence", given("id", &StoredSilence::silence, &Silence::id),
                                fixed("kind", &StoredSilence::silence, &Silence::kind),
                                fixed("subject", &StoredSilence::silence, &Silence::subject),
                                fixed("from_at", &StoredSilence::silence, &Silence::from),
                                fixed("until_at", &StoredSilence::silence, &Silence::until),
                                fixed("by", &StoredSilence::silence, &Silence::by),
                                fixed("why", &StoredSilence::silence, &Silence::why),
                                given("ended_at", &StoredSilence::ended_at));

}  // namespace

pg::Slot<std::vector<StoredSilence>> add_silences(pg::Pipeline& pipeline, bool all) {
  static const auto sql = each<kSilence>(
      "SELECT {} FROM silence"
      " WHERE $1::boolean OR (ended_at IS NULL AND until_at > office_now()) ORDER BY id");
  return pipeline.add(sql, all);
}

pg::Awaitable<std::optional<std::int64_t>> add_silence(pg::Connection& connection,
                                                       Silence silence) {
  static const auto sql = maybe_value<std::int64_t>(
      "INSERT INTO silence (kind, subject, from_at, until_at, by, why)"
      " SELECT $1, $2, t.now, $3::timestamptz, $4, $5"
      " FROM (SELECT date_trunc('second', office_now()) AS now) t WHERE $3::timestamptz > t.now"
      " RETURNING id");
  co_return co_await connection.query(sql, to_string(silence.kind), silence.subject, silence.until,
                                      silence.by, silence.why);
}

pg::Awaitable<bool> end_silence(pg::Connection& connection, std::int64_t id) {
  pg::Pipeline pipeline;
  static const auto sql = affects_one(
      "UPDATE silence SET ended_at = office_now() WHERE id = $1::bigint AND ended_at IS NULL"
      " AND until_at > office_now()");
  const auto ended = pipeline.add(sql, id);
  pipeline.add(
      "UPDATE notice SET send_at = office_now() WHERE state = 'pending' AND state_reason = $1",
      to_string(Reason::silenced));
  add_notify(pipeline);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  co_return results[ended];
}

}  // namespace tenggat::store
