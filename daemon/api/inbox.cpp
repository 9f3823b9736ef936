#include "daemon/api/inbox.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

#include "daemon/api/view.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Some of the role's visits may be the own work of whoever has them today: a deputy's, or that of a
// holder who has another role as well.
bool may_be_own_work(const std::string& role, const People& people, const CivilDate& day) {
  const auto stands_in_for_holder = [&](const Delegation& d) {
    const Officer* holder = people.find(d.from);
    return holder && d.start <= day && day <= d.end && contains(holder->roles, role);
  };
  const auto holds_another = [&](const Officer& officer) {
    return officer.roles.size() > 1 && contains(officer.roles, role);
  };
  return std::any_of(people.delegations.begin(), people.delegations.end(), stands_in_for_holder) ||
         std::any_of(people.officers.begin(), people.officers.end(), holds_another);
}

bool above(const std::vector<Duty>& duties, const std::vector<std::string>& chain) {
  return std::any_of(duties.begin(), duties.end(),
                     [&](const Duty& duty) { return contains(chain, duty.role); });
}

bool stands_in(std::string_view officer, const std::string& role, const Context& context) {
  const auto told = resolve_role(role, nullptr, context.sop, context.people, context.today());
  return std::any_of(told.begin(), told.end(),
                     [&](const Recipient& one) { return one.officer == officer; });
}

bool more_urgent(const Task& a, const Task& b) {
  const auto &due = a.sla.due_at, &other = b.sla.due_at;
  if (due.has_value() != other.has_value()) return due.has_value();
  if (due && *due != *other) return *due < *other;
  if (a.visit->opened_at != b.visit->opened_at) return a.visit->opened_at < b.visit->opened_at;
  return a.stored->permit.id < b.stored->permit.id;
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

InboxRoles inbox_roles(std::string_view officer, const office::Rulebook& rulebook, Instant now) {
  std::set<std::string> roles;
  InboxRoles inbox;
  for (const Sop* sop : rulebook.sops_in_force()) {
    const Context context = rulebook.context(*sop, now);
    const CivilDate day = context.today();
    const std::vector<Duty> duties = context.people.duties(officer, day);
    for (const Duty& duty : duties) roles.insert(duty.role);
    for (const Role& role : sop->roles) {
      if (role.applicant || role.observer || roles.contains(role.id)) continue;
      const bool passed_over =
          may_be_own_work(role.id, context.people, day) && above(duties, sop->chain(role.id));
      if (!passed_over && !stands_in(officer, role.id, context)) continue;
      roles.insert(role.id);
      inbox.sifted = inbox.sifted || passed_over;
    }
  }
  inbox.roles.assign(roles.begin(), roles.end());
  return inbox;
}

std::vector<RoleBelow> roles_below(std::string_view officer, const office::Rulebook& rulebook,
                                   Instant now) {
  using How = RoleBelow::How;
  std::map<std::string, How> found;
  for (const Sop* sop : rulebook.sops_in_force()) {
    const Context context = rulebook.context(*sop, now);
    std::vector<std::string> mine;
    for (Duty& duty : context.people.duties(officer, context.today()))
      mine.push_back(std::move(duty.role));
    if (mine.empty()) continue;
    const bool of_case =
        contains(mine, sop->head) ||
        std::any_of(sop->case_ladder.begin(), sop->case_ladder.end(), [&](const RungRule& rung) {
          return std::any_of(rung.to.begin(), rung.to.end(), [&](const Target& target) {
            return target.kind == Target::Kind::named_role && contains(mine, target.name);
          });
        });
    for (const Role& role : sop->roles) {
      if (role.applicant || role.observer || role.system) continue;
      const std::vector<std::string> chain = sop->chain(role.id);
      const bool above = std::any_of(mine.begin(), mine.end(),
                                     [&](const std::string& one) { return contains(chain, one); });
      const bool copied = !role.copy.empty() && !chain.empty() && contains(mine, role.copy);
      if (!above && !copied && !of_case) continue;
      const How how = above ? How::superior : copied ? How::copy : How::case_alone;
      const auto [known, fresh] = found.emplace(role.id, how);
      if (!fresh) known->second = std::min(known->second, how);
    }
  }
  std::vector<RoleBelow> roles;
  for (const auto& [role, how] : found) roles.push_back({role, how});
  return roles;
}

std::vector<std::string> early_rungs(const office::Rulebook& rulebook) {
  std::set<std::string> rungs;
  for (const Sop* sop : rulebook.sops_in_force())
    for (const Ladder& ladder : sop->ladders)
      for (const RungRule& rung : ladder.rungs)
        if (rung.at == RungRule::At::start || rung.at == RungRule::At::percent)
          for (const Target& target : rung.to)
            if (target.kind == Target::Kind::superior || target.kind == Target::Kind::copy ||
                target.kind == Target::Kind::named_role)
              rungs.insert(rung.name());
  return {rungs.begin(), rungs.end()};
}

std::vector<Task> tasks_of(std::string_view officer,
                           const std::map<std::int64_t, store::StoredPermit>& permits,
                           const office::Rulebook& rulebook, Instant now) {
  std::vector<Task> tasks;
  for (const auto& [id, stored] : permits) {
    const Permit& permit = stored.permit;
    const Sop& sop = rulebook.sop_version(permit.sop_version);
    const Context context = rulebook.context(sop, std::max(now, permit.changed_at));
    const CivilDate today = context.today();
    for (const Visit& visit : permit.visits) {
      if (!visit.open() || is_applicants(visit, sop)) continue;
      auto duty = duty_for(officer, visit, sop, context.people, today);
      if (!duty) continue;
      tasks.push_back({&stored, &visit, std::move(*duty),
                       visit_sla(permit, visit, sop, context.calendar, context.now)});
    }
  }
  std::sort(tasks.begin(), tasks.end(), more_urgent);
  return tasks;
}

std::vector<Offer> offers_of(const Task& task, const std::string& officer,
                             const office::Rulebook& rulebook, Instant now) {
  const Permit& permit = task.stored->permit;
  return offers_of_task(permit, task.visit->id, {Actor::Kind::officer, officer, ""},
                        rulebook.context(rulebook.sop_version(permit.sop_version), now));
}

json::object task_view(const Task& task, const std::string& officer,
                       const office::Rulebook& rulebook, Instant now) {
  const std::vector<Offer> offered = offers_of(task, officer, rulebook, now);
  const Permit& permit = task.stored->permit;
  const Sop& sop = rulebook.sop_version(permit.sop_version);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  now = std::max(now, permit.changed_at);
  json::object view = visit_view(permit, *task.visit, sop, calendar, now);
  view["step_number"] = view.at("number");
  view["id"] = std::to_string(permit.id);
  view["number"] = permit.number;
  view["sop"] = permit.sop;
  view["title"] = sop.title;
  view["subject"] = permit.subject;
  view["applicant"] = {{"name", task.stored->applicant.name}};
  view["state"] = to_string(permit.state);
  view["outcome"] = or_null(std::string(to_string(permit.outcome)));
  view["version"] = permit.version;
  view["case_sla"] = sla_view(case_sla(permit, sop, calendar, now), calendar);
  view["duty"] = task.duty.role;
  view["acting_for"] = or_null(task.duty.for_officer);
  view["delegation"] = or_null(task.duty.kind);
  json::array actions;
  for (const Offer* offer : offers_at(offered, task.visit->id, Offer::What::act))
    actions.emplace_back(offer->action->id);
  view["actions"] = std::move(actions);
  return view;
}

}  // namespace tenggat::http
