#include <algorithm>
#include <array>

#include "daemon/pg/connection.h"

namespace tenggat::pg {
namespace {

std::string without_nul(std::string text) {
  if (std::find(text.begin(), text.end(), '\0') != text.end()) {
    throw std::invalid_argument{"a NUL byte cannot be stored in PostgreSQL"};
  }
  return text;
}

std::string instant_text(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  std::array<char, 64> buffer{};
  const int length = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02u %02d:%02d:%02d+00",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

void append_element(std::string& array, const std::string& text) {
  array += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}
void append_element(std::string& array, std::int64_t value) { array += std::to_string(value); }
void append_element(std::string& array, bool value) { array += value ? 't' : 'f'; }
void append_element(std::string& array, Instant value) {
  array += '"';
  array += instant_text(value);
  array += '"';
}
template <class T>
void append_element(std::string& array, const std::optional<T>& value) {
  if (value) {
    append_element(array, *value);
  } else {
    array += "NULL";
  }
}

template <class T>
Param array_of(const std::vector<T>& values) {
  std::string array = "{";
  for (const auto& value : values) {
    if (array.size() > 1) array += ',';
    append_element(array, value);
  }
  array += '}';
  return Param{std::move(array)};
}

}  // namespace

Param::Param(std::string text) : text_{without_nul(std::move(text))} {}
Param::Param(std::string_view text) : Param{std::string{text}} {}
Param::Param(const char* text) : text_{text} {}
Param::Param(Instant instant) : text_{instant_text(instant)} {}

Param text_array(const std::vector<std::string>& values) { return array_of(values); }
Param text_array(const std::vector<std::optional<std::string>>& values) { return array_of(values); }
Param bigint_array(const std::vector<std::int64_t>& values) { return array_of(values); }
Param bigint_array(const std::vector<std::optional<std::int64_t>>& values) {
  return array_of(values);
}
Param boolean_array(const std::vector<bool>& values) { return array_of(values); }
Param timestamptz_array(const std::vector<Instant>& values) { return array_of(values); }
Param timestamptz_array(const std::vector<std::optional<Instant>>& values) {
  return array_of(values);
}

std::string bytea(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "\\x";
  text.reserve(2 + 2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::size_t Pipeline::add(std::string sql, std::vector<Param> params) {
  statements_.push_back({std::move(sql), std::move(params)});
  return statements_.size() - 1;
}

}  // namespace tenggat::pg
