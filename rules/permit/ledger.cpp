#include "rules/permit/ledger.h"

#include <algorithm>
#include <array>
#include <map>

namespace tenggat {

Replay::Replay(const Ledger& ledger, const Calendar& calendar)
    : Replay(ledger, calendar, start_of(ledger, calendar)) {}

// Each visit starts from what the one before it left, the first from the budget.
Replay::Start Replay::start_of(const Ledger& ledger, const Calendar& calendar) {
  Start start;
  for (const Ledger& one : ledger.earlier) {
    const Replay visit(one, calendar, start);
    const Seconds consumed = visit.consumed(*one.closed);
    if (ledger.re_entry == ReEntry::cumulative)
      start = {visit.total(), consumed};
    else
      start.total = std::max(Seconds{0}, visit.total() - consumed);
  }
  return start;
}

Replay::Replay(const Ledger& ledger, const Calendar& calendar, const Start& start)
    : calendar_(&calendar),
      counting_(counting_of(ledger.budget)),
      opened_(ledger.opened),
      closed_(ledger.closed),
      carried_(start.carried) {
  const Deadline first =
      start.total ? calendar.after(ledger.opened,
                                   std::max(Seconds{0}, *start.total - start.carried), counting_)
                  : calendar.deadline(ledger.opened, ledger.budget);
  first_due_ = first.due;
  provisional_ = first.provisional;
  total_ = start.total.value_or(calendar.counted(ledger.opened, first.due, counting_));
  due_ = first.due;

  RunningSpan span{ledger.opened, std::nullopt, carried_};
  for (const Standstill& stop : ledger.stops) {
    if (stop.from >= *due_) break;  // a pause cures no lateness
    if (stop.to && *stop.to == stop.from) continue;
    ++stop_count_;
    const Seconds remaining = calendar.counted(stop.from, *due_, counting_);
    span.to = stop.from;
    running_.push_back(span);
    standing_.push_back(stop);
    if (!stop.to) {
      due_.reset();
      return;
    }
    const Deadline moved = calendar.after(*stop.to, remaining, counting_);
    due_ = moved.due;
    provisional_ = provisional_ || moved.provisional;
    span = {*stop.to, std::nullopt, total_ - remaining};
  }
  running_.push_back(span);
}

Seconds Replay::consumed(Instant now) const {
  if (closed_) now = std::min(now, *closed_);
  Seconds sum = carried_;
  for (const RunningSpan& span : running_) {
    if (now <= span.from) break;
    sum = span.before +
          calendar_->counted(span.from, span.to ? std::min(now, *span.to) : now, counting_);
  }
  return sum;
}

Seconds Replay::remaining(Instant now) const { return total_ - consumed(now); }

Seconds Replay::paused_working(Instant now) const {
  Seconds sum{0};
  for (const Standstill& stop : standing_) {
    if (now <= stop.from) break;
    sum += calendar_->counted(stop.from, stop.to ? std::min(now, *stop.to) : now, counting_);
  }
  return sum;
}

Seconds Replay::paused_wall(Instant now) const {
  Seconds sum{0};
  for (const Standstill& stop : standing_) {
    if (now <= stop.from) break;
    sum += (stop.to ? std::min(now, *stop.to) : now) - stop.from;
  }
  return sum;
}

std::optional<Instant> Replay::at_percent(int percent) const {
  // Rounded up: a share is reached when at least that much has been consumed.
  const Seconds needed{(total_.count() * percent + 99) / 100};
  if (needed <= carried_) return opened_;
  for (const RunningSpan& span : running_) {
    if (needed < span.before) continue;
    if (span.to && span.before + calendar_->counted(span.from, *span.to, counting_) < needed)
      continue;
    return calendar_->after(span.from, needed - span.before, counting_).due;
  }
  return std::nullopt;
}

std::optional<Instant> Replay::at(const RungRule& rung, int k) const {
  switch (rung.at) {
    case RungRule::At::start:
      return opened_;
    case RungRule::At::percent:
      return at_percent(rung.percent);
    case RungRule::At::due:
      return due_;
    case RungRule::At::after_due:
      if (!due_) return std::nullopt;
      return calendar_->deadline(*due_, k * rung.after).due;
  }
  return std::nullopt;
}

std::string_view to_string(SlaStatus status) {
  constexpr std::array names = {"on_track", "due_soon", "overdue", "paused", "met", "missed"};
  return names.at(static_cast<std::size_t>(status));
}

namespace {

std::optional<Ledger> ledger_alone(const Permit& permit, const Visit& visit, const Step& step) {
  if (step.clock_from_claim && !visit.claimed_at) return std::nullopt;
  Ledger ledger{step.clock_from_claim ? *visit.claimed_at : visit.opened_at,
                visit.standard.value_or(step.standard),
                {},
                visit.closed_at};
  // A clock that runs from the claim may have been paused before it ran.
  for (const Pause& pause : permit.pauses)
    if (pause.visit == visit.id && (!pause.to || *pause.to > ledger.opened))
      ledger.stops.push_back({std::max(pause.from, ledger.opened), pause.to});
  return ledger;
}

}  // namespace

std::optional<Ledger> visit_ledger(const Permit& permit, const Visit& visit, const Sop& sop) {
  if (visit.undone || is_applicants(visit, sop)) return std::nullopt;
  const Step* step = step_of(visit, sop);
  if (!step) return std::nullopt;
  std::optional<Ledger> ledger = ledger_alone(permit, visit, *step);
  if (!ledger || step->re_entry == ReEntry::fresh) return ledger;
  ledger->re_entry = step->re_entry;
  for (const Visit& other : permit.visits) {
    if (other.id >= visit.id || other.undone || !other.closed_at || other.step != visit.step)
      continue;
    const Step* as_it_was = step_of(other, sop);
    auto one = ledger_alone(permit, other, as_it_was ? *as_it_was : *step);
    if (!one) continue;
    one->budget = ledger->budget;  // one standard for the whole, the one this visit is judged by
    ledger->earlier.push_back(*std::move(one));
  }
  return ledger;
}

std::optional<Ledger> case_ledger(const Permit& permit, const Sop& sop) {
  if (!permit.case_opened_at) return std::nullopt;
  Ledger ledger{*permit.case_opened_at,
                permit.case_standard.value_or(sop.case_standard),
                {},
                permit.case_closed_at};
  for (const Pause& pause : permit.pauses)
    if (pause.stops_case) ledger.stops.push_back({pause.from, pause.to});
  for (const Visit& visit : permit.visits)
    if (stops_case(visit, sop)) ledger.stops.push_back({visit.opened_at, visit.closed_at});

  std::erase_if(ledger.stops,
                [&](const Standstill& stop) { return stop.to && *stop.to <= ledger.opened; });
  std::sort(ledger.stops.begin(), ledger.stops.end(),
            [](const Standstill& a, const Standstill& b) { return a.from < b.from; });
  // Parallel branches may stand at the same time: the case stands once.
  std::vector<Standstill> merged;
  for (Standstill stop : ledger.stops) {
    stop.from = std::max(stop.from, ledger.opened);
    if (merged.empty() || (merged.back().to && *merged.back().to < stop.from)) {
      merged.push_back(stop);
    } else if (merged.back().to) {
      merged.back().to =
          stop.to ? std::optional(std::max(*merged.back().to, *stop.to)) : std::nullopt;
    }
  }
  ledger.stops = std::move(merged);
  return ledger;
}

std::optional<Ledger> legal_ledger(const Permit& permit, const Sop& sop) {
  if (!permit.legal_opened_at) return std::nullopt;
  Ledger ledger{*permit.legal_opened_at, sop.legal.limit, {}, permit.case_closed_at};
  if (sop.legal.pauses)
    if (const auto stops = case_ledger(permit, sop)) ledger.stops = stops->stops;
  return ledger;
}

std::optional<Instant> due_soon_at(const Replay& replay, const std::vector<RungRule>* ladder) {
  // The last percentage rung, as walkthrough_test has it: after the first of two (50 %) half the
  // time is still left, and a pause opened then is no matter for a superior.
  int percent = 0;
  if (ladder)
    for (const RungRule& rung : *ladder)
      if (rung.at == RungRule::At::percent) percent = std::max(percent, rung.percent);
  return replay.at_percent(percent == 0 ? 80 : percent);
}

namespace {

const std::vector<RungRule>* rungs_of(const Sop& sop, const Step& step) {
  const Ladder* ladder = sop.find_ladder(step.ladder);
  return ladder ? &ladder->rungs : nullptr;
}

// What a clock said when it ended.
struct Frozen {
  std::optional<Verdict> verdict;
  Seconds elapsed{};
  std::optional<Instant> due_at;
  bool awaits_word = false;  // of a superior: until then it is missed
};

Frozen frozen(const Visit& visit) {
  const bool awaits = visit.late && visit.late->turned_step && visit.late->awaits_word();
  return {visit.verdict, visit.elapsed, visit.due_at, awaits};
}

// None: it has not ended, or never began.
std::optional<Frozen> frozen_case(const Permit& permit) {
  if (!permit.case_closed_at || !permit.case_elapsed) return std::nullopt;
  return Frozen{permit.case_verdict, *permit.case_elapsed, permit.case_due_at,
                case_awaits_word(permit) != nullptr};
}

std::optional<Recomputed> recompute(const std::optional<Ledger>& ledger, const Frozen& was,
                                    const Calendar& calendar) {
  if (!ledger || !ledger->closed) return std::nullopt;
  const Replay replay(*ledger, calendar);
  Recomputed now{was.verdict, replay.consumed(*ledger->closed), replay.due()};
  if (was.verdict && !was.awaits_word)
    now.verdict = now.due_at && *ledger->closed > *now.due_at ? Verdict::missed : Verdict::met;
  const bool same =
      now.verdict == was.verdict && now.elapsed == was.elapsed && now.due_at == was.due_at;
  return same ? std::nullopt : std::optional(now);
}

Sla read(const Ledger& ledger, const std::vector<RungRule>* ladder,
         const std::optional<Frozen>& ended, const Calendar& calendar, Instant now) {
  const Replay replay(ledger, calendar);
  Sla sla;
  sla.standard = ledger.budget;
  sla.provisional = replay.provisional();
  if (ended) {
    sla.elapsed = ended->elapsed;
    sla.remaining = replay.total() - ended->elapsed;
    sla.due_at = ended->due_at;
    if (ended->verdict)
      sla.status = *ended->verdict == Verdict::met ? SlaStatus::met : SlaStatus::missed;
    return sla;
  }
  sla.elapsed = replay.consumed(now);
  sla.remaining = replay.remaining(now);
  sla.due_at = replay.due();
  sla.paused = replay.stands();
  const std::optional<Instant> soon = due_soon_at(replay, ladder);
  if (replay.stands())
    sla.status = SlaStatus::paused;
  else if (now > *replay.due())
    sla.status = SlaStatus::overdue;
  else if (soon && now >= *soon)
    sla.status = SlaStatus::due_soon;
  else
    sla.status = SlaStatus::on_track;
  return sla;
}

}  // namespace

Sla visit_sla(const Permit& permit, const Visit& visit, const Sop& sop, const Calendar& calendar,
              Instant now) {
  const Step* step = step_of(visit, sop);
  if (const auto ledger = visit_ledger(permit, visit, sop))
    return read(*ledger, rungs_of(sop_of(visit, sop), *step),
                visit.closed_at ? std::optional(frozen(visit)) : std::nullopt, calendar, now);
  Sla sla;
  sla.standard = visit.standard.value_or(step ? step->standard : Budget{});
  if (visit.closed_at && !is_applicants(visit, sop)) {
    // No clock is left to replay: what it said at closing stands.
    sla.elapsed = visit.elapsed;
    sla.due_at = visit.due_at;
    if (visit.verdict)
      sla.status = *visit.verdict == Verdict::met ? SlaStatus::met : SlaStatus::missed;
  }
  if (is_applicants(visit, sop))
    sla.elapsed =
        calendar.worked(visit.opened_at, visit.closed_at.value_or(std::max(now, visit.opened_at)));
  return sla;
}

Sla case_sla(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now) {
  if (const auto ledger = case_ledger(permit, sop))
    return read(*ledger, &sop.case_ladder, frozen_case(permit), calendar, now);
  Sla sla;
  sla.standard = sop.case_standard;
  return sla;
}

std::optional<Recomputed> recomputed_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                                           const Calendar& calendar) {
  return recompute(visit_ledger(permit, visit, sop), frozen(visit), calendar);
}

