#include "daemon/http/problem.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "daemon/http/problem_help.h"
#include "daemon/http/problem_words.h"

namespace tenggat::http {
namespace {

TEST(Problem, IsADocumentOfRfc9457) {
  const Response response =
      problem(Language::english, "stale_version", "version 3 is current", {{"version", 3}});
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

TEST(Problem, ACodeWithoutARowIsABug) {
  EXPECT_THROW(problem(Language::english, "no_such"), std::logic_error);
}

TEST(Problem, EveryTypeHasItsOwnCodeAndAnErrorStatus) {
  std::set<std::string> codes;
  for (const ProblemType& type : problem_types()) {
    EXPECT_TRUE(codes.insert(type.code).second) << type.code;
    EXPECT_GE(type.status, 400) << type.code;
    EXPECT_LT(type.status, 600) << type.code;
    EXPECT_STRNE(type.english, type.indonesian) << type.code;
  }
}

TEST(Problem, EveryTypeSaysWhatItMeansAndWhatToDoInBothLanguages) {
  for (const ProblemType& type : problem_types()) {
    const ProblemHelp* help = find_problem_help(type.code);
    ASSERT_NE(help, nullptr) << type.code;
    EXPECT_GT(std::string_view(help->english).size(), 40U) << type.code;
    EXPECT_GT(std::string_view(help->indonesian).size(), 40U) << type.code;
    EXPECT_STRNE(help->english, help->indonesian) << type.code;
  }
  EXPECT_EQ(find_problem_help("no_such"), nullptr);
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
  const auto say = [](Language language) {
    return boost::json::parse(
        problem(language, "invalid_body", "the file is empty",
                {{"errors", {{{"pointer", "/step"}, {"message", "must be one of: a, b"}}}}})
            .body);
  };
  EXPECT_EQ(say(Language::english).at("detail"), "the file is empty");
  EXPECT_EQ(say(Language::indonesian).at("detail"), "berkas kosong");
  EXPECT_EQ(say(Language::english).at("errors").at(0).at("message"), "must be one of: a, b");
  EXPECT_EQ(say(Language::indonesian).at("errors").at(0).at("message"),
            "harus salah satu dari: a, b");
  EXPECT_EQ(in_indonesian("step 'kajian_teknis' has no action 'leap'"),
            "tahap 'kajian_teknis' tidak menyediakan tindakan 'leap'");
  EXPECT_EQ(in_indonesian("limit must be a number from 1 to 200"),
            "limit harus bilangan dari 1 sampai 200");
  EXPECT_EQ(in_indonesian("must be a whole number from 1 to 9"),
            "harus bilangan bulat dari 1 sampai 9");
  EXPECT_EQ(in_indonesian("must not have more than 50 items"), "tidak boleh lebih dari 50 butir");
  EXPECT_EQ(in_indonesian("something else"), "something else");
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

// Callers know these words: whoever changes one changes it there, too.
TEST(Problem, TitlesAndSentencesAreThoseOnRecord) {
  int lines = 0;
  for (const auto& line : lines_of_record()) {
    ++lines;
    if (line[0] != "detail") {
      const ProblemType* type = find_problem_type(line[1]);
      ASSERT_NE(type, nullptr) << line[1];
      EXPECT_EQ(std::to_string(type->status), line[2]);
      if (line[0] == "type") {
        EXPECT_EQ(type->english, line[3]);
        EXPECT_EQ(type->indonesian, line[4]);
        continue;
      }
    }
    EXPECT_EQ(in_indonesian(line[3]), line[4]);
  }
  EXPECT_GT(lines, 160);
}

// Whatever the core and the readers of bodies can say stands in the list.
TEST(Problem, EverySentenceIsThereInIndonesian) {
  const std::string literal = "((?:\"(?:[^\"\\\\]|\\\\.)*\"\\s*)+)";
  const std::string format = "(?:fmt::format\\(\\s*)?";
  const std::pair<std::string, std::string> kinds[] = {
      {"refuse\\(Reason::\\w+,\\s*" + format + literal, ""},
      {"fault\\((?:name|\"\\w*\"),\\s*" + format + literal, ""},
      {"push_back\\(\\{[^,;]*,\\s*" + format + literal, ""},
      {"refuse_parameter\\(request,\\s*(?:name|\"[^\"]*\"),\\s*" + format + literal, "x "},
      {"Denial(?: \\w+)?\\{\"\\w+\",\\s*" + literal, ""}};
  int sentences = 0;
  for (const char* file : {"rules/transition.cpp", "rules/draft.cpp", "daemon/http/api_bodies.cpp",
                           "daemon/http/api_admin.cpp", "daemon/http/api_permits.cpp",
                           "daemon/http/json.cpp", "daemon/http/authorize.cpp"}) {
    std::ostringstream whole;
    whole << std::ifstream(std::string(TENGGAT_SOURCE_DIR) + '/' + file).rdbuf();
    const std::string source = whole.str();
    ASSERT_FALSE(source.empty()) << file;
    for (const auto& [pattern, before] : kinds) {
      const std::regex kind(pattern);
      for (std::sregex_iterator one(source.begin(), source.end(), kind), end; one != end; ++one) {
        std::string text = (*one)[1];
        text = std::regex_replace(text, std::regex("\"\\s*\""), "");
        text = std::regex_replace(text, std::regex("^\"|\"\\s*$"), "");
        text = before + std::regex_replace(text, std::regex("\\{[^}]*\\}"), "x");
        // No sentence, or one whose end is put to it.
        if (text.find(' ') == std::string::npos || text.ends_with(' ')) continue;
        ++sentences;
        EXPECT_NE(in_indonesian(text), text) << file;
      }
    }
  }
  EXPECT_GT(sentences, 60);
}

}  // namespace
}  // namespace tenggat::http
