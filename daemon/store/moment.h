// What time it is for the office, as the database says, and how fresh what daemons keep in memory
// must be. Read in each transaction, in a statement after its locks.
#pragma once
#include <cstdint>
#include <optional>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

struct Moment {
  Instant now{};      // the office's clock, simulated or real, cut to seconds
  Instant machine{};  // the database machine's clock
  double speed = 1;   // office seconds per machine second; 0 stands still
  bool simulated = false;
  // Grow with every change of what they name.
  std::int64_t people_mark = 0, rules_mark = 0, tokens_mark = 0;
};

// Reading it throws where the schema is newer than the program (pg/schema.h), so that whoever asks
// writes nothing.
extern const pg::Query<Moment> kMoment;

// For who needs no more of it: the schema's version. Reading it throws as above.
pg::Slot<std::optional<std::int64_t>> add_schema(pg::Pipeline& pipeline);

}  // namespace tenggat::store
