// The visits and pauses of a permit told again from its events and its SOP alone, by other code
// than the product's: which are opened in which branch, when a block's branches have all arrived,
// and what an action that leaves a block cancels.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "rules/permit/event.h"
#include "rules/permit/permit.h"

namespace tenggat::test {

struct ReplayedNotice {
  int visit = 0;
  std::string kind;
  std::int64_t cause = 0;  // sequence number of its event
};

// What is stored otherwise than its events say, each in words that begin with the invariant:
// "I3 the join ...". `sop` is the permit's own.
std::vector<std::string> differ_from_events(const Permit& permit, const std::vector<Event>& events,
                                            const std::vector<ReplayedNotice>& notices,
                                            const Sop& sop);

}  // namespace tenggat::test
