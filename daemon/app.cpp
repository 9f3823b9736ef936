#include "daemon/app.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>

#include "daemon/clock.h"
#include "daemon/crash_point.h"
#include "daemon/http/admin.h"
#include "daemon/http/api.h"
#include "daemon/http/router.h"
#include "daemon/http/server.h"
#include "daemon/http/view.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/office/canary.h"
#include "daemon/office/committer.h"
#include "daemon/office/composer.h"
#include "daemon/office/dispatcher.h"
#include "daemon/office/loop.h"
#include "daemon/office/portal.h"
#include "daemon/office/receipts.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signing_in.h"
#include "daemon/office/snapshot.h"
#include "daemon/office/trouble.h"
#include "daemon/office/watch.h"
#include "daemon/office/words.h"
#include "daemon/pages/pages.h"
#include "daemon/pg/migrate.h"
#include "daemon/pg/pool.h"
#include "daemon/store/commands.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/rules.h"
#include "daemon/systemd_notify.h"
#include "daemon/version.h"
#include "notifiers/outgoing.h"

namespace tenggat {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kDrain{std::chrono::seconds(4)};
constexpr std::chrono::seconds kStopWithin{9};  // the service manager and operators expect 10
constexpr std::chrono::seconds kRetryStart{1};

std::string read_file(const std::filesystem::path& path, Faults& faults) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) faults.push_back({path.string(), 0, 0, "cannot be read"});
  return text.str();
}

SendRules send_rules(const Config& config) {
  return {config.officers.group_wait, config.officers.group_interval, config.undo_window,
          config.officers.messages_an_hour};
}

notify::ChannelsConfig channels_of(const Config& config, const Secrets& secrets) {
  notify::ChannelsConfig channels;
  channels.email = {config.email.url,        config.email.from,      config.email.reply_to,
                    config.email.user,       secrets.email_password, config.email.tls,
                    config.email.return_path};
  if (config.whatsapp.enabled())
    channels.whatsapp = {to_string(config.whatsapp.provider),
                         config.whatsapp.url,
                         config.whatsapp.version,
                         config.whatsapp.phone_number_id,
                         secrets.whatsapp_token,
                         config.whatsapp.server,
                         config.whatsapp.session};
  return channels;
}

notify::ReceiptConfig receipts_of(const Config& config, const Secrets& secrets) {
  if (!config.whatsapp.enabled()) return {};
  return {to_string(config.whatsapp.provider), secrets.whatsapp_app_secret,
          secrets.whatsapp_verify_token};
}

office::DispatcherSettings dispatcher_settings(const Startup& startup) {
  const Config& config = startup.config;
  office::DispatcherSettings settings;
  settings.channels[notify::Channel::email].a_second = config.email.messages_a_second;
  if (!config.whatsapp.url.starts_with("file:"))
    settings.channels[notify::Channel::whatsapp] = {
        config.whatsapp.messages_a_second, config.whatsapp.person_interval,
        // Receipts are signed with a secret, or come by a secret path: without one there are none.
        config.whatsapp.app_secret_file.empty() ? Seconds{0} : config.whatsapp.receipt_within};
  settings.alert = {{config.instansi, config.public_url},
                    std::make_shared<const notify::Texts>(startup.rules.texts)};
  return settings;
}

office::Portal::Options portal_options(const Config& config, const Secrets& secrets) {
  return {{config.portal.url, secrets.portal_secrets, config.portal.allow_private},
          config.mode == Config::Mode::trial};
}

office::ComposerSettings composer_settings(const Startup& startup,
                                           const notify::Outgoing& outgoing) {
  office::ComposerSettings settings;
  settings.office = {startup.config.instansi, startup.config.public_url};
  settings.calendar = startup.config.kalender;
  settings.trial = startup.config.mode == Config::Mode::trial;
  settings.email = outgoing.configured(notify::Channel::email);
  settings.whatsapp = outgoing.configured(notify::Channel::whatsapp);
  settings.texts = std::make_shared<const notify::Texts>(startup.rules.texts);
  return settings;
}

