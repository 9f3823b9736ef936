#include "daemon/store/forecasts.h"

#include <algorithm>

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kCase = columns(
    given("p.id", &ForecastCase::id), given("p.case_opened_at", &ForecastCase::opened),
    given("p.case_closed_at", &ForecastCase::closed), given("p.case_due_at", &ForecastCase::due),
    given("p.legal_due_at", &ForecastCase::legal_due),
    given<TextOrEmpty>("p.case_verdict", &ForecastCase::verdict));
constexpr auto kVisit = columns(
    given("v.permit", &ForecastVisit::permit), given("v.id", &ForecastVisit::id),
    given("v.step", &ForecastVisit::step), given("v.closed_by", &ForecastVisit::closed_by),
    given("v.opened_at", &ForecastVisit::opened), given("v.closed_at", &ForecastVisit::closed),
    given("v.returned", &ForecastVisit::returned));
constexpr auto kPause =
    columns(given("permit", &ForecastPause::permit), given("visit", &ForecastPause::visit),
            given("from_at", &ForecastPause::from), given("to_at", &ForecastPause::to));

constexpr auto kWork = columns(
    given("p.id", &WorkCase::id), given("p.sop", &WorkCase::sop),
    given<TextOrEmpty>("p.case_verdict", &WorkCase::verdict),
    given("p.submitted_at", &WorkCase::submitted), given("p.case_opened_at", &WorkCase::opened),
    given("p.case_closed_at", &WorkCase::closed), given("p.case_due_at", &WorkCase::due),
    given("p.state NOT IN ('active', 'returned')", &WorkCase::ended));

constexpr auto kForecast =
    table("forecast", key("permit", &Forecast::permit), fixed("sop", &Forecast::sop),
          column("missed", &Forecast::missed), column("legal_missed", &Forecast::legal_missed),
          column("by_base", &Forecast::by_base), column("stands", &Forecast::stands),
          column("finish_p50", &Forecast::finish_p50), column("finish_p90", &Forecast::finish_p90),
          column("step", &Forecast::step), column("in_step", &Forecast::in_step),
          column("usual_in_step", &Forecast::usual_in_step),
          column("seconds_left", &Forecast::left), column("needs", &Forecast::needs),
          column("outcomes", &Forecast::outcomes), column("computed_at", &Forecast::computed_at));

constexpr auto kAtRisk = kForecast + columns(given("number", &PermitAtRisk::number),
                                             given("subject", &PermitAtRisk::subject),
                                             given("case_due_at", &PermitAtRisk::due));

constexpr auto kSaid =
    table("forecast_said", key("permit", &ForecastSaid::permit), key("share", &ForecastSaid::share),
          fixed("sop", &ForecastSaid::sop), fixed("said_at", &ForecastSaid::said_at),
          fixed("gone", &ForecastSaid::gone), fixed("chance", &ForecastSaid::chance),
          fixed("base", &ForecastSaid::base), fixed("base_recent", &ForecastSaid::base_recent),
          fixed("issued", &ForecastSaid::issued), fixed("hindsight", &ForecastSaid::hindsight),
          fixed("late", &ForecastSaid::late), fixed("due_at", &ForecastSaid::due_at));

constexpr auto kService = columns(
    given("sop", &ForecastService::sop), given("computed_at", &ForecastService::computed_at),
    given("outcomes", &ForecastService::outcomes), given("open", &ForecastService::open),
    given("at_risk", &ForecastService::at_risk), given("judged", &ForecastService::judged),
    given("expected", &ForecastService::expected), given("brier", &ForecastService::brier),
    given("base_brier", &ForecastService::base_brier), given("bias", &ForecastService::bias));

constexpr auto kMonth =
    columns(given("to_char(bulan, 'YYYY-MM')", &ForecastMonth::month),
            given("perkiraan", &ForecastMonth::judged),
            given("round(bagian_terlambat * perkiraan)::bigint", &ForecastMonth::late),
            given("(brier * 1e6)::bigint", &ForecastMonth::brier),
            given("(brier_rata_rata * 1e6)::bigint", &ForecastMonth::base_brier),
            given("(bias * 1e6)::bigint", &ForecastMonth::bias),
            given("sebagian_dihitung_mundur", &ForecastMonth::hindsight));

