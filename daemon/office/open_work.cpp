#include "daemon/office/open_work.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace tenggat::office {
namespace {

void count_in(OpenPermits& counts, Instant now, const store::CivilPeriod* period, bool case_open,
              std::optional<Instant> case_due_at, std::optional<Instant> legal_risk_at) {
  ++counts.open;
  if (!case_open) return;
  if (case_due_at && *case_due_at < now) ++counts.overdue;
  if (legal_risk_at && *legal_risk_at <= now) ++counts.legal_risk;
  if (period && !counts.returned && case_due_at && *case_due_at >= period->day_start &&
      *case_due_at < period->day_end)
    ++counts.due_today;
}

}  // namespace

void OpenWork::take(const std::vector<std::int64_t>& asked,
                    const std::vector<store::OpenPermit>& found) {
  for (const std::int64_t id : asked) permits_.erase(id);
  for (const store::OpenPermit& one : found) {
    Permit permit{.sop = name(one.sop),
                  .events = one.events,
                  .case_due_at = one.case_due_at,
                  .legal_risk_at = one.legal_risk_at,
                  .returned = one.returned,
                  .case_open = one.case_open,
                  .legal_passed = one.legal_passed,
                  .visits = {}};
    permit.visits.reserve(one.visits.size());
    for (const store::OpenVisit& visit : one.visits)
      permit.visits.push_back({.step = name(visit.step),
                               .assignee = name(visit.assignee),
                               .opened_at = visit.opened_at,
                               .due_at = visit.due_at,
                               .due_soon_at = visit.due_soon_at,
                               .acknowledged_until = visit.acknowledged_until,
                               .paused = visit.paused,
                               .escalated = visit.escalated});
    permits_.insert_or_assign(one.id, std::move(permit));
  }
}

std::vector<std::int64_t> OpenWork::outdated(const std::vector<store::LastEvent>& last) const {
  std::vector<std::int64_t> ids;
  for (const store::LastEvent& one : last) {
    const auto known = permits_.find(one.permit);
    if (known == permits_.end() || known->second.events < one.sequence) ids.push_back(one.permit);
  }
  return ids;
}

void OpenWork::add(Load& load, const Visit& visit, std::int64_t permit, Instant now) {
  OpenVisits& to = load.visits;
  if (load.oldest_permit == 0 || visit.opened_at < to.oldest) {
    to.oldest = visit.opened_at;
    load.oldest_permit = permit;
  }
  if (visit.assignee->empty()) ++to.unclaimed;
  if (visit.due_at && (!to.next_due || *visit.due_at < *to.next_due)) to.next_due = visit.due_at;
  const bool late = visit.due_at && *visit.due_at < now;
  if (visit.paused) {
    ++to.paused;
  } else if (!visit.due_at) {
    ++to.untimed;
  } else if (late) {
    ++to.overdue;
  } else if (visit.due_soon_at && *visit.due_soon_at <= now) {
    ++to.due_soon;
  } else {
    ++to.on_track;
  }
  const bool acknowledged = visit.acknowledged_until && *visit.acknowledged_until > now;
  if (late && visit.escalated && !acknowledged) ++to.unacknowledged;
}

void OpenWork::fold(OpenVisits& to, const OpenVisits& one) {
  to.on_track += one.on_track;
  to.due_soon += one.due_soon;
  to.overdue += one.overdue;
  to.paused += one.paused;
  to.untimed += one.untimed;
  to.unclaimed += one.unclaimed;
  to.unacknowledged += one.unacknowledged;
  to.oldest = std::min(to.oldest, one.oldest);
  if (one.next_due && (!to.next_due || *one.next_due < *to.next_due)) to.next_due = one.next_due;
}

OpenCounts OpenWork::count(Instant now, const std::vector<store::CivilPeriod>& periods) const {
  std::map<std::string, const store::CivilPeriod*> period_of;
  for (const store::CivilPeriod& one : periods) period_of[one.sop] = &one;
  // A name stands for itself here: each is kept once.
  std::map<std::pair<const std::string*, bool>, OpenPermits> by_state;
  std::map<std::tuple<const std::string*, const std::string*, const std::string*>, Load> by_holder;
  std::map<std::pair<const std::string*, const std::string*>, OpenVisits> by_step;

  for (const auto& [id, permit] : permits_) {
    OpenPermits& permits = by_state[{permit.sop, permit.returned}];
    if (permits.open == 0) {
      permits.sop = *permit.sop;
      permits.returned = permit.returned;
    }
    const auto period = period_of.find(*permit.sop);
    count_in(permits, now, period == period_of.end() ? nullptr : period->second, permit.case_open,
             permit.case_due_at, permit.legal_risk_at);
    if (permit.legal_passed) ++permits.legal_passed;

    for (const Visit& visit : permit.visits)
      add(by_holder[{permit.sop, visit.step, visit.assignee}], visit, id, now);
  }

  OpenCounts counts;
  for (const auto& [key, load] : by_holder) {
    const auto& [sop, step, officer] = key;
    const OpenVisits& one = load.visits;
    counts.loads.push_back({*sop, *step, *officer,
                            one.on_track + one.due_soon + one.overdue + one.paused + one.untimed,
                            one.overdue, one.paused, one.oldest, load.oldest_permit});
    const auto [at, first] = by_step.try_emplace({sop, step}, one);
    at->second.sop = *sop;
    at->second.step = *step;
    if (!first) fold(at->second, one);
  }
  for (auto& [key, one] : by_state) counts.permits.push_back(std::move(one));
  for (auto& [key, one] : by_step) counts.visits.push_back(std::move(one));
  return counts;
}

std::int64_t OpenWork::provisional(const std::vector<std::string>& sops,
                                   Instant covered_until) const {
  return std::count_if(permits_.begin(), permits_.end(), [&](const auto& entry) {
    const Permit& permit = entry.second;
    return permit.case_due_at && *permit.case_due_at >= covered_until &&
           std::find(sops.begin(), sops.end(), *permit.sop) != sops.end();
  });
}

}  // namespace tenggat::office
