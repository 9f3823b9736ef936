// What is said of an open permit, as JSON. Source: docs/reference.md, 9.9.
#pragma once
#include <boost/json/value.hpp>
#include <optional>

#include "daemon/store/forecasts.h"
#include "rules/calendar/calendar.h"

namespace tenggat::http {

// null where nothing is said of it: its service has too few known outcomes, its clock has not begun
// or has ended.
boost::json::value forecast_view(const std::optional<store::Forecast>& forecast,
                                 const Calendar& calendar);

}  // namespace tenggat::http
