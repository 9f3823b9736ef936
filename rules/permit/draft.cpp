#include "rules/permit/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "rules/permit/because_words.h"
#include "rules/permit/preconditions.h"
#include "rules/permit/time_spent.h"

namespace tenggat {
namespace {

constexpr std::string_view kMendReminder = "pengingat_perbaikan";
// Kept among the raised rungs under their kind's word, k counting on; no ladder has them.
const NoticeKind kObstacleReminder{NoticeKind::Of::obstacle};
const NoticeKind kEscalation{NoticeKind::Of::escalated};
constexpr std::string_view kTrackingLink = "tautan_lacak";

// From here on an extension takes most of what a pause may last.
constexpr int kNearLimitPercent = 80;
// A pause that ended sooner is no news to the applicant unless it moved their date to another day.
constexpr Seconds kBriefPause{3600};
constexpr std::string_view kAnswer = "jawaban_pemohon";

NoticeKind text_kind(std::string text) { return {NoticeKind::Of::text, std::move(text)}; }

NoticeKind report_kind(Reason reason) {
  if (reason == Reason::new_deficiency) return {NoticeKind::Of::new_deficiency};
  if (reason == Reason::self_approval) return {NoticeKind::Of::self_approval};
  return {NoticeKind::Of::pause};
}

PromiseMoved because_of(std::string_view basis) { return {.basis = std::string(basis)}; }
PromiseMoved because_ended(const Pause& pause) { return {.pause = pause.reason}; }

std::vector<Personal> typed(const std::vector<NewDocument>& documents) {
  std::vector<Personal> all;
  for (const NewDocument& document : documents)
    all.push_back({document.kind + ": " + document.uri});
  return all;
}

std::string actor_name(const Actor& actor) {
  switch (actor.kind) {
    case Actor::Kind::officer:
      return "officer:" + actor.id;
    case Actor::Kind::applicant:
      return "applicant";
    case Actor::Kind::system:
      return "system";
  }
  return "";
}

}  // namespace

Draft::Draft(Permit permit, const Context& context)
    : sop_(context.sop),
      calendar_(context.calendar),
      people_(context.people),
      today_(context.today()),
      undo_window_(context.send.undo_window) {
  decision_.after = std::move(permit);
  now_ = std::max(context.now, decision_.after.changed_at);
  recorded_ = context.now;
}

Draft caught_up(const Permit& permit, const Context& context) {
  Draft draft(permit, context);
  draft.release_absent();
  draft.catch_up();
  return draft;
}

// --- the record ----------------------------------------------------------------------------------

std::int64_t Draft::record(int visit, const Doer& by, Happening what) {
  Event event;
  event.sequence = ++permit().events;
  event.visit = visit;
  event.actor = actor_name(by.actor);
  event.acting_for = by.acting_for;
  event.via = by.actor.kind == Actor::Kind::applicant ? by.actor.id : by.actor.via;
  event.at = now_;
  event.what = std::move(what);
  event.in_place_because = by.in_place_because;
  permit().changed_at = now_;
  decision_.events.push_back(std::move(event));
  return permit().events;
}

void Draft::count(Counted what, Instant from, std::int64_t cause, std::int64_t amount) {
  if (sop_.internal()) return;
  decision_.counts.push_back({std::move(what), amount, from, cause});
}

void Draft::note(int visit, std::string kind, std::string document, std::string text,
                 const Actor& by) {
  if (text.empty() && document.empty()) return;
  decision_.notes.push_back(
      {permit().events, visit, std::move(kind), std::move(document), std::move(text), by.id});
}

void Draft::notify(Notice notice) {
  notice.raised_at = recorded_;
  notice.hold_until = std::max(notice.hold_until, recorded_);
  decision_.notices.push_back(std::move(notice));
}

void Draft::tell_applicant(int visit, const std::string& text, Reason reason, std::int64_t cause,
                           Seconds hold, NoticeDetails details) {
  if (text.empty()) return;
  Notice notice;
  notice.visit = visit;
  notice.kind = text_kind(text);
  notice.k = static_cast<int>(cause);  // an event is told of once
  notice.addressee = {Addressee::Kind::applicant, ""};
  notice.audience = Audience::applicant;
  notice.text = text;
  notice.reason = reason;
  notice.hold_until = recorded_ + hold;
  notice.cause = cause;
  notice.details = std::move(details);
  notify(std::move(notice));
}

void Draft::report_to_superior(int visit, const std::string& why, Reason reason, std::int64_t cause,
                               Seconds hold) {
  const Role& role = sop_.role(permit().find_visit(visit)->role);
  const bool has_superior = !role.superior.empty() || role.copy.empty();
  Notice notice;
  notice.visit = visit;
  notice.kind = report_kind(reason);
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::role,
                      has_superior ? superior_of(role.id, 1).role : role.copy};
  notice.audience = Audience::superior;
  notice.text = "laporan";
  notice.reason = reason;
  notice.hold_until = recorded_ + hold;
  notice.cause = cause;
  const Pause* pause = permit().open_pause(visit);
  notice.details = Report{why, pause ? pause->reason : ""};
  notify(std::move(notice));
}

