#include "rules/sop/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "rules/fault_words.h"
#include "rules/utf8.h"

namespace tenggat {
namespace {

constexpr std::array<std::string_view, 12> kRomanMonths{"I",   "II",   "III", "IV", "V",  "VI",
                                                        "VII", "VIII", "IX",  "X",  "XI", "XII"};

constexpr std::size_t kMostDigits = 12;  // of a count that is read

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// N of "{urut:0N}"; 1 of "{urut}"; nothing where it is neither.
std::optional<int> count_digits(std::string_view name) {
  if (name == "urut") return 1;
  if (name.size() == 7 && name.starts_with("urut:0") && name[6] >= '1' && name[6] <= '9')
    return name[6] - '0';
  return std::nullopt;
}

}  // namespace

// What can be printed in one month: states, and the bytes that lead from one to the next. The last
// state is the end.
class NumberFormat::Pattern {
 public:
  Pattern(const std::vector<Part>& parts, unsigned month) {
    for (const Part& part : parts) {
      switch (part.field) {
        case Field::literal:
          add_text(part.literal);
          break;
        case Field::count:
          add_count(part.digits);
          break;
        case Field::year:
          step('1', '2');
          for (int i = 0; i < 3; ++i) step('0', '9');
          break;
        case Field::month:
          add_text(fmt::format("{:02}", month));
          break;
        case Field::roman_month:
          add_text(kRomanMonths.at(month - 1));
          break;
      }
    }
  }

  bool meets(const Pattern& other) const {
    std::set<std::pair<int, int>> seen{{0, 0}};
    std::vector<std::pair<int, int>> ahead{{0, 0}};
    while (!ahead.empty()) {
      const auto [a, b] = ahead.back();
      ahead.pop_back();
      if (a == last_ && b == other.last_) return true;
      for (const Edge& mine : edges_)
        for (const Edge& theirs : other.edges_)
          if (mine.from == a && theirs.from == b && mine.low <= theirs.high &&
              theirs.low <= mine.high && seen.insert({mine.to, theirs.to}).second)
            ahead.emplace_back(mine.to, theirs.to);
    }
    return false;
  }

 private:
  struct Edge {
    int from, to;
    unsigned char low, high;
  };

  void edge(int from, char low, char high, int to) {
    edges_.push_back({from, to, static_cast<unsigned char>(low), static_cast<unsigned char>(high)});
  }
  void step(char low, char high) {
    edge(last_, low, high, last_ + 1);
    ++last_;
  }
  void add_text(std::string_view text) {
    for (const char c : text) step(c, c);
  }
  // As many digits as asked for with zeros in front, or more without; never nothing but zeros.
  void add_count(int digits) {
    const int begin = last_, end = begin + 3 * digits + 1;
    int zeros = begin, others = -1, longer = -1, next = begin + 1;
    for (int i = 1; i <= digits; ++i) {
      const int still_zeros = next++, now_others = i == digits ? end : next++, now_longer = next++;
      edge(zeros, '0', '0', still_zeros);
      edge(zeros, '1', '9', now_others);
      if (others >= 0) edge(others, '0', '9', now_others);
      if (i == 1)
        edge(begin, '1', '9', now_longer);
      else
        edge(longer, '0', '9', now_longer);
      zeros = still_zeros;
      others = now_others;
      longer = now_longer;
    }
    edge(longer, '0', '9', end);
    edge(longer, '0', '9', longer);
    last_ = end;
  }

  std::vector<Edge> edges_;
  int last_ = 0;
};

boost::system::result<NumberFormat, Said> NumberFormat::parse(std::string_view text) {
  NumberFormat format;
  format.text_ = text;
  if (!is_printable_line(text)) return say<Wrong::number_not_printable>();
  if (text.starts_with(' ') || text.ends_with(' ')) return say<Wrong::number_spaces>();
  if (characters(text) > kMostCharacters) return say<Wrong::number_too_long>(kMostCharacters);
  std::array<int, 5> seen{};
  bool only_digits = true;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t brace = std::min(rest.find_first_of("{}"), rest.size());
    if (brace > 0) {
      const std::string_view literal = rest.substr(0, brace);
      only_digits = only_digits && std::all_of(literal.begin(), literal.end(), is_digit);
      format.parts_.push_back({Field::literal, std::string(literal)});
      rest.remove_prefix(brace);
      continue;
    }
    const std::size_t end = rest.find('}');
    const std::string_view name =
        end == std::string_view::npos ? std::string_view() : rest.substr(1, std::max(end, 1UL) - 1);
    const auto digits = count_digits(name);
    Part part;
    if (digits)
      part = {Field::count, "", *digits};
    else if (name == "tahun")
      part.field = Field::year;
    else if (name == "bulan")
      part.field = Field::month;
    else if (name == "bulan_romawi")
      part.field = Field::roman_month;
    else
      return say<Wrong::number_placeholder>(rest.substr(0, std::min(end, rest.size() - 1) + 1));
    if (++seen.at(static_cast<std::size_t>(part.field)) > 1)
      return say<Wrong::number_twice>(rest.substr(0, end + 1));
    only_digits = only_digits && part.field != Field::roman_month;
    format.parts_.push_back(std::move(part));
    rest.remove_prefix(end + 1);
  }
  if (seen.at(static_cast<std::size_t>(Field::count)) == 0 ||
      seen.at(static_cast<std::size_t>(Field::year)) == 0)
    return say<Wrong::number_incomplete>();
  if (only_digits) return say<Wrong::number_only_digits>();
  return format;
}

