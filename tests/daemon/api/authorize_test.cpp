#include "daemon/api/authorize.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "daemon/api/api.h"
#include "daemon/pages/pages.h"

namespace tenggat::http {
namespace {

Principal officer() { return {Principal::Kind::officer, "fo", {}, 1}; }
Principal service(std::vector<std::string> scopes) {
  return {Principal::Kind::service, "portal", std::move(scopes), 2};
}

// What is asked of a route, by its name.
struct Question {
  std::string_view route;
  bool on_behalf_of = false;  // the caller names an officer to act for
  // Service that handed in the permit in question, where it is known already.
  std::optional<std::string_view> created_by;
};

Who who_may_call(std::string_view route) {
  for (const auto& rows : {api_rows(), pages::page_rows()})
    for (const RouteRow& row : rows)
      if (row.name == route) return row.who;
  throw std::logic_error("no such route");
}

// As the way in asks, then what knows the body and the permit.
std::string answer(const Principal* principal, const Question& question) {
  auto access = authorize(principal, who_may_call(question.route));
  if (access) access = in_name_of(*access, question.on_behalf_of);
  if (!access) return std::string(access.error().code->code);
  if (question.created_by) {
    if (const auto denial = refuse_permit(*access, *principal, *question.created_by))
      return std::string(denial->code->code);
    access->own_only = false;
  }
  switch (access->capacity) {
    case Capacity::anyone:
      return "anyone";
    case Capacity::token_holder:
      return "token_holder";
    case Capacity::officer:
      return "officer";
    case Capacity::for_officer:
      return "for_officer";
    case Capacity::itself:
      return "itself";
    case Capacity::intake:
      return access->own_only ? "intake of its own" : "intake";
    case Capacity::reader:
      return "reader";
    case Capacity::bounces:
      return "bounces";
    case Capacity::provider:
      return "provider";
    case Capacity::administrator:
      return "administrator";
  }
  return "";
}

// The column "who" of docs/reference.md, Calls, call by call.
TEST(Authorize, FollowsTheReferencesTable) {
  struct Row {
    const char* route;
    const char *officer, *intake, *act, *act_on_behalf, *read, *admin;
  };
  const char* no = "forbidden";
  const char* own = "intake of its own";
  const Row rows[] = {
      {"permit_create", no, "intake", no, no, no, no},
      {"permit_list", "officer", own, no, no, "reader", no},
      {"permit_show", "officer", own, no, no, "reader", no},
      {"permit_timeline", "officer", no, no, no, "reader", no},
      {"permit_action", "officer", own, no, "for_officer", no, no},
      {"permit_undo", "officer", own, no, "for_officer", no, no},
      {"permit_claim", "officer", no, no, "for_officer", no, no},
      {"permit_release", "officer", no, no, "for_officer", no, no},
      {"permit_why", "officer", no, no, no, "reader", no},
      {"permit_assign", "officer", no, no, "for_officer", no, no},
      {"permit_escalate", "officer", no, no, "for_officer", no, no},
      {"permit_acknowledge", "officer", no, no, "for_officer", no, no},
      {"permit_direct", "officer", no, no, "for_officer", no, no},
      {"permit_respond", "officer", no, no, "for_officer", no, no},
      {"permit_pause", "officer", no, no, "for_officer", no, no},
      {"permit_resume", "officer", own, no, "for_officer", no, no},
      {"permit_confirm", "officer", no, no, no, no, no},
      {"permit_correct", "officer", no, no, no, no, no},
      {"event_list", no, own, no, no, "reader", no},
      {"task_list", "officer", no, no, no, no, no},
      {"file_create", "officer", "intake", "for_officer", no, no, no},
      {"file_show", "officer", "intake", "for_officer", no, no, no},
      {"sop_list", "token_holder", "token_holder", "token_holder", no, "token_holder",
       "token_holder"},
      {"sop_show", "token_holder", "token_holder", "token_holder", no, "token_holder",
       "token_holder"},
  };
  const Principal siti = officer();
  const std::map<std::string, Principal> by_scope = {{"intake", service({"intake"})},
                                                     {"act", service({"act"})},
                                                     {"read", service({"read"})},
                                                     {"admin", service({"admin"})}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.route);
    const Question plain{row.route, false, {}};
    EXPECT_EQ(answer(&siti, plain), row.officer);
    EXPECT_EQ(answer(&by_scope.at("intake"), plain), row.intake);
    EXPECT_EQ(answer(&by_scope.at("act"), plain), row.act);
    EXPECT_EQ(answer(&by_scope.at("act"), {row.route, true, {}}), row.act_on_behalf);
    EXPECT_EQ(answer(&by_scope.at("read"), plain), row.read);
    EXPECT_EQ(answer(&by_scope.at("admin"), plain), row.admin);
    EXPECT_EQ(answer(nullptr, plain), "unauthenticated");
    const Principal bare = service({});
    EXPECT_EQ(answer(&bare, plain),
              std::string_view(row.route).starts_with("sop_") ? "token_holder" : "forbidden");
  }
}

TEST(Authorize, ReceiptsAreTheProvidersAndBouncesTheMailServers) {
  const Principal meta{Principal::Kind::provider, "meta", {}, 0};
  const Principal everything = service({"intake", "act", "read", "admin", "bounce"});
  const Principal siti = officer();
  for (const char* route : {"whatsapp_challenge", "whatsapp_receipt", "whatsapp_receipt_by_path"}) {
    EXPECT_EQ(answer(&meta, {route, false, {}}), "provider");
    EXPECT_EQ(answer(&everything, {route, false, {}}), "forbidden");
    EXPECT_EQ(answer(&siti, {route, false, {}}), "forbidden");
    EXPECT_EQ(answer(nullptr, {route, false, {}}), "unauthenticated");
  }
  for (const char* route : {"permit_list", "sop_list", "email_bounce", "message_retry"})
    EXPECT_EQ(answer(&meta, {route, false, {}}), "forbidden") << route;
  const Principal mail_server = service({"bounce"});
  EXPECT_EQ(answer(&mail_server, {"email_bounce", false, {}}), "bounces");
  EXPECT_EQ(answer(&mail_server, {"permit_list", false, {}}), "forbidden");
  const Principal administrator = service({"admin"});
  EXPECT_EQ(answer(&administrator, {"email_bounce", false, {}}), "forbidden");
}

TEST(Authorize, APermitOfAnotherServiceDoesNotExist) {
  const Principal portal = service({"intake"});
  EXPECT_EQ(answer(&portal, {"permit_show", false, "portal"}), "intake");
  EXPECT_EQ(answer(&portal, {"permit_show", false, "kios"}), "not_found");
  EXPECT_EQ(answer(&portal, {"permit_action", false, "kios"}), "not_found");
}

TEST(Authorize, ScopeReadSeesEveryPermitAlsoBesideScopeIntake) {
  const Principal portal = service({"intake", "read"});
  EXPECT_EQ(answer(&portal, {"permit_show", false, "kios"}), "reader");
}

TEST(Authorize, OnBehalfOfNeedsScopeAct) {
  const Principal siti = officer();
  const Principal portal = service({"intake", "read", "admin"});
  EXPECT_EQ(answer(&siti, {"permit_action", true, {}}), "forbidden");
  EXPECT_EQ(answer(&portal, {"permit_action", true, {}}), "forbidden");
}

TEST(Authorize, ASystemActsByItselfAtTheStepsOfItsRolesAlone) {
  Principal bank = service({"act"});
  const auto at_own_step = [&](std::string_view route) {
    const auto access = authorize(&bank, who_may_call(route));
    if (!access) return Capacity::anyone;
    EXPECT_EQ(as_itself(*access, false).capacity, access->capacity);
    return as_itself(*access, true).capacity;
  };
  EXPECT_EQ(at_own_step("permit_action"), Capacity::for_officer);  // its token has no role
  bank.roles = {"bank"};
  EXPECT_EQ(at_own_step("permit_action"), Capacity::itself);
  EXPECT_EQ(at_own_step("permit_undo"), Capacity::itself);
  EXPECT_EQ(at_own_step("permit_claim"), Capacity::for_officer);
  EXPECT_EQ(answer(&bank, {"permit_action", false, {}}), "forbidden");
  bank.scopes = {"intake", "act"};
  EXPECT_EQ(at_own_step("permit_action"), Capacity::itself);
  EXPECT_EQ(answer(&bank, {"permit_action", false, "portal"}), "intake");
  bank.scopes = {"intake"};
  EXPECT_EQ(at_own_step("permit_action"), Capacity::intake);
}

TEST(Authorize, AnOfficersTokenHasNoScopes) {
  Principal siti = officer();
  siti.scopes = {"intake", "act", "read", "admin"};
  EXPECT_EQ(answer(&siti, {"permit_create", false, {}}), "forbidden");
  EXPECT_FALSE(siti.has("admin"));
}

// An officer's own session, never a token of theirs, never a service.
TEST(Authorize, WhatAdministratorsDoOnThePagesIsTheirsAlone) {
  Principal siti = officer();
  const Principal portal = service({"intake", "act", "read", "admin"});
  for (const char* route : {"page_officers", "page_officer_act", "page_calendar_act",
                            "page_dead_letters_act", "page_kiosks_act", "page_calendar_file"}) {
    siti.administrator = false;
    EXPECT_EQ(answer(&siti, {route, false, {}}), "forbidden") << route;
    siti.administrator = true;
    EXPECT_EQ(answer(&siti, {route, false, {}}), "administrator") << route;
    EXPECT_EQ(answer(&portal, {route, false, {}}), "forbidden") << route;
    EXPECT_EQ(answer(nullptr, {route, false, {}}), "unauthenticated") << route;
  }
  EXPECT_EQ(answer(&siti, {"officer_create", false, {}}), "forbidden");
  EXPECT_EQ(answer(&siti, {"page_tasks", false, {}}), "officer");
  store::Token token;
  token.officer = "siti";
  token.scopes = {"admin"};
  EXPECT_FALSE(principal_of(token).administrator);
}

TEST(Authorize, PersonalDataIsForOfficersAndWhoBroughtIt) {
  const auto shows = [](const Principal& who, Field field, std::string_view created_by) {
    return may_see(who, field, created_by);
  };
  EXPECT_TRUE(shows(officer(), Field::contact, "portal"));
  EXPECT_TRUE(shows(service({"intake"}), Field::contact, "portal"));
  EXPECT_FALSE(shows(service({"intake", "read"}), Field::contact, "kios"));
  EXPECT_FALSE(shows(service({"read"}), Field::contact, "portal"));
  EXPECT_TRUE(shows(service({"read", "admin"}), Field::contact, "kios"));
  EXPECT_FALSE(shows(officer(), Field::tracking_link, "portal"));
  EXPECT_TRUE(shows(service({"intake"}), Field::tracking_link, "portal"));
  EXPECT_FALSE(shows(service({"intake", "read"}), Field::tracking_link, "kios"));
  EXPECT_TRUE(shows(officer(), Field::outcome, "portal"));
  EXPECT_TRUE(shows(service({"read"}), Field::outcome, "portal"));
  EXPECT_FALSE(shows(service({"intake"}), Field::outcome, "portal"));
  EXPECT_FALSE(shows(service({"read"}), Field::notes, "portal"));
  EXPECT_TRUE(shows(officer(), Field::notes, "portal"));
}

TEST(BearerSecret, TakesOurFormOnly) {
  const std::string secret = "tgt_" + std::string(64, 'a');
  const auto sent = [](const std::string& field) {
    Request request;
    request.headers.add("Authorization", field);
    return bearer_secret(request).value_or("none");
  };
  EXPECT_EQ(sent("Bearer " + secret), secret);
  EXPECT_EQ(sent("bearer " + secret), secret);
  EXPECT_EQ(sent("Basic " + secret), "none");
  EXPECT_EQ(sent("Bearer  " + secret), "none");
  EXPECT_EQ(sent("Bearer " + secret + "a"), "none");
  EXPECT_EQ(sent("Bearer tgt_" + std::string(64, 'G')), "none");
  EXPECT_EQ(sent("Bearer"), "none");
  EXPECT_FALSE(bearer_secret(Request{}));
}

}  // namespace
}  // namespace tenggat::http
