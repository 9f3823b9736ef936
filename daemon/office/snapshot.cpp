#include "daemon/office/snapshot.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/clock.h"
#include "daemon/office/loop.h"
#include "daemon/store/changes.h"
#include "daemon/store/commands.h"
#include "daemon/store/counts.h"
#include "daemon/store/open_work.h"
#include "rules/transition.h"

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
constexpr int kForgottenAtOnce = 2000;
constexpr std::chrono::minutes kForgetEvery{1};
using Labels = prometheus::Labels;

double seconds_of(Instant instant) {
  return static_cast<double>(instant.time_since_epoch().count());
}

// Families of the catalogue, each with every series an SOP can have, so that zero is shown as zero.
class Families {
 public:
  void zero(const std::string& family, Labels labels) { series_[family].try_emplace(labels, 0.0); }
  void set(const std::string& family, Labels labels, double value) {
    series_[family][std::move(labels)] = value;
  }
  void add(const std::string& family, Labels labels, double value) {
    series_[family][std::move(labels)] += value;
  }
  void histogram(const std::string& family, Labels labels, HistogramSample sample) {
    histograms_[family].push_back({std::move(labels), 0, std::move(sample)});
  }
  Snapshot take() {
    Snapshot snapshot;
    for (auto& [name, series] : series_) {
      SnapshotFamily family{name, {}};
      for (auto& [labels, value] : series) family.samples.push_back({labels, value, std::nullopt});
      snapshot.push_back(std::move(family));
    }
    for (auto& [name, samples] : histograms_) snapshot.push_back({name, std::move(samples)});
    return snapshot;
  }

 private:
  std::map<std::string, std::map<Labels, double>> series_;
  std::map<std::string, std::vector<Sample>> histograms_;
};

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
  rungs.insert("now");  // asked for by the step's officer
  return rungs;
}

void add_zeros(Families& families, const Sop& sop) {
  for (const char* state : {"active", "returned"})
    families.zero("permits_open", {{"sop", sop.id}, {"state", state}});
  for (const char* family : {"permits_submitted_total", "permit_sla_met_total",
                             "permit_sla_missed_total", "permits_overdue", "permits_legal_risk"})
    families.zero(family, {{"sop", sop.id}});
  for (const char* outcome : {"issued", "rejected", "withdrawn", "lapsed"})
    families.zero("permits_closed_total", {{"sop", sop.id}, {"outcome", outcome}});
  for (const Reason why : {Reason::role_vacant, Reason::nobody_reachable, Reason::nobody_on_duty})
    families.zero("notices_redirected_total",
                  {{"sop", sop.id}, {"reason", std::string(to_string(why))}});
  for (const std::string& rung : rungs_of(sop))
    families.zero("escalations_total", {{"sop", sop.id}, {"rung", rung}});
  for (const Step& step : sop.steps) {
    const Labels labels{{"sop", sop.id}, {"step", step.id}};
    for (const char* family : {"steps_unclaimed", "step_completions_total", "step_sla_missed_total",
                               "step_returns_total", "steps_oldest_open_timestamp_seconds",
                               "steps_next_due_timestamp_seconds"})
      families.zero(family, labels);
    for (const char* sla : {"on_track", "due_soon", "overdue", "paused"})
      families.zero("steps_open", {{"sop", sop.id}, {"step", step.id}, {"sla", sla}});
  }
}

// The buckets of a step's working time, from counts that were appended one bucket at a time.
void add_histogram(Families& families, const Sop& sop, const Step& step, const Calendar& calendar,
                   const std::vector<store::Total>& totals) {
  if (sop.is_applicant(step.role)) return;
  const std::vector<std::int64_t> bounds = working_time_buckets(sop, calendar);
  HistogramSample sample;
  std::vector<std::uint64_t> counts(bounds.size(), 0);
  for (const store::Total& total : totals) {
    if (total.sop != sop.id || total.step != step.id) continue;
    if (total.metric == "step_working_seconds_sum") {
      sample.sum = static_cast<double>(total.amount);
    } else if (total.metric == "step_working_seconds_bucket") {
      const auto amount = static_cast<std::uint64_t>(total.amount);
      sample.count += amount;
      // A bound that a later SOP version dropped is counted in the next one above it.
      if (total.label != "+Inf") {
        const auto at = std::lower_bound(bounds.begin(), bounds.end(), std::stoll(total.label));
        if (at != bounds.end()) counts[static_cast<std::size_t>(at - bounds.begin())] += amount;
      }
    }
  }
  std::uint64_t running = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    running += counts[i];
    sample.upper_bounds.push_back(static_cast<double>(bounds[i]));
    sample.cumulative_counts.push_back(running);
  }
  families.histogram("step_working_seconds", {{"sop", sop.id}, {"step", step.id}},
                     std::move(sample));
}

void add_totals(Families& families, const std::vector<store::Total>& totals) {
  for (const store::Total& total : totals) {
    const auto amount = static_cast<double>(total.amount);
    if (total.metric.starts_with("step_working_seconds")) continue;
    Labels labels{{"sop", total.sop}};
    if (total.metric.starts_with("step_")) labels["step"] = total.step;
    if (total.metric == "permits_closed_total") labels["outcome"] = total.label;
    if (total.metric == "escalations_total") labels["rung"] = total.label;
    if (total.metric == "notices_redirected_total") labels["reason"] = total.label;
    families.add(total.metric, std::move(labels), amount);
  }
}

