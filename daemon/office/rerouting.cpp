#include "daemon/office/rerouting.h"

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/store/commands.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr int kBatch = 256;
constexpr std::string_view kSuperseded = "superseded";

// What comes after this channel in the person's order, of those that take messages.
std::optional<ChannelAddress> next_channel(notify::Channel failed,
                                           const std::vector<ChannelAddress>& order,
                                           const UsableChannel& usable) {
  const auto at = std::ranges::find(order, notify::name(failed), &ChannelAddress::channel);
  for (auto next = at == order.end() ? at : at + 1; next != order.end(); ++next)
    if (usable(*notify::channel_from_name(next->channel))) return *next;
  return std::nullopt;
}

}  // namespace

asio::awaitable<std::vector<store::Fallback>> find_fallbacks(
    pg::Transaction& transaction, std::vector<store::Unarrived> unarrived, UsableChannel usable) {
  std::vector<store::Fallback> found;
  if (unarrived.empty()) co_return found;
  pg::Pipeline reads;
  std::vector<pg::Slot<std::vector<ChannelAddress>>> order;
  for (const store::Unarrived& one : unarrived)
    order.push_back(store::add_addresses(reads, one.recipient));
  const pg::Results addresses = co_await transaction.run(std::move(reads));
  for (std::size_t i = 0; i < unarrived.size(); ++i) {
    const auto next = next_channel(unarrived[i].channel, addresses[order[i]], usable);
    if (next)
      found.push_back({unarrived[i].id, unarrived[i].fence,
                       *notify::channel_from_name(next->channel), next->address});
  }
  co_return found;
}

bool has_fallback(const std::vector<store::Fallback>& fallbacks, store::Fenced message) {
  return std::ranges::any_of(fallbacks, [&](const store::Fallback& one) {
    return one.from == message.id && one.fence == message.fence;
  });
}

Rerouting::Rerouting(pg::Pool& pool, Metrics& metrics, UsableChannel usable)
    : pool_(pool), metrics_(metrics), usable_(std::move(usable)) {}

asio::awaitable<int> Rerouting::settle_undelivered() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline reads;
  const auto which = store::add_lock_undelivered(reads, kBatch);
  const pg::Results locked = co_await transaction.run(std::move(reads));
  const std::vector<store::Unarrived> undelivered = locked[which];
  const std::vector<store::Fallback> fallbacks =
      co_await find_fallbacks(transaction, undelivered, usable_);
  pg::Pipeline writes;
  std::vector<store::End> ends;
  std::vector<std::int64_t> dead;
  for (const store::Unarrived& one : undelivered) {
    const bool elsewhere = has_fallback(fallbacks, {one.id, one.fence});
    ends.push_back({one.id, one.fence, elsewhere ? "failed" : "dead", one.reason});
    if (!elsewhere) dead.push_back(one.id);
  }
  for (const store::Fallback& one : fallbacks) store::add_fallback(writes, one);
  store::add_ends(writes, ends);
  store::add_tell_others(writes, dead);
  if (!ends.empty()) store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (std::size_t i = 0; i < ends.size(); ++i) {
    metrics_.message_failed(notify::name(undelivered[i].channel), "undelivered");
    log_event(Level::warning, "message_undelivered",
              {{"message", ends[i].id},
               {"text", undelivered[i].text},
               {"channel", notify::name(undelivered[i].channel)},
               {"reason", ends[i].reason},
               {"detail", undelivered[i].detail},
               {"state", ends[i].state}});
  }
  co_return static_cast<int>(ends.size());
}

asio::awaitable<int> Rerouting::divert(notify::Channel channel,
                                       std::chrono::milliseconds next_trial,
                                       std::string text_template) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline reads;
  const auto which = store::add_lock_held_up(reads, channel, kBatch, text_template);
  const pg::Results locked = co_await transaction.run(std::move(reads));
  const std::vector<store::Unarrived> held_up = locked[which];
  // After an outage of a channel an applicant is told the latest alone.
  std::vector<store::Unarrived> latest = held_up;
  std::erase_if(latest, [](const store::Unarrived& one) { return one.reason == kSuperseded; });
  const std::vector<store::Fallback> fallbacks =
      co_await find_fallbacks(transaction, std::move(latest), usable_);
  pg::Pipeline writes;
  std::vector<store::End> ends;
  std::vector<std::int64_t> waiting;
  for (const store::Unarrived& one : held_up) {
    if (one.reason == kSuperseded || has_fallback(fallbacks, {one.id, one.fence})) {
      ends.push_back({one.id, one.fence, "failed", one.reason});
    } else {
      waiting.push_back(one.id);
    }
  }
  for (const store::Fallback& one : fallbacks) store::add_fallback(writes, one);
  store::add_ends(writes, ends);
  store::add_put_off(writes, waiting, next_trial);
  if (!ends.empty()) store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (std::size_t i = 0; i < ends.size(); ++i)
    metrics_.message_failed(notify::name(channel), text_template.empty()
                                                       ? std::string_view("channel_down")
                                                       : notify::reason::template_missing);
  if (!held_up.empty())
    log_event(Level::warning, "messages_diverted",
              {{"channel", notify::name(channel)},
               {"template", text_template},
               {"to_another_channel", static_cast<std::int64_t>(ends.size())},
               {"waiting", static_cast<std::int64_t>(waiting.size())}});
  co_return static_cast<int>(held_up.size());
}

}  // namespace tenggat::office
