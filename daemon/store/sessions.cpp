#include "daemon/store/sessions.h"

#include <algorithm>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"

namespace tenggat::store {
namespace {

// An extension is a write: a minute's worth of them would be one for each page.
constexpr std::chrono::minutes kExtendAfter{5};

std::int64_t seconds(std::chrono::seconds span) { return span.count(); }

// When a session ends that is used now: $2 seconds from now, $3 from its beginning at most.
#define WOULD_END                                             \
  "least(clock_timestamp() + make_interval(secs => $2::int)," \
  " created_at + make_interval(secs => $3::int))"

}  // namespace

std::string new_session_secret() { return hex(random_bytes(32)); }
std::string new_link_seed() { return hex(random_bytes(16)); }

bool is_session_secret(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

pg::Slot<std::optional<Instant>> add_sign_in_link(pg::Pipeline& pipeline, const NewLink& link) {
  pipeline.add("DELETE FROM sign_in_link WHERE expires_at < clock_timestamp() - interval '1 day'");
  pipeline.add("SELECT id FROM officer WHERE id = $1 FOR NO KEY UPDATE", link.officer);
  static const auto sql = maybe_value<Instant>(
      "INSERT INTO sign_in_link (hash, officer, return_to, expires_at)"
      " SELECT $1::bytea, o.id, $3, clock_timestamp() + make_interval(secs => $4::int)"
      " FROM officer o WHERE o.id = $2 AND (SELECT count(*) FROM sign_in_link l"
      "   WHERE l.officer = o.id AND l.created_at > clock_timestamp() -"
      "     make_interval(secs => $4::int)) < $5::int RETURNING expires_at");
  return pipeline.add(sql, pg::bytea(sha256(link.seed)), link.officer, link.return_to,
                      seconds(kLinkLives), kLinksAtMost);
}

pg::Slot<bool> add_find_link(pg::Pipeline& pipeline, const std::string& seed) {
  static const auto sql =
      any("SELECT 1 FROM sign_in_link WHERE hash = $1::bytea AND used_at IS NULL"
          " AND expires_at > clock_timestamp()");
  return pipeline.add(sql, pg::bytea(sha256(seed)));
}

pg::Awaitable<std::optional<OpenedSession>> open_session(pg::Connection& connection,
                                                         NewSession session) {
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  pipeline.add("DELETE FROM session WHERE expires_at < clock_timestamp() - interval '1 day'");
  static constexpr auto kOpened = columns(given("officer", &OpenedSession::officer),
                                          given("return_to", &OpenedSession::return_to));
  static const auto sql = maybe<kOpened>(
      "WITH used AS (UPDATE sign_in_link SET used_at = clock_timestamp() WHERE hash = $1::bytea"
      "   AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING officer, return_to),"
      " opened AS (INSERT INTO session (hash, officer, expires_at, address)"
      "   SELECT $2::bytea, officer, clock_timestamp() + make_interval(secs => $3::int), $4"
      "   FROM used)"
      " SELECT {} FROM used");
  const auto opened = pipeline.add(sql, pg::bytea(sha256(session.link_seed)),
                                   pg::bytea(sha256(session.session_secret)),
                                   seconds(kSessionLives), session.address);
  const pg::Results results = co_await transaction.commit(std::move(pipeline));
  co_return results[opened];
}

pg::Slot<std::optional<Session>> add_find_session(pg::Pipeline& pipeline,
                                                  const std::string& secret) {
  static constexpr auto kSession =
      columns(given("id", &Session::id), given("officer", &Session::officer),
              given("expires_at < " WOULD_END, &Session::stale));
  static const auto sql = maybe<kSession>(
      "SELECT {} FROM session WHERE hash = $1::bytea AND expires_at > clock_timestamp()");
  return pipeline.add(sql, pg::bytea(sha256(secret)), seconds(kSessionLives - kExtendAfter),
                      seconds(kSessionAtMost));
}

void add_extend_session(pg::Pipeline& pipeline, std::int64_t session) {
  pipeline.add("UPDATE session SET expires_at = " WOULD_END
               " WHERE id = $1::bigint AND expires_at > clock_timestamp()",
               session, seconds(kSessionLives), seconds(kSessionAtMost));
}

void add_end_session(pg::Pipeline& pipeline, std::int64_t session) {
  pipeline.add("DELETE FROM session WHERE id = $1::bigint", session);
}

void add_end_sessions(pg::Pipeline& pipeline, const std::string& officer) {
  // Links first: whoever is just opening a session by one is waited for, and its session ended.
  pipeline.add(
      "UPDATE sign_in_link SET used_at = clock_timestamp() WHERE officer = $1 AND used_at IS NULL",
      officer);
  pipeline.add("DELETE FROM session WHERE officer = $1", officer);
}

void add_end_all_sessions(pg::Pipeline& pipeline) {
  pipeline.add("UPDATE sign_in_link SET used_at = clock_timestamp() WHERE used_at IS NULL");
  pipeline.add("DELETE FROM session");
}

namespace {
constexpr auto kOpenSession =
    columns(given("id", &OpenSession::id), given("officer", &OpenSession::officer),
            given("address", &OpenSession::address), given("created_at", &OpenSession::opened_at),
            given("expires_at", &OpenSession::expires_at));
}  // namespace

pg::Slot<std::vector<OpenSession>> add_sessions(pg::Pipeline& pipeline,
                                                const std::string& officer) {
  static const auto sql = each<kOpenSession>(
      "SELECT {} FROM session WHERE officer = $1 AND expires_at > clock_timestamp()"
      " ORDER BY id DESC");
  return pipeline.add(sql, officer);
}

pg::Slot<std::vector<OpenSession>> add_all_sessions(pg::Pipeline& pipeline, int limit) {
  static const auto sql = each<kOpenSession>(
      "SELECT {} FROM session WHERE expires_at > clock_timestamp() ORDER BY id DESC LIMIT $1::int");
  return pipeline.add(sql, limit);
}

pg::Awaitable<bool> end_session(pg::Connection& connection, By by, std::string officer,
                                std::int64_t session) {
  static const auto sql = maybe<kOpenSession>(
      "SELECT {} FROM session WHERE id = $1::bigint AND officer = $2"
      " AND expires_at > clock_timestamp() FOR UPDATE");
  const bool own = by.who() == By::officer(officer).who();
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto slot = reading.add(sql, session, officer);
  const pg::Results found = co_await changing.begin(std::move(reading), officer);
  const std::optional<OpenSession> open = found[slot];
  if (!open) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  add_end_session(writes, session);
  std::optional<OfficeEvent> event;
  if (!own) {
    event = OfficeEvent{OfficeKind::session_ended, officer, {}};
    event->take(OfficeValue::opened_at, to_string(Stamp{open->opened_at}));
    event->take(OfficeValue::address, open->address);
    changing.tell(officer);
  }
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

}  // namespace tenggat::store
