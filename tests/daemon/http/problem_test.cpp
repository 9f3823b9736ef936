#include "daemon/http/problem.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "daemon/api/json.h"
#include "daemon/http/problem_words.h"
#include "rules/permit/refusal.h"

namespace tenggat::http {
namespace {

TEST(Problem, IsADocumentOfRfc9457) {
  const Response response =
      problem(Language::english, "stale_version", Said("version 3 is current"), {{"version", 3}});
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(boost::json::parse(response.body),
            (boost::json::value{{"type", "/problems/stale_version"},
                                {"title", "The version is no longer the current one"},
                                {"status", 409},
                                {"detail", "version 3 is current"},
                                {"version", 3}}));
}

TEST(Problem, ExtraMembersReplaceNothing) {
  const Response response = problem(Language::indonesian, "not_found", {},
                                    {{"status", 200}, {"type", "x"}, {"detail", "y"}});
  EXPECT_EQ(boost::json::parse(response.body),
            (boost::json::value{
                {"type", "/problems/not_found"}, {"title", "Tidak ditemukan"}, {"status", 404}}));
}

TEST(Problem, SpeaksTheLanguageOfTheRequestAndNamesIt) {
  Request request;
  request.request_id = "r-1";
  request.headers.add("accept-language", "id-ID,id;q=0.9,en;q=0.8");
  const Response response = problem(request, "forbidden");
  const auto document = boost::json::parse(response.body);
  EXPECT_EQ(document.at("title"), "Anda tidak berwenang melakukan ini");
  EXPECT_EQ(document.at("request_id"), "r-1");
}

TEST(Problem, EveryTypeHasItsOwnCodeAndAnErrorStatus) {
  std::set<std::string> codes;
  for (const ProblemType& type : kProblemTypes) {
    EXPECT_TRUE(codes.emplace(type.code).second) << type.code;
    EXPECT_GE(type.status, 400) << type.code;
    EXPECT_LT(type.status, 600) << type.code;
    EXPECT_NE(type.title.english, type.title.indonesian) << type.code;
  }
}

TEST(Problem, EveryTypeSaysWhatItMeansAndWhatToDoInBothLanguages) {
  for (const ProblemType& type : kProblemTypes) {
    EXPECT_GT(type.help.english.size(), 40U) << type.code;
    EXPECT_GT(type.help.indonesian.size(), 40U) << type.code;
    EXPECT_NE(type.help.english, type.help.indonesian) << type.code;
  }
  EXPECT_EQ(find_problem_type("no_such"), nullptr);
}

TEST(Language, IndonesianWhereItRanksFirst) {
  for (const char* field : {"id", "id-ID", "ID", "id, en", "en;q=0.5, id", "fr, id;q=0.1",
                            "id;q=0.8,en;q=0.8", "en;q=0, id;q=0.001", " id ; q=1.0"}) {
    EXPECT_EQ(language_of(field), Language::indonesian) << field;
  }
  for (const char* field : {"", "en", "en, id", "en-US,en;q=0.9,id;q=0.8", "*", "fr", "id;q=0",
                            "idn", "id;q=x", "id;q=2", ",,;", "en;q=0.8,id;q=0.8"}) {
    EXPECT_EQ(language_of(field), Language::english) << field;
  }
}

TEST(Problem, SaysItsDetailInTheLanguageOfItsTitle) {
  const FieldFaults faults{{"/step", say<Detail::other_word>("a, b")}};
  const auto answer = [&](Language language) {
    return boost::json::parse(problem(language, "invalid_body", say<Detail::empty_file>(),
                                      {{"errors", to_json(faults, language)}})
                                  .body);
  };
  EXPECT_EQ(answer(Language::english).at("detail"), "the file is empty");
  EXPECT_EQ(answer(Language::indonesian).at("detail"), "berkas kosong");
  EXPECT_EQ(answer(Language::english).at("errors").at(0).at("message"), "must be one of: a, b");
  EXPECT_EQ(answer(Language::indonesian).at("errors").at(0).at("message"),
            "harus salah satu dari: a, b");
}

// What a file of ours says of each title and sentence: kind, code, status, English, Indonesian.
std::vector<std::vector<std::string>> lines_of_record() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/tests/daemon/http/refusals.tsv");
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream columns(line);
    lines.emplace_back();
    for (std::string column; std::getline(columns, column, '\t');) lines.back().push_back(column);
    lines.back().resize(5);
  }
  return lines;
}

// Every row's words, with its arguments numbered.
std::string numbered(std::string_view words) {
  return fmt::format(fmt::runtime(words), "(1)", "(2)", "(3)");
}

// Callers know these words: whoever changes one changes it there, too.
TEST(Problem, TitlesAndSentencesAreThoseOnRecord) {
  std::set<std::vector<std::string>> said;
  const auto status_of = [](std::string_view code) {
    const ProblemType* type = find_problem_type(code);
    return std::to_string(type ? type->status : 0);
  };
  for (const ProblemType& type : kProblemTypes)
    said.insert({"type", std::string(type.code), status_of(type.code),
                 std::string(type.title.english), std::string(type.title.indonesian)});
  for (const RefusalRow& row : kRefusals)
    said.insert({"refusal", std::string(to_string(row.reason)), status_of(to_string(row.reason)),
                 numbered(row.words.english), numbered(row.words.indonesian)});
  for (const Words& words : kDetails)
    said.insert({"detail", "-", "0", numbered(words.english), numbered(words.indonesian)});
  const auto lines = lines_of_record();
  EXPECT_GT(lines.size(), 160U);
  for (const auto& line : lines)
    EXPECT_TRUE(said.contains(line)) << fmt::format("{}", fmt::join(line, " | "));
}

TEST(Problem, AnIndonesianSentenceMayTurnItsArgumentsRound) {
  EXPECT_EQ(places_in("{} of {}"), 3U);
  EXPECT_EQ(places_in("{1} {{0}} {0}"), 3U);
  EXPECT_TRUE(is_said_in_both({"{} of {}", "{1}: {0}"}));
  EXPECT_FALSE(is_said_in_both({"{} of {}", "{}"}));
  EXPECT_FALSE(is_said_in_both({"the file", ""}));
}

}  // namespace
}  // namespace tenggat::http
