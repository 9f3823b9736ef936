// What conditions can tell apart of a field: a value for each class of values that every condition
// answers alike. For the proof of soundness.
#pragma once
#include <optional>
#include <vector>

#include "rules/sop/sop.h"

namespace tenggat {

struct FieldClasses {
  const Field* field = nullptr;
  std::vector<std::optional<FieldValue>> values;  // nothing: the field is not there
};

// Of the fields that the SOP's conditions name.
std::vector<FieldClasses> classes_of_fields(const Sop& sop);

}  // namespace tenggat
