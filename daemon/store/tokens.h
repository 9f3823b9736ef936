// API tokens: 256 bits, shown once, SHA-256 at rest.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "rules/time.h"

namespace tenggat::store {

struct Token {
  std::int64_t id = 0;
  std::string officer;  // one of officer and service
  std::string service;
  std::vector<std::string> scopes;  // intake, act, read, admin, bounce (services)
  // Of a service that acts: it does so for officers of these roles alone (none: of all), and by
  // itself at the steps of those that are a system's.
  std::vector<std::string> roles;
  std::string hash;  // 32 bytes
  Instant created_at{};
  std::optional<Instant> expires_at, revoked_at;  // machine clock
  std::optional<Instant> used_at;                 // machine clock, at most an hour behind
  bool live(Instant machine_now) const {
    return !revoked_at && (!expires_at || machine_now < *expires_at);
  }
};

// "tgt_" and 64 hex digits.
std::string new_token_secret();
std::string token_hash(std::string_view secret);

// Every token, revoked and expired ones too, by id.
pg::Awaitable<std::vector<Token>> load_tokens(pg::Connection& connection);

// Stores officer or service, scopes, roles, hash and expiry of `token`; returns its id. Nothing: no
// such officer.
pg::Awaitable<std::optional<std::int64_t>> add_token(pg::Connection& connection, By by,
                                                     Token token);
// False: no such token, or it was revoked before.
pg::Awaitable<bool> revoke_token(pg::Connection& connection, By by, std::int64_t id);
// That it is in use now. Token::used_at is as new as the last of these.
void add_token_use(pg::Pipeline& pipeline, std::int64_t id);

}  // namespace tenggat::store
