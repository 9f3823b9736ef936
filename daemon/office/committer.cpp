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

// A batch between its two flights.
struct Committer::Batch {
  std::vector<PendingPtr> commands;
  store::Moment moment;
  std::map<std::int64_t, store::StoredPermit> permits;  // as they stand after each decision
  std::set<std::int64_t> existing;                      // of those that were not to be had
  std::map<std::pair<std::int64_t, std::string>, store::KeptAnswer> kept;
  store::NewIds new_ids;
  std::size_t ids_used = 0;
  store::NumberCounters numbers, numbers_changed;
  // Of the files that commands bring those that are stored, with their sizes; of the permits that
  // get them, what they have.
  store::FileSizes files;
  std::map<std::int64_t, store::FileSizes> files_of;
  std::vector<std::string> files_taken;

  std::map<std::int64_t, store::PermitChange> changes;
  std::vector<store::KeptAnswer> to_keep;
  std::vector<std::pair<PendingPtr, CommandAnswer>> answers;
  std::vector<PendingPtr> locked_elsewhere;
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
      for (const PendingPtr& one : lane.batch)
        answer(one, {CommandAnswer::Kind::failed, 500, "", std::nullopt});
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
  for (const PendingPtr& one : lane.batch)
    answer(one, {CommandAnswer::Kind::failed, 500, "", std::nullopt});
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

bool is_new(const CommandRequest& request) { return request.permit == 0; }

std::pair<std::int64_t, std::string> key_of(const CommandRequest& request) {
  return {request.idempotency.token, request.idempotency.key};
}

const std::vector<NewDocument>& documents_of(const CommandRequest& request) {
  const auto* submission = std::get_if<Submission>(&request.command);
  return submission ? submission->permit.documents
                    : tenggat::documents_of(std::get<Command>(request.command));
}

// The files that a batch's commands bring, in the flights that it makes anyway.
class BroughtFiles {
 public:
  void add(const CommandRequest& request) {
    for (const NewDocument& document : documents_of(request)) {
      auto hash = store::uploaded_hash(document.uri);
      if (!hash) continue;
      hashes_.insert(std::move(*hash));
      if (!is_new(request)) permits_.insert(request.permit);
    }
  }
  void ask(pg::Pipeline& reads) {
    if (hashes_.empty()) return;
    stored_ = store::add_lock_files(reads, {hashes_.begin(), hashes_.end()});
    of_permits_ = store::add_files_of_permits(reads, {permits_.begin(), permits_.end()});
  }
  template <class Batch>
  void take(const pg::Results& results, Batch& batch) const {
    if (hashes_.empty()) return;
    batch.files = results[stored_];
    batch.files_of = results[of_permits_];
  }

 private:
  std::set<std::string> hashes_;
  std::set<std::int64_t> permits_;
  pg::Slot<store::FileSizes> stored_;
  pg::Slot<std::map<std::int64_t, store::FileSizes>> of_permits_;
};

// What commands must not be decided while others with a part of it are under way elsewhere.
class Claims {
 public:
  void add(const CommandRequest& request) {
    keys_.insert(key_of(request));
    if (is_new(request))
      submissions_ = true;
    else
      permits_.insert(request.permit);
  }
  bool has_part_of(const CommandRequest& request) const {
    return keys_.contains(key_of(request)) ||
           (is_new(request) ? submissions_ : permits_.contains(request.permit));
  }

 private:
  std::set<std::int64_t> permits_;
  std::set<std::pair<std::int64_t, std::string>> keys_;
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
      answer(next.front(), {CommandAnswer::Kind::failed, 500, "", std::nullopt});
    } else {
      const auto middle = next.begin() + static_cast<std::ptrdiff_t>(next.size() / 2);
      batches.push_front({middle, next.end()});
      batches.push_front({next.begin(), middle});
    }
  }
}

