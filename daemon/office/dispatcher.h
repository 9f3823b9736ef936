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
#include <map>
#include <memory>
#include <random>

#include "daemon/base/link_keys.h"
#include "daemon/base/metrics.h"
#include "daemon/office/operators.h"
#include "daemon/office/rerouting.h"
#include "daemon/office/sending_lanes.h"
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
  LinkKeys links;  // of links in messages
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

 private:
  boost::asio::awaitable<void> claim_all();
  void set_out(notify::Channel channel);
  boost::asio::awaitable<void> send_one(notify::Channel channel, HeldMessage held);
  boost::asio::awaitable<notify::SendResult> send(const HeldMessage& held);
  void came_back(notify::Channel channel, const HeldMessage& held);
  // Of a channel or a text that has opened or closed: on record, and to its operators.
  boost::asio::awaitable<void> tell(notify::Channel channel);
  boost::asio::awaitable<void> tell_of_texts();
  boost::asio::awaitable<void> recall_texts();
  // What waits for channels that take nothing, and what was accepted and has not arrived.
  boost::asio::awaitable<void> look_after();

  boost::asio::awaitable<void> record_all();
  // Through an outage, too, while the leases last: what is not recorded by then goes out again.
  boost::asio::awaitable<void> record_while_held(std::vector<HeldMessage> batch);
  boost::asio::awaitable<void> record(const std::vector<HeldMessage>& batch);
  boost::asio::awaitable<std::vector<store::Fallback>> fallbacks(
      pg::Transaction& transaction, const std::vector<HeldMessage>& batch);
  std::vector<store::SendOutcome> outcomes_of(const std::vector<HeldMessage>& batch,
                                              const std::vector<store::Fallback>& fallbacks);
  bool is_usable(notify::Channel channel) const;
  void account_for(const HeldMessage& held, const store::SendOutcome& outcome);
  boost::asio::awaitable<void> give_back();

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Metrics& metrics_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  DispatcherSettings settings_;
  DispatcherOptions options_;
  Rerouting rerouting_;
  SendingLanes lanes_;
  bool texts_recalled_ = false;
  std::vector<HeldMessage> finished_;  // not recorded yet
  Signal woken_, to_record_;
  std::mt19937 jitter_;
  std::chrono::nanoseconds look_after_at_{}, forget_paces_at_{};
  bool stopping_ = false, claims_ended_ = false;
};

}  // namespace tenggat::office
