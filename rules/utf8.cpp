#include "rules/utf8.h"

#include <algorithm>
#include <span>

namespace tenggat {
namespace {

struct LeadByte {
  unsigned first, last;                // the lead bytes of one row
  std::size_t length;                  // of the sequence
  unsigned second_least, second_most;  // narrower where overlong forms or surrogates would fit
};
// RFC 3629, section 4.
constexpr LeadByte kLeadBytes[] = {
    {0x00, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The length of the well-formed sequence at the front of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
  const unsigned lead = byte_at(text, 0);
  for (const LeadByte& row : kLeadBytes) {
    if (lead < row.first || lead > row.last) continue;
    if (row.length > text.size()) return 0;
    for (std::size_t i = 1; i < row.length; ++i) {
      const unsigned least = i == 1 ? row.second_least : 0x80;
      const unsigned most = i == 1 ? row.second_most : 0xBF;
      if (byte_at(text, i) < least || byte_at(text, i) > most) return 0;
    }
    return row.length;
  }
  return 0;
}

struct CodePoints {
  unsigned first, last;
};
// Unicode 15: control and format characters, separators other than the space, surrogates, private
// use and what is no character.
constexpr CodePoints kNotPrinted[] = {
    {0x00, 0x1F},       {0x7F, 0xA0},       {0xAD, 0xAD},       {0x034F, 0x034F},
    {0x0600, 0x0605},   {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
    {0x0890, 0x0891},   {0x08E2, 0x08E2},   {0x115F, 0x1160},   {0x1680, 0x1680},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x3000, 0x3000},   {0x3164, 0x3164},   {0xE000, 0xF8FF},
    {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
};

// Of those, what is neither a space of some width nor a variant of a visible character.
constexpr CodePoints kHidden[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x034F, 0x034F},
    {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180E, 0x180E},
    {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
    {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};
// Hebrew, Arabic, Syriac, Thaana and what is written like them.
constexpr CodePoints kRightToLeft[] = {
    {0x0590, 0x08FF}, {0xFB1D, 0xFDFF}, {0xFE70, 0xFEFC}, {0x10800, 0x10FFF}, {0x1E800, 0x1EFFF},
};

bool stands_in(std::span<const CodePoints> ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(), [code](const CodePoints& range) {
    return range.first <= code && code <= range.last;
  });
}

// The character that a well-formed sequence makes.
unsigned code_point(std::string_view sequence) {
  constexpr unsigned kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  unsigned code = byte_at(sequence, 0) & kLeadMask[sequence.size()];
  for (std::size_t i = 1; i < sequence.size(); ++i)
    code = code << 6 | (byte_at(sequence, i) & 0x3F);
  return code;
}

// Whether one of its characters is such, asked with its bytes. A byte that is no UTF-8 is one by
// itself (U+FFFD).
bool any_character(std::string_view text, const auto& is_such) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(length, 1));
    if (is_such(static_cast<char32_t>(length == 0 ? 0xFFFD : code_point(bytes)), bytes))
      return true;
    text.remove_prefix(bytes.size());
  }
  return false;
}

}  // namespace

bool is_printable_line(std::string_view text) {
  return first_not_utf8(text) == text.size() &&
         !any_character(
             text, [](char32_t code, std::string_view) { return stands_in(kNotPrinted, code); });
}

std::size_t first_not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

std::size_t lone_carriage_return(std::string_view text) {
  std::size_t at = text.find('\r');
  while (at != std::string_view::npos && at + 1 < text.size() && text[at + 1] == '\n')
    at = text.find('\r', at + 1);
  return std::min(at, text.size());
}

LineAndColumn place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(before.size() - (before.rfind('\n') + 1)) + 1};  // npos + 1 is 0
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a later byte of one
  }));
}

std::size_t letters_in(std::string_view text) {
  // Beyond ASCII what these leave out is letters, but for a few signs.
  constexpr CodePoints kNoLetters[] = {{0x80, 0xBF},     {0xD7, 0xD7},       {0xF7, 0xF7},
                                       {0x2000, 0x2BFF}, {0x3000, 0x303F},   {0xE000, 0xF8FF},
                                       {0xFE00, 0xFE6F}, {0x1F000, 0x1FFFF}, {0xE0000, 0x10FFFF}};
  std::size_t letters = 0;
  any_character(text, [&](char32_t code, std::string_view) {
    const bool plain = (code >= U'a' && code <= U'z') || (code >= U'A' && code <= U'Z');
    if (plain || (code >= 0x80 && !stands_in(kNoLetters, code))) ++letters;
    return false;
  });
  return letters;
}

bool is_hidden_character(char32_t code) { return stands_in(kHidden, code); }

bool has_hidden_character(std::string_view text) {
  return any_character(text, [](char32_t code, std::string_view) {
    return code != U'\n' && code != U'\t' && is_hidden_character(code);
  });
}

std::string visible_line(std::string_view text) {
  std::string line;
  any_character(text, [&](char32_t code, std::string_view bytes) {
    line += is_hidden_character(code) ? std::string_view(" ") : bytes;
    return false;
  });
  return line;
}

std::string set_apart(std::string_view text) {
  constexpr std::string_view kBegin = "\xE2\x81\xA8", kEnd = "\xE2\x81\xA9";
  std::string shown;
  bool turns = false;
  any_character(text, [&](char32_t code, std::string_view bytes) {
    turns = turns || stands_in(kRightToLeft, code);
    if (code == U'\n' || code == U'\t' || !is_hidden_character(code)) shown += bytes;
    return false;
  });
  if (turns) shown.insert(0, kBegin).append(kEnd);
  return shown;
}

}  // namespace tenggat