// More rows at once cost more each (rows.cpp).
constexpr std::size_t kPortion = 200;
template <const auto& kColumns, class Row>
void add_in_portions(pg::Pipeline& pipeline, const std::vector<Row>& all, const RowsSql& sql) {
  for (std::size_t first = 0; first < all.size(); first += kPortion) {
    Rows<kColumns> rows;
    for (std::size_t i = first; i < std::min(all.size(), first + kPortion); ++i) rows.add(all[i]);
    rows.add_to(pipeline, sql);
  }
}

// The clock has begun and goes on, or stands.
#define TENGGAT_OPEN_CASE                                                                       \
  "p.state IN ('active', 'returned') AND p.case_opened_at IS NOT NULL AND p.case_closed_at IS " \
  "NULL"

}  // namespace

#define TENGGAT_PAST_CASE                                           \
  " AND p.case_opened_at IS NOT NULL AND (p.case_closed_at IS NULL" \
  " AND p.state IN ('active', 'returned') OR p.case_verdict IS NOT NULL)"

pg::Slot<std::int64_t> add_count_past(pg::Pipeline& pipeline, const std::string& sop,
                                      Instant since) {
  static const auto sql = value<std::int64_t>(
      "SELECT count(*) FROM permit p WHERE p.sop = $1 AND p.id > 0"
      " AND p.submitted_at >= $2::timestamptz" TENGGAT_PAST_CASE);
  return pipeline.add(sql, sop, since);
}

pg::Slot<std::vector<ForecastCase>> add_forecast_past(pg::Pipeline& pipeline,
                                                      const ForecastPast& past) {
  static const auto sql = each<kCase>(
      "SELECT {} FROM permit p WHERE p.sop = $1 AND p.id > 0 AND p.id < $2::bigint"
      " AND p.submitted_at >= $3::timestamptz AND (hashint8(p.id) & 1023) < "
      "$5::int" TENGGAT_PAST_CASE " ORDER BY p.id DESC LIMIT $4::int");
  return pipeline.add(sql, past.sop, past.before, past.since, past.at_most, past.of_1024);
}
#undef TENGGAT_PAST_CASE

pg::Slot<std::vector<ForecastCase>> add_forecast_open(pg::Pipeline& pipeline,
                                                      const ForecastOpen& open) {
  static const auto sql = each<kCase>(
      "SELECT {} FROM permit p WHERE p.sop = $1 AND p.state = $2 AND p.id > greatest($3::bigint, 0)"
      " AND " TENGGAT_OPEN_CASE " ORDER BY p.id LIMIT $4::int");
  return pipeline.add(sql, open.sop, open.state, open.after, open.at_most);
}

pg::Slot<std::vector<ForecastCase>> add_forecast_case(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = each<kCase>(
      "SELECT {} FROM permit p WHERE p.id = $1::bigint AND p.id > 0 AND " TENGGAT_OPEN_CASE);
  return pipeline.add(sql, permit);
}

pg::Slot<std::vector<WorkCase>> add_work_cases(pg::Pipeline& pipeline, Instant since,
                                               std::int64_t before, int at_most) {
  static const auto sql = each<kWork>(
      "SELECT {} FROM permit p WHERE p.id > 0 AND p.id < $2::bigint"
      " AND (p.state IN ('active', 'returned') OR p.changed_at >= $1::timestamptz)"
      " ORDER BY p.id DESC LIMIT $3::int");
  return pipeline.add(sql, since, before, at_most);
}

