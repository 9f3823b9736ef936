#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <map>

#include "daemon/api/api.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using Kind = CommandAnswer::Kind;

Response refused(Refusal refusal, std::string permit = "") {
  CommandAnswer answer;
  answer.kind = Kind::refused;
  answer.refusal = std::move(refusal);
  answer.body = std::move(permit);
  return command_response(Request{}, answer);
}

Refusal of_row(std::size_t row) {
  Refusal refusal{static_cast<Refused>(row), {}};
  for (std::uint32_t places = places_in(kRefusals[row].words.english); places != 0; places >>= 1U)
    refusal.arguments.emplace_back("x");
  return refusal;
}

TEST(CommandResponse, EveryReasonOfRefusalHasItsStatus) {
  const std::map<Reason, int> others = {
      {Reason::wrong_role, 403},           {Reason::undo_by_other, 403},
      {Reason::missing_output, 422},       {Reason::missing_note, 422},
      {Reason::missing_needs, 422},        {Reason::missing_reason, 422},
      {Reason::unexpected_document, 422},  {Reason::unknown_obstacle, 422},
      {Reason::cannot_be_assigned, 422},   {Reason::unknown_action, 422},
      {Reason::unknown_pause_reason, 422}, {Reason::wrong_outcome, 422},
      {Reason::bad_occurred_at, 422},      {Reason::bad_until, 422},
      {Reason::missing_until, 422},        {Reason::pause_too_long, 422},
      {Reason::in_person_only, 403},       {Reason::condition_not_met, 422},
      {Reason::own_late_entry, 403},       {Reason::invalid_fields, 422},
      {Reason::invalid_branches, 422},     {Reason::unknown_requirement, 422},
      {Reason::sop_retired, 410},          {Reason::missing_upload, 503},
      {Reason::permit_files_full, 413},    {Reason::unknown_related, 422},
      {Reason::objects_elsewhere, 422},    {Reason::not_refused, 422},
      {Reason::objection_too_late, 422}};
  for (std::size_t i = 0; i < kRefusals.size(); ++i) {
    const Reason reason = kRefusals[i].reason;
    SCOPED_TRACE(to_string(reason));
    // They refuse a migration, which is no request's.
    if (reason == Reason::step_gone || reason == Reason::branch_gone ||
        reason == Reason::pause_reason_gone)
      continue;
    EXPECT_EQ(problem_code(reason)->code, to_string(reason));
    const auto other = others.find(reason);
    EXPECT_EQ(refused(of_row(i)).status, other == others.end() ? 409 : other->second);
  }
}

TEST(CommandResponse, AReasonThatRefusesNothingIsOurFault) {
  EXPECT_EQ(problem_code(Reason::rung_due)->status, 500);
  EXPECT_EQ(problem_code(Reason::paused)->status, 500);
}

TEST(CommandResponse, AConflictCarriesTheCurrentState) {
  const Response response = refused(refuse<Refused::stale_version>(3, 2),
                                    R"({"id":"7","version":3,"tracking_url":"secret"})");
  EXPECT_EQ(response.status, 409);
  const json::value body = json::parse(response.body);
  EXPECT_EQ(body.at("type"), "/problems/stale_version");
  EXPECT_EQ(body.at("detail"), "the permit is at version 3, not 2");
  EXPECT_EQ(body.at("permit"), (json::value{{"id", "7"}, {"version", 3}}));
}

TEST(CommandResponse, WhatIsMissingIsNamed) {
  const auto missing = [](const Response& response) {
    return json::parse(response.body).at("missing");
  };
  EXPECT_EQ(
      missing(refused(refuse<Refused::missing_output>("sign", Missing{{"bapl", "rekomendasi"}}))),
      (json::value{"bapl", "rekomendasi"}));
  EXPECT_EQ(missing(refused(refuse<Refused::missing_note>("sign"))),
            (json::value(json::array{"note"})));
  EXPECT_EQ(missing(refused(refuse<Refused::late_without_reason>())),
            (json::value(json::array{"reason"})));
}

TEST(CommandResponse, WhatWasDoneIsGivenBackAsItWas) {
  CommandAnswer answer;
  answer.kind = Kind::repeated;
  answer.status = 201;
  answer.body = R"({"id":"7"})";
  const Response response = command_response(Request{}, answer);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, answer.body);
}

TEST(CommandResponse, OtherAnswers) {
  const auto of = [](Kind kind) {
    CommandAnswer answer;
    answer.kind = kind;
    return command_response(Request{}, answer);
  };
  EXPECT_EQ(of(Kind::not_found).status, 404);
  EXPECT_EQ(of(Kind::key_reused).status, 422);
  EXPECT_EQ(of(Kind::busy).status, 503);
  EXPECT_TRUE(of(Kind::busy).headers.get("Retry-After"));
  EXPECT_EQ(of(Kind::failed).status, 500);
}

pg::ErrorFields sqlstate(const std::string& state) {
  pg::ErrorFields fields;
  fields.sqlstate = state;
  return fields;
}

TEST(OutageAnswer, WhatPassesByItselfIsToBeTriedAgain) {
  const auto status = [](const std::exception& failure) {
    const auto answer = outage_answer(failure, Language::english);
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(status(pg::ConnectionLost(sqlstate("08006"))), 503);
  EXPECT_EQ(status(pg::PoolBusy(sqlstate("53300"))), 503);
  EXPECT_EQ(status(pg::Error(sqlstate("57P01"))), 503);
  EXPECT_EQ(status(pg::Error(sqlstate("0A000"))), 503);
  EXPECT_EQ(status(pg::Error(sqlstate("42601"))), 0);
  EXPECT_EQ(status(std::logic_error("a bug")), 0);
  EXPECT_TRUE(outage_answer(pg::PoolBusy(sqlstate("53300")), Language::english)
                  ->headers.get("Retry-After"));
}

TEST(OutageAnswer, SaysWhatTheDatabaseLacksInTheLanguageAsked) {
  const auto body = [](const std::string& state, Language language) {
    return outage_answer(pg::Error(sqlstate(state)), language)->body;
  };
  EXPECT_NE(body("53100", Language::english).find("the database's disk is full"),
            std::string::npos);
  EXPECT_NE(body("53100", Language::indonesian).find("disk basis data penuh"), std::string::npos);
  EXPECT_NE(body("25006", Language::english).find("the database is read-only"), std::string::npos);
  EXPECT_NE(body("08006", Language::english).find("cannot be reached"), std::string::npos);
  EXPECT_EQ(body("53100", Language::english).find("cannot be reached"), std::string::npos);
  // The work has to be done again, and nothing is wrong with the database.
  EXPECT_EQ(body("40001", Language::english).find("cannot be reached"), std::string::npos);
  // A command that waited for it.
  CommandAnswer busy;
  busy.kind = CommandAnswer::Kind::busy;
  busy.outage = "53100";
  const Response answer = command_response(Request{}, busy);
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("the database's disk is full"), std::string::npos);
  EXPECT_TRUE(answer.headers.get("Retry-After"));
}

}  // namespace
}  // namespace tenggat::http
