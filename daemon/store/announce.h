// What daemons and tools on one office tell each other.
#pragma once
#include <string_view>

#include "daemon/pg/connection.h"
#include "daemon/pg/search_path.h"

namespace tenggat::store {

// When the transaction commits. A hint: nothing may depend on it.
inline void add_announce(pg::Pipeline& pipeline, std::string_view what) {
  pipeline.add("SELECT pg_notify(" TENGGAT_CHANNEL ", $1)", what);
}

// From now on, in this session.
inline pg::Awaitable<void> hear_announcements(pg::Connection& connection) {
  const pg::Result channel = co_await connection.query("SELECT quote_ident(" TENGGAT_CHANNEL ")");
  co_await connection.query("LISTEN " + std::string(channel.text(0, 0)), std::vector<pg::Param>{});
}

}  // namespace tenggat::store
