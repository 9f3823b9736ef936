// The schema, as it came about.
#pragma once
#include <cstdint>
#include <span>

#include "daemon/pg/migrate.h"

namespace tenggat::store {

// daemon/store/migrations/*.sql as they were when this program was built.
std::span<const pg::Migration> migrations();

// The version of the last of them: what this program knows of.
inline std::int64_t newest_version() { return migrations().back().version; }

}  // namespace tenggat::store