// In trial nothing leaves the house, nor does the canary.
office::CanarySettings canary_settings(const Config& config) {
  const bool trial = config.mode == Config::Mode::trial;
  return {config.canary.every, trial ? std::string() : config.canary.to};
}

http::ServerLimits limits_of(const Config& config) {
  http::ServerLimits limits;
  limits.header_bytes = config.http.header_bytes;
  limits.body_bytes = config.http.body_bytes;
  limits.large_body_bytes = config.http.file_bytes;
  for (const std::string& path : pages::upload_paths()) limits.large_body_paths.push_back(path);
  limits.request_time = config.http.request;
  limits.connections = static_cast<std::size_t>(config.http.connections);
  limits.proxies = config.http.proxies;
  return limits;
}

http::TlsContext tls_of(const Config& config, const Secrets& secrets) {
  if (!config.http.tls() || secrets.certificate.empty() || secrets.key.empty()) return nullptr;
  return http::make_tls_context(secrets.certificate, secrets.key);
}

asio::ip::tcp::endpoint endpoint_of(const Endpoint& endpoint) {
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  return {asio::ip::make_address(host), endpoint.port};
}

pg::PoolOptions pool_options(const std::string& database, std::size_t connections,
                             Metrics& metrics) {
  pg::PoolOptions options;
  options.connect.conninfo = database;
  options.connect.on_error = [&metrics](const pg::Error& error) {
    metrics.db_error(error.sqlstate());
  };
  options.connections_max = connections;
  return options;
}

// Of the loops, which find by key what they work on.
pg::PoolOptions loop_options(const std::string& database, std::size_t connections,
                             Metrics& metrics) {
  pg::PoolOptions options = pool_options(database, connections, metrics);
  options.connect.by_key = true;
  return options;
}

// Of the committer's connections, one a lane: the only ones whose every commit is a batch of
// commands.
pg::PoolOptions command_options(const std::string& database, Metrics& metrics) {
  pg::PoolOptions options = loop_options(database, office::Committer::kLanes, metrics);
  if constexpr (kCrashPoints)
    options.connect.on_sent = [](bool could_commit) {
      if (could_commit) crash_point(CrashPoint::commit_sent);
    };
  return options;
}

}  // namespace

boost::system::result<SimulatedStart, std::string> parse_simulated_start(std::string_view text) {
  const auto at = text.find('@');
  const auto fail = [] {
    return std::string("--clock takes START@SPEED, like 2026-04-02T14:00:00+08:00@600");
  };
  if (at == std::string_view::npos) return fail();
  const auto start = parse_instant(text.substr(0, at));
  const std::string_view digits = text.substr(at + 1);
  double speed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), speed);
  if (!start || error != std::errc() || end != digits.data() + digits.size() || speed < 0)
    return fail();
  return SimulatedStart{*start, speed};
}

Loaded<Startup> read_startup(const std::filesystem::path& config_file) {
  Faults faults;
  const std::string text = read_file(config_file, faults);
  if (!faults.empty()) return faults;
  auto config = load_config({config_file.string(), text});
  if (!config) return config.error();
  Startup startup;
  startup.config = std::move(*config);
  const auto take = [&faults](const Faults& more) {
    faults.insert(faults.end(), more.begin(), more.end());
  };
  if (auto secrets = read_secrets(startup.config, config_file))
    startup.secrets = std::move(*secrets);
  else
    take(secrets.error());
  if (auto rules = load_rule_files(startup.config.rules))
    startup.rules = std::move(*rules);
  else
    take(rules.error());
  try {
    startup.tls = tls_of(startup.config, startup.secrets);
  } catch (const std::exception& why) {
    faults.push_back(
        {config_file.string(), 0, 0, fmt::format("http.certificate_file: {}", why.what())});
  }
  for (const std::string& fault : channels_of(startup.config, startup.secrets).validate())
    faults.push_back({config_file.string(), 0, 0, fault});
  for (const std::string& fault : portal_options(startup.config, startup.secrets).config.validate())
    faults.push_back({config_file.string(), 0, 0, fault});
  const auto& calendars = startup.rules.calendars;
  if (faults.empty() && std::none_of(calendars.begin(), calendars.end(), [&](const Calendar& one) {
        return one.id() == startup.config.kalender;
      }))
    faults.push_back({config_file.string(), 0, 0,
                      fmt::format("kalender: there is no calendar '{}' in {}",
                                  startup.config.kalender, startup.config.rules)});
  if (!faults.empty()) return faults;
  return startup;
}

