// What is said of open permits, and what the forecast reads of permits to say it. All of it is
// derived: no event tells of it, and what is lost is made anew. Source: docs/forecast.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

// --- What it reads

struct ForecastCase {
  std::int64_t id = 0;
  Instant opened{};
  std::optional<Instant> closed, due, legal_due;
  std::string verdict;  // of one that ended
};
struct ForecastVisit {
  std::int64_t permit = 0;
  int id = 0;
  std::string step, closed_by;
  Instant opened{};
  std::optional<Instant> closed;
  bool returned = false;  // with the applicant: the case's clock stands
};
struct ForecastPause {
  std::int64_t permit = 0;
  int visit = 0;
  Instant from{};
  std::optional<Instant> to;
};
// Of a service's cases whose clock has begun, a portion: of the newest those before `before`,
// handed in since `since`, without those that ended without a verdict; and of the open ones of one
// state those after `after`, in order.
struct ForecastPast {
  std::string sop;
  std::int64_t before = 0;
  Instant since{};
  int at_most = 0;
  int of_1024 = 1024;  // so many of so many: drawn by their ids, the same each time
};
inline constexpr int kAllPast = 1024;
// How many there are.
pg::Slot<std::int64_t> add_count_past(pg::Pipeline& pipeline, const std::string& sop,
                                      Instant since);
pg::Slot<std::vector<ForecastCase>> add_forecast_past(pg::Pipeline& pipeline,
                                                      const ForecastPast& past);
struct ForecastOpen {
  std::string sop, state;
  std::int64_t after = 0;
  int at_most = 0;
};
pg::Slot<std::vector<ForecastCase>> add_forecast_open(pg::Pipeline& pipeline,
                                                      const ForecastOpen& open);
// Nothing: it is not open, or its clock has not begun.
pg::Slot<std::vector<ForecastCase>> add_forecast_case(pg::Pipeline& pipeline, std::int64_t permit);
// For a simulation of the whole office: permits that are open or ended since then, those before
// `before`, the newest first.
struct WorkCase {
  std::int64_t id = 0;
  std::string sop, verdict;
  Instant submitted{};
  std::optional<Instant> opened, closed, due;  // of its case clock
  bool ended = false;
};
pg::Slot<std::vector<WorkCase>> add_work_cases(pg::Pipeline& pipeline, Instant since,
                                               std::int64_t before, int at_most);
// By permit and opening; pauses that stop the case alone.
pg::Slot<std::vector<ForecastVisit>> add_forecast_visits(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits);
pg::Slot<std::vector<ForecastPause>> add_forecast_pauses(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits);

// --- What is said. Chances in thousandths, spans in seconds of the service's clock.

struct Forecast {
  std::int64_t permit = 0;
  std::string sop;
  int missed = 0;
  std::optional<int> legal_missed;
  bool by_base = false, stands = false;
  std::optional<Instant> finish_p50, finish_p90;
  std::string step;  // empty: in none
  Seconds in_step{};
  std::optional<Seconds> usual_in_step;
  Seconds left{};
  std::optional<Seconds> needs;
  int outcomes = 0;
  Instant computed_at{};

  // Before its due, and likelier to miss it than not.
  bool at_risk() const { return missed >= 500 && left >= Seconds{0}; }
};
// Nothing: nothing is said of it. A permit whose case clock has ended may still have one, until the
// next round: that is to be left out.
pg::Slot<std::optional<Forecast>> add_forecast(pg::Pipeline& pipeline, std::int64_t permit);
// How many outcomes of the permit's service are known; nothing: it was never asked.
pg::Slot<std::optional<int>> add_forecast_outcomes(pg::Pipeline& pipeline, std::int64_t permit);
// Of those of the permits that something is said of.
pg::Slot<std::vector<Forecast>> add_forecasts(pg::Pipeline& pipeline,
                                              const std::vector<std::int64_t>& permits);
// Of a service those that are at risk, the likeliest first.
struct PermitAtRisk : Forecast {
  std::string number, subject;
  std::optional<Instant> due;
};
pg::Slot<std::vector<PermitAtRisk>> add_forecasts_at_risk(pg::Pipeline& pipeline,
                                                          const std::string& sop, int at_most);
// Replaces what was said of them.
void add_write_forecasts(pg::Pipeline& pipeline, const std::vector<Forecast>& forecasts);
// Of the service what was said of permits that have ended meanwhile; all of it.
void add_drop_ended_forecasts(pg::Pipeline& pipeline, const std::string& sop);
void add_drop_forecasts(pg::Pipeline& pipeline, const std::string& sop);

// --- What was said, and what came

struct ForecastSaid {
  std::int64_t permit = 0;
  int share = 0;  // 25, 50, 75: of its standard
  std::string sop;
  Instant said_at{};
  int gone = 0, chance = 0, base = 0, base_recent = 0, issued = 0;
  bool hindsight = false;
  std::optional<bool> late;
  std::optional<Instant> due_at;
};
// What was said of a permit at a share stays.
void add_write_said(pg::Pipeline& pipeline, const std::vector<ForecastSaid>& said);
// Those of the service whose outcome is known, with a due since then.
pg::Slot<std::vector<ForecastSaid>> add_forecasts_known(pg::Pipeline& pipeline,
                                                        const std::string& sop, Instant since);
pg::Slot<bool> add_any_forecast_said(pg::Pipeline& pipeline, const std::string& sop);
// Outcomes that are known by now; what ended without a verdict, and what is older than two years,
// goes.
void add_settle_said(pg::Pipeline& pipeline, const std::string& sop);

// --- Services

struct ForecastService {
  std::string sop;
  std::optional<Instant> computed_at;
  int outcomes = 0, open = 0, at_risk = 0, judged = 0;
  std::int64_t expected = 0;                            // thousandths
  std::optional<std::int64_t> brier, base_brier, bias;  // millionths, of the last 90 days
};
pg::Slot<std::vector<ForecastService>> add_forecast_services(pg::Pipeline& pipeline);
pg::Slot<std::optional<ForecastService>> add_forecast_service(pg::Pipeline& pipeline,
                                                              const std::string& sop);
// Whether the round is this one's: none has begun within that time of the machine's clock.
pg::Slot<bool> add_begin_forecast(pg::Pipeline& pipeline, const std::string& sop,
                                  std::chrono::seconds within);
// Counts what is said of the service, and its record.
void add_end_forecast(pg::Pipeline& pipeline, const std::string& sop, int outcomes, Instant now);

struct ForecastMonth {
  std::string month;  // "2026-04"
  int judged = 0;
  int late = 0;                                      // of those
  std::int64_t brier = 0, base_brier = 0, bias = 0;  // millionths
  bool hindsight = false;                            // some of it
};
// The record, the latest month first.
pg::Slot<std::vector<ForecastMonth>> add_forecast_months(pg::Pipeline& pipeline,
                                                         const std::string& sop, int at_most);

}  // namespace tenggat::store
