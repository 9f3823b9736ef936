#include "daemon/office/dispatcher.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "daemon/clock.h"
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
      woken_(executor),
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
  if (result.outcome == Outcome::accepted) {
    outcome.state = "accepted";
  } else if (result.outcome == Outcome::permanent ||
             result.outcome == Outcome::permanent_for_person) {
    pg::Pipeline reads;
    store::add_addresses(reads, claimed.recipient);
    const std::vector<pg::Result> found = co_await transaction.run(std::move(reads));
    const store::Addresses addresses = store::addresses_of(found.front());
    // The order is WhatsApp, then email: only the first has one to fall back on.
    const bool falls_back = claimed.message.channel == notify::Channel::whatsapp &&
                            !addresses.email.empty() &&
                            outgoing_->configured(notify::Channel::email);
    outcome.state = falls_back ? "failed" : "dead";
    if (falls_back)
      store::add_fallback(writes,
                          {claimed.id, claimed.fence, notify::Channel::email, addresses.email});
  } else {
    const bool counts = result.outcome != Outcome::channel_stopped;
    outcome.state = counts && claimed.attempts >= options_.attempts_max ? "dead" : "queued";
    outcome.retry_in = retry_in(claimed, result);
  }
  store::add_send_outcome(writes, outcome);
  store::add_notify(writes);
  co_await transaction.commit(std::move(writes));

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
    co_await record(std::move(claimed), std::move(result));
  } catch (const std::exception& why) {
    // The lease runs out and the message is sent again under the same id.
    log_cycle_failure("dispatcher", why);
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
      while (!stopping_ && co_await run_once() > 0) {
      }
      sleep = co_await until_due();
      cycle.succeed();
    } catch (const std::exception& why) {
      log_cycle_failure("dispatcher", why);
    }
    if (!stopping_) co_await woken_.wait(sleep);
  }
}

void Dispatcher::stop() {
  stopping_ = true;
  woken_.notify();
}

}  // namespace tenggat::office
