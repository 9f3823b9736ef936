#include "rules/telling/round.h"

#include <algorithm>

#include "rules/permit/escalation.h"
#include "rules/telling/telling.h"

namespace tenggat {
namespace {

using Kind = NoticeOutcome::Kind;
using TakenKind = Round::Taken::Kind;

// Whom it did not reach counts as having no channel: whoever stands next in the chain is told.
std::vector<Recipient> still_to_tell(const Notice& notice, const Permit& permit,
                                     const Context& context, const std::vector<AlreadyTold>& told) {
  if (std::all_of(told.begin(), told.end(), [](const AlreadyTold& one) { return one.reached; }))
    return recipients_of(notice, permit, context);
  People people = context.people;
  for (const AlreadyTold& one : told)
    for (Officer& officer : people.officers)
      if (!one.reached && officer_key(officer.id) == one.recipient)
        officer.email = officer.whatsapp = "";
  return recipients_of(notice, permit,
                       {context.sop, context.calendar, people, context.now, context.send});
}

bool knows(const std::vector<AlreadyTold>& told, const std::string& officer) {
  return std::any_of(
      told.begin(), told.end(),
      [key = officer_key(officer)](const AlreadyTold& one) { return one.recipient == key; });
}

// Who has the visit, by name; of the case who has its most pressing one. Empty: nobody has.
std::string responsible_of(const Visit* visit, const Permit& permit, const Context& context) {
  std::optional<Instant> soonest;
  if (!visit)
    for (const Visit& one : permit.visits) {
      if (!one.open()) continue;
      const Sla sla = visit_sla(permit, one, context.sop, context.calendar, context.now);
      if (visit && (!sla.due_at || (soonest && *soonest <= *sla.due_at))) continue;
      visit = &one;
      soonest = sla.due_at;
    }
  if (!visit || visit->assignee.empty()) return "";
  const Officer* officer = context.people.find(visit->assignee);
  return officer ? officer->name : visit->assignee;
}

std::optional<HeldUpNotices> held_up_of(const std::vector<const Deliverable*>& notices,
                                        Instant now) {
  HeldUpNotices held_up{now, 0};
  for (const Deliverable* one : notices) {
    if (!one->held_up_since) continue;
    held_up.since = std::min(held_up.since, *one->held_up_since);
    ++held_up.notices;
  }
  return held_up.notices > 0 ? std::optional(held_up) : std::nullopt;
}

}  // namespace

std::string officer_key(const std::string& officer) { return "officer:" + officer; }

std::string applicant_key(std::int64_t applicant) {
  return "applicant:" + std::to_string(applicant);
}

std::optional<ChannelAddress> way_to(const Officer& officer, const Channels& channels) {
  for (ChannelAddress& one : addresses_of(officer))
    if (!one.address.empty() && (one.channel == "email" ? channels.email : channels.whatsapp))
      return std::move(one);
  return std::nullopt;
}

std::optional<ChannelAddress> way_to(const StoredPermit::Applicant& applicant,
                                     const Channels& channels) {
  if (channels.whatsapp && !applicant.whatsapp.empty())
    return ChannelAddress{"whatsapp", applicant.whatsapp};
  if (channels.email && !applicant.email.empty()) return ChannelAddress{"email", applicant.email};
  return std::nullopt;
}

// --- each notice ---------------------------------------------------------------------------------

Round::Taken Round::take(PendingNotice& pending, const StoredPermit& stored,
                         const std::vector<AlreadyTold>& told) {
  const Sop& sop = rules_.sop_version(stored.permit.sop_version);
  const Context context = rules_.context(sop, now_);
  if (const auto reason = no_longer_holds(pending.notice, stored.permit, sop, context.calendar))
    return settle(pending, Kind::dropped, *reason, now_);
  if (pending.notice.audience == Audience::applicant) return tell_applicant(pending, stored);
  return collect(pending, stored, context, told);
}

Round::Taken Round::tell_applicant(const PendingNotice& pending, const StoredPermit& stored) {
  const Instant ready = ready_at(pending.notice, send_);
  if (ready > now_) return settle(pending, Kind::later, Reason::not_due, ready);
  auto way = way_to(stored.applicant, channels_);
  if (!way) return settle(pending, Kind::dropped, Reason::no_address, now_);
  Taken taken{TakenKind::to_render};
  taken.message.recipient = applicant_key(stored.permit.applicant);
  taken.message.why = Reason::applicant;
  taken.message.to = std::move(*way);
  taken.message.name = stored.applicant.name;
  taken.message.text = pending.notice.text;
  taken.message.thread = stored.permit.number;
  taken.message.notices.emplace_back(pending.permit, pending.id);
  taken.message.planned = pending.send_at;
  return taken;
}

// Like any word to an officer it waits for the group's time, in which a wrong appointment can be
// ended unseen, and for office hours.
Round::Taken Round::take_appointment(const PendingNotice& pending) {
  const Context context = rules_.context(*rules_.sops_in_force().front(), now_);
  const std::vector<Delegation>& all = context.people.delegations;
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Delegation& one) { return one.id == pending.notice.k; });
  if (found == all.end() || found->end < context.today())
    return settle(pending, Kind::dropped, Reason::duty_ended, now_);
  const Instant leaves = leaves_at(pending.notice, ready_at(pending.notice, send_), std::nullopt,
                                   send_, *office_hours_);
  if (leaves > now_) return settle(pending, Kind::later, Reason::not_due, leaves);
  if (const Silence* silence = silenced(found->to, context.people.silences, now_))
    return settle(pending, Kind::later, Reason::silenced, silence->until);
  auto message = to_officer(context.people.find(found->to));
  if (!message) {
    settle(pending, Kind::dropped, Reason::no_address, now_);
    return {TakenKind::unreachable, {}, &*found};
  }
  message->acting_for = found->from;
  message->why = Reason::delegated;
  message->text = kAppointment;
  message->notices.emplace_back(pending.permit, pending.id);
  return {TakenKind::to_render, std::move(*message), &*found};
}

