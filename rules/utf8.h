// What a text must be before it is stored, sent or shown.
#pragma once
#include <cstddef>
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

// Nothing but what ink makes, and plain spaces: no control, no line end, no other kind of space,
// nothing invisible, nothing that turns the direction of what follows. `text` is UTF-8.
bool is_printable_line(std::string_view text);

// ASCII control characters other than newline and tab.
bool has_control_character(std::string_view text);

}  // namespace tenggat
