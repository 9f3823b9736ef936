// A calendar or an SOP that changed under an open permit.
#include "rules/permit/draft.h"

#include <algorithm>

#include "rules/permit/because_words.h"

namespace tenggat {

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

}  // namespace tenggat
