// Permits in PostgreSQL: whole aggregates in, whole decisions out. A permit's rows are read and
// written here only. Works on batches: a batch of one costs as many round trips as a batch of a
// hundred.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/moment.h"
#include "rules/permit/stored_permit.h"

namespace tenggat::store {

using tenggat::PermitChange;
using tenggat::StoredPermit;

enum class Lock {
  none,
  share,   // it shall not change until this transaction ends; skipped where locked elsewhere
  update,  // this transaction will change it; skipped where locked elsewhere
};

// Adds the statements that load `ids` to a pipeline; `take` reads their results. The order of the
// answer is by id. Permits that do not exist or are locked elsewhere are left out.
class PermitLoad {
 public:
  PermitLoad(pg::Pipeline& pipeline, const std::vector<std::int64_t>& ids, Lock lock);
  std::map<std::int64_t, StoredPermit> take(const pg::Results& results) const;
  // The same, without those whose rows cannot be read, which are named with their reasons.
  std::map<std::int64_t, StoredPermit> take_readable(
      const pg::Results& results, std::map<std::int64_t, std::string>& unreadable) const;

 private:
  pg::Slot<pg::Result> permits_, visits_, pauses_, documents_, rungs_;
};

using Ids = pg::Slot<std::vector<std::int64_t>>;

// Which of these permits are still at the version given beside them.
Ids add_unchanged(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits,
                  const std::vector<std::int64_t>& versions);

// Adds the writes of all changes: rows, events with their hash chain, notices, notes, counts.
// `send_at` of a notice is its ready_at. Commit is the caller's.
void append_writes(pg::Pipeline& pipeline, const std::vector<PermitChange>& changes,
                   const SendRules& send);

struct PermitFilter {
  std::string sop, state, step, role, sla, q, external_id;
  std::optional<Instant> updated_after;
  std::string created_by;             // only what this service handed in
  std::optional<std::int64_t> after;  // keyset: ids greater than this
  int limit = 50;
};
// Ids in ascending order, at most limit + 1, so that the caller sees whether there are more.
Ids add_search(pg::Pipeline& pipeline, const PermitFilter& filter);

// By number or id, as people write it; an id goes before a number of the same digits.
pg::Slot<std::optional<std::int64_t>> add_find_by_number(pg::Pipeline& pipeline,
                                                         const std::string& named);
// Numbers of this SOP, the canary's too, that this regular expression matches whole, at most
// `limit`.
pg::Slot<std::vector<std::string>> add_find_numbers(pg::Pipeline& pipeline, const std::string& sop,
                                                    const std::string& pattern, int limit);
// By the secret in the applicant's link.
pg::Slot<std::optional<std::int64_t>> add_find_by_tracking(pg::Pipeline& pipeline,
                                                           const std::string& seed);
// By a link of before migration 0040, which was a secret of its own.
pg::Slot<std::optional<std::int64_t>> add_find_by_former_link(pg::Pipeline& pipeline,
                                                              const std::string& secret);
// In which language the applicant of a permit is written to ("id", "en"); empty: they never said.
pg::Slot<std::optional<std::string>> add_tongue_of(pg::Pipeline& pipeline, std::int64_t permit);
// Of these the ones whose applicants have said so.
struct TongueOf {
  std::int64_t permit = 0;
  std::string tongue;
};
pg::Slot<std::vector<TongueOf>> add_tongues_of(pg::Pipeline& pipeline,
                                               const std::vector<std::int64_t>& permits);
void add_keep_tongue(pg::Pipeline& pipeline, std::int64_t permit, const std::string& tongue);

// The permit of this number whose applicant is reached by this address: a mail address in any case
// of its letters, a phone as it is stored; and how often its link was sent within an hour.
struct LostLink {
  std::int64_t permit = 0, sent_lately = 0;
};
pg::Slot<std::optional<LostLink>> add_find_lost_link(pg::Pipeline& pipeline,
                                                     const std::string& number,
                                                     const std::string& address);

// Permits with an open visit in one of these roles, most urgent first.
Ids add_find_tasks(pg::Pipeline& pipeline, const std::vector<std::string>& roles, int limit);

// Open permits of these SOPs that a calendar version has not been applied to yet, ids ascending.
struct CalendarBacklog {
  std::vector<std::string> sops;
  std::string calendar_version;
  std::int64_t after = 0;
  int limit = 200;
};
Ids add_find_calendar_backlog(pg::Pipeline& pipeline, const CalendarBacklog& backlog);

// Open permits of this SOP that are pinned to another version, ids ascending. `permits` (ids or
// numbers) are the only ones asked for, unless it is empty.
struct SopBacklog {
  std::string sop, sop_version;
  std::vector<std::string> permits;
  std::int64_t after = 0;
  int limit = 200;
};
Ids add_find_sop_backlog(pg::Pipeline& pipeline, const SopBacklog& backlog);

// What becomes of each name, in the order asked: id or number, its SOP ("" where there is no such
// permit) and whether it is open.
struct NamedPermit {
  std::string name, sop;
  bool open = false;
};
pg::Slot<std::vector<NamedPermit>> add_name_permits(pg::Pipeline& pipeline,
                                                    const std::vector<std::string>& names);

// As it was written and hashed; what it says is event_of (event_codec.h).
struct EventRows {
  std::string json;  // what it changed in the permit's rows (row_record.h); "": nothing
};
struct StoredEvent {
  EventHead event;
  std::string type, fields_json, hash{};
  EventRows rows{};  // read for the audit only
};
pg::Slot<std::vector<StoredEvent>> add_events(pg::Pipeline& pipeline, std::int64_t permit);

struct StoredNote {
  std::int64_t permit = 0, event = 0;
  int id = 0, visit = 0;
  std::string kind, document, text, by;
};
pg::Slot<std::vector<StoredNote>> add_notes(pg::Pipeline& pipeline, std::int64_t permit);
pg::Slot<std::vector<StoredNote>> add_notes_of_events(pg::Pipeline& pipeline,
                                                      const std::vector<std::int64_t>& permits,
                                                      const std::vector<std::int64_t>& events);
// Those of one permit that came last with this visit, of these kinds.
std::vector<StoredNote> last_notes(const std::vector<StoredNote>& notes, int visit,
                                   std::initializer_list<std::string_view> kinds);

}  // namespace tenggat::store
