#include "daemon/base/link_keys.h"

#include <gtest/gtest.h>

namespace tenggat {
namespace {

using Opens = LinkKeys::Opens;
const std::string kSeed = "00112233445566778899aabbccddeeff";
const std::string kOld(64, 'a'), kNew(64, 'b');

TEST(LinkKeys, ASecretIsItsSeedAndTheMarkOfAKey) {
  const LinkKeys keys({kOld});
  const std::string secret = keys.secret(Opens::tracking, kSeed);
  EXPECT_EQ(secret.size(), 64U);
  EXPECT_TRUE(secret.starts_with(kSeed));
  EXPECT_EQ(keys.seed(Opens::tracking, secret), kSeed);
  // As HMAC-SHA-256 of "/lacak/SEED", cut to 128 bits: openssl dgst -sha256 -hmac KEY.
  EXPECT_EQ(secret.substr(32), "71a7f3d80dc7b848331f3bf0b2f1ad01");
}

TEST(LinkKeys, WhatTheDatabaseHoldsOpensNothing) {
  const LinkKeys keys({kOld});
  EXPECT_FALSE(keys.seed(Opens::tracking, kSeed));
  EXPECT_FALSE(keys.seed(Opens::tracking, LinkKeys::unmarked(kSeed)));
  EXPECT_FALSE(keys.seed(Opens::tracking, LinkKeys({kNew}).secret(Opens::tracking, kSeed)));
  EXPECT_FALSE(LinkKeys().seed(Opens::tracking, LinkKeys().secret(Opens::tracking, kSeed)));
}

TEST(LinkKeys, OneKindOfLinkIsNotAnother) {
  const LinkKeys keys({kOld});
  EXPECT_FALSE(keys.seed(Opens::sign_in, keys.secret(Opens::tracking, kSeed)));
}

TEST(LinkKeys, WhileOneRotatesTheFirstMakesAndAllAreTaken) {
  const std::string before = LinkKeys({kOld}).secret(Opens::tracking, kSeed);
  const LinkKeys rotating({kNew, kOld});
  EXPECT_EQ(rotating.seed(Opens::tracking, before), kSeed);
  const std::string after = rotating.secret(Opens::tracking, kSeed);
  EXPECT_NE(after, before);
  EXPECT_EQ(LinkKeys({kNew}).seed(Opens::tracking, after), kSeed);
  EXPECT_FALSE(LinkKeys({kNew}).seed(Opens::tracking, before));
}

TEST(LinkKeys, AnAddressIsCompletedWhereItIsUnmarkedAlone) {
  const LinkKeys keys({kOld});
  const std::string unmarked = "https://izin.example/lacak/" + LinkKeys::unmarked(kSeed);
  const std::string whole = "https://izin.example/lacak/" + keys.secret(Opens::tracking, kSeed);
  EXPECT_EQ(keys.complete(unmarked), whole);
  for (const std::string& other :
       {whole, std::string("https://izin.example/permohonan/7"),
        "https://izin.example/lacak/" + kSeed, unmarked + "?x=1", std::string()})
    EXPECT_EQ(keys.complete(other), other);
}

TEST(LinkKeys, ANewKeyIsLongAndAnotherEachTime) {
  EXPECT_EQ(new_link_key().size(), 64U);
  EXPECT_NE(new_link_key(), new_link_key());
}

}  // namespace
}  // namespace tenggat
