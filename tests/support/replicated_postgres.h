// Two PostgreSQL servers, a primary and its synchronous standby, for tests that take the primary
// away. An acknowledged commit is on both.
#pragma once
#include <memory>
#include <string>

#include "tests/support/postgres.h"

namespace tenggat::test {

class ReplicatedPostgres {
 public:
  // Returns when the standby is attached and commits wait for it.
  explicit ReplicatedPostgres(TestPostgres::Options options = {});

  TestPostgres& primary() { return *primary_; }
  TestPostgres& standby() { return *standby_; }
  // Both hosts, the one that takes writes wanted: what a daemon is configured with.
  std::string conninfo(const std::string& database) const;

  // From now on the standby hears of nothing more, and no commit waits for it: what a fail_over()
  // then loses.
  void part();

  // SIGKILL to the primary's postmaster; nobody takes its place yet.
  void kill_primary();
  // Promotes the standby, which from then on is primary() and waits for nobody. Returns at once:
  // when it takes writes is for the caller to see. The dead one is standby().
  void fail_over();
  // Throws the dead one's data away, so that it can never come back as a second primary, and makes
  // it the new primary's synchronous standby. Returns when commits wait for it.
  void rebuild_standby();

 private:
  std::unique_ptr<TestPostgres> primary_, standby_;
  std::string hosts_;  // in the order the two were made
};

}  // namespace tenggat::test
