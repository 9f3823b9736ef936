#include "rules/permit/came_back.h"

namespace tenggat {
namespace {

bool is_done(const Visit& visit) { return visit.closed_at && !visit.undone && !visit.cancelled(); }

const Officer* on_duty(const std::string& id, const Visit& visit, const Sop& sop,
                       const People& people, const CivilDate& day) {
  const Officer* officer = people.find(id);
  return officer && people.present(*officer, day) && duty_for(id, visit, sop, people, day)
             ? officer
             : nullptr;
}

}  // namespace

std::optional<CameBack> came_back(const Permit& permit, const Visit& visit, const Sop& sop) {
  if (is_applicants(visit, sop)) return std::nullopt;
  CameBack found;
  for (const Visit& earlier : permit.visits) {
    if (earlier.id >= visit.id) break;
    if (!is_done(earlier)) continue;
    if (earlier.step == visit.step) found = {CameBack::How::returned, &earlier, nullptr};
    if (!found.before) continue;
    const ActionRule* rule = action_of(earlier, sop);
    if (!rule) continue;
    const bool by_applicant = is_applicants(earlier, sop);
    if (rule->backward && rule->leads_to(visit.step))
      found = {by_applicant ? CameBack::How::error_reported : CameBack::How::returned, found.before,
               &earlier};
    else if (by_applicant && earlier.returned && rule->leads_to(visit.step))
      found = {CameBack::How::mended, found.before, &earlier};
  }
  return found.sent ? std::optional(found) : std::nullopt;
}

const Officer* holder_on_duty(const Visit& visit, const Sop& sop, const People& people,
                              const CivilDate& day) {
  return on_duty(visit.assignee, visit, sop, people, day);
}

std::string author_on_duty(const Permit& permit, const Visit& visit, const Sop& sop,
                           const People& people, const CivilDate& day) {
  const auto back = came_back(permit, visit, sop);
  if (!back) return "";
  // A deputy's work is that of whom they stood in for, once these are back.
  for (const std::string& id : {back->before->closed_by, back->before->closed_for})
    if (on_duty(id, visit, sop, people, day)) return id;
  return "";
}

const Visit* refusing_visit(const Permit& permit, const Sop& sop) {
  if (permit.outcome != Outcome::refusal) return nullptr;
  const Visit *reviewed = nullptr, *drafted = nullptr;
  for (const Visit& visit : permit.visits) {
    const ActionRule* rule = is_done(visit) ? action_of(visit, sop) : nullptr;
    if (rule && rule->sets_outcome != Outcome::none)
      reviewed = rule->sets_outcome == Outcome::refusal ? &visit : nullptr;
    else if (rule && rule->chooses_outcome)
      drafted = &visit;
  }
  return reviewed ? reviewed : drafted;
}

}  // namespace tenggat
