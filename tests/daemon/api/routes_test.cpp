// The API's routes on a real PostgreSQL, from the router to the rows; no socket.
#include "daemon/store/retention.h"
#include "tests/daemon/api/routes_fixture.h"

namespace tenggat::http {
namespace {

awaitable<void> go_on_leave(std::string conninfo, std::string officer) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  const Leave april{"2026-04-01", "2026-04-30"};
  co_await store::add_leave(db, store::By::system(), officer, april);
}

awaitable<void> leave_service(std::string conninfo, std::string officer) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::end_officer(db, store::By::system(), officer, "2026-04-02");
}

// Holds a permit as whoever acts on it does.
awaitable<std::shared_ptr<pg::Connection>> begin_to_act(std::string conninfo, std::string permit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await db.query("BEGIN");
  co_await db.query("SELECT FROM permit WHERE id = $1::bigint FOR UPDATE", permit);
  co_return std::make_shared<pg::Connection>(std::move(db));
}
awaitable<void> forget(std::string conninfo, int limit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::forget_answers(db, std::chrono::days{7}, limit);
}
awaitable<void> end_acting(std::shared_ptr<pg::Connection> db) { co_await db->query("COMMIT"); }

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
  EXPECT_EQ(post("/permits/0/claim", "fo", R"({"step":"verifikasi"})").status, 404);
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

TEST_F(Routes, AnswersAreKeptForSevenDays) {
  for (const char* key : {"a", "b", "c", "d"})
    post("/files", "portal", std::string("%PDF isi ") + key, key);
  query(
      "UPDATE idempotency SET created_at = clock_timestamp() - CASE key WHEN 'a' THEN interval"
      " '167 hours' ELSE interval '169 hours' END WHERE key <> 'b'");
  test::await(io_, forget(database_, 1));
  EXPECT_EQ(query("SELECT count(*) FROM idempotency"), "3");
  test::await(io_, forget(database_, 10));
  EXPECT_EQ(query("SELECT string_agg(key, '' ORDER BY key) FROM idempotency"), "ab");
  EXPECT_EQ(post("/files", "portal", "%PDF isi lain", "a").status, 422);
  EXPECT_EQ(post("/files", "portal", "%PDF isi lain", "c").status, 201);
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

TEST_F(Routes, WhereTheHolderDraftedTheNextSuperiorHasTheTaskToo) {
  query("INSERT INTO officer_role VALUES ('bo', 'kabid_perizinan')");
  query("DELETE FROM officer_role WHERE officer = 'kb'");
  const std::string path = "/permits/" + submitted() + "/actions";
  const auto act = [&](const char* who, const char* body) {
    EXPECT_EQ(post(path, who, body).status, 200) << body;
  };
  act("fo", R"({"step":"verifikasi","action":"accept"})");
  act("bo", R"({"step":"penerimaan","action":"forward"})");
  act("dt", R"({"step":"kajian_teknis","action":"recommend","documents":[
      {"kind":"bapl","uri":"https://b.example/1"},
      {"kind":"rekomendasi","uri":"https://b.example/2"}]})");
  EXPECT_TRUE(object(get("/tasks", "s")).at("items").as_array().empty());
  act("bo", R"({"step":"penyusunan_sk","action":"draft",
      "documents":[{"kind":"draft_sk","uri":"https://b.example/3"}]})");
  for (const char* who : {"bo", "s"})
    EXPECT_EQ(object(get("/tasks", who)).at("items").as_array().size(), 1U) << who;
}

TEST_F(Routes, AnOfficerWhoLeftReadsNothing) {
  EXPECT_EQ(get("/permits", "bo").status, 200);
  test::await(io_, leave_service(database_, "bo"));
  EXPECT_EQ(get("/permits", "bo").status, 401);
}

