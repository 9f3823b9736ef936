// Open permits move to the version of their SOP that is in force. A permit is opened under one
// version and keeps it until then. Safe to repeat. Source: docs/reference.md, Versions.
#pragma once
#include <string>
#include <vector>

#include "daemon/office/rule_change.h"

namespace tenggat::office {

struct SopChange {
  std::string sop;                   // id; must be in force
  std::vector<std::string> permits;  // ids or numbers; empty: all that are open
  std::string because;               // what applicants and the audit are told as its reason
  bool write = false;                // false: a preview, nothing is written
};

// Returns what moves; permits that are at that version already are not among them. What the version
// cannot carry (see migrate_permit) is refused and stays.
pg::Awaitable<std::vector<PermitMove>> change_sop(pg::Connection& connection, Rulebook& rulebook,
                                                  SopChange change);

}  // namespace tenggat::office
