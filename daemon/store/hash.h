// SHA-256, HMAC and random bytes, from libcrypto.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace tenggat::store {

std::string sha256(std::string_view bytes);  // 32 bytes
// Of bytes that come one after the other.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::string_view bytes);
  std::string hash();  // 32 bytes; once, after all

 private:
  struct State;
  std::unique_ptr<State> state_;
};
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 bytes
// The HMAC of a personal value, in hex: what is kept in its place.
std::string digest(std::string_view salt, std::string_view value);
std::string random_bytes(std::size_t count);  // for secrets and salts
std::string hex(std::string_view bytes);

}  // namespace tenggat::store
