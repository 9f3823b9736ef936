#include "daemon/office/grouping.h"

#include <algorithm>
#include <set>

namespace tenggat::office {
namespace {

struct Slot {
  Recipient recipient;
  std::vector<const store::PendingNotice*> own, superior;
};

// The later one of two rungs of a visit says more.
bool says_more(const store::PendingNotice& a, const store::PendingNotice& b) {
  if (a.notice.raised_at != b.notice.raised_at) return a.notice.raised_at > b.notice.raised_at;
  return a.id > b.id;
}

void leave(OfficerGroup& group, const std::vector<const store::PendingNotice*>& notices) {
  for (const store::PendingNotice* one : notices) {
    const auto same_visit = [&](const store::PendingNotice* other) {
      return other->permit == one->permit && other->notice.visit == one->notice.visit;
    };
    const auto found = std::find_if(group.notices.begin(), group.notices.end(), same_visit);
    if (found == group.notices.end()) {
      group.notices.push_back(one);
    } else if (says_more(*one, **found)) {
      group.folded.push_back(*found);
      *found = one;
    } else {
      group.folded.push_back(one);
    }
  }
}

}  // namespace

Grouping group(const std::vector<Deliverable>& deliverables,
               const std::map<std::string, LastMessage>& last_messages, const SendRules& rules,
               const Calendar& calendar, Instant now) {
  std::map<std::string, Slot> slots;
  for (const Deliverable& one : deliverables) {
    for (const Recipient& recipient : one.to) {
      Slot& slot = slots[recipient.officer];
      if (slot.recipient.officer.empty()) slot.recipient = recipient;
      const Notice& notice = one.pending->notice;
      // An urgent one does not wait for the interval either.
      const bool waits = notice.audience == Audience::holder && !notice.urgent;
      (waits ? slot.own : slot.superior).push_back(one.pending);
    }
  }

  Grouping result;
  std::set<std::int64_t> incomplete;
  for (auto& [officer, slot] : slots) {
    const auto found = last_messages.find(officer);
    const std::optional<LastMessage> last =
        found == last_messages.end() ? std::nullopt : std::optional(found->second);
    OfficerGroup group{slot.recipient, {}, {}};
    for (const auto& [audience, notices] :
         {std::pair(Audience::superior, &slot.superior), std::pair(Audience::holder, &slot.own)}) {
      if (notices->empty()) continue;
      Instant first = Instant::max();
      for (const store::PendingNotice* one : *notices)
        first = std::min(first, ready_at(one->notice, rules));
      const Instant leaves = leaves_at(audience, first, last, rules, calendar);
      if (leaves <= now) {
        leave(group, *notices);
        continue;
      }
      for (const store::PendingNotice* one : *notices) {
        incomplete.insert(one->id);
        const auto [at, fresh] = result.later.emplace(one->id, leaves);
        if (!fresh) at->second = std::min(at->second, leaves);
      }
    }
    if (!group.notices.empty()) result.groups.push_back(std::move(group));
  }
  for (const Deliverable& one : deliverables)
    if (!incomplete.contains(one.pending->id)) result.complete.push_back(one.pending->id);
  return result;
}

}  // namespace tenggat::office
