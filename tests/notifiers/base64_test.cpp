#include "notifiers/base64.h"

#include <gtest/gtest.h>

namespace tenggat::notify {
namespace {

TEST(Base64Url, ReadsWhatItWritesAndNothingElse) {
  // The bytes whose plain base64 is "-_" throughout, and each length.
  const std::string all("\xFB\xFF\xBF\xFB\xFF\xBF", 6);
  EXPECT_EQ(base64(all), "+/+/+/+/");
  EXPECT_EQ(base64url(all), "-_-_-_-_");
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const std::string text = base64url(all.substr(0, size));
    EXPECT_EQ(text.find('='), std::string::npos);
    EXPECT_EQ(from_base64url(text), all.substr(0, size));
  }
  for (const char* wrong : {"+/+/", "-_-_-_-_-_8=", "-_-_=", "A", "AB", "A B_", "\xC3\xA4"})
    EXPECT_FALSE(from_base64url(wrong)) << wrong;
}

}  // namespace
}  // namespace tenggat::notify
