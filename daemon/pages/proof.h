// "Bagaimana tanggal ini dihitung?": the proof of a clock as a table a person can follow: every
// civil day to the due date, what of it counts and what does not, and why. The rows add up to the
// standard.
#pragma once
#include "daemon/pages/html.h"
#include "notifiers/speech.h"
#include "rules/permit/ledger.h"
#include "rules/permit/permit.h"

namespace tenggat::pages {

enum class For { applicant, officer };  // an applicant reads no officer's name

// Nothing where the case clock has not started.
Html proof_of_case(const Permit& permit, const Sop& sop, const notify::Speech& speech, Instant now,
                   For reader);
// The same for officers, in Indonesian. Nothing for a visit without a clock.
Html proof_of_case(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now,
                   For reader);
Html proof_of_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                    const Calendar& calendar, Instant now);

}  // namespace tenggat::pages
