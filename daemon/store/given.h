// What the database knows of what it has given, to be held against a mark (mark.h).
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/mark.h"

namespace tenggat::store {

struct Standing {
  Given found;
  std::string behind;              // what some daemon has found missing; empty: nothing
  std::optional<Instant> held_at;  // since then what is unsent waits; machine clock
  bool standby = false;            // a copy that is behind by nature: nothing follows from it
  std::vector<Witness> missing;    // of the mark's
  std::set<std::string> revived;   // of the mark's revoked ones
};
// One flight. Everything it finds is of now or later, whatever is written meanwhile.
pg::Awaitable<Standing> read_standing(pg::Connection& connection, Mark mark);

// Their numbers; of a permit that is gone, its id and that it is.
pg::Awaitable<std::vector<std::string>> permits_of(pg::Connection& connection,
                                                   std::vector<Witness> events);

// Random, made once; which mark is this database's.
pg::Awaitable<std::string> read_identity(pg::Connection& connection);

// For all daemons on this database: none of them acts any more. The first reason stays.
void add_say_behind(pg::Pipeline& pipeline, const std::string& why);

// Since when what is unsent waits for `tenggat message release`; nothing: it does not.
pg::Slot<std::optional<Instant>> add_held(pg::Pipeline& pipeline);

}  // namespace tenggat::store