void add_open(Families& families, const OpenCounts& open) {
  for (const OpenPermits& one : open.permits) {
    families.set("permits_open",
                 {{"sop", one.sop}, {"state", one.returned ? "returned" : "active"}},
                 static_cast<double>(one.open));
    families.add("permits_overdue", {{"sop", one.sop}}, static_cast<double>(one.overdue));
    families.add("permits_legal_risk", {{"sop", one.sop}}, static_cast<double>(one.legal_risk));
  }
  families.zero("escalations_unacknowledged", {});
  for (const OpenVisits& one : open.visits) {
    const Labels labels{{"sop", one.sop}, {"step", one.step}};
    const auto set = [&](const char* sla, std::int64_t count) {
      families.set("steps_open", {{"sop", one.sop}, {"step", one.step}, {"sla", sla}},
                   static_cast<double>(count));
    };
    // An applicant's own step has no clock that could be late: it counts as on track.
    set("on_track", one.on_track + one.untimed);
    set("due_soon", one.due_soon);
    set("overdue", one.overdue);
    set("paused", one.paused);
    families.set("steps_unclaimed", labels, static_cast<double>(one.unclaimed));
    families.set("steps_oldest_open_timestamp_seconds", labels, seconds_of(one.oldest));
    if (one.next_due)
      families.set("steps_next_due_timestamp_seconds", labels, seconds_of(*one.next_due));
    families.add("escalations_unacknowledged", {}, static_cast<double>(one.unacknowledged));
  }
}

void add_unreachable(Families& families, const Sop& sop, const Context& context) {
  for (const Role& role : sop.roles)
    if (!role.applicant && !role.observer)
      families.zero("roles_unreachable", {{"sop", sop.id}, {"role", role.id}});
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
    if (is_missed(one.role))
      families.set("roles_unreachable", {{"sop", sop.id}, {"role", one.role}}, 1);
}

void add_waiting(Families& families, const std::vector<store::Waiting>& waiting) {
  for (const char* audience : {"officer", "applicant", "portal"}) {
    families.zero("notices_pending", {{"audience", audience}});
    families.zero("notices_oldest_pending_timestamp_seconds", {{"audience", audience}});
  }
  for (const char* channel : {"email", "whatsapp"}) {
    families.zero("messages_undelivered", {{"channel", channel}});
    families.zero("messages_dead", {{"channel", channel}});
    families.zero("channel_down", {{"channel", channel}});
    families.zero("texts_stopped", {{"channel", channel}});
  }
  for (const store::Waiting& one : waiting) {
    const auto count = static_cast<double>(one.count);
    if (one.kind == "notice") {
      families.set("notices_pending", {{"audience", one.label}}, count);
      if (one.oldest)
        families.set("notices_oldest_pending_timestamp_seconds", {{"audience", one.label}},
                     seconds_of(*one.oldest));
    } else if (one.kind == "notices_set_aside" || one.kind == "permits_set_aside") {
      families.set(one.kind, {}, count);
    } else if (one.kind == "down") {
      families.set("channel_down", {{"channel", one.label}}, count);
    } else if (one.kind == "texts_stopped") {
      families.set("texts_stopped", {{"channel", one.label}}, count);
    } else {
      families.set("messages_" + one.kind, {{"channel", one.label}}, count);
    }
  }
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

asio::awaitable<void> SnapshotLoop::run_once() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  // Another connection may lead to another server, whose clock is behind.
  if (pool_.statistics().connects != connects_) followed_until_.reset();
  connects_ = pool_.statistics().connects;
  while (!followed_until_) co_await follow(*lease);
  const auto begun = Clock::monotonic();
  const Instant now = co_await follow(*lease);
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
  const auto moment = pipeline.add(store::kMoment);
  const pg::Results results = co_await lease->run(std::move(pipeline));

  const store::Moment at = results[moment];
  if (!rulebook_.fresh(at)) co_await rulebook_.refresh(*lease, at);

  Families families;
  const std::vector<store::Total> counted = results[totals];
  for (const Sop* sop : sops) {
    add_zeros(families, *sop);
    add_unreachable(families, *sop, rulebook_.context(*sop, at.now));
    const Calendar& calendar = rulebook_.calendar(sop->calendar);
    for (const Step& step : sop->steps) add_histogram(families, *sop, step, calendar, counted);
  }
  add_totals(families, counted);
  const BoardCounts counts{open_.count(at.now, periods), results[decided], results[working_times]};
  add_open(families, counts.open);
  Board board = make_board(sops, calendars, counts);
  for (auto& [id, of_sop] : board.sops) of_sop.retired = rulebook_.retirement(id) != nullptr;
  board.at = at.now;
  board.read_at = Clock::monotonic();
  board_.publish(std::move(board));
  add_waiting(families, results[waiting]);
  for (const auto& [calendar, ids] : sops_of_calendar)
    families.set(
        "calendar_provisional_permits", {{"calendar", calendar}},
        static_cast<double>(open_.provisional(ids, rulebook_.calendar(calendar).covered_until())));
  metrics_.publish(families.take());
  metrics_.office_clock_timestamp_seconds.Set(seconds_of(at.now));
  metrics_.snapshot_timestamp_seconds.Set(Clock::machine_seconds());
  took_ = Clock::monotonic() - begun;
  metrics_.snapshot_duration_seconds.Set(std::chrono::duration<double>(took_).count());
}

asio::awaitable<void> SnapshotLoop::forget_answers() {
  if (Clock::monotonic() < forget_at_) co_return;
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto forgotten = store::add_forget_answers(pipeline, kForgottenAtOnce);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  if (results[forgotten] < kForgottenAtOnce) forget_at_ = Clock::monotonic() + kForgetEvery;
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
    co_await forget_answers();
  } catch (...) {
    metrics_.snapshot_errors.Increment();
    throw;
  }
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(kRest * took_);
  co_return std::max(kEvery, rest);
}

}  // namespace tenggat::office