// Whether what first tells the applicant of the date still waits for its action's undo window.
bool Draft::promise_is_held() const {
  const auto& last = decision_.after.last_action;
  return last && !last->case_opened_before && decision_.after.case_opened_at &&
         undo_window_is_open(*last, recorded_, undo_window_);
}

void Draft::tell_if_promise_moved(int visit, PromiseMoved because, std::int64_t cause, Seconds hold,
                                  const Pause* ended) {
  Permit& p = permit();
  if (!p.promised_at || p.case_closed_at) return;
  const auto ledger = case_ledger(p, sop_);
  if (!ledger) return;
  const auto due = Replay(*ledger, calendar_).due();
  if (!due || *due == *p.promised_at) return;
  const bool brief = ended && *ended->to - ended->from < kBriefPause;
  const bool same_day =
      calendar_.format(*due).substr(0, 10) == calendar_.format(*p.promised_at).substr(0, 10);
  // Held: it will be read as it is when it leaves.
  if (promise_is_held() || (brief && same_day)) {
    p.promised_at = due;
    return;
  }
  because.before = calendar_.stamp(*p.promised_at);
  because.after = calendar_.stamp(*due);
  tell_applicant(visit, "perubahan_tanggal", Reason::promise_moved, cause, hold,
                 std::move(because));
  p.promised_at = due;
}

// --- visits and the case -------------------------------------------------------------------------

Visit& Draft::open_visit(const Step& step, const Opening& opening) {
  Permit& p = permit();
  Visit visit;
  visit.id = static_cast<int>(p.visits.size()) + 1;
  visit.step = step.id;
  visit.role = step.role;
  visit.opened_at = opening.at;
  visit.prepared_by = opening.prepared_by;
  visit.drafted_by = drafters(step);
  for (const Visit& earlier : p.visits)
    if (earlier.step == step.id && !earlier.undone) ++visit.occurrence;
  p.visits.push_back(visit);
  if (sop_.role(step.role).in_turn) assign_in_turn(p.visits.back());
  if (const Ladder* ladder = sop_.find_ladder(step.ladder))
    for (const RungRule& rung : ladder->rungs)
      if (rung.at == RungRule::At::start)
        raise_rung({visit.id, step.role, rung, 1, 1, opening.at, opening.cause, opening.hold,
                    std::nullopt, opening.mended});
  return p.visits.back();
}

// A file among the needs was drafted by who brought it; behind a mark stands what its step needed.
std::vector<std::string> Draft::drafters(const Step& step) const {
  std::vector<std::string> officers;
  std::vector<std::string> kinds = step.needs;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    for (const Document& document : decision_.after.documents) {
      const Visit* visit = decision_.after.find_visit(document.visit);
      const bool of_office = visit && !is_applicants(*visit, sop_);
      if (document.kind != kinds[i] || !document.counts() || !document.file || !of_office) continue;
      if (std::find(officers.begin(), officers.end(), document.added_by) == officers.end())
        officers.push_back(document.added_by);
    }
    for (const Step& earlier : sop_.steps)
      if (std::any_of(earlier.outputs.begin(), earlier.outputs.end(), [&](const Output& output) {
            return output.kind == kinds[i] && !output.file;
          }))
        for (const std::string& need : earlier.needs)
          if (std::find(kinds.begin(), kinds.end(), need) == kinds.end()) kinds.push_back(need);
  }
  return officers;
}

