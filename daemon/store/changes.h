// The changes of permits as portals follow them: one an action, a pause or a resume, in the order
// of their time, once none of them can be taken back or overtaken any more. Nothing of them names a
// person.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

// Where a change stands among all of them.
struct ChangePlace {
  Instant at{};  // when it was recorded, by the office's clock
  std::int64_t permit = 0, sequence = 0;
};

struct Change {
  ChangePlace place;
  std::string type;  // of its event: acted, paused, resumed
  std::string number, sop, external_id, created_by;
  std::string fields_json;  // of its event
  bool undone = false;      // and so never happened
};

// By the office's clock: whatever is recorded from now on, or is being recorded by a transaction
// that has not ended, is not before that instant. A flight of its own, before the one that reads
// changes: what ends between the two is then seen by the latter.
void add_settled_until(pg::Pipeline& pipeline);
Instant settled_until_of(const pg::Result& result);

struct ChangeQuery {
  std::optional<ChangePlace> after;  // nothing: from the beginning
  Instant until{};                   // the last that counts
  int limit = 100;                   // rows that are looked at
};
void add_changes(pg::Pipeline& pipeline, const ChangeQuery& query);
std::vector<Change> changes_of(const pg::Result& result);

}  // namespace tenggat::store
