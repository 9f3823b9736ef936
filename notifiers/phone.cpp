#include "notifiers/phone.h"

#include <algorithm>

#include "notifiers/utf8.h"

namespace tenggat::notify {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_indonesian_mobile(std::string_view digits) {
  if (!digits.starts_with("628") || digits.size() < 11 || digits.size() > 14) return false;
  return digits[3] != '0' && digits[3] != '4' && std::ranges::all_of(digits, is_digit);
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.back() == '.') return false;
  if (host.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(
      host, [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-'; });
}

struct Range {
  char32_t first, last;
};
// Blanks, marks of direction, joiners, hyphens and dashes. A line break is none: it would be two.
constexpr Range kSeparators[] = {
    {'\t', '\t'},     {' ', ' '},       {'(', ')'},       {'-', '/'},       {0xA0, 0xA0},
    {0xAD, 0xAD},     {0x61C, 0x61C},   {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x2015},
    {0x202A, 0x202F}, {0x205F, 0x2064}, {0x2066, 0x2069}, {0x2212, 0x2212}, {0x3000, 0x3000},
    {0xFE58, 0xFE58}, {0xFE63, 0xFE63}, {0xFEFF, 0xFEFF}, {0xFF0D, 0xFF0D},
};

bool is_separator(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  char32_t code = 0;
  switch (character.size()) {
    case 1:
      if (byte(0) >= 0x80) return false;  // no character at all
      code = byte(0);
      break;
    case 2:
      code = (byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
      break;
    case 3:
      code = (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
      break;
    default:
      return false;
  }
  return std::ranges::any_of(
      kSeparators, [&](const Range& range) { return range.first <= code && code <= range.last; });
}

// What was dialled, without what stands between.
struct Dialled {
  bool international = false;  // after + or 00: the country comes first
  std::string digits;
};
std::optional<Dialled> dialled(std::string_view text) {
  Dialled read;
  while (!text.empty()) {
    const std::string_view character = first_characters(text, 1);
    text.remove_prefix(character.size());
    if (is_digit(character.front())) {
      read.digits += character;
    } else if (character == "+" && read.digits.empty() && !read.international) {
      read.international = true;
    } else if (!is_separator(character)) {
      return std::nullopt;
    }
  }
  if (!read.international && read.digits.starts_with("00")) {
    read.international = true;
    read.digits.erase(0, 2);
  }
  return read;
}

constexpr std::string_view kIndonesia = "62";

}  // namespace

std::optional<std::string> normalise_phone(std::string_view text) {
  auto read = dialled(text);
  if (!read) return std::nullopt;
  std::string& digits = read->digits;
  if (digits.starts_with("620")) {
    digits.erase(2, 1);
  } else if (!read->international && digits.starts_with("0")) {
    digits.replace(0, 1, kIndonesia);
  } else if (!read->international && digits.starts_with("8")) {
    digits.insert(0, kIndonesia);
  }
  if (!is_indonesian_mobile(digits)) return std::nullopt;
  return digits;
}

bool is_foreign_phone(std::string_view text) {
  const auto read = dialled(text);
  // No country's code begins with 0.
  return read && read->international && read->digits.size() > 2 && read->digits.front() != '0' &&
         !read->digits.starts_with(kIndonesia);
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const auto local = text.substr(0, at);
  constexpr std::string_view kAllowed = "!#$%&'*+-/=?^_`{|}~.";
  const bool plain = std::ranges::all_of(local, [&](char c) {
    return is_digit(c) || is_letter(c) || kAllowed.find(c) != std::string_view::npos;
  });
  return plain && is_host(text.substr(at + 1));
}

std::string mask_phone(std::string_view phone) {
  if (phone.size() < 10) return "****";
  return std::string(phone.substr(0, 5)) + "****" + std::string(phone.substr(phone.size() - 3));
}

std::string mask_email(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return "****";
  return std::string(address.substr(0, 1)) + "****" + std::string(address.substr(at));
}

}  // namespace tenggat::notify
