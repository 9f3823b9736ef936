// What a refusal means and what to do about it, for whoever follows its `type` to a page.
#pragma once
#include <string_view>

namespace tenggat::http {

struct ProblemHelp {
  const char* code;
  const char* english;     // what it means, then what to do
  const char* indonesian;  // the same
};

// Null where there is none: a test finds it for every ProblemType.
const ProblemHelp* find_problem_help(std::string_view code);

}  // namespace tenggat::http
