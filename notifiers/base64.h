// RFC 4648 section 4.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tenggat::notify {

std::string base64(std::string_view bytes);
// Nothing for what is not written as base64() writes it; the `=` at the end may be left out.
std::optional<std::string> from_base64(std::string_view text);

// Section 5, as addresses have it: `-` and `_`, and no `=` at the end.
std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace tenggat::notify
