// What one version of an SOP's file says otherwise than another, part by part.
#pragma once
#include <vector>

#include "rules/error.h"

namespace tenggat::cli {

// Sentences in the order of the file: "langkah kajian_teknis, waktu: 4d becomes 5d". Comments and
// how something is written are no difference.
std::vector<Said> changes_between(const SourceFile& before, const SourceFile& after);

}  // namespace tenggat::cli
