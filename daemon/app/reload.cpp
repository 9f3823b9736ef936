#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/app/app.h"
#include "daemon/base/config_keys.h"
#include "daemon/base/crash_point.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd_notify.h"

namespace tenggat {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kOneReload{1};  // of who waits for the one under way

std::string joined(const auto& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

// One after the other, whoever asks.
asio::awaitable<ReloadReport> App::reload() {
  while (reloading_) co_await reloaded_.wait(kOneReload);
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
asio::awaitable<ReloadReport> App::take_up(Startup next) {
  const auto until_restart = keep_until_restart(next.config, started_);
  std::vector<std::string> changed;
  for (const std::string_view key :
       changed_keys(next.config, next.secrets, startup_.config, startup_.secrets))
    changed.emplace_back(key);
  if (next.rules.texts_version != startup_.rules.texts_version) changed.emplace_back("texts");
  {
    pg::Pool::Lease lease = co_await database_.reads.acquire();
    const std::vector<std::string> in_force =
        co_await rules_.put(*lease, next, app::RulesInForce::Clashes::refused);
    changed.insert(changed.end(), in_force.begin(), in_force.end());
  }
  co_await workers_.portal().begin(next.config);
  crash_point(CrashPoint::reloading);
  startup_ = std::move(next);
  apply();
  const std::vector<std::string> differing = rules_.say_where_files_differ(startup_.rules);
  const std::vector<std::string> without_file = rules_.say_sops_without_file(startup_.rules);
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
void App::apply() {
  texts_ = texts_of(startup_.rules);
  outgoing_ = make_outgoing();
  rulebook_.set_send(send_rules(startup_.config));
  workers_.reload(setup());
  signing_in_.reload(office::composer_settings(setup()));
  replies_.reload(office::composer_settings(setup()));
  readiness_.live(startup_.config.kalender);
  receipt_config_ = receipts_of(startup_.config, startup_.secrets);
  receipt_keys_ = office::receipt_keys(startup_.secrets);
  links_ = LinkKeys(startup_.secrets.link_keys);
  listeners_->open().use_tls(startup_.tls);
  requests_.allow(startup_.config.http.requests_a_minute);
  door_.allow(startup_.config.http.failures_a_minute);
  set_up_log(startup_.config.log);
  rules_.announce(startup_.rules);
  workers_.wake();
}

asio::awaitable<void> App::handle_hangups() {
  while (!stopping_) {
    boost::system::error_code failed;
    co_await hangup_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    co_await reload();
  }
}

}  // namespace tenggat
