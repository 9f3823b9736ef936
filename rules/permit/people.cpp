#include "rules/permit/people.h"

#include <algorithm>
#include <optional>

namespace tenggat {
namespace {

bool covers(const CivilDate& start, const CivilDate& end, const CivilDate& day) {
  return start <= day && day <= end;
}

bool holds(const Officer& officer, std::string_view role) {
  return std::find(officer.roles.begin(), officer.roles.end(), role) != officer.roles.end();
}

// Nobody once their service has ended.
const Officer* in_service(const People& people, std::string_view officer, const CivilDate& day) {
  const Officer* found = people.find(officer);
  return found && (found->ended.empty() || found->ended > day) ? found : nullptr;
}

void add_once(std::vector<Recipient>& to, Recipient recipient) {
  const auto same = [&](const Recipient& other) { return other.officer == recipient.officer; };
  if (std::none_of(to.begin(), to.end(), same)) to.push_back(std::move(recipient));
}

bool is_reachable(const Recipient& recipient, const People& people) {
  const Officer* officer = people.find(recipient.officer);
  return officer && !addresses_of(*officer).empty();
}

}  // namespace

const Officer* People::find(std::string_view officer) const {
  for (const Officer& one : officers)
    if (one.id == officer) return &one;
  return nullptr;
}

std::string People::name_of_absent(const std::string& for_officer) const {
  if (for_officer.empty()) return {};
  const Officer* officer = find(for_officer);
  return officer ? officer->name : for_officer;
}

bool People::present(const Officer& officer, const CivilDate& day) const {
  if (!officer.ended.empty() && officer.ended <= day) return false;
  return std::none_of(officer.leaves.begin(), officer.leaves.end(),
                      [&](const Leave& leave) { return covers(leave.start, leave.end, day); });
}

std::vector<Duty> People::duties(std::string_view officer, const CivilDate& day) const {
  std::vector<Duty> all;
  const Officer* self = in_service(*this, officer, day);
  if (!self) return all;
  for (const std::string& role : self->roles) all.push_back({role, "", ""});
  for (const Delegation& delegation : delegations) {
    if (delegation.to != officer || !covers(delegation.start, delegation.end, day)) continue;
    if (const Officer* other = find(delegation.from))
      for (const std::string& role : other->roles)
        all.push_back({role, delegation.from, delegation.kind});
  }
  return all;
}

std::vector<Recipient> People::on_duty(std::string_view role, const CivilDate& day) const {
  std::vector<Recipient> told;
  for (const Officer& holder : officers) {
    if (!holds(holder, role)) continue;
    bool replaced = false;
    for (const Delegation& delegation : delegations) {
      if (delegation.from != holder.id || !covers(delegation.start, delegation.end, day)) continue;
      const Officer* deputy = find(delegation.to);
      if (!deputy || !present(*deputy, day)) continue;
      add_once(told,
               {deputy->id, std::string(role), holder.id, delegation.kind, Reason::delegated});
      replaced = true;
    }
    if (!replaced && present(holder, day))
      add_once(told, {holder.id, std::string(role), "", "", Reason::on_duty});
  }
  return told;
}

std::vector<ChannelAddress> addresses_of(const Officer& officer) {
  static const std::vector<std::string> usual{"whatsapp", "email"};
  std::vector<ChannelAddress> addresses;
  for (const std::string& channel : officer.channels.empty() ? usual : officer.channels) {
    const std::string& address = channel == "email" ? officer.email : officer.whatsapp;
    if (!address.empty()) addresses.push_back({channel, address});
  }
  return addresses;
}

bool judges_own_work(std::string_view officer, std::string_view for_officer, const Visit& visit,
                     const Sop& sop) {
  if (!for_officer.empty()) return visit.is_work_of(officer);
  const Step* step = step_of(visit, sop);
  return step && step->judges() &&
         std::find(visit.drafted_by.begin(), visit.drafted_by.end(), officer) !=
             visit.drafted_by.end();
}

std::vector<Recipient> resolve_role(std::string_view role, const Visit* visit, const Sop& sop,
                                    const People& people, const CivilDate& day) {
  const bool as_holder = visit && role == visit->role;  // else as a superior of the visit's role
  std::vector<std::string> late;  // an escalation never goes to the late alone
  if (visit && !as_holder)
    for (const Recipient& one : resolve_holder(*visit, sop, people, day))
      late.push_back(one.officer);
  const auto is_late = [&](const Recipient& one) {
    return std::find(late.begin(), late.end(), one.officer) != late.end();
  };

  std::optional<Reason> climbed;
  std::vector<Recipient> nobody_else;  // who is told where no other is left
  std::vector<std::string> levels{std::string(role)};
  for (std::string& superior : (visit ? sop_of(*visit, sop) : sop).chain(role))
    levels.push_back(std::move(superior));
  for (const std::string& level : levels) {
    std::vector<Recipient> told = people.on_duty(level, day);
    Reason none_left = told.empty() ? Reason::role_vacant : Reason::nobody_reachable;
    std::erase_if(told, [&](const Recipient& one) { return !is_reachable(one, people); });
    if (!told.empty()) none_left = Reason::self_approval;
    if (nobody_else.empty()) nobody_else = told;
    if (as_holder)
      std::erase_if(told, [&](const Recipient& one) {
        return judges_own_work(one.officer, one.for_officer, *visit, sop);
      });
    if (climbed)
      for (Recipient& one : told) one.why = *climbed;
    if (!std::all_of(told.begin(), told.end(), is_late)) return told;
    if (!climbed) climbed = none_left;
  }
  for (Recipient& one : nobody_else) one.why = Reason::self_approval;
  return nobody_else;
}

std::vector<Recipient> resolve_past(std::string_view about, std::string_view role, const Sop& sop,
                                    const People& people, const CivilDate& day) {
  std::vector<std::string> levels{std::string(role)};
  for (std::string& superior : sop.chain(role)) levels.push_back(std::move(superior));
  for (std::size_t i = 0, chain = levels.size(); i < chain; ++i)
    if (const Role* level = sop.find_role(levels[i]); level && !level->copy.empty())
      levels.push_back(level->copy);
  std::optional<Reason> climbed;
  for (const std::string& level : levels) {
    std::vector<Recipient> told = people.on_duty(level, day);
    Reason none_left = told.empty() ? Reason::role_vacant : Reason::nobody_reachable;
    std::erase_if(told, [&](const Recipient& one) { return !is_reachable(one, people); });
    if (std::erase_if(told, [&](const Recipient& one) { return one.officer == about; }) > 0)
      none_left = Reason::self_approval;
    if (climbed)
      for (Recipient& one : told) one.why = *climbed;
    if (!told.empty()) return told;
    if (!climbed) climbed = none_left;
  }
  return {};
}

namespace {

// It has steps, or subordinates.
bool is_needed(const Role& role, const Sop& sop) {
  return std::any_of(sop.steps.begin(), sop.steps.end(),
                     [&](const Step& step) { return step.role == role.id; }) ||
         std::any_of(sop.roles.begin(), sop.roles.end(),
                     [&](const Role& other) { return other.superior == role.id; });
}

}  // namespace

std::vector<Unreachable> unreachable_roles(const Sop& sop, const People& people,
                                           const CivilDate& day) {
  std::vector<Unreachable> all;
  for (const Role& role : sop.roles) {
    if (role.applicant || role.observer || role.system || !is_needed(role, sop)) continue;
    const std::vector<Recipient> told = people.on_duty(role.id, day);
    if (std::any_of(told.begin(), told.end(),
                    [&](const Recipient& one) { return is_reachable(one, people); }))
      continue;
    all.push_back({role.id, told.empty() ? Reason::role_vacant : Reason::nobody_reachable});
  }
  return all;
}

std::vector<Recipient> resolve_holder(const Visit& visit, const Sop& sop, const People& people,
                                      const CivilDate& day) {
  const Officer* assignee = visit.assignee.empty() ? nullptr : people.find(visit.assignee);
  if (assignee && people.present(*assignee, day) && !addresses_of(*assignee).empty())
    if (const auto duty = duty_for(assignee->id, visit, sop, people, day))
      return {{assignee->id, duty->role, duty->for_officer, duty->kind, Reason::assigned}};
  return resolve_role(visit.role, &visit, sop, people, day);
}

std::optional<Duty> duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                             const People& people, const CivilDate& day) {
  // Their own right first: an officer who is also a deputy acts as themselves.
  const Officer* self = in_service(people, officer, day);
  if (self && holds(*self, visit.role)) return Duty{visit.role, "", ""};
  for (const Duty& duty : people.duties(officer, day))
    if (duty.role == visit.role) return duty;
  for (const Recipient& stand_in : resolve_role(visit.role, &visit, sop, people, day))
    if (stand_in.officer == officer)
      return Duty{stand_in.role, stand_in.for_officer, stand_in.kind};
  return std::nullopt;
}

