#include "daemon/office/calendar_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/commands.h"
#include "daemon/store/permits.h"
#include "notifiers/words.h"
#include "rules/ladder.h"

namespace tenggat::office {
namespace {

int counted(const std::vector<CountDelta>& counts, int sign) {
  int sum = 0;
  for (const CountDelta& one : counts)
    if (one.metric.ends_with("_missed_total") && one.amount * sign > 0)
      sum += static_cast<int>(one.amount * sign);
  return sum;
}

CalendarMove move_of(const Permit& before, const Decision& decision, const Sop& sop,
                     const Calendar& was, const Calendar& becomes) {
  const Projection old = project(before, sop, was);
  const Projection fresh = project(decision.after, sop, becomes);
  CalendarMove move;
  move.number = before.number;
  move.case_before = old.case_due_at;
  move.case_after = fresh.case_due_at;
  for (const Projection::VisitDues& dues : old.visits) {
    const Visit* visit = before.find_visit(dues.visit);
    if (!visit->open()) continue;
    move.step = visit->step;
    move.due_before = dues.due_at;
    for (const Projection::VisitDues& one : fresh.visits)
      if (one.visit == dues.visit) move.due_after = one.due_at;
  }
  move.breaches_added = counted(decision.counts, 1);
  move.breaches_removed = counted(decision.counts, -1);
  return move;
}

}  // namespace

pg::Awaitable<std::vector<CalendarMove>> change_calendar(pg::Connection& connection,
                                                         Rulebook& rulebook,
                                                         CalendarChange change) {
  // What was promised was promised under the calendar in force so far.
  const Calendar was = rulebook.calendar(change.calendar.id());
  if (change.write) co_await store::put_in_force(connection, change.rules);
  store::CalendarBacklog backlog;
  backlog.calendar_version = change.rules.hash;
  for (const Sop* sop : rulebook.sops_in_force())
    if (sop->calendar == change.calendar.id()) backlog.sops.push_back(sop->id);

  std::vector<CalendarMove> moves;
  while (true) {
    pg::Transaction transaction(connection);
    pg::Pipeline finding;
    store::add_find_calendar_backlog(finding, backlog);
    const std::vector<pg::Result> found = co_await transaction.run(std::move(finding));
    const std::vector<std::int64_t> ids = store::ids_of(found.front());
    if (ids.empty()) {
      co_await transaction.rollback();
      if (backlog.after == 0 || !change.write) break;
      backlog.after = 0;  // once more from the start, for those that were locked elsewhere
      continue;
    }
    pg::Pipeline reads;
    const store::PermitLoad load(reads, ids,
                                 change.write ? store::Lock::update : store::Lock::none);
    const std::size_t clock = reads.add(store::kMomentSql);
    const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
    const Instant now = store::moment_of(results.at(clock)).now;
    std::map<std::int64_t, store::StoredPermit> permits = load.take(results);
    std::vector<std::string> versions;
    for (const auto& [id, stored] : permits) versions.push_back(stored.permit.sop_version);
    co_await rulebook.ensure_versions(connection, std::move(versions));

    std::vector<store::PermitChange> changes;
    for (auto& [id, stored] : permits) {
      const Sop& sop = rulebook.sop_version(stored.permit.sop_version);
      const Context context{.sop = sop,
                            .calendar = change.calendar,
                            .people = rulebook.people(),
                            .now = now,
                            .send = rulebook.send()};
      store::PermitChange one;
      one.decision = apply_calendar(stored.permit, context, change.decree);
      one.projection = project(one.decision.after, sop, change.calendar);
      one.calendar_version = change.rules.hash;
      moves.push_back(move_of(stored.permit, one.decision, sop, was, change.calendar));
      one.before = std::move(stored);
      changes.push_back(std::move(one));
    }
    backlog.after = ids.back();
    if (!change.write) {
      co_await transaction.rollback();
      continue;
    }
    pg::Pipeline writes;
    store::append_writes(writes, changes, rulebook.send());
    store::add_notify(writes);
    co_await transaction.commit(std::move(writes));
  }
  co_return moves;
}

std::string reason_of_change(const Calendar& before, const Calendar& after) {
  std::string reasons;
  for (const DecreedDay& day : after.decreed_days()) {
    const auto known = before.decreed_days();
    if (std::find(known.begin(), known.end(), day) != known.end()) continue;
    reasons += fmt::format("{}{} {} ditetapkan sebagai {} ({})", reasons.empty() ? "" : "; ",
                           notify::weekday_name(after.local(day.begins)),
                           notify::date(after.local(day.begins)),
                           day.make_up ? "hari kerja pengganti" : "hari libur", day.decree);
  }
  return reasons.empty() ? "perubahan kalender kerja" : reasons;
}

}  // namespace tenggat::office
