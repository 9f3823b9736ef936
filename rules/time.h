// Instants and spans. Everything in rules/ counts whole seconds; an instant is UTC.
// A civil date or a wall time exists only together with the zone of a Calendar (calendar.h).
#pragma once
#include <chrono>

namespace tenggat {

using Seconds = std::chrono::seconds;
using Instant = std::chrono::sys_seconds;

}  // namespace tenggat
