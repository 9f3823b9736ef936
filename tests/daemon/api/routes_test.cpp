// The API's routes on a real PostgreSQL, from the router to the rows; no socket.
#include "tests/daemon/api/routes_fixture.h"

namespace tenggat::http {
namespace {

awaitable<void> go_on_leave(std::string conninfo, std::string officer) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  const Leave april{"2026-04-01", "2026-04-30"};
  co_await store::add_leave(db, officer, april);
}

awaitable<void> leave_service(std::string conninfo, std::string officer) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::end_officer(db, officer, "2026-04-02");
}

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

TEST_F(Routes, APausesEndIsPutOffWithinItsBounds) {
  const std::string path = "/permits/" + submitted();
  const auto pause = [&](const std::string& until) {
    return post(
        path + "/pause", "fo",
        R"({"step":"verifikasi","reason":"kunjungan_lapangan","until":")" + until + R"("})");
  };
  time_is("2026-04-02T14:05:00+08:00");
  EXPECT_EQ(pause("2026-04-06T10:00:00+08:00").status, 200);
  const Response extended = pause("2026-04-07T10:00:00+08:00");
  EXPECT_EQ(extended.status, 200) << extended.body;
  const json::value shown = object(extended).at("visits").at(0).at("pause");
  EXPECT_EQ(shown.at("until"), "2026-04-07T10:00:00+08:00");
  EXPECT_EQ(shown.at("resumes_at"), "2026-04-07T10:00:00+08:00");
  EXPECT_EQ(shown.at("extensions"), 1);
  EXPECT_EQ(shown.at("waits_for"), "office");
  const Response again = pause("2026-04-08T10:00:00+08:00");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(object(again).at("type"), "/problems/too_many_extensions");

  // Kept through the database, audited, and ended by itself.
  time_is("2026-04-07T10:00:00+08:00");
  post(path + "/claim", "fo", R"({"step":"verifikasi"})");  // what is due happens first
  const json::object story = object(get(path + "/timeline", "kd"));
  EXPECT_EQ(story.at("pauses").at(0).at("extensions"), 1);
  EXPECT_EQ(story.at("pauses").at(0).at("to"), "2026-04-07T10:00:00+08:00");
  std::vector<std::string> types;
  for (const json::value& event : story.at("events").as_array())
    types.emplace_back(event.at("type").as_string());
  EXPECT_EQ(std::count(types.begin(), types.end(), "pause_extended"), 1);
  EXPECT_EQ(story.at("time").at("office").at("wall_seconds"), 417'600);  // 02 14:00 to 07 10:00
  EXPECT_EQ(story.at("visits").as_array().back().at("pause_count"), 1);
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
