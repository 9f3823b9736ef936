#include "daemon/office/dispatcher.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/crash_point.h"
#include "daemon/log.h"
#include "daemon/office/loop.h"
#include "daemon/store/moment.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// The most that wait for a place of a channel, and how long they may before fewer are claimed.
constexpr int kAheadMax = 256;
constexpr std::chrono::seconds kWaitedTooLong{1};
constexpr std::chrono::minutes kForgetPaces{10};

}  // namespace

DispatcherSettings dispatcher_settings(const Setup& setup) {
  const Config& config = setup.config;
  DispatcherSettings settings;
  settings.channels[notify::Channel::email].a_second = config.email.messages_a_second;
  if (!config.whatsapp.url.starts_with("file:"))
    settings.channels[notify::Channel::whatsapp] = {
        config.whatsapp.messages_a_second, config.whatsapp.person_interval,
        // Receipts are signed with a secret, or come by a secret path: without one there are none.
        config.whatsapp.app_secret_file.empty() ? Seconds{0} : config.whatsapp.receipt_within};
  settings.alert = {{config.instansi, config.public_url, config.skm.url}, setup.texts};
  return settings;
}

Dispatcher::Dispatcher(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
                       std::shared_ptr<notify::Outgoing> outgoing, DispatcherSettings settings,
                       DispatcherOptions options)
    : Worker("dispatcher"),
      executor_(executor),
      pool_(pool),
      metrics_(metrics),
      outgoing_(std::move(outgoing)),
      settings_(std::move(settings)),
      options_(std::move(options)),
      rerouting_(pool, metrics, [this](notify::Channel channel) { return is_usable(channel); }),
      woken_(executor, kGather),
      to_record_(executor),
      jitter_(std::random_device{}()) {
  for (const auto& [channel, at_once] : options_.at_once)
    lanes_.try_emplace(channel, options_.breaker).first->second.at_once = at_once;
}

namespace {

// As Meta is asked for it.
std::string template_of(const notify::Message& message) {
  return message.template_name.empty() ? "tenggat_" + message.text_id : message.template_name;
}

}  // namespace

bool Dispatcher::is_usable(notify::Channel channel) const {
  return outgoing_->configured(channel) && !lanes_.at(channel).breaker.is_open();
}

// It ended whoever tried it so often.
bool Dispatcher::is_poison(const Held& held) const {
  return held.claimed.attempts > options_.attempts_max;
}

asio::awaitable<notify::SendResult> Dispatcher::send(const Held& held) {
  if (is_poison(held)) {
    notify::SendResult never_recorded;
    never_recorded.reason = notify::reason::connection_lost;
    co_return never_recorded;
  }
  if (!held.claimed.unreadable.empty()) {
    notify::SendResult never_sent;
    never_sent.outcome = notify::Outcome::permanent;
    never_sent.reason = notify::reason::rejected;
    never_sent.detail = held.claimed.unreadable;
    co_return never_sent;
  }
  const std::shared_ptr<notify::Outgoing> outgoing = outgoing_;  // a reload may replace it
  notify::Message message = held.claimed.message;
  co_return co_await outgoing->send(std::move(message));
}

asio::awaitable<void> Dispatcher::send_one(notify::Channel channel, Held held) {
  Lane& lane = lanes_.at(channel);
  const TextKey text{channel, template_of(held.claimed.message)};
  try {
    const auto begun = Clock::monotonic();
    held.result = co_await send(held);
    metrics_.channel(notify::name(channel))
        .send_duration_seconds.Observe(
            std::chrono::duration<double>(Clock::monotonic() - begun).count());
    if (held.result.outcome == notify::Outcome::accepted) crash_point(CrashPoint::accepted);
    if (!is_poison(held)) {
      judge(channel, lane, held.result);
      judge_text(text, held);
    }
    finished_.push_back(std::move(held));
    to_record_.notify();
  } catch (const std::exception& why) {
    trouble_.failed(why);  // the lease runs out and the message is sent again under the same id
    lane.breaker.not_tried(Clock::monotonic());
    if (const auto found = stopped_texts_.find(text); found != stopped_texts_.end())
      found->second.breaker.not_tried(Clock::monotonic());
  }
  --lane.under_way;
  set_out(channel, lane);
  if (lane.full || stopping_) woken_.notify();
}

