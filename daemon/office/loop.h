// What the working loops share: how a cycle's outcome is measured, how long to sleep, what an
// outage means (wait, then go on) and what a poison row means (set it aside, so that its neighbours
// go on). Each loop is run() around run_once().
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/metrics.h"
#include "daemon/office/signal.h"
#include "daemon/office/worker.h"
#include "daemon/pg/connection.h"
#include "daemon/store/moment.h"

namespace tenggat::office {

// Polling is the truth: no loop trusts a notification to come.
inline constexpr std::chrono::milliseconds kLongestSleep{1000};
inline constexpr std::chrono::milliseconds kAfterOutage{500};
// Under a flood of commits a loop looks this often; far below the second within which it is due.
inline constexpr std::chrono::milliseconds kGather{50};

// Whether the database does not take a row of the work itself, so that a smaller piece of it may go
// through. Everything else passes by itself: the same work is done again.
bool refuses_a_row(const pg::Error& error);

// Machine time until `office_seconds` have passed on the office's clock, within the bounds above.
std::chrono::milliseconds sleep_for(std::optional<Seconds> office_seconds,
                                    const store::Moment& moment);

// Measures one cycle of a loop; destroyed without succeed() it counts as a failure.
class Cycle {
 public:
  Cycle(Metrics& metrics, std::string_view loop);
  ~Cycle();
  Cycle(const Cycle&) = delete;
  Cycle& operator=(const Cycle&) = delete;
  void succeed();

 private:
  Metrics::Loop& loop_;
  std::chrono::nanoseconds begun_;
  bool succeeded_ = false;
};

// Cycle after cycle until it is told to stop, woken or when its time has come. A cycle that fails
// is named by trouble(), waited out, and done again.
class Loop : public Worker {
 public:
  boost::asio::awaitable<void> run() override;
  void stop() override;  // after the cycle it is in
  void wake() override;
  // How often it has come round, failures included: what the watchdog is fed by.
  std::uint64_t cycles() const { return cycles_; }

 protected:
  // `metrics` must outlive it; `gather` as in Signal. Zero: it goes by the clock alone.
  Loop(std::string name, boost::asio::any_io_executor executor, Metrics& metrics,
       std::chrono::milliseconds gather = std::chrono::milliseconds{0});

  // All there is to do; returns how long there will be nothing more.
  virtual boost::asio::awaitable<std::chrono::milliseconds> cycle() = 0;
  bool stopping() const { return stopping_; }

  Metrics& metrics_;
  Signal woken_;

 private:
  const bool hears_of_work_;
  bool stopping_ = false;
  std::uint64_t cycles_ = 0;
};

}  // namespace tenggat::office
