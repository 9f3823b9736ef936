#include "rules/calendar/budget.h"

#include <array>

#include "rules/fault_words.h"

namespace tenggat {
namespace {

constexpr int kLargestCount = 9999;
constexpr std::size_t kLongestCount = 4;  // digits of kLargestCount

std::string what_a_budget_looks_like() { return say<Wrong::no_budget>().english; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kShifts = " geser";

// Takes the digits at the front of `text` off; 0 where they are not a count.
int take_count(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits > kLongestCount || text.front() == '0') return 0;
  int count = 0;
  for (char c : text.substr(0, digits)) count = count * 10 + (c - '0');
  text.remove_prefix(digits);
  return count;
}

}  // namespace

std::string Budget::to_string() const {
  std::string text;
  const auto add = [&text](int count, char unit) {
    if (count == 0) return;
    if (!text.empty()) text += ' ';
    text += std::to_string(count);
    text += unit;
  };
  add(days, 'd');
  add(hours, 'h');
  add(minutes, 'm');
  add(calendar_days, 'k');
  if (shifts) text += kShifts;
  return text;
}

boost::system::result<Budget, std::string> parse_budget(std::string_view text) {
  struct Unit {
    char letter;
    int Budget::*count;
  };
  constexpr std::array<Unit, 3> units{
      {{'d', &Budget::days}, {'h', &Budget::hours}, {'m', &Budget::minutes}}};

  Budget budget;
  if (std::string_view days = text; const int count = take_count(days)) {
    if (days == "k" || days == "k geser") return Budget{0, 0, 0, count, days != "k"};
  }
  std::size_t next_unit = 0;
  do {
    if (next_unit > 0 && text.front() == ' ') text.remove_prefix(1);
    const int count = take_count(text);
    if (count == 0 || count > kLargestCount || text.empty()) return what_a_budget_looks_like();
    while (next_unit < units.size() && units[next_unit].letter != text.front()) ++next_unit;
    if (next_unit == units.size()) return what_a_budget_looks_like();
    budget.*units[next_unit].count = count;
    ++next_unit;
    text.remove_prefix(1);
  } while (!text.empty());
  return budget;
}

}  // namespace tenggat
