// A permit as operators name it.
#pragma once
#include <string>

#include "daemon/cli/on_database.h"

namespace tenggat::cli {

// By id or number. Refused where there is none.
pg::Awaitable<std::int64_t> find_permit(DatabaseCall& call, std::string named);

}  // namespace tenggat::cli
