// "Bagaimana tanggal ini dihitung?": the proof of a clock as a table a person can follow, day by
// day what counted and what did not, and why.
#pragma once
#include "daemon/pages/html.h"
#include "rules/permit/ledger.h"
#include "rules/permit/permit.h"

namespace tenggat::pages {

enum class For { applicant, officer };  // an applicant reads no officer's name

// Nothing where the case clock has not started.
Html proof_of_case(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now,
                   For reader);
// Nothing for a visit without a clock.
Html proof_of_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                    const Calendar& calendar, Instant now);

}  // namespace tenggat::pages