void Draft::close_visit(Visit& visit, const Performance& done, std::int64_t cause) {
  if (Pause* pause = permit().open_pause(visit.id)) pause->to = std::max(done.at, pause->from);
  visit.action = done.rule.id;
  visit.closed_by = done.by.actor.id;
  visit.closed_for = done.by.acting_for;
  visit.closed_at = done.at;
  visit.standard = sop_.step(visit.step).standard;
  if (sop_.is_applicant(visit.role)) {
    visit.elapsed = calendar_.worked(visit.opened_at, done.at);
    return;
  }
  const auto ledger = visit_ledger(permit(), visit, sop_);
  if (!ledger) return;  // a clock that runs from the claim and was never claimed
  const Replay replay(*ledger, calendar_);
  visit.elapsed = replay.consumed(done.at);
  visit.due_at = replay.due();
  visit.verdict = replay.due() && done.at > *replay.due() ? Verdict::missed : Verdict::met;
  const WaitingAndHandling parts = waiting_and_handling(permit(), visit, sop_, calendar_, done.at);
  visit.waited = parts.waiting;
  visit.handled = parts.handling;
  // Of this visit: what it carries on from was counted when that closed.
  count_completion(visit, visit.elapsed - replay.carried(), cause, done.hold);
}

void Draft::count_completion(Visit& visit, Seconds worked, std::int64_t cause, Seconds hold) {
  const Instant counted = recorded_ + hold;
  count(StepCompleted{visit.step}, counted, cause);
  const auto buckets = working_time_buckets(sop_, calendar_);
  const auto bucket = std::lower_bound(buckets.begin(), buckets.end(), worked.count());
  std::optional<Seconds> up_to;
  if (bucket != buckets.end()) up_to = Seconds{*bucket};
  count(WorkingTime{visit.step, up_to}, counted, cause);
  count(WorkingSeconds{visit.step}, counted, cause, worked.count());
  const bool missed = visit.verdict == Verdict::missed;
  if (missed == visit.missed_counted) return;
  // Where it is met after all, it was recorded late: the breach on the books is reversed.
  visit.missed_counted = missed;
  count(StepMissed{visit.step}, counted, cause, missed ? 1 : -1);
}

// No verdict: nobody was late or in time.
void Draft::abandon_visit(Visit& visit, const std::string& action, const Actor& actor) {
  if (Pause* pause = permit().open_pause(visit.id)) pause->to = now_;
  const Sla sla = visit_sla(permit(), visit, sop_, calendar_, now_);
  visit.elapsed = sla.elapsed;
  visit.due_at = sla.due_at;
  visit.standard = sla.standard;
  visit.action = action;
  visit.closed_by = actor.id;
  visit.closed_at = now_;
}

void Draft::close_case(Instant at) {
  Permit& p = permit();
  if (const auto ledger = case_ledger(p, sop_)) {
    const Replay replay(*ledger, calendar_);
    p.case_elapsed = replay.consumed(at);
    p.case_due_at = replay.due();
    p.case_standard = ledger->budget;
  }
  p.case_closed_at = at;
}

void Draft::start_and_end_case(const Trigger& trigger, Instant at, std::int64_t cause,
                               Seconds hold) {
  Permit& p = permit();
  if (trigger == sop_.legal.starts && !p.legal_opened_at) p.legal_opened_at = at;
  if (trigger == sop_.case_starts && !p.case_opened_at) {
    p.case_opened_at = at;
    p.promised_at = Replay(*case_ledger(p, sop_), calendar_).due();
  }
  const bool ends =
      std::find(sop_.case_ends.begin(), sop_.case_ends.end(), trigger) != sop_.case_ends.end();
  if (!ends) return;
  ++p.signings;
  if (!p.case_opened_at || p.case_closed_at) return;  // a corrected decree is judged once
  close_case(at);
  const bool missed = p.case_due_at && at > *p.case_due_at;
  p.case_verdict = missed ? Verdict::missed : Verdict::met;
  const Instant counted = recorded_ + hold;
  if (!missed) count(CaseMet{}, counted, cause);
  if (missed != p.case_missed_counted) count(CaseMissed{}, counted, cause, missed ? 1 : -1);
  p.case_missed_counted = missed;
}