pg::Slot<std::vector<ForecastVisit>> add_forecast_visits(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits) {
  static const auto sql = each<kVisit>(
      "SELECT {} FROM visit v WHERE v.permit = ANY ($1::bigint[]) AND NOT v.undone"
      " ORDER BY v.permit, v.opened_at, v.id");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::vector<ForecastPause>> add_forecast_pauses(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits) {
  static const auto sql = each<kPause>(
      "SELECT {} FROM pause WHERE permit = ANY ($1::bigint[]) AND stops_case ORDER BY permit, id");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::optional<Forecast>> add_forecast(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = maybe<kForecast>("SELECT {} FROM forecast WHERE permit = $1::bigint");
  return pipeline.add(sql, permit);
}

pg::Slot<std::optional<int>> add_forecast_outcomes(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = maybe_value<int>(
      "SELECT s.outcomes FROM permit p JOIN forecast_service s ON s.sop = p.sop"
      " AND s.computed_at IS NOT NULL WHERE p.id = $1::bigint");
  return pipeline.add(sql, permit);
}

pg::Slot<std::vector<Forecast>> add_forecasts(pg::Pipeline& pipeline,
                                              const std::vector<std::int64_t>& permits) {
  static const auto sql =
      each<kForecast>("SELECT {} FROM forecast WHERE permit = ANY ($1::bigint[])");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::vector<PermitAtRisk>> add_forecasts_at_risk(pg::Pipeline& pipeline,
                                                          const std::string& sop, int at_most) {
  static const auto sql = each<kAtRisk, PermitAtRisk>(
      "SELECT {} FROM (SELECT f.*, p.number, p.subject, p.case_due_at"
      "   FROM forecast f JOIN permit p ON p.id = f.permit AND " TENGGAT_OPEN_CASE
      "   WHERE f.sop = $1 AND f.missed >= 500 AND f.seconds_left >= 0"
      "   AND (p.case_due_at IS NULL OR p.case_due_at >= (SELECT office_now()))) r"
      " ORDER BY missed DESC, case_due_at, permit LIMIT $2::int");
  return pipeline.add(sql, sop, at_most);
}

void add_write_forecasts(pg::Pipeline& pipeline, const std::vector<Forecast>& forecasts) {
  // By night nothing changes, and nothing is written.
  static const RowsSql sql(
      kForecast.shape(), "r",
      "INSERT INTO forecast AS f (" + kForecast.shape().names() + ") SELECT " +
          kForecast.shape().names("r") +
          " FROM {} ON CONFLICT (permit) DO UPDATE SET (missed, legal_missed, by_base, stands,"
          " finish_p50, finish_p90, step, in_step, usual_in_step, seconds_left, needs, outcomes,"
          " computed_at) = ROW (excluded.missed, excluded.legal_missed, excluded.by_base,"
          " excluded.stands, excluded.finish_p50, excluded.finish_p90, excluded.step,"
          " excluded.in_step, excluded.usual_in_step, excluded.seconds_left, excluded.needs,"
          " excluded.outcomes, excluded.computed_at)"
          " WHERE (f.missed, f.legal_missed, f.by_base, f.stands, f.finish_p50, f.step, f.in_step,"
          " f.seconds_left, f.needs) IS DISTINCT FROM (excluded.missed, excluded.legal_missed,"
          " excluded.by_base, excluded.stands, excluded.finish_p50, excluded.step,"
          " excluded.in_step, excluded.seconds_left, excluded.needs)");
  add_in_portions<kForecast>(pipeline, forecasts, sql);
}

void add_drop_ended_forecasts(pg::Pipeline& pipeline, const std::string& sop) {
  pipeline.add(
      "DELETE FROM forecast f WHERE f.sop = $1"
      " AND NOT EXISTS (SELECT FROM permit p WHERE p.id = f.permit AND " TENGGAT_OPEN_CASE ")",
      sop);
}

void add_drop_forecasts(pg::Pipeline& pipeline, const std::string& sop) {
  pipeline.add("DELETE FROM forecast WHERE sop = $1", sop);
}

void add_write_said(pg::Pipeline& pipeline, const std::vector<ForecastSaid>& said) {
  static const RowsSql sql(kSaid.shape(), "r",
                           "INSERT INTO forecast_said (" + kSaid.shape().names() + ") SELECT " +
                               kSaid.shape().names("r") + " FROM {} ON CONFLICT DO NOTHING");
  add_in_portions<kSaid>(pipeline, said, sql);
}

pg::Slot<std::vector<ForecastSaid>> add_forecasts_known(pg::Pipeline& pipeline,
                                                        const std::string& sop, Instant since) {
  static const auto sql = each<kSaid>(
      "SELECT {} FROM forecast_said WHERE sop = $1 AND late IS NOT NULL"
      " AND due_at >= $2::timestamptz ORDER BY due_at, permit, share");
  return pipeline.add(sql, sop, since);
}

pg::Slot<bool> add_any_forecast_said(pg::Pipeline& pipeline, const std::string& sop) {
  static const auto sql = any("SELECT 1 FROM forecast_said WHERE sop = $1 LIMIT 1");
  return pipeline.add(sql, sop);
}

void add_settle_said(pg::Pipeline& pipeline, const std::string& sop) {
  pipeline.add(
      "UPDATE forecast_said s SET late = p.case_verdict IS DISTINCT FROM 'met',"
      " due_at = coalesce(p.case_due_at, p.case_closed_at)"
      " FROM permit p WHERE s.sop = $1 AND s.late IS NULL AND p.id = s.permit"
      " AND (p.case_closed_at IS NULL AND p.state IN ('active', 'returned')"
      "   OR p.case_verdict IS NOT NULL)"
      " AND coalesce(p.case_due_at, p.case_closed_at) < (SELECT office_now())",
      sop);
  pipeline.add(
      "DELETE FROM forecast_said s WHERE s.sop = $1 AND s.late IS NULL"
      " AND NOT EXISTS (SELECT FROM permit p WHERE p.id = s.permit"
      "   AND (p.case_closed_at IS NULL AND p.state IN ('active', 'returned')"
      "     OR p.case_verdict IS NOT NULL))",
      sop);
  pipeline.add(
      "DELETE FROM forecast_said WHERE sop = $1 AND late IS NOT NULL"
      " AND due_at < (SELECT office_now()) - interval '2 years'",
      sop);
}

pg::Slot<std::vector<ForecastService>> add_forecast_services(pg::Pipeline& pipeline) {
  static const auto sql = each<kService>("SELECT {} FROM forecast_service ORDER BY sop");
  return pipeline.add(sql);
}

pg::Slot<std::optional<ForecastService>> add_forecast_service(pg::Pipeline& pipeline,
                                                              const std::string& sop) {
  static const auto sql = maybe<kService>("SELECT {} FROM forecast_service WHERE sop = $1");
  return pipeline.add(sql, sop);
}

pg::Slot<bool> add_begin_forecast(pg::Pipeline& pipeline, const std::string& sop,
                                  std::chrono::seconds within) {
  static const auto sql = affects_one(
      "INSERT INTO forecast_service AS f (sop, begun_at) VALUES ($1, clock_timestamp())"
      " ON CONFLICT (sop) DO UPDATE SET begun_at = clock_timestamp()"
      " WHERE f.begun_at <= clock_timestamp() - $2::bigint * interval '1 second'");
  return pipeline.add(sql, sop, static_cast<std::int64_t>(within.count()));
}

void add_end_forecast(pg::Pipeline& pipeline, const std::string& sop, int outcomes, Instant now) {
  pipeline.add(
      "UPDATE forecast_service f SET computed_at = $3::timestamptz, outcomes = $2::int,"
      " open = o.permits, expected = o.expected, at_risk = o.at_risk, judged = k.judged,"
      " brier = k.brier, base_brier = k.base_brier, bias = k.bias"
      " FROM (SELECT count(*) AS permits,"
      "     coalesce(sum(missed) FILTER (WHERE seconds_left >= 0), 0) AS expected,"
      "     count(*) FILTER (WHERE missed >= 500 AND seconds_left >= 0) AS at_risk"
      "   FROM forecast WHERE sop = $1) o,"
      "   (SELECT count(*) AS judged, (avg((issued / 1000.0 - late::int) ^ 2) * 1e6)::bigint AS "
      "brier,"
      "     (avg((base_recent / 1000.0 - late::int) ^ 2) * 1e6)::bigint AS base_brier,"
      "     ((avg(issued / 1000.0) - avg(late::int)) * 1e6)::bigint AS bias"
      "   FROM forecast_said WHERE sop = $1 AND late IS NOT NULL"
      "   AND due_at > $3::timestamptz - interval '90 days') k"
      " WHERE f.sop = $1",
      sop, outcomes, now);
}

pg::Slot<std::vector<ForecastMonth>> add_forecast_months(pg::Pipeline& pipeline,
                                                         const std::string& sop, int at_most) {
  static const auto sql = each<kMonth>(
      "SELECT {} FROM perkiraan_bulanan WHERE sop = $1 ORDER BY bulan DESC LIMIT $2::int");
  return pipeline.add(sql, sop, at_most);
}

#undef TENGGAT_OPEN_CASE

}  // namespace tenggat::store
