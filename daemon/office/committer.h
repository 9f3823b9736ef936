// Commands are committed in natural batches: what arrives while a commit is in flight forms the
// next batch. One transaction, two flights: lock and read; write and COMMIT. The core decides each
// command in arrival order between the flights, so a refused one spoils nothing. No timer, no added
// latency when idle.
//
// Three batches are under way at once, each in a lane of its own: while PostgreSQL works on one,
// the core decides another. They never meet: a command whose permit or key is in a lane's batch
// waits for it, and so do submissions, which share the counter of numbers.
//
// A batch that fails in SQL is rolled back and bisected until the poison command stands alone. A
// commit whose outcome is unknown is settled by doing the batch again: its idempotency keys tell
// what had happened.
#pragma once
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/base/metrics.h"
#include "daemon/office/command_lanes.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signal.h"
#include "daemon/office/worker.h"
#include "daemon/pg/pool.h"
#include "daemon/store/errors.h"
#include "rules/permit/batch.h"

namespace tenggat::office {

struct CommitterOptions {
  // Commands that wait for a batch, all tokens together. One token may fill half of what the others
  // leave free: alone it holds 512, so its flood is refused while everybody else still gets in, and
  // while the HTTP server (1024 connections, one request each) still has connections for them.
  // Besides, a command is refused at once where it could not be answered in time: where the batches
  // before it, each as long as the last one took or the present one has taken by now, would last
  // longer than answer_within. So a stalled database turns the surplus away, not to wait for
  // nothing.
  std::size_t queue_max = 1024;
  std::size_t batch_max = 256;
  // Then `busy`, also for a command that is under way: its key tells the caller who comes back.
  // With it the whole request stays within its 30 s (docs/reference.md, Bounds).
  std::chrono::milliseconds answer_within = std::chrono::seconds(25);
  // For each of a batch's two flights. A session that does not answer is closed, never cancelled,
  // and the batch done again on another one: so a mute host costs this much, not kStatementTimeout.
  std::chrono::milliseconds flight_within = std::chrono::seconds(10);
  std::uint64_t permit_file_bytes = 200ULL << 20U;  // of the files of one permit together
};

class Marker;

class Committer : public Worker {
 public:
  // Each leases a connection of the pool.
  static constexpr std::size_t kLanes = 3;

  // All references must outlive run().
  Committer(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
            Metrics& metrics, RenderAnswer render, CommitterOptions options);
  ~Committer() override;

  // One command, its own answer. Never throws for an outage: that is `busy`.
  boost::asio::awaitable<CommandAnswer> submit(CommandRequest request);

  // Until stop(); then what is queued is still done and run() returns.
  boost::asio::awaitable<void> run() override;
  void stop() override;
  // Called after each commit: the watch and the composer have work.
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }
  // Who is asked before numbers are given, and told of what is durable. Must outlive run().
  void marked_by(Marker& marker) { marker_ = &marker; }
  std::size_t queued() const { return lanes_.waiting(); }
  // Its trouble() is as the last write left it. While idle() no batch will show that an outage is
  // over: then a probe that succeeds says so.
  bool idle() const { return lanes_.idle(); }
  void writes_again() { trouble_.succeeded(); }

 private:
  CommandAnswer busy() const {
    return {CommandAnswer::Kind::busy, 0, "", std::nullopt, trouble_.sqlstate()};
  }
  struct Pending;
  using PendingPtr = std::shared_ptr<Pending>;

  boost::asio::awaitable<void> run_lane(std::size_t number);
  void begin_again(std::size_t lane);
  void fail(std::size_t lane);
  void leave(std::size_t lane);
  void wake_lanes();

  boost::asio::awaitable<void> run_batch(std::vector<PendingPtr> batch);
  boost::asio::awaitable<std::optional<store::Failure>> commit(std::vector<PendingPtr> batch);
  void give_up_on(std::vector<PendingPtr>& batch);
  boost::asio::awaitable<bool> try_batch(std::vector<PendingPtr> batch);
  pg::Pipeline writes_of(const BatchDecision& decided);
  void answer(const PendingPtr& pending, CommandAnswer answer);

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Rulebook& rulebook_;
  Metrics& metrics_;
  RenderAnswer render_;
  CommitterOptions options_;
  CommandLanes<PendingPtr> lanes_;
  std::array<Signal, kLanes> work_;    // of each lane
  std::chrono::nanoseconds hinted_{};  // when other daemons were last told of new work
  bool stopping_ = false;
  Marker* marker_ = nullptr;
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
