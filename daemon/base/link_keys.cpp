#include "daemon/base/link_keys.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tenggat {
namespace {

constexpr std::size_t kSeed = 32, kMark = 32;  // hex digits; a mark has 128 bits
constexpr std::string_view kNoMark = "00000000000000000000000000000000";

constexpr struct {
  LinkKeys::Opens what;
  std::string_view path;
} kPaths[] = {{LinkKeys::Opens::tracking, "/lacak/"}, {LinkKeys::Opens::sign_in, "/masuk/"}};

std::string_view path_of(LinkKeys::Opens what) {
  return std::ranges::find(kPaths, what, [](const auto& one) { return one.what; })->path;
}

std::string mark_of(const std::string& key, LinkKeys::Opens what, std::string_view seed) {
  const std::string marked = fmt::format("{}{}", path_of(what), seed);
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(marked.data()), marked.size(), code.data(),
            &size))
    throw std::runtime_error("HMAC is not available");
  return fmt::format("{:02x}", fmt::join(code.begin(), code.begin() + kMark / 2, ""));
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

bool is_seed(std::string_view text) { return text.size() == kSeed && is_hex(text); }

std::string LinkKeys::secret(Opens what, std::string_view seed) const {
  if (keys_.empty()) return unmarked(seed);
  return fmt::format("{}{}", seed, mark_of(keys_.front(), what, seed));
}

std::optional<std::string> LinkKeys::seed(Opens what, std::string_view secret) const {
  if (secret.size() != kSeed + kMark || !is_hex(secret)) return std::nullopt;
  const std::string_view seed = secret.substr(0, kSeed), mark = secret.substr(kSeed);
  bool marked = false;
  for (const std::string& key : keys_)
    marked |= CRYPTO_memcmp(mark_of(key, what, seed).data(), mark.data(), kMark) == 0;
  return marked ? std::optional<std::string>(seed) : std::nullopt;
}

std::string LinkKeys::complete(std::string_view address) const {
  for (const auto& [what, path] : kPaths) {
    if (address.size() < path.size() + kSeed + kMark) continue;
    const std::string_view before = address.substr(0, address.size() - kSeed - kMark);
    const std::string_view seed = address.substr(before.size(), kSeed);
    if (before.ends_with(path) && is_seed(seed) && address.ends_with(kNoMark))
      return fmt::format("{}{}", before, secret(what, seed));
  }
  return std::string(address);
}

std::string LinkKeys::unmarked(std::string_view seed) { return fmt::format("{}{}", seed, kNoMark); }

std::string new_link_key() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no randomness for a key");
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace tenggat
