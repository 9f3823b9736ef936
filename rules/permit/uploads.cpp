#include "rules/permit/uploads.h"

#include <algorithm>

namespace tenggat {

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<std::string> uploaded_hash(std::string_view uri) {
  if (!uri.starts_with(kUploadScheme)) return std::nullopt;
  uri.remove_prefix(kUploadScheme.size());
  if (!is_sha256_hex(uri)) return std::nullopt;
  return std::string(uri);
}

}  // namespace tenggat