void Draft::end_permit(PermitState state, Instant at, std::int64_t cause, Seconds hold) {
  Permit& p = permit();
  p.state = state;
  if (!p.case_closed_at) close_case(at);  // without a verdict
  if (state != PermitState::issued)       // issued counts when it is signed
    count(PermitClosed{state}, recorded_ + hold, cause);
}

// --- documents -----------------------------------------------------------------------------------

void Draft::add_document(const NewDocument& document, int visit, bool file, const Actor& actor,
                         std::int64_t cause) {
  Permit& p = permit();
  for (Document& earlier : p.documents)
    if (earlier.counts() && earlier.kind == document.kind && earlier.name == document.name &&
        (file || !earlier.file))  // a mark says something of a file and takes its place never
      earlier.superseded_event = cause;
  Document added;
  added.id = static_cast<int>(p.documents.size()) + 1;
  added.visit = visit;
  added.kind = document.kind;
  added.name = document.name;
  added.uri = document.uri;
  added.sha256 = document.sha256;
  added.number = document.number;
  added.file = file;
  added.added_at = now_;
  added.added_by = actor.id;
  added.added_event = cause;
  p.documents.push_back(std::move(added));
}

void Draft::void_outputs_from(int step_number, std::int64_t cause) {
  for (const Step& step : sop_.steps)
    if (step.number >= step_number)
      for (Document& document : permit().documents)
        if (document.counts() && step.brings(document.kind)) document.voided_event = cause;
}

// Whether `visit`, closed by a rejection, names a deficiency that no earlier rejection did.
bool Draft::finds_more_than_before(const Visit& visit) const {
  std::vector<std::string> named;
  bool rejected_before = false;
  for (const Visit& earlier : decision_.after.visits) {
    if (earlier.id >= visit.id || earlier.undone || earlier.step != visit.step ||
        earlier.action != visit.action)
      continue;
    rejected_before = true;
    named.insert(named.end(), earlier.deficiencies.begin(), earlier.deficiencies.end());
  }
  return rejected_before &&
         std::any_of(visit.deficiencies.begin(), visit.deficiencies.end(),
                     [&](const std::string& one) {
                       return std::find(named.begin(), named.end(), one) == named.end();
                     });
}

// --- actions -------------------------------------------------------------------------------------

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
  visit.assignee =
      officers[static_cast<std::size_t>(permit().id) % officers.size()];  // not claimed: told
  record(visit.id, {},
         Assigned{.step = label(visit), .officer = visit.assignee, .reason = Reason::in_turn});
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

// Whether it counts as due_soon or overdue; a clock that stands, as when it stopped.
bool Draft::short_of_time(const Visit& visit) const {
  const auto ledger = visit_ledger(decision_.after, visit, sop_);
  if (!ledger) return false;
  const Replay replay(*ledger, calendar_);
  const Ladder* ladder = sop_.find_ladder(sop_.step(visit.step).ladder);
  const auto soon = due_soon_at(replay, ladder ? &ladder->rungs : nullptr);
  return (soon && now_ >= *soon) || (replay.due() && now_ > *replay.due());
}

void Draft::pause(int visit_id, const PauseReason& reason, const PauseVisit& command,
                  const Doer& by, Seconds hold) {
  Permit& p = permit();
  const Visit& visit = *p.find_visit(visit_id);
  const bool late_hour = short_of_time(visit);
  Pause pause;
  pause.visit = visit_id;
  pause.id = static_cast<int>(p.pauses.size()) + 1;
  pause.reason = reason.id;
  pause.stops_case = reason.stops_case;
  pause.from = now_;
  pause.until = command.until;
  pause.by = by.actor.id;
  p.pauses.push_back(pause);
  Paused paused{label(visit), reason.id, {}, {command.note}};
  if (command.until) paused.until = calendar_.stamp(*command.until);
  const std::int64_t cause = record(visit_id, by, std::move(paused));
  ++p.version;
  note(visit_id, "pause", "", command.note, by.actor);
  if (reason.tells_applicant)
    tell_applicant(visit_id, "klarifikasi", Reason::state_changed, cause, hold);
  if (late_hour)
    report_to_superior(visit_id, sentence<Because::paused_near_due>(reason.name),
                       Reason::paused_near_due, cause, Seconds{0});
}

