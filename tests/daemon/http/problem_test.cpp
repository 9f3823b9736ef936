#include "daemon/http/problem.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <stdexcept>
#include <string>

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

}  // namespace
}  // namespace tenggat::http
