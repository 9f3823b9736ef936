// Says every quarter of an hour how likely open permits are to be late, service by service
// (service_forecast.h). What it says stops nothing and is on no record.
//
// Officers go first: it reads and writes in portions at a pace (forecast_pace.h), and its
// arithmetic is done on a thread of its own that yields to all others. Of several daemons one does
// a service's round.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/office/forecast_pace.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/service_forecast.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class Forecaster : public Loop {
 public:
  // All references must outlive it.
  Forecaster(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
             Metrics& metrics);
  ~Forecaster() override;

  // A round over all services that none has begun within the time; how long until the next.
  boost::asio::awaitable<std::chrono::milliseconds> run_once();

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<void> round(ServiceForecast& service);
  boost::asio::awaitable<void> learn(ServiceForecast& service);
  // On the thread; returns once it is done, and throws what it throws.
  boost::asio::awaitable<void> compute(std::function<void()> work);
  boost::asio::awaitable<void> rest(ForecastPace::Time time);

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  Rulebook& rulebook_;
  std::optional<std::chrono::nanoseconds> next_;  // monotonic
  std::map<std::string, std::unique_ptr<ServiceForecast>> services_;
  boost::asio::thread_pool thread_{1};  // last: nothing of this is used once it has gone
};

}  // namespace tenggat::office
