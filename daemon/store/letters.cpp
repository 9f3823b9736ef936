#include "daemon/store/letters.h"

#include "daemon/store/rows.h"

namespace tenggat::store {

std::size_t add_letters(pg::Pipeline& pipeline, std::int64_t permit) {
  return pipeline.add(
      "SELECT id, from_officer, to_officer, kind, start_on::text, end_on::text, letter"
      " FROM delegation d WHERE EXISTS (SELECT FROM event e WHERE e.permit = $1::bigint"
      "   AND e.acting_for = d.from_officer AND e.actor = 'officer:' || d.to_officer)"
      " OR EXISTS (SELECT FROM notice n JOIN message_notice l ON l.permit = n.permit AND"
      "   l.notice = n.id JOIN message m ON m.id = l.message WHERE n.permit = $1::bigint"
      "   AND m.acting_for = d.from_officer AND m.recipient = 'officer:' || d.to_officer)"
      " ORDER BY start_on, id",
      permit);
}

std::vector<Delegation> letters_of(const pg::Result& r) {
  std::vector<Delegation> letters;
  for (int row = 0; row < r.rows(); ++row)
    letters.push_back({.id = r.int64(row, 0),
                       .from = text_at(r, row, 1),
                       .to = text_at(r, row, 2),
                       .kind = text_at(r, row, 3),
                       .start = text_at(r, row, 4),
                       .end = text_at(r, row, 5),
                       .letter = text_at(r, row, 6)});
  return letters;
}

}  // namespace tenggat::store