std::vector<PlannedMessage> Round::take_office_change(
    const PendingNotice& pending, const std::optional<std::vector<ChannelAddress>>& former) {
  const Officer* officer = rules_.people().find(pending.notice.addressee.name);
  std::vector<ChannelAddress> ways = former.value_or(std::vector<ChannelAddress>());
  if (officer && former) {
    if (!officer->email.empty()) ways.push_back({"email", officer->email});
    if (!officer->whatsapp.empty()) ways.push_back({"whatsapp", officer->whatsapp});
  }
  std::erase_if(ways, [&](const ChannelAddress& one) {
    return one.channel == "email" ? !channels_.email : !channels_.whatsapp;
  });
  if (officer && ways.empty())
    if (auto way = way_to(*officer, channels_)) ways.push_back(std::move(*way));
  if (!officer || ways.empty()) {
    settle(pending, Kind::dropped, Reason::no_address, now_);
    return {};
  }
  std::vector<PlannedMessage> messages;
  for (ChannelAddress& way : ways) {
    PlannedMessage message;
    message.recipient = officer_key(officer->id);
    message.to = std::move(way);
    message.name = officer->name;
    message.text = kOfficeChanged;
    message.notices.emplace_back(pending.permit, pending.id);
    messages.push_back(std::move(message));
  }
  return messages;
}

// Leaves whoever is still to be told now; of the others who waits the shortest.
std::optional<HeldBack> Round::take_out_held_back(std::vector<Recipient>& to, const Notice& notice,
                                                  const Permit& permit) const {
  std::optional<HeldBack> soonest;
  std::erase_if(to, [&](const Recipient& one) {
    std::optional<HeldBack> held;
    if (const auto until = response_holds(notice, permit, one.officer, now_))
      held = HeldBack{*until, Reason::responded};
    if (const Silence* silence =
            silenced(notice, permit, one.officer, rules_.people().silences, now_))
      if (!held || held->until < silence->until) held = HeldBack{silence->until, Reason::silenced};
    if (held && (!soonest || held->until < soonest->until)) soonest = held;
    return held.has_value();
  });
  return soonest;
}

Round::Taken Round::collect(PendingNotice& pending, const StoredPermit& stored,
                            const Context& context, const std::vector<AlreadyTold>& told) {
  const Permit& permit = stored.permit;
  std::vector<Recipient> to = still_to_tell(pending.notice, permit, context, told);
  if (to.empty()) {
    // Looked at again when the office next opens.
    settle(pending, Kind::later, Reason::nobody_on_duty, office_hours_->first_opening_after(now_));
    return {TakenKind::nobody_on_duty};
  }
  std::erase_if(to, [&](const Recipient& one) { return knows(told, one.officer); });
  if (to.empty()) return settle(pending, Kind::rendered, Reason::on_duty, now_);
  const std::optional<HeldBack> held_back = take_out_held_back(to, pending.notice, permit);
  if (to.empty()) return settle(pending, Kind::later, held_back->why, held_back->until);
  const Visit* visit = permit.find_visit(pending.notice.visit);
  const Sla sla = visit ? visit_sla(permit, *visit, context.sop, context.calendar, now_)
                        : case_sla(permit, context.sop, context.calendar, now_);
  ListedTask task{permit.number,     visit ? step_name(*visit, context.sop) : context.sop.case_name,
                  sla.due_at,        sla.paused,
                  &context.calendar, counting_of(sla.standard)};
  task.permit = permit.id;
  task.subject = permit.subject;
  const NoticeKind& kind = pending.notice.kind;
  task.escalation = pending.notice.audience == Audience::superior &&
                    (kind.of == NoticeKind::Of::escalated || !kind.is_report());
  if (task.escalation) task.responsible = responsible_of(visit, permit, context);
  const auto held_up = held_up_since(pending.notice, pending.send_at, now_);
  deliverables_.push_back({std::move(pending), std::move(to), std::move(task), held_up, held_back,
                           context.sop.internal() ? &context.calendar : nullptr});
  return {TakenKind::collected};
}