class App::Parts {
 public:
  Parts(std::filesystem::path file, Startup read, std::optional<SimulatedStart> simulated);
  int run();

 private:
  asio::awaitable<void> live();
  asio::awaitable<bool> start();
  asio::awaitable<bool> prepare_database();
  // Into the database and the rulebook.
  asio::awaitable<void> put_rules_in_force(pg::Connection& connection);
  asio::awaitable<void> describe_rules(pg::Connection& connection);
  // SOPs in force that no file has any more.
  std::vector<std::string> sops_without_file() const;
  void say_sops_without_file() const;
  void say_shared_addresses(Instant now) const;
  asio::awaitable<void> stop();
  asio::awaitable<void> handle_hangups();
  asio::awaitable<void> reload();
  asio::awaitable<void> listen();
  asio::awaitable<void> feed_watchdog();
  asio::awaitable<std::string> check_database();
  std::string outage_of_loops() const;
  asio::awaitable<std::string> check_migrations();
  asio::awaitable<std::string> check_rules();

  void spawn(asio::awaitable<void> loop, std::string name);
  void wake_all();
  void announce_standards();
  void announce_sops();
  void make_servers();

  std::filesystem::path config_file_;
  Startup startup_;
  std::optional<SimulatedStart> simulated_;

  asio::io_context io_{1};
  asio::signal_set stop_signals_{io_, SIGTERM, SIGINT};
  asio::signal_set hangup_{io_, SIGHUP};
  asio::steady_timer pause_{io_};     // the start's wait between attempts
  asio::steady_timer watchdog_{io_};  // until it is fed next
  Metrics metrics_;
  // Each loop has connections of its own: a flood of one kind of work does not starve another.
  pg::Pool command_pool_, watch_pool_, office_pool_, snapshot_pool_, read_pool_;
  office::Rulebook rulebook_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  office::Committer committer_;
  office::Watch watch_;
  office::Composer composer_;
  office::Dispatcher dispatcher_;
  office::Canary canary_;
  office::BoardFeed board_{io_.get_executor()};
  office::ReceiptLoop receipts_;
  office::Portal portal_;
  office::SnapshotLoop snapshot_;
  office::SigningIn signing_in_;
  http::RateLimit requests_, failures_;  // of the API, by token and by address
  notify::ReceiptConfig receipt_config_;
  std::unique_ptr<http::Router> api_router_, admin_router_;
  std::unique_ptr<http::Server> api_server_, admin_server_;

  bool stopping_ = false;
  bool live_ = false;
  int running_ = 0;  // loops
  office::Signal all_done_{io_.get_executor()};
  int status_ = 1;
};

namespace {

MetricsOptions metrics_options(const Startup& startup) {
  MetricsOptions options;
  options.version = kVersion;
  options.revision = kRevision;
  options.loops = {"committer", "watch",  "composer", "dispatcher",
                   "receipts",  "portal", "snapshot", "canary"};
  options.channels = {"email", "whatsapp", "webhook"};
  for (const Calendar& calendar : startup.rules.calendars)
    options.calendars.push_back(calendar.id());
  return options;
}

}  // namespace

