#include "daemon/store/tokens.h"

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"

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

pg::Awaitable<std::optional<std::int64_t>> add_token(pg::Connection& connection, Token token) {
  static const auto sql = maybe_value<std::int64_t>(
      "INSERT INTO token (hash, officer, service, scopes, expires_at, roles)"
      " SELECT $1::bytea, nullif($2, ''), nullif($3, ''), $4::text[], $5::timestamptz, $6::text[]"
      " WHERE $2 = '' OR EXISTS (SELECT 1 FROM officer WHERE id = $2) RETURNING id");
  co_return co_await connection.query(sql, pg::bytea(token.hash), token.officer, token.service,
                                      pg::text_array(token.scopes), token.expires_at,
                                      pg::text_array(token.roles));
}

pg::Awaitable<bool> revoke_token(pg::Connection& connection, std::int64_t id) {
  static const auto sql = affects_one(
      "UPDATE token SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL");
  return connection.query(sql, id);
}

void add_token_use(pg::Pipeline& pipeline, std::int64_t id) {
  pipeline.add(
      "INSERT INTO token_use (token, used_at) VALUES ($1::bigint, clock_timestamp())"
      " ON CONFLICT (token) DO UPDATE SET used_at = greatest(token_use.used_at, excluded.used_at)",
      id);
}

}  // namespace tenggat::store
