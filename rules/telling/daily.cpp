#include "rules/telling/daily.h"

#include <set>

namespace tenggat {
namespace {

// The first opening of the day that `now` lies in; none on a day off.
std::optional<Instant> opening_of_today(const Calendar& calendar, Instant now) {
  const LocalTime local = calendar.local(now);
  const Instant midnight = calendar.midnight(local.year, local.month, local.day);
  const Instant opening = calendar.first_opening_after(midnight - Seconds{1});
  if (day_number(calendar.local(opening)) != day_number(local)) return std::nullopt;
  return opening;
}

}  // namespace

int day_number(const LocalTime& local) {
  return local.year * 10000 + static_cast<int>(local.month) * 100 + static_cast<int>(local.day);
}

Instant next_morning_list(const Calendar& calendar, Instant after) {
  return calendar.first_opening_after(after);
}

Instant next_recap(const Calendar& calendar, Instant after) {
  return calendar.last_closing_after(after);
}

bool morning_list_helps(Instant planned, const Calendar& calendar, Instant now) {
  const std::optional<Instant> opening = opening_of_today(calendar, now);
  return opening && planned <= *opening && *opening <= now &&
         calendar.last_closing_after(*opening) > now;
}

bool recap_helps(Instant planned, const Calendar& calendar, Instant now) {
  return calendar.same_working_day(planned, now);
}

std::vector<std::string> applicant_roles(const RuleSource& rules) {
  std::set<std::string> roles;
  for (const Sop* sop : rules.sops_in_force())
    for (const Role& role : sop->roles)
      if (role.applicant) roles.insert(role.id);
  return {roles.begin(), roles.end()};
}

std::map<std::string, std::vector<TaskHeld>> tasks_by_holder(const std::vector<OpenTask>& tasks,
                                                             const RuleSource& rules, Instant now) {
  std::map<std::string, std::vector<TaskHeld>> held;
  for (const OpenTask& task : tasks) {
    if (!rules.has_version(task.sop_version)) continue;
    const Sop& sop = rules.sop_version(task.sop_version);
    const CivilDate today = rules.context(sop, now).today();
    for (const Recipient& holder : resolve_holder(task.visit, sop, rules.people(), today))
      held[holder.officer].push_back({&task, holder.for_officer});
  }
  std::erase_if(held, [&](const auto& one) {
    return silenced(one.first, rules.people().silences, now) != nullptr;
  });
  return held;
}

std::vector<Recipient> heads_to_tell(const RuleSource& rules, Instant now) {
  std::set<std::string> told;
  std::vector<Recipient> heads;
  for (const Sop* sop : rules.sops_in_force()) {
    const CivilDate today = rules.context(*sop, now).today();
    for (Recipient& head : resolve_role(sop->head, nullptr, *sop, rules.people(), today))
      if (told.insert(head.officer).second) heads.push_back(std::move(head));
  }
  return heads;
}

}  // namespace tenggat
