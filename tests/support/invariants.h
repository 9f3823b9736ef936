// What must hold in the database once things are quiet, whatever was killed or cut before.
#pragma once
#include <string>
#include <vector>

#include "tests/support/office_load.h"
#include "tests/support/postgres.h"

namespace tenggat::test {

// Every breach of I1 to I4, I6 to I8 of docs/reference.md, Invariants, in words that name the
// permit; empty is what a test expects. I1 every acknowledged command is present; I2 each key
// applied once; I3 a change, its event and its notices together, in branches too: a join opens once
// for each opening of its block, when all have arrived, and what is cancelled is over; I4 each rung
// once, never early, and all raised that are due; I6 terminal states are never left; I7 the hash
// chain; I8 the ledger replays to the stored due time.
std::vector<std::string> breaches(const std::vector<OfficeLoad::Acknowledged>& ledger,
                                  TestPostgres& server, const std::string& database,
                                  const std::string& schema = "public");

}  // namespace tenggat::test
