#include "daemon/store/related.h"

#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace {

// What objects to nothing is related to 0.
constexpr auto kRaised = columns(given("p.id", &RaisedObjection::id),
                                 given("coalesce(p.related, 0)", &RaisedObjection::related),
                                 given("p.state", &RaisedObjection::state),
                                 given("p.last_action", &RaisedObjection::last_action));
constexpr auto kRelated =
    kRaised +
    columns(given("p.number", &RelatedPermit::number), given("p.sop", &RelatedPermit::sop),
            given("p.created_by", &RelatedPermit::created_by),
            given("p.tracking_secret", &RelatedPermit::tracking_seed),
            given("a.name", &RelatedPermit::applicant, &StoredPermit::Applicant::name),
            given("a.email", &RelatedPermit::applicant, &StoredPermit::Applicant::email),
            given("a.whatsapp", &RelatedPermit::applicant, &StoredPermit::Applicant::whatsapp));

}  // namespace

pg::Slot<std::vector<RaisedObjection>> add_objections_to(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits) {
  static const auto sql =
      each<kRaised>("SELECT {} FROM permit p WHERE p.related = ANY($1::bigint[]) ORDER BY p.id");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::vector<RelatedPermit>> add_related(pg::Pipeline& pipeline, std::int64_t permit) {
  // As an array, so that each is looked up by its id.
  static const auto sql = each<kRelated, RelatedPermit>(
      "SELECT {} FROM permit p JOIN applicant a ON a.id = p.applicant WHERE p.id = ANY(ARRAY("
      " SELECT o.id FROM permit o WHERE o.related = $1::bigint UNION ALL"
      " SELECT o.related FROM permit o WHERE o.id = $1::bigint AND o.related IS NOT NULL))"
      " ORDER BY p.id");
  return pipeline.add(sql, permit);
}

pg::Slot<std::vector<RelatedPermit>> add_objections(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = each<kRelated, RelatedPermit>(
      "SELECT {} FROM permit p JOIN applicant a ON a.id = p.applicant WHERE p.related = $1::bigint"
      " ORDER BY p.id");
  return pipeline.add(sql, permit);
}

}  // namespace tenggat::store
