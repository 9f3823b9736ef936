// `tenggat officer change`: changes of officers that wait for a second word.
#pragma once
#include <string>
#include <vector>

#include "daemon/cli/on_database.h"

namespace tenggat::cli {

std::vector<Command> officer_change_commands();

// What is said of a change that waits instead of taking effect.
pg::Awaitable<std::string> words_of_waiting(DatabaseCall& call, const Office& office,
                                            std::int64_t change);

}  // namespace tenggat::cli
