#include "notifiers/email/mime.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tenggat::notify::email {
namespace {

TEST(Mime, QuotedPrintableKeepsTheRulesOfItsLines) {
  EXPECT_EQ(quoted_printable("a=b – c"), "a=3Db =E2=80=93 c\r\n");
  EXPECT_EQ(quoted_printable("a \nb\t\r\nc\rd"), "a=20\r\nb=09\r\nc\r\nd\r\n");
  EXPECT_EQ(quoted_printable(".\nFrom me"), "=2E\r\n=46rom me\r\n");
  EXPECT_EQ(quoted_printable(""), "");
}

TEST(Mime, NoQuotedLineIsTooLong) {
  std::istringstream lines(quoted_printable(std::string(5000, 'a') + std::string(3000, '\xE9')));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 77u);  // with its CR
}

TEST(Mime, ShortAsciiHeadersStayPlain) {
  EXPECT_EQ(header_text("Permohonan diterima", 9), "Permohonan diterima");
  EXPECT_EQ(header_text("=?UTF-8?B?eA==?=", 9), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
}

TEST(Mime, OtherHeadersAreEncodedWordsOfWholeCharacters) {
  EXPECT_EQ(header_text("é", 9), "=?UTF-8?B?w6k=?=");
  std::string text;
  for (int i = 0; i < 40; ++i) text += "–";
  std::istringstream lines(header_text(text, 9));
  int words = 0;
  for (std::string line; std::getline(lines, line); ++words) {
    EXPECT_LE(line.size() + (words == 0 ? 9 : 0), 77u);  // with its CR
  }
  EXPECT_EQ(words, 3);  // 13 dashes of three bytes, then 15 a word
}

TEST(Mime, NamesAreQuotedOrEncoded) {
  EXPECT_EQ(header_mailbox("", "a@b", 4), "a@b");
  EXPECT_EQ(header_mailbox("Siti, \"Bu\"", "a@b", 4), "\"Siti, \\\"Bu\\\"\"\r\n <a@b>");
  EXPECT_EQ(header_mailbox("é", "a@b", 4), "=?UTF-8?B?w6k=?=\r\n <a@b>");
}

TEST(Mime, DatesAreThoseOfRfc5322) {
  EXPECT_EQ(header_date(Instant(Seconds(1775109600))), "Thu, 02 Apr 2026 06:00:00 +0000");
}

}  // namespace
}  // namespace tenggat::notify::email
