// Commands are committed in natural batches: what arrives while a commit is in flight forms the
// next batch. One transaction, two flights: lock and read; write and COMMIT. The core decides each
// command in arrival order between the flights, so a refused one spoils nothing. No timer, no added
// latency when idle. Source: design, "Throughput".
//
// A batch that fails in SQL is rolled back and bisected until the poison command stands alone. A
// commit whose outcome is unknown is settled by doing the batch again: its idempotency keys tell
// what had happened.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/metrics.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signal.h"
#include "daemon/pg/pool.h"
#include "daemon/store/permits.h"
#include "rules/transition.h"

namespace tenggat::office {

struct Submission {
  std::string sop;  // id; the version in force is pinned
  store::StoredPermit::Applicant applicant;
  NewPermit permit;  // id, number and digest are filled here
  std::string fields = "{}";
};

// Who asks, so that a repeat is recognised: one key is applied once per token.
struct IdempotencyKey {
  std::int64_t token = 0;
  std::string key;
  std::string request;  // SHA-256 of method, path and raw body
};

struct CommandRequest {
  std::int64_t permit = 0;  // 0: a submission
  Actor actor;
  std::variant<Command, Submission> command;
  IdempotencyKey idempotency;
};

struct CommandAnswer {
  enum class Kind {
    done,        // committed now
    repeated,    // this key was applied before: the same answer
    refused,     // by the core; nothing was written
    not_found,   // no such permit or SOP
    key_reused,  // the key was used for another request
    busy,        // queue full or database away: try again
    failed,      // this command cannot be written: a bug, logged
  };
  Kind kind = Kind::failed;
  int status = 500;  // done, repeated
  std::string body;  // done, repeated; for refused the permit as it is (may be empty)
  std::optional<Refusal> refusal;
};

// Writes the answer that is stored with an idempotency key and returned to the caller.
using RenderAnswer = std::function<std::string(const store::StoredPermit&, const Sop&,
                                               const Calendar&, Instant now)>;

struct CommitterOptions {
  std::size_t queue_max = 4096;
  std::size_t batch_max = 256;
  std::chrono::milliseconds answer_within = std::chrono::seconds(25);
};

class Committer {
 public:
  // All references must outlive run().
  Committer(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
            Metrics& metrics, RenderAnswer render, CommitterOptions options);
  ~Committer();

  // One command, its own answer. Never throws for an outage: that is `busy`.
  boost::asio::awaitable<CommandAnswer> submit(CommandRequest request);

  // Until stop(); then what is queued is still done and run() returns.
  boost::asio::awaitable<void> run();
  void stop();
  // Called after each commit: the watch and the composer have work.
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }
  std::size_t queued() const { return queue_.size(); }

 private:
  struct Pending;
  struct Batch;
  using PendingPtr = std::shared_ptr<Pending>;

  enum class Fate { settled, again, poisoned };
  boost::asio::awaitable<void> run_batch(std::vector<PendingPtr> batch);
  boost::asio::awaitable<Fate> commit(std::vector<PendingPtr> batch);
  void give_up_on(std::vector<PendingPtr>& batch);
  boost::asio::awaitable<bool> try_batch(std::vector<PendingPtr> batch);
  void decide_one(Batch& batch, const PendingPtr& pending);
  void decide_submission(Batch& batch, const PendingPtr& pending);
  void done(Batch& batch, const PendingPtr& pending, int status, const store::StoredPermit& stored,
            const Sop& sop, const Calendar& calendar);
  void answer(const PendingPtr& pending, CommandAnswer answer);

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Rulebook& rulebook_;
  Metrics& metrics_;
  RenderAnswer render_;
  CommitterOptions options_;
  std::deque<PendingPtr> queue_;
  Signal arrived_;
  bool stopping_ = false;
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
