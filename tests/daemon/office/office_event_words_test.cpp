// What the office's own record says to people.
#include "daemon/office/office_event_words.h"

#include <gtest/gtest.h>

#include <set>

namespace tenggat::office {
namespace {

using store::OfficeKind;
using store::OfficeValue;

TEST(OfficeEventWords, EachKindHasASentenceOfItsOwnThatNamesWhatItIsAbout) {
  std::set<std::string> all;
  for (const OfficeKind kind : store::kOfficeKinds) {
    const std::string words = event_words({kind, "siti", {}});
    EXPECT_NE(words.find(" siti"), std::string::npos) << words;
    all.insert(words);
  }
  EXPECT_EQ(all.size(), std::size(store::kOfficeKinds));
}

TEST(OfficeEventWords, EachIsSaidInEnglishToWhoReadsThat) {
  std::set<std::string> kinds;
  std::set<std::string_view> values;
  for (const OfficeKind kind : store::kOfficeKinds) {
    const std::string words = event_words({kind, "siti", {}}, Tongue::english);
    EXPECT_NE(words.find(" siti"), std::string::npos) << words;
    EXPECT_NE(words, event_words({kind, "siti", {}})) << words;
    kinds.insert(words);
  }
  for (const OfficeValue value : store::kOfficeValues)
    values.insert(value_words(value, Tongue::english));
  EXPECT_EQ(kinds.size(), std::size(store::kOfficeKinds));
  EXPECT_EQ(values.size(), std::size(store::kOfficeValues));
  EXPECT_FALSE(values.contains(""));
  EXPECT_EQ(actor_words("operator:budi", {}, Tongue::english), "an operator at the machine (budi)");
}

TEST(OfficeEventWords, EachValueHasAWord) {
  std::set<std::string_view> all;
  for (const OfficeValue value : store::kOfficeValues) {
    EXPECT_NE(value_words(value), "") << store::word_of(value);
    all.insert(value_words(value));
  }
  EXPECT_EQ(all.size(), std::size(store::kOfficeValues));
}

TEST(OfficeEventWords, WhoDidItIsNamedAsPeopleKnowThem) {
  People people;
  Officer siti;
  siti.id = "siti";
  siti.name = "Siti Aminah";
  people.officers.push_back(siti);
  EXPECT_EQ(actor_words("officer:siti", people), "Siti Aminah");
  EXPECT_EQ(actor_words("officer:lama", people), "lama");
  EXPECT_EQ(actor_words("service:portal", people), "sistem portal");
  EXPECT_EQ(actor_words("operator:budi", people), "operator di mesin (budi)");
  EXPECT_EQ(actor_words("system", people), "sistem Tenggat");
}

}  // namespace
}  // namespace tenggat::office
