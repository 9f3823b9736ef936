#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/api/api.h"
#include "daemon/app/app.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/resources.h"
#include "daemon/base/systemd_notify.h"
#include "daemon/base/version.h"
#include "daemon/office/loop.h"
#include "daemon/pages/pages.h"
#include "daemon/pg/login.h"
#include "daemon/pg/migrate.h"
#include "daemon/pg/schema.h"
#include "daemon/store/commands.h"
#include "daemon/store/migrations.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/record.h"
#include "daemon/store/roles.h"

namespace tenggat {
namespace asio = boost::asio;
namespace {

using app::RulesInForce;

constexpr std::chrono::seconds kRetryStart{1};
constexpr std::chrono::minutes kSayAgain{1};
constexpr const char* kMayNot = "42501";  // SQLSTATE: the role lacks a right

// A service may have less than all of it together: said, for whoever looks why it was killed.
void say_where_memory_is_short(const Config& config) {
  if (const auto short_of = refuse_resources(resources_of(config), memory_allowed()))
    log_event(Level::warning, "memory_short", {{"why", *short_of}});
}

}  // namespace

// An outage is an exception and is tried again.
asio::awaitable<App::Prepared> App::prepare_database() {
  pg::Pool::Lease lease = co_await database_.reads.acquire();
  const auto migrations = co_await pg::migration_status(*lease, store::migrations());
  for (const pg::MigrationState& one : migrations) {
    if (one.kind == pg::MigrationState::Kind::kApplied) continue;
    log_event(Level::error, "schema_differs",
              {{"migration", one.name},
               {"remedy", one.kind == pg::MigrationState::Kind::kPending
                              ? "run: tenggat db migrate"
                              : "this program does not fit the database"}});
    co_return Prepared::no;
  }
  if (!co_await store::is_record_complete(*lease)) {
    log_event(Level::error, "record_incomplete",
              {{"why", "a migration was cut off: some permits' rows are not on record yet"},
               {"remedy", "run: tenggat db migrate"}});
    co_return Prepared::no;
  }
  const std::string lost = co_await workers_.marker().begin(*lease);
  say_restored(lost);
  if (!lost.empty()) co_return Prepared::restored;
  if (const auto rights = co_await store::rights_beyond_need(*lease); !rights.empty())
    log_event(Level::warning, "database_role_too_strong",
              {{"why", fmt::format("{}", fmt::join(rights, ", "))},
               {"remedy", "docs/operations.md, Roles of the database"}});
  if (simulated_) {
    const auto started = co_await store::start_clock(*lease, simulated_->start, simulated_->speed);
    if (!started) {
      log_event(Level::error, "clock_refused", {{"why", started.error()}});
      co_return Prepared::no;
    }
  } else if (const auto refusal = co_await store::refuse_real_time(*lease)) {
    log_event(Level::error, "clock_refused", {{"why", *refusal}});
    co_return Prepared::no;
  }
  co_await rules_.put(*lease, startup_, RulesInForce::Clashes::left_out);
  rules_.say_where_files_differ(startup_.rules);
  rules_.say_sops_without_file(startup_.rules);
  co_return Prepared::yes;
}

std::vector<http::Route> App::public_routes() {
  const std::string& public_url = startup_.config.public_url;
  std::vector<http::Route> routes = http::api_routes(
      {database_.reads, workers_.committer(), rulebook_, uploads_, requests_, door_, public_url,
       static_cast<std::size_t>(startup_.config.http.requests_at_once), &receipt_config_, &links_,
       &replies_});
  for (http::Route& route : pages::page_routes({database_.reads, workers_.committer(), rulebook_,
                                                signing_in_, board_, workers_.templates(), uploads_,
                                                door_, receipt_keys_, public_url, &links_}))
    routes.push_back(std::move(route));
  return routes;
}

bool App::make_listeners() {
  try {
    listeners_.emplace(io_.get_executor(), startup_.config, metrics_,
                       http::admin_routes({std::bind_front(&Metrics::text, &metrics_),
                                           {},
                                           readiness_.checks(),
                                           readiness_.notes()}),
                       public_routes());
    listeners_->open().speak_to_people(pages::fault_page(signing_in_));
  } catch (const std::exception& why) {
    log_event(Level::error, "cannot_listen",
              {{"listen", startup_.config.listen.to_string()},
               {"admin_listen", startup_.config.admin_listen.to_string()},
               {"why", why.what()}});
    return false;
  }
  if (startup_.tls) listeners_->open().use_tls(startup_.tls);
  return true;
}

// Whether to try again, since what failed the start is an outage. A login that the database refuses
// is a fault of the installation: to wait for it would hide it.
bool App::waits_out(const std::exception& why, bool first) {
  const auto* error = dynamic_cast<const pg::Error*>(&why);
  if (error && error->sqlstate() == pg::kLockNotHad) return true;  // said by who_is_in_the_way()
  if (error && pg::is_login_refused(*error)) {
    log_event(Level::error, "database_refuses_login",
              {{"why", error->message()},
               {"sqlstate", error->sqlstate()},
               {"remedy",
                "create the role and the database, or mend `database` in the "
                "configuration, the password or pg_hba.conf"}});
    return false;
  }
  if (!error || !error->is_outage()) {
    if (error && error->sqlstate() == kMayNot)
      log_event(Level::error, "cannot_start",
                {{"why", why.what()}, {"remedy", "run: tenggat db migrate, with database_owner"}});
    else
      log_event(Level::error, "cannot_start", {{"why", why.what()}});
    return false;
  }
  if (first) log_event(Level::warning, "database_away", {{"why", error->message()}});
  systemd::status("waiting: " + office::in_words(*error));
  return true;
}

// A lock that others hold keeps a start waiting, never in silence.
asio::awaitable<void> App::say_who_is_in_the_way() {
  try {
    pg::Pool::Lease lease = co_await database_.reads.acquire();
    const auto holders = co_await pg::lock_holders(*lease, pg::Holding::locks_to_write);
    const std::string words = pg::words_of(holders);
    log_event(Level::warning, "start_waits", {{"why", words}});
    systemd::status("waiting: " + words);
  } catch (const pg::Error&) {
    // The next attempt says it.
  }
}

// What it waits for, at once and then once a minute.
void App::say_restored(const std::string& lost) {
  readiness_.restored(lost);
  const auto now = Clock::monotonic();
  if (lost.empty() || (restored_said_.count() > 0 && now - restored_said_ < kSayAgain)) return;
  restored_said_ = now;
  log_event(Level::error, "database_restored",
            {{"why", lost},
             {"effect", "nothing is served or sent until then"},
             {"remedy", "run: tenggat db restored"}});
  systemd::ready("waiting for: tenggat db restored");  // else the service manager would restart it
}

// False where starting makes no sense. True also where a stop was asked for meanwhile.
asio::awaitable<bool> App::wait_for_database() {
  for (bool first = true; !stopping_; first = false) {
    bool lock_not_had = false;
    try {
      const Prepared prepared = co_await prepare_database();
      if (prepared == Prepared::no) co_return false;
      if (prepared == Prepared::yes) {
        co_await workers_.composer().plant_daily_jobs();
        co_await workers_.portal().begin(startup_.config);
        break;
      }
    } catch (const std::exception& why) {
      if (stopping_) break;
      if (!waits_out(why, first)) co_return false;
      const auto* error = dynamic_cast<const pg::Error*>(&why);
      lock_not_had = error != nullptr && error->sqlstate() == pg::kLockNotHad;
    }
    if (lock_not_had) co_await say_who_is_in_the_way();
    pause_.expires_after(kRetryStart);
    boost::system::error_code woken;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  co_return true;
}

asio::awaitable<bool> App::start() {
  if (!make_listeners()) co_return false;
  // The admin listener answers from the first moment, also while the database is away.
  spawn([this] { return listeners_->admin().run(); }, "admin_http");
  if (!co_await wait_for_database()) co_return false;
  if (!stopping_) begin_work();
  co_return true;
}

void App::begin_work() {
  say_where_memory_is_short(startup_.config);
  rules_.announce(startup_.rules);
  for (const auto& worker : workers_.all())
    spawn([one = worker.get()] { return one->run(); }, worker->name());
  spawn([this] { return listeners_->open().run(); }, "http");
  spawn([this] { return listen(); }, "listen");
  spawn([this] { return handle_hangups(); }, "hangups");
  spawn([this] { return reload_door_.run(); }, "reload_door");
  live_ = true;
  readiness_.live(startup_.config.kalender);
  asio::use_service<pg::SchemaWatch>(io_).begin(store::newest_version(),
                                                std::bind_front(&app::Database::halt, &database_));
  asio::use_service<pg::SessionWatch>(io_).begin(
      std::bind_front(&office::Marker::look, &workers_.marker()));
  log_event(Level::info, "started",
            {{"version", kVersion},
             {"listen", startup_.config.listen.to_string()},
             {"admin_listen", startup_.config.admin_listen.to_string()},
             {"simulated_clock", simulated_.has_value()}});
  systemd::ready(fmt::format("serving {}", startup_.config.listen.to_string()));
}

// Hints from other daemons and from tools on this database; nothing depends on them.
asio::awaitable<void> App::listen() {
  while (!stopping_) {
    try {
      pg::Connection connection = co_await pg::Connection::connect(database_.connect_options());
      co_await store::listen(connection);
      workers_.wake();
      while (!stopping_) {
        // A revoked token, a new deputy: in force within a second, whoever changed it.
        const store::Moment moment = co_await connection.query(store::kMoment);
        co_await rulebook_.refresh(connection, moment);
        rules_.announce_sops(startup_.rules);  // one that was retired meanwhile needs no file
        const auto again = Clock::monotonic() + office::kLongestSleep;
        // New work says nothing of them, and comes often.
        bool only_work = true;
        while (only_work && !stopping_ && Clock::monotonic() < again) {
          const auto heard = co_await connection.wait_notification(
              std::chrono::ceil<std::chrono::milliseconds>(again - Clock::monotonic()));
          if (heard) workers_.wake();
          only_work = heard && heard->payload == store::kWorkHint;
        }
      }
    } catch (const pg::Error& error) {
      if (error.sqlstate() == pg::kSchemaNewer) database_.halt(error);
    } catch (const std::exception&) {
      // Said by the loops already, which poll.
    }
    if (stopping_) break;
    asio::steady_timer pause(io_, office::kLongestSleep);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace tenggat
