#include "daemon/store/retention.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"

namespace tenggat::store {
namespace {

struct Ended {
  std::int64_t id = 0, events = 0;
  std::string last_hash;
};
constexpr auto kEnded = columns(given("p.id", &Ended::id), given("p.events", &Ended::events),
                                given<Bytea>("p.last_hash", &Ended::last_hash));

// Nobody has touched it since $1 days before now; each was handed in before that, which has an
// index.
constexpr const char* kEndedBefore =
    "p.submitted_at < office_now() - $1::int * interval '1 day'"
    " AND p.changed_at < office_now() - $1::int * interval '1 day'"
    " AND p.state NOT IN ('active', 'returned') AND p.id > 0";

// Files of such permits that no other keeps.
const std::string kFilesBefore = fmt::format(
    "SELECT DISTINCT f.sha256 FROM permit p"
    "   JOIN document d ON d.permit = p.id AND d.uri LIKE 'tenggat:%'"
    "   JOIN file f ON f.sha256 = substr(d.uri, 9) AND f.until IS NULL WHERE {}"
    "   AND NOT EXISTS (SELECT FROM document o JOIN permit q ON q.id = o.permit"
    "     WHERE o.uri = d.uri AND o.uri LIKE 'tenggat:%' AND (q.state IN ('active', 'returned')"
    "       OR q.changed_at >= office_now() - $1::int * interval '1 day'))",
    kEndedBefore);

int in_days(std::chrono::days kept) { return static_cast<int>(kept.count()); }

OfficeEvent applied(std::string_view what, std::size_t count, std::chrono::days kept, Instant now) {
  OfficeEvent event{OfficeKind::retention_applied, std::string(what), {}};
  event.add(OfficeValue::count, std::to_string(count));
  event.add(OfficeValue::before, to_string(Stamp{now - kept, Seconds{0}}));
  return event;
}

}  // namespace

std::string retired_line(std::int64_t id, std::int64_t events, std::string_view last_hash) {
  return fmt::format("{} {} {}\n", id, events, hex(last_hash));
}

pg::Awaitable<int> retire_permits(pg::Connection& connection, std::chrono::days kept, int at_most) {
  static const auto ended = each<kEnded>(
      fmt::format("SELECT {{}} FROM permit p WHERE {} AND NOT EXISTS (SELECT FROM permit o"
                  " WHERE o.related = p.id) ORDER BY p.submitted_at LIMIT $2::int"
                  " FOR UPDATE OF p SKIP LOCKED",
                  kEndedBefore));
  OfficeChanging changing(connection, By::system());
  pg::Pipeline reading;
  const auto found = reading.add(ended, in_days(kept), at_most);
  const pg::Results results = co_await changing.begin(std::move(reading));
  std::vector<Ended> gone = results[found];
  if (gone.empty()) {
    co_await changing.leave();
    co_return 0;
  }
  std::ranges::sort(gone, {}, &Ended::id);
  std::vector<std::int64_t> ids;
  std::string lines;
  for (const Ended& one : gone) {
    ids.push_back(one.id);
    lines += retired_line(one.id, one.events, one.last_hash);
  }
  OfficeEvent event = applied("permits", ids.size(), kept, changing.now());
  event.add(OfficeValue::digest, hex(sha256(lines)));
  pg::Pipeline writes;
  writes.add("SELECT retire_permits($1::bigint[])", pg::bigint_array(ids));
  co_await changing.commit(std::move(writes), std::move(event));
  co_return static_cast<int>(ids.size());
}

pg::Awaitable<int> drop_messages(pg::Connection& connection, std::chrono::days kept, int at_most) {
  static const auto old = values<std::int64_t>(
      "SELECT id FROM message WHERE rendered_at < office_now() - $1::int * interval '1 day'"
      " AND state <> 'queued' LIMIT $2::int FOR UPDATE SKIP LOCKED");
  OfficeChanging changing(connection, By::system());
  pg::Pipeline reading;
  const auto found = reading.add(old, in_days(kept), at_most);
  const pg::Results results = co_await changing.begin(std::move(reading));
  const std::vector<std::int64_t> ids = results[found];
  if (ids.empty()) {
    co_await changing.leave();
    co_return 0;
  }
  const auto of_these = pg::bigint_array(ids);
  pg::Pipeline writes;
  // A notice stands as long as its permit may ask whether it was told.
  writes.add(
      "DELETE FROM notice n USING message_notice l WHERE l.message = ANY ($1::bigint[])"
      " AND n.permit = l.permit AND n.id = l.notice AND n.state <> 'pending'"
      " AND NOT EXISTS (SELECT FROM message_notice o WHERE o.notice = n.id"
      "   AND o.message <> ALL ($1::bigint[]))"
      " AND NOT EXISTS (SELECT FROM permit p WHERE p.id = n.permit"
      "   AND p.state IN ('active', 'returned'))",
      of_these);
  for (const char* part : {"message_notice", "message_task", "attempt"})
    writes.add(fmt::format("DELETE FROM {} WHERE message = ANY ($1::bigint[])", part), of_these);
  writes.add("UPDATE message SET falls_back_from = NULL WHERE falls_back_from = ANY ($1::bigint[])",
             of_these);
  writes.add("DELETE FROM message WHERE id = ANY ($1::bigint[])", of_these);
  OfficeEvent event = applied("messages", ids.size(), kept, changing.now());
  co_await changing.commit(std::move(writes), std::move(event));
  co_return static_cast<int>(ids.size());
}

pg::Awaitable<int> drop_files(pg::Connection& connection, std::chrono::days kept, int at_most) {
  static const auto release =
      value<std::int64_t>(fmt::format("SELECT release_files(ARRAY({} LIMIT $2::int), '{{}}',"
                                      " office_now() - $1::int * interval '1 day')",
                                      kFilesBefore));
  OfficeChanging changing(connection, By::system());
  pg::Pipeline reading;
  const auto released = reading.add(release, in_days(kept), at_most);
  const pg::Results results = co_await changing.begin(std::move(reading));
  const std::int64_t count = results[released];
  if (count == 0) {
    co_await changing.leave();
    co_return 0;
  }
  OfficeEvent event = applied("files", static_cast<std::size_t>(count), kept, changing.now());
  co_await changing.commit(pg::Pipeline(), std::move(event));
  co_return static_cast<int>(count);
}

namespace {

struct Removed {
  std::string what;
  std::int64_t count = 0;
};
constexpr auto kRemoved =
    columns(given("fields ->> 'about'", &Removed::what),
            given("sum((fields ->> 'after.count')::bigint)::bigint", &Removed::count));

}  // namespace

pg::Awaitable<RetentionCounts> count_retention(pg::Connection& connection, KeptFor kept) {
  static const auto permits =
      value<std::int64_t>(fmt::format("SELECT count(*) FROM permit p WHERE {}", kEndedBefore));
  static const auto messages = value<std::int64_t>(
      "SELECT count(*) FROM message WHERE rendered_at < office_now() - $1::int * interval '1 day'"
      " AND state <> 'queued'");
  static const auto files =
      value<std::int64_t>(fmt::format("SELECT count(*) FROM ({}) AS due", kFilesBefore));
  static const auto removed_sql =
      each<kRemoved>("SELECT {} FROM office_event WHERE type = $1 GROUP BY 1");
  RetentionCounts standings;
  pg::Pipeline reading;
  const auto removed = reading.add(removed_sql, word_of(OfficeKind::retention_applied));
  std::vector<std::pair<std::int64_t*, pg::Slot<std::int64_t>>> due;
  const auto ask = [&](std::int64_t& into, const auto& sql, const auto& days) {
    if (days) due.emplace_back(&into, reading.add(sql, in_days(*days)));
  };
  ask(standings.permits.due, permits, kept.permits);
  ask(standings.messages.due, messages, kept.messages);
  ask(standings.files.due, files, kept.files);
  const pg::Results results = co_await connection.run(std::move(reading));
  for (const auto& [into, slot] : due) *into = results[slot];
  const std::vector<Removed> all = results[removed];
  for (const Removed& one : all) {
    if (one.what == "permits") standings.permits.removed = one.count;
    if (one.what == "messages") standings.messages.removed = one.count;
    if (one.what == "files") standings.files.removed = one.count;
  }
  co_return standings;
}

pg::Awaitable<int> forget_answers(pg::Connection& connection, std::chrono::days kept, int at_most) {
  static const auto sql = affected(
      "DELETE FROM idempotency WHERE ctid = ANY(ARRAY(SELECT ctid FROM idempotency"
      " WHERE created_at < clock_timestamp() - $1::int * interval '1 day' LIMIT $2::int"
      " FOR UPDATE SKIP LOCKED))");
  pg::Pipeline pipeline;
  const auto gone = pipeline.add(sql, in_days(kept), at_most);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  co_return static_cast<int>(static_cast<std::int64_t>(results[gone]));
}

}  // namespace tenggat::store
