// The API's routes on a real PostgreSQL, from the router to the rows; no socket.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <map>
#include <optional>

#include "daemon/http/api.h"
#include "daemon/http/view.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "tests/daemon/api/office.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using testing::at;

constexpr const char* kPublicUrl = "https://izin.example";
constexpr const char* kSubmission = R"({"sop":"paud","subject":"PAUD Melati",
  "applicant":{"name":"Siti","whatsapp":"081234567890"},"external_id":"web-17",
  "documents":[{"kind":"persyaratan_izin_paud","uri":"https://berkas.example/1"}]})";

SourceFile shipped_sop() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/sop/paud.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  return {"paud.yaml", text.str()};
}

store::RuleSet rule_set(std::string kind, std::string name, std::vector<SourceFile> files) {
  store::RuleSet set{kind, std::move(name), store::content_hash(kind, files), std::move(files)};
  return set;
}

struct NewToken {
  std::string officer, service;
  std::vector<std::string> scopes;
};

// Migrates, puts the shipped rules in force, hires the staff. Returns the secrets by owner.
awaitable<std::map<std::string, std::string>> furnish(std::string conninfo,
                                                      std::vector<NewToken> tokens) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, pg::migrations());
  co_await store::allow_simulated_clock(db);
  co_await store::start_clock(db, at("2026-04-02T14:00:00+08:00"), 0);
  auto sop = rule_set("sop", "paud", {shipped_sop()});
  co_await store::put_in_force(db, std::move(sop));
  auto calendar = rule_set("calendar", "banjarbaru",
                           {testing::shipped("banjarbaru.yaml"), testing::shipped("libur.tsv")});
  co_await store::put_in_force(db, std::move(calendar));
  const People people = testing::staff();
  for (const Officer& officer : people.officers) co_await store::add_officer(db, officer);
  std::map<std::string, std::string> secrets;
  for (const NewToken& wanted : tokens) {
    const std::string secret = store::new_token_secret();
    store::Token token;
    token.officer = wanted.officer;
    token.service = wanted.service;
    token.scopes = wanted.scopes;
    token.hash = store::token_hash(secret);
    co_await store::add_token(db, token);
    secrets[wanted.officer + wanted.service] = secret;
  }
  co_return secrets;
}

awaitable<void> move_clock(std::string conninfo, Instant to) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::set_clock(db, to);
}

awaitable<void> go_on_leave(std::string conninfo, std::string officer) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  const Leave april{"2026-04-01", "2026-04-30"};
  co_await store::add_leave(db, officer, april);
}

awaitable<void> leave_service(std::string conninfo, std::string officer) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::end_officer(db, officer, "2026-04-02");
}

class Routes : public ::testing::Test {
 protected:
  Routes() : database_(test::fresh_database()) {
    secrets_ = test::await(io_, furnish(database_, {{"fo", "", {}},
                                                    {"bo", "", {}},
                                                    {"kd", "", {}},
                                                    {"kb", "", {}},
                                                    {"", "portal", {"intake"}},
                                                    {"", "kios", {"intake"}},
                                                    {"", "meja", {"act"}},
                                                    {"", "dasbor", {"read"}}}));
    pg::PoolOptions options;
    options.connect.conninfo = database_;
    pool_.emplace(io_.get_executor(), options);
    committer_.emplace(io_.get_executor(), *pool_, rulebook_, metrics_,
                       std::bind_front(command_answer_json, std::string(kPublicUrl)),
                       office::CommitterOptions{});
    router_.emplace(api_routes({*pool_, *committer_, rulebook_, kPublicUrl}), outage_answer);
    boost::asio::co_spawn(io_, committer_->run(), boost::asio::detached);
  }
  ~Routes() override {
    committer_->stop();
    io_.restart();
    io_.run_for(std::chrono::seconds(10));
    pool_->close();
  }

  void time_is(std::string_view instant) { test::await(io_, move_clock(database_, at(instant))); }

