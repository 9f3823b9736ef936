#include "notifiers/signature.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <stdexcept>

namespace tenggat::notify {

std::string hmac(Digest digest, std::string_view key, std::string_view bytes) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  const EVP_MD* md = digest == Digest::sha256 ? EVP_sha256() : EVP_sha512();
  if (!HMAC(md, key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
            reinterpret_cast<unsigned char*>(mac.data()), &length))
    throw std::runtime_error("HMAC failed");
  mac.resize(length);
  return mac;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_hmac_of(Digest digest, std::string_view key, std::string_view bytes, std::string_view hex) {
  if (key.empty()) return false;
  std::string expected;
  for (const char c : hmac(digest, key, bytes))
    expected += fmt::format("{:02x}", static_cast<unsigned char>(c));
  std::string given(hex);
  std::transform(given.begin(), given.end(), given.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return equal_in_constant_time(given, expected);
}

}  // namespace tenggat::notify
