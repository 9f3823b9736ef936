#include "daemon/base/crash_point.h"

#if TENGGAT_CRASH_POINTS
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <optional>

namespace tenggat {
namespace {

struct Plan {
  CrashPoint at{};
  int passings = 1;  // left until it happens
};

// A wrong name ends the process at once: a test that waits for the crash sees another end.
Plan parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto* name =
      std::find(kCrashPointNames.begin(), kCrashPointNames.end(), text.substr(0, colon));
  Plan plan;
  plan.at = static_cast<CrashPoint>(name - kCrashPointNames.begin());
  bool good = name != kCrashPointNames.end();
  if (colon != std::string_view::npos) {
    const std::string_view count = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(count.data(), count.data() + count.size(), plan.passings);
    good = good && error == std::errc() && end == count.data() + count.size() && plan.passings > 0;
  }
  if (!good) std::abort();
  return plan;
}

std::optional<Plan> from_environment() {
  const char* text = std::getenv("TENGGAT_CRASH_AT");
  if (!text || !*text) return std::nullopt;
  return parse(text);
}

}  // namespace

void crash_point(CrashPoint here) {
  static std::optional<Plan> plan = from_environment();
  if (!plan || plan->at != here || --plan->passings > 0) return;
  std::raise(SIGKILL);
}

}  // namespace tenggat
#endif
