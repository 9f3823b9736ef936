// The changes of permits as portals follow them: one an action, a pause or a resume, numbered once
// it cannot be taken back any more, in that order. Nothing of them names a person.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/event.h"
#include "rules/time.h"

namespace tenggat::store {

// A change as it is called outside. Its time is what its event bears; where it stands among all
// others only its number says, which no clock has made.
struct ChangePlace {
  Instant at{};  // when it was recorded, by the office's clock
  std::int64_t permit = 0, sequence = 0;
};

struct Change {
  ChangePlace place;
  std::string number, sop, external_id, created_by;
  std::string type, fields_json;  // of its event
  bool undone = false;            // and so never happened
  std::int64_t number_in_order = 0;
};

// Numbers those that have come to count since, at most so many; one caller at a time. Returns how
// many there were; none where another is at it.
pg::Awaitable<int> number_changes(pg::Connection& connection, int limit);
inline constexpr int kNumberedAtOnce = 1000;

// The number of this one, or of the last before where it stood; 0 where there is none.
pg::Slot<std::int64_t> add_number_of(pg::Pipeline& pipeline, const ChangePlace& place);
// The lowest and the highest number of those recorded in this time, where there are any.
struct NumberSpan {
  std::optional<std::int64_t> lowest, highest;
};
pg::Slot<NumberSpan> add_numbers_between(pg::Pipeline& pipeline, Instant from, Instant to);

// Its event. Throws UnreadableEvent.
Event event_of(const Change& change);

struct ChangeQuery {
  std::int64_t after = 0;  // the number of the last that is known
  int limit = 100;         // rows that are looked at
};
pg::Slot<std::vector<Change>> add_changes(pg::Pipeline& pipeline, const ChangeQuery& query);

}  // namespace tenggat::store
