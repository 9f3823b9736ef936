// How officers sign in: links that are good once, and the sessions they open. Seeds and secrets are
// SHA-256 at rest. Lifetimes are of the machine's clock.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "rules/time.h"

namespace tenggat::store {

inline constexpr std::chrono::minutes kLinkLives{15};
inline constexpr int kLinksAtMost = 5;                       // of one officer within kLinkLives
inline constexpr std::chrono::hours kSessionLives{12};       // from its last use
inline constexpr std::chrono::hours kSessionAtMost{24 * 7};  // however much it is used

std::string new_session_secret();  // 64 hex digits
bool is_session_secret(std::string_view text);
// 32 hex digits: what a link is known by. It opens nothing without the mark of a key that is not in
// the database (daemon/base/link_keys.h).
std::string new_link_seed();

// Makes a link unless the officer has had kLinksAtMost of late; sweeps out old ones. When the link
// ends, where one was made. Requests of one officer take turns until the
// transaction ends.
struct NewLink {
  std::string seed, officer, return_to;
};
pg::Slot<std::optional<Instant>> add_sign_in_link(pg::Pipeline& pipeline, const NewLink& link);

// Whether the link may still be used; changes nothing.
pg::Slot<bool> add_find_link(pg::Pipeline& pipeline, const std::string& seed);

struct NewSession {
  std::string link_seed, session_secret;
  std::string address;  // from where
};
struct OpenedSession {
  std::string officer, return_to;
};
// Uses the link up and opens a session, both or neither. Nothing: no such link, used or too old.
pg::Awaitable<std::optional<OpenedSession>> open_session(pg::Connection& connection,
                                                         NewSession session);

struct Session {
  std::int64_t id = 0;
  std::string officer;
  bool stale = false;  // used so long after its last extension that it is to be extended
};
pg::Slot<std::optional<Session>> add_find_session(pg::Pipeline& pipeline,
                                                  const std::string& secret);
// From now on kSessionLives, where it is live; at most kSessionAtMost in all.
void add_extend_session(pg::Pipeline& pipeline, std::int64_t session);
void add_end_session(pg::Pipeline& pipeline, std::int64_t session);

// All of an officer's, with the links that were sent to them and not used.
void add_end_sessions(pg::Pipeline& pipeline, const std::string& officer);

// Everybody's.
void add_end_all_sessions(pg::Pipeline& pipeline);

struct OpenSession {
  std::int64_t id = 0;
  std::string officer, address;
  Instant opened_at{}, expires_at{};  // machine clock
};
// An officer's live sessions, the newest first.
pg::Slot<std::vector<OpenSession>> add_sessions(pg::Pipeline& pipeline, const std::string& officer);
// Everybody's, the newest first, at most so many.
pg::Slot<std::vector<OpenSession>> add_all_sessions(pg::Pipeline& pipeline, int limit);
// Of this officer; by somebody else it is a change of the office. False: there is no such session.
pg::Awaitable<bool> end_session(pg::Connection& connection, By by, std::string officer,
                                std::int64_t session);

}  // namespace tenggat::store
