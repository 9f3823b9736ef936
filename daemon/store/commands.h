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

namespace tenggat::store {

struct KeptAnswer {
  std::int64_t token = 0;
  std::string key;
  std::string request;  // SHA-256 of method, path and raw body
  int status = 0;
  std::string body;
};

// Answers kept under these (token, key) pairs.
std::size_t add_kept_answers(pg::Pipeline& pipeline, const std::vector<std::int64_t>& tokens,
                             const std::vector<std::string>& keys);
std::vector<KeptAnswer> kept_answers_of(const pg::Result& result);
void add_keep_answers(pg::Pipeline& pipeline, const std::vector<KeptAnswer>& answers);
// Those that are older than the seven days they are promised for, at most `limit`.
void add_forget_answers(pg::Pipeline& pipeline, int limit);

// What it means that a command's writes met a unique key.
enum class Conflict {
  none,  // they did not
  // Another daemon was faster, or an id drawn at random is there: done again, it goes well.
  lost_race,
  external_id_taken,  // by a permit of the same service
  number_taken,       // by another service's permit: nobody else counts with this counter
  // Of rows that nobody else can have written, since their permit was locked: a bug, each time
  // anew.
  broken,
};
Conflict conflict_of(const pg::Error& error);

// The last number given, by SOP and civil year; nobody else gives one of these SOPs until the
// transaction ends, also where none was given yet.
using NumberCounters = std::map<std::pair<std::string, int>, std::int64_t>;
std::size_t add_lock_numbers(pg::Pipeline& pipeline, const std::vector<std::string>& sops);
NumberCounters numbers_of(const pg::Result& result);
void add_save_numbers(pg::Pipeline& pipeline, const NumberCounters& counters);

// Tails for new permit ids, which are time-ordered: the office's seconds above, the tail below.
std::size_t add_id_tails(pg::Pipeline& pipeline, std::size_t count);
std::vector<std::int64_t> id_tails_of(const pg::Result& result);
// The second of the highest id there is. New ones are not given an earlier one, though the clock be
// set back: who pages through permits by their ids would never see them.
Instant latest_id_of(const pg::Result& result);
std::int64_t permit_id(Instant second, std::int64_t tail);

// Which of these permits exist, locked or not.
std::size_t add_existing(pg::Pipeline& pipeline, const std::vector<std::int64_t>& ids);

// Makes a write that needs room on the disk, and takes it back. Throws as that write would.
pg::Awaitable<void> probe_write(pg::Connection& connection);

// A hint to whoever waits, with this payload; polling is the truth.
inline constexpr std::string_view kWorkHint = "work";
void add_notify(pg::Pipeline& pipeline);

// Open permits with something due by the office's now, soonest first, locked; those locked
// elsewhere are skipped, and those set aside.
void add_lock_due(pg::Pipeline& pipeline, int limit);
// One of the latter.
void add_lock_due_set_aside(pg::Pipeline& pipeline);
// Open permits with a task one of these officers has claimed, locked in the same way.
void add_lock_claimed_by(pg::Pipeline& pipeline, const std::vector<std::string>& officers,
                         int limit);

// They cannot be decided, and are looked at again one by one, apart from the others: after ten
// minutes of the office's clock, and twice as long after each further time, up to a day.
void add_set_permits_aside(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits);
// How long, as SQL, what has been set aside so often `times` is left alone.
std::string set_aside_for(std::string_view times);
// They could be decided after all.
void add_take_back(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits);

// Whether what fell due on some permit this long ago is still to be looked at.
std::size_t add_overdue_for(pg::Pipeline& pipeline, Seconds span);

// How long until the next thing is due: permits, notices, the office's day. Office seconds from
// now, at most `at_most`; zero or less where something is due already.
enum class DueKind { permits, notices };
void add_until_due(pg::Pipeline& pipeline, DueKind kind);
std::optional<Seconds> until_due_of(const pg::Result& result);

}  // namespace tenggat::store
