// `tenggat forecast`: how likely open permits are to be late, made anew and said.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/api/forecast_view.h"
#include "daemon/cli/find_permit.h"
#include "daemon/cli/forecast_words.h"
#include "daemon/cli/forecasts.h"
#include "daemon/cli/print.h"
#include "daemon/office/service_forecast.h"
#include "daemon/store/permits.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

constexpr int kShownAtMost = 20, kMonthsAtMost = 12;

std::string percent(int thousandths) { return fmt::format("{:.0f} %", thousandths / 10.); }
double of_millionths(std::int64_t value) { return static_cast<double>(value) / 1e6; }

// Of the service's clock: "12h 30m".
std::string clock_time(Seconds span) {
  const auto minutes = std::abs(span.count()) / 60;
  return fmt::format("{}{}h {:02}m", span < Seconds{0} ? "-" : "", minutes / 60, minutes % 60);
}

std::string why_words(const store::Forecast& said, const Sop& sop) {
  std::string words;
  if (!said.step.empty()) {
    words = fmt::format("{} at {}", clock_time(said.in_step), sop.step_name(said.step));
    if (said.usual_in_step)
      words += fmt::format(", half stay under {}", clock_time(*said.usual_in_step));
    words += "; ";
  }
  return words +
         fmt::format("{} left, half still need {}", clock_time(said.left),
                     said.needs ? clock_time(*said.needs) : std::string("more than can be told"));
}

std::string finish_words(const std::optional<Instant>& finish, const Office& office) {
  return finish ? office.text(*finish) : std::string("later than can be told");
}

// --- One permit

pg::Awaitable<int> forecast_permit(DatabaseCall& call, const Office& office, std::int64_t id) {
  pg::Pipeline pipeline;
  const std::vector<std::int64_t> ids(1, id);
  const store::PermitLoad load(pipeline, ids, store::Lock::none);
  const pg::Results results = co_await call.connection.run(std::move(pipeline));
  const std::map<std::int64_t, store::StoredPermit> permits = load.take(results);
  const Permit& permit = permits.at(id).permit;
  const Sop* sop = office.rulebook.sop_in_force(permit.sop);
  if (!sop) throw Refused(fmt::format("the service `{}` is not in force", permit.sop));
  const Calendar& calendar = office.rulebook.calendar(sop->calendar);
  office::ServiceForecast service(sop->id);
  service.begin(*sop, calendar, office.moment.now);
  co_await learn_now(service, call.connection);
  std::optional<store::Forecast> said;
  if (service.knows_enough()) {
    co_await service.correct(call.connection);
    said = co_await service.look_at(call.connection, id);
  }
  std::ostream& out = call.terminal.out;
  if (call.given.has("json")) {
    write_json(out, json::object{{"number", permit.number},
                                 {"outcomes", service.outcomes()},
                                 {"enough_data", service.knows_enough()},
                                 {"forecast", http::forecast_view(said, calendar)}});
    co_return kOk;
  }
  if (!service.knows_enough()) {
    out << fmt::format("{}: {} of {} known outcomes of `{}`\n", kTooFew, service.outcomes(),
                       forecast::kFewest, sop->id);
    co_return kOk;
  }
  if (!said) {
    out << fmt::format("{}: nothing to tell, its case clock has not begun or has ended\n",
                       permit.number);
    co_return kOk;
  }
  out << fmt::format("{}: {} to miss its due{}\n", permit.number, percent(said->missed),
                     said->at_risk() ? ", at risk" : "");
  if (said->legal_missed)
    out << fmt::format("  {} to miss the limit of law\n", percent(*said->legal_missed));
  out << fmt::format("  half end by {}, nine tenths by {}{}\n",
                     finish_words(said->finish_p50, office), finish_words(said->finish_p90, office),
                     said->stands ? ", if its clock went on now" : "");
  out << fmt::format("  why: {}\n  basis: {} known outcomes{}\n", why_words(*said, *sop),
                     said->outcomes,
                     said->by_base ? "; their share of late ones is the better forecast" : "");
  co_return kOk;
}

// --- All services

struct Told {
  store::ForecastService service;
  std::vector<store::PermitAtRisk> at_risk;
  std::vector<store::ForecastMonth> months;
  bool enough() const { return service.outcomes >= static_cast<int>(forecast::kFewest); }
};

