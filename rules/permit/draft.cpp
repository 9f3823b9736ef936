#include "rules/permit/draft.h"

#include <algorithm>
#include <stdexcept>

#include "rules/permit/came_back.h"
#include "rules/permit/time_spent.h"

namespace tenggat {
namespace {

// A pause that ended sooner is no news to the applicant unless it moved their date to another day.
constexpr Seconds kBriefPause{3600};

NoticeKind report_kind(Reason reason) {
  if (reason == Reason::new_deficiency) return {NoticeKind::Of::new_deficiency};
  if (reason == Reason::self_approval) return {NoticeKind::Of::self_approval};
  if (reason == Reason::late_entry) return {NoticeKind::Of::late_entry};
  if (reason == Reason::against_recommendation) return {NoticeKind::Of::against_recommendation};
  return {NoticeKind::Of::pause};
}

std::string actor_name(const Actor& actor) {
  switch (actor.kind) {
    case Actor::Kind::officer:
      return "officer:" + actor.id;
    case Actor::Kind::applicant:
      return "applicant";
    case Actor::Kind::service:
      return "service:" + actor.id;
    case Actor::Kind::system:
      return "system";
  }
  return "";
}

}  // namespace

NoticeKind text_kind(std::string text) { return {NoticeKind::Of::text, std::move(text)}; }

PromiseMoved because_of(std::string_view basis) { return {.basis = std::string(basis)}; }

PromiseMoved because_ended(const Pause& pause) { return {.pause = pause.reason}; }

std::vector<Personal> typed(const std::vector<NewDocument>& documents) {
  std::vector<Personal> all;
  all.reserve(documents.size());
  for (const NewDocument& document : documents)
    all.push_back({document.kind + ": " + document.uri});
  return all;
}

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
  Notice notice;
  notice.visit = visit;
  notice.kind = report_kind(reason);
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::role, reported_to(*permit().find_visit(visit), sop_)};
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
  visit.fork = opening.at_branch.fork;
  visit.branch = opening.at_branch.branch;
  for (const Visit& earlier : p.visits)
    if (earlier.step == step.id && !earlier.undone) ++visit.occurrence;
  p.visits.push_back(visit);
  if (const std::string author = author_on_duty(p, p.visits.back(), sop_, people_, today_);
      !author.empty())
    give(p.visits.back(), author, Reason::to_author);
  else if (sop_.role(step.role).in_turn)
    assign_in_turn(p.visits.back());
  if (const Ladder* ladder = sop_.find_ladder(step.ladder))
    for (const RungRule& rung : ladder->rungs)
      if (rung.at == RungRule::At::start)
        raise_rung({visit.id, step.role, rung, 1, 1, opening.at, opening.cause, opening.hold,
                    std::nullopt, opening.mended});
  return p.visits.back();
}

std::vector<std::string> Draft::drafters(const Step& step) const {
  std::vector<std::string> officers;
  for (const Document* document : judged_documents(decision_.after, step, sop_))
    if (std::find(officers.begin(), officers.end(), document->added_by) == officers.end())
      officers.push_back(document->added_by);
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
  const bool waits = visit.late && visit.late->turned_step;  // for a superior's word
  visit.verdict =
      waits || (replay.due() && done.at > *replay.due()) ? Verdict::missed : Verdict::met;
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
  visit.missed_counted = missed;
  count(StepMissed{visit.step}, counted, cause, missed ? 1 : -1);
}

// No verdict: nobody was late or in time.
void Draft::abandon_visit(Visit& visit, std::string_view action, const Actor& actor,
                          LastAction& last) {
  last.abandoned.push_back(visit.id);
  if (Pause* pause = permit().open_pause(visit.id)) {
    pause->to = now_;
    last.ended_pauses.push_back(pause->id);
  }
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

void Draft::start_and_end_case(const Trigger& trigger, const Performance& done,
                               std::int64_t cause) {
  Permit& p = permit();
  const Instant at = done.at;
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
  const auto& late = p.find_visit(done.visit)->late;
  const bool missed = (late && late->turned_case) || (p.case_due_at && at > *p.case_due_at);
  p.case_verdict = missed ? Verdict::missed : Verdict::met;
  const Instant counted = recorded_ + done.hold;
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

// The applicant's answer comes in at an officer's visit.
std::string Draft::role_of(const Actor& actor, int visit) const {
  return actor.kind == Actor::Kind::applicant ? sop_.steps.front().role
                                              : decision_.after.find_visit(visit)->role;
}

// It takes the place of what the same role brought: nobody's file gives way to another's.
void Draft::add_document(const NewDocument& document, bool file, const Bringing& how) {
  Permit& p = permit();
  const auto& [visit, actor, cause, takes_place] = how;
  const std::string role = role_of(actor, visit);
  const auto is_of_another_branch = [&, visit = visit](const Document& earlier) {
    const Visit* by = p.find_visit(earlier.visit);
    const Visit* here = p.find_visit(visit);
    const Step* one = by ? sop_.find_step(by->step) : nullptr;
    const Step* other = here ? sop_.find_step(here->step) : nullptr;
    return one && other && sop_.are_siblings(*one, *other);
  };
  for (Document& earlier : p.documents)
    if (takes_place && earlier.counts() && earlier.kind == document.kind &&
        earlier.name == document.name && earlier.role == role &&
        (file || !earlier.file) &&  // a mark says something of a file and takes its place never
        !is_of_another_branch(earlier))
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
  added.role = role;
  p.documents.push_back(std::move(added));
}

// What that step and later ones have brought; of a branch nothing that others have.
void Draft::void_outputs_from(const Step& first, std::int64_t cause) {
  for (const Step& step : sop_.steps)
    if (step.number >= first.number && !sop_.are_siblings(step, first))
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

}  // namespace tenggat
