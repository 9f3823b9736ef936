#include "daemon/cli/import_dates.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace tenggat::cli {
namespace {

// As they begin, in Indonesian and in English.
struct Month {
  std::string_view begins;
  unsigned number;
};
constexpr std::array kMonths{
    Month{"jan", 1},  Month{"feb", 2},  Month{"peb", 2},  Month{"mar", 3},  Month{"apr", 4},
    Month{"mei", 5},  Month{"may", 5},  Month{"jun", 6},  Month{"jul", 7},  Month{"agu", 8},
    Month{"agt", 8},  Month{"ags", 8},  Month{"aug", 8},  Month{"sep", 9},  Month{"okt", 10},
    Month{"oct", 10}, Month{"nov", 11}, Month{"nop", 11}, Month{"des", 12}, Month{"dec", 12}};
// What may stand beside a date and says nothing more.
constexpr std::array<std::string_view, 16> kBeside{
    "pukul", "jam",   "pkl",   "wib",    "wita",  "wit",    "senin", "selasa",
    "rabu",  "kamis", "jumat", "jum'at", "sabtu", "minggu", "ahad",  "t"};

struct Word {
  std::string text;   // in small letters; digits alone, or letters alone
  char before = ' ';  // the sign that parts it from the word before
  bool is_number() const { return std::isdigit(static_cast<unsigned char>(text.front())) != 0; }
};

std::vector<Word> words_in(std::string_view text) {
  std::vector<Word> all;
  char before = ' ';
  const auto kind = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return std::isdigit(u) ? 1 : (std::isalpha(u) || c == '\'') ? 2 : 0;
  };
  for (std::size_t i = 0; i < text.size();) {
    const int here = kind(text[i]);
    if (here == 0) {
      if (text[i] != ' ' || before == ' ') before = text[i];
      ++i;
      continue;
    }
    Word word;
    word.before = before;
    for (; i < text.size() && kind(text[i]) == here; ++i)
      word.text += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    before = ' ';
    all.push_back(std::move(word));
  }
  return all;
}

int number_of(const Word& word) {
  int value = -1;
  if (word.text.size() <= 4)
    std::from_chars(word.text.data(), word.text.data() + word.text.size(), value);
  return value;
}

unsigned month_of(const Word& word) {
  if (word.is_number()) {
    const int n = number_of(word);
    return n >= 1 && n <= 12 ? static_cast<unsigned>(n) : 0;
  }
  for (const Month& month : kMonths)
    if (word.text.starts_with(month.begins)) return month.number;
  return 0;
}

struct Written {
  int year = 0, hour = 0, minute = 0, second = 0;
  unsigned month = 0, day = 0;
};

// The date first, then perhaps a time; nothing where it is neither.
std::optional<Written> written_in(std::string_view text) {
  std::vector<Word> words = words_in(text);
  std::erase_if(words, [](const Word& word) {
    return std::find(kBeside.begin(), kBeside.end(), word.text) != kBeside.end();
  });
  if (words.size() < 3) return std::nullopt;
  Written written;
  const bool year_first = words[0].is_number() && words[0].text.size() == 4;
  const Word& day = words[year_first ? 2 : 0];
  const Word& year = words[year_first ? 0 : 2];
  written.month = month_of(words[1]);
  if (!day.is_number() || !year.is_number() || day.text.size() > 2 || written.month == 0)
    return std::nullopt;
  written.day = static_cast<unsigned>(number_of(day));
  written.year = number_of(year);
  if (year.text.size() == 2) written.year += 2000;
  if (year.text.size() != 2 && year.text.size() != 4) return std::nullopt;
  int* const of_time[] = {&written.hour, &written.minute, &written.second};
  if (words.size() > 6 || words.size() == 4) return std::nullopt;
  for (std::size_t i = 3; i < words.size(); ++i) {
    const Word& word = words[i];
    if (!word.is_number() || word.text.size() > 2) return std::nullopt;
    if (i > 3 && word.before != ':' && word.before != '.') return std::nullopt;
    *of_time[i - 3] = number_of(word);
  }
  if (written.hour > 23 || written.minute > 59 || written.second > 59) return std::nullopt;
  return written;
}

}  // namespace

std::variant<Instant, NoMoment> read_moment(std::string_view text, const Calendar& calendar) {
  if (const auto exact = parse_instant(text)) return *exact;
  const auto written = written_in(text);
  if (!written) return NoMoment::unreadable;
  const std::chrono::year_month_day date{std::chrono::year{written->year},
                                         std::chrono::month{written->month},
                                         std::chrono::day{written->day}};
  if (!date.ok() || written->year < kFirstYear || written->year > kLastYear)
    return NoMoment::no_such_day;
  const Instant midnight = calendar.midnight(written->year, written->month, written->day);
  const Seconds wall{written->hour * 3600 + written->minute * 60 + written->second};
  // Where the zone's offset changes that night, the wall time is another span from midnight.
  const Instant straight = midnight + wall;
  return straight + (calendar.local(midnight).utc_offset - calendar.local(straight).utc_offset);
}

}  // namespace tenggat::cli