void Draft::extend_pause(int visit_id, const PauseReason& reason, const PauseVisit& command,
                         const Doer& by) {
  Permit& p = permit();
  Pause& pause = *p.open_pause(visit_id);
  const Visit& visit = *p.find_visit(visit_id);
  const std::optional<Instant> before = resumes_at(pause, sop_, calendar_);
  pause.until = command.until;
  ++pause.extensions;
  const std::int64_t cause = record(visit_id, by,
                                    PauseExtended{label(visit),
                                                  reason.id,
                                                  pause.extensions,
                                                  calendar_.stamp(*before),
                                                  calendar_.stamp(*pause.until),
                                                  {command.note}});
  ++p.version;
  note(visit_id, "pause", "", command.note, by.actor);
  const auto longest = longest_pause(pause, reason, calendar_);
  const bool near_limit = longest && calendar_.worked(pause.from, *pause.until) * 100 >=
                                         calendar_.worked(pause.from, *longest) * kNearLimitPercent;
  if (short_of_time(visit))
    report_to_superior(visit_id, sentence<Because::extended_near_due>(reason.name),
                       Reason::paused_near_due, cause, Seconds{0});
  else if (near_limit)
    report_to_superior(
        visit_id, sentence<Because::extended_near_limit>(reason.longest->to_string(), reason.name),
        Reason::pause_near_limit, cause, Seconds{0});
}

void Draft::resume(int visit, Instant at, const Doer& by, const ResumeVisit& command,
                   Seconds hold) {
  Pause& pause = *permit().open_pause(visit);
  pause.to = at;
  Resumed resumed{label(*permit().find_visit(visit)),
                  pause.reason,
                  {},
                  {command.note},
                  typed(command.documents)};
  if (at != now_) resumed.at = calendar_.stamp(at);
  const std::int64_t cause = record(visit, by, std::move(resumed));
  note(visit, "note", "", command.note, by.actor);
  for (const NewDocument& document : command.documents)
    add_document(document, visit, true, by.actor, cause);
  ++permit().version;
  if (by.actor.kind == Actor::Kind::applicant) tell_of_answer(visit, cause);
  tell_if_promise_moved(visit, because_ended(pause), cause, hold, &pause);
}

// An answer cannot be taken back, so its officer is told at once.
void Draft::tell_of_answer(int visit, std::int64_t cause) {
  Notice notice;
  notice.visit = visit;
  notice.kind = text_kind(std::string(kAnswer));
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = kAnswer;
  notice.reason = Reason::state_changed;
  notice.urgent = true;
  notice.cause = cause;
  notify(std::move(notice));
}

// --- reaching the applicant ----------------------------------------------------------------------

void Draft::correct_contact(const CorrectContact& command, const Doer& by) {
  record(0, by, ContactCorrected{{command.email}, {command.whatsapp}});
  ++permit().version;
  decision_.contact = command;
}

void Draft::send_link(const Doer& by) {
  const std::int64_t cause = record(0, by, LinkSent{});
  tell_applicant(0, std::string(kTrackingLink), Reason::link_asked_for, cause, Seconds{0});
}

// --- a calendar or an SOP that changed -----------------------------------------------------------

void Draft::apply_calendar(const std::string& decree) {
  const std::int64_t cause = record(0, {}, CalendarApplied{calendar_.id(), decree});
  ++permit().version;
  judge_open_clocks_again(cause);
  tell_if_promise_moved(0, because_of(decree), cause, Seconds{0});
  // What an undo would bring back was judged under the other calendar.
  permit().last_action.reset();
}

void Draft::migrate(const std::string& because) {
  Permit& p = permit();
  const std::int64_t cause =
      record(0, {}, SopMigrated{sop_.id, p.sop_version, sop_.version, because});
  ++p.version;
  // What is closed keeps the version it was closed under.
  const auto keep = [was = p.sop_version](std::string& version) {
    if (version.empty()) version = was;
  };
  for (Visit& visit : p.visits) {
    if (!visit.open()) keep(visit.sop_version);
    if (visit.acknowledged) keep(visit.acknowledged->sop_version);
  }
  for (Pause& pause : p.pauses)
    if (pause.to) keep(pause.sop_version);
  p.sop_version = sop_.version;
  for (Visit& visit : p.visits) {
    if (!visit.open() || visit.role == sop_.step(visit.step).role) continue;
    // Another role's work now: whoever had taken it has no duty in it.
    visit.role = sop_.step(visit.step).role;
    visit.assignee.clear();
  }
  // A shorter bound ends a pause now, not in the past: the time since then was rightly not counted.
  for (Pause& pause : p.pauses) {
    if (pause.to) continue;
    const auto end = resumes_at(pause, sop_, calendar_);
    if (end && *end < now_) pause.until = now_;
  }
  judge_open_clocks_again(cause);
  tell_if_promise_moved(0, because_of(because), cause, Seconds{0});
  // What an undo would bring back was judged by the other version.
  p.last_action.reset();
}

