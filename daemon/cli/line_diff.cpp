#include "daemon/cli/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "daemon/cli/print.h"

namespace tenggat::cli {
namespace {

constexpr std::size_t kAround = 3;
// Beyond so many pairs of lines the changed part is shown as one: a file is a few hundred lines.
constexpr std::size_t kMostPairs = 25'000'000;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Line {
  char sign = ' ';  // of both, '-' before alone, '+' after alone
  std::string_view text;
};

// By the longest common subsequence of what is left between the common ends.
void add_changed(std::vector<Line>& all, const Lines& a, const Lines& b) {
  if (a.size() * b.size() > kMostPairs) {
    for (const auto& one : a) all.push_back({'-', one});
    for (const auto& one : b) all.push_back({'+', one});
    return;
  }
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i * width + j] =
          a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                       : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      all.push_back({' ', a[i++]});
      ++j;
    } else if (j == b.size() ||
               (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      all.push_back({'-', a[i++]});
    } else {
      all.push_back({'+', b[j++]});
    }
  }
}

std::vector<Line> merged(const Lines& a, const Lines& b) {
  std::size_t head = 0, tail = 0;
  const std::size_t least = std::min(a.size(), b.size());
  while (head < least && a[head] == b[head]) ++head;
  while (tail < least - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const auto at = [](const Lines& lines, std::size_t n) {
    return lines.begin() + static_cast<std::ptrdiff_t>(n);
  };
  std::vector<Line> all;
  for (std::size_t i = 0; i < head; ++i) all.push_back({' ', a[i]});
  add_changed(all, {at(a, head), at(a, a.size() - tail)}, {at(b, head), at(b, b.size() - tail)});
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) all.push_back({' ', a[i]});
  return all;
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
  const std::vector<Line> all = merged(lines_of(before), lines_of(after));
  std::string out;
  std::size_t reached = 0, a = 1, b = 1;  // the next line of `all`, and its number in either text
  const auto pass = [&](std::size_t to, bool show) {
    for (; reached < to; ++reached) {
      const Line& line = all[reached];
      if (show) out += fmt::format("{}{}\n", line.sign, printable(line.text));
      if (line.sign != '+') ++a;
      if (line.sign != '-') ++b;
    }
  };
  const auto changed_from = [&](std::size_t from) {
    while (from < all.size() && all[from].sign == ' ') ++from;
    return from;
  };
  for (std::size_t change = changed_from(0); change < all.size();) {
    // A hunk ends where nothing changes for as many lines as would be shown on both sides.
    std::size_t last = change;
    for (std::size_t next = changed_from(last + 1);
         next < all.size() && next - last <= 2 * kAround + 1; next = changed_from(last + 1))
      last = next;
    pass(
        change - std::min(change, kAround) > reached ? change - std::min(change, kAround) : reached,
        false);
    const std::size_t end = std::min(all.size(), last + 1 + kAround);
    std::size_t of_a = 0, of_b = 0;
    for (std::size_t i = reached; i < end; ++i) {
      if (all[i].sign != '+') ++of_a;
      if (all[i].sign != '-') ++of_b;
    }
    out += fmt::format("@@ -{},{} +{},{} @@\n", a, of_a, b, of_b);
    pass(end, true);
    change = changed_from(end);
  }
  return out;
}

}  // namespace tenggat::cli
