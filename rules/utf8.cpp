#include "rules/utf8.h"

#include <algorithm>

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

// The character that a well-formed sequence makes.
unsigned code_point(std::string_view sequence) {
  constexpr unsigned kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  unsigned code = byte_at(sequence, 0) & kLeadMask[sequence.size()];
  for (std::size_t i = 1; i < sequence.size(); ++i)
    code = code << 6 | (byte_at(sequence, i) & 0x3F);
  return code;
}

}  // namespace

bool is_printable_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    const unsigned code = code_point(text.substr(0, length));
    for (const CodePoints& range : kNotPrinted)
      if (range.first <= code && code <= range.last) return false;
    text.remove_prefix(length);
  }
  return true;
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

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

}  // namespace tenggat