// --- messages ------------------------------------------------------------------------------------

std::optional<PlannedMessage> Round::to_officer(const Officer* officer) const {
  auto way = officer ? way_to(*officer, channels_) : std::nullopt;
  if (!way) return std::nullopt;
  PlannedMessage message;
  message.recipient = officer_key(officer->id);
  message.to = std::move(*way);
  message.name = officer->name;
  return message;
}

std::size_t Round::add(PlannedMessage message) {
  message.id = added_++;
  message.at = now_;
  messages_.push_back(std::move(message));
  return messages_.back().id;
}

std::size_t Round::add_alone(PlannedMessage message) {
  const auto [permit, notice] = message.notices.front();
  const Reason why = message.why;
  if (why == Reason::applicant) {
    supersede_by(message);
    to_applicants_[message.recipient] = messages_.size();
  }
  const std::size_t id = add(std::move(message));
  outcomes_.push_back({permit, notice, Kind::rendered, why, now_});
  return id;
}

void Round::supersede_by(const PlannedMessage& message) {
  const auto found = to_applicants_.find(message.recipient);
  if (found == to_applicants_.end()) return;
  PlannedMessage& earlier = messages_[found->second];
  if (earlier.text != message.text && now_ - earlier.planned <= kOutage) return;
  const auto [permit, notice] = earlier.notices.front();
  for (NoticeOutcome& outcome : outcomes_)
    if (outcome.permit == permit && outcome.notice == notice) {
      outcome.kind = Kind::dropped;
      outcome.reason = Reason::superseded;
    }
  earlier.superseded = true;
}

void Round::leave_out(const std::function<bool(std::int64_t permit)>& changed) {
  std::erase_if(outcomes_, [&](const NoticeOutcome& one) { return changed(one.permit); });
  std::erase_if(deliverables_, [&](const Deliverable& one) { return changed(one.pending.permit); });
  std::erase_if(messages_, [&](const PlannedMessage& one) {
    return one.superseded || changed(one.notices.front().first);
  });
}

// --- the daily lists -----------------------------------------------------------------------------

std::optional<PlannedMessage> Round::morning_list(const std::string& officer, std::int64_t notice,
                                                  const std::vector<TaskHeld>& tasks) {
  auto message = to_officer(rules_.people().find(officer));
  if (!message) return std::nullopt;
  message->text = kMorningList;
  message->notices.emplace_back(0, notice);
  std::set<std::int64_t> named;
  for (const auto& [task, for_officer] : tasks) {
    const Sop& sop = rules_.sop_version(task->sop_version);
    message->listed.push_back({task->number, sop.step_name(task->visit.step), task->due_at,
                               task->paused, &rules_.context(sop, now_).calendar,
                               counting_at(sop, task->visit.step),
                               rules_.people().name_of_absent(for_officer)});
    message->listed.back().permit = task->permit;
    message->listed.back().subject = task->subject;
    message->tasks.emplace_back(task->permit, task->visit.id);
    named.insert(task->permit);
  }
  absorb(officer, *message, named);
  message->permits = named.size();
  return message;
}

void Round::absorb(const std::string& officer, PlannedMessage& message,
                   std::set<std::int64_t>& named) {
  const auto is_theirs = [&](const Recipient& one) { return one.officer == officer; };
  std::vector<const Deliverable*> absorbed;
  for (Deliverable& waiting : deliverables_) {
    const PendingNotice& pending = waiting.pending;
    if (pending.notice.kind.stands_alone()) continue;  // its words are in no list
    if (ready_at(pending.notice, send_) > now_ && !waiting.held_up_since) continue;
    const auto theirs = std::find_if(waiting.to.begin(), waiting.to.end(), is_theirs);
    if (theirs == waiting.to.end()) continue;
    waiting.task.instead_of = rules_.people().name_of_absent(theirs->for_officer);
    std::erase_if(waiting.to, is_theirs);
    absorbed.push_back(&waiting);
    message.notices.emplace_back(pending.permit, pending.id);
    if (named.insert(pending.permit).second) message.listed.push_back(waiting.task);
    if (waiting.to.empty() && waiting.held_back)
      settle(pending, Kind::later, waiting.held_back->why, waiting.held_back->until);
    else if (waiting.to.empty())
      settle(pending, Kind::rendered, Reason::absorbed, now_);
  }
  message.held_up = held_up_of(absorbed, now_);
  if (message.held_up) message.text = kOutageSummary;
}

