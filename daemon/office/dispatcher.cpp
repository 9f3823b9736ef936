#include "daemon/office/dispatcher.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "daemon/clock.h"
#include "daemon/crash_point.h"
#include "daemon/log.h"
#include "daemon/office/loop.h"
#include "daemon/store/commands.h"
#include "notifiers/phone.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// Seconds before the second, third, ... attempt.
constexpr int kBackoff[] = {5, 15, 60, 180, 600, 1200, 1800, 3600};
// A channel that takes nothing at all is looked at again this often; a person must mend it.
constexpr std::chrono::seconds kStoppedChannel{300};
// The most that wait for a place of a channel, and how long they may before fewer are claimed.
constexpr int kAheadMax = 256;
constexpr std::chrono::seconds kWaitedTooLong{1};
constexpr std::size_t kRecordsMax = 256;  // in one transaction
// While many come back, records stay for those that come with them.
constexpr std::chrono::milliseconds kGatherRecords{20};
constexpr std::size_t kMany = 4;

std::string masked(const notify::Message& message) {
  return message.channel == notify::Channel::email ? notify::mask_email(message.to)
                                                   : notify::mask_phone(message.to);
}

}  // namespace

Dispatcher::Dispatcher(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
                       std::shared_ptr<notify::Outgoing> outgoing, DispatcherOptions options)
    : executor_(executor),
      pool_(pool),
      metrics_(metrics),
      outgoing_(std::move(outgoing)),
      options_(options),
      woken_(executor, kGather),
      to_record_(executor),
      jitter_(std::random_device{}()) {
  for (const auto& [channel, at_once] : options_.at_once) lanes_[channel].at_once = at_once;
}

std::chrono::seconds Dispatcher::backoff(int attempt) {
  const int last = static_cast<int>(std::size(kBackoff)) - 1;
  return std::chrono::seconds(kBackoff[std::clamp(attempt - 2, 0, last)]);
}

std::chrono::seconds Dispatcher::retry_in(const store::ClaimedMessage& claimed,
                                          const notify::SendResult& result) {
  if (result.outcome == notify::Outcome::channel_stopped) return kStoppedChannel;
  std::chrono::seconds wait = backoff(claimed.attempts + 1);
  // Jitter, so that what failed together does not come back together.
  wait += std::chrono::seconds(
      std::uniform_int_distribution<std::int64_t>(0, wait.count() / 4)(jitter_));
  return std::max(wait, result.retry_after.value_or(std::chrono::seconds{0}));
}

// What comes after this channel in the person's order, of those that are configured.
std::optional<ChannelAddress> Dispatcher::next_channel(
    notify::Channel failed, const std::vector<ChannelAddress>& order) const {
  const auto at = std::find_if(order.begin(), order.end(), [&](const ChannelAddress& one) {
    return one.channel == notify::name(failed);
  });
  for (auto next = at == order.end() ? at : at + 1; next != order.end(); ++next)
    if (outgoing_->configured(*notify::channel_from_name(next->channel))) return *next;
  return std::nullopt;
}

// --- Recording ----------------------------------------------------------------------------------

// Whether this attempt is the last over its channel.
bool Dispatcher::ends(const Held& held) const {
  using notify::Outcome;
  const Outcome outcome = held.result.outcome;
  if (outcome == Outcome::permanent || outcome == Outcome::permanent_for_person) return true;
  // Tried so often in vain: as good as undeliverable this way.
  return outcome != Outcome::accepted && outcome != Outcome::channel_stopped &&
         held.claimed.attempts >= options_.attempts_max;
}

asio::awaitable<std::vector<store::Fallback>> Dispatcher::fallbacks(
    pg::Transaction& transaction, const std::vector<Held>& batch) {
  std::vector<const Held*> ended;
  pg::Pipeline reads;
  for (const Held& held : batch) {
    if (!ends(held)) continue;
    ended.push_back(&held);
    store::add_addresses(reads, held.claimed.recipient);
  }
  std::vector<store::Fallback> found;
  if (ended.empty()) co_return found;
  const std::vector<pg::Result> addresses = co_await transaction.run(std::move(reads));
  for (std::size_t i = 0; i < ended.size(); ++i) {
    const store::ClaimedMessage& claimed = ended[i]->claimed;
    if (const auto next =
            next_channel(claimed.message.channel, store::addresses_of(addresses.at(i))))
      found.push_back(
          {claimed.id, claimed.fence, *notify::channel_from_name(next->channel), next->address});
  }
  co_return found;
}

