#include "daemon/office/service_forecast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "daemon/store/files.h"

namespace tenggat::office {
namespace {

using std::chrono::days;

// What was handed in longer ago tells nothing of an outcome within the regression's two years.
constexpr days kReadsBack{800}, kAxisReachesBack{1200}, kYear{365};
constexpr days kRecordReachesBack{370};
constexpr days kLearnEvery{1};
// Of the past many are read at once, rarely; of what is open fewer, so that their chances are told
// and written within some hundredths of a second.
constexpr int kPastAtOnce = 400, kOpenAtOnce = 500;
constexpr std::array kStates{"active", "returned"};
// What is said of a permit at a quarter, half, three quarters of its standard is kept, where it is
// looked at soon after.
constexpr std::array kShares{75, 50, 25};
constexpr double kSoonAfter = .1;

// Who brought a file to the visits that were opened then: whoever closed the last one before.
int brought_by(const std::vector<store::ForecastVisit>& visits, std::size_t first, std::size_t end,
               Instant opened, std::map<std::string, int>& people) {
  const store::ForecastVisit* last = nullptr;
  for (std::size_t i = first; i < end; ++i)
    if (visits[i].closed && *visits[i].closed <= opened && !visits[i].closed_by.empty() &&
        (!last || *last->closed <= *visits[i].closed))
      last = &visits[i];
  if (!last) return -1;
  return people.emplace(last->closed_by, static_cast<int>(people.size())).first->second;
}

}  // namespace

void ServiceForecast::begin(const Sop& sop, const Calendar& calendar, Instant now) {
  sop_ = &sop;
  calendar_ = &calendar;
  now_ = now;
  before_ = std::numeric_limits<std::int64_t>::max();
  state_ = 0;
  after_ = 0;
  past_.clear();
}

bool ServiceForecast::must_learn() const {
  return !model_ || learnt_of_ != sop_ || learnt_by_ != calendar_ || now_ < learnt_at_ ||
         now_ - learnt_at_ >= kLearnEvery;
}

forecast::Service::Given ServiceForecast::given() const {
  const Counting counting = counting_of(sop_->case_standard);
  forecast::Service::Given given{
      forecast::Axis(*calendar_, counting, now_ - kAxisReachesBack, now_),
      sop_->case_standard,
      {},
      {}};
  std::vector<std::string> roles;
  for (const Step& step : sop_->steps) {
    auto found = std::find(roles.begin(), roles.end(), step.role);
    if (found == roles.end()) found = roles.insert(roles.end(), step.role);
    given.steps.group.push_back(static_cast<int>(found - roles.begin()));
  }
  given.steps.group.push_back(static_cast<int>(roles.size()));  // those it has no longer
  given.day = given.axis.between(now_ - kYear, now_) / kYear.count();
  return given;
}

int ServiceForecast::step_index(const std::string& step) const {
  const auto found = std::find_if(sop_->steps.begin(), sop_->steps.end(),
                                  [&](const Step& one) { return one.id == step; });
  return static_cast<int>(found - sop_->steps.begin());
}

pg::Awaitable<ServiceForecast::Portion> ServiceForecast::with_visits(
    pg::Connection& connection, std::vector<store::ForecastCase> rows) {
  Portion portion;
  portion.rows = std::move(rows);
  std::sort(portion.rows.begin(), portion.rows.end(),
            [](const auto& one, const auto& other) { return one.id < other.id; });
  std::vector<std::int64_t> ids;
  for (const store::ForecastCase& row : portion.rows) ids.push_back(row.id);
  pg::Pipeline pipeline;
  portion.visits = store::add_forecast_visits(pipeline, ids);
  portion.pauses = store::add_forecast_pauses(pipeline, ids);
  portion.read = co_await connection.run(std::move(pipeline));
  co_return portion;
}

// Visits and pauses come by permit, in the order of their ids.
std::vector<forecast::Case> ServiceForecast::cases_of(const Portion& portion) const {
  if (portion.rows.empty()) return {};
  const std::vector<store::ForecastVisit> visits = portion.read[portion.visits];
  const std::vector<store::ForecastPause> pauses = portion.read[portion.pauses];
  std::vector<forecast::Case> cases;
  std::map<std::string, int> people;
  std::size_t visit = 0, pause = 0;
  for (const store::ForecastCase& row : portion.rows) {
    forecast::Case one{row.id,  row.opened,    row.closed, row.verdict == "missed",
                       row.due, row.legal_due, {},         {}};
    const std::size_t first = visit;
    while (visit < visits.size() && visits[visit].permit == row.id) ++visit;
    for (std::size_t i = first; i < visit; ++i) {
      const store::ForecastVisit& at = visits[i];
      const bool before = at.closed && *at.closed <= row.opened;
      if (before || (row.closed && at.opened >= *row.closed)) continue;
      const Step* step = sop_->find_step(at.step);
      if (at.returned || (step && step->stops_case)) {
        one.stops.push_back({at.opened, at.closed});
        continue;
      }
      one.openings.push_back({std::max(at.opened, row.opened), step_index(at.step),
                              brought_by(visits, first, visit, at.opened, people)});
    }
    for (; pause < pauses.size() && pauses[pause].permit == row.id; ++pause)
      one.stops.push_back({pauses[pause].from, pauses[pause].to});
    cases.push_back(std::move(one));
  }
  return cases;
}

pg::Awaitable<bool> ServiceForecast::read_past(pg::Connection& connection) {
  if (past_.empty()) {
    pg::Pipeline counting;
    const auto all = store::add_count_past(counting, id_, now_ - kReadsBack);
    const pg::Results counted = co_await connection.run(std::move(counting));
    const std::int64_t there = std::max<std::int64_t>(1, counted[all]);
    of_1024_ = static_cast<int>(std::clamp<std::int64_t>(
        store::kAllPast * static_cast<std::int64_t>(forecast::kFilesAtMost) / there, 1,
        store::kAllPast));
  }
  const store::ForecastPast asked{id_, before_, now_ - kReadsBack, kPastAtOnce, of_1024_};
  pg::Pipeline pipeline;
  const auto slot = store::add_forecast_past(pipeline, asked);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  std::vector<store::ForecastCase> rows = results[slot];
  read_last_ = static_cast<int>(rows.size());
  if (rows.empty()) co_return false;
  const bool more = static_cast<int>(rows.size()) == kPastAtOnce;
  before_ = rows.back().id;
  auto reading = with_visits(connection, std::move(rows));
  const Portion portion = co_await std::move(reading);
  std::vector<forecast::Case> cases = cases_of(portion);
  std::move(cases.begin(), cases.end(), std::back_inserter(past_));
  if (past_.size() >= 2 * forecast::kFilesAtMost) co_return false;
  co_return more;
}

void ServiceForecast::learn() {
  model_ = std::make_shared<forecast::Service>(past_, given(), now_);
  hindsight_.clear();
  if (!learnt_of_ && model_->knows_enough()) hindsight_ = model_->in_hindsight(past_, now_);
  learnt_of_ = sop_;
  learnt_by_ = calendar_;
  learnt_at_ = now_;
  past_ = {};
}

pg::Awaitable<void> ServiceForecast::keep_hindsight(pg::Connection& connection) {
  if (hindsight_.empty()) co_return;
  pg::Pipeline asking;
  const auto slot = store::add_any_forecast_said(asking, id_);
  const pg::Results results = co_await connection.run(std::move(asking));
  const bool any = results[slot];
  std::vector<store::ForecastSaid> said;
  for (const forecast::Service::Saying& one : hindsight_)
    said.push_back({one.id, static_cast<int>(std::lround(one.share * 100)), id_, one.at,
                    static_cast<int>(std::lround(one.share * 1000)), one.chance, one.base,
                    one.base_recent, one.issued, true, one.late, one.due});
  hindsight_ = {};
  if (any) co_return;
  pg::Pipeline writing;
  store::add_write_said(writing, said);
  co_await connection.run(std::move(writing));
}

pg::Awaitable<void> ServiceForecast::correct(pg::Connection& connection) {
  pg::Pipeline pipeline;
  const auto slot = store::add_forecasts_known(pipeline, id_, now_ - kRecordReachesBack);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  const std::vector<store::ForecastSaid> known = results[slot];
  std::vector<forecast::Service::Saying> record;
  for (const store::ForecastSaid& one : known)
    record.push_back({one.permit, one.said_at, *one.due_at, one.gone / 1000., one.chance, one.base,
                      one.base_recent, one.issued, one.late.value_or(false)});
  model_->correct(record, now_);
}

pg::Awaitable<bool> ServiceForecast::read_open(pg::Connection& connection) {
  const store::ForecastOpen asked{id_, kStates.at(state_), after_, kOpenAtOnce};
  pg::Pipeline pipeline;
  const auto slot = store::add_forecast_open(pipeline, asked);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  std::vector<store::ForecastCase> rows = results[slot];
  read_last_ = static_cast<int>(rows.size());
  const bool more = read_last_ == kOpenAtOnce;
  if (more) {
    after_ = rows.back().id;
  } else {
    ++state_;
    after_ = 0;
  }
  open_ = {};
  if (!rows.empty()) {
    auto reading = with_visits(connection, std::move(rows));
    open_ = co_await std::move(reading);
  }
  co_return state_ < kStates.size();
}

store::Forecast ServiceForecast::row_of(const forecast::Outlook& outlook) const {
  store::Forecast row;
  row.permit = outlook.id;
  row.sop = id_;
  row.missed = outlook.missed;
  row.legal_missed = outlook.legal_missed;
  row.by_base = outlook.by_base;
  row.stands = outlook.stands;
  row.finish_p50 = outlook.p50;
  row.finish_p90 = outlook.p90;
  const auto step = static_cast<std::size_t>(outlook.step);
  if (outlook.step >= 0 && step < sop_->steps.size()) row.step = sop_->steps[step].id;
  row.in_step = outlook.in_step;
  row.usual_in_step = outlook.usual_in_step;
  row.left = outlook.left;
  row.needs = outlook.needs;
  row.outcomes = outcomes();
  row.computed_at = now_;
  return row;
}

void ServiceForecast::look() {
  std::vector<store::Forecast> said;
  std::vector<store::ForecastSaid> record;
  for (const forecast::Case& one : cases_of(open_)) {
    const forecast::Outlook outlook = model_->look(one, now_);
    said.push_back(row_of(outlook));
    if (outlook.stands) continue;
    for (const int share : kShares) {
      const double after = outlook.share - share / 100.;
      if (after < 0) continue;
      if (after < kSoonAfter)
        record.push_back({one.id,
                          share,
                          id_,
                          now_,
                          static_cast<int>(std::lround(outlook.share * 1000)),
                          outlook.chance,
                          outlook.base,
                          outlook.base_recent,
                          outlook.missed,
                          false,
                          {},
                          {}});
      break;
    }
  }
  open_ = {};
  writing_ = {};
  said_last_.reset();
  if (said.empty()) return;
  store::add_without_waiting(writing_);  // what a crash takes is made anew
  store::add_write_forecasts(writing_, said);
  store::add_write_said(writing_, record);
  said_last_ = said.back();
}

pg::Awaitable<void> ServiceForecast::write(pg::Connection& connection) {
  if (writing_.empty()) co_return;
  co_await connection.run(std::exchange(writing_, {}));
}

pg::Awaitable<std::optional<store::Forecast>> ServiceForecast::look_at(pg::Connection& connection,
                                                                       std::int64_t permit) {
  pg::Pipeline pipeline;
  const auto slot = store::add_forecast_case(pipeline, permit);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  std::vector<store::ForecastCase> rows = results[slot];
  if (rows.empty()) co_return std::nullopt;
  auto reading = with_visits(connection, std::move(rows));
  open_ = co_await std::move(reading);
  look();
  co_await write(connection);
  co_return said_last_;
}

pg::Awaitable<void> ServiceForecast::end(pg::Connection& connection) {
  pg::Pipeline pipeline;
  if (knows_enough())
    store::add_drop_ended_forecasts(pipeline, id_);
  else
    store::add_drop_forecasts(pipeline, id_);
  store::add_settle_said(pipeline, id_);
  store::add_end_forecast(pipeline, id_, outcomes(), now_);
  co_await connection.run(std::move(pipeline));
}

pg::Awaitable<void> learn_now(ServiceForecast& service, pg::Connection& connection) {
  if (!service.must_learn()) co_return;
  for (bool more = true; more;) more = co_await service.read_past(connection);
  service.learn();
  co_await service.keep_hindsight(connection);
}

pg::Awaitable<void> forecast_now(ServiceForecast& service, pg::Connection& connection) {
  co_await learn_now(service, connection);
  if (service.knows_enough()) {
    co_await service.correct(connection);
    for (bool more = true; more;) {
      more = co_await service.read_open(connection);
      service.look();
      co_await service.write(connection);
    }
  }
  co_await service.end(connection);
}

}  // namespace tenggat::office
