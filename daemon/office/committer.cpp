#include "daemon/office/committer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>

#include "daemon/base/clock.h"
#include "daemon/base/crash_point.h"
#include "daemon/base/lasting.h"
#include "daemon/base/log.h"
#include "daemon/base/resources.h"
#include "daemon/office/bisection.h"
#include "daemon/office/commit_failure.h"
#include "daemon/office/loop.h"
#include "daemon/office/marker.h"
#include "daemon/store/commands.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"
#include "daemon/store/related.h"

namespace tenggat::office {

static_assert(Committer::kLanes == kShipped.lanes);
namespace asio = boost::asio;
namespace {

// A permit that another daemon (or the watch) holds is tried again this soon.
constexpr std::chrono::milliseconds kRetryLocked{5};
// Between attempts while the database is away.
constexpr std::chrono::milliseconds kRetryOutage{100};
constexpr std::chrono::milliseconds kIdle{std::chrono::seconds(5)};

}  // namespace

struct Committer::Pending {
  Pending(asio::any_io_executor executor, CommandRequest asked)
      : request(std::move(asked)), done(std::move(executor)) {}
  CommandRequest request;
  std::optional<CommandAnswer> answer;
  asio::steady_timer done;  // cancelled when the answer is there
  std::chrono::nanoseconds give_up{};
  std::uint64_t arrival = 0;
};

Committer::Committer(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
                     Metrics& metrics, RenderAnswer render, CommitterOptions options)
    : Worker("committer"),
      executor_(executor),
      pool_(pool),
      rulebook_(rulebook),
      metrics_(metrics),
      render_(std::move(render)),
      options_(options),
      lanes_(kLanes, {options.queue_max, options.batch_max, options.answer_within}),
      work_{Signal(executor), Signal(executor), Signal(executor)} {}

Committer::~Committer() = default;

asio::awaitable<CommandAnswer> Committer::submit(CommandRequest request) {
  if (stopping_ ||
      !lanes_.has_room(request.idempotency.token, Clock::monotonic(), trouble_.lasting()))
    co_return busy();
  const auto pending = std::make_shared<Pending>(executor_, std::move(request));
  pending->give_up = Clock::monotonic() + options_.answer_within;
  pending->done.expires_after(options_.answer_within);
  lanes_.push(pending);
  wake_lanes();
  boost::system::error_code woken;
  co_await pending->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (!pending->answer) {
    lanes_.remove(pending);
    answer(pending, busy());
  }
  co_return std::move(*pending->answer);
}

// The first answer counts: a caller whose time was up is gone.
void Committer::answer(const PendingPtr& pending, CommandAnswer answer) {
  if (pending->answer) return;
  pending->answer = std::move(answer);
  pending->done.cancel();
}

void Committer::stop() {
  stopping_ = true;
  wake_lanes();
}

void Committer::wake_lanes() {
  for (Signal& work : work_) work.notify();
}

asio::awaitable<void> Committer::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (run_lane(0) && run_lane(1) && run_lane(2));
}

asio::awaitable<void> Committer::run_lane(std::size_t number) {
  // Without memory for what it waits on, Asio drops a coroutine in silence: its callers are told,
  // what it claimed is free, and the lane begins again.
  struct Dropped {
    Committer& committer;
    asio::any_io_executor executor;
    std::size_t number;
    bool over = false;
    ~Dropped() {
      if (!over && std::uncaught_exceptions() == 0 && runs_here(executor))
        committer.begin_again(number);
    }
  } dropped{*this, executor_, number};
  while (!stopping_ || lanes_.waiting() > 0) {
    // Ready for work is success, too: an office without commands has not stalled.
    metrics_.loop("committer").last_success_timestamp_seconds.Set(Clock::machine_seconds());
    try {
      std::vector<PendingPtr> batch = lanes_.begin(number, Clock::monotonic());
      if (batch.empty()) {
        co_await work_[number].wait(kIdle);
        continue;
      }
      co_await run_batch(std::move(batch));
      lanes_.done(number, Clock::monotonic());
    } catch (const std::bad_alloc&) {
      fail(number);
    }
    leave(number);
  }
  dropped.over = true;
}

// Whether it was done their keys tell when they come again.
void Committer::fail(std::size_t lane) {
  for (const PendingPtr& one : lanes_.under_way(lane)) answer(one, {CommandAnswer::Kind::failed});
}

void Committer::leave(std::size_t lane) {
  lanes_.leave(lane);
  // What had to wait for this batch may go now.
  wake_lanes();
}

void Committer::begin_again(std::size_t lane) {
  fail(lane);
  leave(lane);
  try {
    asio::co_spawn(executor_, run_lane(lane), asio::detached);
  } catch (const std::bad_alloc&) {
    // The other lanes go on.
  }
}

