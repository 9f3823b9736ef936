#include "daemon/store/silences.h"

#include <fmt/format.h>

#include "daemon/store/columns.h"
#include "daemon/store/commands.h"
#include "daemon/store/office_chain.h"

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

namespace {

std::string person_of(const Silence& silence) {
  return silence.kind == Silence::Kind::officer ? silence.subject : "";
}

OfficeEvent silence_event(OfficeKind kind, const Silence& silence) {
  OfficeEvent event{kind, std::to_string(silence.id), {}};
  const auto set = [&](OfficeValue value, const std::string& text) {
    kind == OfficeKind::silence_added ? event.add(value, text) : event.take(value, text);
  };
  set(OfficeValue::silenced, fmt::format("{} {}", to_string(silence.kind), silence.subject));
  set(OfficeValue::until, to_string(Stamp{silence.until}));
  set(OfficeValue::asked_by, silence.by);
  set(OfficeValue::why, silence.why);
  return event;
}

}  // namespace

pg::Awaitable<std::optional<std::int64_t>> add_silence(pg::Connection& connection, By by,
                                                       Silence silence) {
  static const auto next_sql =
      value<std::int64_t>("SELECT nextval(pg_get_serial_sequence('silence', 'id'))");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto next = reading.add(next_sql);
  const pg::Results found = co_await changing.begin(std::move(reading), person_of(silence));
  if (silence.until <= changing.now()) {
    co_await changing.leave();
    co_return std::nullopt;
  }
  silence.id = found[next];
  silence.from = changing.now();
  pg::Pipeline writes;
  writes.add(
      "INSERT INTO silence (id, kind, subject, from_at, until_at, by, why) OVERRIDING SYSTEM VALUE"
      " VALUES ($1::bigint, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7)",
      silence.id, to_string(silence.kind), silence.subject, silence.from, silence.until, silence.by,
      silence.why);
  OfficeEvent event = silence_event(OfficeKind::silence_added, silence);
  changing.tell(person_of(silence));
  co_await changing.commit(std::move(writes), std::move(event));
  co_return silence.id;
}

pg::Awaitable<bool> end_silence(pg::Connection& connection, By by, std::int64_t id) {
  static const auto sql = maybe<kSilence>(
      "SELECT {} FROM silence WHERE id = $1::bigint AND ended_at IS NULL"
      " AND until_at > office_now()");
  static const auto salt_sql = maybe_value<std::string, Bytea>(
      "SELECT o.salt FROM silence s JOIN officer o ON o.id = s.subject"
      " WHERE s.id = $1::bigint AND s.kind = 'officer'");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto slot = reading.add(sql, id);
  const auto salt = reading.add(salt_sql, id);
  const pg::Results found = co_await changing.begin(std::move(reading));
  const std::optional<StoredSilence> ended = found[slot];
  if (!ended) {
    co_await changing.leave();
    co_return false;
  }
  if (const auto of_person = found[salt]) changing.set_salt(*of_person);
  pg::Pipeline writes;
  writes.add("UPDATE silence SET ended_at = office_now() WHERE id = $1::bigint", id);
  writes.add(
      "UPDATE notice SET send_at = office_now() WHERE state = 'pending' AND state_reason = $1",
      to_string(Reason::silenced));
  add_notify(writes);
  OfficeEvent event = silence_event(OfficeKind::silence_ended, ended->silence);
  changing.tell(person_of(ended->silence));
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

}  // namespace tenggat::store
