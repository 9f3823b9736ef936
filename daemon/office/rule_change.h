// Changed rules take effect on open permits: each open clock is replayed whole under them, in
// batches, each in a transaction of its own, so that commands and the watch go on beside it. What
// the rules are and which permits they reach is the caller's: calendar_change, sop_change.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/office/rulebook.h"
#include "daemon/pg/connection.h"
#include "daemon/store/permits.h"
#include "rules/permit/transition.h"

namespace tenggat::office {

// What changes for one open permit.
struct PermitMove {
  std::int64_t permit = 0;
  std::string number;
  std::string step;  // of its most urgent visit; empty where none has a clock
  std::optional<Instant> due_before, due_after;
  std::optional<Instant> case_before, case_after;
  int breaches_added = 0, breaches_removed = 0;
  std::optional<Refusal> refused{};  // it stays as it is
  bool moves() const { return due_before != due_after || case_before != case_after; }
};

struct RuleChange {
  Calendar was, becomes;           // what was promised was promised under `was`
  const Sop* sop = nullptr;        // the version all go to; null: each keeps its own
  std::string calendar_version{};  // stored with each permit; empty: it keeps its own
  // Adds the statement whose rows are the ids, ascending and greater than `after`, of permits that
  // this change has still to reach. Once written, a permit is no longer among them.
  std::function<store::Ids(pg::Pipeline&, std::int64_t after)> find{};
  std::function<Decided(const Permit&, const Context& becomes)> decide{};
  bool write = false;  // false: a preview, nothing is written
};

// Returns what moves, permits that stay as they are included. Safe to repeat.
pg::Awaitable<std::vector<PermitMove>> change_open_permits(pg::Connection& connection,
                                                           Rulebook& rulebook, RuleChange change);

}  // namespace tenggat::office