  Request request_of(std::string method, std::string target, const std::string& who,
                     std::string body = "", std::string key = "") {
    Request request;
    request.method = std::move(method);
    const auto url = boost::urls::parse_origin_form(target).value();
    request.path = url.path();
    for (const auto segment : url.segments()) request.segments.push_back(segment);
    for (const auto parameter : url.params()) request.query.add(parameter.key, parameter.value);
    if (!who.empty()) request.headers.add("Authorization", "Bearer " + secrets_.at(who));
    if (!key.empty()) request.headers.add("Idempotency-Key", std::move(key));
    request.target = std::move(target);
    request.body = std::move(body);
    return request;
  }
  Response ask(std::string method, std::string target, const std::string& who,
               std::string body = "", std::string key = "") {
    return test::await(io_, router_->handle(request_of(std::move(method), std::move(target), who,
                                                       std::move(body), std::move(key))));
  }
  // All at once, so that they share a batch; the answers in the order of the bodies.
  std::vector<Response> post_together(const std::string& target, const std::string& who,
                                      const std::vector<std::string>& bodies) {
    std::vector<Response> answers(bodies.size());
    std::size_t open = bodies.size();
    for (std::size_t i = 0; i < bodies.size(); ++i)
      boost::asio::co_spawn(io_,
                            router_->handle(request_of("POST", "/api/v1" + target, who, bodies[i])),
                            [&answers, &open, i](std::exception_ptr, Response response) {
                              answers[i] = std::move(response);
                              --open;
                            });
    io_.restart();
    for (int turns = 0; open > 0 && turns < 200; ++turns)
      io_.run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(open, 0U);
    return answers;
  }
  // SQL on this test's database, first cell.
  std::string query(const std::string& sql) {
    const auto name = database_.find("dbname='") + 8;
    return test::shared_postgres().execute(
        sql, database_.substr(name, database_.find('\'', name) - name));
  }
  Response get(std::string target, const std::string& who) {
    return ask("GET", "/api/v1" + target, who);
  }
  Response post(std::string target, const std::string& who, std::string body,
                std::string key = "") {
    return ask("POST", "/api/v1" + target, who, std::move(body), std::move(key));
  }
  static json::object object(const Response& response) {
    return json::parse(response.body).as_object();
  }
  std::string submitted() {
    const Response response = post("/permits", "portal", kSubmission);
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(object(response).at("id").as_string());
  }

  boost::asio::io_context io_;
  std::string database_;
  std::map<std::string, std::string> secrets_;
  Metrics metrics_{MetricsOptions{}};
  office::Rulebook rulebook_{SendRules{}};
  std::optional<pg::Pool> pool_;
  std::optional<office::Committer> committer_;
  std::optional<Router> router_;
};

TEST_F(Routes, APermitIsHandedInAndSeenByThoseWhoMay) {
  const Response created = post("/permits", "portal", kSubmission);
  ASSERT_EQ(created.status, 201) << created.body;
  const json::object permit = object(created);
  EXPECT_EQ(permit.at("number"), "PAUD-2026-00001");
  EXPECT_EQ(permit.at("state"), "active");
  EXPECT_EQ(permit.at("step"), "verifikasi");
  EXPECT_TRUE(permit.at("tracking_url").as_string().starts_with("https://izin.example/lacak/"));
  const std::string path = "/permits/" + std::string(permit.at("id").as_string());

  const json::object to_officer = object(get(path, "fo"));
  EXPECT_EQ(to_officer.at("applicant").at("whatsapp"), "6281234567890");
  EXPECT_FALSE(to_officer.contains("tracking_url"));
  const json::object to_reader = object(get("/permits/PAUD-2026-00001", "dasbor"));
  EXPECT_EQ(to_reader.at("id"), permit.at("id"));
  EXPECT_FALSE(to_reader.at("applicant").as_object().contains("whatsapp"));
  EXPECT_TRUE(object(get(path, "portal")).contains("tracking_url"));

  EXPECT_EQ(get(path, "kios").status, 404);
  EXPECT_EQ(get(path, "meja").status, 403);
  EXPECT_EQ(get("/permits/1", "fo").status, 404);
  EXPECT_EQ(get("/permits/PAUD-2026-99999", "fo").status, 404);
}

TEST_F(Routes, ACallWithoutAValidTokenIsAskedForOne) {
  EXPECT_EQ(get("/permits", "").status, 401);
  secrets_["nobody"] = store::new_token_secret();
  const Response response = get("/permits", "nobody");
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.headers.get("WWW-Authenticate"), "Bearer");
}

TEST_F(Routes, TheSameKeyGivesTheSameAnswerAndAnotherBodyIsRefused) {
  const Response first = post("/permits", "portal", kSubmission, "k-1");
  const Response again = post("/permits", "portal", kSubmission, "k-1");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(post("/permits", "portal", std::string(kSubmission) + " ", "k-1").status, 422);
}

TEST_F(Routes, AnExternalIdIsTakenOnceByEachService) {
  const std::string id = submitted();
  const Response second = post("/permits", "portal", kSubmission);
  EXPECT_EQ(second.status, 409) << second.body;
  EXPECT_EQ(object(second).at("permit").at("id").as_string(), id);
  EXPECT_EQ(post("/permits", "kios", kSubmission).status, 201);
}

