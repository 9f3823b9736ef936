// Everything on record about one permit, for whoever has to judge how the office treated it: the
// clock's proof, decrees, letters, messages with their receipts, and the chain that shows whether
// the record is as it was written.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/audit.h"
#include "daemon/store/permits.h"
#include "daemon/store/related.h"
#include "daemon/store/why.h"
#include "rules/permit/transition.h"

namespace tenggat::pages {

struct Dossier {
  const store::StoredPermit& stored;
  const Context& context;  // of the permit's SOP version, at the moment of printing
  const std::vector<store::StoredEvent>& events;
  const std::vector<store::StoredNote>& notes;
  const std::vector<store::ToldNotice>& told;
  const std::vector<Delegation>& letters;
  const std::vector<store::RelatedPermit>& related;  // that it objects to, and objections to it
  const store::AuditReport& chain;                   // of this permit
  std::string office;                                // the agency
  // What officers wrote for one another, which applicants are never told: for the office and who
  // audits it alone. Without it the dossier may be handed to the applicant.
  bool internal_notes = false;
  std::string other_way{};  // address of the dossier with them, without them; empty: none
};

// A whole HTML document, to print.
std::string dossier_page(const Dossier& dossier);
// The same for programs: `permit`, `timeline`, `why` as the API has them, and `documents`,
// `letters`, `objections`, `chain` beside them.
boost::json::object dossier_json(const Dossier& dossier);

}  // namespace tenggat::pages
