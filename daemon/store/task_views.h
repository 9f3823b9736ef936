// The views of their desk that officers keep, each a name and an address of the page. A convenience
// of one person: it is in no record.
#pragma once
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

struct TaskView {
  std::string name, address;
};
inline constexpr int kTaskViewsMost = 12;

// By name.
pg::Slot<std::vector<TaskView>> add_task_views(pg::Pipeline& pipeline, const std::string& officer);
// Under a name they have already it takes the other's place. What it answers with: the name;
// nothing where they keep as many as they may.
pg::Slot<std::vector<std::string>> add_keep_task_view(pg::Pipeline& pipeline,
                                                      const std::string& officer,
                                                      const TaskView& view);
void add_drop_task_view(pg::Pipeline& pipeline, const std::string& officer,
                        const std::string& name);

}  // namespace tenggat::store
