// What superiors look at: permits of which something may have been raised, who was told of it and
// whether they have read it, and what an officer holds. Read only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/permits.h"
#include "rules/permit/notice.h"

namespace tenggat::store {

// Permits with open visits of these roles of which something may have been raised by `now`: late,
// short of time as a case, or asked about by their officer; the longest overdue first. Whether it
// names somebody the core says.
struct RaisedQuery {
  std::vector<std::string> roles;
  // Rungs that go to a superior before a step is late; mostly none.
  std::vector<std::string> early_rungs;
  Instant now{};
  int limit = 0;
};
Ids add_find_raised(pg::Pipeline& pipeline, const RaisedQuery& query);

// A notice to officers about these permits, with the latest message to one person made of it.
struct ToldOfficer {
  std::int64_t permit = 0;
  int visit = 0;
  NoticeKind kind;
  int k = 1;
  std::int64_t cause = 0;
  Audience audience = Audience::holder;
  std::string addressee;
  Instant raised_at{};
  std::string notice_state, state_reason;  // pending, rendered, dropped
  std::string recipient;                   // "officer:siti"; empty: no message yet
  std::string channel, message_state;      // queued, accepted, failed, dead, trial
  std::optional<Instant> rendered_at, accepted_at, delivered_at, read_at;
};
// In the order they were raised.
pg::Slot<std::vector<ToldOfficer>> add_told_officers(pg::Pipeline& pipeline,
                                                     const std::vector<std::int64_t>& permits);

// What an officer has said as a superior: a directive, whom the task is given to, that they look
// after it. The latest first.
struct AnsweredEvent : StoredEvent {
  std::int64_t permit = 0;
};
pg::Slot<std::vector<AnsweredEvent>> add_find_answered(pg::Pipeline& pipeline,
                                                       const std::string& officer, Instant since,
                                                       int limit);

struct PermitTitle {
  std::int64_t permit = 0;
  std::string number, subject;
};
pg::Slot<std::vector<PermitTitle>> add_titles(pg::Pipeline& pipeline,
                                              const std::vector<std::int64_t>& permits);

// Open permits that this officer has claimed a step of, the soonest due first.
Ids add_find_held(pg::Pipeline& pipeline, const std::string& officer, int limit);
// Those whose step of this role nobody has claimed.
Ids add_find_unclaimed(pg::Pipeline& pipeline, const std::string& role, int limit);

}  // namespace tenggat::store
