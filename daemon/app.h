// Wires everything together, in the order of the floors, and takes it apart again. main.cpp only
// parses and calls run().
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "daemon/app/startup.h"
#include "daemon/stop_signals.h"

namespace tenggat {

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
  class Parts;           // daemon/app/parts.h
  StopSignals signals_;  // first here, and last to go: it minds how long the rest takes
  std::unique_ptr<Parts> parts_;
};

}  // namespace tenggat
