// Where an action leads from a visit: on, into the branches of a block, to its join, or out of it.
// Source: docs/sop.md, Cabang.
#pragma once
#include <vector>

#include "rules/permit/transition.h"

namespace tenggat {

struct Route {
  std::vector<const Step*> opens;  // none: it ends the permit, or other branches are under way
  bool arrives = false;            // its branch at the join, which `opens` where it is the last
  // The branch in which they are opened; of a fork's own branches the action's visit is the fork.
  int fork = 0, branch = 0;
};

// What is known once the action is taken: of the form, and the outcome.
FieldValues fields_after(const Permit& permit, const Act& act);
Outcome outcome_after(const Permit& permit, const ActionRule& rule, const Act& act);

// The branches of a fork that may open: their conditions hold.
std::vector<const Step*> branches_holding(const ActionRule& fork, const FieldValues& fields,
                                          Outcome outcome, const Sop& sop);

// `visit` is open and at a step of the SOP.
Route route_of(const Permit& permit, const Visit& visit, const ActionRule& rule, const Act& act,
               const Sop& sop);

// The open visits besides `visit` that end with an action that leaves their block, or the permit.
std::vector<int> cancelled_by(const Permit& permit, const Visit& visit, const ActionRule& rule,
                              const Sop& sop);

// What `next` needs and the permit has not, nor the action brings by itself. What a branch has
// brought counts at the join and after it, not in other branches.
std::vector<std::string> wanting_at(const Permit& permit, const ActionRule& rule, const Step& next,
                                    const Sop& sop);

}  // namespace tenggat