TEST_F(Routes, APoisonedCommandStandsAloneAndItsBatchGoesThrough) {
  query(R"(CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF NEW.subject = 'racun' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$)");
  query("CREATE TRIGGER poison BEFORE INSERT ON permit FOR EACH ROW EXECUTE FUNCTION poison()");
  std::vector<std::string> bodies;
  for (int i = 0; i < 9; ++i) {
    json::object body = json::parse(kSubmission).as_object();
    body["external_id"] = "batch-" + std::to_string(i);
    if (i == 4) body["subject"] = "racun";
    bodies.push_back(json::serialize(body));
  }
  const std::vector<Response> answers = post_together("/permits", "portal", bodies);
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].status, i == 4 ? 500 : 201) << i << ": " << answers[i].body;
  EXPECT_EQ(query("SELECT count(*) || ' ' || max(number) FROM permit"), "8 PAUD-2026-00008");
}

TEST_F(Routes, CommandsOnOnePermitInOneBatchAreDecidedInTheirOrder) {
  const std::string path = "/permits/" + submitted();
  const std::string accept = R"({"step":"verifikasi","action":"accept"})";
  const std::vector<Response> answers =
      post_together(path + "/actions", "fo", {accept, accept, accept});
  EXPECT_EQ(answers[0].status, 200) << answers[0].body;
  EXPECT_EQ(answers[1].status, 409);
  EXPECT_EQ(answers[2].status, 409);
  EXPECT_EQ(object(answers[1]).at("permit").at("step"), "penerimaan");
  EXPECT_EQ(query("SELECT count(*) FROM visit"), "3");
  EXPECT_EQ(query("SELECT events = (SELECT count(*) FROM event) FROM permit"), "t");
}

TEST_F(Routes, AFaultySubmissionNamesWhatIsWrong) {
  const Response response = post("/permits", "portal", R"({"sop":"imb","subject":"x"})");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(object(response).at("errors").at(0).at("pointer"), "/applicant");
  const Response no_such_sop =
      post("/permits", "portal", R"({"sop":"imb","subject":"x","applicant":{"name":"Siti"}})");
  EXPECT_EQ(no_such_sop.status, 422);
  EXPECT_EQ(object(no_such_sop).at("errors").at(0).at("pointer"), "/sop");
  const Response incomplete =
      post("/permits", "portal", R"({"sop":"paud","subject":"x","applicant":{"name":"Siti"}})");
  EXPECT_EQ(incomplete.status, 422);
  EXPECT_EQ(object(incomplete).at("type"), "/problems/missing_needs");
  EXPECT_EQ(object(incomplete).at("missing"), (json::value(json::array{"persyaratan_izin_paud"})));
}

TEST_F(Routes, OfficersActEachInTheirRole) {
  const std::string path = "/permits/" + submitted();
  const std::string accept = R"({"step":"verifikasi","action":"accept"})";
  const Response not_yours = post(path + "/actions", "bo", accept);
  EXPECT_EQ(not_yours.status, 403);
  EXPECT_EQ(object(not_yours).at("type"), "/problems/wrong_role");
  EXPECT_EQ(post(path + "/actions", "dasbor", accept).status, 403);
  EXPECT_EQ(post(path + "/actions", "kios", accept).status, 404);
  EXPECT_EQ(post(path + "/actions", "portal", accept).status, 403);

  const Response stale =
      post(path + "/actions", "fo", R"({"step":"verifikasi","action":"accept","version":9})");
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(object(stale).at("permit").at("version"), 1);
  EXPECT_FALSE(object(stale).at("permit").as_object().contains("tracking_url"));

  const Response done = post("/permits/PAUD-2026-00001/actions", "fo", accept);
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(object(done).at("step"), "penerimaan");
  EXPECT_EQ(object(post(path + "/actions", "fo", accept)).at("type"), "/problems/step_not_open");
  EXPECT_EQ(post(path + "/undo", "bo", "").status, 403);
  const Response undone = post(path + "/undo", "fo", "");
  EXPECT_EQ(undone.status, 200) << undone.body;
  EXPECT_EQ(object(undone).at("step"), "verifikasi");
}

