// Wires everything together, in the order of the floors, and takes it apart again. main.cpp only
// parses and calls run().
#pragma once
#include <boost/system/result.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/config.h"
#include "daemon/http/tls.h"
#include "daemon/rule_files.h"
#include "daemon/secrets.h"
#include "daemon/stop_signals.h"
#include "rules/time.h"

namespace tenggat {

struct SimulatedStart {
  Instant start{};
  double speed = 1;
};
// "2026-04-02T14:00:00+08:00@600"
boost::system::result<SimulatedStart, std::string> parse_simulated_start(std::string_view text);

// Everything the daemon takes from disk, checked whole: a fault anywhere leaves the old state.
struct Startup {
  Config config;
  Secrets secrets;
  RuleFiles rules;
  http::TlsContext tls;  // none: the public listener speaks plain HTTP
};
Loaded<Startup> read_startup(const std::filesystem::path& config_file);

class App {
 public:
  App(std::filesystem::path config_file, Startup startup, std::optional<SimulatedStart> clock);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Until SIGTERM or SIGINT, drained, within 10 s whatever does not answer; SIGHUP and the reload
  // door reload. Returns the exit status: 0, or 1 where it
  // could not start (the reason is logged).
  int run();

 private:
  class Parts;
  StopSignals signals_;  // first here, and last to go: it minds how long the rest takes
  std::unique_ptr<Parts> parts_;
};

}  // namespace tenggat
