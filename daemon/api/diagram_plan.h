// What a diagram shows of each step: its shape, the ways out of it, and what the form's remarks do
// not say of them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/sop/sop.h"

namespace tenggat {

// One arrow out of a step. Actions that lead to the same place share it.
struct Way {
  std::optional<std::size_t> step;  // by index; none: an end
  std::string end;                  // how the end is called
  bool beyond = false;              // none of its actions stands in the office's text
  bool cancels = false;             // other branches end by it
  bool forks = false;               // one of several that are opened at once
  std::string label;                // "Ya", "Ya, ke 12"; empty: none
  std::string side;                 // the same without where it leads
};

struct StepPlan {
  enum class Shape { box, diamond, start, end } shape = Shape::box;
  std::vector<Way> ways;
  std::vector<std::string> notes;  // sentences
};

std::vector<StepPlan> plan_of(const Sop& sop);
std::string in_words(const Condition& condition, const Sop& sop);

}  // namespace tenggat
