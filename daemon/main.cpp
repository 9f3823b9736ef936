#include <fmt/format.h>
#include <cstdio>
#include <cstring>
#include <string>

#include "daemon/app.h"
#include "daemon/log.h"
#include "daemon/version.h"

namespace {

constexpr const char* kUsage =
    "usage: tenggatd --config FILE [--check] [--clock START@SPEED] | --version\n"
    "\n"
    "  --config FILE        the configuration; default /etc/tenggat/tenggat.yaml\n"
    "  --check              check the configuration and the rules it names, start nothing\n"
    "  --clock START@SPEED  a simulated clock, on a database made for one: RFC 3339 @ office\n"
    "                       seconds a second; 0 stands still until `tenggat clock advance`\n"
    "\n"
    "SIGHUP reloads texts, channels, limits and new SOP versions; SIGTERM drains and ends.\n";

int usage(const std::string& why) {
  fmt::print(stderr, "tenggatd: {}\n{}", why, kUsage);
  return 2;
}

}  // namespace

int main(int count, char** values) {
  std::string config = "/etc/tenggat/tenggat.yaml";
  bool check = false;
  std::optional<tenggat::SimulatedStart> clock;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    if (name == "--help" || name == "-h") {
      fmt::print("{}", kUsage);
      return 0;
    }
    if (name == "--version") {
      fmt::print("tenggatd {}\n", tenggat::kVersion);
      return 0;
    }
    if (name == "--check") {
      check = true;
      continue;
    }
    if (name != "--config" && name != "--clock") return usage("unknown option " + name);
    if (i + 1 == count) return usage(name + " needs a value");
    const std::string value = values[++i];
    if (name == "--config") {
      config = value;
      continue;
    }
    const auto parsed = tenggat::parse_simulated_start(value);
    if (!parsed) return usage(parsed.error());
    clock = *parsed;
  }

  auto startup = tenggat::read_startup(config);
  if (!startup) {
    for (const tenggat::Fault& fault : startup.error())
      fmt::print(stderr, "{}\n", fault.to_string());
    return check ? 1 : 2;  // the service manager does not restart on 2
  }
  if (check) return 0;
  tenggat::set_up_log(startup->config.log);
  tenggat::App app(config, std::move(*startup), clock);
  return app.run();
}