App::Parts::Parts(std::filesystem::path file, Startup read, std::optional<SimulatedStart> simulated)
    : config_file_(std::move(file)),
      startup_(std::move(read)),
      simulated_(simulated),
      metrics_(metrics_options(startup_)),
      command_pool_(io_.get_executor(), command_options(startup_.config.database, metrics_)),
      watch_pool_(io_.get_executor(), loop_options(startup_.config.database, 1, metrics_)),
      office_pool_(io_.get_executor(), loop_options(startup_.config.database, 4, metrics_)),
      snapshot_pool_(io_.get_executor(), pool_options(startup_.config.database, 1, metrics_)),
      read_pool_(io_.get_executor(), pool_options(startup_.config.database, 4, metrics_)),
      rulebook_(send_rules(startup_.config)),
      outgoing_(std::make_shared<notify::Outgoing>(
          io_.get_executor(), channels_of(startup_.config, startup_.secrets), &Clock::machine_now)),
      committer_(io_.get_executor(), command_pool_, rulebook_, metrics_,
                 std::bind_front(&http::command_answer_json, startup_.config.public_url), {}),
      watch_(io_.get_executor(), watch_pool_, rulebook_, metrics_),
      composer_(io_.get_executor(), office_pool_, rulebook_, metrics_,
                composer_settings(startup_, *outgoing_)),
      dispatcher_(io_.get_executor(), office_pool_, metrics_, outgoing_,
                  dispatcher_settings(startup_)),
      canary_(io_.get_executor(), read_pool_, rulebook_, committer_, metrics_,
              canary_settings(startup_.config)),
      receipts_(io_.get_executor(), office_pool_, metrics_),
      portal_(io_.get_executor(), office_pool_, rulebook_, metrics_,
              portal_options(startup_.config, startup_.secrets)),
      snapshot_(io_.get_executor(), snapshot_pool_, rulebook_, metrics_, board_,
                {&command_pool_, &watch_pool_, &office_pool_, &snapshot_pool_, &read_pool_}),
      signing_in_(read_pool_, rulebook_, composer_settings(startup_, *outgoing_)),
      requests_(startup_.config.http.requests_a_minute),
      failures_(startup_.config.http.failures_a_minute),
      receipt_config_(receipts_of(startup_.config, startup_.secrets)) {
  count_log_lines([this](Level level) { metrics_.log_message(level); });
  committer_.on_commit([this] { wake_all(); });
  watch_.on_commit([this] { wake_all(); });
  composer_.on_commit([this] { dispatcher_.wake(); });
  signing_in_.on_commit([this] { dispatcher_.wake(); });
}

void App::Parts::wake_all() {
  watch_.wake();
  composer_.wake();
  dispatcher_.wake();
  portal_.wake();
}

void App::Parts::spawn(asio::awaitable<void> loop, std::string name) {
  ++running_;
  asio::co_spawn(io_, std::move(loop), [this, name](std::exception_ptr failure) {
    if (failure) {
      // A loop ends by being told to; anything else is a bug, and half a daemon is worse than none.
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& why) {
        log_event(Level::error, "loop_ended", {{"loop", name}, {"why", why.what()}});
      }
      status_ = 1;
      stop_signals_.cancel();
    }
    if (--running_ == 0) all_done_.notify();
  });
}

void App::Parts::announce_standards() {
  std::vector<StepStandard> standards;
  for (const Sop& sop : startup_.rules.sops) {
    const Calendar& calendar = rulebook_.calendar(sop.calendar);
    const auto seconds = [&](const Budget& budget) {
      return static_cast<double>(nominal_time(budget, calendar).count());
    };
    for (const Step& step : sop.steps)
      standards.push_back({sop.id, step.id, seconds(step.standard)});
    standards.push_back({sop.id, "", seconds(sop.case_standard)});
  }
  metrics_.set_standards(standards);
  announce_sops();
  for (const Calendar& calendar : startup_.rules.calendars)
    if (const Calendar* in_force = rulebook_.find_calendar(calendar.id()))
      metrics_.set_calendar_covered_until(
          calendar.id(), static_cast<double>(in_force->covered_until().time_since_epoch().count()));
}

