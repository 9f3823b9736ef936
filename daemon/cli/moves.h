// What changed rules do to open permits, as `calendar preview/apply` and `permit migrate` say it.
#pragma once
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/cli/on_database.h"
#include "daemon/office/rule_change.h"

namespace tenggat::cli {

// A table of those that move and a line that sums up; with --json one object, `head` in front.
void write_moves(DatabaseCall& call, const Office& office, boost::json::object head,
                 const std::string& because, const std::vector<office::PermitMove>& moves);

}  // namespace tenggat::cli
