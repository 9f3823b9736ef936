// The letters by which somebody stood in for somebody else on a permit.
#pragma once
#include <cstdint>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/people.h"

namespace tenggat::store {

// Delegations under which an officer acted on the permit or was told of it, ended ones too.
pg::Slot<std::vector<Delegation>> add_letters(pg::Pipeline& pipeline, std::int64_t permit);

}  // namespace tenggat::store