// Nothing: it is settled.
asio::awaitable<std::optional<store::Failure>> Committer::commit(std::vector<PendingPtr> batch) {
  try {
    const auto begun = Clock::monotonic();
    if (co_await try_batch(batch)) {
      trouble_.succeeded();
      metrics_.commit_duration_seconds.Observe(
          std::chrono::duration<double>(Clock::monotonic() - begun).count());
      metrics_.commit_batch_size.Observe(static_cast<double>(batch.size()));
    }
    co_return std::nullopt;
  } catch (const pg::Error& error) {
    if (error.is_outage()) {
      trouble_.failed(error);
    } else {
      log_event(Level::warning, "batch_failed",
                {{"sqlstate", error.sqlstate()},
                 {"why", error.message()},
                 {"constraint", error.constraint()},
                 {"outcome_unknown", error.outcome_unknown()},
                 {"commands", batch.size()}});
    }
    co_return store::failure_of(error);
  } catch (const std::exception& bug) {
    log_event(Level::error, "batch_failed", {{"why", bug.what()}, {"commands", batch.size()}});
    co_return store::Failure{};
  }
}

// Who has waited too long is told to come back with the same key.
void Committer::give_up_on(std::vector<PendingPtr>& batch) {
  for (const PendingPtr& one : batch)
    if (stopping_ || Clock::monotonic() > one->give_up) answer(one, busy());
  std::erase_if(batch, [](const PendingPtr& one) { return one->answer.has_value(); });
}

asio::awaitable<void> Committer::run_batch(std::vector<PendingPtr> batch) {
  Bisection<PendingPtr> work(std::move(batch));
  for (std::vector<PendingPtr> piece = work.next(); !piece.empty(); piece = work.next()) {
    const std::optional<store::Failure> failure = co_await commit(piece);
    if (!failure) continue;
    AfterFailure after = after_failure(*failure, piece.size());
    if (after.next == AfterFailure::Next::answered) {
      answer(piece.front(), std::move(after.answer));
    } else if (after.next == AfterFailure::Next::apart) {
      if (const auto poison = work.refused(std::move(piece)))
        answer(*poison, {CommandAnswer::Kind::failed});
    } else {
      give_up_on(piece);
      if (piece.empty()) continue;
      asio::steady_timer pause(executor_, kRetryOutage);
      co_await pause.async_wait(asio::use_awaitable);
      work.again(std::move(piece));
    }
  }
}

namespace {

// The first flight: lock and read. The clock comes last, after the locks.
class BatchLoad {
 public:
  BatchLoad(pg::Pipeline& reads, const BatchNeeds& needs)
      : needs_(needs), permits_asked_(needs.permits.begin(), needs.permits.end()) {
    // Whoever waits for its turn to number then sees what was done under the same key.
    if (needs.submissions > 0) {
      numbers_ = store::add_lock_numbers(reads, {needs.sops.begin(), needs.sops.end()});
      ids_ = store::add_id_tails(reads, needs.submissions);
    }
    permits_.emplace(reads, permits_asked_, store::Lock::update);
    if (!needs.objected_to.empty())
      objections_ =
          store::add_objections_to(reads, {needs.objected_to.begin(), needs.objected_to.end()});
    kept_ = store::add_kept_answers(reads, needs.tokens, needs.keys);
    if (!needs.files.empty()) {
      files_ = store::add_lock_files(reads, {needs.files.begin(), needs.files.end()});
      files_of_ =
          store::add_files_of_permits(reads, {needs.with_files.begin(), needs.with_files.end()});
    }
    moment_ = reads.add(store::kMoment);
  }
  store::Moment moment(const pg::Results& results) const { return results[moment_]; }
  const std::vector<std::int64_t>& permits_asked() const { return permits_asked_; }
  BatchFacts take(const pg::Results& results) const {
    BatchFacts facts;
    facts.now = moment(results).now;
    facts.permits = permits_->take(results);
    if (!needs_.objected_to.empty()) facts.objections = results[objections_];
    for (store::KeptAnswer& one : results[kept_])
      facts.kept.emplace(TokenKey(one.token, one.key), std::move(one));
    if (needs_.submissions > 0) {
      facts.numbers = results[numbers_];
      facts.ids = results[ids_];
    }
    if (!needs_.files.empty()) {
      facts.files = results[files_];
      facts.files_of = results[files_of_];
    }
    return facts;
  }

