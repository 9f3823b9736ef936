#include "rules/telling/grouping.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tenggat {
namespace {

// Those of one audience and urgency leave together.
using Kind = std::pair<Audience, bool>;

struct Slot {
  Recipient recipient;
  std::map<Kind, std::vector<const Deliverable*>> waiting;
  bool after_outage = false;
};

// The later one of two rungs of a visit says more.
bool says_more(const PendingNotice& a, const PendingNotice& b) {
  if (a.notice.raised_at != b.notice.raised_at) return a.notice.raised_at > b.notice.raised_at;
  return a.id > b.id;
}

OfficerGroup fold(const Recipient& recipient, const std::vector<const Deliverable*>& leaving) {
  OfficerGroup group{recipient, {}, {}};
  std::map<std::pair<std::int64_t, int>, std::size_t> named;  // permit and visit
  for (const Deliverable* one : leaving) {
    const auto [found, fresh] = named.emplace(
        std::pair(one->pending.permit, one->pending.notice.visit), group.notices.size());
    if (fresh) {
      group.notices.push_back(one);
    } else if (const Deliverable*& other = group.notices[found->second];
               says_more(one->pending, other->pending)) {
      group.folded.push_back(std::exchange(other, one));
    } else {
      group.folded.push_back(one);
    }
  }
  std::stable_sort(
      group.notices.begin(), group.notices.end(),
      [](const Deliverable* a, const Deliverable* b) { return more_pressing(a->task, b->task); });
  return group;
}

// When those of each kind leave.
std::map<Kind, Instant> departures(const Slot& slot, const std::optional<LastMessage>& last,
                                   const SendRules& rules, const Calendar& calendar, Instant now) {
  std::map<Kind, Instant> leaves;
  Instant earliest = Instant::max();
  for (const auto& [kind, notices] : slot.waiting) {
    Instant first = Instant::max();
    for (const Deliverable* one : notices)
      first = std::min(first, ready_at(one->pending.notice, rules));
    const Notice& like = notices.front()->pending.notice;
    // What should have left long ago leaves in office hours, too.
    const Calendar* own = notices.front()->hours;
    leaves[kind] = leaves_at(like, std::max(first, now), last, rules, own ? *own : calendar);
    earliest = std::min(earliest, leaves[kind]);
  }
  if (slot.after_outage)
    for (auto& [kind, at] : leaves) at = earliest;
  return leaves;
}

}  // namespace

std::size_t OfficerGroup::permits() const {
  std::set<std::int64_t> permits;
  for (const Deliverable* one : notices) permits.insert(one->pending.permit);
  return permits.size();
}

std::string OfficerGroup::stands_in_for(const Deliverable& one) const {
  for (const Recipient& to : one.to)
    if (to.officer == recipient.officer) return to.for_officer;
  return {};
}

Counting counting_at(const Sop& sop, std::string_view step) {
  if (step.empty()) return counting_of(sop.case_standard);
  const Step* found = sop.find_step(step);
  return found ? counting_of(found->standard) : Counting::working;
}

bool more_pressing(const ListedTask& a, const ListedTask& b) {
  const auto last = [](const ListedTask& task) { return task.paused || !task.due_at; };
  if (last(a) != last(b)) return last(b);
  if (a.due_at != b.due_at) return a.due_at < b.due_at;
  return a.number < b.number;
}

Grouping group(const std::vector<Deliverable>& deliverables,
               const std::map<std::string, LastMessage>& last_messages, const SendRules& rules,
               const Calendar& calendar, Instant now) {
  std::map<std::string, Slot> slots;
  for (const Deliverable& one : deliverables) {
    for (const Recipient& recipient : one.to) {
      Slot& slot = slots[recipient.officer];
      if (slot.recipient.officer.empty()) slot.recipient = recipient;
      const Notice& notice = one.pending.notice;
      slot.waiting[{notice.audience, notice.urgent}].push_back(&one);
      slot.after_outage = slot.after_outage || one.held_up_since;
    }
  }

  Grouping result;
  for (const auto& [officer, slot] : slots) {
    const auto found = last_messages.find(officer);
    const std::optional<LastMessage> last =
        found == last_messages.end() ? std::nullopt : std::optional(found->second);
    std::vector<const Deliverable*> leaving;
    for (const auto& [kind, leaves] : departures(slot, last, rules, calendar, now)) {
      const std::vector<const Deliverable*>& notices = slot.waiting.at(kind);
      if (leaves <= now) {
        leaving.insert(leaving.end(), notices.begin(), notices.end());
        continue;
      }
      for (const Deliverable* one : notices) {
        const auto [at, fresh] = result.later.emplace(one->pending.id, leaves);
        if (!fresh) at->second = std::min(at->second, leaves);
      }
    }
    // A superior's own words fold into nothing, and nothing into them.
    const auto alone = std::stable_partition(
        leaving.begin(), leaving.end(),
        [](const Deliverable* one) { return !one->pending.notice.kind.stands_alone(); });
    for (auto one = alone; one != leaving.end(); ++one)
      result.groups.push_back({slot.recipient, {*one}, {}});
    leaving.erase(alone, leaving.end());
    if (!leaving.empty()) result.groups.push_back(fold(slot.recipient, leaving));
  }
  return result;
}

}  // namespace tenggat
