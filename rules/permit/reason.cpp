#include "rules/permit/reason.h"

#include <array>

namespace tenggat {
namespace {

struct Row {
  std::string_view name, words;
};
constexpr std::array kRows = {
#define X(name, words) Row{#name, words},
    TENGGAT_REASONS(X)
#undef X
};

}  // namespace

std::string_view to_string(Reason reason) {
  return kRows.at(static_cast<std::size_t>(reason)).name;
}

std::optional<Reason> parse_reason(std::string_view text) {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].name == text) return static_cast<Reason>(i);
  return std::nullopt;
}

std::string_view words_of(Reason reason) {
  return kRows.at(static_cast<std::size_t>(reason)).words;
}

}  // namespace tenggat
