#include "notifiers/phone.h"

#include <gtest/gtest.h>

namespace tenggat::notify {
namespace {

TEST(Phone, EveryWayOfWritingAMobileNumberGivesOneForm) {
  for (const char* written :
       {"081234567890", "+62 812-3456-7890", "62812 3456 7890", "6281234567890", "620812 3456 7890",
        "81234567890", "(0812) 3456.7890"}) {
    EXPECT_EQ(normalise_phone(written), "6281234567890") << written;
  }
}

// As a contact's sheet, a spreadsheet or a text of a web page gives it away.
TEST(Phone, WhatAPastedNumberIsWrappedInIsASeparator) {
  for (const char* written :
       {"0062 812 3456 7890", "0062812-3456-7890", "\u202A+62 812-3456-7890\u202C",
        "\u200E0812\u00A03456\u00A07890", "0812\u20113456\u20117890", "0812\u20133456\u20127890",
        "\u2068+62\u2069\u2009812\u202F3456\u30007890", "+62\u2212812\u2212345\u2212678\u221290",
        "\uFEFF08123456\u200B7890", "(+62) 812 3456 7890", "0812\u00AD34567890"}) {
    EXPECT_EQ(normalise_phone(written), "6281234567890") << written;
  }
}

// Somebody in Tokyo or Seoul is not to get an Indonesian's file.
TEST(Phone, ANumberOfAnotherCountryIsNotTakenForAnIndonesianOne) {
  for (const char* written :
       {"+65 8123 4567", "+81 2345 67890", "+82 10 1234 5678", "\u202A+84 91 234 56 78\u202C",
        "0081 2345 67890", "+8123 4567 890", "+1 202 555 0100", "+0812 3456 7890",
        "0812\xA0"
        "34567890"}) {
    EXPECT_FALSE(normalise_phone(written)) << written;
  }
}

// Such a one is named for what it is; what is no number at all is another fault.
TEST(Phone, ANumberOfAnotherCountryIsNamed) {
  for (const char* written : {"+65 8123 4567", "0065-8123-4567", "\u202A+81 2345 67890"})
    EXPECT_TRUE(is_foreign_phone(written)) << written;
  for (const char* written : {"0812 3456 7890", "+62 812 3456 7890", "0062812", "+", "", "halo",
                              "021 555 1234", "+0812 3456 7890"})
    EXPECT_FALSE(is_foreign_phone(written)) << written;
}

TEST(Phone, WhatIsNoIndonesianMobileNumberIsRefused) {
  for (const char* written : {"", "0511 4772222", "+1 202 555 0100", "628012345678", "628412345678",
                              "62812345678901234", "6281234567", "0812-3456-789O",
                              "0812\r\n3456789", "+6281234567890;DROP", "08123+4567890"}) {
    EXPECT_FALSE(normalise_phone(written)) << written;
  }
}

TEST(Phone, LengthLimitsAreThoseOfTheNumberingPlan) {
  EXPECT_TRUE(normalise_phone("62811234567"));       // seven digits after the prefix
  EXPECT_TRUE(normalise_phone("62811234567890"));    // ten
  EXPECT_FALSE(normalise_phone("6281123456"));       // six
  EXPECT_FALSE(normalise_phone("628112345678901"));  // eleven
}

TEST(Phone, MailAddressesThatNeedQuotingOrInjectAreRefused) {
  for (const char* good : {"a@b", "siti.aminah+izin@dinas.example.go.id", "o'neil@example.com"}) {
    EXPECT_TRUE(is_mail_address(good)) << good;
  }
  for (const char* bad :
       {"", "@b", "a@", "a b@c", "a@b@c", "a@b>", "<a@b", "a@b\r\nRCPT TO:<x@y>", "a\n@b",
        "a@b,c@d", "\"a\"@b", "a@b..c", "a@.b", "s\xC3\xAFti@b.id", "a@b c"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

TEST(Phone, MasksKeepOnlyWhatRecognisesAKnownPerson) {
  EXPECT_EQ(mask_phone("6281234567789"), "62812****789");
  EXPECT_EQ(mask_phone("12345"), "****");
  EXPECT_EQ(mask_email("siti@example.go.id"), "s****@example.go.id");
  EXPECT_EQ(mask_email("nonsense"), "****");
}

}  // namespace
}  // namespace tenggat::notify
