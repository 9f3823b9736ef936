#include "notifiers/qr.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/qr_reading.h"

namespace tenggat::notify {
namespace {

const std::string kLink =
    "https://perizinan.example.go.id/cek/" + std::string(75, 'A') + "-_" + std::string(75, 'z');

TEST(QrCode, IsReadFromThePictureByAnotherProgram) {
  for (const std::string& text : {std::string("a"), kLink, kLink + kLink + kLink})
    for (const int pixels : {2, 3, 5})
      EXPECT_EQ(test::read_qr(QrCode(text).png(pixels)), text) << pixels;
}

TEST(QrCode, IsReadFromThePathByAnotherProgram) {
  const QrCode code(kLink);
  EXPECT_EQ(test::read_qr(test::painted(code.svg_path(), code.width())), kLink);
}

TEST(QrCode, HasItsQuietZone) {
  const QrCode code(kLink);
  for (int i = 0; i < code.width(); ++i)
    for (int edge = 0; edge < 4; ++edge) {
      EXPECT_FALSE(code.dark(i, edge) || code.dark(edge, i));
      EXPECT_FALSE(code.dark(i, code.width() - 1 - edge) || code.dark(code.width() - 1 - edge, i));
    }
  EXPECT_TRUE(code.dark(4, 4));  // the corner of the first mark
}

TEST(QrCode, TakesNoMoreThanAPhoneReads) {
  EXPECT_THROW(QrCode(std::string(2001, 'a')), std::length_error);
  EXPECT_GT(QrCode(std::string(2000, 'a')).width(), 100);
}

// A picture of more than one stored block.
TEST(QrCode, IsReadWhereItIsLarge) {
  const std::string text(600, 'q');
  const std::string large = QrCode(text).png(12);
  EXPECT_GT(large.size(), 65'535U);
  EXPECT_EQ(test::read_qr(large), text);
}

}  // namespace
}  // namespace tenggat::notify
