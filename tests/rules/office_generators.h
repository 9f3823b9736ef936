// Offices drawn by dice: a service with roles and steps of any shape that its loader takes, and
// people with leave, delegations and two roles at a time.
#pragma once
#include <string>

#include "rules/permit/transition.h"
#include "tests/rules/dice.h"

namespace tenggat::testing {

// The file of a service. Its steps are langkah1, langkah2, …; the first is the applicant's.
std::string some_service(Dice& dice);
// One with forks, joins, conditions and a form, sound or not.
std::string some_service_with_blocks(Dice& dice);
// Of the roles that `sop` has, in April 2026.
People some_people(Dice& dice, const Sop& sop);

}  // namespace tenggat::testing
