// What can be wrong with the database and with what lies in it, as its own catalogue and tables
// say: for `tenggat doctor`.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

struct Ailment {
  std::string check;  // "server", "role", "messages", "portal", "seals"
  std::string says;   // English
  std::string remedy;
};
struct Diagnosis {
  std::vector<Ailment> ailments;
  std::int64_t at_microseconds = 0;  // Unix time by the server's clock
  std::int64_t backend = 0;          // whose statement it was; a pooler gives another's
};
// Of a database that is migrated. Reads; locks nothing.
pg::Awaitable<Diagnosis> diagnose(pg::Connection& connection);

// The last link to sign in by that went to this address, among the last messages.
struct LinkMessage {
  std::int64_t id = 0;
  std::string channel, state, reason;
};
pg::Awaitable<std::optional<LinkMessage>> last_link_to(pg::Connection& connection,
                                                       std::string address);

}  // namespace tenggat::store
