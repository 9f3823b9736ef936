#include "daemon/base/clock.h"

namespace tenggat {

Instant Clock::machine_now() {
  return std::chrono::floor<Seconds>(std::chrono::system_clock::now());
}

double Clock::machine_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::chrono::nanoseconds Clock::monotonic() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace tenggat
