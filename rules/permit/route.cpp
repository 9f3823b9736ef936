#include "rules/permit/route.h"

#include <algorithm>

namespace tenggat {
namespace {

// The fork in whose branch the fork of `visit` lies, so many blocks further out; 0: outside of all.
const Visit* fork_of(const Permit& permit, const Visit& visit, std::size_t blocks) {
  const Visit* fork = permit.find_visit(visit.fork);
  for (std::size_t i = 1; fork && i < blocks; ++i) fork = permit.find_visit(fork->fork);
  return fork;
}

bool is_within(const Permit& permit, const Visit& visit, const Visit& fork) {
  for (const Visit* one = permit.find_visit(visit.fork); one; one = permit.find_visit(one->fork))
    if (one->id == fork.id) return true;
  return false;
}

// How many blocks the action leaves.
std::size_t blocks_left(const Step& step, const ActionRule& rule, const Sop& sop) {
  const std::size_t there = sop.step(rule.to.front().step).within.size();
  return step.within.size() > there ? step.within.size() - there : 0;
}

}  // namespace

FieldValues fields_after(const Permit& permit, const Act& act) {
  FieldValues fields = permit.fields;
  for (const auto& [field, value] : act.fields) fields[field] = value;
  return fields;
}

Outcome outcome_after(const Permit& permit, const ActionRule& rule, const Act& act) {
  if (rule.sets_outcome != Outcome::none) return rule.sets_outcome;
  return rule.chooses_outcome && act.outcome != Outcome::none ? act.outcome : permit.outcome;
}

std::vector<const Step*> branches_holding(const ActionRule& fork, const FieldValues& fields,
                                          Outcome outcome, const Sop& sop) {
  std::vector<const Step*> steps;
  for (const Lead& lead : fork.to)
    if (holds(lead.when, fields, to_string(outcome))) steps.push_back(&sop.step(lead.step));
  return steps;
}

Route route_of(const Permit& permit, const Visit& visit, const ActionRule& rule, const Act& act,
               const Sop& sop) {
  Route route{{}, false, visit.fork, visit.branch};
  if (rule.ends_permit()) return route;
  const Step& step = sop.step(visit.step);
  if (rule.forks) {
    route.opens =
        branches_holding(rule, fields_after(permit, act), outcome_after(permit, rule, act), sop);
    if (rule.chooses_branches)
      std::erase_if(route.opens, [&](const Step* one) {
        return std::find(act.to.begin(), act.to.end(), one->id) == act.to.end();
      });
    // A branch that is the join itself has arrived; where there is no other, the file moves on.
    const bool only_join = route.opens.size() == 1 && route.opens.front()->id == rule.join;
    if (only_join) return route;
    std::erase_if(route.opens, [&](const Step* one) { return one->id == rule.join; });
    route.fork = visit.id;
    route.branch = 0;
    return route;
  }
  const Step& next = sop.step(rule.to.front().step);
  std::size_t left = 0;
  if (rule.cancels_branches) {
    left = blocks_left(step, rule, sop);
  } else if (next.joins && next.id == step.block()) {
    route.arrives = true;
    left = 1;
    if (!permit.has_joined(visit.fork, visit.id)) return route;
  }
  if (left > 0) {
    const Visit* fork = fork_of(permit, visit, left);
    route.fork = fork ? fork->fork : 0;
    route.branch = fork ? fork->branch : 0;
  }
  route.opens = {&next};
  return route;
}

std::vector<int> cancelled_by(const Permit& permit, const Visit& visit, const ActionRule& rule,
                              const Sop& sop) {
  std::vector<int> ended;
  if (!rule.ends_permit() && !rule.cancels_branches) return ended;
  const Visit* fork = rule.ends_permit()
                          ? nullptr
                          : fork_of(permit, visit, blocks_left(sop.step(visit.step), rule, sop));
  for (const Visit& other : permit.visits) {
    if (!other.open() || other.id == visit.id) continue;
    if (rule.ends_permit() || (fork && is_within(permit, other, *fork))) ended.push_back(other.id);
  }
  return ended;
}

std::vector<std::string> wanting_at(const Permit& permit, const ActionRule& rule, const Step& next,
                                    const Sop& sop) {
  std::vector<std::string> wanting;
  if (rule.backward) return wanting;
  const auto counts_there = [&](const Document& document) {
    const Visit* by = permit.find_visit(document.visit);
    const Step* step = by ? sop.find_step(by->step) : nullptr;
    return document.counts() && !(step && sop.are_siblings(*step, next));
  };
  for (const std::string& need : next.needs)
    if (!brings(rule.outputs, need) &&
        std::none_of(permit.documents.begin(), permit.documents.end(),
                     [&](const Document& one) { return one.kind == need && counts_there(one); }))
      wanting.push_back(need);
  return wanting;
}

}  // namespace tenggat
