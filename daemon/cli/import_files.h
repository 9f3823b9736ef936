// A file of rows looked through and brought in (import_rows.h, daemon/office/importer.h): first all
// of it, so that all faults are told at once; then, where there is none, all of it again to be
// written. Nothing but the row at hand is kept of it.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/cli/import_rows.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/progress.h"

namespace tenggat::cli {

// How one file stands at this moment.
struct ImportedView {
  std::int64_t line = 0;
  std::string sop, number, subject, step, state;  // number: empty where it gets one
  std::optional<Instant> step_due, case_due, legal_due;
  bool late = false, at_legal_risk = false;
};

struct ImportSummary {
  std::int64_t files = 0, open = 0, ended = 0, late = 0, at_legal_risk = 0;
  std::int64_t numbers_kept = 0, numbers_new = 0;  // new: also in place of old ones
  std::int64_t numbers_replaced = 0;
  std::vector<ImportedView> views;  // the first kViews
  static constexpr std::size_t kViews = 1000;
  office::KeptNumbers kept;
  std::vector<std::string> sops;
  std::string sha256;
  Faults faults;  // the first kFaults, by line
  static constexpr std::size_t kFaults = 200;
  std::int64_t more_faults = 0;
};

// Looks all of it through.
pg::Awaitable<ImportSummary> look_through(DatabaseCall& call, Office& office, std::string path);

// Writes it; the number of the import. Throws Refused where it is not what was looked through.
pg::Awaitable<std::int64_t> bring_in(DatabaseCall& call, Office& office, std::string path,
                                     const ImportSummary& looked);

}  // namespace tenggat::cli
