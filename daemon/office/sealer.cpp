#include "daemon/office/sealer.h"

#include <boost/json/serialize.hpp>

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/log.h"
#include "daemon/base/secrets.h"
#include "daemon/office/change_event.h"
#include "daemon/store/hash.h"
#include "daemon/store/moment.h"
#include "daemon/store/portal.h"
#include "notifiers/base64.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::hours kTryEvery{1};  // of a day on which nothing has happened yet
constexpr int kEventVersion = 1;

std::string day_of(Instant at, const Calendar& calendar) {
  return calendar.format(at).substr(0, std::string_view("2026-04-02").size());
}

}  // namespace

SealerSettings sealer_settings(const Setup& setup) {
  SealerSettings settings;
  settings.key = SigningKey::from_pem(setup.secrets.seal_key);
  settings.calendar = setup.config.kalender;
  const bool trial = setup.config.mode == Config::Mode::trial;
  if (setup.config.portal.enabled())
    settings.portal = trial ? SealerSettings::Portal::trial : SealerSettings::Portal::live;
  return settings;
}

// No permit has the number 0, as in the list of chains that a seal is made of.
store::ChangePlace place_of(const store::Seal& seal) { return {seal.at, 0, seal.number}; }

boost::json::object seal_event(const store::Seal& seal, const Calendar& calendar) {
  return {{"id", change_id(place_of(seal))},
          {"version", kEventVersion},
          {"type", "audit.sealed"},
          {"timestamp", calendar.format(seal.at)},
          {"data", boost::json::object{{"seal", seal.number},
                                       {"chains", seal.chains},
                                       {"root", seal.root},
                                       {"previous", seal.previous},
                                       {"key", seal.key},
                                       {"signature", notify::base64(seal.signature)},
                                       {"page", seal.page()}}}};
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

// In the transaction of the seal: it is posted where it is made, and only there.
store::WithSeal Sealer::told_to_portal() const {
  if (settings_.portal == SealerSettings::Portal::none) return {};
  const bool trial = settings_.portal == SealerSettings::Portal::trial;
  return [this, trial](pg::Pipeline& writes, const store::Seal& seal) {
    const Calendar* calendar = rulebook_.find_calendar(settings_.calendar);
    if (!calendar) return;
    store::add_portal_event(
        writes, {place_of(seal), boost::json::serialize(seal_event(seal, *calendar))}, trial);
  };
}

asio::awaitable<void> Sealer::seal(pg::Connection& connection) {
  if (!settings_.key) co_return;
  const SigningKey key = *settings_.key;
  const store::Sign sign = [key](std::string_view text) { return key.sign(text); };
  store::WithSeal with_seal = told_to_portal();
  const auto made = co_await store::make_seal(connection, key.id(), sign, std::move(with_seal));
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
