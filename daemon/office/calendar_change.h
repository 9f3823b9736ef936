// A changed calendar takes effect on open permits: each open clock is replayed whole under it. Safe
// to repeat: a permit it was applied to is passed over. Source: docs/reference.md, Versions.
#pragma once
#include <string>
#include <vector>

#include "daemon/office/rule_change.h"
#include "daemon/store/rules.h"

namespace tenggat::office {

struct CalendarChange {
  store::RuleSet rules;  // the new calendar
  Calendar calendar;     // the same, parsed
  store::By by;          // who applies it
  std::string decree;    // what applicants and the audit are told as its reason
  bool write = false;    // false: a preview, nothing is written
};

// Returns what moves, permits that stay as they are included.
pg::Awaitable<std::vector<PermitMove>> change_calendar(pg::Connection& connection,
                                                       Rulebook& rulebook, CalendarChange change);

// The days off and make-up days that `after` has and `before` has not, in words for an applicant:
// "Rabu 8 April 2026 ditetapkan sebagai hari libur (Keputusan ...)".
std::string reason_of_change(const Calendar& before, const Calendar& after);

}  // namespace tenggat::office
