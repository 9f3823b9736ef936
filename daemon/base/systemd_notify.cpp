#include "daemon/base/systemd_notify.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace tenggat::systemd {
namespace {

// The protocol is lines of NAME=value: a newline inside a status would be a message of its own.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

void notify(const std::string& state) { sd_notify(0, state.c_str()); }

}  // namespace

void ready(std::string_view text) { notify(fmt::format("READY=1\nSTATUS={}", one_line(text))); }

void reloading() { notify("RELOADING=1\nSTATUS=Reloading"); }

void stopping(std::string_view text) {
  notify(fmt::format("STOPPING=1\nSTATUS={}", one_line(text)));
}

void status(std::string_view text) { notify(fmt::format("STATUS={}", one_line(text))); }

void watchdog() { notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t interval_us = 0;
  if (sd_watchdog_enabled(0, &interval_us) <= 0) return std::nullopt;
  return std::chrono::microseconds{interval_us};
}

}  // namespace tenggat::systemd
