#include "notifiers/utf8.h"

#include <gtest/gtest.h>

namespace tenggat::notify {
namespace {

TEST(Utf8, CharactersAreCountedNotBytes) {
  EXPECT_EQ(characters("–é😀a"), 4u);
  EXPECT_EQ(first_characters("–é😀a", 3), "–é😀");
  EXPECT_EQ(first_characters("ab", 9), "ab");
}

TEST(Utf8, InvalidBytesCountAndBecomeReplacements) {
  EXPECT_EQ(characters("a\xFF\xC3"), 3u);
  EXPECT_EQ(one_line("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(one_line("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a lone surrogate
}

TEST(Utf8, OneLineLeavesNothingThatBreaksOrHides) {
  EXPECT_EQ(one_line("  a\r\n\tb     c \x01"), "a b c");
  EXPECT_EQ(one_line("a\xE2\x80\xAE"
                     "b"),
            "a b");  // right-to-left override
  EXPECT_EQ(one_line("a\xC2\x85"
                     "b\xE2\x80\xA8"
                     "c"),
            "a b c");  // next line, line separator
  EXPECT_EQ(one_line(""), "");
}

}  // namespace
}  // namespace tenggat::notify
