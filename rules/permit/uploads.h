// How a document names a file that was uploaded here: by the SHA-256 of its bytes, 64 lower-case
// hex digits.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tenggat {

inline constexpr std::string_view kUploadScheme = "tenggat:";
bool is_sha256_hex(std::string_view text);
// The hash of a document's `tenggat:` uri; nothing where it is none.
std::optional<std::string> uploaded_hash(std::string_view uri);

using FileSizes = std::map<std::string, std::uint64_t>;  // by hash

}  // namespace tenggat
