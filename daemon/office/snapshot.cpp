#include "daemon/office/snapshot.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/base/clock.h"
#include "daemon/office/loop.h"
#include "daemon/store/changes.h"
#include "daemon/store/commands.h"
#include "daemon/store/counts.h"
#include "daemon/store/forecasts.h"
#include "daemon/store/open_work.h"
#include "rules/forecast/forecast.h"
#include "rules/permit/transition.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kEvery{std::chrono::seconds(2)};
// Where very much happens its numbers take time: for each of them as much rest, so that looking at
// the work never takes a noticeable part of what does it.
constexpr int kRest = 20;
// Permits read in one flight.
constexpr std::size_t kPortion = 2000;
// Answers kept under idempotency keys: so many at once, and after the last of them this long none.
constexpr std::chrono::minutes kCaseTimesHold{15};

double seconds_of(Instant instant) {
  return static_cast<double>(instant.time_since_epoch().count());
}

std::set<std::string> rungs_of(const Sop& sop) {
  std::set<std::string> rungs;
  for (const Ladder& ladder : sop.ladders)
    for (const RungRule& rung : ladder.rungs)
      if (std::any_of(rung.to.begin(), rung.to.end(), [](const Target& to) {
            return to.kind == Target::Kind::superior || to.kind == Target::Kind::named_role ||
                   to.kind == Target::Kind::copy;
          }))
        rungs.insert(rung.name());
  for (const RungRule& rung : sop.case_ladder) rungs.insert(rung.name());
  rungs.insert(kAskedNow);
  return rungs;
}

// Services that have ever had a permit. Of the others there is nothing to tell, not even zeros: an
// office has a hundred and fifty of them, and most are hardly asked for.
std::set<std::string> in_use(const std::vector<store::Total>& counted, const OpenCounts& open) {
  std::set<std::string> sops;
  for (const store::Total& total : counted) sops.insert(total.sop);
  for (const OpenPermits& one : open.permits) sops.insert(one.sop);
  return sops;
}

// Every series that a service in use can have, so that zero is shown as zero.
void add_zeros(Snapshot& shown, const Sop& sop) {
  for (const PermitState state : {PermitState::active, PermitState::returned})
    shown.zero(Series::permits_open, {sop.id, std::string(to_string(state))});
  for (const Series series :
       {Series::permits_submitted, Series::permit_sla_met, Series::permit_sla_missed,
        Series::permits_overdue, Series::permits_legal_risk, Series::legal_limits_passed})
    shown.zero(series, {sop.id});
  for (const PermitState state :
       {PermitState::issued, PermitState::rejected, PermitState::withdrawn, PermitState::lapsed})
    shown.zero(Series::permits_closed, {sop.id, std::string(to_string(state))});
  for (const Reason why : {Reason::role_vacant, Reason::nobody_reachable, Reason::nobody_on_duty})
    shown.zero(Series::notices_redirected, {sop.id, std::string(to_string(why))});
  for (const std::string& rung : rungs_of(sop)) shown.zero(Series::escalations, {sop.id, rung});
  for (const Role& role : sop.roles)
    if (!role.applicant && !role.observer) shown.zero(Series::roles_unreachable, {sop.id, role.id});
  for (const Step& step : sop.steps) {
    for (const Series series :
         {Series::steps_unclaimed, Series::step_completions, Series::step_sla_missed,
          Series::step_returns, Series::steps_oldest_open, Series::steps_next_due})
      shown.zero(series, {sop.id, step.id});
    for (const Turned turned : {Turned::none, Turned::met})
      shown.zero(Series::late_entries, {sop.id, step.id, std::string(to_string(turned))});
    for (const char* sla : {"on_track", "due_soon", "overdue", "paused"})
      shown.zero(Series::steps_open, {sop.id, step.id, sla});
  }
}

// The buckets of a step's working time, from counts that were appended one bucket at a time; of a
// step that has never been completed none.
void add_histogram(Snapshot& shown, const Sop& sop, const Step& step, const Calendar& calendar,
                   const std::vector<store::Total>& totals) {
  if (sop.is_applicant(step.role)) return;
  const std::vector<std::int64_t> bounds = working_time_buckets(sop, calendar);
  HistogramSample sample;
  std::vector<std::uint64_t> counts(bounds.size(), 0);
  for (const store::Total& total : totals) {
    if (total.sop != sop.id) continue;
    if (const auto* sum = std::get_if<WorkingSeconds>(&total.what); sum && sum->step == step.id)
      sample.sum = static_cast<double>(total.amount);
    const auto* time = std::get_if<WorkingTime>(&total.what);
    if (!time || time->step != step.id) continue;
    const auto amount = static_cast<std::uint64_t>(total.amount);
    sample.count += amount;
    if (!time->up_to) continue;
    // A bound that a later SOP version dropped is counted in the next one above it.
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), time->up_to->count());
    if (at != bounds.end()) counts[static_cast<std::size_t>(at - bounds.begin())] += amount;
  }
  if (sample.count == 0) return;
  std::uint64_t running = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    running += counts[i];
    sample.upper_bounds.push_back(static_cast<double>(bounds[i]));
    sample.cumulative_counts.push_back(running);
  }
  shown.histogram(Series::step_working_time, {sop.id, step.id}, std::move(sample));
}

