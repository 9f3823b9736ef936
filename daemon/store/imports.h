// Files that an office has moved in with: which came with which import, and how one is taken back.
// The permits themselves are written as all others are (permits.h). Source: docs/import.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "daemon/store/mark.h"
#include "rules/time.h"

namespace tenggat::store {

// Whose permits they are, as far as the numbers of other systems go: no two have one.
inline constexpr const char* kImporter = "import";

struct Import {
  std::int64_t id = 0;
  Instant at{};
  std::string by, file, sha256;
  std::int64_t permits = 0;
  std::optional<Instant> reverted_at;
  std::string reverted_by;
};
// By their numbers.
pg::Slot<std::vector<Import>> add_imports(pg::Pipeline& pipeline);

struct ImportedPermit {
  std::int64_t import = 0, permit = 0;
  std::string sop;
  int year = 0;  // with the next its place among the service's numbers
  std::int64_t place = 0;
};
pg::Slot<std::int64_t> add_next_import(pg::Pipeline& pipeline);
void add_imported_permits(pg::Pipeline& pipeline, const std::vector<ImportedPermit>& permits);

// Which of these some permit has already.
pg::Slot<std::vector<std::string>> add_taken_numbers(pg::Pipeline& pipeline,
                                                     const std::vector<std::string>& numbers);
pg::Slot<std::vector<std::string>> add_taken_external_ids(pg::Pipeline& pipeline,
                                                          const std::vector<std::string>& ids);

// Numbers that the import has skipped, and that an earlier one had and it has given.
struct NumbersOfImport {
  std::vector<NumberGap> skipped, filled;
};
// The last of an import, in its transaction: the office's record says so.
pg::Awaitable<void> record_import(pg::Connection& connection, By by, Import import,
                                  NumbersOfImport numbers);

struct ImportRevert {
  enum class Outcome { done, unknown, reverted_before, touched } outcome = Outcome::done;
  std::int64_t permits = 0;
  std::vector<std::string> touched;  // numbers of some
  std::int64_t touched_count = 0;
};
// As if it had never been, but for its numbers, which are given to nobody, and the office's record.
// Refused once anybody has done anything to one of its permits, or an applicant was told of
// anything. Only the owner of the tables may.
pg::Awaitable<ImportRevert> revert_import(pg::Connection& connection, By by, std::int64_t id);

}  // namespace tenggat::store
