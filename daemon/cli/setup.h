// `tenggat setup`.
#pragma once
#include <vector>

#include "daemon/cli/command.h"

namespace tenggat::cli {

std::vector<Command> setup_commands();

}  // namespace tenggat::cli
