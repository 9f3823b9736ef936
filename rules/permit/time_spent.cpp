#include "rules/permit/time_spent.h"

#include <algorithm>

namespace tenggat {
namespace {

bool under_way(Instant from, const std::optional<Instant>& to, Instant t) {
  return from <= t && (!to || t < *to);
}

Party party_of(const Permit& permit, const Visit& visit, const Sop& sop, Instant t) {
  if (is_applicants(visit, sop)) return Party::applicant;
  for (const Pause& pause : permit.pauses) {
    if (pause.visit != visit.id || !under_way(pause.from, pause.to, t)) continue;
    const PauseReason* reason = rule_of(pause, sop);
    return reason ? reason->waits_for : Party::office;
  }
  const Role* role = sop_of(visit, sop).find_role(visit.role);
  return role ? role->waits_for : Party::office;
}

Party party_at(const Permit& permit, const Sop& sop, Instant t) {
  std::optional<Party> whose;
  for (const Visit& visit : permit.visits) {
    if (visit.undone || !under_way(visit.opened_at, visit.closed_at, t)) continue;
    const Party one = party_of(permit, visit, sop, t);
    if (one == Party::office) return one;
    if (one == Party::other_agency || !whose) whose = one;
  }
  return whose.value_or(Party::office);
}

// Instants between which nothing changes.
std::vector<Instant> edges(const Permit& permit, Instant from, Instant to) {
  std::vector<Instant> all{from, to};
  const auto add = [&](const std::optional<Instant>& t) {
    if (t && *t > from && *t < to) all.push_back(*t);
  };
  for (const Visit& visit : permit.visits) {
    add(visit.opened_at);
    add(visit.closed_at);
  }
  for (const Pause& pause : permit.pauses) {
    add(pause.from);
    add(pause.to);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

ClockTimes clock_times(const Ledger& ledger, const Calendar& calendar, Instant now) {
  const Replay replay(ledger, calendar);
  const Instant end = std::max(ledger.opened, std::min(now, ledger.closed.value_or(now)));
  ClockTimes times;
  times.gross = {calendar.counted(ledger.opened, end, replay.counting()), end - ledger.opened};
  times.paused = {replay.paused_working(end), replay.paused_wall(end)};
  times.net = {replay.consumed(end) - replay.carried(), times.gross.wall - times.paused.wall};
  times.pauses = replay.stops();
  return times;
}

WaitingAndHandling waiting_and_handling(const Permit& permit, const Visit& visit, const Sop& sop,
                                        const Calendar& calendar, Instant now) {
  const auto ledger = visit_ledger(permit, visit, sop);
  if (!ledger) return {};
  const Replay replay(*ledger, calendar);
  const Seconds net = replay.consumed(now) - replay.carried();
  if (!visit.claimed_at) {
    if (visit.closed_at) return {};
    return {net, Seconds{0}};
  }
  if (ledger->opened == *visit.claimed_at)  // runs from the claim
    return {calendar.counted(visit.opened_at, *visit.claimed_at, replay.counting()), net};
  const Seconds waiting = replay.consumed(*visit.claimed_at) - replay.carried();
  return {waiting, net - waiting};
}

TimeByParty time_by_party(const Permit& permit, const Sop& sop, const Calendar& calendar,
                          Instant now) {
  TimeByParty time;
  time.from = permit.started_at;
  time.to = std::max(time.from, is_terminal(permit.state) ? over_at(permit) : now);
  const std::vector<Instant> all = edges(permit, time.from, time.to);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const Party party = party_at(permit, sop, all[i]);
    Spent& spent = party == Party::office      ? time.office
                   : party == Party::applicant ? time.applicant
                                               : time.other_agency;
    spent.working += calendar.worked(all[i], all[i + 1]);
    spent.wall += all[i + 1] - all[i];
  }
  return time;
}

}  // namespace tenggat
