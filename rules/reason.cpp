#include "rules/reason.h"

#include <array>

namespace tenggat {
namespace {

constexpr std::array kNames = {
#define X(name) std::string_view(#name),
    TENGGAT_REASONS(X)
#undef X
};

}  // namespace

std::string_view to_string(Reason reason) { return kNames.at(static_cast<std::size_t>(reason)); }

std::optional<Reason> parse_reason(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<Reason>(i);
  return std::nullopt;
}

}  // namespace tenggat
