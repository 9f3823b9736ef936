// What `tenggatd` takes, in one table: its usage and tenggatd(8) are made of it.
#pragma once
#include <array>
#include <string_view>

namespace tenggat {

struct DaemonOption {
  std::string_view name;   // "--config"
  std::string_view value;  // "FILE"; empty: a flag
  std::string_view says;
};

inline constexpr auto kDaemonOptions = std::to_array<DaemonOption>({
    {"--config", "FILE", "the configuration; default /etc/tenggat/tenggat.yaml"},
    {"--check", "", "check the configuration and the rules it names, start nothing"},
    {"--clock", "START@SPEED",
     "a simulated clock, on a database made for one: RFC 3339 @ office seconds a second; 0 stands "
     "still until `tenggat clock advance`"},
    {"--reload", "PID",
     "ask that running daemon to reload; what changed, what takes a restart, where files differ "
     "from what is in force; 1 where it was refused"},
    {"--version", "", "what this is"},
});

inline constexpr std::string_view kDaemonSignals =
    "SIGHUP reloads texts, channels, limits and new SOP versions; SIGTERM drains and ends.";

}  // namespace tenggat
