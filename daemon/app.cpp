#include "daemon/app.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <new>
#include <set>
#include <sstream>
#include <stdexcept>

#include "daemon/clock.h"
#include "daemon/config_keys.h"
#include "daemon/crash_point.h"
#include "daemon/http/admin.h"
#include "daemon/http/api.h"
#include "daemon/http/router.h"
#include "daemon/http/server.h"
#include "daemon/http/uploads.h"
#include "daemon/http/view.h"
#include "daemon/lasting.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/office/canary.h"
#include "daemon/office/committer.h"
#include "daemon/office/composer.h"
#include "daemon/office/dispatcher.h"
#include "daemon/office/file_collector.h"
#include "daemon/office/loop.h"
#include "daemon/office/number_clash.h"
#include "daemon/office/portal.h"
#include "daemon/office/receipts.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signing_in.h"
#include "daemon/office/snapshot.h"
#include "daemon/office/trouble.h"
#include "daemon/office/watch.h"
#include "daemon/office/words.h"
#include "daemon/pages/pages.h"
#include "daemon/pg/cut.h"
#include "daemon/pg/login.h"
#include "daemon/pg/migrate.h"
#include "daemon/pg/pool.h"
#include "daemon/pg/schema.h"
#include "daemon/reload_door.h"
#include "daemon/resources.h"
#include "daemon/store/clock_steps.h"
#include "daemon/store/commands.h"
#include "daemon/store/migrations.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/rules.h"
#include "daemon/systemd_notify.h"
#include "daemon/version.h"
#include "notifiers/outgoing.h"

