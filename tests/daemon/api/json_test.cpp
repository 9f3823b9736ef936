#include "daemon/api/json.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace tenggat::http {
namespace {

using namespace std::string_literals;

std::string fault_of(std::string_view text, JsonLimits limits = {}) {
  const auto value = parse_json(text, limits);
  return value ? "" : value.error().message.english;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, AValueComesBackAsItWas) {
  const std::string text = R"({"a":[1,-2,true,null],"b":{"c":"pécé\n"}})";
  const auto value = parse_json(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(boost::json::serialize(*value), text);
}

TEST(Json, ARepeatedKeyIsRefusedAtAnyDepth) {
  EXPECT_EQ(fault_of(R"({"role":"a","role":"admin"})"), "duplicate key \"role\"");
  EXPECT_EQ(fault_of(R"({"x":{"y":[{"b":1},{"a":1,"b":2,"a":3}]}})"),
            "duplicate key \"a\" in /x/y");
  EXPECT_EQ(fault_of(R"([[{"a":1,"\u0061":2}]])"), "duplicate key \"a\"");
  EXPECT_EQ(fault_of(R"({"":1,"":2})"), "duplicate key \"\"");
  EXPECT_EQ(fault_of(R"([{"a":1},{"a":{"a":2}}])"), "");
}

TEST(Json, NulIsRefusedInKeysAndTexts) {
  EXPECT_EQ(fault_of(R"({"a":"x\u0000y"})"), "a text holds \\u0000");
  EXPECT_EQ(fault_of(R"({"a\u0000":1})"), "a text holds \\u0000");
  EXPECT_EQ(fault_of(R"(["\u0000"])"), "a text holds \\u0000");
  EXPECT_NE(fault_of("[\"a\0b\"]"s), "");
  EXPECT_EQ(fault_of(R"(["\\u0000"])"), "");
}

TEST(Json, DepthThirtyTwoIsTheLast) {
  EXPECT_EQ(fault_of(nested(32)), "");
  EXPECT_NE(fault_of(nested(33)), "");
  EXPECT_NE(fault_of(std::string(1000000, '[')), "");
  std::string objects;
  for (int i = 0; i < 33; ++i) objects += R"({"a":)";
  EXPECT_NE(fault_of(objects + "1" + std::string(33, '}')), "");
}

TEST(Json, LimitsOnBytesAndMembersHold) {
  EXPECT_EQ(fault_of("[1,2]", {.bytes = 5}), "");
  EXPECT_EQ(fault_of("[1, 2]", {.bytes = 5}), "the document is larger than 5 bytes");
  EXPECT_EQ(fault_of(R"({"a":1,"b":2})", {.members = 2}), "");
  EXPECT_EQ(fault_of(R"({"a":1,"b":2,"c":3})", {.members = 2}),
            "an object has more than 2 members");
}

TEST(Json, NothingBeyondTheStandardIsRead) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "{"s,
                                  "[1,]"s,
                                  "{\"a\":1,}"s,
                                  "{a:1}"s,
                                  "{'a':1}"s,
                                  "[1] x"s,
                                  "[1][2]"s,
                                  "// c\n1"s,
                                  "/* c */ 1"s,
                                  "NaN"s,
                                  "Infinity"s,
                                  "-"s,
                                  "01"s,
                                  "1."s,
                                  ".5"s,
                                  "+1"s,
                                  "0x10"s,
                                  "1e999"s,
                                  "-1e999"s,
                                  "tru"s,
                                  "True"s,
                                  "\"a"s,
                                  "\"\\x41\""s,
                                  "\"\\u12\""s,
                                  "\"\n\""s,
                                  "\"\t\""s,
                                  "\xef\xbb\xbf{}"s}) {
    EXPECT_NE(fault_of(text), "") << text;
  }
}

