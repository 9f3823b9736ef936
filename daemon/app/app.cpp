#include "daemon/app/app.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <exception>
#include <new>

#include "daemon/api/view.h"
#include "daemon/base/clock.h"
#include "daemon/base/lasting.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd_notify.h"
#include "daemon/base/version.h"
#include "daemon/pg/search_path.h"

namespace tenggat {
namespace asio = boost::asio;
namespace {

// Of stopping, which is over within 10 s: for requests under way, then for the loops to end by
// themselves, then once nothing waits on the database any more.
constexpr std::chrono::milliseconds kDrain{std::chrono::seconds(4)};
constexpr std::chrono::milliseconds kLoopsEnd{std::chrono::seconds(3)};
constexpr std::chrono::milliseconds kCutLoopsEnd{std::chrono::seconds(1)};
constexpr std::chrono::seconds kTendLog{1};

MetricsOptions metrics_options() {
  MetricsOptions options;
  options.version = kVersion;
  options.revision = kRevision;
  return options;
}

}  // namespace

App::App(std::filesystem::path config_file, Startup startup, std::optional<SimulatedStart> clock)
    : config_file_(std::move(config_file)),
      startup_(std::move(startup)),
      started_(startup_.config),
      simulated_(clock),
      metrics_(metrics_options()),
      database_(io_, pg::in_schema(started_.database, started_.schema), metrics_),
      rulebook_(send_rules(startup_.config)),
      texts_(texts_of(startup_.rules)),
      outgoing_(make_outgoing()),
      workers_({io_.get_executor(), database_, rulebook_, metrics_, board_,
                std::bind_front(&http::command_answer, startup_.config.public_url)},
               setup()),
      signing_in_(database_.reads, rulebook_, office::composer_settings(setup())),
      replies_(database_.reads, rulebook_, workers_.committer(),
               office::composer_settings(setup())),
      uploads_(database_.files,
               {startup_.config.http.permit_file_bytes, startup_.config.http.daily_file_bytes}),
      requests_(startup_.config.http.requests_a_minute),
      door_(startup_.config.http.failures_a_minute),
      receipt_config_(receipts_of(startup_.config, startup_.secrets)),
      receipt_keys_(office::receipt_keys(startup_.secrets)),
      links_(startup_.secrets.link_keys) {
  count_log_lines([this](Level level) { metrics_.log_message(level); });
  measure_configuration();
  signing_in_.on_commit([this] { workers_.dispatcher().wake(); });
  replies_.on_commit([this] { workers_.dispatcher().wake(); });
  workers_.marker().on_behind([this](const pg::Error& why) {
    readiness_.restored(why.message());
    database_.halt(why);
  });
}

std::shared_ptr<notify::Outgoing> App::make_outgoing() {
  return std::make_shared<notify::Outgoing>(
      io_.get_executor(), channels_of(startup_.config, startup_.secrets), &Clock::machine_now);
}

office::Setup App::setup() const { return {startup_.config, startup_.secrets, texts_, outgoing_}; }

void App::spawn(std::function<asio::awaitable<void>()> work, std::string name) {
  running_.insert(name);
  spawn_lasting(io_.get_executor(), std::move(work), [this, name](std::exception_ptr failure) {
    if (failure) {
      // It ends by being told to; anything else is a bug, and half a daemon is worse than none.
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& why) {
        log_event(Level::error, "loop_ended", {{"loop", name}, {"why", why.what()}});
      }
      if (!database_.cut().made()) status_ = 1;
      ask_to_stop();
    }
    running_.erase(running_.find(name));
    if (running_.empty()) all_done_.notify();
  });
}

// Lines that could not leave do so once somebody reads again, though nothing new is logged.
asio::awaitable<void> App::keep_log() {
  while (!stopping_) {
    tend_log();
    log_pause_.expires_after(kTendLog);
    boost::system::error_code woken;
    co_await log_pause_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

// The files that were just accepted.
void App::measure_configuration() {
  metrics_.config_last_reload_successful.Set(1);
  metrics_.config_last_reload_success_timestamp_seconds.Set(Clock::machine_seconds());
  metrics_.certificate_not_after_timestamp_seconds.Set(
      startup_.tls ? static_cast<double>(http::not_after(startup_.tls)) : 0);
}

// Fed only when the watch has come round: on work done, or on an outage named and waited out.
asio::awaitable<void> App::feed_watchdog() {
  const auto interval = systemd::watchdog_interval();
  if (!interval) co_return;
  std::uint64_t seen = 0;
  while (!stopping_) {
    const std::uint64_t come_round = workers_.watch().cycles();
    if (come_round != seen || !live_) systemd::watchdog();
    seen = come_round;
    watchdog_.expires_after(std::chrono::duration_cast<std::chrono::milliseconds>(*interval / 2));
    boost::system::error_code woken;
    co_await watchdog_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

// Before it serves anybody there is nothing to drain: what waits on the database is let go at once.
void App::ask_to_stop() {
  stopping_ = true;
  pause_.cancel();
  log_pause_.cancel();
  if (!live_) database_.cut().now();
  stop_asked_.notify();
}

asio::awaitable<void> App::stop() {
  stopping_ = true;
  signals_.end_in_time(status_);
  systemd::stopping("draining");
  log_event(Level::info, "stopping");
  hangup_.cancel();
  reload_door_.close();
  watchdog_.cancel();
  board_.close();  // those who look at the board need no answer any more
  // First the door, then who is inside, then the loops that serve them.
  if (listeners_) co_await listeners_->open().drain(kDrain);
  workers_.stop();
  if (listeners_) co_await listeners_->admin().drain(std::chrono::milliseconds(200));
  co_await end_loops();
}

// What a database, a mail server or a name server that says nothing keeps from ending is left: what
// was acknowledged is committed, leases run out, and the next daemon goes on from there.
asio::awaitable<void> App::end_loops() {
  if (!running_.empty()) co_await all_done_.wait(kLoopsEnd);
  const bool in_time = running_.empty();
  if (in_time) workers_.marker().close();
  database_.close();
  if (in_time) co_return;
  log_event(Level::warning, "stopping_cut_short",
            {{"waiting", fmt::format("{}", fmt::join(running_, ", "))}});
  co_await all_done_.wait(kCutLoopsEnd);
}

asio::awaitable<void> App::begin() {
  auto starting = start();
  const bool started = co_await std::move(starting);
  if (started) co_return;
  status_ = 1;
  ask_to_stop();
}

asio::awaitable<void> App::live() {
  spawn([this] { return feed_watchdog(); }, "watchdog");
  spawn([this] { return keep_log(); }, "log");
  spawn([this] { return begin(); }, "start");
  while (!stopping_) co_await stop_asked_.wait(std::chrono::hours(1));
  co_await stop();
}

int App::run() {
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
  gather_log([this] { asio::post(io_, tend_log); });
  // What runs out of memory outside of a coroutine loses that one step; all others go on.
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::bad_alloc&) {
      log_event(Level::error, "out_of_memory");
    }
  }
  log_event(Level::info, "stopped");
  gather_log({});
  count_log_lines({});
  flush_log();
  // A loop that has not ended holds what goes before it, and a name server that says nothing a
  // thread: such a process is left, not taken apart.
  if (!running_.empty() || database_.cut().lookups > 0) std::_Exit(status_);
  return status_;
}

}  // namespace tenggat