pg::Awaitable<Told> forecast_service(DatabaseCall& call, const Office& office, const Sop& sop) {
  office::ServiceForecast service(sop.id);
  service.begin(sop, office.rulebook.calendar(sop.calendar), office.moment.now);
  pg::Pipeline beginning;
  store::add_begin_forecast(beginning, sop.id, std::chrono::seconds(0));
  co_await call.connection.run(std::move(beginning));
  co_await forecast_now(service, call.connection);

  pg::Pipeline pipeline;
  const auto services = store::add_forecast_services(pipeline);
  const auto at_risk = store::add_forecasts_at_risk(pipeline, sop.id, kShownAtMost);
  const auto months = store::add_forecast_months(pipeline, sop.id, kMonthsAtMost);
  const pg::Results results = co_await call.connection.run(std::move(pipeline));
  Told told;
  const std::vector<store::ForecastService> all = results[services];
  for (const store::ForecastService& one : all)
    if (one.sop == sop.id) told.service = one;
  told.at_risk = results[at_risk];
  told.months = results[months];
  co_return told;
}

json::object told_json(const Told& told, const Calendar& calendar) {
  json::array at_risk, record;
  for (const store::PermitAtRisk& one : told.at_risk)
    at_risk.push_back(
        json::object{{"id", std::to_string(one.permit)},
                     {"number", one.number},
                     {"forecast", http::forecast_view(store::Forecast(one), calendar)}});
  for (const store::ForecastMonth& one : told.months)
    record.push_back(json::object{{"month", one.month},
                                  {"judged", one.judged},
                                  {"late", one.late},
                                  {"brier", of_millionths(one.brier)},
                                  {"base_brier", of_millionths(one.base_brier)},
                                  {"bias", of_millionths(one.bias)},
                                  {"hindsight", one.hindsight}});
  json::object out{{"sop", told.service.sop},       {"outcomes", told.service.outcomes},
                   {"enough_data", told.enough()},  {"open", told.service.open},
                   {"missed_expected", nullptr},    {"at_risk", nullptr},
                   {"permits", std::move(at_risk)}, {"record", std::move(record)}};
  if (told.enough()) {
    out["missed_expected"] = static_cast<double>(told.service.expected) / 1e3;
    out["at_risk"] = told.service.at_risk;
  }
  return out;
}

void print(std::ostream& out, const Told& told, const Sop& sop, const Office& office) {
  const store::ForecastService& service = told.service;
  if (!told.enough()) {
    out << fmt::format("{}: {}, {} of {} known outcomes\n", sop.id, kTooFew, service.outcomes,
                       forecast::kFewest);
    return;
  }
  out << fmt::format(
      "{}: {} open, {:.1f} of those not late yet are expected to miss their due, {} at risk; "
      "from {} known outcomes\n",
      sop.id, service.open, static_cast<double>(service.expected) / 1e3, service.at_risk,
      service.outcomes);
  std::vector<std::vector<std::string>> rows;
  for (const store::PermitAtRisk& one : told.at_risk)
    rows.push_back({one.number, percent(one.missed), one.due ? office.text(*one.due) : "-",
                    finish_words(one.finish_p50, office), finish_words(one.finish_p90, office),
                    why_words(one, sop)});
  if (!rows.empty()) write_table(out, {"NUMBER", "LATE", "DUE", "HALF BY", "90 % BY", "WHY"}, rows);
  rows.clear();
  for (const store::ForecastMonth& one : told.months)
    rows.push_back({one.month + (one.hindsight ? "*" : ""), std::to_string(one.judged),
                    std::to_string(one.late), fmt::format("{:.3f}", of_millionths(one.brier)),
                    fmt::format("{:.3f}", of_millionths(one.base_brier)),
                    fmt::format("{:+.3f}", of_millionths(one.bias))});
  if (rows.empty()) return;
  write_table(out, {"DUE IN", "FORECASTS", "LATE", "BRIER", "OF 90 DAYS", "BIAS"}, rows);
  out << "* made up later, of what had been known then\n";
}

pg::Awaitable<int> forecast(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  if (const auto named = call.given.argument(0)) {
    const std::int64_t id = co_await find_permit(call, *named);
    co_return co_await forecast_permit(call, *office, id);
  }
  json::array all;
  for (const Sop* sop : office->rulebook.sops_in_force()) {
    const Told told = co_await forecast_service(call, *office, *sop);
    if (call.given.has("json"))
      all.push_back(told_json(told, office->rulebook.calendar(sop->calendar)));
    else
      print(call.terminal.out, told, *sop, *office);
  }
  if (call.given.has("json")) write_json(call.terminal.out, all);
  co_return kOk;
}

int run_forecast(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, forecast, true);
}

}  // namespace

std::vector<Command> forecast_commands() {
  return {{"forecast",
           {{"PERMIT", false}},
           {kConfigOption, kJsonOption},
           "how likely open permits are to be late, and when they will be done",
           "PERMIT is an id or a number; without one every service is forecast anew, with those at "
           "risk\n"
           "and the forecast's own record by month. The daemon does the same every 15 minutes.",
           run_forecast}};
}

}  // namespace tenggat::cli