namespace tenggat {
namespace asio = boost::asio;
namespace {

// Of stopping, which is over within 10 s: for requests under way, then for the loops to end by
// themselves, then once nothing waits on the database any more.
constexpr std::chrono::milliseconds kDrain{std::chrono::seconds(4)};
constexpr std::chrono::milliseconds kLoopsEnd{std::chrono::seconds(3)};
constexpr std::chrono::milliseconds kCutLoopsEnd{std::chrono::seconds(1)};
constexpr std::chrono::seconds kRetryStart{1};
constexpr std::chrono::seconds kTendLog{1};
constexpr std::chrono::minutes kSayAgain{1};  // in the log, that the database cannot do its work

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
  settings.alert = {{config.instansi, config.public_url, config.skm.url},
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
  const Config& config = startup.config;
  settings.office = {config.instansi, config.public_url, config.skm.url};
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
  const Resources resources = resources_of(config);
  http::ServerLimits limits;
  limits.header_bytes = resources.head;
  limits.body_bytes = resources.body;
  limits.file_bytes = resources.file;
  limits.request_time = resources.request;
  limits.connections = resources.connections;
  limits.connections_per_address = resources.of_one_address();
  limits.proxies = config.http.proxies;
  return limits;
}

// The listener of the machine's own watchers: metrics, livez, readyz.
http::ServerLimits admin_limits() {
  http::ServerLimits limits;
  limits.connections = kShipped.admin_connections;
  limits.serves_from_reserve = true;
  return limits;
}

// A service may have less than all of it together: said, for whoever looks why it was killed.
void say_where_memory_is_short(const Config& config) {
  if (const auto short_of = refuse_resources(resources_of(config), memory_allowed()))
    log_event(Level::warning, "memory_short", {{"why", *short_of}});
}

http::TlsContext tls_of(const Config& config, const Secrets& secrets) {
  if (!config.http.tls() || secrets.certificate.empty() || secrets.key.empty()) return nullptr;
  return http::make_tls_context(secrets.certificate, secrets.key);
}

asio::ip::tcp::endpoint endpoint_of(const Endpoint& endpoint) {
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  return {asio::ip::make_address(host), endpoint.port};
}

pg::PoolOptions pool_options(pg::ConnectOptions connect, std::size_t connections) {
  pg::PoolOptions options;
  options.connect = std::move(connect);
  options.connections_max = connections;
  return options;
}

// Of the loops, which find by key what they work on.
pg::PoolOptions loop_options(pg::ConnectOptions connect, std::size_t connections) {
  pg::PoolOptions options = pool_options(std::move(connect), connections);
  options.connect.by_key = true;
  return options;
}

// Of files, which come and go in chunks; whoever waits is in the middle of one.
pg::PoolOptions file_options(pg::ConnectOptions connect) {
  pg::PoolOptions options = loop_options(std::move(connect), kShipped.file_sessions);
  options.waiters_max = 4096;
  options.acquire_timeout = std::chrono::seconds(30);
  return options;
}

office::CommitterOptions committer_options(const Config& config) {
  office::CommitterOptions options;
  options.permit_file_bytes = config.http.permit_file_bytes;
  return options;
}

// Of the committer's connections, one a lane: the only ones whose every commit is a batch of
// commands.
pg::PoolOptions command_options(pg::ConnectOptions connect) {
  pg::PoolOptions options = loop_options(std::move(connect), office::Committer::kLanes);
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
  const auto start = parse_entered_instant(text.substr(0, at));
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
  Parts(std::filesystem::path file, Startup read, std::optional<SimulatedStart> simulated,
        StopSignals& signals);
  int run();

 private:
  asio::awaitable<void> live();
  asio::awaitable<void> begin();
  asio::awaitable<bool> start();
  bool waits_out(const std::exception& why, bool first);
  asio::awaitable<void> say_who_is_in_the_way();
  asio::awaitable<bool> prepare_database();
  asio::awaitable<std::set<std::string>> refuse_clashes(pg::Connection& connection,
                                                        const Startup& startup);
  // Into the database and the rulebook. Returns what is new in force: "sop paud".
  asio::awaitable<std::vector<std::string>> put_rules_in_force(pg::Connection& connection,
                                                               const Startup& startup);
  asio::awaitable<void> describe_rules(pg::Connection& connection, const Startup& startup);
  std::vector<std::string> say_where_files_differ() const;
  void ask_to_stop();
  // SOPs in force that no file has any more.
  std::vector<std::string> sops_without_file() const;
  std::vector<std::string> say_sops_without_file() const;
  void say_shared_addresses(Instant now) const;
  asio::awaitable<void> stop();
  asio::awaitable<void> end_loops();
  asio::awaitable<void> handle_hangups();
  asio::awaitable<ReloadReport> reload();
  asio::awaitable<ReloadReport> take_up(Startup next);
  void apply();
  void measure_configuration();
  asio::awaitable<void> listen();
  asio::awaitable<void> feed_watchdog();
  asio::awaitable<std::string> check_database();
  std::string outage_of_loops() const;
  pg::ConnectOptions connect_options();
  void hear(const pg::Error& error);
  void halt(const pg::Error& newer);
  asio::awaitable<void> keep_log();
  asio::awaitable<std::string> check_migrations();
  asio::awaitable<std::string> check_rules();
  asio::awaitable<std::string> describe_clock();

  void spawn(std::function<asio::awaitable<void>()> loop, std::string name);
  void wake_all();
  void announce_standards();
  void announce_sops();
  void make_servers();

  std::filesystem::path config_file_;
  Startup startup_;
  const Config started_;  // what takes a restart is as it stood there
  std::optional<SimulatedStart> simulated_;
  StopSignals& signals_;

  asio::io_context io_{1};
  asio::signal_set hangup_{io_, SIGHUP};
  asio::steady_timer pause_{io_};     // the start's wait between attempts
  asio::steady_timer watchdog_{io_};  // until it is fed next
  asio::steady_timer log_pause_{io_};
  Metrics metrics_;
  pg::Cut& cut_ = asio::use_service<pg::Cut>(io_);  // of every session here
  // What a session was told of the state the database is in, until a write succeeds again.
  std::string unfit_, unfit_said_;
  std::string halted_;  // why it acts no more, for whoever asks whether it is ready
  std::chrono::nanoseconds unfit_said_at_{};
  // Each loop has connections of its own: a flood of one kind of work does not starve another.
  pg::Pool command_pool_, watch_pool_, office_pool_, snapshot_pool_, read_pool_, file_pool_;
  office::Rulebook rulebook_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  office::Committer committer_;
  office::Watch watch_;
  office::Composer composer_;
  office::Dispatcher dispatcher_;
  office::Canary canary_;
  office::BoardFeed board_{io_.get_executor()};
  office::ReceiptLoop receipts_;
  office::FileCollector file_collector_;
  office::Portal portal_;
  office::SnapshotLoop snapshot_;
  office::SigningIn signing_in_;
  http::Uploads uploads_;
  http::RateLimit requests_;  // of the API, by token
  http::Doorkeeper door_;
  notify::ReceiptConfig receipt_config_;
  std::unique_ptr<http::Router> api_router_, admin_router_;
  std::unique_ptr<http::Server> api_server_, admin_server_;
  ReloadDoor reload_door_{io_.get_executor(), std::bind_front(&Parts::reload, this)};

  bool stopping_ = false;
  bool live_ = false;
  bool reloading_ = false;
  std::multiset<std::string> running_;  // loops, by name
  office::Signal all_done_{io_.get_executor()}, stop_asked_{io_.get_executor()},
      reloaded_{io_.get_executor()};
  int status_ = 0;
};

namespace {

MetricsOptions metrics_options() {
  MetricsOptions options;
  options.version = kVersion;
  options.revision = kRevision;
  options.loops = {"committer", "watch",    "composer", "dispatcher", "receipts",
                   "portal",    "snapshot", "canary",   "files"};
  options.channels = {"email", "whatsapp", "webhook"};
  return options;
}

}  // namespace

App::Parts::Parts(std::filesystem::path file, Startup read, std::optional<SimulatedStart> simulated,
                  StopSignals& signals)
    : config_file_(std::move(file)),
      startup_(std::move(read)),
      started_(startup_.config),
      simulated_(simulated),
      signals_(signals),
      metrics_(metrics_options()),
      command_pool_(io_.get_executor(), command_options(connect_options())),
      watch_pool_(io_.get_executor(), loop_options(connect_options(), kShipped.watch)),
      office_pool_(io_.get_executor(), loop_options(connect_options(), kShipped.loops)),
      snapshot_pool_(io_.get_executor(), pool_options(connect_options(), kShipped.snapshot)),
      read_pool_(io_.get_executor(), pool_options(connect_options(), kShipped.reads)),
      file_pool_(io_.get_executor(), file_options(connect_options())),
      rulebook_(send_rules(startup_.config)),
      outgoing_(std::make_shared<notify::Outgoing>(
          io_.get_executor(), channels_of(startup_.config, startup_.secrets), &Clock::machine_now)),
      committer_(io_.get_executor(), command_pool_, rulebook_, metrics_,
                 std::bind_front(&http::command_answer_json, startup_.config.public_url),
                 committer_options(startup_.config)),
      watch_(io_.get_executor(), watch_pool_, rulebook_, metrics_),
      composer_(io_.get_executor(), office_pool_, rulebook_, metrics_,
                composer_settings(startup_, *outgoing_)),
      dispatcher_(io_.get_executor(), office_pool_, metrics_, outgoing_,
                  dispatcher_settings(startup_)),
      canary_(io_.get_executor(), read_pool_, rulebook_, committer_, metrics_,
              canary_settings(startup_.config)),
      receipts_(io_.get_executor(), office_pool_, metrics_),
      file_collector_(io_.get_executor(), file_pool_, metrics_),
      portal_(io_.get_executor(), office_pool_, rulebook_, metrics_,
              portal_options(startup_.config, startup_.secrets)),
      snapshot_(
          io_.get_executor(), snapshot_pool_, rulebook_, metrics_, board_,
          {&command_pool_, &watch_pool_, &office_pool_, &snapshot_pool_, &read_pool_, &file_pool_}),
      signing_in_(read_pool_, rulebook_, composer_settings(startup_, *outgoing_)),
      uploads_(file_pool_,
               {startup_.config.http.permit_file_bytes, startup_.config.http.daily_file_bytes}),
      requests_(startup_.config.http.requests_a_minute),
      door_(startup_.config.http.failures_a_minute),
      receipt_config_(receipts_of(startup_.config, startup_.secrets)) {
  count_log_lines([this](Level level) { metrics_.log_message(level); });
  measure_configuration();
  committer_.on_commit([this] {
    unfit_.clear();
    wake_all();
  });
  watch_.on_commit([this] { wake_all(); });
  watch_.clock().on_set_back([this] {
    composer_.plan_again();
    wake_all();
  });
  composer_.on_commit([this] { dispatcher_.wake(); });
  signing_in_.on_commit([this] { dispatcher_.wake(); });
}

void App::Parts::wake_all() {
  watch_.wake();
  composer_.wake();
  dispatcher_.wake();
  portal_.wake();
}

pg::ConnectOptions App::Parts::connect_options() {
  pg::ConnectOptions options(started_.database);
  options.on_error = std::bind_front(&Parts::hear, this);
  return options;
}

// A database that is there but cannot do its work is told from one that is away: whoever wrote last
// may be no loop, and /readyz must say it all the same.
void App::Parts::hear(const pg::Error& error) {
  metrics_.db_error(error.sqlstate());
  const bool unfit =
      error.sqlstate_class() == "53" || error.sqlstate_class() == "58" || error.is_read_only();
  if (!unfit) return;
  unfit_ = office::in_words(error);
  const auto now = Clock::monotonic();
  if (unfit_ == unfit_said_ && now - unfit_said_at_ < kSayAgain) return;
  log_event(Level::error, "database_unfit", {{"state", unfit_}, {"why", error.message()}});
  unfit_said_ = unfit_;
  unfit_said_at_ = now;
}

// Nothing is done to a schema that this program does not know: every session ends, what was under
// way with it, and none is opened again. Whoever asks is told so, until the program is replaced.
void App::Parts::halt(const pg::Error& newer) {
  if (cut_.made()) return;
  halted_ = office::in_words(newer);
  log_event(Level::error, "schema_newer",
            {{"why", newer.message()},
             {"effect", "nothing is read, written or sent any more"},
             {"remedy",
              "install the version that migrated the database, or restore the database, "
              "and restart"}});
  systemd::status("halted: " + halted_);
  cut_.now(newer.sqlstate(), newer.message());
}

// Lines that could not leave do so once somebody reads again, though nothing new is logged.
asio::awaitable<void> App::Parts::keep_log() {
  while (!stopping_) {
    tend_log();
    log_pause_.expires_after(kTendLog);
    boost::system::error_code woken;
    co_await log_pause_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

// The files that were just accepted.
void App::Parts::measure_configuration() {
  metrics_.config_last_reload_successful.Set(1);
  metrics_.config_last_reload_success_timestamp_seconds.Set(Clock::machine_seconds());
  metrics_.certificate_not_after_timestamp_seconds.Set(
      startup_.tls ? static_cast<double>(http::not_after(startup_.tls)) : 0);
}

void App::Parts::spawn(std::function<asio::awaitable<void>()> loop, std::string name) {
  running_.insert(name);
  spawn_lasting(io_.get_executor(), std::move(loop), [this, name](std::exception_ptr failure) {
    if (failure) {
      // A loop ends by being told to; anything else is a bug, and half a daemon is worse than none.
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& why) {
        log_event(Level::error, "loop_ended", {{"loop", name}, {"why", why.what()}});
      }
      if (!cut_.made()) status_ = 1;
      ask_to_stop();
    }
    running_.erase(running_.find(name));
    if (running_.empty()) all_done_.notify();
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

// The services whose `nomor` is another's. A reload is refused for them. A start is not, since open
// permits' time runs: it goes on with what is in force, without them.
asio::awaitable<std::set<std::string>> App::Parts::refuse_clashes(pg::Connection& connection,
                                                                  const Startup& startup) {
  std::set<std::string> refused;
  std::string all;
  for (const office::NumberClash& clash :
       co_await office::number_clashes(connection, startup.rules.sops)) {
    refused.insert(clash.sop);
    all += (all.empty() ? "" : "; ") + clash.fault.to_string();
    if (!live_) log_event(Level::error, "rules_refused", {{"fault", clash.fault.to_string()}});
  }
  if (live_ && !refused.empty()) throw std::runtime_error(all);
  co_return refused;
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

std::vector<std::string> App::Parts::say_sops_without_file() const {
  std::vector<std::string> without = sops_without_file();
  for (const std::string& id : without)
    log_event(Level::warning, "sop_without_file",
              {{"sop", id},
               {"effect", "it stays in force and takes applications"},
               {"remedy", "bring its file back, or: tenggat sop retire " + id}});
  return without;
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
asio::awaitable<std::vector<std::string>> App::Parts::put_rules_in_force(pg::Connection& connection,
                                                                         const Startup& startup) {
  std::vector<std::string> in_force;
  const auto say = [&in_force](const store::RuleSet& rules) {
    in_force.push_back(rules.kind + ' ' + rules.name);
    log_event(Level::info, "rules_in_force",
              {{"kind", rules.kind}, {"name", rules.name}, {"version", rules.hash}});
  };
  const std::set<std::string> refused = co_await refuse_clashes(connection, startup);
  for (const store::RuleSet& calendar : startup.rules.calendar_sets)
    if (co_await store::put_in_force_if_none(connection, calendar)) say(calendar);
  for (const store::RuleSet& sop : startup.rules.sop_sets)
    if (!refused.contains(sop.name) && co_await store::put_in_force(connection, sop)) say(sop);
  const store::Moment moment = co_await connection.query(store::kMoment);
  co_await rulebook_.refresh(connection, moment);
  say_shared_addresses(moment.now);
  co_return in_force;
}

// SOPs come into force by themselves; a calendar moves dates that applicants were told, so that a
// person must apply it.
std::vector<std::string> App::Parts::say_where_files_differ() const {
  std::vector<std::string> differing;
  for (const store::RuleSet& calendar : startup_.rules.calendar_sets) {
    if (!rulebook_.find_calendar(calendar.name)) continue;
    const std::string& in_force = rulebook_.calendar_version(calendar.name);
    if (in_force == calendar.hash) continue;
    differing.push_back("calendar " + calendar.name);
    log_event(Level::warning, "rules_differ",
              {{"kind", "calendar"},
               {"name", calendar.name},
               {"file", calendar.hash},
               {"in_force", in_force},
               {"remedy", "tenggat calendar preview FILE, then tenggat calendar apply FILE"}});
  }
  return differing;
}

// For whoever reads the database without the rules: the schema `laporan`.
asio::awaitable<void> App::Parts::describe_rules(pg::Connection& connection,
                                                 const Startup& startup) {
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  std::vector<store::Word> words;
  for (const Sop& sop : startup.rules.sops) {
    const Calendar& calendar = rulebook_.calendar(sop.calendar);
    for (store::Word& word : office::words_of(sop, calendar)) words.push_back(std::move(word));
  }
  store::add_words(pipeline, words);
  store::add_office_fact(pipeline, startup.config.instansi, startup.config.public_url);
  co_await transaction.commit(std::move(pipeline));
}

// False where starting makes no sense; an outage is an exception and is tried again.
asio::awaitable<bool> App::Parts::prepare_database() {
  pg::Pool::Lease lease = co_await read_pool_.acquire();
  const auto migrations = co_await pg::migration_status(*lease, store::migrations());
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
  co_await put_rules_in_force(*lease, startup_);
  co_await describe_rules(*lease, startup_);
  say_where_files_differ();
  say_sops_without_file();
  co_return true;
}

void App::Parts::make_servers() {
  admin_router_ = std::make_unique<http::Router>(
      http::admin_routes({std::bind_front(&Metrics::text, &metrics_),
                          {},
                          {{"database", std::bind_front(&Parts::check_database, this)},
                           {"migrations", std::bind_front(&Parts::check_migrations, this)},
                           {"rules", std::bind_front(&Parts::check_rules, this)}},
                          {{"clock", std::bind_front(&Parts::describe_clock, this)}}}),
      &http::outage_answer);
  admin_server_ =
      std::make_unique<http::Server>(io_.get_executor(), endpoint_of(startup_.config.admin_listen),
                                     admin_limits(), admin_router_->handler());
  const std::string& public_url = startup_.config.public_url;
  std::vector<http::Route> routes = http::api_routes(
      {read_pool_, committer_, rulebook_, uploads_, requests_, door_, public_url,
       static_cast<std::size_t>(startup_.config.http.requests_at_once), &receipt_config_});
  for (http::Route& route : pages::page_routes(
           {read_pool_, committer_, rulebook_, signing_in_, board_, uploads_, door_, public_url}))
    routes.push_back(std::move(route));
  for (const http::Route& route : routes)
    if (!find_bounds(route.name))
      throw std::logic_error("no bounds are stated for the route " + route.name);
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
  if (!halted_.empty()) co_return halted_;
  try {
    pg::Pool::Lease lease = co_await read_pool_.acquire();
    co_await lease->query(store::kMoment.sql);
    const bool troubled = !committer_.trouble().outage().empty();
    if ((troubled || !unfit_.empty()) && committer_.idle()) {
      co_await store::probe_write(*lease);
      committer_.writes_again();
      unfit_.clear();
    }
  } catch (const pg::Error& error) {
    if (!error.is_outage()) throw;
    std::string outage = outage_of_loops();
    if (outage.empty()) outage = unfit_;
    co_return outage.empty() ? office::in_words(error) : std::move(outage);
  }
  std::string outage = outage_of_loops();
  co_return outage.empty() ? unfit_ : std::move(outage);
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
  if (!halted_.empty()) co_return halted_;
  pg::Pool::Lease lease = co_await read_pool_.acquire();
  for (const pg::MigrationState& one : co_await pg::migration_status(*lease, store::migrations()))
    if (one.kind != pg::MigrationState::Kind::kApplied)
      co_return "migration " + one.name + " differs";
  co_return "";
}

asio::awaitable<std::string> App::Parts::check_rules() {
  if (!live_) co_return "starting";
  if (rulebook_.sops_in_force().empty()) co_return "no SOP is in force";
  co_return "";
}

// What was recorded before it was set back bears a time that is still to come.
asio::awaitable<std::string> App::Parts::describe_clock() {
  if (!live_) co_return "";
  pg::Pipeline pipeline;
  const auto asked = store::add_set_back(pipeline);
  std::optional<store::SetBack> set_back;
  try {
    pg::Pool::Lease lease = co_await read_pool_.acquire();
    const pg::Results results = co_await lease->run(std::move(pipeline));
    set_back = results[asked];
  } catch (const pg::Error&) {
    // The check of the database says it.
  }
  if (!set_back) co_return "";
  const Calendar& calendar = rulebook_.calendar(startup_.config.kalender);
  co_return fmt::format("the database's clock was set back at {}, from {}",
                        calendar.format(set_back->noticed_at), calendar.format(set_back->stood_at));
}

// Whether to try again, since what failed the start is an outage. A login that the database refuses
// is a fault of the installation: to wait for it would hide it.
bool App::Parts::waits_out(const std::exception& why, bool first) {
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
    log_event(Level::error, "cannot_start", {{"why", why.what()}});
    return false;
  }
  if (first) log_event(Level::warning, "database_away", {{"why", error->message()}});
  systemd::status("waiting: " + office::in_words(*error));
  return true;
}

// A lock that others hold keeps a start waiting, never in silence.
asio::awaitable<void> App::Parts::say_who_is_in_the_way() {
  try {
    pg::Pool::Lease lease = co_await read_pool_.acquire();
    const auto holders = co_await pg::lock_holders(*lease, pg::Holding::locks_to_write);
    const std::string words = pg::words_of(holders);
    log_event(Level::warning, "start_waits", {{"why", words}});
    systemd::status("waiting: " + words);
  } catch (const pg::Error&) {
    // The next attempt says it.
  }
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
  spawn([this] { return admin_server_->run(); }, "admin_http");
  for (bool first = true; !stopping_; first = false) {
    bool lock_not_had = false;
    try {
      if (!co_await prepare_database()) co_return false;
      co_await composer_.plant_daily_jobs();
      break;
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
  if (stopping_) co_return true;
  say_where_memory_is_short(startup_.config);
  announce_standards();
  spawn([this] { return committer_.run(); }, "committer");
  spawn([this] { return watch_.run(); }, "watch");
  spawn([this] { return composer_.run(); }, "composer");
  spawn([this] { return dispatcher_.run(); }, "dispatcher");
  spawn([this] { return canary_.run(); }, "canary");
  spawn([this] { return receipts_.run(); }, "receipts");
  spawn([this] { return file_collector_.run(); }, "files");
  spawn([this] { return portal_.run(); }, "portal");
  spawn([this] { return snapshot_.run(); }, "snapshot");
  spawn([this] { return api_server_->run(); }, "http");
  spawn([this] { return listen(); }, "listen");
  spawn([this] { return handle_hangups(); }, "hangups");
  spawn([this] { return reload_door_.run(); }, "reload_door");
  live_ = true;
  auto& schema = asio::use_service<pg::SchemaWatch>(io_);
  schema.newest = store::newest_version();
  schema.on_newer = std::bind_front(&Parts::halt, this);
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
      pg::Connection connection = co_await pg::Connection::connect(connect_options());
      co_await store::listen(connection);
      wake_all();
      while (!stopping_) {
        // A revoked token, a new deputy: in force within a second, whoever changed it.
        const store::Moment moment = co_await connection.query(store::kMoment);
        co_await rulebook_.refresh(connection, moment);
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
    } catch (const pg::Error& error) {
      if (error.sqlstate() == pg::kSchemaNewer) halt(error);
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

namespace {

std::string joined(const auto& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

// One after the other, whoever asks.
asio::awaitable<ReloadReport> App::Parts::reload() {
  while (reloading_) co_await reloaded_.wait(kRetryStart);
  reloading_ = true;
  systemd::reloading();
  ReloadReport report;
  auto read = read_startup(config_file_);
  if (read) {
    try {
      report = co_await take_up(std::move(*read));
    } catch (const std::exception& why) {
      report.lines.emplace_back(why.what());
    }
  } else {
    for (const Fault& fault : read.error()) report.lines.push_back(fault.to_string());
  }
  if (report.accepted) {
    measure_configuration();
  } else {
    metrics_.config_last_reload_successful.Set(0);
    for (const std::string& fault : report.lines)
      log_event(Level::error, "reload_refused", {{"fault", fault}});
  }
  systemd::ready(report.accepted ? "reloaded" : "reload refused, the old state stays");
  reloading_ = false;
  reloaded_.notify();
  co_return report;
}

// All of it or, where the database does not take it, none.
asio::awaitable<ReloadReport> App::Parts::take_up(Startup next) {
  const auto until_restart = keep_until_restart(next.config, started_);
  std::vector<std::string> changed;
  for (const std::string_view key :
       changed_keys(next.config, next.secrets, startup_.config, startup_.secrets))
    changed.emplace_back(key);
  if (next.rules.texts_version != startup_.rules.texts_version) changed.emplace_back("texts");
  {
    pg::Pool::Lease lease = co_await read_pool_.acquire();
    std::vector<std::string> in_force = co_await put_rules_in_force(*lease, next);
    changed.insert(changed.end(), in_force.begin(), in_force.end());
    co_await describe_rules(*lease, next);
  }
  crash_point(CrashPoint::reloading);
  startup_ = std::move(next);
  apply();
  const std::vector<std::string> differing = say_where_files_differ();
  const std::vector<std::string> without_file = say_sops_without_file();
  log_event(Level::info, "reloaded",
            {{"changed", joined(changed)},
             {"restart_needed", joined(until_restart)},
             {"differing", joined(differing)}});
  ReloadReport report;
  report.accepted = true;
  report.lines.push_back(changed.empty() ? "nothing changed" : "changed: " + joined(changed));
  if (!until_restart.empty())
    report.lines.push_back("changed, but takes a restart: " + joined(until_restart));
  if (!differing.empty())
    report.lines.push_back("files differ from what is in force: " + joined(differing) +
                           " (tenggat calendar preview FILE, then tenggat calendar apply FILE)");
  if (!without_file.empty())
    report.lines.push_back("in force without a file: sop " + joined(without_file) +
                           " (bring the file back, or tenggat sop retire SOP)");
  co_return report;
}

// What startup_ says, as far as it needs no restart.
void App::Parts::apply() {
  outgoing_ = std::make_shared<notify::Outgoing>(
      io_.get_executor(), channels_of(startup_.config, startup_.secrets), &Clock::machine_now);
  rulebook_.set_send(send_rules(startup_.config));
  composer_.reload(composer_settings(startup_, *outgoing_));
  signing_in_.reload(composer_settings(startup_, *outgoing_));
  dispatcher_.reload(outgoing_, dispatcher_settings(startup_));
  canary_.reload(canary_settings(startup_.config));
  receipt_config_ = receipts_of(startup_.config, startup_.secrets);
  portal_.reload(portal_options(startup_.config, startup_.secrets));
  api_server_->use_tls(startup_.tls);
  requests_.allow(startup_.config.http.requests_a_minute);
  door_.allow(startup_.config.http.failures_a_minute);
  set_up_log(startup_.config.log);
  announce_standards();
  wake_all();
}

asio::awaitable<void> App::Parts::handle_hangups() {
  while (!stopping_) {
    boost::system::error_code failed;
    co_await hangup_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    co_await reload();
  }
}

// Before it serves anybody there is nothing to drain: what waits on the database is let go at once.
void App::Parts::ask_to_stop() {
  stopping_ = true;
  pause_.cancel();
  log_pause_.cancel();
  if (!live_) cut_.now();
  stop_asked_.notify();
}

asio::awaitable<void> App::Parts::stop() {
  stopping_ = true;
  signals_.end_in_time(status_);
  systemd::stopping("draining");
  log_event(Level::info, "stopping");
  hangup_.cancel();
  reload_door_.close();
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
  file_collector_.stop();
  portal_.stop();
  snapshot_.stop();
  if (admin_server_) co_await admin_server_->drain(std::chrono::milliseconds(200));
  co_await end_loops();
}

// What a database, a mail server or a name server that says nothing keeps from ending is left: what
// was acknowledged is committed, leases run out, and the next daemon goes on from there.
asio::awaitable<void> App::Parts::end_loops() {
  if (!running_.empty()) co_await all_done_.wait(kLoopsEnd);
  const bool in_time = running_.empty();
  cut_.now();
  for (pg::Pool* pool :
       {&command_pool_, &watch_pool_, &office_pool_, &snapshot_pool_, &read_pool_, &file_pool_})
    pool->close();
  if (in_time) co_return;
  log_event(Level::warning, "stopping_cut_short", {{"waiting", joined(running_)}});
  co_await all_done_.wait(kCutLoopsEnd);
}

asio::awaitable<void> App::Parts::begin() {
  auto starting = start();
  const bool started = co_await std::move(starting);
  if (started) co_return;
  status_ = 1;
  ask_to_stop();
}

asio::awaitable<void> App::Parts::live() {
  spawn([this] { return feed_watchdog(); }, "watchdog");
  spawn([this] { return keep_log(); }, "log");
  spawn([this] { return begin(); }, "start");
  while (!stopping_) co_await stop_asked_.wait(std::chrono::hours(1));
  co_await stop();
}

int App::Parts::run() {
  signals_.wait_for([this] { asio::post(io_, [this] { ask_to_stop(); }); });
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
  // What runs out of memory outside of a coroutine loses that one step; all others go on.
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::bad_alloc&) {
      log_event(Level::error, "out_of_memory");
    }
  }
  log_event(Level::info, "stopped");
  count_log_lines({});
  flush_log();
  // A loop that has not ended holds what goes before it, and a name server that says nothing a
  // thread: such a process is left, not taken apart.
  if (!running_.empty() || cut_.lookups > 0) std::_Exit(status_);
  return status_;
}

App::App(std::filesystem::path config_file, Startup startup, std::optional<SimulatedStart> clock)
    : parts_(std::make_unique<Parts>(std::move(config_file), std::move(startup), clock, signals_)) {
}
App::~App() = default;
int App::run() { return parts_->run(); }

}  // namespace tenggat
