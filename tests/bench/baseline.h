// What the same rows cost when each action commits alone: pgbench, one prepared transaction an
// action, on the same server. The rows are taken from an action that tenggatd has done, so that
// both write the same, to the byte.
#pragma once
#include <cstdint>
#include <string>

#include "tests/support/postgres.h"

namespace tenggat::bench {

// Copies of one permit with all that belongs to it, ids first_id, first_id + 1, ...; nothing is
// told to anybody about them.
void clone_permit(test::TestPostgres& server, const std::string& database, std::int64_t permit,
                  std::int64_t first_id, int count);

struct Script {
  std::string text;  // of pgbench; updates permit :locked, inserts for permit :id
  int statements = 0, rows = 0;
};
// What an action wrote: the rows of `acted` that differ from those of `untouched`, both clones of
// one permit, and the answer kept under `key`.
Script script_of(test::TestPostgres& server, const std::string& database, std::int64_t acted,
                 std::int64_t untouched, const std::string& key);

struct BaselineRun {
  int clients = 0;
  double actions_a_second = 0, latency_ms = 0;
  double processor_us = 0;  // of PostgreSQL and pgbench, an action
};
// Each transaction takes the next permit from first_id on, clients x transactions of them. With
// same_permit all update the first, and only what they insert belongs to one of their own.
BaselineRun run_baseline(test::TestPostgres& server, const std::string& database,
                         const Script& script, std::int64_t first_id, int clients,
                         int transactions_a_client, bool same_permit = false);

}  // namespace tenggat::bench
