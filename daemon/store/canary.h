// The canary's rows: permits whose ids are below zero, so that no list of permits, which begins
// after zero, has them. Instants are of the machine's clock.
#pragma once
#include <chrono>
#include <optional>

#include "daemon/pg/connection.h"
#include "daemon/store/rules.h"
#include "rules/time.h"

namespace tenggat::store {

// Who it is escalated to; no officer can have this id.
inline constexpr const char* kCanaryOfficer = "_kenari";
inline constexpr const char* kCanaryRecipient = "officer:_kenari";

struct CanaryState {
  std::optional<Instant> delivered_at;  // when one was last accepted by its sink
  bool due = false;                     // the last one was let out longer ago than `every`
};
pg::Slot<CanaryState> add_canary_state(pg::Pipeline& pipeline, std::chrono::seconds every);

// Whether it is this daemon's turn, and not another's, to let the next one out. Then all that is
// left of earlier ones is gone, delivered or not, except for when one was; and the rules are
// stored. A transaction of its own.
pg::Awaitable<bool> take_canarys_turn(pg::Connection& connection, std::chrono::seconds every,
                                      std::vector<RuleSet> rules);

// Removes what is left of earlier ones.
void add_clear_canaries(pg::Pipeline& pipeline);

}  // namespace tenggat::store
