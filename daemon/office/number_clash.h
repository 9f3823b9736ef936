// Two permits never have one number. A service whose `nomor` could print another's is found here
// before it is in force; what gets past this is refused at the submission (store/commands,
// Conflict).
#pragma once
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/error.h"
#include "rules/sop/sop.h"

namespace tenggat::office {

struct NumberClash {
  std::string sop;  // whose `nomor` is at fault
  Fault fault;      // at its place in the file
};

// What `sops`, of a rules directory, could print of services that are in force in the database and
// have no file there, of the daemon's own, and of numbers that permits of other services have. What
// the files could print of each other the directory's own check says. `sops` must outlive the call.
pg::Awaitable<std::vector<NumberClash>> number_clashes(pg::Connection& connection,
                                                       const std::vector<Sop>& sops);

}  // namespace tenggat::office