std::optional<Recomputed> recomputed_case(const Permit& permit, const Sop& sop,
                                          const Calendar& calendar) {
  const auto was = frozen_case(permit);
  return was ? recompute(case_ledger(permit, sop), *was, calendar) : std::nullopt;
}

namespace {

// Of an estimate that has passed; no file is looked at that seldom.
constexpr int kMostRenewals = 1000;

// The standards of the steps after the open ones, by the longest way, and a day more where one of
// those is overdue.
Budget still_to_do(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now) {
  int last = 0;  // the step at which the case ends
  for (const Trigger& end : sop.case_ends) last = std::max(last, sop.step(end.step).number);
  std::vector<const Step*> open;
  Budget left;
  for (const Visit& visit : permit.visits) {
    if (!visit.open()) continue;
    open.push_back(&sop.step(visit.step));
    const Sla sla = visit_sla(permit, visit, sop, calendar, now);
    if (sla.status == SlaStatus::overdue) left.days = 1;
  }
  int after = 0;
  for (const Step* step : open) after = std::max(after, step->number);
  // Of the branches of one block only the longest counts; what is under way in a branch is in them.
  std::map<std::string, std::map<std::string, Budget>> blocks;
  for (const Step& step : sop.steps) {
    const bool before = step.number <= after || step.number > last;
    if (step.within.empty()) {
      if (!before) left = left + step.standard;
      continue;
    }
    const auto& [join, branch] = step.within.front();
    const bool passed = std::any_of(open.begin(), open.end(), [&](const Step* one) {
      return one->number >= step.number &&
             (one->within.empty() || one->within.front().entry == branch);
    });
    if (!passed && step.number <= last) blocks[join][branch] = blocks[join][branch] + step.standard;
  }
  for (const auto& [join, branches] : blocks) {
    Budget longest;
    for (const auto& [branch, budget] : branches)
      if (nominal_minutes(budget) > nominal_minutes(longest)) longest = budget;
    left = left + longest;
  }
  return left;
}

}  // namespace

