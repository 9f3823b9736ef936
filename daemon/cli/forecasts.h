// What is likely, and what if: on the database.
#pragma once
#include <vector>

#include "daemon/cli/command.h"

namespace tenggat::cli {

std::vector<Command> forecast_commands();
std::vector<Command> simulate_commands();

}  // namespace tenggat::cli
