// The encodings of a mail: RFC 2045 (quoted-printable, base64), RFC 2047 (headers), RFC 5322
// (dates, names).
#pragma once
#include <string>
#include <string_view>

#include "rules/time.h"

namespace tenggat::notify::email {

// Lines of at most 76 bytes, CRLF; any of CR, LF, CRLF in the input is a line break. No line starts
// with a dot or "From ".
std::string quoted_printable(std::string_view text);

// Lines of 76 digits, CRLF.
std::string base64_lines(std::string_view bytes);

// A header's value that starts at column `used`: plain where it is short ASCII, else encoded words
// of whole characters, folded. The input must hold no control byte.
std::string header_text(std::string_view text, std::size_t used);

// `display name <address>`, quoted or encoded as needed.
std::string header_mailbox(std::string_view display_name, std::string_view address,
                           std::size_t used);

std::string header_date(Instant t);  // "Thu, 02 Apr 2026 06:02:00 +0000"

}  // namespace tenggat::notify::email
