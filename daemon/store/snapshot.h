// Several reads that see one state: without it each statement of a pipeline sees its own, and a
// permit could be read together with visits that are newer than it.
#pragma once

namespace tenggat::store {

// First and last statement of a pipeline that only reads.
inline constexpr const char* kBeginSnapshotSql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
inline constexpr const char* kEndSnapshotSql = "COMMIT";

}  // namespace tenggat::store