Instant estimate(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now) {
  return calendar.deadline(now, still_to_do(permit, sop, calendar, now)).due;
}

Instant told_estimate(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now) {
  const std::optional<Instant> late = case_sla(permit, sop, calendar, now).due_at;
  if (!late || *late > now) return estimate(permit, sop, calendar, now);
  Instant from = *late;
  for (const Visit& visit : permit.visits) {
    if (!visit.open()) continue;
    from = std::max(from, visit.opened_at);
    const Sla sla = visit_sla(permit, visit, sop, calendar, now);
    if (sla.due_at && *sla.due_at <= now) from = std::max(from, *sla.due_at);
  }
  const Budget left = still_to_do(permit, sop, calendar, now);
  Instant told = calendar.deadline(from, left).due;
  for (int renewed = 0; told <= now; ++renewed) {
    const Instant next = calendar.deadline(told, left).due;
    if (next == told || renewed == kMostRenewals) return calendar.deadline(now, left).due;
    told = next;
  }
  return told;
}

std::optional<Instant> objection_until(const Permit& permit, const Sop& sop,
                                       const Calendar& calendar) {
  if (!sop.objection || permit.state != PermitState::rejected) return std::nullopt;
  return calendar.deadline(ended_at(permit), sop.objection->limit).due;
}

}  // namespace tenggat
