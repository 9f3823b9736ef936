// Objections and the refusals that they are raised to, which are permits both.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/objection.h"
#include "rules/permit/stored_permit.h"

namespace tenggat::store {

// Objections to these permits, in the order of their ids. To be asked once the permits are locked:
// then no other one comes about.
pg::Slot<std::vector<RaisedObjection>> add_objections_to(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits);

// What stands beside a permit: the refused one that it objects to (its `related`), and the
// objections to it, which are related to it. Ids ascending.
struct RelatedPermit : RaisedObjection {
  std::string number, sop, created_by, tracking_seed;
  StoredPermit::Applicant applicant;
};
pg::Slot<std::vector<RelatedPermit>> add_related(pg::Pipeline& pipeline, std::int64_t permit);
// The objections alone, for a reader who asks often.
pg::Slot<std::vector<RelatedPermit>> add_objections(pg::Pipeline& pipeline, std::int64_t permit);

}  // namespace tenggat::store
