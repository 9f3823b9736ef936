// Who gets which notices in one message, and which wait. Source: docs/reference.md, Officers.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rules/permit/people.h"
#include "rules/permit/quiet.h"
#include "rules/telling/pending_notice.h"

namespace tenggat {

// What a list of several says of one.
struct ListedTask {
  std::string number, what;  // of the permit; the step, or the whole case
  std::optional<Instant> due_at;
  bool paused = false;
  const Calendar* calendar = nullptr;
  Counting counting = Counting::working;  // what its clock counts
  std::string instead_of = {};            // whom the reader stands in for there; empty: their own
  std::int64_t permit = 0;
  std::string subject = {};
  // Raised to the reader as a superior; by whom it is held, empty: by nobody.
  bool escalation = false;
  std::string responsible = {};
};
// What the clock of a step of it counts; of the whole case where `step` is empty.
Counting counting_at(const Sop& sop, std::string_view step);
// The soonest due first; what stands or has no due comes last.
bool more_pressing(const ListedTask& a, const ListedTask& b);

// Until when somebody is left in peace, and why: they asked for silence, or have responded.
struct HeldBack {
  Instant until{};
  Reason why = Reason::silenced;
};

// A notice that holds, with whom it is for and has not reached yet.
struct Deliverable {
  PendingNotice pending;
  std::vector<Recipient> to;
  ListedTask task;
  std::optional<Instant> held_up_since;  // by an outage
  std::optional<HeldBack> held_back;     // of those who are not in `to`, being left in peace
  const Calendar* hours = nullptr;       // it leaves in, where not in the office's
};

// What one officer gets now.
struct OfficerGroup {
  Recipient recipient;
  std::vector<const Deliverable*> notices;  // to be named, the most pressing first
  std::vector<const Deliverable*> folded;   // said by a later one of the same visit

  std::size_t permits() const;  // named, each once
  // The officer this one gets the notice in place of; empty: it is their own.
  std::string stands_in_for(const Deliverable& one) const;
};

struct Grouping {
  std::vector<OfficerGroup> groups;
  // By notice id: when to look again at those that wait for somebody.
  std::map<std::int64_t, Instant> later;
};

// After an outage everything for one person leaves at once: one message instead of a storm.
Grouping group(const std::vector<Deliverable>& deliverables,
               const std::map<std::string, LastMessage>& last_messages, const SendRules& rules,
               const Calendar& calendar, Instant now);

}  // namespace tenggat
