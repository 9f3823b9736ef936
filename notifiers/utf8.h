// Text as people count it: Unicode code points in UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::notify {

// Code points; every byte that is no valid UTF-8 counts as one.
std::size_t characters(std::string_view text);

// The first n code points, never half of one.
std::string_view first_characters(std::string_view text, std::size_t n);

// One printable line: line breaks, tabs, runs of blanks, control and hidden characters
// become a single blank, blanks at both ends go, invalid bytes become U+FFFD.
std::string one_line(std::string_view text);

// An ASCII control byte is inside: such a text never enters a header or an envelope.
bool has_control_byte(std::string_view text);

}  // namespace tenggat::notify
