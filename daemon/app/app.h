// Wires everything together, in the order of the floors, and takes it apart again. main.cpp only
// parses and calls run(); the life it leads stands in app.cpp (run and stop), app/start.cpp and
// app/reload.cpp.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/api/uploads.h"
#include "daemon/app/database.h"
#include "daemon/app/listeners.h"
#include "daemon/app/readiness.h"
#include "daemon/app/rules_in_force.h"
#include "daemon/app/startup.h"
#include "daemon/app/workers.h"
#include "daemon/base/link_keys.h"
#include "daemon/base/metrics.h"
#include "daemon/base/reload_door.h"
#include "daemon/base/stop_signals.h"
#include "daemon/http/doorkeeper.h"
#include "daemon/http/rate_limit.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/office/replies.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signing_in.h"
#include "notifiers/outgoing.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat {

class App {
 public:
  App(std::filesystem::path config_file, Startup startup, std::optional<SimulatedStart> clock);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Until SIGTERM or SIGINT, drained, within 10 s whatever does not answer; SIGHUP and the reload
  // door reload. Returns the exit status: 0, or 1 where it could not start (the reason is logged).
  int run();

 private:
  void spawn(std::function<boost::asio::awaitable<void>()> work, std::string name);
  boost::asio::awaitable<void> live();
  boost::asio::awaitable<void> begin();
  boost::asio::awaitable<bool> start();
  bool make_listeners();
  boost::asio::awaitable<bool> wait_for_database();
  void begin_work();
  bool waits_out(const std::exception& why, bool first);
  boost::asio::awaitable<void> say_who_is_in_the_way();
  enum class Prepared { yes, no, restored };  // no: starting makes no sense
  boost::asio::awaitable<Prepared> prepare_database();
  void say_restored(const std::string& lost);
  void ask_to_stop();
  boost::asio::awaitable<void> stop();
  boost::asio::awaitable<void> end_loops();
  boost::asio::awaitable<void> handle_hangups();
  boost::asio::awaitable<ReloadReport> reload();
  boost::asio::awaitable<ReloadReport> take_up(Startup next);
  void apply();
  void measure_configuration();
  boost::asio::awaitable<void> listen();
  boost::asio::awaitable<void> feed_watchdog();
  boost::asio::awaitable<void> keep_log();

  std::shared_ptr<notify::Outgoing> make_outgoing();
  office::Setup setup() const;
  std::vector<http::Route> public_routes();

  StopSignals signals_;  // first here, and last to go: it minds how long the rest takes
  std::filesystem::path config_file_;
  Startup startup_;
  const Config started_;  // what takes a restart is as it stood there
  std::optional<SimulatedStart> simulated_;

  boost::asio::io_context io_{1};
  boost::asio::signal_set hangup_{io_, SIGHUP};
  boost::asio::steady_timer pause_{io_};     // the start's wait between attempts
  boost::asio::steady_timer watchdog_{io_};  // until it is fed next
  boost::asio::steady_timer log_pause_{io_};
  Metrics metrics_;
  app::Database database_;
  office::Rulebook rulebook_;
  app::RulesInForce rules_{rulebook_, metrics_};
  std::shared_ptr<const notify::Texts> texts_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  office::BoardFeed board_{io_.get_executor()};
  app::Workers workers_;
  app::Readiness readiness_{database_, workers_, rulebook_};
  office::SigningIn signing_in_;
  office::Replies replies_;
  http::Uploads uploads_;
  http::RateLimit requests_;  // of the API, by token
  http::Doorkeeper door_;
  notify::ReceiptConfig receipt_config_;
  office::ReceiptKeys receipt_keys_;
  LinkKeys links_;
  std::optional<app::Listeners> listeners_;
  ReloadDoor reload_door_{io_.get_executor(), std::bind_front(&App::reload, this)};

  bool stopping_ = false;
  bool live_ = false;
  bool reloading_ = false;
  std::chrono::nanoseconds restored_said_{};
  std::multiset<std::string> running_;  // what goes on by itself, by name
  office::Signal all_done_{io_.get_executor()}, stop_asked_{io_.get_executor()},
      reloaded_{io_.get_executor()};
  int status_ = 0;
};

}  // namespace tenggat
