#include "daemon/office/grouping.h"

#include <algorithm>
#include <set>

namespace tenggat::office {
namespace {

std::optional<Reason> visit_notice_fails(const Notice& notice, const Permit& permit, const Sop& sop,
                                         const Calendar& calendar) {
  const Visit* visit = permit.find_visit(notice.visit);
  if (!visit || visit->undone) return Reason::undone;
  // A report of what was done at closing holds when the visit is closed, and only then.
  if (notice.text == "laporan" && notice.kind != "jeda")
    return visit->open() ? std::optional(Reason::undone) : std::nullopt;
  if (!visit->open()) return Reason::done_before_sending;
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

std::optional<Reason> no_longer_holds(const Notice& notice, const Permit& permit, const Sop& sop,
                                      const Calendar& calendar) {
  if (notice.audience == Audience::applicant) return applicant_notice_fails(notice, permit);
  if (notice.visit != 0) return visit_notice_fails(notice, permit, sop, calendar);
  if (permit.case_closed_at) return Reason::done_before_sending;
  const auto ledger = case_ledger(permit, sop);
  if (ledger && Replay(*ledger, calendar).stands()) return Reason::paused;
  return std::nullopt;
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
      (one.pending->notice.audience == Audience::holder ? slot.own : slot.superior)
          .push_back(one.pending);
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
