// Messages from notices: to applicants one by one, to officers in groups; to whom, by which
// channel, in which words.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/log.h"
#include "daemon/office/composer_round.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kKeptPermits = 1000;
constexpr const char* kList = "daftar";

}  // namespace

void Composer::Round::supersede(const store::NewMessage& by) {
  const auto found = to_applicants.find(by.recipient);
  if (found == to_applicants.end()) return;
  store::NewMessage& earlier = messages[found->second.message];
  if (earlier.text != by.text && moment.now - found->second.planned <= kOutage) return;
  const std::int64_t notice = earlier.notices.front().second;
  for (store::NoticeOutcome& outcome : outcomes)
    if (outcome.permit == earlier.notices.front().first && outcome.notice == notice) {
      outcome.kind = store::NoticeOutcome::Kind::dropped;
      outcome.reason = Reason::superseded;
    }
  earlier.text.clear();
}

std::vector<Recipient> Composer::Round::still_to_tell(const store::PendingNotice& pending,
                                                      const Permit& permit,
                                                      const Context& context) const {
  const auto [first, last] = in_vain.equal_range(pending.id);
  if (first == last) return recipients_of(pending.notice, permit, context);
  People people = context.people;
  for (auto one = first; one != last; ++one)
    for (Officer& officer : people.officers)
      if (officer_key(officer.id) == one->second) officer.email = officer.whatsapp = "";
  const Context without{context.sop, context.calendar, people, context.now, context.send};
  return recipients_of(pending.notice, permit, without);
}

std::vector<store::StoredNote> Composer::Round::notes_of(const store::PendingNotice& pending,
                                                         const Permit& permit,
                                                         const Sop& sop) const {
  std::vector<store::StoredNote> found;
  for (const store::StoredNote& note : notes)
    if (note.permit == pending.permit && note.event == pending.notice.cause) found.push_back(note);
  if (pending.notice.text == kMendReminder) {
    std::vector<store::StoredNote> own;
    for (const store::StoredNote& note : earlier_notes)
      if (note.permit == permit.id) own.push_back(note);
    const Visit* opened = permit.find_visit(pending.notice.visit);
    const Visit* returning = opened ? returning_visit(permit, *opened, sop) : nullptr;
    return returning ? store::last_notes(own, returning->id, {"deficiency", "note"}) : found;
  }
  if (!found.empty() || pending.notice.text != kRefusal) return found;
  for (const store::StoredNote& note : earlier_notes) {
    const Visit* visit = note.permit == permit.id ? permit.find_visit(note.visit) : nullptr;
    const ActionRule* action = visit ? action_of(*visit, sop) : nullptr;
    if (note.kind == "note" && action && action->sets_outcome == Outcome::refusal) found = {note};
  }
  return found;
}

bool Composer::address(store::NewMessage& message, const std::string& whatsapp,
                       const std::string& email) const {
  if (settings_.whatsapp && !whatsapp.empty()) {
    message.channel = notify::Channel::whatsapp;
    message.address = whatsapp;
    return true;
  }
  if (settings_.email && !email.empty()) {
    message.channel = notify::Channel::email;
    message.address = email;
    return true;
  }
  return false;
}

bool Composer::address(store::NewMessage& message, const Officer& officer) const {
  for (const ChannelAddress& one : addresses_of(officer)) {
    const bool email = one.channel == "email";
    if (address(message, email ? "" : one.address, email ? one.address : "")) return true;
  }
  return false;
}

void Composer::settle_applicant(Round& round, const store::PendingNotice& pending,
                                const store::StoredPermit& stored) {
  using Kind = store::NoticeOutcome::Kind;
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, round.moment.now);
  const Instant now = round.moment.now;
  if (ready_at(pending.notice, rulebook_.send()) > now)
    return round.settle(pending, Kind::later, Reason::not_due,
                        ready_at(pending.notice, rulebook_.send()));

  store::NewMessage message;
  message.recipient = fmt::format("applicant:{}", stored.permit.applicant);
  message.why = Reason::applicant;
  message.name = stored.applicant.name;
  message.text = pending.notice.text;
  message.thread = stored.permit.number;
  message.rendered_at = now;
  message.trial = settings_.trial;
  message.notices.emplace_back(pending.permit, pending.id);
  if (!address(message, stored.applicant.whatsapp, stored.applicant.email))
    return round.settle(pending, Kind::dropped, Reason::no_address, now);
  message.rendered = notify::render(*settings_.texts, message.text,
                                    fields_of(pending.notice, stored, context, settings_.office,
                                              round.notes_of(pending, stored.permit, sop)));
  round.supersede(message);
  round.to_applicants[message.recipient] = {round.messages.size(), pending.send_at};
  round.messages.push_back(std::move(message));
  round.settle(pending, Kind::rendered, Reason::applicant, now);
}

