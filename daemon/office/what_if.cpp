#include "daemon/office/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "daemon/store/forecasts.h"
#include "rules/forecast/cases.h"

namespace tenggat::office {
namespace {

using std::chrono::days;

constexpr days kAxisReachesBack{800};
constexpr int kCasesAtOnce = 500;
constexpr int kOfASystem = 1'000'000;  // it takes all at once
// So many files are run in all, in so many runs.
constexpr double kFilesInAll = 400'000;
constexpr int kRunsAtLeast = 20, kRunsAtMost = 200;

std::vector<std::string> roles_of(const Rulebook& rulebook) {
  std::vector<std::string> roles;
  for (const Sop* sop : rulebook.sops_in_force())
    for (const Step& step : sop->steps)
      if (!sop->is_applicant(step.role) && std::ranges::find(roles, step.role) == roles.end())
        roles.push_back(step.role);
  return roles;
}

// "teknis" is dinas_teknis where no other role has it in its name.
std::optional<std::string> whole_role(const std::string& named,
                                      const std::vector<std::string>& roles) {
  if (std::ranges::find(roles, named) != roles.end()) return named;
  std::optional<std::string> found;
  for (const std::string& role : roles)
    if (role.find(named) != std::string::npos) {
      if (found) return std::nullopt;
      found = role;
    }
  return found;
}

int count_officers(const Rulebook& rulebook, const std::string& role, const CivilDate& today) {
  for (const Sop* sop : rulebook.sops_in_force())
    if (const Role* its = sop->find_role(role); its && its->system) return kOfASystem;
  int count = 0;
  for (const Officer& officer : rulebook.people().officers) {
    const bool serves = officer.ended.empty() || officer.ended > today;
    if (serves && std::ranges::find(officer.roles, role) != officer.roles.end()) ++count;
  }
  return count;
}

struct Time {
  const Calendar& calendar;
  forecast::Axis axis;
  Instant now;
};

int index_of(const std::vector<std::string>& all, const std::string& one) {
  return static_cast<int>(std::ranges::find(all, one) - all.begin());
}

forecast::WorkService service_of(const Sop& sop, const std::vector<std::string>& roles,
                                 const Time& time) {
  forecast::WorkService service;
  service.standard = time.axis.worth(time.now, sop.case_standard);
  for (const Step& step : sop.steps) {
    const bool waits = sop.is_applicant(step.role) || step.stops_case;
    forecast::WorkStep one;
    one.role = waits ? 0 : index_of(roles, step.role);
    one.waits = waits;
    one.starts = step.id == sop.case_starts.step;
    service.steps.push_back(one);
  }
  return service;
}

// One permit's rows, as a file of work.
struct Rows {
  const store::WorkCase& permit;
  std::vector<store::ForecastVisit> visits;
  std::vector<store::ForecastPause> pauses;
};

forecast::WorkFile file_of(const Rows& rows, int service, const Sop& sop, const Time& time) {
  forecast::WorkFile file;
  file.service = service;
  file.submitted = time.axis.at(rows.permit.submitted);
  file.ended = rows.permit.ended;
  file.case_over = rows.permit.closed.has_value();
  if (rows.permit.closed) file.decided = time.axis.at(*rows.permit.closed);
  forecast::Case one;
  for (const store::ForecastVisit& visit : rows.visits) {
    const auto step = std::ranges::find(sop.steps, visit.step, &Step::id);
    if (step == sop.steps.end() || (visit.closed && *visit.closed <= rows.permit.submitted))
      continue;
    forecast::WorkVisit seen{
        static_cast<int>(step - sop.steps.begin()), time.axis.at(visit.opened), {}, {}};
    if (visit.closed) seen.closed = time.axis.at(*visit.closed);
    for (const store::ForecastPause& pause : rows.pauses)
      if (pause.visit == visit.id) {
        const Instant to = std::min(pause.to.value_or(time.now), visit.closed.value_or(time.now));
        if (to > pause.from) seen.paused += time.axis.between(pause.from, to);
      }
    if (visit.returned || step->stops_case) one.stops.push_back({visit.opened, visit.closed});
    file.visits.push_back(seen);
  }
  if (file.ended || file.case_over || !rows.permit.opened) return file;
  if (rows.permit.due) {
    file.case_due = time.axis.at(*rows.permit.due);
    return file;
  }
  one.opened = *rows.permit.opened;
  for (const store::ForecastPause& pause : rows.pauses) one.stops.push_back({pause.from, pause.to});
  const forecast::File stands = forecast::file_of(one, time.axis, sop.case_standard, time.now);
  file.case_left = std::max(Seconds{0}, stands.due - time.axis.at(time.now));
  return file;
}

// Where most files begin.
void find_first_steps(forecast::Workload& load) {
  for (std::size_t i = 0; i < load.services.size(); ++i) {
    std::map<int, int> begin;
    for (const forecast::WorkFile& file : load.files)
      if (file.service == static_cast<int>(i) && !file.visits.empty())
        ++begin[file.visits.front().step];
    int most = 0;
    for (const auto& [step, count] : begin)
      if (count > most) most = count, load.services[i].first = step;
  }
}

pg::Awaitable<void> read_files(pg::Connection& connection, const Rulebook& rulebook,
                               const Time& time, WhatIf& what) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  while (true) {
    pg::Pipeline asking;
    const auto slot =
        store::add_work_cases(asking, time.now - kSimulatedPast, before, kCasesAtOnce);
    const pg::Results found = co_await connection.run(std::move(asking));
    const std::vector<store::WorkCase> cases = found[slot];
    if (cases.empty()) co_return;
    before = cases.back().id;
    std::vector<std::int64_t> ids;
    for (const store::WorkCase& one : cases) ids.push_back(one.id);
    pg::Pipeline more;
    const auto visits_slot = store::add_forecast_visits(more, ids);
    const auto pauses_slot = store::add_forecast_pauses(more, ids);
    const pg::Results results = co_await connection.run(std::move(more));
    std::map<std::int64_t, std::vector<store::ForecastVisit>> visits;
    std::map<std::int64_t, std::vector<store::ForecastPause>> pauses;
    for (const store::ForecastVisit& one : std::vector<store::ForecastVisit>(results[visits_slot]))
      visits[one.permit].push_back(one);
    for (const store::ForecastPause& one : std::vector<store::ForecastPause>(results[pauses_slot]))
      pauses[one.permit].push_back(one);
    for (const store::WorkCase& one : cases) {
      const Sop* sop = rulebook.sop_in_force(one.sop);
      if (!sop) continue;
      const Rows rows{one, std::move(visits[one.id]), std::move(pauses[one.id])};
      what.load.files.push_back(file_of(rows, index_of(what.services, one.sop), *sop, time));
    }
    if (static_cast<int>(cases.size()) < kCasesAtOnce) co_return;
  }
}

Instant midnight_after(const Calendar& calendar, Instant t, int days_on) {
  const LocalTime local = calendar.local(t);
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::year{local.year} / static_cast<int>(local.month) /
                            static_cast<int>(local.day)} +
      days{days_on}};
  return calendar.midnight(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day()));
}