std::optional<PlannedMessage> Round::recap(const Recipient& head, std::int64_t notice) const {
  const Officer* officer = rules_.people().find(head.officer);
  if (silenced(head.officer, rules_.people().silences, now_)) return std::nullopt;
  auto message = to_officer(officer);
  if (!message) return std::nullopt;
  message->acting_for = head.for_officer;
  message->why = head.why;
  message->text = kRecap;
  message->notices.emplace_back(0, notice);
  return message;
}

// --- officers ------------------------------------------------------------------------------------

std::set<std::string> Round::recipients() {
  std::erase_if(deliverables_, [](const Deliverable& one) { return one.to.empty(); });
  std::set<std::string> officers;
  for (const Deliverable& one : deliverables_)
    for (const Recipient& to : one.to) officers.insert(to.officer);
  return officers;
}

std::vector<OfficerGroup> Round::group(const std::map<std::string, LastMessage>& last_messages) {
  Grouping grouping = tenggat::group(deliverables_, last_messages, send_, *office_hours_, now_);
  later_ = std::move(grouping.later);
  return std::move(grouping.groups);
}

std::optional<PlannedMessage> Round::officer_message(const OfficerGroup& group,
                                                     const Deliverable& first,
                                                     const Context& context) const {
  auto message = to_officer(context.people.find(group.recipient.officer));
  if (!message) return std::nullopt;
  message->acting_for = group.recipient.for_officer;
  message->why = group.recipient.why;
  for (const auto* list : {&group.notices, &group.folded})
    for (const Deliverable* one : *list) {
      message->notices.emplace_back(one->pending.permit, one->pending.id);
      if (one->pending.notice.visit != 0)
        message->tasks.emplace_back(one->pending.permit, one->pending.notice.visit);
    }
  message->permits = group.permits();
  if (message->permits == 1) message->thread = first.task.number;
  message->text = first.pending.notice.text;
  if (group.notices.size() == 1) return message;  // it says all there is to say
  const bool all_new =
      std::all_of(group.notices.begin(), group.notices.end(), [&](const Deliverable* one) {
        return one->pending.notice.text == kNewTask && one->task.what == first.task.what;
      });
  const bool escalations_alone =
      std::all_of(group.notices.begin(), group.notices.end(),
                  [](const Deliverable* one) { return one->task.escalation; });
  message->held_up = held_up_of(group.notices, now_);
  if (all_new && !message->held_up) return message;
  message->text = message->held_up ? kOutageSummary : escalations_alone ? kEscalations : kList;
  for (const Deliverable* one : group.notices) {
    message->listed.push_back(one->task);
    message->listed.back().instead_of = context.people.name_of_absent(group.stands_in_for(*one));
  }
  return message;
}

void Round::reached(const OfficerGroup& group) {
  for (const Deliverable* one : group.notices) reached_.insert(one->pending.id);
  for (const Deliverable* one : group.folded) folded_.insert(one->pending.id);
}

void Round::leave(const OfficerGroup& group) {
  for (const auto* list : {&group.notices, &group.folded})
    for (const Deliverable* one : *list) leave(one->pending);
}

void Round::settle_officers() {
  for (const Deliverable& one : deliverables_) {
    const PendingNotice& pending = one.pending;
    if (left_.contains(pending.id)) continue;
    if (const auto later = later_.find(pending.id); later != later_.end()) {
      if (later->second != pending.send_at)
        settle(pending, Kind::later, Reason::not_due, later->second);
    } else if (one.held_back) {
      // Whoever asked for silence, or has responded, is told when that ends.
      settle(pending, Kind::later, one.held_back->why, one.held_back->until);
    } else if (reached_.contains(pending.id)) {
      settle(pending, Kind::rendered, Reason::on_duty, now_);
    } else if (folded_.contains(pending.id)) {
      settle(pending, Kind::dropped, Reason::folded, now_);
    } else {
      settle(pending, Kind::dropped, Reason::no_address, now_);
    }
  }
}

}  // namespace tenggat
