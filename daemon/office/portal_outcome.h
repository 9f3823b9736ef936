// What is put on record of an attempt to post an event to the portal. Pure. Source:
// docs/reference.md, Portal.
#pragma once
#include "daemon/store/portal.h"
#include "notifiers/webhook/portal.h"

namespace tenggat::office {

// A portal that is gone keeps its events: they are posted once a person has enabled it again.
store::EventOutcome outcome_of(const store::ClaimedEvent& claimed,
                               const notify::portal::Answer& answer);

}  // namespace tenggat::office
