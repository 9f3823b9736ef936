// What the service manager is told (sd_notify). Each call does nothing where there is no manager
// ($NOTIFY_SOCKET unset), and none ever fails: a daemon must not die of a lost status line.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace tenggat::systemd {

// `status` is one line for `systemctl status`, in English, without personal data.
void ready(std::string_view status);
// Ends with the next ready(), also where the reload was refused and the old state stays.
void reloading();
void stopping(std::string_view status);
void status(std::string_view text);
// To be sent from the working loop only, on progress or in a named wait, never from a bare timer.
void watchdog();

// How long the manager waits before it kills us; feed it at half of that. Nothing where it does not
// watch.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace tenggat::systemd
