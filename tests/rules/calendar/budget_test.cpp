#include "rules/calendar/budget.h"

#include <gtest/gtest.h>

namespace tenggat {
namespace {

TEST(Budget, ReadsEveryCombinationInOrder) {
  struct Row {
    const char* text;
    Budget budget;
  };
  const Row rows[] = {
      {"4d", {4, 0, 0}},         {"9h", {0, 9, 0}},
      {"1m", {0, 0, 1}},         {"1d 2h", {1, 2, 0}},
      {"1d 2m", {1, 0, 2}},      {"2h 3m", {0, 2, 3}},
      {"4d 1h 18m", {4, 1, 18}}, {"4d1h18m", {4, 1, 18}},
      {"4d1h 18m", {4, 1, 18}},  {"7h30m", {0, 7, 30}},
      {"9999d", {9999, 0, 0}},   {"9999d 9999h 9999m", {9999, 9999, 9999}},
      {"14k", {0, 0, 0, 14}},    {"14k geser", {0, 0, 0, 14, true}},
  };
  for (const Row& row : rows) {
    const auto read = parse_budget(row.text);
    ASSERT_TRUE(read) << row.text;
    EXPECT_EQ(*read, row.budget) << row.text;
  }
}

TEST(Budget, RefusesEverythingElseWithOneSentence) {
  const char* const texts[] = {"",         " ",          "d",
                               "4",        "0d",         "04d",
                               "10000d",   "-1d",        "+1d",
                               "4 d",      "1d  2h",     " 1d",
                               "1d ",      "1d\t2h",     "2h 1d",
                               "1m 1h",    "1d 1d",      "1h1h",
                               "1.5h",     "1D",         "1w",
                               "4d,1h",    "4d 0h",      "4d 1h 18",
                               "4dd",      "4d 1h18m m", "99999999999999999999d",
                               "0k",       "14k 1h",     "4d 14k",
                               "14kgeser", "14k  geser", "14k geser ",
                               "geser",    "4d geser",   "10000k"};
  for (const char* text : texts) {
    const auto read = parse_budget(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().find("4d, 1h 30m or 2d 10m"), std::string::npos) << text;
  }
  EXPECT_FALSE(parse_budget(std::string_view("4d\0", 3)));
}

TEST(Budget, WritesTheCanonicalFormThatReadsBackTheSame) {
  EXPECT_EQ((Budget{4, 1, 18}.to_string()), "4d 1h 18m");
  EXPECT_EQ((Budget{0, 0, 90}.to_string()), "90m");
  EXPECT_EQ((Budget{1, 0, 5}.to_string()), "1d 5m");
  for (const Budget& budget : {Budget{1, 2, 3}, Budget{9999, 0, 1}, Budget{0, 8, 0},
                               Budget{0, 0, 0, 9}, Budget{0, 0, 0, 14, true}}) {
    EXPECT_EQ(*parse_budget(budget.to_string()), budget);
  }
}

}  // namespace
}  // namespace tenggat
