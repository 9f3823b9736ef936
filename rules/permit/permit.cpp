#include "rules/permit/permit.h"

#include <algorithm>

namespace tenggat {

bool Visit::is_work_of(std::string_view officer) const {
  return !officer.empty() &&
         (prepared_by == officer ||
          std::find(drafted_by.begin(), drafted_by.end(), officer) != drafted_by.end());
}

const SuperiorResponse* Visit::response_of(std::string_view officer) const {
  for (const SuperiorResponse& one : responses)
    if (one.officer == officer) return &one;
  return nullptr;
}

bool is_acknowledged(const Visit& visit, std::string_view rung, int k, Instant raised_at) {
  const bool repeat = k > 1 && rung.starts_with('+');
  return repeat && visit.acknowledged && raised_at < visit.acknowledged->until;
}

const Visit* case_awaits_word(const Permit& permit) {
  for (const Visit& visit : permit.visits)
    if (visit.late && !visit.undone && visit.late->turned_case && visit.late->awaits_word())
      return &visit;
  return nullptr;
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

// The latest visit of a branch is where it stands: a block within it has its own visits, and ends
// with one of the branch again.
bool Permit::has_joined(int fork, int besides) const {
  std::vector<const Visit*> latest;
  for (const Visit& visit : visits) {
    if (visit.fork != fork || visit.undone || visit.branch == 0) continue;
    const auto branch = static_cast<std::size_t>(visit.branch);
    if (latest.size() < branch) latest.resize(branch, nullptr);
    latest[branch - 1] = &visit;
  }
  return std::all_of(latest.begin(), latest.end(), [&](const Visit* visit) {
    return !visit || visit->joined || visit->id == besides;
  });
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
    const ActionRule* rule = action_of(visit, sop);
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

Instant over_at(const Permit& permit) {
  const bool imported_so = permit.imported_at && permit.changed_at <= *permit.imported_at;
  return imported_so ? ended_at(permit) : permit.changed_at;
}

const Sop& sop_of(const Visit& visit, const Sop& sop) { return sop.under(visit.sop_version); }

const Step* step_of(const Visit& visit, const Sop& sop) {
  return sop_of(visit, sop).find_step(visit.step);
}

const ActionRule* action_of(const Visit& visit, const Sop& sop) {
  const Step* step = step_of(visit, sop);
  return step ? step->find_action(visit.action) : nullptr;
}

bool is_applicants(const Visit& visit, const Sop& sop) {
  return sop_of(visit, sop).is_applicant(visit.role);
}

bool stops_case(const Visit& visit, const Sop& sop) {
  if (visit.undone) return false;
  const Step* step = step_of(visit, sop);
  return visit.returned || (step && step->stops_case);
}

std::string step_name(const Visit& visit, const Sop& sop) {
  return sop_of(visit, sop).step_name(visit.step);
}

// An open pause goes by the version in use. Permits that went on before a version without its
// reason was refused still have one: it ends as it was begun.
const PauseReason* rule_of(const Pause& pause, const Sop& sop) {
  const Sop& own = sop.under(pause.sop_version);
  const PauseReason* in_use = pause.to ? nullptr : sop.find_pause(pause.reason);
  return in_use ? in_use : own.find_pause(pause.reason);
}

namespace {

bool is_mark_of(const Step& step, const std::string& kind) {
  return std::any_of(step.outputs.begin(), step.outputs.end(),
                     [&](const Output& output) { return output.kind == kind && !output.file; });
}

}  // namespace

// A file among the needs was drafted by who brought it; behind a mark stands what its step needed.
std::vector<const Document*> judged_documents(const Permit& permit, const Step& step,
                                              const Sop& sop) {
  std::vector<const Document*> judged;
  std::vector<std::string> kinds = step.needs;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    for (const Document& document : permit.documents) {
      const Visit* visit = permit.find_visit(document.visit);
      const bool of_office = visit && !is_applicants(*visit, sop);
      const Step* by = of_office ? sop.find_step(visit->step) : nullptr;
      if (document.kind == kinds[i] && document.counts() && document.file && of_office &&
          !(by && sop.are_siblings(*by, step)))
        judged.push_back(&document);
    }
    for (const Step& earlier : sop.steps)
      if (is_mark_of(earlier, kinds[i]))
        for (const std::string& need : earlier.needs)
          if (std::find(kinds.begin(), kinds.end(), need) == kinds.end()) kinds.push_back(need);
  }
  return judged;
}

bool forbids_withdrawal(const Visit& visit, const Sop& sop) {
  const auto is_the_step = [&](const Sop& version) {
    return version.withdrawal && version.withdrawal->until_step_opens == visit.step;
  };
  return !visit.undone && (is_the_step(sop) || is_the_step(sop_of(visit, sop)));
}

const Obstacle* obstacle_of(const Acknowledgement& latest, const Sop& sop) {
  return sop.under(latest.sop_version).find_obstacle(latest.obstacle);
}

}  // namespace tenggat
