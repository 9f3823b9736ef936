// What a text must be before it is stored, sent or shown.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace tenggat {

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), or the size.
std::size_t first_not_utf8(std::string_view text);

// Editors of Windows put one in front.
std::string_view without_byte_order_mark(std::string_view text);
// The offset of the first carriage return without a newline after it, or the size.
std::size_t lone_carriage_return(std::string_view text);

struct LineAndColumn {
  int line = 0, column = 0;  // from 1
};
LineAndColumn place_of(std::string_view text, std::size_t offset);

// Of text in UTF-8.
std::size_t characters_in(std::string_view text);

// How many letters there are: of the alphabets of words, not of digits, signs and pictures.
std::size_t letters_in(std::string_view text);

// Nothing but what ink makes, and plain spaces: no control, no line end, no other kind of space,
// nothing invisible, nothing that turns the direction of what follows. `text` is UTF-8.
bool is_printable_line(std::string_view text);

// What nobody sees, and what turns the direction of what follows: control characters, zero-width
// ones, those of the bidirectional algorithm. No name holds one; a line that does would not say
// what it seems to say.
bool is_hidden_character(char32_t code);
// One of those is inside, other than newline and tab.
bool has_hidden_character(std::string_view text);
// With a space in place of each of them, newline and tab included.
std::string visible_line(std::string_view text);
// For what was stored before such were refused, to be put into a line: without them, and where
// letters run from right to left enclosed (U+2068, U+2069), so that the rest of the line does not
// turn with them.
std::string set_apart(std::string_view text);

}  // namespace tenggat