// The series that a counter of an SOP is shown as; a counter without one does not compile.
class AddTotal {
 public:
  AddTotal(Snapshot& shown, const store::Total& total)
      : shown_(shown), sop_(total.sop), amount_(static_cast<double>(total.amount)) {}

  void operator()(const PermitSubmitted&) { add(Series::permits_submitted); }
  void operator()(const PermitClosed& of) {
    add(Series::permits_closed, std::string(to_string(of.state)));
  }
  void operator()(const CaseMet&) { add(Series::permit_sla_met); }
  void operator()(const CaseMissed&) { add(Series::permit_sla_missed); }
  void operator()(const LegalLimitsPassed&) { add(Series::legal_limits_passed); }
  void operator()(const StepCompleted& of) { add(Series::step_completions, of.step); }
  void operator()(const StepMissed& of) { add(Series::step_sla_missed, of.step); }
  void operator()(const StepReturned& of) { add(Series::step_returns, of.step); }
  void operator()(const WorkingTime&) {}  // in the histogram, as the next
  void operator()(const WorkingSeconds&) {}
  void operator()(const SuperiorTold& of) { add(Series::escalations, of.rung); }
  void operator()(const EnteredLate& of) {
    shown_.add(Series::late_entries, {sop_, of.step, std::string(to_string(of.turned))}, amount_);
  }
  void operator()(const NoticeRedirected& of) {
    add(Series::notices_redirected, std::string(to_string(of.why)));
  }

 private:
  void add(Series series) { shown_.add(series, {sop_}, amount_); }
  void add(Series series, const std::string& label) { shown_.add(series, {sop_, label}, amount_); }

  Snapshot& shown_;
  const std::string& sop_;
  double amount_;
};

void add_open(Snapshot& shown, const OpenCounts& open) {
  for (const OpenPermits& one : open.permits) {
    const PermitState state = one.returned ? PermitState::returned : PermitState::active;
    shown.set(Series::permits_open, {one.sop, std::string(to_string(state))},
              static_cast<double>(one.open));
    shown.add(Series::permits_overdue, {one.sop}, static_cast<double>(one.overdue));
    shown.add(Series::permits_legal_risk, {one.sop}, static_cast<double>(one.legal_risk));
  }
  shown.zero(Series::escalations_unacknowledged, {});
  for (const OpenVisits& one : open.visits) {
    const Snapshot::Values labels{one.sop, one.step};
    const auto set = [&](const char* sla, std::int64_t count) {
      shown.set(Series::steps_open, {one.sop, one.step, sla}, static_cast<double>(count));
    };
    // An applicant's own step has no clock that could be late: it counts as on track.
    set("on_track", one.on_track + one.untimed);
    set("due_soon", one.due_soon);
    set("overdue", one.overdue);
    set("paused", one.paused);
    shown.set(Series::steps_unclaimed, labels, static_cast<double>(one.unclaimed));
    shown.set(Series::steps_oldest_open, labels, seconds_of(one.oldest));
    if (one.next_due) shown.set(Series::steps_next_due, labels, seconds_of(*one.next_due));
    shown.add(Series::escalations_unacknowledged, {}, static_cast<double>(one.unacknowledged));
  }
}

// Said of a service that nobody has asked for yet, too: its first file must find somebody.
void add_unreachable(Snapshot& shown, const Sop& sop, const Context& context) {
  const auto unreachable = unreachable_roles(sop, context.people, context.today());
  const auto has_step = [&](const std::string& role) {
    return std::ranges::any_of(sop.steps, [&](const Step& step) { return step.role == role; });
  };
  // A superior without steps is missed where a role below has nobody either: until then rungs pass
  // over them, which is what escalation is for.
  const auto is_missed = [&](const std::string& role) {
    return has_step(role) || std::ranges::any_of(unreachable, [&](const Unreachable& below) {
             const std::vector<std::string> chain = sop.chain(below.role);
             return below.role != role && std::ranges::find(chain, role) != chain.end();
           });
  };
  for (const Unreachable& one : unreachable)
    if (is_missed(one.role)) shown.set(Series::roles_unreachable, {sop.id, one.role}, 1);
}

