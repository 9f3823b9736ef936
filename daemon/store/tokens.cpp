#include "daemon/store/tokens.h"

#include "daemon/store/hash.h"

namespace tenggat::store {
namespace {

// Scopes are words without commas, so a joined text needs no reader of array literals.
std::vector<std::string> words_of(std::string_view joined) {
  std::vector<std::string> words;
  while (!joined.empty()) {
    const std::size_t end = std::min(joined.find(','), joined.size());
    words.emplace_back(joined.substr(0, end));
    joined.remove_prefix(std::min(end + 1, joined.size()));
  }
  return words;
}

}  // namespace

std::string new_token_secret() { return "tgt_" + hex(random_bytes(32)); }

std::string token_hash(std::string_view secret) { return sha256(secret); }

std::size_t add_tokens(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT id, coalesce(officer, ''), coalesce(service, ''), array_to_string(scopes, ','), hash,"
      " created_at, expires_at, revoked_at, used_at"
      " FROM token LEFT JOIN token_use ON token = id ORDER BY id");
}

std::vector<Token> tokens_of(const pg::Result& result) {
  std::vector<Token> tokens;
  for (int row = 0; row < result.rows(); ++row) {
    tokens.push_back({.id = result.int64(row, 0),
                      .officer = std::string(result.text(row, 1)),
                      .service = std::string(result.text(row, 2)),
                      .scopes = words_of(result.text(row, 3)),
                      .hash = result.bytes(row, 4),
                      .created_at = result.instant(row, 5),
                      .expires_at = result.optional_instant(row, 6),
                      .revoked_at = result.optional_instant(row, 7),
                      .used_at = result.optional_instant(row, 8)});
  }
  return tokens;
}

pg::Awaitable<std::vector<Token>> load_tokens(pg::Connection& connection) {
  pg::Pipeline pipeline;
  const std::size_t at = add_tokens(pipeline);
  const auto results = co_await connection.run(std::move(pipeline));
  co_return tokens_of(results.at(at));
}

pg::Awaitable<std::optional<std::int64_t>> add_token(pg::Connection& connection, Token token) {
  const pg::Result added = co_await connection.query(
      "INSERT INTO token (hash, officer, service, scopes, expires_at)"
      " SELECT $1::bytea, nullif($2, ''), nullif($3, ''), $4::text[], $5::timestamptz"
      " WHERE $2 = '' OR EXISTS (SELECT 1 FROM officer WHERE id = $2) RETURNING id",
      pg::bytea(token.hash), token.officer, token.service, pg::text_array(token.scopes),
      token.expires_at);
  if (added.empty()) co_return std::nullopt;
  co_return added.int64(0, 0);
}

pg::Awaitable<bool> revoke_token(pg::Connection& connection, std::int64_t id) {
  const pg::Result revoked = co_await connection.query(
      "UPDATE token SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL", id);
  co_return revoked.affected_rows() == 1;
}

void add_token_use(pg::Pipeline& pipeline, std::int64_t id) {
  pipeline.add(
      "INSERT INTO token_use (token, used_at) VALUES ($1::bigint, clock_timestamp())"
      " ON CONFLICT (token) DO UPDATE SET used_at = greatest(token_use.used_at, excluded.used_at)",
      id);
}

}  // namespace tenggat::store
