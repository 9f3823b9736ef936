// What came back to an open visit, and whose work it was before: by its action a later step sent it
// back, the applicant reported an error in what was given, or the applicant has mended what was
// returned to them. Source: docs/reference.md, People.
#pragma once
#include <optional>

#include "rules/permit/people.h"

namespace tenggat {

struct CameBack {
  enum class How { returned, error_reported, mended } how = How::returned;
  const Visit* before = nullptr;  // of the same step: the work that comes back, what it found
  const Visit* sent = nullptr;    // whose action sent it: of a later step, or the applicant's own
};
// Points into `permit`. Nothing for an applicant's visit, and for one that is reached forward.
std::optional<CameBack> came_back(const Permit& permit, const Visit& visit, const Sop& sop);

// Who has it, claimed or given, where they are on duty today and may act on the visit. Null:
// nobody.
const Officer* holder_on_duty(const Visit& visit, const Sop& sop, const People& people,
                              const CivilDate& day);

// Whose work comes back, where they are on duty today and may act on the visit: officer id, else
// empty.
std::string author_on_duty(const Permit& permit, const Visit& visit, const Sop& sop,
                           const People& people, const CivilDate& day);

// The visit whose action says that the application is to be refused: by the review, or by the draft
// against it. Null where it is not to be refused.
const Visit* refusing_visit(const Permit& permit, const Sop& sop);

}  // namespace tenggat