void Dispatcher::judge(notify::Channel channel, Lane& lane, const notify::SendResult& result) {
  const Breaker::Change change = lane.breaker.record(result, Clock::monotonic());
  if (change == Breaker::Change::none) return;
  lane.news = change;
  const bool opened = change == Breaker::Change::opened;
  if (opened) {
    for (const Held& held : lane.waiting) unsent_.emplace_back(held.claimed.id, held.claimed.fence);
    lane.waiting.clear();
    lane.ahead = 0;
    log_event(
        Level::error, "channel_down",
        {{"channel", notify::name(channel)}, {"reason", result.reason}, {"detail", result.detail}});
  }
  woken_.notify();
}

// What became of it says something of its text where that is refused, or was.
void Dispatcher::judge_text(const TextKey& key, const Held& held) {
  using notify::Outcome;
  const Outcome outcome = held.result.outcome;
  const bool refused = outcome == Outcome::text_stopped;
  auto known = stopped_texts_.find(key);
  if (known == stopped_texts_.end()) {
    if (!refused) return;
    known = stopped_texts_.try_emplace(key, options_.breaker).first;
  }
  StoppedText& text = known->second;
  const auto now = Clock::monotonic();
  const bool taken = outcome == Outcome::accepted || outcome == Outcome::permanent ||
                     outcome == Outcome::permanent_for_person;
  if (!refused && !taken) return text.breaker.not_tried(now);
  notify::SendResult result = held.result;
  if (refused) {
    result.outcome = Outcome::channel_stopped;  // to this breaker the text is all there is
    text.outage = {key.first, key.second, held.claimed.message.text_id, result.reason,
                   result.detail};
  }
  const Breaker::Change change = text.breaker.record(result, now);
  if (change == Breaker::Change::none) return;
  text.news = change;
  if (change == Breaker::Change::opened)
    log_event(Level::error, "text_stopped",
              {{"channel", notify::name(key.first)},
               {"template", key.second},
               {"reason", result.reason},
               {"detail", result.detail}});
  woken_.notify();
}

bool Dispatcher::may_set_out(const Held& held, std::chrono::nanoseconds now) {
  const notify::Message& message = held.claimed.message;
  const auto known = stopped_texts_.find({message.channel, template_of(message)});
  if (known == stopped_texts_.end() || !known->second.breaker.is_open()) return true;
  if (!known->second.breaker.may_try(now)) return false;
  known->second.breaker.trying();
  return true;
}

std::vector<std::string> Dispatcher::held_back(notify::Channel channel,
                                               std::chrono::nanoseconds now) const {
  std::vector<std::string> templates;
  for (const auto& [key, text] : stopped_texts_)
    if (key.first == channel && !text.breaker.may_try(now)) templates.push_back(key.second);
  return templates;
}

