#include "daemon/api/forecast_view.h"

#include <boost/json/object.hpp>

namespace tenggat::http {
namespace json = boost::json;

namespace {

json::value chance_view(std::optional<int> thousandths) {
  if (!thousandths) return nullptr;
  return *thousandths / 1000.;
}
json::value instant_view(std::optional<Instant> t, const Calendar& calendar) {
  if (!t) return nullptr;
  return json::value(calendar.format(*t));
}
json::value seconds_view(std::optional<Seconds> span) {
  if (!span) return nullptr;
  return span->count();
}

}  // namespace

json::value forecast_view(const std::optional<store::Forecast>& forecast,
                          const Calendar& calendar) {
  if (!forecast) return nullptr;
  const store::Forecast& said = *forecast;
  json::object why{{"step", said.step.empty() ? json::value(nullptr) : json::value(said.step)},
                   {"in_step_seconds", said.in_step.count()},
                   {"usual_in_step_seconds", seconds_view(said.usual_in_step)},
                   {"remaining_seconds", said.left.count()},
                   {"needs_seconds", seconds_view(said.needs)}};
  return json::object{{"missed", chance_view(said.missed)},
                      {"legal_missed", chance_view(said.legal_missed)},
                      {"at_risk", said.at_risk()},
                      {"finish_p50", instant_view(said.finish_p50, calendar)},
                      {"finish_p90", instant_view(said.finish_p90, calendar)},
                      {"paused", said.stands},
                      {"by_base_rate", said.by_base},
                      {"outcomes", said.outcomes},
                      {"why", std::move(why)},
                      {"computed_at", calendar.format(said.computed_at)}};
}

}  // namespace tenggat::http
