#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "daemon/app/app.h"
#include "daemon/base/daemon_options.h"
#include "daemon/base/log.h"
#include "daemon/base/reload_door.h"
#include "daemon/base/resources.h"
#include "daemon/base/state_dir.h"
#include "daemon/base/version.h"

namespace {

constexpr std::size_t kUsageWidth = 96;

// One line an option, the second column broken as a terminal needs it.
std::string usage_text() {
  std::string text =
      "usage: tenggatd --config FILE [--check] [--clock START@SPEED]\n"
      "       tenggatd --reload PID\n"
      "       tenggatd --version\n\n";
  for (const tenggat::DaemonOption& option : tenggat::kDaemonOptions) {
    std::string line =
        fmt::format("  {:<19}", fmt::format("{} {}", option.name, option.value)) + "  ";
    std::size_t width = line.size();
    std::string_view rest = option.says;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      if (width + word.size() > kUsageWidth) {
        line += fmt::format("\n{:23}", "");
        width = 23;
      }
      line += fmt::format("{}{}", word, rest.empty() ? "" : " ");
      width += word.size() + 1;
    }
    text += line + '\n';
  }
  return fmt::format("{}\n{}\n", text, tenggat::kDaemonSignals);
}

int usage(const std::string& why) {
  fmt::print(stderr, "tenggatd: {}\n{}", why, usage_text());
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
      fmt::print("{}", usage_text());
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
    if (name != "--config" && name != "--clock" && name != "--reload")
      return usage("unknown option " + name);
    if (i + 1 == count) return usage(name + " needs a value");
    const std::string value = values[++i];
    if (name == "--config") {
      config = value;
      continue;
    }
    if (name == "--reload") {
      pid_t daemon = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), daemon);
      if (error != std::errc() || end != value.data() + value.size() || daemon <= 0)
        return usage("--reload takes a process id");
      return tenggat::ask_to_reload(daemon);
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
  if (check) {
    const auto too_much = tenggat::refuse_resources(tenggat::resources_of(startup->config),
                                                    tenggat::memory_allowed());
    if (too_much) fmt::print(stderr, "{}: {}\n", config, *too_much);
    return too_much ? 1 : 0;
  }
  const auto made = tenggat::make_own_keys(startup->config);
  if (made && !made->empty()) startup = tenggat::read_startup(config);
  const auto& faults = made ? startup.error() : made.error();
  if (!made || !startup) {
    for (const tenggat::Fault& fault : faults) fmt::print(stderr, "{}\n", fault.to_string());
    return 1;  // a full disk may have room by the next start
  }
  tenggat::set_up_log(startup->config.log);
  tenggat::App app(config, std::move(*startup), clock);
  return app.run();
}