// A raised rung that is to come again is armed as its next occurrence, a counted breach that falls
// away is reversed.
void Draft::judge_open_clocks_again(std::int64_t cause) {
  Permit& p = permit();
  // None: the clock stands before it. Either way it is still to come.
  const auto to_come = [&](std::optional<Instant> at) { return !at || *at > now_; };
  const auto rearm = [&](int visit, const std::string& rung, int k, std::optional<Instant> at) {
    if (!to_come(at)) return;
    for (RaisedRung& raised : p.rungs)
      if (raised.visit == visit && raised.rung == rung && raised.k == k) raised.rearmed = true;
  };
  const auto rearm_all = [&](int visit, const Replay& replay, const std::vector<RungRule>& rungs) {
    for (const RungRule& rung : rungs)
      if (rung.at != RungRule::At::start)
        for (int k = 1; k <= rung.times; ++k) rearm(visit, rung.name(), k, replay.at(rung, k));
  };
  const auto falls_away = [&](const Replay& replay) {
    return to_come(replay.due() ? std::optional(*replay.due() + Seconds{1}) : std::nullopt);
  };
  for (Visit& visit : p.visits) {
    if (!visit.open()) continue;
    const Step& step = sop_.step(visit.step);
    for (std::size_t i = 0; visit.returned && i < step.mend_reminders.size(); ++i)
      rearm(visit.id, std::string(kMendReminder), static_cast<int>(i) + 1,
            calendar_.deadline(visit.opened_at, step.mend_reminders[i]).due);
    const auto ledger = visit_ledger(p, visit, sop_);
    if (!ledger) continue;
    const Replay replay(*ledger, calendar_);
    if (const Ladder* ladder = sop_.find_ladder(step.ladder))
      rearm_all(visit.id, replay, ladder->rungs);
    if (!visit.missed_counted || !falls_away(replay)) continue;
    visit.missed_counted = false;
    count(StepMissed{visit.step}, recorded_, cause, -1);
  }
  if (const auto ledger = case_ledger(p, sop_); ledger && !p.case_closed_at) {
    const Replay replay(*ledger, calendar_);
    rearm_all(0, replay, sop_.case_ladder);
    if (p.case_missed_counted && falls_away(replay)) {
      p.case_missed_counted = false;
      count(CaseMissed{}, recorded_, cause, -1);
    }
  }
}

// --- what time brings about ----------------------------------------------------------------------

void Draft::catch_up() {
  // Each turn changes what is next (a resume moves dues), so the list is made anew. The bound holds
  // because every turn consumes a rung, a pause or a visit.
  known_since_ = permit().changed_at;
  for (int turn = 0; turn < 1000; ++turn) {
    const std::vector<Timed> next = upcoming(permit(), sop_, calendar_);
    if (next.empty() || next.front().at > now_) return;
    const Timed& timed = next.front();
    switch (timed.kind) {
      case Timed::Kind::rung:
        raise(timed);
        break;
      case Timed::Kind::missed:
        count_missed(timed);
        break;
      case Timed::Kind::mend_reminder:
        remind_to_mend(timed);
        break;
      case Timed::Kind::acknowledgement_over:
        remind_of_obstacle(timed);
        break;
      case Timed::Kind::resume:
        resume(timed.visit, timed.at, {}, {}, Seconds{0});
        break;
      case Timed::Kind::automatic_action:
        take_automatic_action(timed);
        break;
    }
  }
  throw std::logic_error("catching up does not end");
}

