#include "daemon/office/sealer.h"

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/log.h"
#include "daemon/base/secrets.h"
#include "daemon/store/hash.h"
#include "daemon/store/moment.h"
#include "daemon/store/seals.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::hours kTryEvery{1};  // of a day on which nothing has happened yet

std::string day_of(Instant at, const Calendar& calendar) {
  return calendar.format(at).substr(0, std::string_view("2026-04-02").size());
}

}  // namespace

SealerSettings sealer_settings(const Setup& setup) {
  return {SigningKey::from_pem(setup.secrets.seal_key), setup.config.kalender};
}

Sealer::Sealer(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook, Metrics& metrics,
               SealerSettings settings)
    : Loop("seals", std::move(executor), metrics),
      pool_(pool),
      rulebook_(rulebook),
      settings_(std::move(settings)) {}

asio::awaitable<void> Sealer::run() {
  co_await Loop::run();
  if (!settings_.key) co_return;
  try {
    pg::Pool::Lease lease = co_await pool_.acquire();
    co_await seal(*lease);
  } catch (const std::exception& why) {
    log_event(Level::warning, "not_sealed_at_stop", {{"why", why.what()}});
  }
}

asio::awaitable<std::chrono::milliseconds> Sealer::cycle() {
  const Calendar* calendar = rulebook_.find_calendar(settings_.calendar);
  if (!settings_.key || !calendar) co_return kLookEvery;
  pg::Pool::Lease lease = co_await pool_.acquire();
  const store::Moment moment = co_await lease->query(store::kMoment);
  const auto last = co_await store::find_seal(*lease, std::nullopt);
  if (last)
    metrics_.last_seal_timestamp_seconds.Set(
        static_cast<double>(last->at.time_since_epoch().count()));
  const bool due = !last || day_of(last->at, *calendar) != day_of(moment.now, *calendar);
  if (due && Clock::monotonic() >= next_try_) {
    co_await seal(*lease);
    next_try_ = Clock::monotonic() + kTryEvery;
  }
  co_return kLookEvery;
}

asio::awaitable<void> Sealer::seal(pg::Connection& connection) {
  if (!settings_.key) co_return;
  const SigningKey key = *settings_.key;
  const store::Sign sign = [key](std::string_view text) { return key.sign(text); };
  const auto made = co_await store::make_seal(connection, key.id(), sign);
  if (!made) co_return;
  metrics_.last_seal_timestamp_seconds.Set(
      static_cast<double>(made->at.time_since_epoch().count()));
  log_event(Level::info, "sealed",
            {{"seal", made->number},
             {"chains", made->chains},
             {"root", made->root},
             {"previous", made->previous},
             {"key", made->key},
             {"signature", store::hex(made->signature)}});
}

}  // namespace tenggat::office