// What came in on each day of the past, and the days that come.
void plan_arrivals(WhatIf& what, const Time& time, int weeks) {
  const int past = static_cast<int>(kSimulatedPast.count());
  std::vector<Seconds> begins;
  for (int day = -past; day <= 0; ++day)
    begins.push_back(time.axis.at(midnight_after(time.calendar, time.now, day)));
  what.as_it_is.past_days.resize(static_cast<std::size_t>(past));
  for (const forecast::WorkFile& file : what.load.files) {
    const auto after = std::upper_bound(begins.begin(), begins.end(), file.submitted);
    const auto day = after - begins.begin() - 1;
    if (day < 0 || day >= past) continue;  // today is not over yet
    what.as_it_is.past_days[static_cast<std::size_t>(day)].push_back(
        {file.submitted - begins[static_cast<std::size_t>(day)], file.service});
    ++what.came_in;
  }
  for (int day = 0; day <= 7 * weeks; ++day)
    what.as_it_is.days.push_back(time.axis.at(midnight_after(time.calendar, time.now, day)));
}

Instant midnight_of(const Calendar& calendar, const CivilDate& date) {
  return calendar.midnight(std::stoi(date.substr(0, 4)),
                           static_cast<unsigned>(std::stoi(date.substr(5, 2))),
                           static_cast<unsigned>(std::stoi(date.substr(8, 2))));
}