// A service that was retired needs no file.
std::vector<std::string> App::Parts::sops_without_file() const {
  std::vector<std::string> ids;
  for (const Sop* sop : rulebook_.sops_in_force()) {
    const bool has_file = std::any_of(startup_.rules.sops.begin(), startup_.rules.sops.end(),
                                      [&](const Sop& one) { return one.id == sop->id; });
    if (!has_file && !rulebook_.retirement(sop->id)) ids.push_back(sop->id);
  }
  return ids;
}

void App::Parts::say_sops_without_file() const {
  for (const std::string& id : sops_without_file())
    log_event(Level::warning, "sop_without_file",
              {{"sop", id},
               {"effect", "it stays in force and takes applications"},
               {"remedy", "bring its file back, or: tenggat sop retire " + id}});
}

// From before that was refused.
void App::Parts::say_shared_addresses(Instant now) const {
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  if (sops.empty()) return;
  const Context context = rulebook_.context(*sops.front(), now);
  for (const Officer& officer : context.people.officers)
    for (const std::string& other :
         office::who_shares_address(context.people, officer, context.today()))
      log_event(Level::warning, "shared_address",
                {{"officer", officer.id},
                 {"with", other},
                 {"effect", "neither can sign in by it"},
                 {"remedy", "give each their own: tenggat officer edit"}});
}

void App::Parts::announce_sops() {
  const std::vector<std::string> without = sops_without_file();
  for (const Sop* sop : rulebook_.sops_in_force())
    metrics_.set_sop_without_file(
        sop->id, std::find(without.begin(), without.end(), sop->id) != without.end());
}

// Calendars first: who reads in between must not find an SOP without its own.
asio::awaitable<void> App::Parts::put_rules_in_force(pg::Connection& connection) {
  const auto say = [](const store::RuleSet& rules) {
    log_event(Level::info, "rules_in_force",
              {{"kind", rules.kind}, {"name", rules.name}, {"version", rules.hash}});
  };
  for (const store::RuleSet& calendar : startup_.rules.calendar_sets)
    if (co_await store::put_in_force_if_none(connection, calendar)) say(calendar);
  for (const store::RuleSet& sop : startup_.rules.sop_sets)
    if (co_await store::put_in_force(connection, sop)) say(sop);
  pg::Pipeline clock;
  clock.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await connection.run(std::move(clock));
  const store::Moment moment = store::moment_of(results.front());
  co_await rulebook_.refresh(connection, moment);
  say_sops_without_file();
  say_shared_addresses(moment.now);
}

// For whoever reads the database without the rules: the schema `laporan`.
asio::awaitable<void> App::Parts::describe_rules(pg::Connection& connection) {
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  std::vector<store::Word> words;
  for (const Sop& sop : startup_.rules.sops) {
    const Calendar& calendar = rulebook_.calendar(sop.calendar);
    for (store::Word& word : office::words_of(sop, calendar)) words.push_back(std::move(word));
  }
  store::add_words(pipeline, words);
  store::add_office_fact(pipeline, startup_.config.instansi, startup_.config.public_url);
  co_await transaction.commit(std::move(pipeline));
}

// False where starting makes no sense; an outage is an exception and is tried again.
asio::awaitable<bool> App::Parts::prepare_database() {
  pg::Pool::Lease lease = co_await read_pool_.acquire();
  const auto migrations = co_await pg::migration_status(*lease, pg::migrations());
  for (const pg::MigrationState& one : migrations) {
    if (one.kind == pg::MigrationState::Kind::kApplied) continue;
    log_event(Level::error, "schema_differs",
              {{"migration", one.name},
               {"remedy", one.kind == pg::MigrationState::Kind::kPending
                              ? "run: tenggat db migrate"
                              : "this program does not fit the database"}});
    co_return false;
  }
  if (simulated_) {
    const auto started = co_await store::start_clock(*lease, simulated_->start, simulated_->speed);
    if (!started) {
      log_event(Level::error, "clock_refused", {{"why", started.error()}});
      co_return false;
    }
  } else if (const auto refusal = co_await store::refuse_real_time(*lease)) {
    log_event(Level::error, "clock_refused", {{"why", *refusal}});
    co_return false;
  }
  co_await put_rules_in_force(*lease);
  co_await describe_rules(*lease);
  co_return true;
}

