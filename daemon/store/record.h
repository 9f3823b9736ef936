// What the record of a permit is made of, beside the rows themselves: for who checks it (audit.h),
// and for permits from before it held rows.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/store/permits.h"

namespace tenggat::store {

// The rows of a permit as the record has to have them (row_record.h).
boost::json::object record_of(const StoredPermit& stored, const std::vector<StoredNote>& notes);

struct RecordedEvent {
  std::int64_t permit = 0;
  StoredEvent stored;  // with its rows
};
// By permit and sequence.
pg::Slot<std::vector<RecordedEvent>> add_recorded_events(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits);
pg::Slot<std::vector<StoredNote>> add_notes_of(pg::Pipeline& pipeline,
                                               const std::vector<std::int64_t>& permits);

// One event that says what a permit's rows hold now.
struct RowsEvent {
  std::int64_t permit = 0, sequence = 0;
  std::string hash;
};
struct RowsSaid {
  std::string actor;
  Instant now{};
};
// Adds one to each of these permits, which are locked.
std::vector<RowsEvent> add_rows_events(pg::Pipeline& writes,
                                       std::map<std::int64_t, StoredPermit>& permits,
                                       const std::vector<StoredNote>& notes, const RowsSaid& said);

// Permits that an earlier program kept: the record of each is completed by one event that says what
// its rows hold now. Until that is done nothing may be written to them.
pg::Awaitable<bool> is_record_complete(pg::Connection& connection);
// How many it completed. In batches, each a transaction, so that it goes on where it was cut off.
pg::Awaitable<std::int64_t> complete_record(
    pg::Connection& connection, std::function<void(std::int64_t done, std::int64_t all)> progress);

}  // namespace tenggat::store