Series series_of(store::Waiting::Kind kind) {
  using Kind = store::Waiting::Kind;
  switch (kind) {
    case Kind::notice:
      return Series::notices_pending;
    case Kind::notice_set_aside:
      return Series::notices_set_aside;
    case Kind::permit_set_aside:
      return Series::permits_set_aside;
    case Kind::undelivered:
      return Series::messages_undelivered;
    case Kind::dead:
      return Series::messages_dead;
    case Kind::down:
      return Series::channel_down;
    case Kind::text_stopped:
      return Series::texts_stopped;
  }
  throw std::logic_error("nothing waits like this");
}

void add_waiting(Snapshot& shown, const std::vector<store::Waiting>& waiting) {
  for (const char* audience : {"officer", "applicant", "portal"}) {
    shown.zero(Series::notices_pending, {audience});
    shown.zero(Series::notices_oldest_pending, {audience});
  }
  for (const char* channel : {"email", "whatsapp"})
    for (const Series series : {Series::messages_undelivered, Series::messages_dead,
                                Series::channel_down, Series::texts_stopped})
      shown.zero(series, {channel});
  for (const store::Waiting& one : waiting) {
    Snapshot::Values labels;
    if (!one.label.empty()) labels.push_back(one.label);
    shown.set(series_of(one.kind), labels, static_cast<double>(one.count));
    if (one.oldest) shown.set(Series::notices_oldest_pending, labels, seconds_of(*one.oldest));
  }
}

// What is not known is no zero.
void add_forecast(Snapshot& shown, const store::ForecastService& service) {
  const auto part = [](std::int64_t whole, double parts) {
    return static_cast<double>(whole) / parts;
  };
  if (!service.computed_at) return;
  const Snapshot::Values labels{service.sop};
  shown.set(Series::forecast_outcomes, labels, service.outcomes);
  shown.set(Series::forecast_timestamp, labels, seconds_of(*service.computed_at));
  if (service.outcomes >= static_cast<int>(forecast::kFewest)) {
    shown.set(Series::forecast_missed_expected, labels, part(service.expected, 1e3));
    shown.set(Series::forecast_at_risk, labels, service.at_risk);
  }
  if (!service.brier || !service.base_brier || !service.bias) return;
  shown.set(Series::forecast_brier_score, labels, part(*service.brier, 1e6));
  shown.set(Series::forecast_base_brier_score, labels, part(*service.base_brier, 1e6));
  shown.set(Series::forecast_bias, labels, part(*service.bias, 1e6));
}

}  // namespace

SnapshotLoop::SnapshotLoop(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
                           Metrics& metrics, BoardFeed& board, std::vector<const pg::Pool*> watched)
    : Loop("snapshot", std::move(executor), metrics),
      pool_(pool),
      rulebook_(rulebook),
      board_(board),
      watched_(std::move(watched)) {}

asio::awaitable<void> SnapshotLoop::read_open(pg::Connection& connection,
                                              std::vector<std::int64_t> ids) {
  for (std::size_t from = 0; from < ids.size(); from += kPortion) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(from);
    const std::vector<std::int64_t> portion(
        first, first + static_cast<std::ptrdiff_t>(std::min(kPortion, ids.size() - from)));
    pg::Pipeline pipeline;
    const auto open = store::add_open_permits(pipeline, portion);
    const pg::Results results = co_await connection.run(std::move(pipeline));
    open_.take(portion, results[open]);
  }
}

// An event is written in the transaction of the change it tells of, with a time read in it: what
// happened before the oldest transaction under way has been committed by now. The event's number
// says whether its permit is known as it is since. Where the clock has gone back, or the connection
// is another one, nothing is known for certain and all is read again.
asio::awaitable<Instant> SnapshotLoop::follow(pg::Connection& connection) {
  const std::optional<Instant> since = std::exchange(followed_until_, std::nullopt);
  pg::Pipeline pipeline;
  const auto moment = pipeline.add(store::kMoment);
  const auto until = store::add_settled_until(pipeline);
  pg::Slot<std::vector<store::LastEvent>> last;
  pg::Slot<std::vector<std::int64_t>> open;
  if (since)
    last = store::add_last_events(pipeline, *since);
  else
    open = store::add_open_ids(pipeline);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  const Instant now = results[moment].now;
  const Instant settled = results[until];
  if (!since) {
    open_.clear();
    co_await read_open(connection, results[open]);
  } else if (now < followed_at_) {
    co_return now;
  } else {
    co_await read_open(connection, open_.outdated(results[last]));
  }
  followed_at_ = now;
  followed_until_ = settled;
  co_return now;
}

asio::awaitable<void> SnapshotLoop::read_case_times(pg::Connection& connection, Instant now) {
  const auto at = Clock::monotonic();
  const bool known = case_times_of_ && *case_times_of_ <= now &&
                     now - *case_times_of_ < kCaseTimesHold &&
                     at - case_times_read_at_ < kCaseTimesHold;
  if (known) co_return;
  pg::Pipeline pipeline;
  const auto times = store::add_case_times(pipeline, now - kMedianReaches);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  case_times_ = results[times];
  case_times_of_ = now;
  case_times_read_at_ = Clock::monotonic();
}

