// Sends messages. Each is claimed under a lease with a fencing token, sent outside any transaction,
// and its outcome is recorded only by whoever still holds the token. A crash in between sends the
// same stored message again under the same id, so that a receiver can drop the repeat.
//
// Many are under way at once, bounded for each channel apart: what is slow holds up nothing but its
// own place. Claims and records are made for all that have come up meanwhile, in one transaction
// each; the more there is, the less each message costs.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <map>
#include <memory>
#include <random>

#include "daemon/metrics.h"
#include "daemon/office/breaker.h"
#include "daemon/office/operators.h"
#include "daemon/office/rerouting.h"
#include "daemon/office/signal.h"
#include "daemon/office/worker.h"
#include "daemon/pg/pool.h"
#include "daemon/store/sending.h"
#include "notifiers/outgoing.h"

namespace tenggat::office {

struct DispatcherOptions {
  std::chrono::seconds lease{60};     // longer than any exchange may take, and its record
  std::chrono::seconds exchange{35};  // with less of its lease left, no message sets out
  // Under way at once. Each mail has a thread of its own, so that none waits for one.
  std::map<notify::Channel, int> at_once{{notify::Channel::email, int{notify::kMailThreads}},
                                         {notify::Channel::whatsapp, 64}};
  int attempts_max = 12;               // then it is a dead letter
  std::chrono::seconds look_after{2};  // between looks for what has not arrived
  BreakerOptions breaker;
};

// What the configuration says of a channel.
struct ChannelRules {
  int a_second = 0;                        // messages at most; 0: no limit
  std::chrono::seconds a_person{0};        // between two to one address
  std::chrono::seconds receipt_within{0};  // 0: its provider gives none, accepted is the end
};
struct DispatcherSettings {
  std::map<notify::Channel, ChannelRules> channels;
  AlertSettings alert;
};

DispatcherSettings dispatcher_settings(const Setup& setup);

class Dispatcher : public Worker {
 public:
  // The channels may be replaced by a reload while messages are under way over the old ones.
  Dispatcher(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
             std::shared_ptr<notify::Outgoing> outgoing, DispatcherSettings settings,
             DispatcherOptions options = {});

  // Claims what there is room for and lets it set out. Returns machine time until there may be
  // more; what is finished before wakes run() by itself.
  boost::asio::awaitable<std::chrono::milliseconds> run_once();
  boost::asio::awaitable<void> run() override;
  // What has not set out is given back; what is under way is waited for and recorded.
  void stop() override;
  void wake() override { woken_.notify(); }
  void reload(std::shared_ptr<notify::Outgoing> outgoing, DispatcherSettings settings) {
    outgoing_ = std::move(outgoing);
    settings_ = std::move(settings);
  }
  void reload(const Setup& setup) override { reload(setup.outgoing, dispatcher_settings(setup)); }

  // Machine time until the n-th attempt (2 for the first retry), before jitter.
  static std::chrono::seconds backoff(int attempt);

 private:
  // A message whose lease we hold; the times are monotonic.
  struct Held {
    store::ClaimedMessage claimed;
    std::chrono::nanoseconds since{}, until{};
    notify::SendResult result;  // once it has one
  };
  struct Lane {
    explicit Lane(BreakerOptions options) : breaker(options) {}
    Breaker breaker;
    Breaker::Change news = Breaker::Change::none;  // to be told
    int at_once = 0, under_way = 0;
    std::deque<Held> waiting;
    // How many may wait, so that a place that comes free is taken at once: grows while all of them
    // set out soon.
    int ahead = 32;
    bool full = false;  // there may be more than there was room for
    int room(std::chrono::nanoseconds now) const;
  };

  // A text whose template its channel's provider refuses.
  struct StoppedText {
    explicit StoppedText(BreakerOptions options) : breaker(options) {}
    Breaker breaker;
    Breaker::Change news = Breaker::Change::none;  // to be told
    store::TextOutage outage;
  };
  using TextKey = std::pair<notify::Channel, std::string>;  // by the template's name

  boost::asio::awaitable<void> claim_all();
  void set_out(notify::Channel channel, Lane& lane);
  boost::asio::awaitable<void> send_one(notify::Channel channel, Held held);
  boost::asio::awaitable<notify::SendResult> send(const Held& held);
  bool is_poison(const Held& held) const;
  void judge(notify::Channel channel, Lane& lane, const notify::SendResult& result);
  void judge_text(const TextKey& key, const Held& held);
  // False while its text is refused and no trial is due; true begins the trial.
  bool may_set_out(const Held& held, std::chrono::nanoseconds now);
  std::vector<std::string> held_back(notify::Channel channel, std::chrono::nanoseconds now) const;
  // Of a channel that has opened or closed: on record, and to its operators.
  boost::asio::awaitable<void> tell(notify::Channel channel, Lane& lane);
  boost::asio::awaitable<void> tell_of_texts();
  // What a former process, or another, found refused is tried by this one, too.
  boost::asio::awaitable<void> recall_texts();
  // What waits for channels that take nothing, and what was accepted and has not arrived.
  boost::asio::awaitable<void> look_after();
  bool is_idle() const;

  boost::asio::awaitable<void> record_all();
  // Through an outage, too, while the leases last: what is not recorded by then goes out again.
  boost::asio::awaitable<void> record_while_held(std::vector<Held> batch);
  boost::asio::awaitable<void> record(const std::vector<Held>& batch);
  boost::asio::awaitable<std::vector<store::Fallback>> fallbacks(pg::Transaction& transaction,
                                                                 const std::vector<Held>& batch);
  store::SendOutcome outcome_of(const Held& held, const std::vector<store::Fallback>& fallbacks);
  bool ends(const Held& held) const;
  bool is_usable(notify::Channel channel) const;
  void account_for(const Held& held, const store::SendOutcome& outcome);
  boost::asio::awaitable<void> give_back();

  std::chrono::seconds retry_in(const store::ClaimedMessage& claimed,
                                const notify::SendResult& result);

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Metrics& metrics_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  DispatcherSettings settings_;
  DispatcherOptions options_;
  Rerouting rerouting_;
  std::map<notify::Channel, Lane> lanes_;
  std::map<TextKey, StoppedText> stopped_texts_;
  bool texts_recalled_ = false;
  std::vector<Held> finished_;         // not recorded yet
  std::vector<store::Fenced> unsent_;  // to be given back
  Signal woken_, to_record_;
  std::mt19937 jitter_;
  std::chrono::nanoseconds look_after_at_{}, forget_paces_at_{};
  bool stopping_ = false, claims_ended_ = false;
};

}  // namespace tenggat::office
