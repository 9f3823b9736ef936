#include "daemon/api/admin.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <stdexcept>

#include "tests/support/await.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

awaitable<std::string> holds() { co_return ""; }
awaitable<std::string> does_not_hold() { co_return "2 pending"; }
awaitable<std::string> cannot_say() {
  throw std::runtime_error("connection to /run/postgresql failed");
  co_return "";
}

Response ask(const AdminParts& parts, std::string_view name) {
  boost::asio::io_context io;
  for (const Route& route : admin_routes(parts))
    if (route.name == name) return test::await(io, route.handler(Request{}));
  throw std::logic_error("no such route");
}

AdminParts parts() {
  AdminParts all;
  all.metrics_text = [] { return std::string("tenggat_up 1\n"); };
  return all;
}

TEST(Admin, MetricsAreTheExposition) {
  const Response response = ask(parts(), "metrics");
  EXPECT_EQ(response.body, "tenggat_up 1\n");
  EXPECT_TRUE(response.content_type.starts_with("text/plain; version=0.0.4"));
}

TEST(Admin, LivezDoesNotAskWhatReadyzAsks) {
  AdminParts broken = parts();
  broken.ready = {{"database", cannot_say}};
  EXPECT_EQ(ask(broken, "livez").status, 200);
  broken.alive = [] { return false; };
  EXPECT_EQ(ask(broken, "livez").status, 503);
}

TEST(Admin, ReadyzNamesWhatDoesNotHold) {
  AdminParts some = parts();
  some.ready = {{"database", holds}, {"rules", holds}};
  EXPECT_EQ(ask(some, "readyz").status, 200);
  some.ready.push_back({"migrations", does_not_hold});
  some.ready.push_back({"texts", cannot_say});
  const Response response = ask(some, "readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json::parse(response.body), (json::value{{"ready", false},
                                                     {"checks",
                                                      {{"database", "ok"},
                                                       {"rules", "ok"},
                                                       {"migrations", "2 pending"},
                                                       {"texts", "unavailable"}}}}));
}

TEST(Admin, ReadyzNotesWhatIsWorthKnowingOfADaemonThatIsReady) {
  AdminParts some = parts();
  some.ready = {{"database", holds}};
  some.notes = {{"clock", holds}};
  EXPECT_EQ(json::parse(ask(some, "readyz").body),
            (json::value{{"ready", true}, {"checks", {{"database", "ok"}}}}));
  some.notes.push_back({"texts", does_not_hold});
  const Response response = ask(some, "readyz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body), (json::value{{"ready", true},
                                                     {"checks", {{"database", "ok"}}},
                                                     {"notes", {{"texts", "2 pending"}}}}));
}

}  // namespace
}  // namespace tenggat::http