TEST(Json, TextThatIsNotUtf8IsRefused) {
  for (const std::string& text : {"\"\xff\""s, "\"\xc0\x80\""s, "\"\xc3\""s, "\"\xe0\x80\x80\""s,
                                  "\"\xed\xa0\x80\""s, "\"\xf4\x90\x80\x80\""s, "{\"\xfe\":1}"s,
                                  R"("\ud800")"s, R"("\udc00")"s, R"("\ud800\u0041")"s}) {
    EXPECT_NE(fault_of(text), "") << text;
  }
  EXPECT_EQ(fault_of(R"("\ud83d\ude00")"), "");
}

// One body, every reader.
struct Reading {
  explicit Reading(std::string_view text) : value(parse_json(text).value()) {}
  boost::json::value value;
  FieldFaults faults;
  JsonObject body() { return JsonObject(value, faults); }
};

using PointersAndWords = std::vector<std::pair<std::string, std::string>>;
PointersAndWords in_english(const FieldFaults& faults) {
  PointersAndWords lines;
  for (const FieldFault& fault : faults) lines.emplace_back(fault.pointer, fault.message.english);
  return lines;
}

TEST(JsonObject, AGoodBodyIsReadWithoutAFault) {
  Reading reading(R"({"step":"verifikasi","note":"baris 1\nbaris 2","urgent":true,"version":7,
    "at":"2026-04-02T14:00:00+08:00","outcome":"grant","applicant":{"name":"Sri"},
    "documents":[{"kind":"bapl"},{"kind":"rekomendasi"}],"tags":["a","b"],"fields":{"x":[1]},
    "nothing":null})");
  JsonObject body = reading.body();
  EXPECT_EQ(body.required_text("step", 10), "verifikasi");
  EXPECT_EQ(body.optional_text("note", 100, Lines::many), "baris 1\nbaris 2");
  EXPECT_TRUE(body.required_bool("urgent"));
  EXPECT_EQ(body.required_integer("version", 0, 100), 7);
  EXPECT_EQ(body.optional_word("outcome", {"grant", "refusal"}), "grant");
  JsonObject applicant = body.required_object("applicant");
  EXPECT_EQ(applicant.required_text("name", 100), "Sri");
  applicant.refuse_unknown();
  std::vector<std::string> kinds;
  for (JsonObject& document : body.optional_objects("documents", 5)) {
    kinds.push_back(document.required_text("kind", 64));
    document.refuse_unknown();
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"bapl", "rekomendasi"}));
  EXPECT_EQ(body.required_texts("tags", {.items = 2, .length = 1}),
            (std::vector<std::string>{"a", "b"}));
  ASSERT_NE(body.raw("fields"), nullptr);
  EXPECT_TRUE(body.raw("fields")->is_object());
  EXPECT_EQ(body.optional_text("nothing", 1), std::nullopt);
  EXPECT_EQ(body.optional_text("absent", 1), std::nullopt);
  EXPECT_EQ(body.optional_bool("absent"), std::nullopt);
  EXPECT_TRUE(body.optional_objects("absent", 1).empty());
  EXPECT_TRUE(body.has("at"));
  EXPECT_FALSE(body.has("nothing"));
  ASSERT_TRUE(body.optional_instant("at"));
  EXPECT_EQ(body.optional_instant("at")->time_since_epoch().count(), 1775109600);
  body.refuse_unknown();
  EXPECT_TRUE(reading.faults.empty())
      << boost::json::serialize(to_json(reading.faults, Language::english));
}

