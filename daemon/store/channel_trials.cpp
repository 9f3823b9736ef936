#include "daemon/store/channel_trials.h"

#include "daemon/store/columns.h"

namespace tenggat::store {

pg::Slot<std::vector<ChannelTrial>> add_channel_trials(pg::Pipeline& pipeline,
                                                       const std::string& officer) {
  static constexpr auto kTrial = columns(
      given("channel", &ChannelTrial::channel), given("state", &ChannelTrial::state),
      given("reason", &ChannelTrial::reason), given("created_at", &ChannelTrial::made_at),
      given("accepted_at", &ChannelTrial::accepted_at),
      given("delivered_at", &ChannelTrial::delivered_at), given("read_at", &ChannelTrial::read_at),
      given("undelivered_at", &ChannelTrial::undelivered_at),
      given("undelivered_reason", &ChannelTrial::undelivered_reason));
  static const auto sql = each<kTrial>(
      "SELECT DISTINCT ON (channel) {} FROM message WHERE recipient = 'officer:' || $1"
      " AND rendered_at > office_now() - interval '1 day' AND text = 'tautan_masuk'"
      " ORDER BY channel, id DESC");
  return pipeline.add(sql, officer);
}

}  // namespace tenggat::store
