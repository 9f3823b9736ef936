// Seals the record once a day of the office, and once more when the daemon stops (store/seals.h).
// What it made is logged whole: that line is the first copy outside of the database. The portal is
// posted it (`audit.sealed`), and the recap of the day names it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "daemon/base/metrics.h"
#include "daemon/base/signing.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "daemon/store/seals.h"

namespace tenggat::office {

struct SealerSettings {
  std::optional<SigningKey> key;  // none: nothing is sealed
  std::string calendar;           // whose days count
  enum class Portal { none, trial, live } portal = Portal::none;
};
SealerSettings sealer_settings(const Setup& setup);

// A seal as the portal is told it: {id, version, type, timestamp, data}.
boost::json::object seal_event(const store::Seal& seal, const Calendar& calendar);

class Sealer : public Loop {
 public:
  // All references must outlive run().
  Sealer(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
         Metrics& metrics, SealerSettings settings);

  boost::asio::awaitable<void> run() override;
  void reload(const Setup& setup) override { settings_ = sealer_settings(setup); }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<void> seal(pg::Connection& connection);
  store::WithSeal told_to_portal() const;

  pg::Pool& pool_;
  Rulebook& rulebook_;
  SealerSettings settings_;
  std::chrono::nanoseconds next_try_{};  // looking for what has grown reads every permit
};

}  // namespace tenggat::office
