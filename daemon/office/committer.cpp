#include "daemon/office/committer.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>
#include <set>

#include "daemon/clock.h"
#include "daemon/crash_point.h"
#include "daemon/lasting.h"
#include "daemon/log.h"
#include "daemon/office/loop.h"
#include "daemon/resources.h"
#include "daemon/store/commands.h"
#include "daemon/store/errors.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"

namespace tenggat::office {

static_assert(Committer::kLanes == kShipped.lanes);
namespace asio = boost::asio;
namespace {

// A permit that another daemon (or the watch) holds is tried again this soon.
constexpr std::chrono::milliseconds kRetryLocked{5};
// Between attempts while the database is away.
constexpr std::chrono::milliseconds kRetryOutage{100};
// A failover is over by then. What lasts longer is an operator's to mend, and who comes meanwhile
// is told so at once: the batch that is tried again and again will show when it is over.
constexpr std::chrono::seconds kFailover{5};
constexpr std::chrono::milliseconds kIdle{std::chrono::seconds(5)};

}  // namespace

struct Committer::Pending {
  Pending(asio::any_io_executor executor, CommandRequest asked)
      : request(std::move(asked)), done(std::move(executor)) {}
  CommandRequest request;
  std::optional<CommandAnswer> answer;
  asio::steady_timer done;  // cancelled when the answer is there
  std::chrono::nanoseconds give_up{};
  std::uint64_t arrival = 0;  // commands are decided in this order
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
      lanes_{Lane(executor), Lane(executor), Lane(executor)} {}

Committer::~Committer() = default;

bool Committer::can_take(std::int64_t token) const {
  const std::size_t waiting = queue_.size();
  if (stopping_ || queue_.size_of(token) + waiting >= options_.queue_max) return false;
  const auto begun = oldest_batch_begun();
  if (!begun) return true;
  if (trouble_.lasting() > kFailover) return false;
  const auto pace = std::max(last_batch_took_, Clock::monotonic() - *begun);
  const std::size_t batches = waiting / options_.batch_max + 1;
  return pace * batches <= options_.answer_within;
}

asio::awaitable<CommandAnswer> Committer::submit(CommandRequest request) {
  const std::int64_t token = request.idempotency.token;
  if (!can_take(token)) co_return busy();
  const auto pending = std::make_shared<Pending>(executor_, std::move(request));
  pending->give_up = Clock::monotonic() + options_.answer_within;
  pending->arrival = ++arrivals_;
  pending->done.expires_after(options_.answer_within);
  queue_.push(token, pending);
  wake_lanes();
  boost::system::error_code woken;
  co_await pending->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (!pending->answer) {
    queue_.remove(token, pending);
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
  for (Lane& lane : lanes_) lane.work.notify();
}

std::optional<std::chrono::nanoseconds> Committer::oldest_batch_begun() const {
  std::optional<std::chrono::nanoseconds> oldest;
  for (const Lane& lane : lanes_)
    if (lane.begun && (!oldest || *lane.begun < *oldest)) oldest = lane.begun;
  return oldest;
}

asio::awaitable<void> Committer::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (run_lane(0) && run_lane(1) && run_lane(2));
}

asio::awaitable<void> Committer::run_lane(std::size_t number) {
  Lane& lane = lanes_[number];
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
  while (!stopping_ || !queue_.empty()) {
    // Ready for work is success, too: an office without commands has not stalled.
    metrics_.loop("committer").last_success_timestamp_seconds.Set(Clock::machine_seconds());
    try {
      lane.batch = take_batch(number);
      if (lane.batch.empty()) {
        co_await lane.work.wait(kIdle);
        continue;
      }
      lane.begun = Clock::monotonic();
      co_await run_batch(lane.batch);
      last_batch_took_ = Clock::monotonic() - *lane.begun;
    } catch (const std::bad_alloc&) {
      // Whether it was done their keys tell when they come again.
      for (const PendingPtr& one : lane.batch) answer(one, {CommandAnswer::Kind::failed});
    }
    lane.begun.reset();
    lane.batch.clear();
    // What had to wait for this batch may go now.
    wake_lanes();
  }
  dropped.over = true;
}

void Committer::begin_again(std::size_t number) {
  Lane& lane = lanes_[number];
  for (const PendingPtr& one : lane.batch) answer(one, {CommandAnswer::Kind::failed});
  lane.batch.clear();
  lane.begun.reset();
  try {
    asio::co_spawn(executor_, run_lane(number), asio::detached);
  } catch (const std::bad_alloc&) {
    // The other lanes go on.
  }
  wake_lanes();
}

namespace {

// What commands must not be decided while others with a part of it are under way elsewhere.
class Claims {
 public:
  void add(const CommandRequest& request) {
    keys_.insert(request.key());
    if (request.opens())
      submissions_ = true;
    else
      permits_.insert(request.permit);
  }
  bool has_part_of(const CommandRequest& request) const {
    return keys_.contains(request.key()) ||
           (request.opens() ? submissions_ : permits_.contains(request.permit));
  }