TEST(JsonObject, EveryFaultIsNamedAtOnce) {
  Reading reading(R"({"step":"","long":"abcd","lines":"a\nb","flag":1,"count":1.5,"far":11,
    "at":"yesterday","word":"x","applicant":[],"documents":[{"kind":5},7,{"kind":"a","a/b":1}],
    "tags":["a","",3],"many":[1,2,3],"left":1,"til~de":2})");
  JsonObject body = reading.body();
  EXPECT_EQ(body.required_text("step", 10), "");
  body.required_text("missing", 10);
  body.optional_text("long", 3);
  body.optional_text("lines", 10);
  body.required_bool("flag");
  body.required_integer("count", 0, 10);
  body.required_integer("far", 0, 10);
  body.required_instant("at");
  body.required_word("word", {"grant", "refusal"});
  body.required_object("applicant").required_text("name", 10);
  for (JsonObject& document : body.required_objects("documents", 5)) {
    document.required_text("kind", 64);
    document.refuse_unknown();
  }
  body.optional_texts("tags", {.items = 5, .length = 10});
  body.optional_objects("many", 2);
  body.refuse_unknown();
  const PointersAndWords expected = {
      {"/step", "must not be empty"},
      {"/missing", "is required"},
      {"/long", "must not be longer than 3 characters"},
      {"/lines", "must be one line of visible characters"},
      {"/flag", "must be true or false"},
      {"/count", "must be a whole number from 0 to 10"},
      {"/far", "must be a whole number from 0 to 10"},
      {"/at", "must be a time like 2026-04-02T14:00:00+08:00"},
      {"/word", "must be one of: grant, refusal"},
      {"/applicant", "must be an object"},
      {"/documents/1", "must be an object"},
      {"/documents/0/kind", "must be a text"},
      {"/documents/2/a~1b", "is not known here"},
      {"/tags/1", "must not be empty"},
      {"/tags/2", "must be a text"},
      {"/many", "must not have more than 2 items"},
      {"/left", "is not known here"},
      {"/til~0de", "is not known here"},
  };
  EXPECT_EQ(in_english(reading.faults), expected)
      << boost::json::serialize(to_json(reading.faults, Language::english));
}

TEST(JsonObject, OneLineHoldsNothingThatIsNotSeenOrTurnsTheLine) {
  const auto faults_of = [](const std::string& name) {
    const auto body = parse_json("{\"name\":\"" + name + "\",\"note\":\"a\\n\\tb\"}").value();
    FieldFaults faults;
    JsonObject object(body, faults);
    object.required_text("name", 200);
    object.required_text("note", 200, Lines::many);
    return in_english(faults);
  };
  for (const char* hidden :
       {"\\u0007", "\\u009b", "\\u00ad", "\\u061c", "\\u200b", "\\u200d", "\\u200e", "\\u202e",
        "\\u2028", "\\u2060", "\\u2066", "\\u2069", "\\ufeff", "\\udb40\\udc41", "\\t", "\\n"})
    EXPECT_EQ(faults_of("Ami" + std::string(hidden) + "nah"),
              (PointersAndWords{{"/name", "must be one line of visible characters"}}))
        << hidden;
  for (const char* name : {"M. Nur Aini, S.Pd.", "Ṣāliḥ", "محمد", "O’Neil – Šárka", "李"})
    EXPECT_TRUE(faults_of(name).empty()) << name;
}

TEST(JsonObject, AMissingObjectIsOneFaultNotOneForEachOfItsFields) {
  Reading reading("{}");
  JsonObject body = reading.body();
  JsonObject applicant = body.required_object("applicant");
  applicant.required_text("name", 10);
  applicant.refuse_unknown();
  EXPECT_EQ(in_english(reading.faults), (PointersAndWords{{"/applicant", "is required"}}));
}

TEST(JsonObject, ABodyThatIsNoObjectIsOneFault) {
  Reading reading("[1]");
  JsonObject body = reading.body();
  body.required_text("step", 10);
  body.refuse_unknown();
  EXPECT_EQ(in_english(reading.faults), (PointersAndWords{{"", "must be an object"}}));
}

TEST(JsonObject, LengthsCountCharactersNotBytes) {
  Reading reading(R"({"a":"éééé"})");
  JsonObject body = reading.body();
  EXPECT_EQ(body.required_text("a", 4), "éééé");
  EXPECT_TRUE(reading.faults.empty());
}

}  // namespace
}  // namespace tenggat::http
