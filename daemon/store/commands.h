// What a batch of commands needs besides its permits: answers already given, and the gapless
// numbers.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/batch.h"

namespace tenggat::store {

using tenggat::KeptAnswer;
using tenggat::NewIds;
using tenggat::NumberCounters;

// Answers kept under these (token, key) pairs.
pg::Slot<std::vector<KeptAnswer>> add_kept_answers(pg::Pipeline& pipeline,
                                                   const std::vector<std::int64_t>& tokens,
                                                   const std::vector<std::string>& keys);
void add_keep_answers(pg::Pipeline& pipeline, const std::vector<KeptAnswer>& answers);

// Nobody else gives a number of one of these SOPs until the transaction ends, also where none was
// given yet.
pg::Slot<NumberCounters> add_lock_numbers(pg::Pipeline& pipeline,
                                          const std::vector<std::string>& sops);
// Of all services, as they are now.
pg::Slot<NumberCounters> add_numbers(pg::Pipeline& pipeline);
void add_save_numbers(pg::Pipeline& pipeline, const NumberCounters& counters);

pg::Slot<NewIds> add_id_tails(pg::Pipeline& pipeline, std::size_t count);

// Which of these permits exist, locked or not.
pg::Slot<std::vector<std::int64_t>> add_existing(pg::Pipeline& pipeline,
                                                 const std::vector<std::int64_t>& ids);

// Makes a write that needs room on the disk, and takes it back. Throws as that write would.
pg::Awaitable<void> probe_write(pg::Connection& connection);

// A hint to whoever waits, with this payload; polling is the truth.
inline constexpr std::string_view kWorkHint = "work";
void add_notify(pg::Pipeline& pipeline);

// What daemons keep in memory has changed in this transaction: "people", "rules" or "tokens". They
// are told, and each batch of theirs reads the mark anyway. Whoever writes says it: no trigger
// does.
void add_changed(pg::Pipeline& pipeline, const std::string& mark);

// Open permits with something due by the office's now, soonest first, locked; those locked
// elsewhere are skipped, and those set aside.
pg::Slot<std::vector<std::int64_t>> add_lock_due(pg::Pipeline& pipeline, int limit);
// One of the latter.
pg::Slot<std::vector<std::int64_t>> add_lock_due_set_aside(pg::Pipeline& pipeline);
// Open permits with a task one of these officers has claimed, locked in the same way.
pg::Slot<std::vector<std::int64_t>> add_lock_claimed_by(pg::Pipeline& pipeline,
                                                        const std::vector<std::string>& officers,
                                                        int limit);

// They cannot be decided, and are looked at again one by one, apart from the others: after ten
// minutes of the office's clock, and twice as long after each further time, up to a day.
void add_set_permits_aside(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits);
// How long, as SQL, what has been set aside so often `times` is left alone.
std::string set_aside_for(std::string_view times);
// They could be decided after all.
void add_take_back(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits);

// Whether what fell due on some permit this long ago is still to be looked at.
pg::Slot<bool> add_overdue_for(pg::Pipeline& pipeline, Seconds span);

// How long until the next thing is due: permits, notices, the office's day. Office seconds from
// now, at most `at_most`; zero or less where something is due already.
enum class DueKind { permits, notices };
pg::Slot<std::optional<Seconds>> add_until_due(pg::Pipeline& pipeline, DueKind kind);

}  // namespace tenggat::store
