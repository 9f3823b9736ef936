// What waits with an officer's roles, narrowed down.
#pragma once
#include <string>
#include <vector>

#include "daemon/store/permits.h"

namespace tenggat::store {

// As add_find_tasks, of one service alone.
Ids add_find_tasks_of(pg::Pipeline& pipeline, const std::vector<std::string>& roles,
                      const std::string& sop, int limit);

}  // namespace tenggat::store
