#include "daemon/store/task_views.h"

#include "daemon/store/columns.h"

namespace tenggat::store {

pg::Slot<std::vector<TaskView>> add_task_views(pg::Pipeline& pipeline, const std::string& officer) {
  static constexpr auto kView =
      columns(given("name", &TaskView::name), given("address", &TaskView::address));
  static const auto sql = each<kView>("SELECT {} FROM task_view WHERE officer = $1 ORDER BY name");
  return pipeline.add(sql, officer);
}

pg::Slot<std::vector<std::string>> add_keep_task_view(pg::Pipeline& pipeline,
                                                      const std::string& officer,
                                                      const TaskView& view) {
  static const auto sql = values<std::string>(
      "INSERT INTO task_view (officer, name, address) SELECT $1, $2, $3"
      " WHERE (SELECT count(*) FROM task_view WHERE officer = $1 AND name <> $2) < $4::int"
      " ON CONFLICT (officer, name) DO UPDATE SET address = excluded.address RETURNING name");
  return pipeline.add(sql, officer, view.name, view.address, kTaskViewsMost);
}

void add_drop_task_view(pg::Pipeline& pipeline, const std::string& officer,
                        const std::string& name) {
  pipeline.add("DELETE FROM task_view WHERE officer = $1 AND name = $2", officer, name);
}

}  // namespace tenggat::store
