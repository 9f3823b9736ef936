#include "daemon/office/observers.h"

#include <algorithm>

namespace tenggat::office {

namespace {

bool observes(const Rulebook& rulebook, const std::string& role) {
  const std::vector<const Sop*> sops = rulebook.sops_in_force();
  return std::any_of(sops.begin(), sops.end(), [&](const Sop* sop) {
    const Role* known = sop->find_role(role);
    return known && known->observer;
  });
}

}  // namespace

bool oversees(const Rulebook& rulebook, std::string_view officer) {
  const Officer* known = rulebook.people().find(officer);
  if (!known) return false;
  return store::is_administrator(*known) ||
         std::any_of(known->roles.begin(), known->roles.end(),
                     [&](const std::string& role) { return observes(rulebook, role); });
}

CivilDate end_of_service(const Officer& officer, const Rulebook& rulebook, Instant now) {
  if (!officer.ended.empty() || officer.roles.empty()) return officer.ended;
  const bool only_observes =
      std::all_of(officer.roles.begin(), officer.roles.end(),
                  [&](const std::string& role) { return observes(rulebook, role); });
  if (!only_observes) return {};
  return rulebook.context(*rulebook.sops_in_force().front(), now + kObserversStay).today();
}

void end_observers_stay(store::OfficerEdit& edit, const std::string& officer,
                        const Rulebook& rulebook, Instant now) {
  if (!edit.roles) return;
  const Officer* known = rulebook.people().find(officer);
  Officer changed = known ? *known : Officer{};
  changed.roles = *edit.roles;
  if (edit.ended_on) changed.ended = *edit.ended_on;
  const CivilDate end = end_of_service(changed, rulebook, now);
  if (!end.empty()) edit.ended_on = end;
}

}  // namespace tenggat::office
