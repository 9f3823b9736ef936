#include "daemon/office/dispatcher.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

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

std::string masked(const notify::Message& message) {
  return message.channel == notify::Channel::email ? notify::mask_email(message.to)
                                                   : notify::mask_phone(message.to);
}

}  // namespace

// Counts down the messages of one batch.
struct Dispatcher::Batch {
  explicit Batch(asio::any_io_executor executor) : done(std::move(executor)) {}
  int open = 0;
  Signal done;
};

Dispatcher::Dispatcher(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
                       std::shared_ptr<notify::Outgoing> outgoing, DispatcherOptions options)
    : executor_(executor),
      pool_(pool),
      metrics_(metrics),
      outgoing_(std::move(outgoing)),
      options_(options),
      woken_(executor, kGather),
      jitter_(std::random_device{}()) {}

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

asio::awaitable<void> Dispatcher::record(store::ClaimedMessage claimed, notify::SendResult result) {
  using notify::Outcome;
  store::SendOutcome outcome;
  outcome.id = claimed.id;
  outcome.fence = claimed.fence;
  outcome.outcome = notify::name(result.outcome);
  outcome.reason = result.reason;
  outcome.detail = result.detail;
  outcome.provider_id = result.provider_id;

  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline writes;
  const bool permanent =
      result.outcome == Outcome::permanent || result.outcome == Outcome::permanent_for_person;
  // Tried so often in vain: as good as undeliverable this way.
  const bool exhausted =
      result.outcome != Outcome::channel_stopped && claimed.attempts >= options_.attempts_max;
  if (result.outcome == Outcome::accepted) {
    outcome.state = "accepted";
  } else if (permanent || exhausted) {
    pg::Pipeline reads;
    store::add_addresses(reads, claimed.recipient);
    const std::vector<pg::Result> found = co_await transaction.run(std::move(reads));
    const auto next = next_channel(claimed.message.channel, store::addresses_of(found.front()));
    outcome.state = next ? "failed" : "dead";
    if (next)
      store::add_fallback(writes, {claimed.id, claimed.fence,
                                   *notify::channel_from_name(next->channel), next->address});
  } else {
    outcome.state = "queued";
    outcome.retry_in = retry_in(claimed, result);
  }
  const std::size_t settled = store::add_send_outcome(writes, outcome);
  store::add_notify(writes);
  const std::vector<pg::Result> written = co_await transaction.commit(std::move(writes));
  if (written.at(settled).empty()) {
    // The lease ran out meanwhile and another daemon has the message: what it says counts.
    log_event(
        Level::warning, "lease_lost",
        {{"message", claimed.id}, {"outcome", outcome.outcome}, {"attempt", claimed.attempts}});
    co_return;
  }

  const std::string channel(notify::name(claimed.message.channel));
  if (result.outcome == Outcome::accepted) {
    metrics_.channel(channel).messages.Increment();
    metrics_.channel(channel).delay_seconds.Observe(
        static_cast<double>((Clock::machine_now() - claimed.created_at).count()));
  } else {
    metrics_.message_failed(channel, result.reason);
    log_event(outcome.state == "dead" ? Level::error : Level::warning, "message_not_accepted",
              {{"message", claimed.id},
               {"text", claimed.message.text_id},
               {"channel", channel},
               {"to", masked(claimed.message)},
               {"outcome", outcome.outcome},
               {"reason", result.reason},
               {"attempt", claimed.attempts},
               {"state", outcome.state}});
  }
}

// Through an outage, too, while the lease lasts: what is not recorded by then goes out again.
asio::awaitable<void> Dispatcher::record_while_held(store::ClaimedMessage claimed,
                                                    notify::SendResult result,
                                                    std::chrono::nanoseconds lease_ends) {
  while (true) {
    try {
      co_await record(claimed, result);
      co_return;
    } catch (const pg::Error& error) {
      if (!error.is_outage() || stopping_ || Clock::monotonic() + kAfterOutage > lease_ends) throw;
      trouble_.failed(error);
    }
    asio::steady_timer pause(executor_, kAfterOutage);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> Dispatcher::send_one(std::shared_ptr<Batch> batch,
                                           store::ClaimedMessage claimed) {
  const std::string channel(notify::name(claimed.message.channel));
  try {
    const auto begun = Clock::monotonic();
    const std::shared_ptr<notify::Outgoing> outgoing = outgoing_;  // a reload may replace it
    notify::Message message = claimed.message;
    notify::SendResult result = co_await outgoing->send(std::move(message));
    metrics_.channel(channel).send_duration_seconds.Observe(
        std::chrono::duration<double>(Clock::monotonic() - begun).count());
    if (result.outcome == notify::Outcome::accepted) crash_point(CrashPoint::accepted);
    co_await record_while_held(std::move(claimed), std::move(result), begun + options_.lease);
  } catch (const std::exception& why) {
    // The lease runs out and the message is sent again under the same id.
    trouble_.failed(why);
  }
  if (--batch->open == 0) batch->done.notify();
}

asio::awaitable<int> Dispatcher::run_once() {
  std::vector<store::ClaimedMessage> claimed;
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline pipeline;
    store::add_claim_messages(pipeline, options_.concurrent, options_.lease);
    const std::vector<pg::Result> results = co_await lease->run(std::move(pipeline));
    claimed = store::claimed_of(results.front());
  }
  if (claimed.empty()) co_return 0;
  crash_point(CrashPoint::claimed);
  const int count = static_cast<int>(claimed.size());
  const auto batch = std::make_shared<Batch>(executor_);
  batch->open = count;
  for (store::ClaimedMessage& one : claimed)
    asio::co_spawn(executor_, send_one(batch, std::move(one)), asio::detached);
  while (batch->open > 0) co_await batch->done.wait(options_.lease);
  if (on_commit_) on_commit_();
  co_return count;
}

asio::awaitable<std::chrono::milliseconds> Dispatcher::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  store::add_until_send(pipeline);
  const std::vector<pg::Result> results = co_await lease->run(std::move(pipeline));
  const auto wait = store::until_send_of(results.front());
  co_return std::clamp(wait.value_or(kLongestSleep), std::chrono::milliseconds(1), kLongestSleep);
}

asio::awaitable<void> Dispatcher::run() {
  while (!stopping_) {
    std::chrono::milliseconds sleep = kAfterOutage;
    try {
      Cycle cycle(metrics_, "dispatcher");
      for (int done = 1; !stopping_ && done > 0;) done = co_await run_once();
      sleep = co_await until_due();
      cycle.succeed();
      trouble_.succeeded();
    } catch (const std::exception& why) {
      trouble_.failed(why);
    }
    if (!stopping_) co_await woken_.wait(sleep);
  }
}

void Dispatcher::stop() {
  stopping_ = true;
  woken_.notify();
}

}  // namespace tenggat::office
