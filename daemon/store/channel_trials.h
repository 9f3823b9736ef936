// What came of the links that an administrator has sent to themselves to see whether a channel
// works.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

struct ChannelTrial {
  std::string channel, state, reason;
  Instant made_at{};                                                          // machine clock
  std::optional<Instant> accepted_at, delivered_at, read_at, undelivered_at;  // the same
  std::optional<std::string> undelivered_reason;
};
// Of each channel the latest link to this officer, of the last day.
pg::Slot<std::vector<ChannelTrial>> add_channel_trials(pg::Pipeline& pipeline,
                                                       const std::string& officer);

}  // namespace tenggat::store
