// What is given of a service's form: at the submission, and with an action whose step lets its
// officer set some of it.
#include <algorithm>

#include "rules/fault_words.h"
#include "rules/permit/preconditions.h"
#include "rules/permit/route.h"

namespace tenggat {

std::vector<FieldFault> faults_of_form(const FieldValues& given, const Sop& sop) {
  std::vector<FieldFault> faults;
  for (const auto& [id, value] : given) {
    const Field* field = sop.find_field(id);
    if (!field)
      faults.push_back({id, say<Wrong::field_unknown>()});
    else if (auto fault = fault_in(*field, value))
      faults.push_back({id, *std::move(fault)});
  }
  for (const Field& field : sop.fields)
    if (field.required && !given.contains(field.id))
      faults.push_back({field.id, say<Wrong::field_missing>()});
  return faults;
}

std::vector<FieldFault> faults_of_step(const FieldValues& given, const Step& step, const Sop& sop) {
  std::vector<FieldFault> faults;
  for (const auto& [id, value] : given) {
    const Field* field = sop.find_field(id);
    const bool settable =
        field && std::find(step.fields.begin(), step.fields.end(), id) != step.fields.end();
    if (!settable)
      faults.push_back({id, say<Wrong::field_unknown>()});
    else if (auto fault = fault_in(*field, value))
      faults.push_back({id, *std::move(fault)});
  }
  return faults;
}

std::optional<Refusal> refuse_fields(std::vector<FieldFault> faults, const Sop& sop) {
  if (faults.empty()) return std::nullopt;
  Said all;
  for (const FieldFault& fault : faults) {
    const Field* field = sop.find_field(fault.field);
    const std::string& name = field ? field->label : fault.field;
    if (!all.english.empty()) all = Said(all.english + "; ", all.indonesian + "; ");
    all = Said(all.english + fault.field + ' ' + fault.said.english,
               all.indonesian + name + ' ' + fault.said.indonesian);
  }
  return refuse<Refused::invalid_fields>(std::move(all));
}

// Fields that the step sets, ticked requirements, and the action's condition under them.
std::optional<Refusal> Preconditions::refuse_form(const Visit& visit, const ActionRule& rule,
                                                  const Act& act) const {
  const Step& step = context_.sop.step(visit.step);
  if (auto refusal = refuse_fields(faults_of_step(act.fields, step, context_.sop), context_.sop))
    return refusal;
  for (const std::string& id : act.checked)
    if (std::none_of(step.requirements.begin(), step.requirements.end(),
                     [&](const Requirement& one) { return one.id == id; }))
      return refuse<Refused::unknown_requirement>(step.id, id);
  if (!holds(rule.when, fields_after(permit(), act), to_string(outcome_after(permit(), rule, act))))
    return refuse<Refused::condition_not_met>(rule.id);
  return std::nullopt;
}

}  // namespace tenggat
