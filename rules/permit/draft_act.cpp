// Actions of a step, withdrawal, and what takes one back.
#include "rules/permit/draft.h"

#include <algorithm>
#include <stdexcept>

#include "rules/permit/because_words.h"
#include "rules/permit/route.h"

namespace tenggat {
namespace {

constexpr std::string_view kTaskCancelled = "tugas_dibatalkan";

}  // namespace

std::vector<GivenField> given(const FieldValues& fields, const Sop& sop) {
  std::vector<GivenField> all;
  for (const auto& [id, value] : fields) {
    const Field* field = sop.find_field(id);
    const bool personal = field && field->personal;
    all.push_back({id, personal ? decltype(GivenField::value)(Personal{to_string(value)})
                                : decltype(GivenField::value)(to_string(value))});
  }
  return all;
}

LastAction Draft::state_before(const Actor& actor) const {
  const Permit& p = decision_.after;
  LastAction last;
  last.recorded_at = recorded_;
  last.by = identity(actor);
  last.state_before = p.state;
  last.outcome_before = p.outcome;
  last.case_opened_before = p.case_opened_at;
  last.legal_opened_before = p.legal_opened_at;
  last.promised_before = p.promised_at;
  last.case_missed_before = p.case_missed_counted;
  last.signings_before = p.signings;
  return last;
}

Acted Draft::acted(const Performance& done, const Visit& before, const Route& route,
                   const std::vector<int>& cancelled) const {
  const auto& [rule, visit_id, act, by, at, hold] = done;
  Acted acted;
  acted.step = label(before);
  acted.action = rule.id;
  if (rule.forks)
    for (const Step* one : route.opens) acted.branches.push_back(one->id);
  else if (!rule.ends_permit())
    acted.to = rule.to.front().step;
  acted.state = rule.state;
  acted.fields = given(act.fields, sop_);
  acted.checked = act.checked;
  for (const int other : cancelled)
    acted.cancelled.push_back(label(*decision_.after.find_visit(other)));
  if (at != now_) acted.occurred_at = calendar_.stamp(at);
  acted.backdated = at != now_ && by.actor.kind != Actor::Kind::system;
  acted.late_entry = {act.reason};
  acted.note = {act.note};
  if (!rule.backward) acted.unopened = act.unopened;
  for (const Deficiency& one : act.deficiencies)
    acted.deficiencies.push_back({one.document + ": " + one.note});
  acted.documents = typed(act.documents);
  return acted;
}

// What people wrote, and the documents.
void Draft::bring(const Performance& done, std::int64_t cause) {
  const auto& [rule, visit, act, by, at, hold] = done;
  note(visit, "note", "", act.note, by.actor);
  note(visit, "late_entry", "", act.reason, by.actor);
  for (const Deficiency& one : act.deficiencies)
    note(visit, "deficiency", one.document, one.note, by.actor);
  const Bringing how{visit, by.actor, cause, !rule.backward};
  for (const NewDocument& document : act.documents) add_document(document, true, how);
  if (rule.backward) return;
  for (const Output& output : rule.outputs)
    if (!output.file) add_document({output.kind, "", "", "", ""}, false, how);
}

// What a superior is told of the action, whoever took it.
void Draft::report_closing(const Performance& done, const Visit& before, std::int64_t cause) {
  const auto& [rule, visit_id, act, by, at, hold] = done;
  const Visit& visit = *permit().find_visit(visit_id);
  const auto report = [&, hold = hold](const std::string& why, Reason reason) {
    report_to_superior(before.id, why, reason, cause, hold);
  };
  if (rule.state == PermitState::returned && finds_more_than_before(visit))
    report(sentence<Because::new_deficiency>(), Reason::new_deficiency);
  if (by.in_place_because == Reason::self_approval && before.is_work_of(by.actor.id))
    report(sentence<Because::self_approval>(), Reason::self_approval);
  const Outcome told = recommended();
  if (rule.chooses_outcome && told != Outcome::none && told != permit().outcome)
    report(sentence<Because::against_recommendation>(), Reason::against_recommendation);
  if (visit.late) tell_of_late_entry(visit, cause, hold);
}

// What the latest action said that has an outcome of its own.
Outcome Draft::recommended() const {
  Outcome latest = Outcome::none;
  for (const Visit& visit : decision_.after.visits) {
    const ActionRule* rule = visit.closed_at && !visit.undone ? action_of(visit, sop_) : nullptr;
    if (rule && rule->sets_outcome != Outcome::none) latest = rule->sets_outcome;
  }
  return latest;
}

void Draft::perform(const Performance& done) {
  Permit& p = permit();
  const auto& [rule, visit_id, act, by, at, hold] = done;
  const Visit before = *p.find_visit(visit_id);
  const Step& step = sop_.step(before.step);
  const Route route = route_of(p, before, rule, act, sop_);
  const std::vector<int> cancelled = cancelled_by(p, before, rule, sop_);

  LastAction last = state_before(by.actor);
  last.closed_visit = visit_id;
  last.visit_missed_before = before.missed_counted;
  const Pause* pause_ended = p.open_pause(visit_id);
  if (pause_ended) last.ended_pauses.push_back(pause_ended->id);
  const bool case_was_closed = p.case_closed_at.has_value();

  const auto late = late_entry(done, before);
  const std::int64_t cause = record(visit_id, by, acted(done, before, route, cancelled));
  last.event = cause;
  ++p.version;
  bring(done, cause);

  p.outcome = outcome_after(p, rule, act);
  set_fields(act.fields, last);

  Visit& visit = *p.find_visit(visit_id);
  visit.late = late;
  close_visit(visit, done, cause);
  visit.joined = route.arrives;
  for (const Deficiency& one : act.deficiencies) visit.deficiencies.push_back(one.document);
  report_closing(done, before, cause);
  start_and_end_case({step.id, rule.id}, done, cause);
  const bool signed_again = p.signings > last.signings_before && last.signings_before > 0;
  if (p.signings == 1 && last.signings_before == 0 && p.outcome != Outcome::refusal)
    count(PermitClosed{PermitState::issued}, recorded_ + hold, cause);
  if (rule.backward) count(StepReturned{step.id}, recorded_ + hold, cause);

  const bool again = before.occurrence > 1 && !rule.tells_applicant_again.empty();
  tell_applicant(visit_id,
                 signed_again ? "ralat"
                 : again      ? rule.tells_applicant_again
                              : rule.tells_applicant,
                 Reason::state_changed, cause, hold);

  cancel_visits(cancelled, done, last);
  if (rule.ends_permit())
    end_permit(rule.state, at, cause, hold);
  else
    open_next(done, route, last);
  last.case_closed = !case_was_closed && p.case_closed_at;
  // Whatever ended a standstill of the case (a pause, the mending) moved its date.
  tell_if_promise_moved(
      visit_id, pause_ended ? because_ended(*pause_ended) : because_of(sentence<Because::mended>()),
      cause, hold, pause_ended);
  // An automatic action is nobody's to take back, and what was received stays received.
  const bool receipt = rule.state == PermitState::issued && sop_.is_applicant(step.role);
  p.last_action =
      receipt || by.actor.kind == Actor::Kind::system ? std::nullopt : std::optional(last);
}

void Draft::set_fields(const FieldValues& given, LastAction& last) {
  if (given.empty()) return;
  last.fields_before = permit().fields;
  for (const auto& [field, value] : given) permit().fields[field] = value;
}

void Draft::open_next(const Performance& done, const Route& route, LastAction& last) {
  Permit& p = permit();
  if (done.rule.backward && !route.opens.empty()) {
    const auto first = std::min_element(
        route.opens.begin(), route.opens.end(),
        [](const Step* one, const Step* other) { return one->number < other->number; });
    void_outputs_from(**first, last.event);
  }
  int branch = route.branch;
  for (const Step* next : route.opens) {
    if (route.fork == done.visit) ++branch;
    open_step(*next, done, {route.fork, branch}, last);
  }
  const bool returned = std::any_of(p.visits.begin(), p.visits.end(), [](const Visit& visit) {
    return visit.open() && visit.returned;
  });
  p.state = returned ? PermitState::returned : PermitState::active;
}

void Draft::open_step(const Step& next, const Performance& done, BranchAt at, LastAction& last) {
  const Actor& actor = done.by.actor;
  const bool mended = permit().find_visit(done.visit)->returned && !done.rule.backward;
  Opening opening{
      now_, actor.kind == Actor::Kind::officer ? actor.id : "", last.event, done.hold, mended, at};
  Visit& opened = open_visit(next, opening);
  opened.returned = done.rule.state == PermitState::returned;
  last.opened.push_back(opened.id);
  if (next.tells_stage && !done.rule.backward)
    tell_applicant(opened.id, "tahap", Reason::state_changed, last.event, done.hold);
}

// Those of other branches that end with the action; whoever has them is told.
void Draft::cancel_visits(const std::vector<int>& cancelled, const Performance& done,
                          LastAction& last) {
  for (const int id : cancelled) {
    Visit& visit = *permit().find_visit(id);
    tell_cancelled(visit, last.event, done.hold);
    abandon_visit(visit, kCancelled, done.by.actor, last);
  }
}

void Draft::tell_cancelled(const Visit& visit, std::int64_t cause, Seconds hold) {
  if (sop_.is_applicant(visit.role)) return;
  Notice notice;
  notice.visit = visit.id;
  notice.kind = text_kind(std::string(kTaskCancelled));
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = kTaskCancelled;
  notice.reason = Reason::branch_cancelled;
  notice.hold_until = recorded_ + hold;
  notice.cause = cause;
  notify(std::move(notice));
}

void Draft::withdraw(const Act& act, const Actor& actor) {
  Permit& p = permit();
  Acted acted;
  acted.action = kWithdrawal;
  acted.state = PermitState::withdrawn;
  acted.note = {act.note};
  LastAction last = state_before(actor);
  const bool case_was_closed = p.case_closed_at.has_value();
  const std::int64_t cause = record(0, {actor, "", {}}, std::move(acted));
  last.event = cause;
  note(0, "note", "", act.note, actor);
  ++p.version;
  for (Visit& visit : p.visits)
    if (visit.open()) abandon_visit(visit, kWithdrawal, actor, last);
  end_permit(PermitState::withdrawn, now_, cause, undo_window_);
  last.case_closed = !case_was_closed;
  tell_applicant(0, "ditarik", Reason::state_changed, cause, undo_window_);
  p.last_action = std::move(last);
}

void Draft::reopen(Visit& visit) {
  visit.closed_at.reset();
  visit.action.clear();
  visit.closed_by.clear();
  visit.closed_for.clear();
  visit.verdict.reset();
  visit.elapsed = Seconds{0};
  visit.due_at.reset();
  visit.standard.reset();
  visit.waited.reset();
  visit.handled.reset();
  visit.deficiencies.clear();
  visit.joined = false;
  visit.late.reset();
}

void Draft::undo(const LastAction& last, const Actor& actor) {
  Permit& p = permit();
  const bool had_ended = is_terminal(p.state);
  Visit* closed = p.find_visit(last.closed_visit);
  const std::int64_t event =
      record(last.closed_visit, {actor, "", {}},
             Undone{last.event, closed ? closed->action : std::string(kWithdrawal)});
  ++p.version;
  for (const int opened : last.opened) p.find_visit(opened)->undone = true;
  if (closed) {
    reopen(*closed);
    closed->missed_counted = last.visit_missed_before;
  }
  for (const int abandoned : last.abandoned) reopen(*p.find_visit(abandoned));
  for (const int ended : last.ended_pauses)
    for (Pause& pause : p.pauses)
      if (pause.id == ended) pause.to.reset();
  if (last.fields_before) p.fields = *last.fields_before;
  for (Document& document : p.documents) {
    if (document.superseded_event == last.event) document.superseded_event = 0;
    if (document.voided_event == last.event) document.voided_event = 0;
    if (document.added_event == last.event) document.voided_event = event;
  }
  p.state = last.state_before;
  p.outcome = last.outcome_before;
  p.signings = last.signings_before;
  p.promised_at = last.promised_before;
  p.case_opened_at = last.case_opened_before;
  p.legal_opened_at = last.legal_opened_before;
  if (last.case_closed) {
    p.case_closed_at.reset();
    p.case_verdict.reset();
    p.case_elapsed.reset();
    p.case_due_at.reset();
    p.case_standard.reset();
  }
  p.case_missed_counted = last.case_missed_before;
  p.last_action.reset();
  decision_.undone_causes.push_back(last.event);
  if (!had_ended) return;
  // A calendar that was applied meanwhile has passed by what had ended.
  judge_open_clocks_again(event);
  tell_if_promise_moved(0, because_of(sentence<Because::calendar_changed>()), event, Seconds{0});
}

}  // namespace tenggat
