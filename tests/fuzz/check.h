// What a fuzz target demands of an answer: it ends the process where it is not so, which libFuzzer
// and the replay of the corpus both take for a finding.
#pragma once
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "rules/error.h"
#include "rules/utf8.h"

namespace tenggat::fuzz {

inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// A refusal says at least one fault, each of a file that was given, with a message that can be
// printed.
inline void check_faults(const Faults& faults, const std::vector<std::string>& files) {
  check(!faults.empty(), "a refusal names a fault");
  for (const Fault& fault : faults) {
    check(std::count(files.begin(), files.end(), fault.file) == 1, "the fault names a file given");
    check(fault.line >= 0 && fault.column >= 0, "lines and columns count from 1, or are 0");
    check(!fault.message.empty(), "the fault has a message");
    check(first_not_utf8(fault.message) == fault.message.size(), "the message is UTF-8");
  }
}

}  // namespace tenggat::fuzz
