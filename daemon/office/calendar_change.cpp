#include "daemon/office/calendar_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/permits.h"
#include "notifiers/words.h"

namespace tenggat::office {

pg::Awaitable<std::vector<PermitMove>> change_calendar(pg::Connection& connection,
                                                       Rulebook& rulebook, CalendarChange change) {
  const Calendar was = rulebook.calendar(change.calendar.id());
  if (change.write) co_await store::put_in_force(connection, change.by, change.rules);
  store::CalendarBacklog backlog;
  backlog.calendar_version = change.rules.hash;
  for (const Sop* sop : rulebook.sops_in_force())
    if (sop->calendar == change.calendar.id()) backlog.sops.push_back(sop->id);

  RuleChange all{.was = was, .becomes = change.calendar};
  all.calendar_version = change.rules.hash;
  all.find = [backlog](pg::Pipeline& pipeline, std::int64_t after) mutable {
    backlog.after = after;
    return store::add_find_calendar_backlog(pipeline, backlog);
  };
  all.decide = [decree = change.decree](const Permit& permit, const Context& becomes) -> Decided {
    return apply_calendar(permit, becomes, decree);
  };
  all.write = change.write;
  std::vector<PermitMove> moves =
      co_await change_open_permits(connection, rulebook, std::move(all));
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
  const auto same_day = [](const DecreedDay& one, const DecreedDay& other) {
    return one.begins == other.begins && one.make_up == other.make_up;
  };
  const auto now = after.decreed_days();
  for (const DecreedDay& day : before.decreed_days())
    if (std::none_of(now.begin(), now.end(),
                     [&](const DecreedDay& one) { return same_day(one, day); }))
      reasons += fmt::format("{}{} {} tidak lagi {}", reasons.empty() ? "" : "; ",
                             notify::weekday_name(before.local(day.begins)),
                             notify::date(before.local(day.begins)),
                             day.make_up ? "hari kerja pengganti" : "hari libur");
  return reasons.empty() ? "perubahan kalender kerja" : reasons;
}

}  // namespace tenggat::office
