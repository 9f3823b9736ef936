// Roles as people name them.
#pragma once
#include <string>
#include <vector>

#include "daemon/cli/on_database.h"

namespace tenggat::cli {

// Against the SOPs in force and those in the rules directory, which will be in force soon; else
// throws Refused. Where there is neither, any name is taken: an office may be set up before its
// rules.
void check_roles(const std::vector<std::string>& roles, const Office& office, const Config& config);

}  // namespace tenggat::cli
