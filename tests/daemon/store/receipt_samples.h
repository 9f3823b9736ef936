// A key and a permit to give receipts of.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/signing.h"
#include "daemon/store/permits.h"
#include "daemon/store/seals.h"

namespace tenggat::test {

// openssl genpkey -algorithm ed25519
inline SigningKey signing_key() {
  return *SigningKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
      "-----END PRIVATE KEY-----\n");
}
inline SigningKey another_key() {
  return *SigningKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRvwRTg9bijGfNaumJNqM9u1PuKb7\n"
      "-----END PRIVATE KEY-----\n");
}
inline store::Sign signing(const SigningKey& key) {
  return [key](std::string_view text) { return key.sign(text); };
}
inline std::vector<CheckingKey> checking(const SigningKey& key) {
  return std::vector<CheckingKey>(1, *CheckingKey::from_pem(key.public_pem()));
}

inline store::StoredPermit receipted_permit() {
  store::StoredPermit stored;
  stored.permit.id = 7445283910266880417;
  stored.permit.number = "PAUD-2026-000007";
  stored.permit.events = 5;
  stored.last_hash = std::string(32, '\x5A');
  Document decree;
  decree.id = 3;
  decree.kind = "surat_keputusan";
  decree.number = "503/017/PAUD/2026";
  decree.sha256 = std::string(64, 'a');
  stored.permit.documents.push_back(decree);
  return stored;
}

}  // namespace tenggat::test
