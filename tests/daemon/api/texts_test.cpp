// What the program takes as a text, for the patterns of openapi.json to be held to
// (openapi_texts_test): each way of reading one, asked for every code point, and by which way each
// text of a body is read, asked of the calls' own readers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/api/api_bodies.h"
#include "daemon/api/json.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

std::string utf8(char32_t code) {
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0U | code >> 6U), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0U | code >> 12U), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | code >> 18U), tail(12), tail(6), tail(0)};
}
bool is_surrogate(char32_t code) { return code >= 0xD800 && code <= 0xDFFF; }

struct Way {
  const char* name;
  Lines lines;
  bool required;
};
constexpr Way kWays[] = {{"line", Lines::one, false},
                         {"required_line", Lines::one, true},
                         {"lines", Lines::many, false},
                         {"required_lines", Lines::many, true}};

bool takes(const Way& way, std::string_view text) {
  json::object texts;
  texts.emplace("t", json::string(text));
  const json::value body(std::move(texts));
  FieldFaults faults;
  JsonObject object(body, faults);
  if (way.required)
    object.required_text("t", 10, way.lines);
  else
    object.optional_text("t", 10, way.lines);
  return faults.empty();
}

struct CodePoints {
  char32_t first, last;
};
// Those that are refused where they are the whole text. No surrogate is one: JSON holds none.
std::vector<CodePoints> refused_by(const Way& way) {
  std::vector<CodePoints> refused;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (is_surrogate(code) || takes(way, utf8(code))) continue;
    if (refused.empty() || refused.back().last + 1 != code) refused.push_back({code, code});
    refused.back().last = code;
  }
  return refused;
}

// A good body with every text that its call reads.
struct Body {
  const char* schema;
  void (*read)(const json::value&, FieldFaults&);
  const char* text;
};
template <auto read_body>
void read(const json::value& body, FieldFaults& faults) {
  read_body(body, faults);
}
const Body kBodies[] = {
    {"Submission", read<read_submission>,
     R"({"sop":"paud","subject":"PAUD Melati","external_id":"web-1","fields":{},
         "started_at":"2026-04-02T13:20:00+08:00","related":"7445283910266880",
         "applicant":{"name":"Siti","email":"siti@example.org","whatsapp":"081234567890"},
         "documents":[{"kind":"ktp","name":"KTP","uri":"https://b.example/1","number":"6371",
           "sha256":"1111111111111111111111111111111111111111111111111111111111111111"}]})"},
    {"Action", read<read_action>,
     R"({"step":"kajian","action":"recommend","note":"baik","outcome":"grant","reason":"listrik",
         "on_behalf_of":"fo","occurred_at":"2026-04-02T13:20:00+08:00","version":1,
         "to":["kajian_bangunan"],"checked":["krk"],
         "deficiencies":[{"document":"ktp","note":"buram"}],
         "documents":[{"kind":"ktp","name":"KTP","uri":"https://b.example/1","number":"6371",
           "sha256":"1111111111111111111111111111111111111111111111111111111111111111"}]})"},
    {"Action", read<read_action>, R"({"step":"kajian","action":"withdraw"})"},
    {"Undo", read<read_undo>, R"({"on_behalf_of":"fo"})"},
    {"Claim", read<read_claim>, R"({"step":"kajian","on_behalf_of":"fo"})"},
    {"Release", read<read_release>,
     R"({"step":"kajian","reason":"rapat","note":"rapat","on_behalf_of":"fo"})"},
    {"Assign", read<read_assign>,
     R"({"step":"kajian","officer":"fo","reason":"rapat","note":"rapat","on_behalf_of":"kb"})"},
    {"Escalate", read<read_escalate>,
     R"({"step":"kajian","reason":"rapat","note":"rapat","on_behalf_of":"fo"})"},
    {"Acknowledge", read<read_acknowledge>,
     R"({"step":"kajian","reason":"cuaca","note":"banjir","on_behalf_of":"fo"})"},
    {"Directive", read<read_direct>, R"({"step":"kajian","note":"dahulukan","on_behalf_of":"kb"})"},
    {"ResponseOrder", read<read_respond>,
     R"({"step":"kajian","note":"diurus","on_behalf_of":"kb","until":"2026-04-02T13:20:00+08:00"})"},
    {"PauseOrder", read<read_pause>,
     R"({"step":"kajian","reason":"lapangan","note":"banjir","on_behalf_of":"fo","requirement":"krk",
         "until":"2026-04-02T13:20:00+08:00"})"},
    {"Resume", read<read_resume>, R"({"step":"kajian","note":"surut","on_behalf_of":"fo"})"},
    {"Confirm", read<read_confirm>, R"({"step":"kajian","note":"benar"})"},
    {"Correct", read<read_correct>,
     R"({"step":"kajian","reason":"salah tanggal","occurred_at":"2026-04-02T13:20:00+08:00"})"},
    {"NewOfficer", read<read_officer>,
     R"({"id":"fo","name":"Fatimah","roles":["front_office"],"channels":["email"],
         "email":"fo@example.go.id","whatsapp":"081234567890"})"},
    {"OfficerChange", read<read_officer_edit>,
     R"({"name":"Fatimah","roles":["front_office"],"channels":["email"],"ended_on":"2026-05-04",
         "email":"fo@example.go.id","whatsapp":"081234567890"})"},
    {"LeaveChange", read<read_leave>, R"({"start":"2026-05-04","end":"2026-05-05"})"},
    {"NewDelegation", read<read_delegation>,
     R"({"from":"kd","to":"s","kind":"plh","start":"2026-05-04","end":"2026-05-05",
         "letter":"800/1"})"},
};

