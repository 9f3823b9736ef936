// Messages to officers that have been tried and wait because their channel takes nothing: what is
// told next says it all in one. Recaps and links to sign in by are left as they are.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

struct StuckMessage {
  std::int64_t id = 0;
  std::string recipient;
};
// Locks them; one that is being sent now is left alone.
pg::Slot<std::vector<StuckMessage>> add_lock_stuck(pg::Pipeline& pipeline,
                                                   const std::vector<std::string>& recipients,
                                                   Instant now);

// Of each recipient, since the last message that left: with those that earlier ones gave way to.
struct StuckSince {
  std::string recipient;
  Instant since{};           // the first one's
  std::int64_t notices = 0;  // that they carry
};
pg::Slot<std::vector<StuckSince>> add_stuck_since(pg::Pipeline& pipeline,
                                                  const std::vector<std::string>& recipients,
                                                  Instant now);

// What these messages, and `more` tasks of those that are to follow, name and is still open.
struct NamedTask {
  std::string recipient;
  std::int64_t permit = 0;
  int visit = 0;  // 0: the case
  std::string number, sop_version, step;
  std::optional<Instant> due_at;
  bool paused = false;
  bool stuck = false;  // named by one that waits
};
struct TaskToName {
  std::string recipient;
  std::int64_t permit = 0;
  int visit = 0;
};
pg::Slot<std::vector<NamedTask>> add_named_tasks(pg::Pipeline& pipeline,
                                                 const std::vector<StuckMessage>& stuck,
                                                 const std::vector<TaskToName>& more);

// They give way to a newer one, reason `superseded`.
void add_give_way(pg::Pipeline& pipeline, const std::vector<StuckMessage>& stuck);

}  // namespace tenggat::store