// Like any word to an officer it waits for the group's time, in which a wrong appointment can be
// ended unseen, and for office hours.
void Composer::settle_appointment(Round& round, const store::PendingNotice& pending) {
  using Kind = store::NoticeOutcome::Kind;
  const Instant now = round.moment.now;
  const Context context = rulebook_.context(*rulebook_.sops_in_force().front(), now);
  const std::vector<Delegation>& all = context.people.delegations;
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Delegation& one) { return one.id == pending.notice.k; });
  if (found == all.end() || found->end < context.today())
    return round.settle(pending, Kind::dropped, Reason::duty_ended, now);
  const Instant leaves = leaves_at(pending.notice, ready_at(pending.notice, rulebook_.send()),
                                   std::nullopt, rulebook_.send(), office_calendar());
  if (leaves > now) return round.settle(pending, Kind::later, Reason::not_due, leaves);
  const Officer* deputy = context.people.find(found->to);
  if (const Silence* silence = silenced(found->to, context.people.silences, now))
    return round.settle(pending, Kind::later, Reason::silenced, silence->until);
  store::NewMessage message;
  message.recipient = officer_key(found->to);
  message.acting_for = found->from;
  message.why = Reason::delegated;
  message.text = kAppointment;
  message.rendered_at = now;
  message.trial = settings_.trial;
  message.notices.emplace_back(pending.permit, pending.id);
  if (!deputy || !address(message, *deputy)) {
    log_event(Level::error, "officer_unreachable", {{"officer", found->to}});
    return round.settle(pending, Kind::dropped, Reason::no_address, now);
  }
  message.name = deputy->name;
  message.rendered = notify::render(
      *settings_.texts, message.text,
      appointment_fields(*found, context.people, rulebook_.sops_in_force(), settings_.office));
  round.messages.push_back(std::move(message));
  round.settle(pending, Kind::rendered, Reason::delegated, now);
}

bool Composer::collect_officers(Round& round, store::PendingNotice pending,
                                const store::StoredPermit& stored) {
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Instant now = round.moment.now;
  const Context context = rulebook_.context(sop, now);
  std::vector<Recipient> to = round.still_to_tell(pending, stored.permit, context);
  if (to.empty()) {
    // Nobody in the whole chain is on duty: looked at again when the office next opens.
    log_event(
        Level::error, "nobody_on_duty",
        {{"permit", stored.permit.number}, {"addressee", pending.notice.addressee.to_string()}});
    round.settle(pending, store::NoticeOutcome::Kind::later, Reason::nobody_on_duty,
                 office_calendar().first_opening_after(now));
    return false;
  }
  std::erase_if(to, [&](const Recipient& one) {
    return round.told.contains({pending.id, officer_key(one.officer)});
  });
  if (to.empty()) {
    round.settle(pending, store::NoticeOutcome::Kind::rendered, Reason::on_duty, now);
    return false;
  }
  std::optional<Instant> silent_until;
  std::erase_if(to, [&](const Recipient& one) {
    const Silence* silence =
        silenced(pending.notice, stored.permit, one.officer, rulebook_.people().silences, now);
    if (silence) silent_until = std::min(silent_until.value_or(silence->until), silence->until);
    return silence != nullptr;
  });
  if (to.empty()) {
    round.settle(pending, store::NoticeOutcome::Kind::later, Reason::silenced, *silent_until);
    return false;
  }
  bool needed = round.permits.size() < kKeptPermits;
  for (const Recipient& one : to)
    needed |= round.seen.emplace(one.officer, pending.notice.audience).second;
  const Visit* visit = stored.permit.find_visit(pending.notice.visit);
  const Sla sla = visit ? visit_sla(stored.permit, *visit, sop, context.calendar, now)
                        : case_sla(stored.permit, sop, context.calendar, now);
  ListedTask task{stored.permit.number, visit ? step_name(*visit, sop) : sop.case_name, sla.due_at,
                  sla.paused, &context.calendar};
  const auto held_up = held_up_since(pending.notice, pending.send_at, now);
  round.deliverables.push_back({std::move(pending), std::move(to), std::move(task), held_up,
                                silent_until, sop.internal() ? &context.calendar : nullptr});
  return needed;
}

void Composer::add_outage(TextFields& fields, const std::vector<const Deliverable*>& notices,
                          Instant now) const {
  Instant since = now;
  int held_up = 0;
  for (const Deliverable* one : notices) {
    if (!one->held_up_since) continue;
    since = std::min(since, *one->held_up_since);
    ++held_up;
  }
  const Calendar& calendar = office_calendar();
  fields["mulai"] = notify::full_moment(calendar.local(since));
  fields["selesai"] = notify::full_moment(calendar.local(now));
  fields["zona"] = calendar.local(now).zone_abbreviation;
  fields["jumlah"] = notify::number(held_up);
}

std::optional<bool> Composer::make_officer_message(Round& round, OfficerGroup& group) {
  const auto is_kept = [&](const Deliverable* one) {
    return round.permits.contains(one->pending.permit);
  };
  while (true) {
    const auto first = std::find_if(group.notices.begin(), group.notices.end(), is_kept);
    if (first == group.notices.end()) return std::nullopt;
    try {
      return make_officer_message(round, group, **first);
    } catch (const std::exception& why) {
      // Of the others the message takes a line each, which has been made.
      round.put_aside((*first)->pending, why.what());
      group.notices.erase(first);
    }
  }
}

