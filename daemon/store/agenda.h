// Planned visits to the place, of steps that are open.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

struct PlannedVisit {
  std::int64_t permit = 0;
  std::string number, subject, sop, sop_version, step, role, assignee;
  Instant at{};
};
// From `from` on, the next first, `limit` at most.
pg::Slot<std::vector<PlannedVisit>> add_field_visits(pg::Pipeline& pipeline, Instant from,
                                                     int limit);

}  // namespace tenggat::store