// Each text of a body with the JSON pointer to it.
void each_text(const json::value& value, const std::string& pointer, const auto& visit) {
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object)
      each_text(member.value(), pointer + '/' + std::string(member.key()), visit);
  } else if (const json::array* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      each_text((*array)[i], pointer + '/' + std::to_string(i), visit);
  } else if (value.is_string()) {
    visit(pointer);
  }
}

// What is said of the text at `pointer`, or of the list it is in, when it reads `text`.
std::vector<std::string> faults_of(const Body& body, const std::string& pointer,
                                   const std::string& text) {
  json::value value = json::parse(body.text);
  value.at_pointer(pointer) = json::string(text);
  FieldFaults faults;
  body.read(value, faults);
  std::vector<std::string> said;
  for (const FieldFault& fault : faults)
    if (pointer == fault.pointer || pointer.starts_with(fault.pointer + '/'))
      said.push_back(fault.message.english);
  return said;
}
bool is_taken(const Body& body, const std::string& pointer, const std::string& text) {
  return faults_of(body, pointer, text).empty();
}

// The way of those above; "part_of_line" for one that is such a line and has a form besides, and
// "" for what is read otherwise.
std::string way_of(const Body& body, const std::string& pointer) {
  const bool is_line =
      faults_of(body, pointer, "a\u200Bb") == std::vector{say<Detail::no_visible_line>().english};
  if (!is_taken(body, pointer, "Abdul Hadi é 字 🙂")) return is_line ? "part_of_line" : "";
  return std::string(is_taken(body, pointer, " ") ? "" : "required_") +
         (is_line ? "line" : "lines");
}

TEST(Texts, ThoseOfEachBodyAreReadByAWayThatTheDocumentIsHeldTo) {
  json::object ways;
  for (const Way& way : kWays) {
    json::array refused;
    for (const CodePoints& range : refused_by(way))
      refused.push_back({std::uint32_t{range.first}, std::uint32_t{range.last}});
    ways[way.name] = std::move(refused);
  }
  json::array texts;
  for (const Body& body : kBodies) {
    const json::value good = json::parse(body.text);
    FieldFaults faults;
    body.read(good, faults);
    EXPECT_TRUE(faults.empty()) << body.schema
                                << json::serialize(to_json(faults, Language::english));
    each_text(good, "", [&](const std::string& pointer) {
      const std::string name = way_of(body, pointer);
      texts.push_back(
          {{"schema", body.schema}, {"body", good}, {"pointer", pointer}, {"way", name}});
      for (const Way& way : kWays) {
        if (name != way.name) continue;
        for (const json::value& range : ways.at(name).as_array()) {
          const auto first = range.at(0).to_number<std::uint32_t>();
          const auto last = range.at(1).to_number<std::uint32_t>();
          EXPECT_FALSE(is_taken(body, pointer, utf8(first))) << body.schema << pointer << first;
          EXPECT_FALSE(is_taken(body, pointer, utf8(last))) << body.schema << pointer << last;
          EXPECT_TRUE(is_taken(body, pointer, utf8(last + 1))) << body.schema << pointer << last;
        }
      }
    });
  }
  std::ofstream("openapi_texts.json")
      << json::serialize(json::object{{"refused", ways}, {"texts", texts}});
}

// So that no pattern need speak of them.
TEST(Texts, ASurrogateAloneIsInNoJson) {
  for (unsigned code = 0xD800; code <= 0xDFFF; ++code)
    EXPECT_FALSE(parse_json(fmt::format(R"(["\u{:04x}"])", code))) << code;
}

}  // namespace
}  // namespace tenggat::http
