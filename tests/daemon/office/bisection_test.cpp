#include "daemon/office/bisection.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tenggat::office {
namespace {

using Letters = std::vector<char>;

// What is tried where these are refused wherever they are, "!" behind one that was found out.
std::vector<std::string> tried(const std::string& all, const std::set<char>& poison) {
  Bisection<char> work(Letters(all.begin(), all.end()));
  std::vector<std::string> script;
  for (Letters piece = work.next(); !piece.empty(); piece = work.next()) {
    script.emplace_back(piece.begin(), piece.end());
    const bool refused =
        std::any_of(piece.begin(), piece.end(), [&](char one) { return poison.contains(one); });
    if (!refused) continue;
    if (const auto alone = work.refused(std::move(piece))) script.back() += "!";
  }
  return script;
}

TEST(Bisection, WhatGoesThroughIsTriedOnce) {
  EXPECT_EQ(tried("abc", {}), (std::vector<std::string>{"abc"}));
  EXPECT_TRUE(tried("", {}).empty());
}

TEST(Bisection, TheOneToBlameIsFoundByHalvesAndTheOthersGoInTheirOrder) {
  EXPECT_EQ(tried("abcdefg", {'d'}),
            (std::vector<std::string>{"abcdefg", "abc", "defg", "de", "d!", "e", "fg"}));
  EXPECT_EQ(tried("abcd", {'a', 'd'}),
            (std::vector<std::string>{"abcd", "ab", "a!", "b", "cd", "c", "d!"}));
}

TEST(Bisection, WhatIsDoneAgainComesBeforeAllElseWithoutThoseWhoGaveUp) {
  Bisection<char> work({'a', 'b', 'c', 'd'});
  EXPECT_FALSE(work.refused(work.next()));
  EXPECT_EQ(work.next(), (Letters{'a', 'b'}));
  work.again({'b'});
  EXPECT_EQ(work.next(), (Letters{'b'}));
  work.again({});
  EXPECT_EQ(work.next(), (Letters{'c', 'd'}));
  EXPECT_EQ(work.next(), Letters{});
}

}  // namespace
}  // namespace tenggat::office
