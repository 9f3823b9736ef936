// Actions of a step, withdrawal, and what takes one back.
#include "rules/permit/draft.h"

#include <algorithm>
#include <stdexcept>

#include "rules/permit/because_words.h"

namespace tenggat {

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

Acted Draft::acted(const Performance& done, const Visit& before) const {
  const auto& [rule, visit_id, act, by, at, hold] = done;
  Acted acted;
  acted.step = label(before);
  acted.action = rule.id;
  acted.to = rule.to;
  acted.state = rule.state;
  if (at != now_) acted.occurred_at = calendar_.stamp(at);
  acted.backdated = at != now_ && by.actor.kind != Actor::Kind::system;
  acted.late_entry = {act.reason};
  acted.note = {act.note};
  for (const Deficiency& one : act.deficiencies)
    acted.deficiencies.push_back({one.document + ": " + one.note});
  acted.documents = typed(act.documents);
  return acted;
}

void Draft::perform(const Performance& done) {
  Permit& p = permit();
  const auto& [rule, visit_id, act, by, at, hold] = done;
  const Visit before = *p.find_visit(visit_id);
  const Step& step = sop_.step(before.step);

  LastAction last = state_before(by.actor);
  last.closed_visit = visit_id;
  last.visit_missed_before = before.missed_counted;
  const Pause* pause_ended = p.open_pause(visit_id);
  if (pause_ended) last.ended_pause = pause_ended->id;
  const bool case_was_closed = p.case_closed_at.has_value();

  const std::int64_t cause = record(visit_id, by, acted(done, before));
  last.event = cause;
  ++p.version;

  note(visit_id, "note", "", act.note, by.actor);
  note(visit_id, "late_entry", "", act.reason, by.actor);
  for (const Deficiency& one : act.deficiencies)
    note(visit_id, "deficiency", one.document, one.note, by.actor);
  for (const NewDocument& document : act.documents)
    add_document(document, visit_id, true, by.actor, cause);
  if (!rule.backward)
    for (const Output& output : rule.outputs)
      if (!output.file)
        add_document({output.kind, "", "", "", ""}, visit_id, false, by.actor, cause);

  if (rule.sets_outcome != Outcome::none) p.outcome = rule.sets_outcome;
  if (rule.chooses_outcome && act.outcome != Outcome::none) p.outcome = act.outcome;

  Visit& visit = *p.find_visit(visit_id);
  close_visit(visit, done, cause);
  for (const Deficiency& one : act.deficiencies) visit.deficiencies.push_back(one.document);
  if (rule.state == PermitState::returned && finds_more_than_before(visit))
    report_to_superior(visit_id, sentence<Because::new_deficiency>(), Reason::new_deficiency, cause,
                       hold);
  if (by.in_place_because == Reason::self_approval && before.is_work_of(by.actor.id))
    report_to_superior(visit_id, sentence<Because::self_approval>(), Reason::self_approval, cause,
                       hold);
  start_and_end_case({step.id, rule.id}, at, cause, hold);
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

  if (rule.ends_permit())
    end_permit(rule.state, at, cause, hold);
  else
    open_next(done, last);
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

void Draft::open_next(const Performance& done, LastAction& last) {
  Permit& p = permit();
  const ActionRule& rule = done.rule;
  const Step& next = sop_.step(rule.to);
  if (rule.backward) void_outputs_from(next.number, last.event);
  p.state = rule.state;
  const Actor& actor = done.by.actor;
  const bool mended = p.find_visit(done.visit)->returned && !rule.backward;
  Visit& opened = open_visit(next, {now_, actor.kind == Actor::Kind::officer ? actor.id : "",
                                    last.event, done.hold, mended});
  opened.returned = rule.state == PermitState::returned;
  last.opened_visit = opened.id;
  if (next.tells_stage && !rule.backward)
    tell_applicant(opened.id, "tahap", Reason::state_changed, last.event, done.hold);
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
  for (Visit& visit : p.visits) {
    if (!visit.open()) continue;
    if (const Pause* pause = p.open_pause(visit.id)) last.ended_pause = pause->id;
    abandon_visit(visit, std::string(kWithdrawal), actor);
  }
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
}

// All that a withdrawal closed at one instant; where it ended a pause, those of other visits too.
void Draft::reopen_withdrawn(const LastAction& last) {
  Permit& p = permit();
  for (Visit& visit : p.visits) {
    if (visit.action != kWithdrawal) continue;
    for (Pause& pause : p.pauses)
      if (last.ended_pause != 0 && pause.visit == visit.id && pause.to == visit.closed_at)
        pause.to.reset();
    reopen(visit);
  }
}

void Draft::undo(const LastAction& last, const Actor& actor) {
  Permit& p = permit();
  const bool had_ended = is_terminal(p.state);
  Visit* closed = p.find_visit(last.closed_visit);
  const std::int64_t event =
      record(last.closed_visit, {actor, "", {}},
             Undone{last.event, closed ? closed->action : std::string(kWithdrawal)});
  ++p.version;
  if (Visit* opened = p.find_visit(last.opened_visit)) opened->undone = true;
  if (closed) {
    reopen(*closed);
    closed->missed_counted = last.visit_missed_before;
    for (Pause& pause : p.pauses)
      if (pause.id == last.ended_pause) pause.to.reset();
  } else {
    reopen_withdrawn(last);
  }
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