NumberFormat NumberFormat::accepted_before(std::string_view text) {
  if (auto read = parse(text)) return *std::move(read);
  // The first {tahun} and the first {urut…} were printed, all else stood for itself.
  NumberFormat format;
  format.text_ = text;
  bool counted = false, dated = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('}');
    const std::string_view name = rest.front() == '{' && end != std::string_view::npos
                                      ? rest.substr(1, end - 1)
                                      : std::string_view();
    const auto digits = count_digits(name);
    if (!counted && digits) {
      counted = true;
      format.parts_.push_back({Field::count, "", *digits});
      rest.remove_prefix(end + 1);
    } else if (!dated && name == "tahun") {
      dated = true;
      format.parts_.push_back({Field::year, ""});
      rest.remove_prefix(end + 1);
    } else {
      format.parts_.push_back({Field::literal, std::string(rest.substr(0, 1))});
      rest.remove_prefix(1);
    }
  }
  return format;
}

std::string NumberFormat::print(int year, unsigned month, long count) const {
  std::string number;
  for (const Part& part : parts_) {
    switch (part.field) {
      case Field::literal:
        number += part.literal;
        break;
      case Field::count:
        number += fmt::format("{:0{}}", count, part.digits);
        break;
      case Field::year:
        number += std::to_string(year);
        break;
      case Field::month:
        number += fmt::format("{:02}", month);
        break;
      case Field::roman_month:
        number += kRomanMonths.at(month - 1);
        break;
    }
  }
  return number;
}

// Parts that may be of several lengths are tried at each.
bool NumberFormat::read_from(std::span<const Part> parts, std::string_view rest, Printed& found) {
  if (parts.empty()) return rest.empty() && found.count > 0;
  const Part& part = parts.front();
  const auto goes_on = [&](std::size_t taken) {
    return read_from(parts.subspan(1), rest.substr(taken), found);
  };
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
  const auto number = [&](std::size_t taken) {
    return std::stol(std::string(rest.substr(0, taken)));
  };
  switch (part.field) {
    case Field::literal:
      return rest.starts_with(part.literal) && goes_on(part.literal.size());
    case Field::year:
      if (digits < 4 || rest.front() == '0') return false;
      found.year = static_cast<int>(number(4));
      return goes_on(4);
    case Field::month:
      return digits >= 2 && number(2) >= 1 && number(2) <= 12 && goes_on(2);
    case Field::roman_month:
      return std::any_of(kRomanMonths.begin(), kRomanMonths.end(), [&](std::string_view month) {
        return rest.starts_with(month) && goes_on(month.size());
      });
    case Field::count:
      for (auto taken = static_cast<std::size_t>(part.digits);
           taken <= std::min(digits, kMostDigits); ++taken) {
        if (taken > static_cast<std::size_t>(part.digits) && rest.front() == '0') return false;
        found.count = number(taken);
        if (goes_on(taken)) return true;
      }
      return false;
  }
  return false;
}

std::optional<NumberFormat::Printed> NumberFormat::read(std::string_view number) const {
  Printed found;
  return read_from(parts_, number, found) ? std::optional(found) : std::nullopt;
}

bool NumberFormat::could_meet(const NumberFormat& other) const {
  const auto months_of = [](const NumberFormat& format) {
    const bool dated =
        std::any_of(format.parts_.begin(), format.parts_.end(), [](const Part& part) {
          return part.field == Field::month || part.field == Field::roman_month;
        });
    return dated ? 12U : 1U;
  };
  for (unsigned mine = 1; mine <= months_of(*this); ++mine) {
    const Pattern pattern(parts_, mine);
    for (unsigned theirs = 1; theirs <= months_of(other); ++theirs)
      if (pattern.meets(Pattern(other.parts_, theirs))) return true;
  }
  return false;
}

std::string NumberFormat::pattern() const {
  std::string pattern;
  for (const Part& part : parts_) {
    switch (part.field) {
      case Field::literal:
        for (const char c : part.literal) {
          if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos)
            pattern += '\\';
          pattern += c;
        }
        break;
      case Field::count:
        pattern += fmt::format("[0-9]{{{},}}", part.digits);
        break;
      case Field::year:
        pattern += "[12][0-9]{3}";
        break;
      case Field::month:
        pattern += "[01][0-9]";
        break;
      case Field::roman_month:
        pattern += "[IVX]+";
        break;
    }
  }
  return pattern;
}

bool NumberFormat::could_print(std::string_view number) const {
  NumberFormat only;
  only.parts_.push_back({Field::literal, std::string(number)});
  return could_meet(only);
}

}  // namespace tenggat
