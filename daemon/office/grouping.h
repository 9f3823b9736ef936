// Who gets which notices in one message, and which wait. Pure: the composer loads, asks, writes.
// Source: contract section 7.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/store/outbox.h"
#include "daemon/store/permits.h"
#include "rules/quiet.h"
#include "rules/telling.h"

namespace tenggat::office {

// A notice that holds, with whom it is for and has not reached yet.
struct Deliverable {
  const store::PendingNotice* pending = nullptr;
  std::vector<Recipient> to;
};

// What one officer gets now.
struct OfficerGroup {
  Recipient recipient;
  std::vector<const store::PendingNotice*> notices;  // to be named, most urgent last raised first
  std::vector<const store::PendingNotice*> folded;   // said by a later one of the same visit
};

struct Grouping {
  std::vector<OfficerGroup> groups;
  // Notices that reached everybody they are for, and when to look again at those that did not.
  std::vector<std::int64_t> complete;
  std::map<std::int64_t, Instant> later;
};

Grouping group(const std::vector<Deliverable>& deliverables,
               const std::map<std::string, LastMessage>& last_messages, const SendRules& rules,
               const Calendar& calendar, Instant now);

}  // namespace tenggat::office
