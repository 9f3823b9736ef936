#include "daemon/cli/line_diff.h"

#include <gtest/gtest.h>

namespace tenggat::cli {
namespace {

TEST(LineDiff, ShowsEachChangeWithThreeLinesAroundIt) {
  EXPECT_EQ(line_diff("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"),
            "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n");
  EXPECT_EQ(line_diff("a\n", "a\nb\n"), "@@ -1,1 +1,2 @@\n a\n+b\n");
  EXPECT_EQ(line_diff("a\nb\n", "b\n"), "@@ -1,2 +1,1 @@\n-a\n b\n");
}

TEST(LineDiff, ChangesFarApartAreHunksOfTheirOwn) {
  const std::string middle = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  EXPECT_EQ(line_diff("a\n" + middle + "z\n", "A\n" + middle + "Z\n"),
            "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -8,4 +8,4 @@\n 7\n 8\n 9\n-z\n+Z\n");
}

TEST(LineDiff, TheSameLinesAreNothing) {
  EXPECT_EQ(line_diff("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(line_diff("", ""), "");
}

}  // namespace
}  // namespace tenggat::cli
