// What a text must be before it is stored, sent or shown.
#pragma once
#include <cstddef>
#include <string_view>

namespace tenggat {

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), or the size.
std::size_t first_not_utf8(std::string_view text);

// ASCII control characters other than newline and tab.
bool has_control_character(std::string_view text);

}  // namespace tenggat
