// What is wrong in what is given of a service's form.
#pragma once
#include <optional>
#include <vector>

#include "rules/permit/refusal.h"
#include "rules/sop/sop.h"

namespace tenggat {

// Of what is given of a form: what is wrong, and at a submission what is missing.
std::vector<FieldFault> faults_of_form(const FieldValues& given, const Sop& sop);
// Of what comes with an action of the step, which lets its officer set some of the form.
std::vector<FieldFault> faults_of_step(const FieldValues& given, const Step& step, const Sop& sop);
std::optional<Refusal> refuse_fields(std::vector<FieldFault> faults, const Sop& sop);

}  // namespace tenggat
