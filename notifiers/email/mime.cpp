#include "notifiers/email/mime.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "notifiers/base64.h"
#include "notifiers/utf8.h"

namespace tenggat::notify::email {
namespace {

constexpr std::size_t kMaxQuotedLine = 76;
constexpr std::size_t kMaxPlainHeader = 76;
constexpr std::size_t kAroundAWord = 12;  // "=?UTF-8?B?" and "?="
constexpr std::size_t kLongestCharacter = 4;

// RFC 2047: a line with an encoded word has at most 76 characters, and no word holds half a
// character.
std::string encoded_words(std::string_view text, std::size_t used) {
  std::string out;
  while (!text.empty()) {
    const std::size_t room = kMaxPlainHeader - kAroundAWord - std::min<std::size_t>(used, 50);
    const std::size_t most = std::max(room / 4 * 3, kLongestCharacter);
    std::size_t bytes = 0;
    while (bytes < text.size()) {
      const std::size_t next = bytes + first_characters(text.substr(bytes), 1).size();
      if (next > most) break;
      bytes = next;
    }
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("=?UTF-8?B?{}?=", base64(text.substr(0, bytes)));
    text.remove_prefix(bytes);
    used = 1;
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string quoted_line(std::string_view line) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    const bool last = i + 1 == line.size();
    const bool at_start = column == 0 && (byte == '.' || line.substr(i).starts_with("From "));
    const bool plain =
        byte >= 0x20 && byte < 0x7F && byte != '=' && !(last && byte == ' ') && !at_start;
    const std::size_t width = plain ? 1 : 3;
    if (column + width > kMaxQuotedLine - 1) {
      out += "=\r\n";
      column = 0;
      --i;
      continue;
    }
    out += plain ? std::string(1, line[i]) : fmt::format("={:02X}", byte);
    column += width;
  }
  return out;
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out += quoted_line(text.substr(0, end)) + "\r\n";
    const bool pair = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(text.size(), end + (pair ? 2 : 1)));
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string digits = base64(bytes);
  std::string lines;
  for (std::size_t at = 0; at < digits.size(); at += kMaxQuotedLine)
    lines += digits.substr(at, kMaxQuotedLine) + "\r\n";
  return lines;
}

std::string header_text(std::string_view text, std::size_t used) {
  const bool looks_encoded = text.find("=?") != std::string_view::npos;
  if (is_ascii(text) && !looks_encoded && used + text.size() <= kMaxPlainHeader)
    return std::string(text);
  return encoded_words(text, used);
}

std::string header_mailbox(std::string_view display_name, std::string_view address,
                           std::size_t used) {
  if (display_name.empty()) return std::string(address);
  std::string name = header_text(display_name, used);
  if (name == display_name) {
    name = "\"";
    for (const char c : display_name) {
      if (c == '"' || c == '\\') name += '\\';
      name += c;
    }
    name += "\"";
  }
  return fmt::format("{}\r\n <{}>", name, address);
}

std::string header_date(Instant t) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(t - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
      kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
      kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
      time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace tenggat::notify::email
