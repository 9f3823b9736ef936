#include "daemon/store/agenda.h"

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kPlanned = columns(
    given("v.permit", &PlannedVisit::permit), given("p.number", &PlannedVisit::number),
    given("p.subject", &PlannedVisit::subject), given("p.sop", &PlannedVisit::sop),
    given("p.sop_version", &PlannedVisit::sop_version), given("v.step", &PlannedVisit::step),
    given("v.role", &PlannedVisit::role), given("v.assignee", &PlannedVisit::assignee),
    given("v.field_visit_at", &PlannedVisit::at));

}  // namespace

pg::Slot<std::vector<PlannedVisit>> add_field_visits(pg::Pipeline& pipeline, Instant from,
                                                     int limit) {
  static const auto sql = each<kPlanned>(
      "SELECT {} FROM visit v JOIN permit p ON p.id = v.permit"
      " WHERE v.field_visit_at >= $1 AND v.closed_at IS NULL AND NOT v.undone AND v.permit > 0"
      " ORDER BY v.field_visit_at, v.permit LIMIT $2::int");
  return pipeline.add(sql, from, limit);
}

}  // namespace tenggat::store
