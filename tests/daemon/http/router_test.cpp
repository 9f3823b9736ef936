#include "daemon/http/router.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <stdexcept>

namespace tenggat::http {
namespace {

namespace asio = boost::asio;

asio::awaitable<Response> name_route(Request request) {
  Response response;
  response.body = request.route;
  for (const auto& [name, value] : request.params) response.body += ' ' + name + '=' + value;
  co_return response;
}

asio::awaitable<Response> fail(Request) {
  throw std::runtime_error("the database is away");
  co_return Response{};
}

std::optional<Response> busy(const std::exception& outage, Language language) {
  return problem(language, "database_away", Said(outage.what()));
}

Request to(const std::string& method, std::vector<std::string> segments) {
  Request request;
  request.method = method;
  request.segments = std::move(segments);
  return request;
}

Response ask(const Router& router, Request request) {
  asio::io_context io;
  auto answer = asio::co_spawn(io, router.handle(std::move(request)), asio::use_future);
  io.run();
  return answer.get();
}

Router permits() {
  return Router({{"GET", "/", "home", name_route},
                 {"GET", "/permits/{id}", "permit", name_route},
                 {"GET", "/permits/recent", "recent", name_route},
                 {"POST", "/permits", "submit", name_route},
                 {"GET", "/permits", "permits", name_route},
                 {"POST", "/permits/{id}/actions", "act", name_route},
                 {"PUT", "/{kind}/{id}", "put", name_route},
                 {"GET", "/fail", "fail", fail}},
                busy);
}

TEST(Router, FindsTheRouteAndItsParameters) {
  const Router router = permits();
  EXPECT_EQ(ask(router, to("GET", {})).body, "home");
  EXPECT_EQ(ask(router, to("GET", {"permits"})).body, "permits");
  EXPECT_EQ(ask(router, to("POST", {"permits"})).body, "submit");
  EXPECT_EQ(ask(router, to("GET", {"permits", "7"})).body, "permit id=7");
  EXPECT_EQ(ask(router, to("POST", {"permits", "7", "actions"})).body, "act id=7");
  EXPECT_EQ(ask(router, to("PUT", {"a", "b"})).body, "put kind=a id=b");
}

TEST(Router, ALiteralBeatsAParameter) {
  EXPECT_EQ(ask(permits(), to("GET", {"permits", "recent"})).body, "recent");
}

TEST(Router, AGetRouteAnswersHead) {
  const Response response = ask(permits(), to("HEAD", {"permits", "7"}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.route, "permit");
}

TEST(Router, AnUnknownPathIsNotFound) {
  for (const auto& segments :
       std::vector<std::vector<std::string>>{{"nowhere"},
                                             {"permits", "7", "nowhere"},
                                             {"permits", "7", "actions", "x"},
                                             {"permits", ""},
                                             {"permits", "7", "actions", ""}}) {
    const Response response = ask(permits(), to("GET", segments));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.route, "");
  }
}

TEST(Router, AnotherMethodIsToldWhatIsAllowed) {
  const Response response = ask(permits(), to("DELETE", {"permits", "recent"}));
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, PUT, OPTIONS");
  const Response options = ask(permits(), to("OPTIONS", {"permits"}));
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.get("Allow"), "POST, GET, HEAD, OPTIONS");
}

TEST(Router, AnOutageIsAnsweredInOnePlace) {
  const Response response = ask(permits(), to("GET", {"fail"}));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.route, "fail");
  const Router without({{"GET", "/fail", "fail", fail}});
  const Response general = ask(without, to("GET", {"fail"}));
  EXPECT_EQ(general.status, 500);
  EXPECT_EQ(general.body.find("database"), std::string::npos);
}

TEST(Router, TheTableIsKeptInItsOrder) {
  const Router router = permits();
  ASSERT_EQ(router.routes().size(), 8U);
  EXPECT_EQ(router.routes()[5].pattern, "/permits/{id}/actions");
}

TEST(Router, AFaultyTableIsRefused) {
  const auto table = [](std::vector<Route> routes) { return Router(std::move(routes)); };
  for (const char* pattern :
       {"", "a", "//", "/a/", "/a//b", "/{}", "/{a", "/a}", "/x{a}", "/{a}{b}"}) {
    EXPECT_THROW(table({{"GET", pattern, "a", name_route}}), std::invalid_argument) << pattern;
  }
  EXPECT_THROW(table({{"GET", "/a", "a", name_route}, {"GET", "/b", "a", name_route}}),
               std::invalid_argument);
  EXPECT_THROW(table({{"GET", "/{a}", "a", name_route}, {"GET", "/{b}", "b", name_route}}),
               std::invalid_argument);
}

TEST(Router, AskingForAParameterThePatternLacksIsABug) {
  EXPECT_THROW(Request{}.param("id"), std::out_of_range);
}

}  // namespace
}  // namespace tenggat::http
