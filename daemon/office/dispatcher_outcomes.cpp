// The dispatcher's records: what came of each attempt, and what follows from it.
#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/office/bisection.h"
#include "daemon/office/dispatcher.h"
#include "daemon/office/loop.h"
#include "daemon/office/send_outcome.h"
#include "daemon/store/commands.h"
#include "notifiers/phone.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kRecordsMax = 256;  // in one transaction
// While many come back, records stay for those that come with them.
constexpr std::chrono::milliseconds kGatherRecords{20};
constexpr std::size_t kMany = 4;

std::string masked(const notify::Message& message) {
  return message.channel == notify::Channel::email ? notify::mask_email(message.to)
                                                   : notify::mask_phone(message.to);
}

}  // namespace

// Of those that end over their channel, and of those whose channel or text takes nothing.
asio::awaitable<std::vector<store::Fallback>> Dispatcher::fallbacks(
    pg::Transaction& transaction, const std::vector<HeldMessage>& batch) {
  std::vector<store::Unarrived> unarrived;
  std::vector<std::int64_t> held_up;  // of the latter
  for (const HeldMessage& held : batch) {
    const store::ClaimedMessage& one = held.claimed;
    const Standing stands = standing(held, options_.attempts_max, is_usable(one.message.channel));
    if (stands == Standing::fine) continue;
    if (stands == Standing::held_up) held_up.push_back(one.id);
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

std::vector<store::SendOutcome> Dispatcher::outcomes_of(
    const std::vector<HeldMessage>& batch, const std::vector<store::Fallback>& fallbacks) {
  const Jitter jitter = [this](std::chrono::seconds at_most) {
    return std::chrono::seconds(
        std::uniform_int_distribution<std::int64_t>(0, at_most.count())(jitter_));
  };
  std::vector<store::SendOutcome> outcomes;
  for (const HeldMessage& held : batch)
    outcomes.push_back(outcome_of(
        held,
        {options_.attempts_max, settings_.channels[held.claimed.message.channel].receipt_within,
         has_fallback(fallbacks, {held.claimed.id, held.claimed.fence})},
        jitter));
  return outcomes;
}

asio::awaitable<void> Dispatcher::record(const std::vector<HeldMessage>& batch) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  const std::vector<store::Fallback> elsewhere = co_await fallbacks(transaction, batch);
  const std::vector<store::SendOutcome> outcomes = outcomes_of(batch, elsewhere);
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

void Dispatcher::account_for(const HeldMessage& held, const store::SendOutcome& outcome) {
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

asio::awaitable<void> Dispatcher::record_while_held(std::vector<HeldMessage> batch) {
  Bisection<HeldMessage> work(std::move(batch));
  for (std::vector<HeldMessage> piece = work.next(); !piece.empty(); piece = work.next()) {
    bool refused = false;
    try {
      co_await record(piece);
      continue;
    } catch (const pg::Error& error) {
      trouble_.failed(error);
      refused = refuses_a_row(error);
    } catch (const std::exception& why) {
      trouble_.failed(why);
      refused = true;
    }
    if (refused) {
      work.refused(std::move(piece));  // of one alone the lease runs out and it is sent again
      continue;
    }
    const auto by_then = Clock::monotonic() + kAfterOutage;
    std::erase_if(piece,
                  [&](const HeldMessage& held) { return stopping_ || by_then > held.until; });
    asio::steady_timer pause(executor_, kAfterOutage);
    co_await pause.async_wait(asio::use_awaitable);
    work.again(std::move(piece));
  }
}

asio::awaitable<void> Dispatcher::give_back() {
  const std::vector<store::Fenced> unsent = lanes_.take_unsent();
  if (unsent.empty()) co_return;
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
  while (!claims_ended_ || !finished_.empty() || !lanes_.unsent().empty()) {
    if (finished_.empty() && lanes_.unsent().empty()) {
      co_await to_record_.wait(kLongestSleep);
      continue;
    }
    if (last >= kMany && !stopping_) {
      gather.expires_after(kGatherRecords);
      co_await gather.async_wait(asio::use_awaitable);
    }
    const auto end =
        finished_.begin() + static_cast<std::ptrdiff_t>(std::min(finished_.size(), kRecordsMax));
    std::vector<HeldMessage> batch(std::move_iterator(finished_.begin()), std::move_iterator(end));
    finished_.erase(finished_.begin(), end);
    last = batch.size();
    co_await give_back();
    co_await record_while_held(std::move(batch));
  }
}

}  // namespace tenggat::office
