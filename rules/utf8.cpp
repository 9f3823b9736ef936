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

}  // namespace

std::size_t first_not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

}  // namespace tenggat
