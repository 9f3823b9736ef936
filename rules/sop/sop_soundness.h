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
  std::vector<YamlValue> roles, steps;          // in the order of the SOP's
  std::vector<std::vector<YamlValue>> actions;  // of each step
  std::vector<std::pair<std::string, YamlValue>> role_uses, step_uses;
  std::vector<std::pair<Trigger, YamlValue>> triggers;
  bool steps_named = true;   // each by a name of its own: what names a step can be judged
  bool budgets_read = true;  // those of the steps

  const YamlValue& of(const Sop& sop, const Step& step, const ActionRule& action) const;
};

bool is_budget(const YamlValue& value);

// Records each fault at its place, and fills in what follows from the whole: the blocks that steps
// lie in. False: a name on its way is nowhere, or blocks do not close.
bool check_soundness(Sop& sop, const SopPlaces& places);

// --- parts of it
// -----------------------------------------------------------------------------------

// Finds the blocks that forks and joins make: sets Step::within and ActionRule::join. Every step
// that is named exists. False: no such blocks; the one fault that says why is recorded.
bool lay_out_blocks(Sop& sop, const SopPlaces& places);

// Explores every state that a file of the service can be in, and records what is wrong with the
// shortest way there. Returns how many states it saw.
int explore(const Sop& sop, const SopPlaces& places);

// The standards of the longest and the shortest way through, added up; a block counts its longest
// branch.
struct WaysThrough {
  Budget longest, shortest;
};
WaysThrough ways_through(const Sop& sop);

// Whether the steps add up to what is written; where their way is not known, all of them.
void check_total(const Sop& sop, const SopPlaces& places, bool way_holds);

}  // namespace tenggat