// Those that wait, as places come free.
void Dispatcher::set_out(notify::Channel channel, Lane& lane) {
  const auto now = Clock::monotonic();
  while (!lane.waiting.empty() && (stopping_ || lane.under_way < lane.at_once)) {
    Held next = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    if (now - next.since > kWaitedTooLong) lane.ahead = 0;
    if (stopping_ || next.until - now < options_.exchange || !may_set_out(next, now)) {
      unsent_.emplace_back(next.claimed.id, next.claimed.fence);
      lane.breaker.not_tried(now);
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

// A channel that takes nothing has room for one: its trial.
int Dispatcher::Lane::room(std::chrono::nanoseconds now) const {
  if (!breaker.may_try(now)) return 0;
  if (breaker.is_open()) return 1;
  return at_once + ahead - under_way - static_cast<int>(waiting.size());
}

asio::awaitable<void> Dispatcher::tell(notify::Channel channel, Lane& lane) {
  if (lane.news == Breaker::Change::none) co_return;
  const Breaker::Change news = lane.news;
  pg::Pool::Lease lease = co_await pool_.acquire();
  co_await record_channel(*lease, channel, news == Breaker::Change::opened, lane.breaker.reason(),
                          settings_.alert,
                          [this](notify::Channel other) { return is_usable(other); });
  if (lane.news == news) lane.news = Breaker::Change::none;
}

asio::awaitable<void> Dispatcher::tell_of_texts() {
  for (auto one = stopped_texts_.begin(); one != stopped_texts_.end();) {
    StoppedText& text = one->second;
    if (const Breaker::Change news = text.news; news != Breaker::Change::none) {
      pg::Pool::Lease lease = co_await pool_.acquire();
      store::TextOutage outage = text.outage;
      auto recording =
          record_text(*lease, std::move(outage), news == Breaker::Change::opened, settings_.alert,
                      [this](notify::Channel other) { return is_usable(other); });
      co_await std::move(recording);
      if (text.news == news) text.news = Breaker::Change::none;
    }
    const bool over = text.news == Breaker::Change::none && !text.breaker.is_open();
    one = over ? stopped_texts_.erase(one) : std::next(one);
  }
}

asio::awaitable<void> Dispatcher::recall_texts() {
  if (texts_recalled_) co_return;
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto stopped = store::add_stopped_texts(pipeline);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  for (store::TextOutage& one : results[stopped]) {
    const auto [text, fresh] =
        stopped_texts_.try_emplace({one.channel, one.text_template}, options_.breaker);
    if (!fresh) continue;
    text->second.breaker.presume_open(Clock::monotonic());
    text->second.outage = std::move(one);
  }
  texts_recalled_ = true;
}

asio::awaitable<void> Dispatcher::look_after() {
  const auto now = Clock::monotonic();
  const auto until = [now](const Breaker& breaker) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(breaker.next_trial() - now, std::chrono::nanoseconds(std::chrono::seconds(1))));
  };
  std::vector<std::pair<TextKey, std::chrono::milliseconds>> refused;
  for (const auto& [key, text] : stopped_texts_)
    if (text.breaker.is_open() && !text.breaker.may_try(now))
      refused.emplace_back(key, until(text.breaker));
  for (const auto& [key, wait] : refused) {
    auto diverting = rerouting_.divert(key.first, wait, key.second);
    co_await std::move(diverting);
  }
  for (const auto& [channel, lane] : lanes_) {
    if (!lane.breaker.is_open()) continue;
    auto diverting = rerouting_.divert(channel, until(lane.breaker));
    co_await std::move(diverting);
  }
  if (now >= forget_paces_at_) {
    forget_paces_at_ = now + kForgetPaces;
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline pipeline;
    store::add_forget_paces(pipeline);
    co_await lease->run(std::move(pipeline));
  }
  if (now < look_after_at_) co_return;
  look_after_at_ = now + options_.look_after;
  co_await rerouting_.settle_undelivered();
}

asio::awaitable<std::chrono::milliseconds> Dispatcher::run_once() {
  struct Asked {
    notify::Channel channel;
    int room;
    pg::Slot<std::vector<store::ClaimedMessage>> claims;
    pg::Slot<std::optional<std::chrono::milliseconds>> until;
  };
  std::vector<Asked> asked;
  pg::Pipeline pipeline;
  for (auto& [channel, lane] : lanes_) co_await tell(channel, lane);
  co_await recall_texts();
  co_await tell_of_texts();
  const auto now = Clock::monotonic();  // before the leases begin
  for (auto& [channel, lane] : lanes_) {
    const int room = lane.room(now);
    lane.full = room <= 0;
    if (lane.full) continue;
    const ChannelRules& rules = settings_.channels[channel];
    const auto claims = store::add_claim_messages(
        pipeline,
        {channel, room, options_.lease, rules.a_second, rules.a_person, held_back(channel, now)});
    asked.push_back({channel, room, claims, store::add_until_send(pipeline, channel)});
  }
  std::chrono::milliseconds sleep = kLongestSleep;
  pg::Results results;
  if (!asked.empty()) {
    const auto schema = store::add_schema(pipeline);
    pg::Pool::Lease lease = co_await pool_.acquire();
    results = co_await lease->run(std::move(pipeline));
    results[schema];  // throws where it is newer: then their leases run out
  }
  bool any = false;
  for (const Asked& one : asked) {
    Lane& lane = lanes_.at(one.channel);
    std::vector<store::ClaimedMessage> claimed = results[one.claims];
    any = any || !claimed.empty();
    lane.full = static_cast<int>(claimed.size()) == one.room;
    if (lane.full && lane.waiting.empty()) lane.ahead = std::clamp(2 * lane.ahead, 8, kAheadMax);
    for (store::ClaimedMessage& message : claimed)
      lane.waiting.push_back({std::move(message), now, now + options_.lease, {}});
    if (lane.breaker.is_open() && !lane.waiting.empty()) lane.breaker.trying();
    const auto until = results[one.until];
    if (until && !lane.full) sleep = std::min(sleep, std::max(*until, kGather));
  }
  if (any) crash_point(CrashPoint::claimed);
  for (auto& [channel, lane] : lanes_) set_out(channel, lane);
  co_await look_after();
  co_return sleep;
}

asio::awaitable<void> Dispatcher::claim_all() {
  while (!stopping_) {
    std::chrono::milliseconds sleep = kAfterOutage;
    try {
      Cycle cycle(metrics_, name());
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
