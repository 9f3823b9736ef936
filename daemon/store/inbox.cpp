#include "daemon/store/inbox.h"

#include "daemon/store/columns.h"

namespace tenggat::store {

Ids add_find_tasks_of(pg::Pipeline& pipeline, const std::vector<std::string>& roles,
                      const std::string& sop, int limit) {
  static const auto sql = values<std::int64_t>(
      // In the order of the role's index; the service is looked up permit by permit, until there
      // are enough.
      "SELECT permit FROM unnest($1::text[]) AS r(role) CROSS JOIN LATERAL ("
      "   SELECT permit, due_at FROM visit v WHERE v.role = r.role AND closed_at IS NULL"
      "   AND NOT undone AND permit > 0"
      "   AND (SELECT p.sop FROM permit p WHERE p.id = v.permit) = $3"
      "   ORDER BY due_at, permit LIMIT $2::int) v"
      " GROUP BY permit ORDER BY min(due_at) NULLS LAST, permit LIMIT $2::int");
  return pipeline.add(sql, pg::text_array(roles), limit, sop);
}

}  // namespace tenggat::store
