#include "rules/permit/uploads.h"

#include <gtest/gtest.h>

namespace tenggat {
namespace {

TEST(UploadedHash, IsSixtyFourLowerCaseHexDigitsOfOurOwnScheme) {
  const std::string hash(64, 'a');
  EXPECT_EQ(uploaded_hash("tenggat:" + hash), hash);
  EXPECT_FALSE(uploaded_hash("https://berkas.example/" + hash));
  EXPECT_FALSE(uploaded_hash("tenggat:" + hash + "a"));
  EXPECT_FALSE(uploaded_hash("tenggat:" + std::string(64, 'A')));
  EXPECT_FALSE(uploaded_hash("tenggat:" + std::string(64, 'g')));
}

}  // namespace
}  // namespace tenggat
