#include "rules/permit/ladder.h"

#include <algorithm>
#include <tuple>

namespace tenggat {
namespace {

constexpr std::string_view kObstacleRung = "kendala";

// Where a rung stands: the k to raise next and which occurrence that is; none once all are raised.
struct Next {
  int k = 1;
  int occurrence = 1;
};
std::optional<Next> next_of(const Permit& permit, int visit, std::string_view rung, int times) {
  for (int k = 1; k <= times; ++k) {
    int occurrence = 1;
    bool raised = false;
    for (const RaisedRung& one : permit.rungs) {
      if (one.visit != visit || one.k != k || one.rung != rung) continue;
      occurrence = std::max(occurrence, one.rearmed ? one.occurrence + 1 : one.occurrence);
      raised = raised || !one.rearmed;
    }
    if (!raised) return Next{k, occurrence};
  }
  return std::nullopt;
}

void add_ladder(std::vector<Timed>& all, const Permit& permit, int visit, const Replay& replay,
                const std::vector<RungRule>& rungs) {
  for (const RungRule& rung : rungs) {
    const auto next = next_of(permit, visit, rung.name(), rung.times);
    if (!next) continue;
    if (const auto at = replay.at(rung, next->k))
      all.push_back({Timed::Kind::rung, *at, visit, &rung, nullptr, next->k, next->occurrence});
  }
}

void add_visit(std::vector<Timed>& all, const Permit& permit, const Visit& visit, const Sop& sop,
               const Calendar& calendar) {
  const Step& step = sop.step(visit.step);
  if (const Pause* pause = permit.open_pause(visit.id))
    if (const auto at = resumes_at(*pause, sop, calendar))
      all.push_back({Timed::Kind::resume, *at, visit.id});
  for (const ActionRule& action : step.actions)
    if (action.automatic_after && holds(action.when, permit.fields, to_string(permit.outcome)))
      all.push_back({Timed::Kind::automatic_action,
                     calendar.deadline(visit.opened_at, *action.automatic_after).due, visit.id,
                     nullptr, &action});
  if (visit.returned) {
    const int times = static_cast<int>(step.mend_reminders.size());
    if (const auto next = next_of(permit, visit.id, kMendReminder, times))
      all.push_back({Timed::Kind::mend_reminder,
                     calendar
                         .deadline(visit.opened_at,
                                   step.mend_reminders[static_cast<std::size_t>(next->k) - 1])
                         .due,
                     visit.id, nullptr, nullptr, next->k, next->occurrence});
  }
  if (visit.acknowledged) {
    const Acknowledgement& latest = *visit.acknowledged;
    const bool reminded =
        std::any_of(permit.rungs.begin(), permit.rungs.end(), [&](const RaisedRung& rung) {
          return rung.visit == visit.id && rung.k == latest.k && rung.rung == kObstacleRung;
        });
    if (!reminded)
      all.push_back(
          {Timed::Kind::acknowledgement_over, latest.until, visit.id, nullptr, nullptr, latest.k});
  }
  if (const auto ledger = visit_ledger(permit, visit, sop)) {
    const Replay replay(*ledger, calendar);
    if (const Ladder* ladder = sop.find_ladder(step.ladder))
      add_ladder(all, permit, visit.id, replay, ladder->rungs);
    if (replay.due() && !visit.missed_counted)
      all.push_back({Timed::Kind::missed, *replay.due() + Seconds{1}, visit.id});
  }
}

bool is_sooner(const Timed& a, const Timed& b) {
  return std::tie(a.at, a.kind, a.visit) < std::tie(b.at, b.kind, b.visit);
}

std::vector<Timed> next_of_each(const Permit& permit, const Sop& sop, const Calendar& calendar) {
  std::vector<Timed> all;
  if (is_terminal(permit.state)) return all;
  for (const Visit& visit : permit.visits)
    if (visit.open()) add_visit(all, permit, visit, sop, calendar);
  if (permit.case_closed_at) return all;
  if (const auto ledger = case_ledger(permit, sop)) {
    const Replay replay(*ledger, calendar);
    add_ladder(all, permit, 0, replay, sop.case_ladder);
    if (replay.due() && !permit.case_missed_counted)
      all.push_back({Timed::Kind::missed, *replay.due() + Seconds{1}, 0});
  }
  if (sop.legal.silence_is_consent() && !permit.legal_passed_at)
    if (const auto ledger = legal_ledger(permit, sop))
      if (const auto due = Replay(*ledger, calendar).due())
        all.push_back({Timed::Kind::legal_limit, *due + Seconds{1}, 0});
  return all;
}

}  // namespace

std::optional<Instant> longest_pause(const Pause& pause, const PauseReason& reason,
                                     const Calendar& calendar) {
  if (!reason.longest) return std::nullopt;
  return calendar.deadline(pause.from, *reason.longest).due;
}

std::optional<Instant> resumes_at(const Pause& pause, const Sop& sop, const Calendar& calendar) {
  if (pause.until) return pause.until;
  const PauseReason* reason = rule_of(pause, sop);
  return reason ? longest_pause(pause, *reason, calendar) : std::nullopt;
}

std::vector<Timed> upcoming(const Permit& permit, const Sop& sop, const Calendar& calendar) {
  std::vector<Timed> all = next_of_each(permit, sop, calendar);
  std::stable_sort(all.begin(), all.end(), is_sooner);
  return all;
}

std::optional<Timed> first_upcoming(const Permit& permit, const Sop& sop,
                                    const Calendar& calendar) {
  const std::vector<Timed> all = next_of_each(permit, sop, calendar);
  const auto first = std::min_element(all.begin(), all.end(), is_sooner);
  return first == all.end() ? std::nullopt : std::optional(*first);
}

std::optional<Timed> next_rung(const Permit& permit, int visit, const Sop& sop,
                               const Calendar& calendar) {
  for (const Timed& timed : upcoming(permit, sop, calendar))
    if (timed.kind == Timed::Kind::rung && timed.visit == visit) return timed;
  return std::nullopt;
}

Projection project(const Permit& permit, const Sop& sop, const Calendar& calendar) {
  Projection result;
  for (const Visit& visit : permit.visits) {
    const auto ledger = visit_ledger(permit, visit, sop);
    if (!ledger) continue;
    const Replay replay(*ledger, calendar);
    const Ladder* ladder = sop_of(visit, sop).find_ladder(step_of(visit, sop)->ladder);
    result.visits.push_back({visit.id, visit.closed_at ? visit.due_at : replay.due(),
                             due_soon_at(replay, ladder ? &ladder->rungs : nullptr)});
  }
  if (const auto ledger = case_ledger(permit, sop)) {
    const Replay replay(*ledger, calendar);
    result.case_due_at = permit.case_elapsed ? permit.case_due_at : replay.due();
    result.case_due_soon_at = due_soon_at(replay, &sop.case_ladder);
  }
  if (auto ledger = legal_ledger(permit, sop)) {
    result.legal_due_at = Replay(*ledger, calendar).due();
    int& days =
        ledger->budget.in_calendar_days() ? ledger->budget.calendar_days : ledger->budget.days;
    days = std::max(0, days - 1);
    result.legal_risk_at = Replay(*ledger, calendar).due();
  }
  if (const auto next = first_upcoming(permit, sop, calendar)) result.next_check_at = next->at;
  return result;
}

}  // namespace tenggat
