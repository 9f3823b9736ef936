// Sends messages. Each is claimed under a lease with a fencing token, sent outside any transaction,
// and its outcome is recorded only by whoever still holds the token. A crash in between sends the
// same stored message again under the same id, so that a receiver can drop the repeat.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <random>

#include "daemon/metrics.h"
#include "daemon/office/signal.h"
#include "daemon/office/trouble.h"
#include "daemon/pg/pool.h"
#include "daemon/store/outbox.h"
#include "notifiers/outgoing.h"

namespace tenggat::office {

struct DispatcherOptions {
  std::chrono::seconds lease{60};  // longer than any exchange may take
  int concurrent = 4;     // under way at once: as many as mails are sent at a time, so that none
                          // outlives its lease in a queue
  int attempts_max = 12;  // then it is a dead letter
};

class Dispatcher {
 public:
  // The channels may be replaced by a reload while messages are under way over the old ones.
  Dispatcher(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
             std::shared_ptr<notify::Outgoing> outgoing, DispatcherOptions options);

  // Claims and sends one batch, waiting for all of it. Returns how many there were.
  boost::asio::awaitable<int> run_once();
  boost::asio::awaitable<void> run();
  void stop();
  void wake() { woken_.notify(); }
  const Trouble& trouble() const { return trouble_; }
  void reload(std::shared_ptr<notify::Outgoing> outgoing) { outgoing_ = std::move(outgoing); }
  // Called after each batch.
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }

  // Machine time until the n-th attempt (2 for the first retry), before jitter.
  static std::chrono::seconds backoff(int attempt);

 private:
  std::optional<ChannelAddress> next_channel(notify::Channel failed,
                                             const std::vector<ChannelAddress>& order) const;
  struct Batch;
  boost::asio::awaitable<void> send_one(std::shared_ptr<Batch> batch,
                                        store::ClaimedMessage claimed);
  boost::asio::awaitable<void> record(store::ClaimedMessage claimed, notify::SendResult result);
  boost::asio::awaitable<void> record_while_held(store::ClaimedMessage claimed,
                                                 notify::SendResult result,
                                                 std::chrono::nanoseconds lease_ends);
  boost::asio::awaitable<std::chrono::milliseconds> until_due();
  std::chrono::seconds retry_in(const store::ClaimedMessage& claimed,
                                const notify::SendResult& result);

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Metrics& metrics_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  DispatcherOptions options_;
  Signal woken_;
  Trouble trouble_{"dispatcher"};
  std::mt19937 jitter_;
  bool stopping_ = false;
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
