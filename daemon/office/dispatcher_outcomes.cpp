// The dispatcher's records: what came of each attempt, and what follows from it.
#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/office/dispatcher.h"
#include "daemon/office/loop.h"
#include "daemon/store/commands.h"
#include "notifiers/phone.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// Seconds before the second, third, ... attempt.
constexpr int kBackoff[] = {5, 15, 60, 180, 600, 1200, 1800, 3600};
// A channel that takes nothing at all, or nothing of a text, is looked at again this often; a
// person must mend it.
constexpr std::chrono::seconds kStoppedChannel{300};
constexpr std::size_t kRecordsMax = 256;  // in one transaction
// While many come back, records stay for those that come with them.
constexpr std::chrono::milliseconds kGatherRecords{20};
constexpr std::size_t kMany = 4;

std::string masked(const notify::Message& message) {
  return message.channel == notify::Channel::email ? notify::mask_email(message.to)
                                                   : notify::mask_phone(message.to);
}

}  // namespace

std::chrono::seconds Dispatcher::backoff(int attempt) {
  const int last = static_cast<int>(std::size(kBackoff)) - 1;
  return std::chrono::seconds(kBackoff[std::clamp(attempt - 2, 0, last)]);
}

std::chrono::seconds Dispatcher::retry_in(const store::ClaimedMessage& claimed,
                                          const notify::SendResult& result) {
  if (result.outcome == notify::Outcome::channel_stopped ||
      result.outcome == notify::Outcome::text_stopped)
    return kStoppedChannel;
  std::chrono::seconds wait = backoff(claimed.attempts + 1);
  // Jitter, so that what failed together does not come back together.
  wait += std::chrono::seconds(
      std::uniform_int_distribution<std::int64_t>(0, wait.count() / 4)(jitter_));
  return std::max(wait, result.retry_after.value_or(std::chrono::seconds{0}));
}

// Whether this attempt is the last over its channel.
bool Dispatcher::ends(const Held& held) const {
  using notify::Outcome;
  const Outcome outcome = held.result.outcome;
  if (outcome == Outcome::permanent || outcome == Outcome::permanent_for_person) return true;
  // Tried so often in vain: as good as undeliverable this way.
  return outcome != Outcome::accepted && outcome != Outcome::channel_stopped &&
         outcome != Outcome::text_stopped && held.claimed.attempts >= options_.attempts_max;
}

// Of those that end over their channel, and of those whose channel or text takes nothing.
asio::awaitable<std::vector<store::Fallback>> Dispatcher::fallbacks(
    pg::Transaction& transaction, const std::vector<Held>& batch) {
  std::vector<store::Unarrived> unarrived;
  std::vector<std::int64_t> held_up;  // of the latter
  for (const Held& held : batch) {
    const store::ClaimedMessage& one = held.claimed;
    const bool not_taken = held.result.outcome == notify::Outcome::retry ||
                           held.result.outcome == notify::Outcome::channel_stopped;
    const bool text_stopped = held.result.outcome == notify::Outcome::text_stopped;
    if (!ends(held) && !text_stopped && !(not_taken && !is_usable(one.message.channel))) continue;
    if (!ends(held)) held_up.push_back(one.id);
    unarrived.push_back({one.id, one.fence, one.recipient, one.message.text_id, one.message.channel,
                         held.result.reason, held.result.detail});
  }
  if (!held_up.empty()) {
    pg::Pipeline reads;
    const auto superseded = store::add_superseded(reads, held_up);
    const pg::Results results = co_await transaction.run(std::move(reads));
    for (const std::int64_t id : results[superseded])
      std::erase_if(unarrived, [id](const store::Unarrived& one) { return one.id == id; });
  }
  auto found = find_fallbacks(transaction, std::move(unarrived),
                              [this](notify::Channel channel) { return is_usable(channel); });
  co_return co_await std::move(found);
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
    outcome.receipt_within = settings_.channels[held.claimed.message.channel].receipt_within;
  } else if (has_fallback(fallbacks, {outcome.id, outcome.fence})) {
    outcome.state = "failed";
  } else if (ends(held)) {
    outcome.state = "dead";
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
  const auto settled = store::add_send_outcomes(writes, outcomes);
  std::vector<std::int64_t> dead;
  for (const store::SendOutcome& one : outcomes)
    if (one.state == "dead") dead.push_back(one.id);
  store::add_tell_others(writes, dead);
  if (!elsewhere.empty() || !dead.empty()) store::add_notify(writes);
  const pg::Results written = co_await transaction.commit(std::move(writes));
  const std::vector<store::Fenced> ours = written[settled];
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
    // Below zero where the clock was set back in between.
    metrics_.channel(channel).delay_seconds.Observe(static_cast<double>(
        std::max((Clock::machine_now() - claimed.created_at).count(), std::int64_t{0})));
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
             {"detail", held.result.detail},
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

}  // namespace tenggat::office