 private:
  const BatchNeeds& needs_;
  const std::vector<std::int64_t> permits_asked_;
  std::optional<store::PermitLoad> permits_;
  pg::Slot<std::vector<RaisedObjection>> objections_;
  pg::Slot<std::vector<store::KeptAnswer>> kept_;
  pg::Slot<store::NumberCounters> numbers_;
  pg::Slot<store::NewIds> ids_;
  pg::Slot<store::FileSizes> files_;
  pg::Slot<std::map<std::int64_t, store::FileSizes>> files_of_;
  pg::Slot<store::Moment> moment_;
};

std::vector<Drawn> draw_for(const std::vector<const CommandRequest*>& commands) {
  std::vector<Drawn> all;
  for (const CommandRequest* one : commands) {
    if (!one->opens()) continue;
    const StoredPermit::Applicant& applicant = std::get<Submission>(one->command).applicant;
    Drawn drawn;
    drawn.salt = store::random_bytes(32);
    drawn.tracking_seed = store::hex(store::random_bytes(16));
    drawn.applicant_digest = store::digest(
        drawn.salt, applicant.name + '\n' + applicant.email + '\n' + applicant.whatsapp);
    all.push_back(std::move(drawn));
  }
  return all;
}

// The last event of each permit.
std::vector<store::Witness> witnesses_of(const std::vector<PermitChange>& changes) {
  std::vector<store::Witness> all;
  for (const PermitChange& one : changes) {
    const std::vector<Event>& events = one.decision.events;
    if (one.decision.after.id > 0 && !events.empty())
      all.push_back({one.decision.after.id, events.back().sequence, events.back().at});
  }
  return all;
}

}  // namespace

// Returns whether anything was committed.
asio::awaitable<bool> Committer::try_batch(std::vector<PendingPtr> batch) {
  std::vector<const CommandRequest*> commands;
  for (const PendingPtr& one : batch) commands.push_back(&one->request);
  const BatchNeeds needs = needs_of(commands);

  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline reads;
  const BatchLoad load(reads, needs);
  const pg::Results results = co_await transaction.run(std::move(reads), options_.flight_within);
  crash_point(CrashPoint::locked);
  const store::Moment moment = load.moment(results);
  BatchFacts facts = load.take(results);
  if (facts.permits.size() < needs.permits.size()) {
    pg::Pipeline missed;
    const store::Ids existing = store::add_existing(missed, load.permits_asked());
    const pg::Results found = co_await transaction.run(std::move(missed), options_.flight_within);
    for (const std::int64_t id : found[existing])
      if (!facts.permits.contains(id)) facts.locked_elsewhere.insert(id);
  }
  if (!rulebook_.fresh(moment)) co_await rulebook_.refresh(*lease, moment);
  std::vector<std::string> versions = rulebook_.unknown_versions(facts.permits);
  if (!versions.empty()) co_await rulebook_.ensure_versions(*lease, std::move(versions));

  const BatchTerms terms{rulebook_, render_, options_.permit_file_bytes};
  BatchDecision decided = decide_batch(std::move(facts), commands, draw_for(commands), terms);

  // Second flight: write and COMMIT.
  const bool writes = !decided.changes.empty();
  if (writes) {
    if (marker_ && !decided.numbers.empty()) co_await marker_->reserve(decided.numbers);
    pg::Pipeline pipeline = writes_of(decided);
    co_await transaction.commit(std::move(pipeline), options_.flight_within);
    if (marker_) marker_->acknowledged(decided.numbers, witnesses_of(decided.changes));
  } else {
    co_await transaction.rollback();
  }

  std::vector<PendingPtr> locked_elsewhere;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (decided.answers[i])
      answer(batch[i], std::move(*decided.answers[i]));
    else
      locked_elsewhere.push_back(batch[i]);
  }
  if (writes && on_commit_) on_commit_();
  if (!locked_elsewhere.empty()) {
    asio::steady_timer pause(executor_, kRetryLocked);
    co_await pause.async_wait(asio::use_awaitable);
    std::erase_if(locked_elsewhere, [](const PendingPtr& one) { return one->answer.has_value(); });
    lanes_.put_back(locked_elsewhere);
  }
  co_return writes;
}

pg::Pipeline Committer::writes_of(const BatchDecision& decided) {
  pg::Pipeline pipeline;
  store::append_writes(pipeline, decided.changes, rulebook_.send());
  if (!decided.files_taken.empty()) store::add_take_files(pipeline, decided.files_taken);
  store::add_keep_answers(pipeline, decided.to_keep);
  store::add_save_numbers(pipeline, decided.numbers);
  // NOTIFY makes commits wait for each other, and nobody looks more often than this.
  if (Clock::monotonic() - hinted_ >= kGather) {
    store::add_notify(pipeline);
    hinted_ = Clock::monotonic();
  }
  return pipeline;
}

}  // namespace tenggat::office
