// Silences: who asked for quiet, where, and until when. Those in force or to come are read along
// with the people; every change bumps their mark.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "rules/permit/silence.h"

namespace tenggat::store {

struct StoredSilence {
  Silence silence;
  std::optional<Instant> ended_at;  // taken back before its end
};

// By id: those that have not ended, or all of them.
pg::Slot<std::vector<StoredSilence>> add_silences(pg::Pipeline& pipeline, bool all);

// Begins now, on the office's clock. The id; nothing where its end has passed already. `id` and
// `from` of the value are ignored.
pg::Awaitable<std::optional<std::int64_t>> add_silence(pg::Connection& connection, By by,
                                                       Silence silence);
// From now on; what it holds back is looked at again at once. False: there is none, or it has
// ended.
pg::Awaitable<bool> end_silence(pg::Connection& connection, By by, std::int64_t id);

}  // namespace tenggat::store
