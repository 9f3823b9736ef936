#include "notifiers/utf8.h"

#include <algorithm>
#include <cstdint>

#include "rules/utf8.h"

namespace tenggat::notify {
namespace {

struct Point {
  std::uint32_t value = 0xFFFD;
  std::size_t bytes = 1;  // 1 and U+FFFD for an invalid byte
  bool valid = false;
};

std::size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

Point first_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t n = length_by_lead(lead);
  if (n == 1) return {lead, 1, true};
  if (n == 0 || n > text.size()) return {};
  std::uint32_t value = lead & (0x7Fu >> n);
  for (std::size_t i = 1; i < n; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte & 0x3Fu);
  }
  const bool overlong = (n == 3 && value < 0x800) || (n == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {value, n, true};
}

bool is_blank(std::uint32_t c) { return c == 0x20 || c == 0xA0 || is_hidden_character(c); }

}  // namespace

std::size_t characters(std::string_view text) {
  std::size_t n = 0;
  for (; !text.empty(); ++n) text.remove_prefix(first_point(text).bytes);
  return n;
}

std::string_view first_characters(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; n > 0 && at < text.size(); --n) at += first_point(text.substr(at)).bytes;
  return text.substr(0, at);
}

std::string one_line(std::string_view text) {
  std::string line;
  bool blank_before = true;
  while (!text.empty()) {
    const Point point = first_point(text);
    if (!point.valid) {
      line += "\xEF\xBF\xBD";
    } else if (!is_blank(point.value)) {
      line += text.substr(0, point.bytes);
    } else if (!blank_before) {
      line += ' ';
    }
    blank_before = point.valid && is_blank(point.value);
    text.remove_prefix(point.bytes);
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

bool has_control_byte(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace tenggat::notify