TEST_F(Routes, FilesAreKeptUnderTheirHashAndNamedByDocuments) {
  const std::string hash = store::hex(store::sha256("%PDF-1.7 isi berkas"));
  const std::string missing = R"({"sop":"paud","subject":"x","applicant":{"name":"Siti"},
    "documents":[{"kind":"persyaratan_izin_paud","uri":"tenggat:)" +
                              hash + R"("}]})";
  const Response refused = post("/permits", "portal", missing);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(object(refused).at("errors").at(0).at("pointer"), "/documents/0/uri");

  for (int times = 0; times < 2; ++times) {
    const Response stored = post("/files", "portal", "%PDF-1.7 isi berkas", "file-1");
    EXPECT_EQ(stored.status, 201);
    EXPECT_EQ(
        object(stored),
        (json::value{{"uri", "tenggat:" + hash}, {"sha256", hash}, {"size", 19}}).as_object());
  }
  EXPECT_EQ(post("/files", "portal", "%PDF isi lain", "file-1").status, 422);
  EXPECT_EQ(post("/permits", "portal", missing).status, 201);

  const Response file = get("/files/" + hash, "fo");
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, "%PDF-1.7 isi berkas");
  EXPECT_EQ(file.content_type, "application/pdf");
  EXPECT_EQ(file.headers.get("Content-Disposition"), "inline; filename=\"" + hash.substr(0, 16) +
                                                         ".pdf\"; filename*=UTF-8''" +
                                                         hash.substr(0, 16) + ".pdf");
  // Whatever its sender calls it, it is what its bytes are.
  const Response refused_type = post("/files", "portal", "<html>isi</html>");
  EXPECT_EQ(refused_type.status, 415);
  EXPECT_EQ(object(refused_type).at("type"), "/problems/unsupported_media_type");
  EXPECT_NE(refused_type.body.find("PDF, JPEG, PNG, DOCX, XLSX, ODT or ODS"), std::string::npos);
  EXPECT_EQ(query("SELECT count(*) FROM file"), "1");
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

// --- what has changed since ----------------------------------------------------------------------

