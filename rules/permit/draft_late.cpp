// What is entered late, the superior's word on it, and an administrator's correction. Source:
// docs/reference.md, Late entries.
#include <fmt/format.h>

#include <algorithm>

#include "rules/permit/because_words.h"
#include "rules/permit/draft.h"
#include "rules/permit/preconditions.h"
#include "rules/permit/time_spent.h"

namespace tenggat {
namespace {

bool ends_case(const std::string& step, const std::string& action, const Sop& sop) {
  return std::find(sop.case_ends.begin(), sop.case_ends.end(), Trigger{step, action}) !=
         sop.case_ends.end();
}

// "6/4/2026 pukul 08.09 WITA"
std::string moment(const Calendar& calendar, Instant at) {
  const LocalTime local = calendar.local(at);
  return fmt::format("{}/{}/{} pukul {:02}.{:02} {}", local.day, local.month, local.year,
                     local.hour, local.minute, local.zone_abbreviation);
}

}  // namespace

// The due of a clock that is late by now; none where it is not, or stands.
std::optional<Instant> Draft::passed_due(const std::optional<Ledger>& ledger) const {
  if (!ledger) return std::nullopt;
  const std::optional<Instant> due = Replay(*ledger, calendar_).due();
  return due && now_ > *due ? due : std::nullopt;
}

// None where it is recorded as it is done. What the applicant does has no lateness: only where it
// ends the case is it one.
std::optional<LateEntry> Draft::late_entry(const Performance& done, const Visit& before) const {
  const Permit& p = decision_.after;
  if (done.at == now_ || done.by.actor.kind == Actor::Kind::system) return std::nullopt;
  LateEntry late{now_, identity(done.by.actor)};
  if (const auto due = passed_due(visit_ledger(p, before, sop_)))
    late.turned_step = done.at <= *due;
  if (!p.case_closed_at && ends_case(before.step, done.rule.id, sop_))
    if (const auto due = passed_due(case_ledger(p, sop_))) late.turned_case = done.at <= *due;
  if (sop_.is_applicant(before.role) && !late.turned()) return std::nullopt;
  return late;
}

void Draft::tell_of_late_entry(const Visit& visit, std::int64_t cause, Seconds hold) {
  const LateEntry& late = *visit.late;
  const std::string done = moment(calendar_, *visit.closed_at),
                    entered = moment(calendar_, late.recorded_at);
  report_to_superior(visit.id,
                     late.turned() ? sentence<Because::late_entry_turned>(done, entered)
                                   : sentence<Because::late_entry>(done, entered),
                     Reason::late_entry, cause, hold);
  count(EnteredLate{visit.step, late.turned() ? Turned::met : Turned::none}, recorded_ + hold,
        cause);
}

void Draft::confirm(int visit_id, const std::string& text, const Doer& by) {
  Permit& p = permit();
  Visit& visit = *p.find_visit(visit_id);
  const std::int64_t cause = record(visit_id, by, Confirmed{label(visit), {text}});
  ++p.version;
  note(visit_id, "confirmation", "", text, by.actor);
  LateEntry& late = *visit.late;
  late.confirmed_by = by.actor.id;
  late.confirmed_at = now_;
  if (late.turned_step) {
    visit.verdict = Verdict::met;
    if (visit.missed_counted) count(StepMissed{visit.step}, recorded_, cause, -1);
    visit.missed_counted = false;
  }
  if (!late.turned_case) return;
  p.case_verdict = Verdict::met;
  count(CaseMet{}, recorded_, cause);
  if (p.case_missed_counted) count(CaseMissed{}, recorded_, cause, -1);
  p.case_missed_counted = false;
  if (p.last_action) p.last_action->case_missed_before = false;
}

void Draft::correct(int visit_id, const Correct& command, const Doer& by) {
  Permit& p = permit();
  Visit& visit = *p.find_visit(visit_id);
  const Instant before = *visit.closed_at;
  const bool ended_case =
      p.case_closed_at == before &&
      (!p.case_verdict || ends_case(visit.step, visit.action, sop_of(visit, sop_)));
  LateEntry late{now_, identity(by.actor)};
  for (Pause& pause : p.pauses)
    if (pause.visit == visit_id && pause.to == before)
      pause.to = std::max(command.occurred_at, pause.from);
  visit.closed_at = command.occurred_at;
  judge_corrected_visit(visit, command.occurred_at, late);
  if (ended_case) judge_corrected_case(command.occurred_at, late);
  visit.late = late;
  Corrected corrected{label(visit),
                      calendar_.stamp(command.occurred_at),
                      calendar_.stamp(before),
                      {command.reason},
                      late.turned_step,
                      late.turned_case};
  const std::int64_t cause = record(visit_id, by, std::move(corrected));
  ++p.version;
  note(visit_id, "correction", "", command.reason, by.actor);
  tell_of_late_entry(visit, cause, Seconds{0});
}

// Earlier than before, so what was met is met. By the standard it was judged by.
void Draft::judge_corrected_visit(Visit& visit, Instant at, LateEntry& late) {
  const auto ledger = visit_ledger(permit(), visit, sop_);
  if (!ledger) {
    if (is_applicants(visit, sop_)) visit.elapsed = calendar_.worked(visit.opened_at, at);
    return;
  }
  const Replay replay(*ledger, calendar_);
  visit.elapsed = replay.consumed(at);
  visit.due_at = replay.due();
  late.turned_step = visit.verdict == Verdict::missed && !(visit.due_at && at > *visit.due_at);
  const WaitingAndHandling parts = waiting_and_handling(permit(), visit, sop_, calendar_, at);
  visit.waited = parts.waiting;
  visit.handled = parts.handling;
}

void Draft::judge_corrected_case(Instant at, LateEntry& late) {
  Permit& p = permit();
  close_case(at);
  late.turned_case = p.case_verdict == Verdict::missed && !(p.case_due_at && at > *p.case_due_at);
}

}  // namespace tenggat
