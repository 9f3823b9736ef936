#include "daemon/office/watch.h"

#include <algorithm>

#include "daemon/log.h"
#include "daemon/office/loop.h"
#include "daemon/store/commands.h"
#include "daemon/store/permits.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr int kBatch = 200;

}  // namespace

Watch::Watch(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook, Metrics& metrics)
    : Loop("watch", std::move(executor), metrics, kGather), pool_(pool), rulebook_(rulebook) {}

store::PermitChange Watch::caught_up(store::StoredPermit stored, Instant now) {
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, now);
  store::PermitChange change;
  change.decision = catch_up(stored.permit, context);
  change.projection = project(change.decision.after, sop, context.calendar);
  for (std::size_t i = stored.permit.rungs.size(); i < change.decision.after.rungs.size(); ++i) {
    const RaisedRung& rung = change.decision.after.rungs[i];
    metrics_.escalation_delay_seconds.Observe(
        static_cast<double>((rung.raised_at - rung.due_at).count()));
  }
  change.before = std::move(stored);
  return change;
}

asio::awaitable<int> Watch::run_once() {
  try {
    co_return co_await run_batch(kBatch);
  } catch (const pg::Error& error) {
    if (!refuses_a_row(error)) throw;
  }
  co_return co_await run_one_by_one();
}

asio::awaitable<int> Watch::run_one_by_one() {
  int done = 0;
  while (done < kBatch && !stopping()) {
    std::string refused;
    try {
      if (co_await run_batch(1) == 0) break;
    } catch (const pg::Error& error) {
      if (!refuses_a_row(error) || locked_.empty()) throw;
      refused = error.message();
    }
    if (!refused.empty()) co_await set_aside(locked_.front(), std::move(refused));
    ++done;
  }
  co_return done;
}

asio::awaitable<void> Watch::set_aside(std::int64_t permit, std::string why) {
  log_event(Level::error, "permit_quarantined", {{"permit_id", permit}, {"why", why}});
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline writes;
  const std::vector<std::int64_t> alone(1, permit);
  store::add_postpone(writes, alone);
  co_await transaction.commit(std::move(writes));
}

// Who is away, wherever the office's SOPs say what day it is.
std::vector<std::string> Watch::absent(Instant now) const {
  std::vector<CivilDate> days;
  for (const Sop* sop : rulebook_.sops_in_force())
    days.push_back(rulebook_.context(*sop, now).today());
  std::vector<std::string> officers;
  const People& people = rulebook_.people();
  for (const Officer& one : people.officers)
    if (!days.empty() && std::none_of(days.begin(), days.end(), [&](const CivilDate& day) {
          return people.present(one, day);
        }))
      officers.push_back(one.id);
  return officers;
}

asio::awaitable<int> Watch::run_batch(int limit) {
  locked_.clear();
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);

  pg::Pipeline locking;
  store::add_lock_due(locking, limit);
  const std::size_t looked = locking.add(store::kMomentSql);
  const std::vector<pg::Result> locked = co_await transaction.run(std::move(locking));
  std::vector<std::int64_t> ids = store::ids_of(locked.front());
  const store::Moment seen = store::moment_of(locked.at(looked));
  if (!rulebook_.fresh(seen)) co_await rulebook_.refresh(*lease, seen);
  if (const auto officers = absent(seen.now); !officers.empty() && ids.empty()) {
    pg::Pipeline claims;
    store::add_lock_claimed_by(claims, officers, limit);
    const std::vector<pg::Result> claimed = co_await transaction.run(std::move(claims));
    ids = store::ids_of(claimed.front());
  }
  locked_ = ids;
  if (ids.empty()) {
    co_await transaction.rollback();
    co_return 0;
  }

  pg::Pipeline reads;
  const store::PermitLoad load(reads, ids, store::Lock::update);
  const std::size_t clock = reads.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
  const store::Moment moment = store::moment_of(results.at(clock));
  if (!rulebook_.fresh(moment)) co_await rulebook_.refresh(*lease, moment);
  std::map<std::int64_t, store::StoredPermit> permits = load.take(results);
  std::vector<std::string> versions = rulebook_.unknown_versions(permits);
  if (!versions.empty()) co_await rulebook_.ensure_versions(*lease, std::move(versions));

  std::vector<store::PermitChange> changes;
  std::vector<std::int64_t> poisoned;
  for (auto& [id, stored] : permits) {
    try {
      changes.push_back(caught_up(std::move(stored), moment.now));
    } catch (const std::exception& why) {
      // One permit that cannot be decided must not hold up its neighbours.
      log_event(Level::error, "permit_quarantined", {{"permit_id", id}, {"why", why.what()}});
      poisoned.push_back(id);
    }
  }
  pg::Pipeline writes;
  store::add_postpone(writes, poisoned);
  store::append_writes(writes, changes, rulebook_.send());
  store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (const store::PermitChange& change : changes)
    for (const Event& event : change.decision.events)
      log_event(Level::info, event.type,
                {{"permit", change.decision.after.number}, {"visit", event.visit}});
  if (on_commit_) on_commit_();
  co_return static_cast<int>(ids.size());
}

asio::awaitable<std::chrono::milliseconds> Watch::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  store::add_until_due(pipeline, store::DueKind::permits);
  pipeline.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await lease->run(std::move(pipeline));
  co_return sleep_for(store::until_due_of(results.at(0)), store::moment_of(results.at(1)));
}

asio::awaitable<std::chrono::milliseconds> Watch::cycle() {
  for (int done = kBatch; done == kBatch && !stopping();) done = co_await run_once();
  co_return co_await until_due();
}

}  // namespace tenggat::office
