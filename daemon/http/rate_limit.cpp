#include "daemon/http/rate_limit.h"

#include <algorithm>

#include "daemon/base/resources.h"

namespace tenggat::http {
namespace {

using std::chrono::nanoseconds;
constexpr nanoseconds kMinute = std::chrono::minutes{1};
static_assert(RateLimit::kKnownAtMost == kShipped.networks);
constexpr const char* kEverybodyElse = "";

}  // namespace

RateLimit::RateLimit(int a_minute) { allow(a_minute); }

void RateLimit::allow(int a_minute) {
  const nanoseconds each = kMinute / std::max(1, a_minute);
  if (each != each_) paid_off_.clear();  // what was counted was counted by another measure
  each_ = each;
}

std::string RateLimit::known_as(std::string_view who) const {
  std::string name(who);
  if (paid_off_.size() < kKnownAtMost || paid_off_.contains(name)) return name;
  return kEverybodyElse;
}

std::chrono::seconds RateLimit::wait(std::string_view who, nanoseconds now) const {
  const auto found = paid_off_.find(known_as(who));
  if (found == paid_off_.end()) return std::chrono::seconds{0};
  const nanoseconds over = found->second + each_ - now - kMinute;
  return std::max(std::chrono::seconds{0}, std::chrono::ceil<std::chrono::seconds>(over));
}

std::chrono::seconds RateLimit::ask(std::string_view who, nanoseconds now) {
  forget_idle(now);
  const std::chrono::seconds waits = wait(who, now);
  if (waits.count() > 0) return waits;
  nanoseconds& paid_off = paid_off_[known_as(who)];
  paid_off = std::max(paid_off, now) + each_;
  return waits;
}

// Once a minute: whoever has paid off everything is as good as new.
void RateLimit::forget_idle(nanoseconds now) {
  if (now - swept_at_ < kMinute) return;
  swept_at_ = now;
  std::erase_if(paid_off_, [&](const auto& entry) { return entry.second <= now; });
}

}  // namespace tenggat::http
