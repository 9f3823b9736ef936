// parse_budget takes any bytes. What it takes is what was written, space for space left out.
#include <cstddef>
#include <cstdint>

#include "rules/calendar/budget.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using tenggat::fuzz::check;
  std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto budget = tenggat::parse_budget(text);
  if (!budget) {
    check(!budget.error().empty(), "a refusal says what a budget looks like");
    return 0;
  }
  std::string canonical = budget->to_string();
  check(tenggat::parse_budget(canonical) == budget, "the canonical form reads back the same");
  for (const int count : {budget->days, budget->hours, budget->minutes}) {
    check(0 <= count && count <= 9999, "a count is 9999 at most");
  }
  std::erase(canonical, ' ');
  std::erase(text, ' ');
  check(canonical == text, "nothing was written but the three counts");
  return 0;
}