store::SendOutcome Dispatcher::outcome_of(const Held& held,
                                          const std::vector<store::Fallback>& fallbacks) {
  store::SendOutcome outcome;
  outcome.id = held.claimed.id;
  outcome.fence = held.claimed.fence;
  outcome.outcome = notify::name(held.result.outcome);
  outcome.reason = held.result.reason;
  outcome.detail = held.result.detail;
  outcome.provider_id = held.result.provider_id;
  if (held.result.outcome == notify::Outcome::accepted) {
    outcome.state = "accepted";
  } else if (ends(held)) {
    const bool elsewhere = std::ranges::any_of(fallbacks, [&](const store::Fallback& one) {
      return one.from == outcome.id && one.fence == outcome.fence;
    });
    outcome.state = elsewhere ? "failed" : "dead";
  } else {
    outcome.state = "queued";
    outcome.retry_in = retry_in(held.claimed, held.result);
  }
  return outcome;
}

asio::awaitable<void> Dispatcher::record(const std::vector<Held>& batch) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  const std::vector<store::Fallback> elsewhere = co_await fallbacks(transaction, batch);
  std::vector<store::SendOutcome> outcomes;
  for (const Held& held : batch) outcomes.push_back(outcome_of(held, elsewhere));
  pg::Pipeline writes;
  for (const store::Fallback& one : elsewhere) store::add_fallback(writes, one);
  const std::size_t settled = store::add_send_outcomes(writes, outcomes);
  if (!elsewhere.empty()) store::add_notify(writes);
  const std::vector<pg::Result> written = co_await transaction.commit(std::move(writes));
  const std::vector<store::Fenced> ours = store::fenced_of(written.at(settled));
  const std::set<store::Fenced> recorded(ours.begin(), ours.end());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (recorded.contains({outcomes[i].id, outcomes[i].fence})) {
      account_for(batch[i], outcomes[i]);
    } else {
      // The lease ran out meanwhile and another daemon has the message: what it says counts.
      log_event(Level::warning, "lease_lost",
                {{"message", outcomes[i].id},
                 {"outcome", outcomes[i].outcome},
                 {"attempt", batch[i].claimed.attempts}});
    }
  }
  if (!elsewhere.empty()) woken_.notify();
}

void Dispatcher::account_for(const Held& held, const store::SendOutcome& outcome) {
  const store::ClaimedMessage& claimed = held.claimed;
  const std::string channel(notify::name(claimed.message.channel));
  if (held.result.outcome == notify::Outcome::accepted) {
    metrics_.channel(channel).messages.Increment();
    metrics_.channel(channel).delay_seconds.Observe(
        static_cast<double>((Clock::machine_now() - claimed.created_at).count()));
    return;
  }
  metrics_.message_failed(channel, held.result.reason);
  log_event(outcome.state == "dead" ? Level::error : Level::warning, "message_not_accepted",
            {{"message", claimed.id},
             {"text", claimed.message.text_id},
             {"channel", channel},
             {"to", masked(claimed.message)},
             {"outcome", outcome.outcome},
             {"reason", held.result.reason},
             {"attempt", claimed.attempts},
             {"state", outcome.state}});
}

asio::awaitable<void> Dispatcher::record_while_held(std::vector<Held> batch) {
  while (!batch.empty()) {
    bool halve = false;
    try {
      co_await record(batch);
      co_return;
    } catch (const pg::Error& error) {
      trouble_.failed(error);
      halve = refuses_a_row(error);
    } catch (const std::exception& why) {
      trouble_.failed(why);
      halve = true;
    }
    if (halve && batch.size() == 1) co_return;  // the lease runs out and it is sent again
    if (halve) {
      std::vector<Held> first(batch.begin(),
                              batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2));
      batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(first.size()));
      co_await record_while_held(std::move(first));
      continue;
    }
    const auto by_then = Clock::monotonic() + kAfterOutage;
    std::erase_if(batch, [&](const Held& held) { return stopping_ || by_then > held.until; });
    asio::steady_timer pause(executor_, kAfterOutage);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> Dispatcher::give_back() {
  if (unsent_.empty()) co_return;
  const std::vector<store::Fenced> unsent = std::exchange(unsent_, {});
  try {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline pipeline;
    store::add_give_back(pipeline, unsent);
    co_await lease->run(std::move(pipeline));
  } catch (const pg::Error& error) {
    trouble_.failed(error);  // their leases run out
  }
}

asio::awaitable<void> Dispatcher::record_all() {
  asio::steady_timer gather(executor_);
  std::size_t last = 0;
  while (!claims_ended_ || !finished_.empty() || !unsent_.empty()) {
    if (finished_.empty() && unsent_.empty()) {
      co_await to_record_.wait(kLongestSleep);
      continue;
    }
    if (last >= kMany && !stopping_) {
      gather.expires_after(kGatherRecords);
      co_await gather.async_wait(asio::use_awaitable);
    }
    const auto end =
        finished_.begin() + static_cast<std::ptrdiff_t>(std::min(finished_.size(), kRecordsMax));
    std::vector<Held> batch(std::move_iterator(finished_.begin()), std::move_iterator(end));
    finished_.erase(finished_.begin(), end);
    last = batch.size();
    co_await give_back();
    co_await record_while_held(std::move(batch));
  }
}

