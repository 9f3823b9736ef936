// What may happen to permits, told on the core's own office, to be written into a database.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/audit.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::store {

struct Story {
  const char* name;  // says what it is there for
  testing::Office office;
};
std::vector<Story> stories();

// The rules of the story that a permit is of: they are told in turn, from permit 1 on.
class RulesOfStories final : public Derivation {
 public:
  pg::Awaitable<void> prepare(pg::Connection& connection,
                              const std::map<std::int64_t, StoredPermit>& permits) override;
  std::optional<Projection> of(const StoredPermit& stored) const override;

 private:
  const std::vector<Story> stories_ = stories();
};

// Each decision by itself, as the daemon writes it, into a database of their own.
pg::Awaitable<void> write_stories(std::string conninfo);
pg::Awaitable<AuditReport> audit_stories(std::string conninfo);

// Migrates the database, and names the rules that the stories are under.
pg::Awaitable<void> prepare(pg::Connection& db);

}  // namespace tenggat::store