 private:
  std::set<std::int64_t> permits_;
  std::set<TokenKey> keys_;
  bool submissions_ = false;
};

}  // namespace

// In the order of their arrival; empty where there is nothing to be done yet.
std::vector<Committer::PendingPtr> Committer::take_batch(std::size_t lane) {
  Claims claims;
  std::size_t largest = 0;
  for (std::size_t other = 0; other < lanes_.size(); ++other) {
    if (other == lane) continue;
    largest = std::max(largest, lanes_[other].batch.size());
    for (const PendingPtr& one : lanes_[other].batch) claims.add(one->request);
  }
  // A lane does not run after each single command while another has many on the way: the more go
  // together, the less each of them costs, and the other's end is soon. Nor does it wait for as
  // many: of 64 callers the other may have most, and a processor would be idle meanwhile.
  if (queue_.size() < std::min(largest, options_.batch_max) / 2) return {};
  std::vector<PendingPtr> batch = queue_.take(options_.batch_max, [&](const PendingPtr& one) {
    if (!claims.has_part_of(one->request)) return true;
    // Nor may what comes after it overtake it.
    claims.add(one->request);
    return false;
  });
  std::sort(batch.begin(), batch.end(),
            [](const PendingPtr& a, const PendingPtr& b) { return a->arrival < b->arrival; });
  return batch;
}

namespace {

// Whether doing the same batch again may go better.
bool settles_again(const pg::Error& error, std::size_t commands) {
  if (error.is_outage()) return true;
  const store::Conflict conflict = store::conflict_of(error);
  const bool lost_race = commands == 1 && (conflict == store::Conflict::lost_race ||
                                           conflict == store::Conflict::same_key);
  return error.outcome_unknown() || error.sqlstate_class() == "40" || error.is_stale_plan() ||
         lost_race;
}

// What a command that stands alone is told of a key that is another permit's.
std::optional<Refusal> refusal_of(store::Conflict conflict) {
  if (conflict == store::Conflict::external_id_taken) return refuse<Refused::external_id_taken>();
  if (conflict == store::Conflict::number_taken) return refuse<Refused::number_taken>();
  return std::nullopt;
}

}  // namespace

asio::awaitable<Committer::Fate> Committer::commit(std::vector<PendingPtr> batch) {
  try {
    const auto begun = Clock::monotonic();
    if (co_await try_batch(batch)) {
      trouble_.succeeded();
      metrics_.commit_duration_seconds.Observe(
          std::chrono::duration<double>(Clock::monotonic() - begun).count());
      metrics_.commit_batch_size.Observe(static_cast<double>(batch.size()));
    }
    co_return Fate::settled;
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
    const auto refusal =
        batch.size() == 1 ? refusal_of(store::conflict_of(error)) : std::optional<Refusal>();
    if (refusal) {
      answer(batch.front(), {CommandAnswer::Kind::refused, 0, "", *refusal});
      co_return Fate::settled;
    }
    co_return settles_again(error, batch.size()) ? Fate::again : Fate::poisoned;
  } catch (const std::exception& bug) {
    log_event(Level::error, "batch_failed", {{"why", bug.what()}, {"commands", batch.size()}});
    co_return Fate::poisoned;
  }
}

// Who has waited too long is told to come back with the same key.
void Committer::give_up_on(std::vector<PendingPtr>& batch) {
  for (const PendingPtr& one : batch)
    if (stopping_ || Clock::monotonic() > one->give_up) answer(one, busy());
  std::erase_if(batch, [](const PendingPtr& one) { return one->answer.has_value(); });
}

asio::awaitable<void> Committer::run_batch(std::vector<PendingPtr> batch) {
  // What is still to be done: a batch that fails in SQL comes back as two halves.
  std::deque<std::vector<PendingPtr>> batches;
  batches.push_back(std::move(batch));
  while (!batches.empty()) {
    std::vector<PendingPtr> next = std::move(batches.front());
    batches.pop_front();
    const Fate fate = co_await commit(next);
    if (fate == Fate::settled) continue;
    if (fate == Fate::again) {
      // Settled by doing it again: the keys tell what was applied.
      give_up_on(next);
      if (next.empty()) continue;
      asio::steady_timer pause(executor_, kRetryOutage);
      co_await pause.async_wait(asio::use_awaitable);
      batches.push_front(std::move(next));
    } else if (next.size() == 1) {
      answer(next.front(), {CommandAnswer::Kind::failed});
    } else {
      const auto middle = next.begin() + static_cast<std::ptrdiff_t>(next.size() / 2);
      batches.push_front({middle, next.end()});
      batches.push_front({next.begin(), middle});
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
    drawn.tracking_secret = store::hex(store::random_bytes(16));
    drawn.applicant_digest = store::digest(
        drawn.salt, applicant.name + '\n' + applicant.email + '\n' + applicant.whatsapp);
    all.push_back(std::move(drawn));
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
    pg::Pipeline pipeline = writes_of(decided);
    co_await transaction.commit(std::move(pipeline), options_.flight_within);
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
    // The last one first, so that they stand in their order again.
    for (auto one = locked_elsewhere.rbegin(); one != locked_elsewhere.rend(); ++one)
      if (!(*one)->answer) queue_.put_back((*one)->request.idempotency.token, *one);
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