void App::Parts::make_servers() {
  admin_router_ = std::make_unique<http::Router>(
      http::admin_routes({std::bind_front(&Metrics::text, &metrics_),
                          {},
                          {{"database", std::bind_front(&Parts::check_database, this)},
                           {"migrations", std::bind_front(&Parts::check_migrations, this)},
                           {"rules", std::bind_front(&Parts::check_rules, this)}}}),
      &http::outage_answer);
  admin_server_ =
      std::make_unique<http::Server>(io_.get_executor(), endpoint_of(startup_.config.admin_listen),
                                     http::ServerLimits{}, admin_router_->handler());
  const std::string& public_url = startup_.config.public_url;
  std::vector<http::Route> routes = http::api_routes(
      {read_pool_, committer_, rulebook_, requests_, failures_, public_url,
       static_cast<std::size_t>(startup_.config.http.requests_at_once), &receipt_config_});
  for (http::Route& route :
       pages::page_routes({read_pool_, committer_, rulebook_, signing_in_, board_, public_url}))
    routes.push_back(std::move(route));
  std::vector<MetricsOptions::Route> counted;
  for (const http::Route& route : routes) counted.push_back({route.name, route.method});
  metrics_.know(counted);
  api_router_ = std::make_unique<http::Router>(std::move(routes), &http::outage_answer);
  api_server_ =
      std::make_unique<http::Server>(io_.get_executor(), endpoint_of(startup_.config.listen),
                                     limits_of(startup_.config), api_router_->handler());
  if (startup_.tls) api_server_->use_tls(startup_.tls);
  api_server_->observe(
      [this](const http::Exchange& exchange) {
        metrics_.http_request(exchange.route, exchange.method, exchange.status,
                              std::chrono::duration<double>(exchange.elapsed).count());
      },
      &Clock::monotonic);
}

// Reading does not tell whether writes succeed: the loops that write do.
asio::awaitable<std::string> App::Parts::check_database() {
  try {
    pg::Pool::Lease lease = co_await read_pool_.acquire();
    co_await lease->query(store::kMomentSql);
    if (!committer_.trouble().outage().empty() && committer_.idle()) {
      co_await store::probe_write(*lease);
      committer_.writes_again();
    }
  } catch (const pg::Error& error) {
    if (!error.is_outage()) throw;
    std::string outage = outage_of_loops();
    co_return outage.empty() ? office::in_words(error) : std::move(outage);
  }
  co_return outage_of_loops();
}

// One loop may have heard of a full disk where the others only lost their server.
std::string App::Parts::outage_of_loops() const {
  std::string out_of_reach;
  for (const office::Trouble* trouble :
       {&committer_.trouble(), &watch_.trouble(), &composer_.trouble(), &dispatcher_.trouble()}) {
    if (trouble->outage().empty()) continue;
    if (!trouble->only_out_of_reach()) return trouble->outage();
    out_of_reach = trouble->outage();
  }
  return out_of_reach;
}

asio::awaitable<std::string> App::Parts::check_migrations() {
  pg::Pool::Lease lease = co_await read_pool_.acquire();
  for (const pg::MigrationState& one : co_await pg::migration_status(*lease, pg::migrations()))
    if (one.kind != pg::MigrationState::Kind::kApplied)
      co_return "migration " + one.name + " differs";
  co_return "";
}

asio::awaitable<std::string> App::Parts::check_rules() {
  if (!live_) co_return "starting";
  if (rulebook_.sops_in_force().empty()) co_return "no SOP is in force";
  co_return "";
}