// Returns whether anything was committed.
asio::awaitable<bool> Committer::try_batch(std::vector<PendingPtr> commands) {
  Batch batch;
  batch.commands = std::move(commands);

  std::set<std::int64_t> ids;
  std::set<std::string> sops;
  std::vector<std::int64_t> tokens;
  std::vector<std::string> keys;
  std::size_t fresh = 0;
  BroughtFiles brought;
  for (const PendingPtr& one : batch.commands) {
    brought.add(one->request);
    tokens.push_back(one->request.idempotency.token);
    keys.push_back(one->request.idempotency.key);
    if (is_new(one->request)) {
      ++fresh;
      sops.insert(std::get<Submission>(one->request.command).sop);
    } else {
      ids.insert(one->request.permit);
    }
  }

  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);

  // First flight: lock and read. The clock comes last, after the locks.
  const std::vector<std::int64_t> sorted(ids.begin(), ids.end());
  pg::Pipeline reads;
  pg::Slot<store::NumberCounters> numbers;
  pg::Slot<store::NewIds> ids_to_give;
  // Whoever waits for its turn to number then sees what was done under the same key.
  if (fresh > 0) {
    numbers = store::add_lock_numbers(reads, {sops.begin(), sops.end()});
    ids_to_give = store::add_id_tails(reads, fresh);
  }
  const store::PermitLoad load(reads, sorted, store::Lock::update);
  const auto kept = store::add_kept_answers(reads, tokens, keys);
  brought.ask(reads);
  const auto moment = reads.add(store::kMoment);
  const pg::Results results = co_await transaction.run(std::move(reads), options_.flight_within);
  crash_point(CrashPoint::locked);

  batch.moment = results[moment];
  batch.permits = load.take(results);
  brought.take(results, batch);
  if (batch.permits.size() < sorted.size()) {
    pg::Pipeline missed;
    const store::Ids existing = store::add_existing(missed, sorted);
    const pg::Results found = co_await transaction.run(std::move(missed), options_.flight_within);
    for (const std::int64_t id : found[existing]) batch.existing.insert(id);
  }
  for (store::KeptAnswer& one : results[kept])
    batch.kept.emplace(std::pair(one.token, one.key), std::move(one));
  if (fresh > 0) {
    batch.numbers = results[numbers];
    batch.new_ids = results[ids_to_give];
  }
  if (!rulebook_.fresh(batch.moment)) co_await rulebook_.refresh(*lease, batch.moment);
  std::vector<std::string> versions = rulebook_.unknown_versions(batch.permits);
  if (!versions.empty()) co_await rulebook_.ensure_versions(*lease, std::move(versions));

  for (const PendingPtr& one : batch.commands) decide_one(batch, one);

  // Second flight: write and COMMIT.
  const bool writes = !batch.changes.empty();
  if (writes) {
    std::vector<store::PermitChange> changes;
    for (auto& [id, change] : batch.changes) {
      const Permit& after = change.decision.after;
      const Sop& sop = rulebook_.sop_version(after.sop_version);
      change.projection = project(after, sop, rulebook_.calendar(sop.calendar));
      changes.push_back(std::move(change));
    }
    pg::Pipeline pipeline;
    store::append_writes(pipeline, changes, rulebook_.send());
    if (!batch.files_taken.empty()) store::add_take_files(pipeline, batch.files_taken);
    store::add_keep_answers(pipeline, batch.to_keep);
    store::add_save_numbers(pipeline, batch.numbers_changed);
    // NOTIFY makes commits wait for each other, and nobody looks more often than this.
    if (Clock::monotonic() - hinted_ >= kGather) {
      store::add_notify(pipeline);
      hinted_ = Clock::monotonic();
    }
    co_await transaction.commit(std::move(pipeline), options_.flight_within);
  } else {
    co_await transaction.rollback();
  }

  for (auto& [pending, one] : batch.answers) answer(pending, std::move(one));
  if (writes && on_commit_) on_commit_();
  if (!batch.locked_elsewhere.empty()) {
    asio::steady_timer pause(executor_, kRetryLocked);
    co_await pause.async_wait(asio::use_awaitable);
    // The last one first, so that they stand in their order again.
    for (auto one = batch.locked_elsewhere.rbegin(); one != batch.locked_elsewhere.rend(); ++one)
      if (!(*one)->answer) queue_.put_back((*one)->request.idempotency.token, *one);
  }
  co_return writes;
}

std::optional<Refusal> Committer::take_files(Batch& batch, std::int64_t permit,
                                             const std::vector<NewDocument>& documents) const {
  std::map<std::string, std::uint64_t> brought;
  std::vector<std::string> missing;
  for (const NewDocument& document : documents) {
    const auto hash = store::uploaded_hash(document.uri);
    if (!hash) continue;
    const auto stored = batch.files.find(*hash);
    if (stored == batch.files.end())
      missing.push_back(document.kind);
    else
      brought.insert(*stored);
  }
  if (!missing.empty()) return refuse<Refused::missing_upload>(Missing{std::move(missing)});
  if (brought.empty()) return std::nullopt;
  std::map<std::string, std::uint64_t> together = batch.files_of[permit];
  together.insert(brought.begin(), brought.end());
  std::uint64_t bytes = 0;
  for (const auto& [hash, size] : together) bytes += size;
  if (bytes > options_.permit_file_bytes) return refuse<Refused::permit_files_full>();
  batch.files_of[permit] = std::move(together);
  for (const auto& [hash, size] : brought) batch.files_taken.push_back(hash);
  return std::nullopt;
}

