// An objection and the refusal it is raised to, as pages lead from one to the other.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/link_keys.h"
#include "daemon/office/rulebook.h"
#include "daemon/pages/html.h"
#include "daemon/store/related.h"

namespace tenggat::pages {

using Beside = std::vector<store::RelatedPermit>;

// In which objections to a permit of this SOP are raised; null where the SOP names none, or one
// that takes no applications.
const Sop* objection_service(const Sop& sop, const office::Rulebook& rulebook);
// What speaks against one to this permit now; `context` is of its SOP.
std::optional<Refusal> refuse_objection(const Permit& permit, const Beside& beside,
                                        const Sop& service, const Context& context);

// By their numbers: the permit that this one objects to, and the objections to it. Each leads to
// its own tracking page where this page's reader is known to be its applicant's: the objection was
// raised on the page of the other one, or both are told to the same address.
Html objected_to(const StoredPermit& stored, const Beside& beside, const LinkKeys& links);
Html objections_to(const StoredPermit& stored, const Beside& beside, const LinkKeys& links);

// The same for officers, who may see all permits, as rows of a list of facts.
Html related_facts(const Permit& permit, const Beside& beside);

}  // namespace tenggat::pages