TEST_F(Routes, AServiceActsForAnOfficer) {
  const std::string path = "/permits/" + submitted() + "/actions";
  EXPECT_EQ(post(path, "meja", R"({"step":"verifikasi","action":"accept"})").status, 403);
  const std::string for_fo = R"({"step":"verifikasi","action":"accept","on_behalf_of":"fo"})";
  EXPECT_EQ(post(path, "portal", for_fo).status, 403);
  EXPECT_EQ(post(path, "fo", for_fo).status, 403);
  EXPECT_EQ(
      post(path, "meja", R"({"step":"verifikasi","action":"accept","on_behalf_of":"bo"})").status,
      403);
  EXPECT_EQ(post(path, "meja", for_fo).status, 200);
  const json::object timeline = object(get("/permits/PAUD-2026-00001/timeline", "kd"));
  const json::value& event = timeline.at("events").as_array().back();
  EXPECT_EQ(event.at("actor"), "officer:fo");
  EXPECT_EQ(event.at("via"), "meja");
}

TEST_F(Routes, TheApplicantsStepsComeThroughTheServiceThatHandedIn) {
  const std::string path = "/permits/" + submitted();
  EXPECT_EQ(post(path + "/actions", "fo", R"({"step":"verifikasi","action":"reject"})").status,
            422);
  EXPECT_EQ(
      post(path + "/actions", "fo", R"({"step":"verifikasi","action":"reject","note":"buram"})")
          .status,
      200);
  const Response resubmitted =
      post(path + "/actions", "portal", R"({"step":"pengajuan","action":"submit","documents":[
        {"kind":"persyaratan_izin_paud","uri":"https://berkas.example/2"}]})");
  EXPECT_EQ(resubmitted.status, 200) << resubmitted.body;
  EXPECT_EQ(object(resubmitted).at("visits").at(0).at("visit"), "verifikasi#2");
  const Response withdrawn = post(path + "/actions", "portal", R"({"action":"withdraw"})");
  EXPECT_EQ(withdrawn.status, 200) << withdrawn.body;
  EXPECT_EQ(object(withdrawn).at("state"), "withdrawn");
}

TEST_F(Routes, ATaskIsClaimedReleasedPausedAndResumed) {
  const std::string path = "/permits/" + submitted();
  const std::string step = R"({"step":"verifikasi"})";
  EXPECT_EQ(object(post(path + "/claim", "fo", step)).at("visits").at(0).at("assignee"), "fo");
  EXPECT_EQ(post(path + "/claim", "portal", step).status, 403);
  EXPECT_EQ(post(path + "/release", "fo", step).status, 200);
  EXPECT_EQ(post(path + "/release", "fo", step).status, 409);
  EXPECT_EQ(post(path + "/pause", "fo", R"({"step":"verifikasi","reason":"libur"})").status, 422);
  EXPECT_EQ(post(path + "/pause", "fo",
                 R"({"step":"verifikasi","reason":"klarifikasi_pemohon","note":"mohon denah"})")
                .status,
            200);
  EXPECT_EQ(object(get(path, "fo")).at("sla").at("status"), "paused");
  EXPECT_EQ(post(path + "/resume", "kios", step).status, 404);
  const Response answered =
      post(path + "/resume", "portal", R"({"step":"verifikasi","note":"terlampir"})");
  EXPECT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(object(answered).at("sla").at("status"), "on_track");
}

TEST_F(Routes, TheListIsPagedAndFiltered) {
  for (int i = 0; i < 3; ++i) {
    json::object body = json::parse(kSubmission).as_object();
    body["external_id"] = "web-" + std::to_string(i);
    ASSERT_EQ(post("/permits", i == 2 ? "kios" : "portal", json::serialize(body)).status, 201);
  }
  const json::object first = object(get("/permits?limit=2", "dasbor"));
  EXPECT_EQ(first.at("items").as_array().size(), 2U);
  const json::object second = object(
      get("/permits?limit=2&cursor=" + std::string(first.at("next_cursor").as_string()), "dasbor"));
  EXPECT_EQ(second.at("items").as_array().size(), 1U);
  EXPECT_EQ(second.at("next_cursor"), nullptr);
  const auto count = [&](const std::string& query, const std::string& who) {
    return object(get("/permits" + (query.empty() ? "" : "?" + query), who))
        .at("items")
        .as_array()
        .size();
  };
  EXPECT_EQ(count("", "portal"), 2U);
  EXPECT_EQ(count("external_id=web-2", "portal"), 0U);
  EXPECT_EQ(count("external_id=web-2", "fo"), 1U);
  EXPECT_EQ(count("step=verifikasi&role=front_office&state=active&sop=paud", "fo"), 3U);
  EXPECT_EQ(count("q=melati", "fo"), 3U);
  EXPECT_EQ(count("sla=overdue", "fo"), 0U);
  time_is("2026-04-02T14:11:00+08:00");
  EXPECT_EQ(count("sla=overdue", "fo"), 3U);
  EXPECT_EQ(get("/permits?status=active", "fo").status, 400);
}