void Draft::take_automatic_action(const Timed& timed) {
  Act act;
  act.step = permit().find_visit(timed.visit)->step;
  act.action = timed.action->id;
  if (const auto refusal = refuse_next_step(permit(), *timed.action, {}, sop_))
    throw std::logic_error("an automatic action was refused: " + refusal->detail().english);
  perform({*timed.action, timed.visit, act, {}, timed.at, Seconds{0}});
}

Draft::Superior Draft::superior_of(const std::string& role, int level) const {
  const std::vector<std::string> chain = sop_.chain(role);
  if (chain.empty()) return {role, Reason::chain_exhausted};
  const auto index = static_cast<std::size_t>(level - 1);
  if (index < chain.size()) return {chain[index], Reason::rung_due};
  return {chain.back(), Reason::chain_exhausted};
}

void Draft::notify_rung(const Raising& raising, Addressee to, Audience audience, std::string text,
                        Reason reason) {
  Notice notice;
  notice.visit = raising.visit;
  notice.kind = {NoticeKind::Of::rung, raising.rung.name()};
  notice.k = raising.k;
  notice.occurrence = raising.occurrence;
  notice.addressee = std::move(to);
  notice.audience = audience;
  notice.text = std::move(text);
  notice.reason = reason;
  notice.hold_until = recorded_ + raising.hold;
  notice.urgent = raising.rung.urgent || raising.at_once;
  notice.cause = raising.cause;
  if (raising.held_up_since) notice.details = HeldUp{calendar_.stamp(*raising.held_up_since)};
  count_redirected(raising, notice);
  notify(std::move(notice));
}

// That nobody in the role could be told is a fact of the event that raised the notice.
void Draft::count_redirected(const Raising& raising, const Notice& notice) {
  const Visit* visit = permit().find_visit(raising.visit);
  const bool to_holder = notice.addressee.kind == Addressee::Kind::holder;
  const std::string role = to_holder ? raising.role : notice.addressee.name;
  if (to_holder && !visit) return;
  const std::vector<Recipient> told = to_holder ? resolve_holder(*visit, sop_, people_, today_)
                                                : resolve_role(role, visit, sop_, people_, today_);
  Reason why = Reason::nobody_on_duty;
  if (!told.empty()) why = told.front().why;
  if (why != Reason::nobody_on_duty && why != Reason::role_vacant &&
      why != Reason::nobody_reachable)
    return;
  std::vector<Redirected>& redirected = decision_.events.back().redirected;
  const auto known = std::find_if(redirected.begin(), redirected.end(),
                                  [&](const Redirected& one) { return one.role == role; });
  if (known == redirected.end())
    redirected.push_back({role, why});
  else
    known->why = why;
  count(NoticeRedirected{visit ? visit->step : "", why}, recorded_ + raising.hold, raising.cause);
}

void Draft::raise_rung(const Raising& raising) {
  const RungRule& rung = raising.rung;
  permit().rungs.push_back(
      {raising.visit, rung.name(), raising.k, raising.occurrence, raising.due_at, now_, false});
  const bool of_case = raising.visit == 0;
  const std::string holder_text = rung.at == RungRule::At::start     ? "tugas_baru"
                                  : rung.at == RungRule::At::percent ? "pengingat"
                                                                     : "terlambat";
  std::vector<std::string> told;
  const auto to_superior = [&](const std::string& to, Reason reason) {
    if (std::find(told.begin(), told.end(), to) != told.end()) return;
    told.push_back(to);
    notify_rung(raising, {Addressee::Kind::role, to}, Audience::superior,
                of_case ? "alarm_layanan" : "eskalasi", reason);
  };
  const auto to_holder = [&](Addressee to) {
    notify_rung(raising, std::move(to), Audience::holder, holder_text, Reason::rung_due);
  };
  const Role* role = of_case ? nullptr : &sop_.role(raising.role);
  for (const Target& target : rung.to) {
    switch (target.kind) {
      case Target::Kind::role:
        // A task that was given to one of them is that one's.
        if (role && role->in_turn && !permit().find_visit(raising.visit)->assignee.empty())
          to_holder({Addressee::Kind::holder, ""});
        else
          to_holder({Addressee::Kind::role, raising.role});
        break;
      case Target::Kind::copy:
        if (role) to_superior(role->copy, Reason::copy);
        break;
      case Target::Kind::applicant:
        tell_applicant_of_rung(raising);
        break;
      case Target::Kind::assignee:
        to_holder({Addressee::Kind::holder, ""});
        break;
      case Target::Kind::named_role:
        to_superior(target.name, Reason::rung_due);
        break;
      case Target::Kind::superior: {
        const Superior superior = superior_of(raising.role, target.level);
        to_superior(superior.role, superior.reason);
        if (const std::string& copy = sop_.role(raising.role).copy; !copy.empty())
          to_superior(copy, Reason::copy);
        break;
      }
    }
  }
  // An acknowledged repeat is raised and told to nobody: no escalation.
  const Visit* visit = permit().find_visit(raising.visit);
  if (!told.empty() && !(visit && is_acknowledged(*visit, rung.name(), raising.k, now_)))
    count(SuperiorTold{visit ? visit->step : "", rung.name()}, recorded_ + raising.hold,
          raising.cause);
}

