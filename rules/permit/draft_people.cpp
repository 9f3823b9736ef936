// Whose a task is, what they ask of their superiors, and the way to the applicant.
#include "rules/permit/draft.h"

#include <algorithm>

#include "rules/permit/because_words.h"
#include "rules/permit/escalation.h"

namespace tenggat {
namespace {

// Kept among the raised rungs under its kind's word, k counting on; no ladder has it.
const NoticeKind kEscalation{NoticeKind::Of::escalated};
constexpr std::string_view kTrackingLink = "tautan_lacak";

}  // namespace

void Draft::claim(int visit_id, const Doer& by) {
  Visit& visit = *permit().find_visit(visit_id);
  visit.assignee = by.actor.id;
  if (!visit.claimed_at) visit.claimed_at = now_;
  record(visit_id, by, Claimed{label(visit)});
  ++permit().version;
}

void Draft::release(int visit_id, const std::string& why, const Doer& by) {
  Visit& visit = *permit().find_visit(visit_id);
  visit.assignee.clear();
  record(visit_id, by, Released{.step = label(visit), .why = {why}});
  note(visit_id, "release", "", why, by.actor);
  ++permit().version;
}

void Draft::assign(int visit_id, const Assign& command, const Doer& by) {
  Visit& visit = *permit().find_visit(visit_id);
  Assigned assigned{label(visit), command.officer, visit.assignee, {command.reason}, {}};
  visit.assignee = command.officer;
  if (!visit.claimed_at) visit.claimed_at = now_;
  const std::int64_t cause = record(visit_id, by, std::move(assigned));
  note(visit_id, "assign", "", command.reason, by.actor);
  ++permit().version;
  tell_handed_over(visit_id, sentence<Because::assigned>(), cause);
}

// By the permit's id, which counts on: whoever has a file at one step has it at the role's others.
// Nobody on duty in the role: it is for whoever takes it.
void Draft::assign_in_turn(Visit& visit) {
  std::vector<std::string> officers;
  for (const Recipient& one : resolve_role(visit.role, &visit, sop_, people_, today_))
    if (one.role == visit.role && one.why != Reason::self_approval) officers.push_back(one.officer);
  if (officers.empty()) return;
  std::sort(officers.begin(), officers.end());
  give(visit, officers[static_cast<std::size_t>(permit().id) % officers.size()], Reason::in_turn);
}

// Not claimed: it is told to them, and what opened it can still be taken back.
void Draft::give(Visit& visit, const std::string& officer, Reason why) {
  visit.assignee = officer;
  record(visit.id, {}, Assigned{.step = label(visit), .officer = officer, .reason = why});
}

void Draft::tell_handed_over(int visit, const std::string& why, std::int64_t cause) {
  Notice notice;
  notice.visit = visit;
  notice.kind = {NoticeKind::Of::handed_over};
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = "tugas_dialihkan";
  notice.reason = Reason::handed_over;
  notice.cause = cause;
  notice.details = Report{why, ""};
  notify(std::move(notice));
}

void Draft::release_absent() {
  if (is_terminal(permit().state)) return;
  std::vector<int> held;
  for (const Visit& visit : permit().visits)
    if (visit.open() && !visit.assignee.empty()) held.push_back(visit.id);
  for (const int id : held) {
    Visit& visit = *permit().find_visit(id);
    const Officer* officer = people_.find(visit.assignee);
    if (!officer) continue;
    std::optional<Reason> why;
    if (!officer->ended.empty() && officer->ended <= today_)
      why = Reason::left_service;
    else if (!people_.present(*officer, today_))
      why = Reason::on_leave;
    else if (!duty_for(officer->id, visit, sop_, people_, today_))
      why = Reason::duty_ended;
    if (!why) continue;
    visit.assignee.clear();
    released_.push_back(id);
    const std::int64_t cause =
        record(id, {}, Released{.step = label(visit), .officer = officer->id, .reason = why});
    ++permit().version;
    if (sop_.role(visit.role).in_turn) assign_in_turn(*permit().find_visit(id));
    tell_handed_over(id, sentence<Because::officer_absent>(), cause);
  }
}

bool Draft::released(int visit) const {
  return std::find(released_.begin(), released_.end(), visit) != released_.end();
}

int escalations(const Permit& permit, int visit) {
  const std::string name = kEscalation.to_string();
  return static_cast<int>(std::count_if(
      permit.rungs.begin(), permit.rungs.end(),
      [&](const RaisedRung& rung) { return rung.visit == visit && rung.rung == name; }));
}

void Draft::escalate(int visit_id, const std::string& text, const Doer& by) {
  const Visit& visit = *permit().find_visit(visit_id);
  const int level = escalations(permit(), visit_id) + 1;
  const Role& role = sop_.role(visit.role);
  const bool only_copy = role.superior.empty() && !role.copy.empty();
  const std::string to = only_copy ? role.copy : superior_of(role.id, level).role;
  const std::int64_t cause = record(visit_id, by, Escalated{label(visit), level, to, {text}});
  ++permit().version;
  note(visit_id, "escalation", "", text, by.actor);
  permit().rungs.push_back({visit_id, kEscalation.to_string(), level, 1, now_, now_, false});
  Notice notice;
  notice.visit = visit_id;
  notice.kind = kEscalation;
  notice.k = level;
  notice.addressee = {Addressee::Kind::role, to};
  notice.audience = Audience::superior;
  notice.text = "laporan";
  notice.reason = Reason::escalated_now;
  notice.urgent = true;
  notice.cause = cause;
  const Obstacle* obstacle = visit.acknowledged ? obstacle_of(*visit.acknowledged, sop_) : nullptr;
  notice.details = Report{obstacle ? sentence<Because::escalated_for_obstacle>(obstacle->name)
                                   : sentence<Because::escalated>(),
                          ""};
  notify(std::move(notice));
  count(SuperiorTold{visit.step, kAskedNow}, recorded_, cause);
}

void Draft::acknowledge(int visit_id, const Obstacle& obstacle, const std::string& text,
                        const Doer& by) {
  Visit& visit = *permit().find_visit(visit_id);
  Acknowledgement latest;
  latest.k = visit.acknowledged ? visit.acknowledged->k + 1 : 1;
  latest.obstacle = obstacle.id;
  latest.at = now_;
  latest.until = calendar_.deadline(now_, obstacle.remind_after).due;
  latest.by = by.actor.id;
  visit.acknowledged = latest;
  record(visit_id, by,
         Acknowledged{label(visit), obstacle.id, calendar_.stamp(latest.until), {text}});
  ++permit().version;
  note(visit_id, "obstacle", "", text, by.actor);
}

// At once, to whoever has the task: to their role while nobody has. The text's words are the
// note's.
void Draft::direct(int visit_id, const std::string& text, const Doer& by) {
  const Visit& visit = *permit().find_visit(visit_id);
  const std::int64_t cause = record(visit_id, by, Directed{label(visit), visit.assignee, {text}});
  ++permit().version;
  note(visit_id, "directive", "", text, by.actor);
  Notice notice;
  notice.visit = visit_id;
  notice.kind = {NoticeKind::Of::directed};
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = std::string(kDirective);
  notice.reason = Reason::directed;
  notice.urgent = true;
  notice.cause = cause;
  notify(std::move(notice));
}

void Draft::respond(int visit_id, const Respond& command, const Doer& by) {
  Visit& visit = *permit().find_visit(visit_id);
  const Instant until = command.until.value_or(calendar_.deadline(now_, kUsualResponse).due);
  std::erase_if(visit.responses,
                [&](const SuperiorResponse& one) { return one.officer == by.actor.id; });
  visit.responses.push_back({by.actor.id, now_, until});
  record(visit_id, by, Responded{label(visit), calendar_.stamp(until), {command.note}});
  ++permit().version;
  note(visit_id, "response", "", command.note, by.actor);
}

void Draft::correct_contact(const CorrectContact& command, const Doer& by) {
  record(0, by, ContactCorrected{{command.email}, {command.whatsapp}});
  ++permit().version;
  decision_.contact = command;
}

// It changes nothing of the permit, so no form that is being filled in is stale by it.
void Draft::take_message(const std::string& text, const Doer& by) {
  std::vector<int> told;
  for (const Visit& visit : permit().visits)
    if (visit.open() && !sop_.is_applicant(visit.role)) told.push_back(visit.id);
  const std::int64_t cause = record(told.empty() ? 0 : told.front(), by, Wrote{{text}});
  note(told.empty() ? 0 : told.front(), "message", "", text, by.actor);
  for (const int visit : told) {
    Notice notice;
    notice.visit = visit;
    notice.kind = text_kind("pesan_pemohon");
    notice.k = static_cast<int>(cause);
    notice.addressee = {Addressee::Kind::holder, ""};
    notice.audience = Audience::holder;
    notice.text = "pesan_pemohon";
    notice.reason = Reason::applicant_wrote;
    notice.cause = cause;
    notify(std::move(notice));
  }
}

void Draft::send_link(const Doer& by) {
  const std::int64_t cause = record(0, by, LinkSent{});
  tell_applicant(0, std::string(kTrackingLink), Reason::link_asked_for, cause, Seconds{0});
}

}  // namespace tenggat