asio::awaitable<void> SnapshotLoop::run_once() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  // Another connection may lead to another server, whose clock is behind.
  if (pool_.statistics().connects != connects_) followed_until_.reset();
  connects_ = pool_.statistics().connects;
  while (!followed_until_) co_await follow(*lease);
  const auto begun = Clock::monotonic();
  const Instant now = co_await follow(*lease);
  co_await read_case_times(*lease, now);
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  std::map<std::string, std::vector<std::string>> sops_of_calendar;
  std::vector<const Calendar*> calendars;
  for (const Sop* sop : sops) {
    sops_of_calendar[sop->calendar].push_back(sop->id);
    calendars.push_back(&rulebook_.calendar(sop->calendar));
  }
  // SOPs and calendars live as long as the rulebook.
  const std::vector<store::CivilPeriod> periods = periods_of(sops, calendars, now);

  pg::Pipeline pipeline;
  store::add_fold_counts(pipeline);
  const auto totals = store::add_totals(pipeline);
  const auto waiting = store::add_waiting(pipeline);
  const auto decided = store::add_decided(pipeline, periods);
  const auto working_times = store::add_working_times(pipeline, now - kMedianReaches);
  const auto forecasts = store::add_forecast_services(pipeline);
  const auto moment = pipeline.add(store::kMoment);
  const pg::Results results = co_await lease->run(std::move(pipeline));

  const store::Moment at = results[moment];
  if (!rulebook_.fresh(at)) co_await rulebook_.refresh(*lease, at);

  Snapshot shown;
  const std::vector<store::Total> counted = results[totals];
  const BoardCounts counts{open_.count(at.now, periods), results[decided], results[working_times],
                           case_times_};
  const std::set<std::string> used = in_use(counted, counts.open);
  for (const Sop* sop : sops) {
    if (used.contains(sop->id)) {
      add_zeros(shown, *sop);
      const Calendar& calendar = rulebook_.calendar(sop->calendar);
      for (const Step& step : sop->steps) add_histogram(shown, *sop, step, calendar, counted);
    }
    add_unreachable(shown, *sop, rulebook_.context(*sop, at.now));
  }
  for (const store::Total& total : counted) std::visit(AddTotal(shown, total), total.what);
  add_open(shown, counts.open);
  Board board = make_board(sops, calendars, counts);
  for (auto& [id, of_sop] : board.sops) of_sop.retired = rulebook_.retirement(id) != nullptr;
  board.at = at.now;
  board.read_at = Clock::monotonic();
  board_.publish(std::move(board));
  add_waiting(shown, results[waiting]);
  const std::vector<store::ForecastService> said = results[forecasts];
  for (const store::ForecastService& service : said)
    if (used.contains(service.sop)) add_forecast(shown, service);
  for (const auto& [calendar, ids] : sops_of_calendar)
    shown.set(
        Series::calendar_provisional_permits, {calendar},
        static_cast<double>(open_.provisional(ids, rulebook_.calendar(calendar).covered_until())));
  metrics_.publish(shown);
  metrics_.office_clock_timestamp_seconds.Set(seconds_of(at.now));
  metrics_.snapshot_timestamp_seconds.Set(Clock::machine_seconds());
  took_ = Clock::monotonic() - begun;
  metrics_.snapshot_duration_seconds.Set(std::chrono::duration<double>(took_).count());
}

void SnapshotLoop::report_connections() {
  std::size_t open = 0, idle = 0, waiting = 0;
  std::uint64_t reconnects = 0;
  bool up = true;
  for (const pg::Pool* pool : watched_) {
    const pg::PoolStatistics statistics = pool->statistics();
    open += statistics.open;
    idle += statistics.idle;
    waiting += statistics.waiting;
    reconnects += statistics.reconnects;
    up = up && (statistics.up || statistics.connects == 0);
  }
  metrics_.db_up.Set(up ? 1 : 0);
  metrics_.db_connections_idle.Set(static_cast<double>(idle));
  metrics_.db_connections_busy.Set(static_cast<double>(open - idle));
  metrics_.db_connections_connecting.Set(static_cast<double>(waiting));
  metrics_.db_reconnects.Increment(static_cast<double>(reconnects - reconnects_));
  reconnects_ = reconnects;
}

asio::awaitable<std::chrono::milliseconds> SnapshotLoop::cycle() {
  report_connections();  // first: also while the database is away
  try {
    co_await run_once();
  } catch (...) {
    metrics_.snapshot_errors.Increment();
    throw;
  }
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(kRest * took_);
  co_return std::max(kEvery, rest);
}

}  // namespace tenggat::office
