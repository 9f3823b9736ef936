// What is expected of open permits, in words for people; nothing of it is decided. Source:
// docs/reference.md, 9.9.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/pages/html.h"
#include "daemon/store/forecasts.h"
#include "notifiers/speech.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/transition.h"
#include "rules/sop/sop.h"

namespace tenggat::pages {

// "78%"
std::string chance_words(int thousandths);
// "sudah 3 hari kerja pada tahap Kajian Teknis, biasanya 2 hari kerja; sisa waktu layanan 1 hari
// kerja, biasanya masih perlu 2 hari kerja"
std::string risk_reason(const store::Forecast& said, const Sop& sop, const Calendar& calendar);
// For a list: "Layanan berisiko terlambat (78%): sudah ..."; nothing of one that is not at risk.
Html risk_mark(const store::Forecast& said, const Sop& sop, const Calendar& calendar);

// A row of an officer's page of the permit, while its case clock is open; `outcomes`: how many of
// its service are known, where nothing is said of it.
struct PermitForecast {
  std::optional<store::Forecast> said;
  std::optional<int> outcomes;
};
Html forecast_facts(const PermitForecast& forecast, const Permit& permit, const Context& context);
class ForecastAbout {
 public:
  ForecastAbout(pg::Pipeline& pipeline, std::int64_t permit)
      : said_(store::add_forecast(pipeline, permit)),
        outcomes_(store::add_forecast_outcomes(pipeline, permit)) {}
  PermitForecast read(const pg::Results& results) const {
    return {results[said_], results[outcomes_]};
  }

 private:
  pg::Slot<std::optional<store::Forecast>> said_;
  pg::Slot<std::optional<int>> outcomes_;
};

// For its applicant: a range and what it rests on, beside the date that is promised. Nothing where
// its clock stands, where it is late, or its finish cannot be told.
Html forecast_range(const std::optional<store::Forecast>& said, const Permit& permit,
                    const Context& context, const notify::Speech& speech);

// Of the board: how many of the service's open permits are expected to be late, and the way to
// those at risk. Nothing where it was never asked.
Html forecast_line(const std::optional<store::ForecastService>& service, const Sop& sop);
// Of the month's report: the same, and how true that has been.
Html forecast_record(const std::optional<store::ForecastService>& service,
                     const std::vector<store::ForecastMonth>& months, const Sop& sop);

}  // namespace tenggat::pages
