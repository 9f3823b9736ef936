// Signatures that anybody can check with openssl alone: Ed25519 (RFC 8032), keys as PEM.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tenggat {

// A new one, as `openssl genpkey -algorithm ed25519` prints it.
std::string new_signing_key();

// A key that signs; made by `openssl genpkey -algorithm ed25519`.
class SigningKey {
 public:
  // Nothing where the text is no such key.
  static std::optional<SigningKey> from_pem(const std::string& pem);
  std::string sign(std::string_view text) const;  // 64 bytes
  std::string public_pem() const;                 // as `openssl pkey -pubout` prints it
  std::string id() const;                         // of the public key: its first 16 hex digits

 private:
  explicit SigningKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

// A key that checks, from the PEM of either half.
class CheckingKey {
 public:
  static std::optional<CheckingKey> from_pem(const std::string& pem);
  bool verifies(std::string_view text, std::string_view signature) const;
  std::string id() const;

 private:
  explicit CheckingKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

}  // namespace tenggat
