// At the moment a notice is to become a message: does it still hold, and who is told. Source:
// docs/reference.md, Notices and messages.
#pragma once
#include <optional>
#include <vector>

#include "rules/permit/silence.h"
#include "rules/permit/transition.h"

namespace tenggat {

// Why a notice no longer holds, or nothing.
std::optional<Reason> no_longer_holds(const Notice& notice, const Permit& permit, const Sop& sop,
                                      const Calendar& calendar);

// Which officers are told, by the duty the notice is addressed to. Empty: nobody on duty in the
// whole chain, or it is the applicant's.
std::vector<Recipient> recipients_of(const Notice& notice, const Permit& permit,
                                     const Context& context);

// Why a notice that is still pending has not left: what it will be dropped for; silenced or
// responded, where all who would be told are or have; nobody_on_duty; else not_due: its time to
// leave has not come.
Reason why_pending(const Notice& notice, const Permit& permit, const Context& context);

}  // namespace tenggat