namespace {

// In one of the roles; in their own right first.
std::optional<Duty> duty_in(const std::vector<std::string>& roles, std::string_view officer,
                            const People& people, const CivilDate& day) {
  for (const bool own : {true, false})
    for (const Duty& duty : people.duties(officer, day)) {
      const bool in = std::find(roles.begin(), roles.end(), duty.role) != roles.end();
      if (in && duty.for_officer.empty() == own) return duty;
    }
  return std::nullopt;
}

}  // namespace

std::optional<Duty> superior_duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                                      const People& people, const CivilDate& day) {
  return duty_in(sop_of(visit, sop).chain(visit.role), officer, people, day);
}

std::string reported_to(const Visit& visit, const Sop& sop) {
  const Sop& its = sop_of(visit, sop);
  const Role* role = its.find_role(visit.role);
  if (!role || (role->applicant && !its.head.empty())) return its.head;
  const std::vector<std::string> chain = its.chain(role->id);
  if (!chain.empty()) return chain.front();
  return role->copy.empty() ? role->id : role->copy;
}

std::optional<Duty> confirming_duty_for(std::string_view officer, const Visit& visit,
                                        const Sop& sop, const People& people,
                                        const CivilDate& day) {
  std::vector<std::string> roles = sop_of(visit, sop).chain(visit.role);
  if (roles.empty()) roles.push_back(reported_to(visit, sop));
  return duty_in(roles, officer, people, day);
}

bool is_own_entry(std::string_view officer, const Visit& visit) {
  constexpr std::string_view kOfficer = "officer:";
  const std::string_view by = visit.late ? std::string_view(visit.late->by) : std::string_view();
  const bool entered = by.starts_with(kOfficer) && by.substr(kOfficer.size()) == officer;
  return entered || visit.closed_by == officer || visit.closed_for == officer;
}

bool is_administrator(std::string_view officer, const People& people, const CivilDate& day) {
  const Officer* self = in_service(people, officer, day);
  return self && holds(*self, kAdministrator);
}

}  // namespace tenggat
