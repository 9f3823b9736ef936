#include "daemon/office/grouping.h"

#include <algorithm>
#include <utility>

namespace tenggat::office {
namespace {

// Its instant moved into the future: the next occurrence will say it.
bool rearmed(const Notice& notice, const Permit& permit) {
  return std::any_of(permit.rungs.begin(), permit.rungs.end(), [&](const RaisedRung& rung) {
    return rung.rearmed && rung.visit == notice.visit && rung.rung == notice.kind &&
           rung.k == notice.k && rung.occurrence == notice.occurrence;
  });
}

std::optional<Reason> visit_notice_fails(const Notice& notice, const Permit& permit, const Sop& sop,
                                         const Calendar& calendar) {
  const Visit* visit = permit.find_visit(notice.visit);
  if (!visit || visit->undone) return Reason::undone;
  // A report of what was done at closing holds when the visit is closed, and only then.
  if (notice.text == "laporan" && notice.kind != "jeda")
    return visit->open() ? std::optional(Reason::undone) : std::nullopt;
  if (!visit->open()) return Reason::done_before_sending;
  if (rearmed(notice, permit)) return Reason::rearmed;
  if (notice.kind == "jeda")
    return permit.open_pause(visit->id) ? std::nullopt : std::optional(Reason::done_before_sending);
  if (notice.kind == "start") return std::nullopt;
  const auto ledger = visit_ledger(permit, *visit, sop);
  if (ledger && Replay(*ledger, calendar).stands()) return Reason::paused;
  return std::nullopt;
}

std::optional<Reason> applicant_notice_fails(const Notice& notice, const Permit& permit) {
  const Visit* visit = permit.find_visit(notice.visit);
  const bool about_open_visit = notice.text == "tahap" || notice.text == "pengingat_perbaikan";
  if (about_open_visit && (!visit || !visit->open())) return Reason::done_before_sending;
  if (notice.text == "klarifikasi" && !permit.open_pause(notice.visit))
    return Reason::done_before_sending;
  if (notice.text == "terlambat_pemohon" && permit.case_closed_at)
    return Reason::done_before_sending;
  return std::nullopt;
}

struct Slot {
  Recipient recipient;
  std::map<Audience, std::vector<const Deliverable*>> waiting;
  bool after_outage = false;
};

// The later one of two rungs of a visit says more.
bool says_more(const store::PendingNotice& a, const store::PendingNotice& b) {
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

// When those of each audience leave.
std::map<Audience, Instant> departures(const Slot& slot, const std::optional<LastMessage>& last,
                                       const SendRules& rules, const Calendar& calendar) {
  std::map<Audience, Instant> leaves;
  for (const auto& [audience, notices] : slot.waiting) {
    Instant first = Instant::max();
    for (const Deliverable* one : notices)
      first = std::min(first, ready_at(one->pending.notice, rules));
    leaves[audience] = leaves_at(audience, first, last, rules, calendar);
  }
  if (!slot.after_outage) return leaves;
  Instant earliest = Instant::max();
  for (const auto& [audience, at] : leaves) earliest = std::min(earliest, at);
  for (auto& [audience, at] : leaves) at = earliest;
  return leaves;
}

}  // namespace

std::optional<Reason> no_longer_holds(const Notice& notice, const Permit& permit, const Sop& sop,
                                      const Calendar& calendar) {
  if (notice.audience == Audience::applicant) return applicant_notice_fails(notice, permit);
  if (notice.visit != 0) return visit_notice_fails(notice, permit, sop, calendar);
  if (permit.case_closed_at) return Reason::done_before_sending;
  if (rearmed(notice, permit)) return Reason::rearmed;
  const auto ledger = case_ledger(permit, sop);
  if (ledger && Replay(*ledger, calendar).stands()) return Reason::paused;
  return std::nullopt;
}

bool more_pressing(const ListedTask& a, const ListedTask& b) {
  const auto last = [](const ListedTask& task) { return task.paused || !task.due_at; };
  if (last(a) != last(b)) return last(b);
  if (a.due_at != b.due_at) return a.due_at < b.due_at;
  return a.number < b.number;
}

std::vector<Recipient> recipients_of(const Notice& notice, const Permit& permit,
                                     const Context& context) {
  const CivilDate day = context.today();
  const Visit* visit = permit.find_visit(notice.visit);
  switch (notice.addressee.kind) {
    case Addressee::Kind::holder:
      return visit ? resolve_holder(*visit, context.sop, context.people, day)
                   : std::vector<Recipient>();
    case Addressee::Kind::role:
      return resolve_role(notice.addressee.name, visit, context.sop, context.people, day);
    case Addressee::Kind::officer:
      return {{notice.addressee.name, "", "", "", Reason::on_duty}};
    case Addressee::Kind::applicant:
      return {};
  }
  return {};
}

Grouping group(const std::vector<Deliverable>& deliverables,
               const std::map<std::string, LastMessage>& last_messages, const SendRules& rules,
               const Calendar& calendar, Instant now) {
  std::map<std::string, Slot> slots;
  for (const Deliverable& one : deliverables) {
    for (const Recipient& recipient : one.to) {
      Slot& slot = slots[recipient.officer];
      if (slot.recipient.officer.empty()) slot.recipient = recipient;
      slot.waiting[one.pending.notice.audience].push_back(&one);
      slot.after_outage = slot.after_outage || one.held_up_since;
    }
  }

  Grouping result;
  for (const auto& [officer, slot] : slots) {
    const auto found = last_messages.find(officer);
    const std::optional<LastMessage> last =
        found == last_messages.end() ? std::nullopt : std::optional(found->second);
    std::vector<const Deliverable*> leaving;
    for (const auto& [audience, leaves] : departures(slot, last, rules, calendar)) {
      const std::vector<const Deliverable*>& notices = slot.waiting.at(audience);
      if (leaves <= now) {
        leaving.insert(leaving.end(), notices.begin(), notices.end());
        continue;
      }
      for (const Deliverable* one : notices) {
        const auto [at, fresh] = result.later.emplace(one->pending.id, leaves);
        if (!fresh) at->second = std::min(at->second, leaves);
      }
    }
    if (!leaving.empty()) result.groups.push_back(fold(slot.recipient, leaving));
  }
  return result;
}

}  // namespace tenggat::office
