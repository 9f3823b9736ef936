#include "rules/yaml.h"

#include <gtest/gtest.h>

#include "rules/calendar/budget.h"

namespace tenggat {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(const Faults& faults) {
  Texts texts;
  for (const Fault& fault : faults) texts.push_back(fault.to_string());
  return texts;
}

// The faults of a file that nobody reads anything from.
Texts faults_of(const std::string& text) {
  return texts_of(YamlFile({"f.yaml", text}).take_faults());
}

TEST(Yaml, ReadsTextsNumbersFlagsListsAndMaps) {
  YamlFile file({"f.yaml",
                 "name: \"a: b\"\ncount: 010\nsize: 42\nyes: ya\nlist: [x, 07:30, null]\n"
                 "one: x\nbudget: 1h 30m\nfree: {b: 1, a: 2}\n"});
  const YamlMap map = file.document().map(
      {"name", "count", "size", "yes", "list", "one", "budget", "free", "absent"});
  EXPECT_EQ(map.required_text("name"), "a: b");
  EXPECT_EQ(map.at("count").text(), "010") << "a scalar is text";
  EXPECT_EQ(map.at("size").integer(1, 100), 42);
  EXPECT_TRUE(map.at("yes").flag_or(false));
  EXPECT_EQ(map.at("list").list().size(), 3u);
  EXPECT_EQ(map.at("list").list()[1].text(), "07:30");
  EXPECT_EQ(map.at("one").list_or_one().size(), 1u);
  EXPECT_EQ(map.at("budget").parsed(parse_budget), (Budget{0, 1, 30}));
  const YamlEntries entries = map.at("free").entries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].first.text() + entries[1].first.text(), "ba") << "in the order of the file";
  EXPECT_FALSE(map.has("absent"));
  EXPECT_EQ(map.find("absent").text_or("z"), "z");
  EXPECT_EQ(map.text("absent"), std::nullopt);
  EXPECT_TRUE(file.sound());
}

TEST(Yaml, EveryReadingOfTheWrongKindIsOneFaultAtItsPlace) {
  YamlFile file({"f.yaml",
                 "text: [x]\nnumber: 010\nnegative: -5\nhuge: 99999999999\nflag: yes\nlist: x\n"
                 "map: x\nfree: []\nblank: ' '\nnothing:\nbudget: 4x\n"});
  const YamlMap map = file.document().map({"text", "number", "negative", "huge", "flag", "list",
                                           "map", "free", "blank", "nothing", "budget"});
  EXPECT_EQ(map.at("text").text(), "");
  EXPECT_EQ(map.at("number").integer(0, 100), std::nullopt);
  EXPECT_EQ(map.at("negative").integer(0, 100), std::nullopt);
  EXPECT_EQ(map.at("huge").integer(0, 100), std::nullopt);
  EXPECT_TRUE(map.at("flag").flag_or(true));
  EXPECT_TRUE(map.at("list").list().empty());
  EXPECT_FALSE(map.at("map").map({"k"}).present());
  EXPECT_TRUE(map.at("free").entries().empty());
  map.required_text("blank");
  map.required_text("nothing");
  EXPECT_EQ(map.at("budget").parsed(parse_budget), std::nullopt);
  map.at("budget").fault("another\nline");
  const Faults faults = file.take_faults();
  const std::pair<int, int> places[] = {{1, 7}, {2, 9}, {3, 11}, {4, 7},  {5, 7},  {6, 7},
                                        {7, 6}, {8, 7}, {9, 8},  {10, 1}, {11, 9}, {11, 9}};
  ASSERT_EQ(faults.size(), std::size(places)) << ::testing::PrintToString(texts_of(faults));
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(std::pair(faults[i].line, faults[i].column), places[i]) << faults[i].to_string();
  }
  EXPECT_EQ(faults.back().message, "another line");
}

TEST(Yaml, AnAbsentValueAddsNoFaultToTheOneOfItsMissingKey) {
  YamlFile file({"f.yaml", "a: 1\n"});
  const YamlMap map = file.document().map({"a", "b"});
  const YamlMap inner = map.at("b").map({"c"});
  inner.required_text("c");
  inner.at("c").list();
  inner.at("c").integer(0, 1);
  inner.fault_at("c", "unheard");
  EXPECT_EQ(texts_of(file.take_faults()), Texts{"f.yaml:1:1: missing key `b`; add it here"});
}

