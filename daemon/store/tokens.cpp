#include "daemon/store/tokens.h"

#include <fmt/format.h>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"

namespace tenggat::store {
namespace {

// Scopes and roles are words without spaces, so a joined text needs no reader of array literals.
constexpr auto kToken =
    columns(given("id", &Token::id), given<TextOrEmpty>("officer", &Token::officer),
            given<TextOrEmpty>("service", &Token::service),
            given<JoinedWords>("array_to_string(scopes, ' ')", &Token::scopes),
            given<JoinedWords>("array_to_string(roles, ' ')", &Token::roles),
            given<Bytea>("hash", &Token::hash), given("created_at", &Token::created_at),
            given("expires_at", &Token::expires_at), given("revoked_at", &Token::revoked_at),
            given("used_at", &Token::used_at));

}  // namespace

std::string new_token_secret() { return "tgt_" + hex(random_bytes(32)); }

std::string token_hash(std::string_view secret) { return sha256(secret); }

pg::Awaitable<std::vector<Token>> load_tokens(pg::Connection& connection) {
  static const auto sql =
      each<kToken>("SELECT {} FROM token LEFT JOIN token_use ON token = id ORDER BY id");
  return connection.query(sql);
}

namespace {

std::string spaced(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// The secret's hash is in no event: it says nothing to anybody.
OfficeEvent token_event(OfficeKind kind, const Token& token) {
  OfficeEvent event{kind, std::to_string(token.id), {}};
  const auto set = [&](OfficeValue value, const std::string& text) {
    kind == OfficeKind::token_created ? event.add(value, text) : event.take(value, text);
  };
  set(OfficeValue::officer, token.officer);
  set(OfficeValue::service, token.service);
  set(OfficeValue::scopes, spaced(token.scopes));
  set(OfficeValue::roles, spaced(token.roles));
  if (token.expires_at) set(OfficeValue::expires_at, to_string(Stamp{*token.expires_at}));
  return event;
}

}  // namespace

pg::Awaitable<std::optional<std::int64_t>> add_token(pg::Connection& connection, By by,
                                                     Token token) {
  static const auto holder_sql =
      value<bool>("SELECT $1 = '' OR EXISTS (SELECT FROM officer WHERE id = $1)");
  // The id that it will have is drawn first, for its event to name it.
  static const auto next_sql =
      value<std::int64_t>("SELECT nextval(pg_get_serial_sequence('token', 'id'))");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto holder = reading.add(holder_sql, token.officer);
  const auto next = reading.add(next_sql);
  const pg::Results found = co_await changing.begin(std::move(reading), token.officer);
  if (!found[holder]) {
    co_await changing.leave();
    co_return std::nullopt;
  }
  token.id = found[next];
  pg::Pipeline writes;
  writes.add(
      "INSERT INTO token (id, hash, officer, service, scopes, expires_at, roles)"
      " OVERRIDING SYSTEM VALUE VALUES ($1::bigint, $2::bytea, nullif($3, ''), nullif($4, ''),"
      " $5::text[], $6::timestamptz, $7::text[])",
      token.id, pg::bytea(token.hash), token.officer, token.service, pg::text_array(token.scopes),
      token.expires_at, pg::text_array(token.roles));
  OfficeEvent event = token_event(OfficeKind::token_created, token);
  changing.tell(token.officer);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return token.id;
}

pg::Awaitable<bool> revoke_token(pg::Connection& connection, By by, std::int64_t id) {
  static const auto sql = maybe<kToken>(
      "SELECT {} FROM token LEFT JOIN token_use ON token = id"
      " WHERE id = $1::bigint AND revoked_at IS NULL");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto slot = reading.add(sql, id);
  const pg::Results found = co_await changing.begin(std::move(reading));
  const std::optional<Token> token = found[slot];
  if (!token) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  writes.add("UPDATE token SET revoked_at = clock_timestamp() WHERE id = $1::bigint", id);
  OfficeEvent event = token_event(OfficeKind::token_revoked, *token);
  changing.tell(token->officer);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

void add_token_use(pg::Pipeline& pipeline, std::int64_t id) {
  pipeline.add(
      "INSERT INTO token_use (token, used_at) VALUES ($1::bigint, clock_timestamp())"
      " ON CONFLICT (token) DO UPDATE SET used_at = greatest(token_use.used_at, excluded.used_at)",
      id);
}

}  // namespace tenggat::store
