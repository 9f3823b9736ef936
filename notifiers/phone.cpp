#include "notifiers/phone.h"

#include <algorithm>

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

}  // namespace

std::optional<std::string> normalise_phone(std::string_view text) {
  constexpr std::string_view kSeparators = " -.()/\t";
  std::string digits;
  for (const char c : text) {
    if (is_digit(c)) {
      digits += c;
    } else if (!(c == '+' && digits.empty()) && kSeparators.find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (digits.starts_with("620")) {
    digits.erase(2, 1);
  } else if (digits.starts_with("0")) {
    digits.replace(0, 1, "62");
  } else if (digits.starts_with("8")) {
    digits.insert(0, "62");
  }
  if (!is_indonesian_mobile(digits)) return std::nullopt;
  return digits;
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
