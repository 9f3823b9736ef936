#include "rules/permit.h"

#include <algorithm>

namespace tenggat {

bool Visit::is_work_of(std::string_view officer) const {
  return !officer.empty() &&
         (prepared_by == officer ||
          std::find(drafted_by.begin(), drafted_by.end(), officer) != drafted_by.end());
}

bool is_acknowledged(const Visit& visit, std::string_view rung, int k, Instant raised_at) {
  const bool repeat = k > 1 && rung.starts_with('+');
  return repeat && visit.acknowledged && raised_at < visit.acknowledged->until;
}

std::string label(const Visit& visit) {
  return visit.step + '#' + std::to_string(visit.occurrence);
}

const Visit* Permit::find_visit(int visit) const {
  for (const Visit& one : visits)
    if (one.id == visit) return &one;
  return nullptr;
}

Visit* Permit::find_visit(int visit) {
  return const_cast<Visit*>(static_cast<const Permit*>(this)->find_visit(visit));
}

const Visit* Permit::open_visit(std::string_view step) const {
  for (const Visit& one : visits)
    if (one.open() && one.step == step) return &one;
  return nullptr;
}

const Pause* Permit::open_pause(int visit) const {
  for (const Pause& one : pauses)
    if (one.visit == visit && !one.to) return &one;
  return nullptr;
}

Pause* Permit::open_pause(int visit) {
  return const_cast<Pause*>(static_cast<const Permit*>(this)->open_pause(visit));
}

const Visit* returning_visit(const Permit& permit, const Visit& opened, const Sop& sop) {
  const Visit* found = nullptr;
  for (const Visit& visit : permit.visits) {
    if (visit.id >= opened.id || !visit.closed_at || visit.undone) continue;
    const Step* step = sop.find_step(visit.step);
    const ActionRule* rule = step ? step->find_action(visit.action) : nullptr;
    if (rule && rule->state == PermitState::returned) found = &visit;
  }
  return found;
}

Instant ended_at(const Permit& permit) {
  Instant last = permit.submitted_at;
  for (const Visit& visit : permit.visits)
    if (visit.closed_at && !visit.undone) last = std::max(last, *visit.closed_at);
  return last;
}

}  // namespace tenggat
