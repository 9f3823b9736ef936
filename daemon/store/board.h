// What stands behind the board's numbers, and the links of the screens on the wall.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "daemon/store/counts.h"

namespace tenggat::store {

// One of the board's numbers as a list.
struct BoardList {
  CivilPeriod period;              // of the SOP
  std::string step;                // empty: every step
  std::vector<std::string> roles;  // of the step, or of all steps
  // "": all that is open; "active", "returned": by the permit's state; "due_today", "late_open",
  // "legal_risk", "legal_passed": by the case's dates; "at_risk": by its forecast; else the state
  // of a visit's clock
  // ("overdue", ..., "untimed").
  std::string which;
  int limit = 50;
};
// Permit ids, the most urgent first, at most limit + 1. What a visit's clock says is found by the
// index of open visits, role by role; only the lists by the case's dates look at every open
// permit. A permit with several open visits may be there several times. Throws std::out_of_range
// for a `which` that is none.
pg::Slot<std::vector<std::int64_t>> add_board_list(pg::Pipeline& pipeline, const BoardList& list);

inline constexpr int kKiosksAtMost = 50;

struct KioskLink {
  std::int64_t id = 0;
  std::string name, created_by;
  Instant created_at{};  // machine clock
};
struct NewKioskLink {
  std::string secret, name;
};
// Again with the same secret: nothing. False: there are kKiosksAtMost already.
pg::Awaitable<bool> add_kiosk_link(pg::Connection& connection, By by, NewKioskLink link);
// Whether the link is live.
pg::Slot<bool> add_find_kiosk(pg::Pipeline& pipeline, const std::string& secret);
// Those that are live, the newest first.
pg::Slot<std::vector<KioskLink>> add_kiosk_links(pg::Pipeline& pipeline);
// False: there is no such live link.
pg::Awaitable<bool> revoke_kiosk_link(pg::Connection& connection, By by, std::int64_t id);

}  // namespace tenggat::store
