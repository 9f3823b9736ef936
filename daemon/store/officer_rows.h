// What changes of an officer share, at once or once they have waited. Included by the store's own
// files only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/office_chain.h"
#include "daemon/store/people.h"
#include "daemon/store/people_tables.h"

namespace tenggat::store {

// An officer as they are, locked, with their roles.
class OfficerSlot {
 public:
  OfficerSlot(pg::Pipeline& pipeline, const std::string& id);
  std::optional<Officer> read(const pg::Results& results) const;

 private:
  pg::Slot<std::optional<Officer>> officer_;
  pg::Slot<std::vector<OfOfficer>> roles_;
};

Officer edited(Officer officer, const OfficerEdit& edit);
// What `edit` changes, and no more.
OfficerEdit differing(const Officer& before, const OfficerEdit& edit);
// Of addresses or roles: whom one takes them for.
bool changes_identity(const Officer& before, const Officer& after);
OfficeEvent officer_event(OfficeKind kind, const Officer& before, const Officer& after);

void add_roles(pg::Pipeline& pipeline, const Officer& officer);
// Whoever signed in as they were reached before, or as what they were, does so anew.
void add_edit(pg::Pipeline& pipeline, const Officer& before, const Officer& after);

// One that waits (officer_changes.h): what of `before` it changes, and its number, which is drawn
// first.
struct Proposal {
  Officer before;
  OfficerEdit edit;
  std::int64_t id = 0;
};
const pg::Query<std::int64_t>& next_waiting_change();
// Its row, and its event.
OfficeEvent add_proposal(pg::Pipeline& writes, const OfficeChanging& changing,
                         const Proposal& proposal);

// Commits; what the schema said of an address is an answer.
pg::Awaitable<OfficerChange> commit_officer(OfficeChanging& changing, pg::Pipeline writes,
                                            OfficeEvent event);

}  // namespace tenggat::store
