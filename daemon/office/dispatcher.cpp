#include "daemon/office/dispatcher.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/crash_point.h"
#include "daemon/base/log.h"
#include "daemon/base/secrets.h"
#include "daemon/office/loop.h"
#include "daemon/office/send_outcome.h"
#include "daemon/store/moment.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::minutes kForgetPaces{10};

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), by);
}

// The message's own link gets its mark on its way out, so that none stands in the database. What
// else a person wrote into it is left as it is.
void complete_link(notify::Message& message, const LinkKeys& links) {
  const auto name = std::find(message.field_names.begin(), message.field_names.end(), "tautan");
  const auto at = static_cast<std::size_t>(name - message.field_names.begin());
  if (at >= message.fields.size()) return;
  const std::string stored = message.fields[at], whole = links.complete(stored);
  if (whole == stored) return;
  replace_all(message.subject, stored, whole);
  replace_all(message.body, stored, whole);
  for (std::string& field : message.fields) replace_all(field, stored, whole);
  for (std::string& parameter : message.parameters) replace_all(parameter, stored, whole);
}

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
  settings.links = LinkKeys(setup.secrets.link_keys);
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
      lanes_({options_.at_once, options_.lease, options_.exchange, options_.breaker}),
      woken_(executor, kGather),
      to_record_(executor),
      jitter_(std::random_device{}()) {}

bool Dispatcher::is_usable(notify::Channel channel) const {
  return outgoing_->configured(channel) && !lanes_.is_open(channel);
}

asio::awaitable<notify::SendResult> Dispatcher::send(const HeldMessage& held) {
  if (is_poison(held.claimed, options_.attempts_max)) {
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
  complete_link(message, settings_.links);
  co_return co_await outgoing->send(std::move(message));
}

asio::awaitable<void> Dispatcher::send_one(notify::Channel channel, HeldMessage held) {
  const TextKey text = text_of(channel, held.claimed.message);
  try {
    const auto begun = Clock::monotonic();
    held.result = co_await send(held);
    metrics_.channel(notify::name(channel))
        .send_duration_seconds.Observe(
            std::chrono::duration<double>(Clock::monotonic() - begun).count());
    if (held.result.outcome == notify::Outcome::accepted) crash_point(CrashPoint::accepted);
    if (!is_poison(held.claimed, options_.attempts_max)) came_back(channel, held);
    finished_.push_back(std::move(held));
    to_record_.notify();
  } catch (const std::exception& why) {
    trouble_.failed(why);  // the lease runs out and the message is sent again under the same id
    lanes_.lost(text, Clock::monotonic());
  }
  lanes_.place_is_free(channel);
  set_out(channel);
  if (lanes_.is_full(channel) || stopping_) woken_.notify();
}

void Dispatcher::came_back(notify::Channel channel, const HeldMessage& held) {
  using Change = Breaker::Change;
  const notify::SendResult& result = held.result;
  const auto [of_channel, of_text] = lanes_.came_back(channel, held, Clock::monotonic());
  if (of_channel == Change::opened)
    log_event(
        Level::error, "channel_down",
        {{"channel", notify::name(channel)}, {"reason", result.reason}, {"detail", result.detail}});
  if (of_text == Change::opened)
    log_event(Level::error, "text_stopped",
              {{"channel", notify::name(channel)},
               {"template", text_of(channel, held.claimed.message).second},
               {"reason", result.reason},
               {"detail", result.detail}});
  if (of_channel != Change::none || of_text != Change::none) woken_.notify();
}

void Dispatcher::set_out(notify::Channel channel) {
  for (HeldMessage& one : lanes_.set_out(channel, Clock::monotonic(), stopping_))
    asio::co_spawn(executor_, send_one(channel, std::move(one)), asio::detached);
  if (!lanes_.unsent().empty()) to_record_.notify();
}

asio::awaitable<void> Dispatcher::tell(notify::Channel channel) {
  const Breaker::Change news = lanes_.news(channel);
  if (news == Breaker::Change::none) co_return;
  pg::Pool::Lease lease = co_await pool_.acquire();
  co_await record_channel(*lease, channel, news == Breaker::Change::opened, lanes_.reason(channel),
                          settings_.alert,
                          [this](notify::Channel other) { return is_usable(other); });
  lanes_.told(channel, news);
}

asio::awaitable<void> Dispatcher::tell_of_texts() {
  for (const TextKey& text : lanes_.stopped_texts()) {
    const Breaker::Change news = lanes_.news(text);
    if (news == Breaker::Change::none) continue;
    pg::Pool::Lease lease = co_await pool_.acquire();
    store::TextOutage outage = lanes_.outage(text);
    auto recording =
        record_text(*lease, std::move(outage), news == Breaker::Change::opened, settings_.alert,
                    [this](notify::Channel other) { return is_usable(other); });
    co_await std::move(recording);
    lanes_.told(text, news);
  }
}

asio::awaitable<void> Dispatcher::recall_texts() {
  if (texts_recalled_) co_return;
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto stopped = store::add_stopped_texts(pipeline);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  lanes_.recall(results[stopped], Clock::monotonic());
  texts_recalled_ = true;
}

asio::awaitable<void> Dispatcher::look_after() {
  const auto now = Clock::monotonic();
  for (const auto& [text, wait] : lanes_.refused_texts(now)) {
    auto diverting = rerouting_.divert(text.first, wait, text.second);
    co_await std::move(diverting);
  }
  for (const notify::Channel channel : lanes_.channels()) {
    const auto wait = lanes_.next_trial(channel, now);
    if (!wait) continue;
    auto diverting = rerouting_.divert(channel, *wait);
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
  for (const notify::Channel channel : lanes_.channels()) co_await tell(channel);
  co_await recall_texts();
  co_await tell_of_texts();
  const auto now = Clock::monotonic();  // before the leases begin
  for (const notify::Channel channel : lanes_.channels()) {
    const int room = lanes_.room(channel, now);
    if (room == 0) continue;
    const ChannelRules& rules = settings_.channels[channel];
    const auto claims =
        store::add_claim_messages(pipeline, {channel, room, options_.lease, rules.a_second,
                                             rules.a_person, lanes_.held_back(channel, now)});
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
    std::vector<store::ClaimedMessage> claimed = results[one.claims];
    any = any || !claimed.empty();
    lanes_.claimed(one.channel, one.room, std::move(claimed), now);
    const auto until = results[one.until];
    if (until && !lanes_.is_full(one.channel)) sleep = std::min(sleep, std::max(*until, kGather));
  }
  if (any) crash_point(CrashPoint::claimed);
  for (const notify::Channel channel : lanes_.channels()) set_out(channel);
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
  for (const notify::Channel channel : lanes_.channels()) set_out(channel);
  while (!lanes_.is_idle()) co_await woken_.wait(kLongestSleep);
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
