// What time it is for the office, as the database says, and how fresh what daemons keep in memory
// must be. Read in each transaction, in a statement after its locks.
#pragma once
#include <cstdint>

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

// The statement, for a pipeline, and the reader of its one row. It throws where the schema is newer
// than the program (pg/schema.h), so that whoever asks writes nothing.
extern const char* const kMomentSql;
Moment moment_of(const pg::Result& result);

// For who needs no more of it: whether the schema is still this program's. The statement's index,
// and its reader, which throws as above.
std::size_t add_schema(pg::Pipeline& pipeline);
void check_schema(const pg::Result& result);

}  // namespace tenggat::store
