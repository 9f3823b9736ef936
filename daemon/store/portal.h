// What is posted to the portal: each change of a permit once it counts, until the portal has it.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/changes.h"

namespace tenggat::store {

// --- From the changes
// -----------------------------------------------------------------------------

struct PortalState {
  std::int64_t taken_over = 0;  // changes up to this number have become events
  bool disabled = false;        // the portal answered 410
};
// Locks it; one that is locked elsewhere, or not there yet, gives no row.
pg::Slot<std::optional<PortalState>> add_lock_portal(pg::Pipeline& pipeline);
// A portal follows what comes to count from now on; nothing where it is there already.
void add_begin_portal(pg::Pipeline& pipeline);

struct PortalEvent {
  ChangePlace place;
  std::string body;
};
// `taken_over` is how far the changes were looked at. Each change becomes an event once.
void add_portal_events(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events,
                       std::int64_t taken_over, bool trial);
// One that is of no change. Its place must be no change's.
void add_portal_event(pg::Pipeline& pipeline, const PortalEvent& event, bool trial);
// Those of the past that are to be posted (again), under the same ids. How many.
pg::Slot<std::int64_t> add_replay(pg::Pipeline& pipeline, const std::vector<PortalEvent>& events);

// --- To the portal
// --------------------------------------------------------------------------------

struct ClaimedEvent {
  PortalEvent event;
  std::int64_t fence = 0;
  int attempts = 0;  // this one included
};
// Leases what is due. Of a permit the earliest comes first; a later one waits for it, but no longer
// than through its first `in_order` attempts. Nothing while the portal is disabled.
pg::Slot<std::vector<ClaimedEvent>> add_claim_events(pg::Pipeline& pipeline, int limit,
                                                     int in_order, std::chrono::seconds lease);

struct EventOutcome {
  ChangePlace place;
  std::int64_t fence = 0;
  std::string state;  // delivered, pending (again), dead
  std::string reason, detail;
  std::chrono::seconds retry_in{0};
};
// Whether the fence was still ours.
pg::Slot<bool> add_event_outcome(pg::Pipeline& pipeline, const EventOutcome& outcome);
// The event that was refused stays, and is tried again once the portal is enabled.
void add_disable_portal(pg::Pipeline& pipeline, const ChangePlace& place, std::int64_t fence);
// A row where it was disabled.
pg::Awaitable<bool> enable_portal(pg::Connection& connection);

// Machine time until the next is due; none where none waits.
pg::Slot<std::optional<std::chrono::milliseconds>> add_until_event(pg::Pipeline& pipeline);
// Delivered more than a week ago.
void add_forget_events(pg::Pipeline& pipeline);

struct PortalCounts {
  bool followed = false;  // there are changes that were taken over
  std::optional<Instant> disabled_at;
  std::int64_t pending = 0, delivered = 0, dead = 0;
  std::optional<Instant> oldest;         // pending; machine clock
  std::string last_reason, last_detail;  // of the oldest that was tried in vain
};
pg::Awaitable<PortalCounts> count_portal_events(pg::Connection& connection);

}  // namespace tenggat::store
