// The forecast of one service: reads its permits portion by portion, learns from them once a day,
// and writes what is said of those that are open. Who drives it decides where and at what pace:
// what reads and writes needs a session, learn() and look() neither session nor clock, and may run
// on a thread of their own: there what was read is told apart, and what is to be written put
// together. Source: docs/forecast.md.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/forecasts.h"
#include "rules/forecast/outlook.h"
#include "rules/sop/sop.h"

namespace tenggat::office {

class ServiceForecast {
 public:
  explicit ServiceForecast(std::string sop) : id_(std::move(sop)) {}

  // A round, with the SOP and the calendar in force; both must outlive it.
  void begin(const Sop& sop, const Calendar& calendar, Instant now);

  // Whether it has to learn anew. Then read_past() until it returns false, learn(), and, where
  // nothing was ever said of the service, keep_hindsight().
  bool must_learn() const;
  pg::Awaitable<bool> read_past(pg::Connection& connection);
  void learn();
  pg::Awaitable<void> keep_hindsight(pg::Connection& connection);

  // Then, once correct() has read its record: read_open() until it returns false, after each look()
  // and write().
  bool knows_enough() const { return model_ && model_->knows_enough(); }
  int outcomes() const { return model_ ? static_cast<int>(model_->outcomes()) : 0; }
  pg::Awaitable<void> correct(pg::Connection& connection);
  pg::Awaitable<bool> read_open(pg::Connection& connection);
  int read_last() const { return read_last_; }  // how many permits the last portion had
  void look();
  pg::Awaitable<void> write(pg::Connection& connection);
  // What it says of one permit; nothing: it is not open, or its clock has not begun.
  pg::Awaitable<std::optional<store::Forecast>> look_at(pg::Connection& connection,
                                                        std::int64_t permit);
  // Outcomes that have come, and the service's figures.
  pg::Awaitable<void> end(pg::Connection& connection);

 private:
  forecast::Service::Given given() const;
  int step_index(const std::string& step) const;
  // Permits as they were read. What they hold is told apart by cases_of(), on any thread.
  struct Portion {
    std::vector<store::ForecastCase> rows;  // in the order of their ids
    pg::Results read;
    pg::Slot<std::vector<store::ForecastVisit>> visits;
    pg::Slot<std::vector<store::ForecastPause>> pauses;
  };
  pg::Awaitable<Portion> with_visits(pg::Connection& connection,
                                     std::vector<store::ForecastCase> rows);
  std::vector<forecast::Case> cases_of(const Portion& portion) const;
  store::Forecast row_of(const forecast::Outlook& outlook) const;

  const std::string id_;
  const Sop* sop_ = nullptr;
  const Calendar* calendar_ = nullptr;
  Instant now_{};

  // What it has learnt, of which files and when.
  const Sop* learnt_of_ = nullptr;
  const Calendar* learnt_by_ = nullptr;
  Instant learnt_at_{};
  std::shared_ptr<forecast::Service> model_;
  std::vector<forecast::Service::Saying> hindsight_;

  int read_last_ = 0;
  std::vector<forecast::Case> past_;  // while it reads them
  std::int64_t before_ = 0;
  int of_1024_ = 0;  // of the past so many are read
  Portion open_;
  std::size_t state_ = 0;  // of those that are read
  std::int64_t after_ = 0;
  std::optional<store::Forecast> said_last_;
  pg::Pipeline writing_;
};

// Over one session, with nothing else to do meanwhile: all there is to learn; a whole round.
pg::Awaitable<void> learn_now(ServiceForecast& service, pg::Connection& connection);
pg::Awaitable<void> forecast_now(ServiceForecast& service, pg::Connection& connection);

}  // namespace tenggat::office
