#include "daemon/pages/allowance.h"

#include <algorithm>

namespace tenggat::pages {

bool Allowance::exhausted(const std::string& who, Time now) const {
  const auto found = full_at_.find(who);
  return found != full_at_.end() && found->second - now > refill_ * (tries_ - 1);
}

void Allowance::use(const std::string& who, Time now) {
  if (full_at_.size() >= kEntriesMax) {
    std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
    if (full_at_.size() >= kEntriesMax) full_at_.clear();
  }
  Time& full = full_at_[who];
  full = std::max(full, now) + refill_;
}

}  // namespace tenggat::pages
