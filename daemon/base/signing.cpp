#include "daemon/base/signing.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdexcept>

namespace tenggat {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// A key with a passphrase is asked for none.
int no_passphrase(char*, int, int, void*) { return 0; }

std::shared_ptr<void> held(EVP_PKEY* key) {
  if (key == nullptr) return nullptr;
  std::shared_ptr<void> kept(key, [](void* it) { EVP_PKEY_free(static_cast<EVP_PKEY*>(it)); });
  return EVP_PKEY_id(key) == EVP_PKEY_ED25519 ? kept : nullptr;
}

Bio reading(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all};
}

std::shared_ptr<void> private_key(const std::string& pem) {
  const Bio bio = reading(pem);
  return held(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
}
std::shared_ptr<void> public_key(const std::string& pem) {
  const Bio bio = reading(pem);
  return held(PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_passphrase, nullptr));
}

EVP_PKEY* of(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }
const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string id_of(const std::shared_ptr<void>& key) {
  unsigned char raw[32];
  std::size_t length = sizeof raw;
  if (EVP_PKEY_get_raw_public_key(of(key), raw, &length) != 1)
    throw std::runtime_error("the key has no public half");
  std::string id;
  for (int i = 0; i < 8; ++i) id += fmt::format("{:02x}", raw[i]);
  return id;
}

}  // namespace

std::string new_signing_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!key || !bio ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("a key cannot be made");
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

std::optional<SigningKey> SigningKey::from_pem(const std::string& pem) {
  auto key = private_key(pem);
  if (!key) return std::nullopt;
  return SigningKey(std::move(key));
}

std::string SigningKey::sign(std::string_view text) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t length = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, of(key_)) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     bytes(text), text.size()) != 1)
    throw std::runtime_error("signing failed");
  return signature;
}

std::string SigningKey::public_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!bio || PEM_write_bio_PUBKEY(bio.get(), of(key_)) != 1)
    throw std::runtime_error("the public key cannot be written");
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string SigningKey::id() const { return id_of(key_); }

std::optional<CheckingKey> CheckingKey::from_pem(const std::string& pem) {
  auto key = public_key(pem);
  if (!key) key = private_key(pem);
  if (!key) return std::nullopt;
  return CheckingKey(std::move(key));
}

bool CheckingKey::verifies(std::string_view text, std::string_view signature) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, of(key_)) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text),
                          text.size()) == 1;
}

std::string CheckingKey::id() const { return id_of(key_); }

}  // namespace tenggat