TEST(Yaml, RefusesDuplicateKeysEverywhere) {
  EXPECT_EQ(faults_of("a: 1\nb:\n  - {c: 1, \"c\": 2}\na: 2\n"),
            (Texts{"f.yaml:3:12: duplicate key `c`, first on line 3; keep one of the two",
                   "f.yaml:4:1: duplicate key `a`, first on line 1; keep one of the two"}));
}

TEST(Yaml, RefusesMergesTagsStrangeKeysAndControlCharacters) {
  EXPECT_EQ(faults_of("a: &a {b: 1}\nc:\n  <<: *a\n"),
            Texts{"f.yaml:3:3: merging with << is not read; repeat the keys"});
  EXPECT_EQ(faults_of("a: !!int 5\n").size(), 1u);
  EXPECT_EQ(faults_of("a: !thing {}\n").size(), 1u);
  EXPECT_EQ(faults_of("[a, b]: 1\n"), Texts{"f.yaml:1:1: a key must be a text"});
  EXPECT_EQ(faults_of("a: \"b\\u0000c\"\n"),
            Texts{"f.yaml:1:4: holds a control character, or one that is invisible or turns the "
                  "direction of writing"});
  for (const char* name : {"b\u202Ec", "b\u200Bc", "b\uFEFFc", "b\u2066c"})
    EXPECT_EQ(faults_of("a: " + std::string(name) + "\n").size(), 1u) << name;
  EXPECT_TRUE(faults_of("a: محمد é – 李\n").empty());
  EXPECT_EQ(faults_of("a: \"b\\u001b[31m\"\n").size(), 1u);
}

TEST(Yaml, FollowsAliases) {
  YamlFile file({"f.yaml", "a: &x [1, 2]\nb: *x\n"});
  const YamlMap map = file.document().map({"a", "b"});
  EXPECT_EQ(map.at("b").texts(), (Texts{"1", "2"}));
  EXPECT_TRUE(file.sound());
}

TEST(Yaml, IsOneDocumentOfUtf8) {
  EXPECT_EQ(faults_of("a: 1\n---\nb: 2\n"),
            Texts{"f.yaml:3:1: one document a file; this begins a second"});
  EXPECT_EQ(faults_of("a: é\nb: \xc3\n"),
            Texts{"f.yaml:2:4: the file is not UTF-8; save it as UTF-8"});
  EXPECT_EQ(faults_of("a: \xed\xa0\x80\n"),
            Texts{"f.yaml:1:4: the file is not UTF-8; save it as UTF-8"});
  const Texts escapes{"f.yaml:1:4: its escapes do not make UTF-8; write the characters themselves"};
  EXPECT_EQ(faults_of("a: \"\\_\"\n"), escapes);
  EXPECT_EQ(faults_of(std::string("a: b\0_\n", 7)), escapes);
  EXPECT_EQ(faults_of("a: \"\\\xc3\xb1\"\n"),
            Texts{"f.yaml:1:7: not YAML: unknown escape character: "});
  EXPECT_EQ(faults_of("# comment only\n").size(), 1u);
  EXPECT_TRUE(faults_of("---\na: Jum’at\n").empty());
}

TEST(Yaml, BoundsSizeDepthAndAliases) {
  EXPECT_EQ(faults_of(std::string(YamlFile::kMostBytes + 1, '#')).size(), 1u);
  EXPECT_NE(faults_of(std::string(40, '[') + std::string(40, ']')).at(0).find("nested too deeply"),
            std::string::npos);
  EXPECT_EQ(faults_of(std::string(100000, '[')).size(), 1u);
  std::string laughs = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string previous = std::string(" *") + static_cast<char>(c - 1);
    laughs += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) laughs += (i ? "," : "") + previous;
    laughs += "]\n";
  }
  EXPECT_EQ(faults_of(laughs), Texts{"f.yaml: aliases make the file too large"});
  EXPECT_EQ(faults_of("a: &a [*a]\n").size(), 1u);
  EXPECT_EQ(faults_of("a: *b\n").size(), 1u);
}

TEST(Yaml, ASyntaxFaultHasItsPlaceAndLeavesNothingToRead) {
  YamlFile file({"f.yaml", "a: 1\n\tb: 2\n"});
  EXPECT_FALSE(file.document().present());
  const Faults faults = file.take_faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].line, 2);
}

}  // namespace
}  // namespace tenggat
