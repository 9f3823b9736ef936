// Why each rung of a permit was raised, and why each other was not: of every visit and of the case,
// from the permit alone. What became of the notices of those that were raised, the outbox tells.
// Source: docs/reference.md, Calls.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/ladder.h"
#include "rules/permit/reason.h"

namespace tenggat {

struct RungStory {
  int visit = 0;  // 0: the case
  std::string rung;
  int k = 1, occurrence = 1;
  bool urgent = false;
  std::vector<Target> to;  // as the ladder names them; empty where it has the rung no longer
  // Its instant: as raised, else as the clock has it now; none while the clock stands before it or
  // has not begun, and where it ended without one.
  std::optional<Instant> due_at;
  std::optional<Instant> raised_at;
  // Raised: rung_due; rearmed where its instant moved into the future afterwards; imported where it
  // lies before the file was brought in, so that nobody was told. Not raised:
  // undone, closed_before_due, not_started, paused, not_due; rung_due where it is about to be.
  Reason reason = Reason::rung_due;
  bool operator==(const RungStory&) const = default;
};

// By visit, the case last; each ladder's rungs in its order with every k, then what was raised
// beside the ladder: reminders to mend, reminders after an acknowledgement, escalations asked for.
// The applicant's own visits have no ladder.
std::vector<RungStory> rung_stories(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                    Instant now);

}  // namespace tenggat
