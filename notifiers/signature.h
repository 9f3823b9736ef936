// Signatures of webhooks, ours and the providers', from libcrypto.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::notify {

enum class Digest { sha256, sha512 };

std::string hmac(Digest digest, std::string_view key, std::string_view bytes);  // raw bytes

// Takes as long whatever the texts hold; only their lengths show.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Whether `hex` (either case) is the HMAC of `bytes`. Never with an empty key.
bool is_hmac_of(Digest digest, std::string_view key, std::string_view bytes, std::string_view hex);

}  // namespace tenggat::notify
