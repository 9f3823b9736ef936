// Texts of programs and of the web, where only the letters of ASCII have two forms.
#pragma once
#include <string>
#include <string_view>

namespace tenggat {

// In small letters; every other byte stays.
inline std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// Without what stands of `blank` at its ends.
inline std::string_view trimmed(std::string_view text, std::string_view blank = " ") {
  const std::size_t from = text.find_first_not_of(blank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blank) - from + 1);
}

}  // namespace tenggat