// --- Sending ------------------------------------------------------------------------------------

asio::awaitable<notify::SendResult> Dispatcher::send(const Held& held) {
  // It ended whoever tried it so often.
  if (held.claimed.attempts > options_.attempts_max) {
    notify::SendResult never_recorded;
    never_recorded.reason = notify::reason::connection_lost;
    co_return never_recorded;
  }
  const std::shared_ptr<notify::Outgoing> outgoing = outgoing_;  // a reload may replace it
  notify::Message message = held.claimed.message;
  co_return co_await outgoing->send(std::move(message));
}

asio::awaitable<void> Dispatcher::send_one(notify::Channel channel, Held held) {
  Lane& lane = lanes_.at(channel);
  try {
    const auto begun = Clock::monotonic();
    held.result = co_await send(held);
    metrics_.channel(notify::name(channel))
        .send_duration_seconds.Observe(
            std::chrono::duration<double>(Clock::monotonic() - begun).count());
    if (held.result.outcome == notify::Outcome::accepted) crash_point(CrashPoint::accepted);
    finished_.push_back(std::move(held));
    to_record_.notify();
  } catch (const std::exception& why) {
    trouble_.failed(why);  // the lease runs out and the message is sent again under the same id
  }
  --lane.under_way;
  set_out(channel, lane);
  if (lane.full || stopping_) woken_.notify();
}

// Those that wait, as places come free.
void Dispatcher::set_out(notify::Channel channel, Lane& lane) {
  const auto now = Clock::monotonic();
  while (!lane.waiting.empty() && (stopping_ || lane.under_way < lane.at_once)) {
    Held next = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    if (now - next.since > kWaitedTooLong) lane.ahead = 0;
    if (stopping_ || next.until - now < options_.exchange) {
      unsent_.emplace_back(next.claimed.id, next.claimed.fence);
      to_record_.notify();
      continue;
    }
    ++lane.under_way;
    asio::co_spawn(executor_, send_one(channel, std::move(next)), asio::detached);
  }
}

bool Dispatcher::is_idle() const {
  return std::ranges::all_of(lanes_, [](const auto& one) {
    return one.second.under_way == 0 && one.second.waiting.empty();
  });
}

asio::awaitable<std::chrono::milliseconds> Dispatcher::run_once() {
  struct Asked {
    notify::Channel channel;
    int room;
    std::size_t claims, until;
  };
  std::vector<Asked> asked;
  pg::Pipeline pipeline;
  for (auto& [channel, lane] : lanes_) {
    const int room = lane.room();
    lane.full = room <= 0;
    if (lane.full) continue;
    const std::size_t claims = store::add_claim_messages(pipeline, {channel, room, options_.lease});
    asked.push_back({channel, room, claims, store::add_until_send(pipeline, channel)});
  }
  std::chrono::milliseconds sleep = kLongestSleep;
  if (asked.empty()) co_return sleep;
  std::vector<pg::Result> results;
  const auto since = Clock::monotonic();  // before the leases begin
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    results = co_await lease->run(std::move(pipeline));
  }
  bool any = false;
  for (const Asked& one : asked) {
    Lane& lane = lanes_.at(one.channel);
    std::vector<store::ClaimedMessage> claimed = store::claimed_of(results.at(one.claims));
    any = any || !claimed.empty();
    lane.full = static_cast<int>(claimed.size()) == one.room;
    if (lane.full && lane.waiting.empty()) lane.ahead = std::clamp(2 * lane.ahead, 8, kAheadMax);
    for (store::ClaimedMessage& message : claimed)
      lane.waiting.push_back({std::move(message), since, since + options_.lease, {}});
    const auto until = store::until_send_of(results.at(one.until));
    if (until && !lane.full) sleep = std::min(sleep, std::max(*until, kGather));
  }
  if (any) crash_point(CrashPoint::claimed);
  for (auto& [channel, lane] : lanes_) set_out(channel, lane);
  co_return sleep;
}

asio::awaitable<void> Dispatcher::claim_all() {
  while (!stopping_) {
    std::chrono::milliseconds sleep = kAfterOutage;
    try {
      Cycle cycle(metrics_, "dispatcher");
      sleep = co_await run_once();
      cycle.succeed();
      trouble_.succeeded();
    } catch (const std::exception& why) {
      trouble_.failed(why);
    }
    if (!stopping_) co_await woken_.wait(sleep);
  }
  for (auto& [channel, lane] : lanes_) set_out(channel, lane);
  while (!is_idle()) co_await woken_.wait(kLongestSleep);
  claims_ended_ = true;
  to_record_.notify();
}

asio::awaitable<void> Dispatcher::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (claim_all() && record_all());
}

void Dispatcher::stop() {
  stopping_ = true;
  woken_.notify();
}

}  // namespace tenggat::office
