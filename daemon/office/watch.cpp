#include "daemon/office/watch.h"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/office/loop.h"
#include "daemon/store/commands.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/permits.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr int kBatch = 200;
constexpr std::chrono::seconds kLookEvery{1};  // at what is set aside

}  // namespace

Watch::Watch(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook, Metrics& metrics)
    : Loop("watch", std::move(executor), metrics, kGather),
      pool_(pool),
      rulebook_(rulebook),
      clock_(rulebook, metrics) {}

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
    const Caught caught = co_await run_batch(kBatch);
    co_return caught.permits;
  } catch (const pg::Error& error) {
    if (!refuses_a_row(error)) throw;
  }
  co_return co_await run_one_by_one();
}

asio::awaitable<int> Watch::run_one_by_one() {
  int done = 0;
  while (done < kBatch && !stopping()) {
    const Caught caught = co_await run_alone(Which::due);
    if (caught.permits == 0) break;
    ++done;
  }
  co_return done;
}

asio::awaitable<Watch::Caught> Watch::run_alone(Which which) {
  std::string refused;
  try {
    co_return co_await run_batch(1, which);
  } catch (const pg::Error& error) {
    if (!refuses_a_row(error) || locked_.empty()) throw;
    refused = error.message();
  }
  const std::vector<std::int64_t> alone(1, locked_.front());
  log_event(Level::error, "permit_quarantined", {{"permit_id", alone.front()}, {"why", refused}});
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline writes;
  store::add_set_permits_aside(writes, alone);
  co_await lease->run(std::move(writes));
  co_return Caught{1, 1};
}

asio::awaitable<void> Watch::look_at_set_aside() {
  if (Clock::monotonic() < next_look_) co_return;
  for (bool mended = true; mended && !stopping();) {
    const Caught caught = co_await run_alone(Which::set_aside);
    mended = caught.permits > caught.set_aside;
  }
  next_look_ = Clock::monotonic() + kLookEvery;
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

asio::awaitable<std::vector<std::int64_t>> Watch::lock_due(pg::Connection& connection,
                                                           pg::Transaction& transaction, int limit,
                                                           Which which) {
  pg::Pipeline locking;
  const store::Ids due = which == Which::set_aside ? store::add_lock_due_set_aside(locking)
                                                   : store::add_lock_due(locking, limit);
  const auto looked = locking.add(store::kMoment);
  const pg::Results locked = co_await transaction.run(std::move(locking));
  std::vector<std::int64_t> ids = locked[due];
  const store::Moment seen = locked[looked];
  if (!rulebook_.fresh(seen)) co_await rulebook_.refresh(connection, seen);
  if (!ids.empty() || which == Which::set_aside) co_return ids;
  if (const auto officers = absent(seen.now); !officers.empty()) {
    pg::Pipeline claims;
    const store::Ids theirs = store::add_lock_claimed_by(claims, officers, limit);
    const pg::Results claimed = co_await transaction.run(std::move(claims));
    ids = claimed[theirs];
  }
  co_return ids;
}

asio::awaitable<Watch::Caught> Watch::run_batch(int limit, Which which) {
  locked_.clear();
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  const std::vector<std::int64_t> ids = co_await lock_due(*lease, transaction, limit, which);
  locked_ = ids;
  if (ids.empty()) {
    co_await transaction.rollback();
    co_return Caught{};
  }

  pg::Pipeline reads;
  const store::PermitLoad load(reads, ids, store::Lock::update);
  const auto clock = reads.add(store::kMoment);
  const pg::Results results = co_await transaction.run(std::move(reads));
  const store::Moment moment = results[clock];
  if (!rulebook_.fresh(moment)) co_await rulebook_.refresh(*lease, moment);
  // One permit that cannot be read or decided must not hold up its neighbours.
  std::map<std::int64_t, std::string> poisoned;
  std::map<std::int64_t, store::StoredPermit> permits = load.take_readable(results, poisoned);
  std::vector<std::string> versions = rulebook_.unknown_versions(permits);
  std::map<std::string, std::string> missing;
  if (!versions.empty()) {
    auto trying = rulebook_.try_versions(*lease, std::move(versions));
    missing = co_await std::move(trying);
  }

  std::vector<store::PermitChange> changes;
  for (auto& [id, stored] : permits) {
    try {
      const auto unknown = missing.find(stored.permit.sop_version);
      if (unknown != missing.end()) throw std::runtime_error(unknown->second);
      changes.push_back(caught_up(std::move(stored), moment.now));
    } catch (const std::exception& why) {
      poisoned.emplace(id, why.what());
    }
  }
  std::vector<std::int64_t> aside, fine;
  for (const std::int64_t id : ids) (poisoned.contains(id) ? aside : fine).push_back(id);
  pg::Pipeline writes;
  store::add_set_permits_aside(writes, aside);
  if (which == Which::set_aside) store::add_take_back(writes, fine);
  store::append_writes(writes, changes, rulebook_.send());
  store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (const store::PermitChange& change : changes)
    for (const Event& event : change.decision.events)
      log_event(Level::info, store::type_of(event.what),
                {{"permit", change.decision.after.number}, {"visit", event.visit}});
  for (const auto& [id, why] : poisoned)
    log_event(Level::error, "permit_quarantined", {{"permit_id", id}, {"why", why}});
  if (on_commit_) on_commit_();
  co_return Caught{static_cast<int>(ids.size()), static_cast<int>(aside.size())};
}

asio::awaitable<std::chrono::milliseconds> Watch::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto until = store::add_until_due(pipeline, store::DueKind::permits);
  const auto moment = pipeline.add(store::kMoment);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  co_return sleep_for(results[until], results[moment]);
}

asio::awaitable<std::chrono::milliseconds> Watch::cycle() {
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    co_await clock_.look(*lease);
  }
  for (int done = kBatch; done == kBatch && !stopping();) done = co_await run_once();
  if (!stopping()) co_await look_at_set_aside();
  co_return co_await until_due();
}

}  // namespace tenggat::office