bool Composer::make_officer_message(Round& round, const OfficerGroup& group,
                                    const Deliverable& first) {
  const store::StoredPermit& stored = round.permits.at(first.pending.permit);
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, round.moment.now);
  const Officer* officer = context.people.find(group.recipient.officer);
  store::NewMessage message;
  message.recipient = officer_key(group.recipient.officer);
  message.acting_for = group.recipient.for_officer;
  message.why = group.recipient.why;
  message.name = officer ? officer->name : group.recipient.officer;
  message.rendered_at = round.moment.now;
  message.trial = settings_.trial;
  for (const auto* list : {&group.notices, &group.folded})
    for (const Deliverable* one : *list) {
      message.notices.emplace_back(one->pending.permit, one->pending.id);
      if (one->pending.notice.visit != 0)
        message.tasks.emplace_back(one->pending.permit, one->pending.notice.visit);
    }
  if (!officer || !address(message, *officer)) {
    log_event(Level::error, "officer_unreachable", {{"officer", group.recipient.officer}});
    return false;
  }

  TextFields fields = fields_of(first.pending.notice, stored, context, settings_.office, {});
  add_recipient(fields, group.recipient, sop, context.people);
  const bool all_new =
      std::all_of(group.notices.begin(), group.notices.end(), [&](const Deliverable* one) {
        return one->pending.notice.text == "tugas_baru" && one->task.what == first.task.what;
      });
  const bool after_outage = std::any_of(group.notices.begin(), group.notices.end(),
                                        [](const Deliverable* one) { return one->held_up_since; });
  fields["jumlah"] = notify::number(static_cast<std::int64_t>(group.permits()));
  message.text = first.pending.notice.text;
  if (group.permits() == 1) message.thread = stored.permit.number;
  if (group.notices.size() == 1) {
    // It says all there is to say.
  } else if (after_outage || !all_new) {
    message.text = after_outage ? kOutageSummary : kList;
    if (after_outage) add_outage(fields, group.notices, round.moment.now);
    std::vector<ListedTask> tasks;
    for (const Deliverable* one : group.notices) {
      tasks.push_back(one->task);
      tasks.back().instead_of = name_of_absent(group.stands_in_for(*one), context.people);
    }
    fields["daftar"] = list_of(std::move(tasks), round.moment.now);
  }
  if (message.text == "tugas_baru" || message.text == kList || message.text == kOutageSummary)
    fields["tautan"] = inbox_link(settings_.office);
  message.rendered = notify::render(*settings_.texts, message.text, fields);
  round.messages.push_back(std::move(message));
  return true;
}

asio::awaitable<void> Composer::settle_officers(Round& round, pg::Transaction& transaction) {
  if (round.deliverables.empty()) co_return;
  std::set<std::string> recipients;
  for (const Deliverable& one : round.deliverables)
    for (const Recipient& to : one.to) recipients.insert(officer_key(to.officer));
  pg::Pipeline reads;
  const auto latest = store::add_last_messages(reads, {recipients.begin(), recipients.end()},
                                               rulebook_.send().messages_an_hour);
  const pg::Results results = co_await transaction.run(std::move(reads));
  std::map<std::string, LastMessage> last;
  for (const store::LastMessageTo& one : results[latest])
    last[one.recipient.substr(8)] = {one.rendered_at, one.names_open_task, one.nth_before};

  Grouping grouping =
      group(round.deliverables, last, rulebook_.send(), office_calendar(), round.moment.now);
  std::set<std::int64_t> folded, reached, left;
  for (OfficerGroup& one : grouping.groups) {
    const std::optional<bool> made = make_officer_message(round, one);
    // Where those that were kept for their sake have changed meanwhile: the next round's.
    if (!made) {
      for (const Deliverable* notice : one.notices) left.insert(notice->pending.id);
      for (const Deliverable* notice : one.folded) left.insert(notice->pending.id);
      continue;
    }
    if (!*made) continue;
    for (const Deliverable* notice : one.notices) reached.insert(notice->pending.id);
    for (const Deliverable* notice : one.folded) folded.insert(notice->pending.id);
  }
  for (const store::NoticeSetAside& one : round.set_aside) left.insert(one.notice);
  using Kind = store::NoticeOutcome::Kind;
  for (const Deliverable& one : round.deliverables) {
    const store::PendingNotice& pending = one.pending;
    if (left.contains(pending.id)) continue;
    if (const auto later = grouping.later.find(pending.id); later != grouping.later.end()) {
      if (later->second != pending.send_at)
        round.settle(pending, Kind::later, Reason::not_due, later->second);
    } else if (one.silent_until) {
      // Whoever asked for silence is told when it ends.
      round.settle(pending, Kind::later, Reason::silenced, *one.silent_until);
    } else if (reached.contains(pending.id)) {
      round.settle(pending, Kind::rendered, Reason::on_duty, round.moment.now);
    } else if (folded.contains(pending.id)) {
      round.settle(pending, Kind::dropped, Reason::folded, round.moment.now);
    } else {
      round.settle(pending, Kind::dropped, Reason::no_address, round.moment.now);
    }
  }
}

}  // namespace tenggat::office
