// Writes files that an office moves in with: all or nothing, in one transaction that holds the
// numbers of their services from its beginning to its end, as a submission does. The daemon may be
// at work beside it. Source: docs/import.md.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/office/rulebook.h"
#include "daemon/pg/connection.h"
#include "daemon/store/imports.h"
#include "rules/permit/batch.h"
#include "rules/permit/import.h"

namespace tenggat::office {

struct ImportRow {
  std::int64_t line = 0;
  const Sop* sop = nullptr;
  StoredPermit::Applicant applicant;
  std::string fields = "{}";  // of a service without a form
  std::string number;         // that it keeps; empty: it gets one
  NumberFormat::Printed printed{};
  PastFile past;
};

// Kept numbers, by service and year.
using KeptNumbers = std::map<std::pair<std::string, int>, std::set<std::int64_t>>;

class Importer {
 public:
  Importer(pg::Connection& connection, Rulebook& rulebook)
      : connection_(connection), rulebook_(rulebook), transaction_(connection) {}

  // `kept`: all of the import. Holds the numbers of these services.
  pg::Awaitable<void> begin(KeptNumbers kept, std::vector<std::string> sops);
  // Writes when enough have come. Faults are of a world that has changed since the rows were
  // looked through; nothing is written then.
  pg::Awaitable<PastFaults> add(ImportRow row);
  // The number of the import, durable.
  pg::Awaitable<std::int64_t> finish(store::By by, std::string file, std::string sha256);

 private:
  pg::Awaitable<void> write();
  std::int64_t place_of(const ImportRow& row, int year);
  store::NumbersOfImport numbers_of_import() const;

  pg::Connection& connection_;
  Rulebook& rulebook_;
  pg::Transaction transaction_;
  std::int64_t id_ = 0, permits_ = 0;
  Instant now_{};
  KeptNumbers kept_;
  NumberCounters before_, last_;
  NewIds ids_;
  std::size_t ids_used_ = 0;
  std::vector<PermitChange> changes_;
  std::vector<store::ImportedPermit> places_;
};

}  // namespace tenggat::office
