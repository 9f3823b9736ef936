#include "rules/permit/escalation.h"

#include <algorithm>

#include "rules/permit/ladder.h"

namespace tenggat {
namespace {

void add_once(std::vector<std::string>& roles, const std::string& role) {
  if (!role.empty() && std::find(roles.begin(), roles.end(), role) == roles.end())
    roles.push_back(role);
}

bool holds_one(const std::vector<std::string>& roles, const std::string& role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

// The last of the chain, where it ends before that level.
std::string superior_at(const std::vector<std::string>& chain, int level) {
  if (chain.empty()) return "";
  return chain[std::min(chain.size(), static_cast<std::size_t>(std::max(level, 1))) - 1];
}

void add_targets(Escalation& one, const std::vector<Target>& targets, const Role* role,
                 const Sop& sop) {
  for (const Target& target : targets) {
    if (target.kind == Target::Kind::named_role) add_once(one.roles, target.name);
    if (!role) continue;
    const bool to_superior = target.kind == Target::Kind::superior;
    if (to_superior) add_once(one.roles, superior_at(sop.chain(role->id), target.level));
    if (!to_superior && target.kind != Target::Kind::copy) continue;
    if (!holds_one(one.roles, role->copy)) add_once(one.copies, role->copy);
    add_once(one.roles, role->copy);
  }
}

const RungRule* rule_of(const std::vector<RungRule>& rungs, const std::string& name) {
  for (const RungRule& rung : rungs)
    if (rung.name() == name) return &rung;
  return nullptr;
}

std::optional<Duty> duty_in(const std::vector<std::string>& roles, std::string_view officer,
                            const People& people, const CivilDate& day) {
  for (const bool own : {true, false})
    for (Duty& duty : people.duties(officer, day))
      if (holds_one(roles, duty.role) && duty.for_officer.empty() == own) return std::move(duty);
  return std::nullopt;
}

}  // namespace

std::vector<Escalation> escalations_raised(const Permit& permit, const Visit& visit,
                                           const Sop& sop) {
  const Sop& its = sop_of(visit, sop);
  const Role* role = its.find_role(visit.role);
  const Step* step = step_of(visit, sop);
  const Ladder* ladder = step ? its.find_ladder(step->ladder) : nullptr;
  const std::string asked = NoticeKind{NoticeKind::Of::escalated}.to_string();
  std::vector<Escalation> all;
  for (const RaisedRung& raised : permit.rungs) {
    if (raised.rearmed || (raised.visit != visit.id && raised.visit != 0)) continue;
    Escalation one{raised.visit, raised.rung, raised.k, raised.due_at, raised.raised_at, {}, {}};
    const bool of_case = raised.visit == 0;
    const RungRule* rule = of_case  ? rule_of(sop.case_ladder, raised.rung)
                           : ladder ? rule_of(ladder->rungs, raised.rung)
                                    : nullptr;
    if (rule) add_targets(one, rule->to, of_case ? nullptr : role, its);
    if (!of_case && role && raised.rung == asked)
      add_once(one.roles,
               role->superior.empty() ? role->copy : superior_at(its.chain(role->id), raised.k));
    if (!one.roles.empty()) all.push_back(std::move(one));
  }
  if (permit.legal_passed_at && !sop.is_applicant(visit.role)) {
    Escalation passed{
        0, std::string(kLegalLimit), 1, *permit.legal_passed_at, *permit.legal_passed_at, {}, {}};
    add_once(passed.roles, sop.head);
    if (role) add_once(passed.roles, superior_at(its.chain(role->id), 1));
    if (!passed.roles.empty()) all.push_back(std::move(passed));
  }
  std::stable_sort(all.begin(), all.end(), [](const Escalation& a, const Escalation& b) {
    return a.raised_at < b.raised_at;
  });
  return all;
}

std::optional<Escalation> next_escalation(const Permit& permit, const Visit& visit, const Sop& sop,
                                          const Calendar& calendar) {
  const Role* role = sop.find_role(visit.role);
  for (const Timed& timed : upcoming(permit, sop, calendar)) {
    Escalation next{timed.visit, timed.rung ? timed.rung->name() : "", timed.k, timed.at, {}, {},
                    {}};
    if (timed.kind == Timed::Kind::rung && timed.rung && (timed.visit == visit.id || !timed.visit))
      add_targets(next, timed.rung->to, timed.visit ? role : nullptr, sop);
    if (timed.kind == Timed::Kind::legal_limit) {
      next.rung = kLegalLimit;
      add_once(next.roles, sop.head);
    }
    if (!next.roles.empty()) return next;
  }
  return std::nullopt;
}

std::optional<Named> names(const Escalation& escalation, std::string_view officer,
                           const Visit& visit, const Sop& sop, const People& people,
                           const CivilDate& day) {
  std::optional<Named> found;
  for (const std::string& role : escalation.roles) {
    const bool copy = holds_one(escalation.copies, role);
    bool named = duty_in({role}, officer, people, day).has_value();
    if (!named) {
      const auto told =
          resolve_role(role, escalation.visit == 0 ? nullptr : &visit, sop, people, day);
      named = std::any_of(told.begin(), told.end(),
                          [&](const Recipient& one) { return one.officer == officer; });
    }
    if (named && !copy) return Named{false};
    if (named) found = Named{true};
  }
  return found;
}

std::vector<std::string> escalation_roles(const Visit& visit, const Sop& sop) {
  const Sop& its = sop_of(visit, sop);
  std::vector<std::string> roles = its.chain(visit.role);
  if (const Role* role = its.find_role(visit.role)) add_once(roles, role->copy);
  for (const RungRule& rung : sop.case_ladder)
    for (const Target& target : rung.to)
      if (target.kind == Target::Kind::named_role) add_once(roles, target.name);
  add_once(roles, sop.head);
  return roles;
}

std::optional<Duty> escalated_duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                                       const People& people, const CivilDate& day) {
  return duty_in(escalation_roles(visit, sop), officer, people, day);
}

std::optional<Duty> directing_duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                                       const People& people, const CivilDate& day) {
  if (visit.assignee == officer || sop_of(visit, sop).chain(visit.role).empty())
    return std::nullopt;
  std::vector<std::string> roles = escalation_roles(visit, sop);
  std::erase(roles, visit.role);
  return duty_in(roles, officer, people, day);
}

std::optional<Instant> response_holds(const Notice& notice, const Permit& permit,
                                      std::string_view officer, Instant now) {
  if (notice.audience != Audience::superior || notice.kind.of != NoticeKind::Of::rung ||
      notice.k <= 1)
    return std::nullopt;
  const std::string rung = notice.kind.to_string();
  std::optional<Instant> until;
  for (const Visit& visit : permit.visits) {
    // The case's are about whatever is open.
    if (!visit.open() || (notice.visit != 0 && visit.id != notice.visit)) continue;
    const SuperiorResponse* response = visit.response_of(officer);
    if (!response || response->until <= now) continue;
    const bool known =
        std::any_of(permit.rungs.begin(), permit.rungs.end(), [&](const RaisedRung& raised) {
          return raised.visit == notice.visit && raised.rung == rung && raised.k < notice.k &&
                 raised.raised_at <= response->at;
        });
    if (known) until = std::max(until.value_or(response->until), response->until);
  }
  return until;
}

}  // namespace tenggat
