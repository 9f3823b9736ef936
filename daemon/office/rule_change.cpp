#include "daemon/office/rule_change.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <set>

#include "daemon/base/clock.h"
#include "daemon/store/commands.h"
#include "daemon/store/permits.h"
#include "rules/permit/ladder.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// Officers go on working meanwhile: a hundred thousand permits in under a minute, and no faster.
constexpr int kPermitsASecond = 1'800;
// And a hundred thousand applicants are told over forty minutes: Meta takes 80 messages a second
// and no more, and half of that is left to officers and to every other applicant.
constexpr std::int64_t kApplicantsASecond = 40;

int breaches(const std::vector<CountDelta>& counts, int sign) {
  int sum = 0;
  for (const CountDelta& one : counts) {
    const bool breach = std::holds_alternative<StepMissed>(one.what) ||
                        std::holds_alternative<CaseMissed>(one.what);
    if (breach && one.amount * sign > 0) sum += static_cast<int>(one.amount * sign);
  }
  return sum;
}

PermitMove move_before(const Permit& before, const Projection& old) {
  PermitMove move;
  move.permit = before.id;
  move.number = before.number;
  move.case_before = move.case_after = old.case_due_at;
  for (const Projection::VisitDues& dues : old.visits) {
    const Visit* visit = before.find_visit(dues.visit);
    if (!visit->open()) continue;
    move.step = visit->step;
    move.due_before = move.due_after = dues.due_at;
  }
  return move;
}

void add_after(PermitMove& move, const Decision& decision, const Projection& fresh) {
  move.case_after = fresh.case_due_at;
  for (const Projection::VisitDues& dues : fresh.visits) {
    const Visit* visit = decision.after.find_visit(dues.visit);
    if (visit->open() && visit->step == move.step) move.due_after = dues.due_at;
  }
  move.breaches_added = breaches(decision.counts, 1);
  move.breaches_removed = breaches(decision.counts, -1);
}

// Keeps a run to its pace: what was changed more slowly is not made up for.
class Pace {
 public:
  pg::Awaitable<void> changed(std::size_t permits) {
    next_ = std::max(next_, Clock::monotonic() - kSlack) +
            std::chrono::nanoseconds(std::chrono::seconds(permits)) / kPermitsASecond;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    pause.expires_after(next_ - Clock::monotonic());
    co_await pause.async_wait(asio::use_awaitable);
  }

 private:
  static constexpr std::chrono::nanoseconds kSlack = std::chrono::milliseconds(100);
  std::chrono::nanoseconds next_ = Clock::monotonic();
};

// One run over the permits.
class Changing {
 public:
  Changing(Rulebook& rulebook, const RuleChange& change) : rulebook_(rulebook), change_(change) {}

  // What is to be written of these permits; each one's move is kept.
  std::vector<store::PermitChange> decide(std::map<std::int64_t, store::StoredPermit> permits,
                                          Instant now) {
    std::vector<store::PermitChange> changes;
    for (auto& [id, stored] : permits) {
      if (refused_.contains(id)) continue;
      const Sop& pinned = rulebook_.sop_version(stored.permit.sop_version);
      const Sop& sop = change_.sop ? *change_.sop : pinned;
      const Context context{.sop = sop,
                            .calendar = change_.becomes,
                            .people = rulebook_.people(),
                            .now = now,
                            .send = rulebook_.send()};
      PermitMove move = move_before(stored.permit, project(stored.permit, pinned, change_.was));
      Decided decided = change_.decide(stored.permit, context);
      if (!decided) {
        refused_.insert(id);
        move.refused = decided.error();
        moves_.push_back(std::move(move));
        continue;
      }
      store::PermitChange one;
      one.decision = std::move(*decided);
      spread(one.decision.notices);
      one.projection = project(one.decision.after, sop, change_.becomes);
      one.calendar_version = change_.calendar_version;
      add_after(move, one.decision, one.projection);
      moves_.push_back(std::move(move));
      one.before = std::move(stored);
      changes.push_back(std::move(one));
    }
    return changes;
  }

  // Those that are found again although nothing is left to be done about them.
  bool is_settled(std::int64_t permit) const { return refused_.contains(permit); }
  std::vector<PermitMove> take_moves() { return std::move(moves_); }

 private:
  void spread(std::vector<Notice>& notices) {
    for (Notice& notice : notices)
      if (notice.audience == Audience::applicant)
        notice.hold_until =
            std::max(notice.hold_until, notice.raised_at + Seconds{told_++ / kApplicantsASecond});
  }

  Rulebook& rulebook_;
  const RuleChange& change_;
  std::int64_t told_ = 0;  // applicants
  std::set<std::int64_t> refused_;
  std::vector<PermitMove> moves_;
};

}  // namespace

pg::Awaitable<std::vector<PermitMove>> change_open_permits(pg::Connection& connection,
                                                           Rulebook& rulebook, RuleChange change) {
  Changing changing(rulebook, change);
  Pace pace;
  std::int64_t after = 0;
  bool again = false;  // this round changed some, or found some locked elsewhere
  while (true) {
    pg::Transaction transaction(connection);
    pg::Pipeline finding;
    const store::Ids next = change.find(finding, after);
    const pg::Results found = co_await transaction.run(std::move(finding));
    const std::vector<std::int64_t> ids = found[next];
    if (ids.empty()) {
      co_await transaction.rollback();
      if (!again || !change.write) break;
      after = 0;  // once more from the start, for those and for what has come meanwhile
      again = false;
      continue;
    }
    pg::Pipeline reads;
    const store::PermitLoad load(reads, ids,
                                 change.write ? store::Lock::update : store::Lock::none);
    const auto clock = reads.add(store::kMoment);
    const pg::Results results = co_await transaction.run(std::move(reads));
    const Instant now = results[clock].now;
    std::map<std::int64_t, store::StoredPermit> permits = load.take(results);
    for (const std::int64_t id : ids) again = again || !changing.is_settled(id);
    std::vector<std::string> versions = rulebook.unknown_versions(permits);
    co_await rulebook.ensure_versions(connection, std::move(versions));
    const std::vector<store::PermitChange> changes = changing.decide(std::move(permits), now);
    after = ids.back();
    if (!change.write) {
      co_await transaction.rollback();
      continue;
    }
    pg::Pipeline writes;
    store::append_writes(writes, changes, rulebook.send());
    store::add_notify(writes);
    co_await transaction.commit(std::move(writes));
    co_await pace.changed(changes.size());
  }
  co_return changing.take_moves();
}

}  // namespace tenggat::office
