// How a table of words is read: a sentence is a row with its words in English and in Indonesian. A
// table is a list of rows, an enum of their names and `words_of`, which gives a name its words
// (rules/fault_words.h, rules/permit/refusal.h, daemon/http/problem_words.h). A row that lacks a
// language, or whose languages speak of different things, does not compile.
//
// Written with `say<Wrong::unknown_key>(key, known)`. In the words `{}` is the next argument, `{1}`
// the second one; a brace of the text itself is doubled. An argument may be a Said.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "rules/error.h"

namespace tenggat {

struct Words {
  std::string_view english, indonesian;
};

// The arguments that words have a place for, a bit each from the first one on.
constexpr std::uint32_t places_in(std::string_view words) {
  std::uint32_t places = 0;
  unsigned next = 0;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != '{' && words[i] != '}') continue;
    const char c = words[++i];  // also past a doubled brace
    if (c >= '0' && c <= '9') places |= 1U << static_cast<unsigned>(c - '0');
    if (words[i - 1] == '{' && (c == '}' || c == ':')) places |= 1U << next++;
  }
  return places;
}

constexpr bool is_said_in_both(const Words& words) {
  return !words.english.empty() && !words.indonesian.empty() &&
         places_in(words.english) == places_in(words.indonesian);
}

constexpr bool has_places_for(const Words& words, std::size_t arguments) {
  return places_in(words.english) == (1U << arguments) - 1;
}

template <class T>
const T& in_english(const T& argument) {
  return argument;
}
inline const std::string& in_english(const Said& argument) { return argument.english; }
template <class T>
const T& in_indonesian(const T& argument) {
  return argument;
}
inline const std::string& in_indonesian(const Said& argument) { return argument.indonesian; }

template <auto sentence, class... Arguments>
Said say(const Arguments&... arguments) {
  constexpr Words words = words_of(sentence);
  static_assert(has_places_for(words, sizeof...(Arguments)));
  return {fmt::format(fmt::runtime(words.english), in_english(arguments)...),
          fmt::format(fmt::runtime(words.indonesian), in_indonesian(arguments)...)};
}

}  // namespace tenggat