void plan_staffing(WhatIf& what, const Time& time, const WhatIfAsked& asked) {
  const Seconds end = what.as_it_is.weeks.back();
  for (const WhatIfAsked::Officers& one : asked.officers)
    what.asked.staffing.push_back({index_of(what.roles, one.role), what.load.now, end, one.by});
  for (const WhatIfAsked::Absence& one : asked.absences) {
    const Seconds from = time.axis.at(midnight_of(time.calendar, one.first));
    const Seconds to =
        time.axis.at(midnight_after(time.calendar, midnight_of(time.calendar, one.last), 1));
    for (std::size_t role = 0; role < what.roles.size(); ++role)
      if (one.role.empty() || one.role == what.roles[role])
        what.asked.staffing.push_back({static_cast<int>(role), from, std::max(from, to), -1});
  }
}

}  // namespace

std::optional<std::string> fault_of(WhatIfAsked& asked, const Rulebook& rulebook) {
  const std::vector<std::string> roles = roles_of(rulebook);
  const auto complete = [&](std::string& role) -> std::optional<std::string> {
    const auto whole = whole_role(role, roles);
    if (!whole)
      return fmt::format("no one role is called `{}`; there are {}", role, fmt::join(roles, ", "));
    role = *whole;
    return std::nullopt;
  };
  if (rulebook.sops_in_force().empty()) return "no service is in force";
  for (WhatIfAsked::Officers& one : asked.officers)
    if (auto fault = complete(one.role)) return fault;
  for (WhatIfAsked::Absence& one : asked.absences)
    if (!one.role.empty())
      if (auto fault = complete(one.role)) return fault;
  return std::nullopt;
}

pg::Awaitable<WhatIf> read_what_if(pg::Connection& connection, const Rulebook& rulebook,
                                   Instant now, WhatIfAsked asked) {
  const std::vector<const Sop*> sops = rulebook.sops_in_force();
  const Calendar& calendar = rulebook.calendar(sops.front()->calendar);
  const Time time{calendar,
                  forecast::Axis(calendar, Counting::working, now - kAxisReachesBack, now), now};
  const CivilDate today = rulebook.context(*sops.front(), now).today();
  WhatIf what;
  what.roles = roles_of(rulebook);
  for (const std::string& role : what.roles)
    what.load.officers.push_back(count_officers(rulebook, role, today));
  for (const Sop* sop : sops) {
    what.services.push_back(sop->id);
    what.load.services.push_back(service_of(*sop, what.roles, time));
  }
  what.load.from = time.axis.at(now - kSimulatedPast);
  what.load.now = time.axis.at(now);
  co_await read_files(connection, rulebook, time, what);
  find_first_steps(what.load);

  for (int week = 1; week <= asked.weeks; ++week) {
    what.week_ends.push_back(now + days{7 * week});
    what.as_it_is.weeks.push_back(std::max(
        time.axis.at(what.week_ends.back()),
        (what.as_it_is.weeks.empty() ? what.load.now : what.as_it_is.weeks.back()) + Seconds{1}));
  }
  plan_arrivals(what, time, asked.weeks);
  const auto files = static_cast<double>(what.load.files.size()) +
                     static_cast<double>(what.came_in * asked.weeks * 7) /
                         static_cast<double>(kSimulatedPast.count());
  what.as_it_is.runs = asked.runs.value_or(
      std::clamp(static_cast<int>(kFilesInAll / std::max(1., files)), kRunsAtLeast, kRunsAtMost));
  what.as_it_is.seed = asked.seed;
  what.asked = what.as_it_is;
  what.asked.times = asked.arrivals;
  plan_staffing(what, time, asked);
  co_return what;
}

}  // namespace tenggat::office