// Of a step, where the file is; of the case, that it is late and when it may be done.
void Draft::tell_applicant_of_rung(const Raising& raising) {
  Notice notice;
  notice.visit = raising.visit;
  notice.kind = {NoticeKind::Of::rung, raising.rung.name()};
  notice.k = raising.k;
  notice.occurrence = raising.occurrence;
  notice.addressee = {Addressee::Kind::applicant, ""};
  notice.audience = Audience::applicant;
  notice.text = raising.visit == 0 ? "terlambat_pemohon" : "tahap";
  notice.reason = Reason::rung_due;
  notice.hold_until = recorded_ + raising.hold;
  notice.cause = raising.cause;
  notify(std::move(notice));
}

void Draft::remind_of_obstacle(const Timed& timed) {
  const std::int64_t cause =
      record(timed.visit, {}, ReminderRaised{true, timed.k, calendar_.stamp(timed.at)});
  permit().rungs.push_back(
      {timed.visit, kObstacleReminder.to_string(), timed.k, 1, timed.at, now_, false});
  const Visit& visit = *permit().find_visit(timed.visit);
  const auto ledger = visit_ledger(permit(), visit, sop_);
  const auto due = ledger ? Replay(*ledger, calendar_).due() : std::nullopt;
  Notice notice;
  notice.visit = timed.visit;
  notice.kind = kObstacleReminder;
  notice.k = timed.k;
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = due && now_ > *due ? "terlambat" : "pengingat";
  notice.reason = Reason::acknowledgement_over;
  notice.cause = cause;
  notify(std::move(notice));
}

void Draft::raise(const Timed& timed) {
  const RungRule& rung = *timed.rung;
  const std::string role = timed.visit ? permit().find_visit(timed.visit)->role : "";
  const std::int64_t cause = record(timed.visit, {},
                                    RungRaised{rung.name(), timed.k, timed.occurrence,
                                               calendar_.stamp(timed.at), Reason::rung_due});
  // A change of the permit or its rules may bring about what lies in the past: no outage's doing.
  const Instant expected = std::max(timed.at, known_since_);
  const auto held_up = now_ - expected > kOutage ? std::optional(expected) : std::nullopt;
  raise_rung({timed.visit, role, rung, timed.k, timed.occurrence, timed.at, cause, Seconds{0},
              held_up, false});
}

void Draft::count_missed(const Timed& timed) {
  const std::int64_t cause = record(timed.visit, {}, DeadlineMissed{calendar_.stamp(timed.at)});
  if (timed.visit != 0) {
    Visit& visit = *permit().find_visit(timed.visit);
    visit.missed_counted = true;
    count(StepMissed{visit.step}, timed.at, cause);
    return;
  }
  permit().case_missed_counted = true;
  count(CaseMissed{}, timed.at, cause);
  tell_applicant(0, "terlambat_pemohon", Reason::case_missed, cause, Seconds{0});
}

void Draft::remind_to_mend(const Timed& timed) {
  const std::int64_t cause =
      record(timed.visit, {}, ReminderRaised{false, timed.k, calendar_.stamp(timed.at)});
  permit().rungs.push_back(
      {timed.visit, std::string(kMendReminder), timed.k, timed.occurrence, timed.at, now_, false});
  tell_applicant(timed.visit, std::string(kMendReminder), Reason::reminder_to_mend, cause,
                 Seconds{0});
}

}  // namespace tenggat
