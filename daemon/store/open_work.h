// Open permits and the clocks of their open visits, as rows for whoever follows them: all of them
// once, and from then on those that something has happened to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

// By the office's clock: whatever is recorded from now on, or is being recorded by a transaction
// that has not ended, is not before that instant.
pg::Slot<Instant> add_settled_until(pg::Pipeline& pipeline);

struct OpenVisit {
  std::string step, assignee;  // assignee: empty until it is claimed
  Instant opened_at{};
  std::optional<Instant> due_at, due_soon_at;  // none: no clock runs, as on the applicant's own
  bool paused = false;
  bool escalated = false;  // a superior is told of it, or was
  std::optional<Instant> acknowledged_until;
};

struct OpenPermit {
  std::int64_t id = 0;
  std::int64_t events = 0;  // the sequence of its last event
  std::string sop;
  bool returned = false;  // else active
  bool case_open = false;
  bool legal_passed = false;  // the limit of law after which it counts as granted
  std::optional<Instant> case_due_at, legal_risk_at;
  std::vector<OpenVisit> visits;
};

// Of permits with an event since then, the sequence of the last one. Every change of a permit or
// of its parts is an event; the canary's are left out.
struct LastEvent {
  std::int64_t permit = 0, sequence = 0;
};
pg::Slot<std::vector<LastEvent>> add_last_events(pg::Pipeline& pipeline, Instant since);

pg::Slot<std::vector<std::int64_t>> add_open_ids(pg::Pipeline& pipeline);

// Those of `permits` that are open, by id.
pg::Slot<std::vector<OpenPermit>> add_open_permits(pg::Pipeline& pipeline,
                                                   const std::vector<std::int64_t>& permits);

}  // namespace tenggat::store