class Events : public Routes {
 protected:
  json::object page(const std::string& after, const std::string& who, int limit = 50) {
    std::string target = "/events?limit=" + std::to_string(limit);
    if (!after.empty()) target += "&after=" + after;
    const Response response = get(target, who);
    EXPECT_EQ(response.status, 200) << target << response.body;
    return object(response);
  }
  // "pengajuan#1 submit verifikasi active", one an event.
  std::vector<std::string> said(const json::object& page) {
    std::vector<std::string> lines;
    for (const json::value& item : page.at("items").as_array()) {
      const json::object& data = item.at("data").as_object();
      std::string line;
      for (const char* name : {"visit", "action", "step", "state", "pause"})
        if (data.at(name).is_string())
          line += (line.empty() ? "" : " ") + std::string(data.at(name).as_string());
      lines.push_back(line);
    }
    return lines;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(Events, AChangeCountsOnceItsUndoWindowIsOverAndNotWhenItWasTakenBack) {
  const std::string path = "/permits/" + submitted();  // at 14:00:00
  EXPECT_TRUE(page("", "dasbor").at("items").as_array().empty());
  EXPECT_TRUE(page("", "dasbor").at("next_cursor").is_null());
  time_is("2026-04-02T14:01:59+08:00");
  EXPECT_TRUE(page("", "dasbor").at("items").as_array().empty());
  time_is("2026-04-02T14:02:00+08:00");
  const json::object first = page("", "dasbor");
  EXPECT_EQ(said(first), (Lines{"pengajuan#1 submit verifikasi active"}));
  const json::value& event = first.at("items").at(0);
  EXPECT_EQ(event.at("type"), "permit.changed");
  EXPECT_EQ(event.at("version"), 1);
  EXPECT_EQ(event.at("timestamp"), "2026-04-02T14:00:00+08:00");
  EXPECT_EQ(event.at("data").at("external_id"), "web-17");
  EXPECT_EQ(first.at("next_cursor"), event.at("id"));
  const std::string cursor(first.at("next_cursor").as_string());

  post(path + "/actions", "fo", R"({"step":"verifikasi","action":"accept"})");
  time_is("2026-04-02T14:03:00+08:00");
  EXPECT_EQ(post(path + "/undo", "fo", "").status, 200);
  time_is("2026-04-02T14:10:00+08:00");
  const json::object undone = page(cursor, "dasbor");
  EXPECT_TRUE(undone.at("items").as_array().empty());
  EXPECT_EQ(undone.at("next_cursor").as_string(), cursor);  // it never came to count

  post(path + "/pause", "fo",
       R"({"step":"verifikasi","reason":"klarifikasi_pemohon","note":"mohon denah"})");
  post(path + "/resume", "portal", R"({"step":"verifikasi","note":"terlampir"})");
  post(
      path + "/actions", "fo",
      R"({"step":"verifikasi","action":"reject","note":"buram","occurred_at":"2026-04-02T14:09:00+08:00"})");
  post(path + "/actions", "portal", R"({"action":"withdraw"})");
  time_is("2026-04-02T14:20:00+08:00");
  const json::object rest = page(cursor, "dasbor");
  EXPECT_EQ(said(rest),
            (Lines{"verifikasi#1 klarifikasi_pemohon", "verifikasi#1 klarifikasi_pemohon",
                   "verifikasi#1 reject pengajuan returned", "withdraw withdrawn"}));
  EXPECT_EQ(rest.at("items").at(0).at("type"), "permit.paused");
  EXPECT_EQ(rest.at("items").at(1).at("type"), "permit.resumed");
  EXPECT_EQ(rest.at("items").at(2).at("data").at("occurred_at"), "2026-04-02T14:09:00+08:00");
  // Nothing anybody has typed, nor whose it is.
  const std::string text = json::serialize(rest) + json::serialize(first);
  for (const char* secret :
       {"Siti", "6281234567890", "Melati", "buram", "denah", "terlampir", "fo\""})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  EXPECT_EQ(page(std::string(rest.at("next_cursor").as_string()), "dasbor").at("next_cursor"),
            rest.at("next_cursor"));
}

TEST_F(Events, PagesOfAnySizeGiveEachChangeOnceAndInOrder) {
  for (int i = 0; i < 5; ++i) {
    json::object body = json::parse(kSubmission).as_object();
    body["external_id"] = "web-" + std::to_string(i);
    const std::string id(
        object(post("/permits", "portal", json::serialize(body))).at("id").as_string());
    post("/permits/" + id + "/actions", "fo", R"({"step":"verifikasi","action":"accept"})");
  }
  time_is("2026-04-02T15:00:00+08:00");
  const json::array all = page("", "dasbor").at("items").as_array();
  ASSERT_EQ(all.size(), 10U);
  for (const int limit : {1, 3, 10}) {
    json::array seen;
    std::string cursor;
    for (int pages = 0; pages < 20; ++pages) {
      const json::object one = page(cursor, "dasbor", limit);
      for (const json::value& item : one.at("items").as_array()) seen.push_back(item);
      cursor = one.at("next_cursor").as_string().c_str();
      if (!one.at("more").as_bool()) break;
    }
    EXPECT_EQ(seen, all) << limit;
  }
}

TEST_F(Events, AServiceFollowsWhatItHandedInAndOfficersAskElsewhere) {
  submitted();
  time_is("2026-04-02T15:00:00+08:00");
  EXPECT_EQ(page("", "portal").at("items").as_array().size(), 1U);
  EXPECT_TRUE(page("", "kios").at("items").as_array().empty());
  EXPECT_FALSE(page("", "kios").at("next_cursor").is_null());
  for (const char* who : {"fo", "meja", "pengurus"}) EXPECT_EQ(get("/events", who).status, 403);
  for (const char* cursor : {"", "e", "k0000000000000001", "e1-2", "e1-2-3-4", "e01-2-3", "e1-2-3 ",
                             "e-1-2-3", "e1--2-3", "effffffffffffffff-1-1", "e3afff4417f0-1-1"})
    EXPECT_EQ(get(std::string("/events?after=") +
                      (cursor == std::string("e1-2-3 ") ? "e1-2-3%20" : cursor),
                  "dasbor")
                  .status,
              400)
        << cursor;
}

// Who acts on the permit may be taking the change back.
TEST_F(Events, AChangeWaitsForWhoeverActsOnItsPermit) {
  const std::string id = submitted();
  time_is("2026-04-02T14:02:00+08:00");
  const auto other = test::await(io_, begin_to_act(database_, id));
  EXPECT_TRUE(page("", "dasbor").at("items").as_array().empty());
  test::await(io_, end_acting(other));
  EXPECT_EQ(page("", "dasbor").at("items").as_array().size(), 1U);
}

// What comes to count later has a later place, whatever its event's time.
TEST_F(Events, AreInTheOrderInWhichTheyCameToCountThoughTheClockBeSetBack) {
  submitted();
  time_is("2026-04-02T22:00:00+08:00");
  const std::string cursor(page("", "dasbor").at("next_cursor").as_string());
  query("UPDATE simulated_clock SET start_at = '2026-04-02T13:00:00+08:00'");
  json::object body = json::parse(kSubmission).as_object();
  body["external_id"] = "web-18";
  EXPECT_EQ(post("/permits", "portal", json::serialize(body)).status, 201);
  time_is("2026-04-02T13:02:00+08:00");
  const json::array later = page(cursor, "dasbor").at("items").as_array();
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later.at(0).at("timestamp"), "2026-04-02T13:00:00+08:00");
  EXPECT_EQ(page("", "dasbor").at("items").as_array().size(), 2U);
}

// --- how often
// ------------------------------------------------------------------------------------

TEST_F(Routes, ATokenIsHeldToItsPaceAndOthersAreNot) {
  requests_.allow(3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/sops", "dasbor").status, 200);
  const Response over = get("/sops", "dasbor");
  EXPECT_EQ(over.status, 429);
  const int wait = std::stoi(std::string(over.headers.get("Retry-After").value_or("0")));
  EXPECT_GE(wait, 1);
  EXPECT_LE(wait, 20);
  EXPECT_EQ(object(over).at("type"), "/problems/too_many_requests");
  EXPECT_EQ(get("/sops", "fo").status, 200);
  // A service's other token has a pace of its own, one that is refused counts as well.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/officers", "meja").status, 403);
  EXPECT_EQ(get("/officers", "meja").status, 429);
}

TEST_F(Routes, WhoGuessesTokensIsStoppedByAddressAndHoldersThereAreNotKeptOut) {
  door_.allow(3);
  const auto from = [&](const std::string& address, const std::string& who) {
    Request request = request_of("GET", "/api/v1/sops", who);
    request.remote_address = address;
    return test::await(io_, router_->handle(std::move(request)));
  };
  secrets_["guess"] = store::new_token_secret();
  EXPECT_EQ(from("2001:db8::1", "guess").status, 401);
  EXPECT_EQ(from("2001:db8::2", "").status, 401);  // of the same network
  EXPECT_EQ(from("2001:db8::3", "guess").status, 401);
  const Response over = from("2001:db8::4", "guess");
  EXPECT_EQ(over.status, 429);
  EXPECT_TRUE(over.headers.get("Retry-After"));
  EXPECT_EQ(from("2001:db8:0:1::1", "guess").status, 401);
  EXPECT_EQ(from("2001:db8::4", "fo").status, 200);
  // Also one that was made a moment ago, which the daemon has not seen yet.
  secrets_["new"] = store::new_token_secret();
  query("INSERT INTO token (hash, service, scopes) VALUES (decode('" +
        store::hex(store::token_hash(secrets_["new"])) + "', 'hex'), 'dasbor', '{read}')");
  EXPECT_EQ(from("2001:db8::4", "new").status, 200);
}

TEST_F(Routes, TwoTokensOfAServiceWorkWhileOneReplacesTheOtherAndARevokedOneDoesNot) {
  secrets_["new"] = store::new_token_secret();
  query("INSERT INTO token (hash, service, scopes) VALUES (decode('" +
        store::hex(store::token_hash(secrets_["new"])) + "', 'hex'), 'portal', '{intake}')");
  const std::string path = "/permits/" + submitted();
  EXPECT_EQ(get(path, "new").status, 200);
  EXPECT_EQ(get(path, "portal").status, 200);
  query(
      "UPDATE token SET revoked_at = clock_timestamp() WHERE service = 'portal' AND id <> (SELECT"
      " max(id) FROM token)");
  EXPECT_EQ(get(path, "portal").status, 401);
  EXPECT_EQ(get(path, "new").status, 200);
  query("UPDATE token SET expires_at = clock_timestamp() WHERE id = (SELECT max(id) FROM token)");
  EXPECT_EQ(get(path, "new").status, 401);
}

TEST_F(Routes, ATokensLastUseIsNotedOnceAnHour) {
  get("/sops", "dasbor");
  const std::string when =
      "SELECT used_at FROM token_use JOIN token ON id = token WHERE service = 'dasbor'";
  const std::string first = query(when);
  EXPECT_NE(first, "");
  get("/sops", "dasbor");
  EXPECT_EQ(query(when), first);
  EXPECT_EQ(query("SELECT count(*) FROM token_use"), "1");
  EXPECT_EQ(query("SELECT version FROM change_mark WHERE name = 'tokens'"),
            query("SELECT count(*) + 1 FROM token"));  // nobody reads the tokens again for it
}

// --- bodies that are none
// -------------------------------------------------------------------------

TEST_F(Routes, ABodyThatIsNoneChangesNothing) {
  const std::string permit = "/permits/" + submitted();
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"/permits", "portal"},
      {permit + "/actions", "fo"},
      {permit + "/undo", "fo"},
      {permit + "/claim", "fo"},
      {permit + "/release", "fo"},
      {permit + "/pause", "fo"},
      {permit + "/resume", "fo"},
      {"/officers", "pengurus"},
      {"/officers/fo", "pengurus"},
      {"/officers/fo/leaves", "pengurus"},
      {"/delegations", "pengurus"},
      {"/delegations/1/end", "pengurus"},
      {"/messages/1/retry", "pengurus"},
      {"/messages/1/discard", "pengurus"}};
  std::string deep, wide = "{", much;
  for (int i = 0; i < 40; ++i) deep += R"({"a":)";
  for (int i = 0; i < 300; ++i) wide += "\"k" + std::to_string(i) + "\":1,";
  const std::vector<std::string> bodies = {
      "{",
      "}",
      "{}{}",
      "[",
      "[1",
      "nul",
      "{\"step\"}",
      "{\"step\":}",
      "{\"step\":\"a\",}",
      "{,}",
      "{'step':'a'}",
      "{step:1}",
      "{\"step\":1,}",
      "{\"step\":01}",
      "{\"step\":+1}",
      "{\"step\":.5}",
      "{\"step\":1e}",
      "{\"step\":NaN}",
      "{\"step\":Infinity}",
      "{\"step\":1e999}",
      "{\"step\":\"a\nb\"}",
      "{\"step\":\"\\x\"}",
      "{\"step\":\"\\u12\"}",
      "{\"step\":\"\\u0000\"}",
      "{\"step\":\"\\ud800\"}",
      "{\"step\":\"\\udc00\\ud800\"}",
      "{\"step\":\"\xff\"}",
      "{\"step\":\"\xc0\xaf\"}",
      "{\"step\":\"\xed\xa0\x80\"}",
      std::string("{\"step\":\"\0\"}", 12),
      std::string("{}\0", 3),
      "\xef\xbb\xbf{}",
      "{\"step\":\"verifikasi\",\"step\":\"verifikasi\"}",
      "{\"action\":\"accept\",\"step\":\"a\",\"\\u0073tep\":\"verifikasi\"}",
      "{\"x\":{\"role\":\"a\",\"role\":\"admin\"}}",
      "// a\n{}",
      "{}/**/",
      deep + "1" + std::string(40, '}'),
      std::string(2000, '['),
      wide + "\"z\":1}",
      "null",
      "[]",
      "\"x\"",
      "1",
      "true",
      "{\"unheard_of\":1}",
  };
  const std::string state =
      "SELECT (SELECT count(*) FROM event) || ' ' || (SELECT count(*) FROM idempotency) || ' ' ||"
      " (SELECT count(*) FROM officer) || ' ' || (SELECT count(*) FROM officer_leave) || ' ' ||"
      " (SELECT count(*) FROM delegation) || ' ' || (SELECT count(*) FROM permit)";
  const std::string before = query(state);
  for (const auto& [target, who] : calls) {
    for (const std::string& body : bodies) {
      const int status = post(target, who, body).status;
      EXPECT_TRUE(status == 400 || status == 422) << target << ' ' << body << ' ' << status;
    }
    Request other = request_of("POST", "/api/v1" + target, who, "<step/>");
    other.headers.add("Content-Type", "application/xml");
    EXPECT_EQ(test::await(io_, router_->handle(std::move(other))).status, 415) << target;
  }
  EXPECT_EQ(query(state), before);
}

}  // namespace
}  // namespace tenggat::http