void Committer::decide_one(Batch& batch, const PendingPtr& pending) {
  const CommandRequest& request = pending->request;
  using Kind = CommandAnswer::Kind;
  const auto say = [&](CommandAnswer one) { batch.answers.emplace_back(pending, std::move(one)); };

  if (const auto kept = batch.kept.find(key_of(request)); kept != batch.kept.end()) {
    if (kept->second.request != request.idempotency.request)
      return say({Kind::key_reused, 422, "", std::nullopt});
    return say({Kind::repeated, kept->second.status, kept->second.body, std::nullopt});
  }
  if (is_new(request)) return decide_submission(batch, pending);

  const auto found = batch.permits.find(request.permit);
  if (found == batch.permits.end()) {
    if (batch.existing.contains(request.permit)) {
      batch.locked_elsewhere.push_back(pending);
      return;
    }
    return say({Kind::not_found, 404, "", std::nullopt});
  }
  store::StoredPermit& stored = found->second;
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, batch.moment.now);
  auto decided = decide(stored.permit, request.actor, std::get<Command>(request.command), context);
  std::optional<Refusal> refusal;
  if (decided)
    refusal = take_files(batch, request.permit, documents_of(request));
  else
    refusal = decided.error();
  if (refusal) {
    CommandAnswer refused{Kind::refused, 0, "", std::move(refusal)};
    refused.body = render_(request.actor, stored, sop, context.calendar, batch.moment.now);
    return say(std::move(refused));
  }
  const bool changed = !decided->events.empty();
  const std::optional<CorrectContact> contact = decided->contact;
  if (changed) {
    const auto [change, first] = batch.changes.try_emplace(request.permit);
    if (first) {
      change->second.before = stored;
      change->second.decision = std::move(*decided);
    } else {
      store::append(change->second.decision, std::move(*decided));
    }
    stored.permit = change->second.decision.after;
    if (contact) {
      stored.applicant.email = contact->email;
      stored.applicant.whatsapp = contact->whatsapp;
    }
  }
  done(batch, pending, 200, stored, sop, context.calendar);
}

void Committer::decide_submission(Batch& batch, const PendingPtr& pending) {
  const CommandRequest& request = pending->request;
  using Kind = CommandAnswer::Kind;
  const auto& submission = std::get<Submission>(request.command);
  const Sop* sop =
      submission.canary ? &rulebook_.canary().sop : rulebook_.sop_in_force(submission.sop);
  if (!sop) {
    batch.answers.emplace_back(pending, CommandAnswer{Kind::not_found, 404, "", std::nullopt});
    return;
  }
  if (rulebook_.retirement(sop->id)) {
    batch.answers.emplace_back(pending,
                               CommandAnswer{Kind::refused, 0, "", refuse<Refused::sop_retired>()});
    return;
  }
  const Context context = rulebook_.context(*sop, batch.moment.now);
  const LocalTime today = context.calendar.local(batch.moment.now);
  const int year = today.year;
  const std::int64_t sequence = batch.numbers[{sop->id, year}] + 1;

  store::PermitChange change;
  change.applicant = submission.applicant;
  change.salt = store::random_bytes(32);
  change.tracking_secret = store::hex(store::random_bytes(16));
  change.fields = submission.fields;
  change.calendar_version = rulebook_.calendar_version(sop->calendar);
  NewPermit permit = submission.permit;
  permit.id = store::permit_id(std::max(batch.moment.now, batch.new_ids.latest),
                               batch.new_ids.tails.at(batch.ids_used));
  if (submission.canary) permit.id = -permit.id;
  permit.applicant = permit.id;
  permit.number = sop->number_format.print(year, today.month, sequence);
  permit.applicant_digest =
      store::digest(change.salt, submission.applicant.name + '\n' + submission.applicant.email +
                                     '\n' + submission.applicant.whatsapp);
  auto decided = open_permit(permit, context);
  std::optional<Refusal> refusal;
  if (decided)
    refusal = take_files(batch, permit.id, permit.documents);
  else
    refusal = decided.error();
  if (refusal) {
    batch.answers.emplace_back(pending, CommandAnswer{Kind::refused, 0, "", std::move(refusal)});
    return;
  }
  ++batch.ids_used;
  batch.numbers[{sop->id, year}] = sequence;
  batch.numbers_changed[{sop->id, year}] = sequence;

  store::StoredPermit stored;
  stored.permit = decided->after;
  stored.salt = change.salt;
  stored.tracking_secret = change.tracking_secret;
  stored.fields = change.fields;
  stored.applicant = change.applicant;
  change.decision = std::move(*decided);
  batch.changes.emplace(permit.id, std::move(change));
  done(batch, pending, 201, stored, *sop, context.calendar);
}

void Committer::done(Batch& batch, const PendingPtr& pending, int status,
                     const store::StoredPermit& stored, const Sop& sop, const Calendar& calendar) {
  CommandAnswer answer{CommandAnswer::Kind::done, status,
                       render_(pending->request.actor, stored, sop, calendar, batch.moment.now),
                       std::nullopt};
  const IdempotencyKey& key = pending->request.idempotency;
  store::KeptAnswer kept{key.token, key.key, key.request, status, answer.body};
  batch.kept.emplace(key_of(pending->request), kept);
  batch.to_keep.push_back(std::move(kept));
  batch.answers.emplace_back(pending, std::move(answer));
}

}  // namespace tenggat::office
