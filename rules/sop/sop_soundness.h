// What must hold of an SOP as a whole, and shows only once its file is read to the end. Source:
// docs/reference.md, What must hold.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "rules/sop/sop.h"
#include "rules/yaml.h"

namespace tenggat {

// Where its parts stand in the file.
struct SopPlaces {
  YamlMap top;
  std::vector<YamlValue> roles, steps;  // in the order of the SOP's
  std::vector<std::pair<std::string, YamlValue>> role_uses, step_uses;
  std::vector<std::pair<Trigger, YamlValue>> triggers;
  bool steps_named = true;   // each by a name of its own: what names a step can be judged
  bool budgets_read = true;  // those of the steps
};

bool is_budget(const YamlValue& value);

// Records each fault at its place.
void check_soundness(const Sop& sop, const SopPlaces& places);

}  // namespace tenggat