asio::awaitable<bool> App::Parts::start() {
  try {
    make_servers();
  } catch (const std::exception& why) {
    log_event(Level::error, "cannot_listen",
              {{"listen", startup_.config.listen.to_string()},
               {"admin_listen", startup_.config.admin_listen.to_string()},
               {"why", why.what()}});
    co_return false;
  }
  // The admin listener answers from the first moment, also while the database is away.
  spawn(admin_server_->run(), "admin_http");
  bool logged = false;
  while (!stopping_) {
    bool outage = false;
    try {
      if (!co_await prepare_database()) co_return false;
      co_await composer_.plant_daily_jobs();
    } catch (const std::exception& why) {
      const auto* error = dynamic_cast<const pg::Error*>(&why);
      outage = error && error->is_outage();
      if (!outage) {
        log_event(Level::error, "cannot_start", {{"why", why.what()}});
        co_return false;
      }
      if (!logged) log_event(Level::warning, "database_away", {{"why", error->message()}});
      logged = true;
    }
    if (!outage) break;
    pause_.expires_after(kRetryStart);
    boost::system::error_code woken;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (stopping_) co_return true;
  announce_standards();
  spawn(committer_.run(), "committer");
  spawn(watch_.run(), "watch");
  spawn(composer_.run(), "composer");
  spawn(dispatcher_.run(), "dispatcher");
  spawn(canary_.run(), "canary");
  spawn(receipts_.run(), "receipts");
  spawn(portal_.run(), "portal");
  spawn(snapshot_.run(), "snapshot");
  spawn(api_server_->run(), "http");
  spawn(listen(), "listen");
  live_ = true;
  metrics_.config_last_reload_successful.Set(1);
  metrics_.config_last_reload_success_timestamp_seconds.Set(Clock::machine_seconds());
  log_event(Level::info, "started",
            {{"version", kVersion},
             {"listen", startup_.config.listen.to_string()},
             {"admin_listen", startup_.config.admin_listen.to_string()},
             {"simulated_clock", simulated_.has_value()}});
  systemd::ready(fmt::format("serving {}", startup_.config.listen.to_string()));
  co_return true;
}

// Hints from other daemons and from tools on this database; nothing depends on them.
asio::awaitable<void> App::Parts::listen() {
  while (!stopping_) {
    try {
      pg::ConnectOptions options;
      options.conninfo = startup_.config.database;
      pg::Connection connection = co_await pg::Connection::connect(std::move(options));
      co_await store::listen(connection);
      wake_all();
      while (!stopping_) {
        // A revoked token, a new deputy: in force within a second, whoever changed it.
        const pg::Result moment = co_await connection.query(store::kMomentSql);
        co_await rulebook_.refresh(connection, store::moment_of(moment));
        announce_sops();  // one that was retired meanwhile needs no file
        const auto again = Clock::monotonic() + office::kLongestSleep;
        // New work says nothing of them, and comes often.
        bool only_work = true;
        while (only_work && !stopping_ && Clock::monotonic() < again) {
          const auto heard = co_await connection.wait_notification(
              std::chrono::ceil<std::chrono::milliseconds>(again - Clock::monotonic()));
          if (heard) wake_all();
          only_work = heard && heard->payload == store::kWorkHint;
        }
      }
    } catch (const std::exception&) {
      // Said by the loops already, which poll.
    }
    if (stopping_) break;
    asio::steady_timer pause(io_, office::kLongestSleep);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

// Fed only when the watch has come round: on work done, or on an outage named and waited out.
asio::awaitable<void> App::Parts::feed_watchdog() {
  const auto interval = systemd::watchdog_interval();
  if (!interval) co_return;
  std::uint64_t seen = 0;
  while (!stopping_) {
    if (watch_.cycles() != seen || !live_) systemd::watchdog();
    seen = watch_.cycles();
    watchdog_.expires_after(std::chrono::duration_cast<std::chrono::milliseconds>(*interval / 2));
    boost::system::error_code woken;
    co_await watchdog_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

asio::awaitable<void> App::Parts::reload() {
  systemd::reloading();
  auto read = read_startup(config_file_);
  bool good = read.has_value();
  if (!good) {
    for (const Fault& fault : read.error())
      log_event(Level::error, "reload_refused", {{"fault", fault.to_string()}});
  } else {
    try {
      Startup old = std::exchange(startup_, std::move(*read));
      pg::Pool::Lease lease = co_await read_pool_.acquire();
      try {
        co_await put_rules_in_force(*lease);
        co_await describe_rules(*lease);
        crash_point(CrashPoint::reloading);
      } catch (...) {
        startup_ = std::move(old);
        throw;
      }
      outgoing_ = std::make_shared<notify::Outgoing>(
          io_.get_executor(), channels_of(startup_.config, startup_.secrets), &Clock::machine_now);
      rulebook_.set_send(send_rules(startup_.config));
      composer_.reload(composer_settings(startup_, *outgoing_));
      signing_in_.reload(composer_settings(startup_, *outgoing_));
      dispatcher_.reload(outgoing_, dispatcher_settings(startup_));
      canary_.reload(canary_settings(startup_.config));
      receipt_config_ = receipts_of(startup_.config, startup_.secrets);
      portal_.reload(portal_options(startup_.config, startup_.secrets));
      if (startup_.tls) api_server_->use_tls(startup_.tls);
      requests_.allow(startup_.config.http.requests_a_minute);
      failures_.allow(startup_.config.http.failures_a_minute);
      set_up_log(startup_.config.log);
      announce_standards();
      wake_all();
      log_event(Level::info, "reloaded");
    } catch (const std::exception& why) {
      log_event(Level::error, "reload_refused", {{"why", why.what()}});
      good = false;
    }
  }
  metrics_.config_last_reload_successful.Set(good ? 1 : 0);
  if (good) metrics_.config_last_reload_success_timestamp_seconds.Set(Clock::machine_seconds());
  systemd::ready(good ? "reloaded" : "reload refused, the old state stays");
}

asio::awaitable<void> App::Parts::handle_hangups() {
  while (!stopping_) {
    boost::system::error_code failed;
    co_await hangup_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    co_await reload();
  }
}

asio::awaitable<void> App::Parts::stop() {
  stopping_ = true;
  systemd::stopping("draining");
  log_event(Level::info, "stopping");
  hangup_.cancel();
  pause_.cancel();
  watchdog_.cancel();
  board_.close();  // those who look at the board need no answer any more
  // First the door, then who is inside, then the loops that serve them.
  if (api_server_) co_await api_server_->drain(kDrain);
  committer_.stop();
  watch_.stop();
  composer_.stop();
  dispatcher_.stop();
  canary_.stop();
  receipts_.stop();
  portal_.stop();
  snapshot_.stop();
  if (admin_server_) co_await admin_server_->drain(std::chrono::milliseconds(200));
  while (running_ > 0) co_await all_done_.wait(kStopWithin);
  for (pg::Pool* pool : {&command_pool_, &watch_pool_, &office_pool_, &snapshot_pool_, &read_pool_})
    pool->close();
}

asio::awaitable<void> App::Parts::live() {
  spawn(handle_hangups(), "hangups");
  spawn(feed_watchdog(), "watchdog");
  status_ = 0;
  if (co_await start()) {
    boost::system::error_code woken;
    if (!stopping_)
      co_await stop_signals_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  } else {
    status_ = 1;
  }
  co_await stop();
}

int App::Parts::run() {
  asio::co_spawn(io_, live(), [this](std::exception_ptr failure) {
    if (failure) {
      status_ = 1;
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& why) {
        log_event(Level::error, "ended_badly", {{"why", why.what()}});
      }
    }
    io_.stop();
  });
  io_.run();
  log_event(Level::info, "stopped");
  count_log_lines({});
  return status_;
}

App::App(std::filesystem::path config_file, Startup startup, std::optional<SimulatedStart> clock)
    : parts_(std::make_unique<Parts>(std::move(config_file), std::move(startup), clock)) {}
App::~App() = default;
int App::run() { return parts_->run(); }

}  // namespace tenggat