TEST_F(Routes, TheInboxHoldsWhatTheOfficerMayDoToday) {
  const std::string id = submitted();
  const json::object task = object(get("/tasks", "fo")).at("items").at(0).as_object();
  EXPECT_EQ(task.at("id").as_string(), id);
  EXPECT_EQ(task.at("step"), "verifikasi");
  EXPECT_EQ(task.at("actions"), (json::value{"accept", "reject"}));
  EXPECT_TRUE(object(get("/tasks", "bo")).at("items").as_array().empty());
  EXPECT_EQ(get("/tasks", "portal").status, 403);
}

TEST_F(Routes, WhereNobodyIsOnDutyTheNextSuperiorHasTheTask) {
  submitted();
  EXPECT_TRUE(object(get("/tasks", "kb")).at("items").as_array().empty());
  test::await(io_, go_on_leave(database_, "fo"));
  EXPECT_EQ(object(get("/tasks", "kb")).at("items").as_array().size(), 1U);
}

TEST_F(Routes, AnOfficerWhoLeftReadsNothing) {
  EXPECT_EQ(get("/permits", "bo").status, 200);
  test::await(io_, leave_service(database_, "bo"));
  EXPECT_EQ(get("/permits", "bo").status, 401);
}

TEST_F(Routes, FilesAreKeptUnderTheirHashAndNamedByDocuments) {
  const std::string hash = store::hex(store::sha256("isi berkas"));
  const std::string missing = R"({"sop":"paud","subject":"x","applicant":{"name":"Siti"},
    "documents":[{"kind":"persyaratan_izin_paud","uri":"tenggat:)" +
                              hash + R"("}]})";
  const Response refused = post("/permits", "portal", missing);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(object(refused).at("errors").at(0).at("pointer"), "/documents/0/uri");

  for (int times = 0; times < 2; ++times) {
    const Response stored = post("/files", "portal", "isi berkas", "file-1");
    EXPECT_EQ(stored.status, 201);
    EXPECT_EQ(
        object(stored),
        (json::value{{"uri", "tenggat:" + hash}, {"sha256", hash}, {"size", 10}}).as_object());
  }
  EXPECT_EQ(post("/files", "portal", "isi lain", "file-1").status, 422);
  EXPECT_EQ(post("/permits", "portal", missing).status, 201);

  const Response file = get("/files/" + hash, "fo");
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, "isi berkas");
  EXPECT_EQ(file.content_type, "application/octet-stream");
  EXPECT_TRUE(file.headers.get("Content-Disposition")->starts_with("attachment"));
  EXPECT_EQ(get("/files/" + hash, "dasbor").status, 403);
  EXPECT_EQ(get("/files/" + std::string(64, '0'), "fo").status, 404);
  EXPECT_EQ(get("/files/x", "fo").status, 404);
}

TEST_F(Routes, TheRulesInForceAreShownWithTheirVersion) {
  const json::object list = object(get("/sops", "kios"));
  EXPECT_EQ(list.at("items").at(0).at("id"), "paud");
  const json::object sop = object(get("/sops/paud", "dasbor"));
  EXPECT_EQ(sop.at("version").as_string().size(), 64U);
  EXPECT_EQ(sop.at("steps").as_array().size(), 9U);
  EXPECT_EQ(get("/sops/imb", "dasbor").status, 404);
  EXPECT_EQ(get("/sops", "").status, 401);
}

TEST_F(Routes, TheTimelineProvesWhatTheClockSays) {
  const std::string path = "/permits/" + submitted();
  time_is("2026-04-02T14:05:00+08:00");
  post(path + "/actions", "fo", R"({"step":"verifikasi","action":"accept","note":"lengkap"})");
  time_is("2026-04-06T07:35:00+08:00");
  const json::object story = object(get(path + "/timeline", "kd"));
  EXPECT_EQ(story.at("visits").as_array().size(), 3U);
  EXPECT_EQ(story.at("notes").at(0).at("text"), "lengkap");
  const json::value& proof = story.at("proof").at("visits").as_array().back();
  EXPECT_EQ(proof.at("visit"), "penerimaan#1");
  std::int64_t counted = 0;
  for (const json::value& day : proof.at("days").as_array())
    counted += day.at("counted_seconds").as_int64();
  EXPECT_EQ(story.at("visits").as_array().back().at("sla").at("elapsed_seconds"), counted);
  EXPECT_EQ(object(get(path + "/timeline", "dasbor")).at("notes").at(0).at("text"), nullptr);
  EXPECT_EQ(get(path + "/timeline", "portal").status, 403);
}

}  // namespace
}  // namespace tenggat::http
