// SHA-256, HMAC and random bytes, from libcrypto.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::store {

std::string sha256(std::string_view bytes);                             // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 bytes
std::string random_bytes(std::size_t count);                            // for secrets and salts
std::string hex(std::string_view bytes);

}  // namespace tenggat::store
