#include "daemon/store/letters.h"

#include "daemon/store/people_tables.h"

namespace tenggat::store {

pg::Slot<std::vector<Delegation>> add_letters(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = each<kDelegation>(
      "SELECT {} FROM delegation d WHERE EXISTS (SELECT FROM event e WHERE e.permit = $1::bigint"
      "   AND e.acting_for = d.from_officer AND e.actor = 'officer:' || d.to_officer)"
      " OR EXISTS (SELECT FROM notice n JOIN message_notice l ON l.permit = n.permit AND"
      "   l.notice = n.id JOIN message m ON m.id = l.message WHERE n.permit = $1::bigint"
      "   AND m.acting_for = d.from_officer AND m.recipient = 'officer:' || d.to_officer)"
      " ORDER BY start_on, id");
  return pipeline.add(sql, permit);
}

}  // namespace tenggat::store
