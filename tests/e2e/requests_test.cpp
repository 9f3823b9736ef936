// Requests as the log and other people's software see them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

class RequestsTest : public PagesTest {
 protected:
  RequestsTest() {
    // Reads, too, are logged for whoever asks for them.
    const auto file = office_.daemon().directory() / "tenggat.yaml";
    std::string text = read_file(file);
    write_file(file, text.replace(text.find("level: info"), 11, "level: debug"));
    office_.stop_daemon();
    office_.start_daemon();
    for (const char* officer : {"fo", "bo"})
      tokens_[officer] = office_.daemon().new_token({"--officer", officer});
    tokens_["portal"] =
        office_.daemon().new_token({"--service", "portal", "--scope", "intake,act"});
    tokens_["pengurus"] = office_.daemon().new_token({"--service", "pengurus", "--scope", "admin"});
  }

  std::string bearer(const std::string& as) {
    return "Authorization: Bearer " + tokens_.at(as) + "\r\n";
  }
  WebPage api(const std::string& method, const std::string& path, const std::string& as,
              const std::string& body = "") {
    Browser browser = this->browser();
    return browser.request(method, "/api/v1" + path,
                           (as.empty() ? "" : bearer(as)) + "Content-Type: application/json\r\n",
                           body);
  }
  // The one line of the log about this answer.
  boost::json::object logged(const WebPage& answer) {
    const std::string id = answer.header("X-Request-Id");
    EXPECT_FALSE(id.empty()) << answer.head;
    std::vector<boost::json::object> found;
    std::istringstream log(office_.daemon_log());
    for (std::string line; std::getline(log, line);)
      if (line.find("\"request_id\":\"" + id + '"') != std::string::npos &&
          line.find("\"event\":\"request\"") != std::string::npos)
        found.push_back(boost::json::parse(line).as_object());
    EXPECT_EQ(found.size(), 1U) << answer.head << answer.body;
    return found.size() == 1 ? found.front() : boost::json::object();
  }
  void expect_logged(const WebPage& answer, const std::string& level, const std::string& route,
                     const std::string& actor, const std::string& permit = "-") {
    const boost::json::object line = logged(answer);
    if (line.empty()) return;
    const auto text = [&](const char* name) { return std::string(line.at(name).as_string()); };
    EXPECT_EQ(text("level"), level) << boost::json::serialize(line);
    EXPECT_EQ(text("route"), route) << boost::json::serialize(line);
    EXPECT_EQ(text("status"), std::to_string(answer.status));
    EXPECT_EQ(text("actor"), actor) << route;
    EXPECT_EQ(text("permit"), permit) << route;
    EXPECT_TRUE(std::regex_match(text("duration"), std::regex("[0-9]+\\.[0-9]{6}")));
  }
  std::map<std::string, std::string> tokens_;

  std::string id_of(const File& file) {
    return office_.query("SELECT id FROM permit WHERE number = '" + file.number + "'");
  }
};

TEST_F(RequestsTest, AnyAnswersIdIsFoundInTheLog) {
  const File file = submitted();
  const std::string id = id_of(file);
  const std::string accept = R"({"step":"verifikasi","action":"accept"})";
  const std::string submission =
      R"({"sop":"paud","subject":"PAUD Mawar","applicant":{"name":"Siti"},)"
      R"("documents":[{"kind":"persyaratan_izin_paud","uri":"https://a.example/1"}]})";

  const WebPage made = api("POST", "/permits", "portal", submission);
  ASSERT_EQ(made.status, 201) << made.body;
  expect_logged(made, "info", "permit_create", "service:portal",
                std::string(boost::json::parse(made.body).at("id").as_string()));
  expect_logged(api("GET", "/permits/" + file.number, "fo"), "debug", "permit_show", "officer:fo",
                id);
  expect_logged(api("GET", "/permits?q=x", "portal"), "debug", "permit_list", "service:portal");
  expect_logged(api("POST", "/permits/" + id + "/actions", "bo", accept), "info", "permit_action",
                "officer:bo", id);  // 403
  expect_logged(api("POST", "/permits/" + file.number + "/actions", "fo", accept), "info",
                "permit_action", "officer:fo", id);
  expect_logged(api("POST", "/permits/" + id + "/claim", "portal",
                    R"({"step":"penerimaan","on_behalf_of":"bo"})"),
                "info", "permit_claim", "officer:bo via service:portal", id);
  expect_logged(api("GET", "/permits/" + id, ""), "debug", "permit_show", "-");  // 401
  expect_logged(api("GET", "/nothing", "fo"), "debug", "-", "-");                // 404
  expect_logged(api("DELETE", "/permits", "portal"), "info", "-", "-");          // 405
  expect_logged(api("POST", "/hooks/whatsapp/fonnte/rahasia", "", "{}"), "info",
                "whatsapp_receipt_by_path", "-");

  Browser applicant = browser();
  const WebPage tracking = applicant.get(file.path);
  expect_logged(tracking, "debug", "page_track", "applicant", id);
  expect_logged(applicant.press(tracking, "withdraw"), "info", "page_track_act", "applicant", id);
  Browser officer = signed_in("kd");
  expect_logged(officer.get("/permohonan/" + file.number), "debug", "page_permit", "officer:kd",
                id);
  expect_logged(officer.request("POST", "/tugas", "", "aksi=cuti"), "info", "page_tasks_act",
                "officer:kd");                                         // 403: no form of ours
  expect_logged(applicant.get("/tugas"), "debug", "page_tasks", "-");  // to sign in

  Browser malformed = browser();
  expect_logged(malformed.request("GET", "/%zz"), "debug", "-", "-");  // 400
  expect_logged(malformed.request("BREW", "/"), "debug", "-", "-");    // 501
  Browser admin(office_.daemon().admin_port());
  expect_logged(admin.get("/livez"), "debug", "livez", "-");
  expect_logged(admin.get("/nothing"), "debug", "-", "-");

  const std::string log = office_.daemon_log();
  EXPECT_EQ(log.find(file.path), std::string::npos) << "a tracking secret";
  EXPECT_EQ(log.find(file.path.substr(file.path.rfind('/') + 1)), std::string::npos);
  EXPECT_EQ(log.find("rahasia"), std::string::npos) << "a hook's key";
}

TEST_F(RequestsTest, TheIdIsOursWhateverACallerSends) {
  const std::string forged = "deadbeef-1";
  Browser browser = this->browser();
  const WebPage answer = browser.request("GET", "/masuk", "X-Request-Id: " + forged + "\r\n");
  EXPECT_NE(answer.header("X-Request-Id"), forged);
  expect_logged(answer, "debug", "page_sign_in", "-");
  EXPECT_EQ(office_.daemon_log().find(forged), std::string::npos);
}

TEST_F(RequestsTest, AForeignCookieDoesNotBreakThePages) {
  const File file = submitted();
  for (const char* cookie : {"nama=Kec. Cémpaka", "tema=\xff\xfe"}) {
    Browser applicant = browser();
    applicant.cookies()["lain"] = cookie;
    const WebPage page = applicant.get(file.path);
    EXPECT_EQ(page.status, 200) << cookie << page.body;
    Browser officer = signed_in("fo");
    officer.cookies()["lain"] = cookie;
    EXPECT_EQ(officer.get("/tugas").status, 200) << cookie;
  }
  // Nor does any other field that is nobody's.
  EXPECT_EQ(browser().request("GET", "/masuk", "X-Kota: Banjarbaru \xe2\x80\x93 Kalsel\r\n").status,
            200);
  EXPECT_EQ(browser().request("GET", "/masuk", "Accept-Language: \xff, id\r\n").status, 200);
}

TEST_F(RequestsTest, WhatWasPastedWithItsLineEndIsLookedFor) {
  const File file = submitted("PAUD Melati", "Siti Aminah");
  const auto found = [&](const std::string& q) {
    const WebPage answer = api("GET", "/permits?q=" + q, "portal");
    EXPECT_EQ(answer.status, 200) << q << answer.body;
    return answer.status == 200 ? boost::json::parse(answer.body).at("items").as_array().size()
                                : 99;
  };
  EXPECT_EQ(found("Siti%20Aminah%0A"), 1U);
  EXPECT_EQ(found("%0D%0ASiti%0D%0AAminah"), 1U);
  EXPECT_EQ(found("%0A"), 1U);  // as if nothing had been typed
  EXPECT_EQ(found("Tono%0A"), 0U);
  EXPECT_EQ(found("%01%7F"), 1U);
  Browser officer = signed_in("fo");
  const WebPage page = officer.get("/cari?q=" + file.number + "%0A");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.says("PAUD Melati")) << page.body;
  EXPECT_TRUE(officer.get("/cari?q=" + id_of(file)).says("PAUD Melati"));
}

TEST_F(RequestsTest, APermitIsNamedByIdOrNumber) {
  const File file = submitted();
  submitted("PAUD Anggrek");
  const std::string id = id_of(file);
  for (const std::string& named : {id, file.number}) {
    const CommandResult audit = office_.tenggat({"audit", "verify", named});
    EXPECT_EQ(audit.status, 0) << audit.err;
    EXPECT_EQ(audit.out, office_.tenggat({"audit", "verify", file.number}).out);
    EXPECT_TRUE(audit.out.starts_with("1 permits, ")) << audit.out;
    const CommandResult dossier = office_.tenggat({"permit", "dossier", named});
    EXPECT_EQ(dossier.status, 0) << dossier.err;
    EXPECT_NE(dossier.out.find(file.number), std::string::npos);
    const CommandResult silenced =
        office_.tenggat({"silence", "add", "--permit", named, "--by", "uji", "--why", "uji",
                         "--until", "2026-04-03T10:00:00+08:00"});
    EXPECT_EQ(silenced.status, 0) << silenced.err;
    EXPECT_EQ(office_.tenggat({"permit", "migrate", named, "--sop", "paud", "--preview"}).status,
              0);
    EXPECT_EQ(office_.tenggat({"permit", "show", named}, "portal").status, 0);
    EXPECT_EQ(office_.tenggat({"why", named}, "fo").status, 0);
  }
  EXPECT_EQ(office_.query("SELECT count(DISTINCT subject) FROM silence"), "1");
  for (const char* nobody : {"12345", "PAUD-2026-99999", "0", "-1"}) {
    EXPECT_EQ(office_.tenggat({"audit", "verify", "--", nobody}).status, 1) << nobody;
    EXPECT_EQ(office_.tenggat({"permit", "dossier", "--", nobody}).status, 1) << nobody;
  }
}

TEST_F(RequestsTest, TheTypeOfAProblemLeadsToWhatItMeans) {
  const WebPage refused = api("GET", "/permits/1", "fo");
  const std::string type(boost::json::parse(refused.body).at("type").as_string());
  EXPECT_EQ(type, "/problems/not_found");
  const WebPage page = browser().get(type);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.says("Tidak ada apa pun di alamat ini")) << page.body;
  EXPECT_TRUE(page.says("There is nothing at this address")) << page.body;
  EXPECT_EQ(browser().get("/problems/no_such").status, 404);
  EXPECT_EQ(browser().get("/problems/%3Cscript%3E").status, 404);
}

TEST_F(RequestsTest, WhatACallNeedsIsNotLeftOut) {
  for (const char* path : {"/officers/fo", "/officers", "/officers/fo/leaves", "/delegations"})
    EXPECT_EQ(api("POST", path, "pengurus").status, 400) << path;
  EXPECT_EQ(api("POST", "/permits", "portal").status, 400);
  EXPECT_EQ(api("POST", "/messages/1/retry", "pengurus").status, 404);  // needs none
  for (const char* query : {"sla=", "state=", "sop=", "step=", "role=", "external_id=", "cursor=",
                            "limit=", "updated_after="})
    EXPECT_EQ(api("GET", std::string("/permits?") + query, "portal").status, 400) << query;
  EXPECT_EQ(api("GET", "/notices?state=", "pengurus").status, 400);
}

TEST_F(RequestsTest, ARefusalThatMissesNothingDoesNotSaySo) {
  const File file = submitted();
  const CommandResult unknown =
      office_.tenggat({"permit", "act", file.number, "leap", "--step", "verifikasi"}, "fo");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_EQ(unknown.err.find("missing"), std::string::npos) << unknown.err;
  const CommandResult note =
      office_.tenggat({"permit", "act", file.number, "reject", "--step", "verifikasi"}, "fo");
  EXPECT_NE(note.err.find("missing:\n  note"), std::string::npos) << note.err;
}

}  // namespace
}  // namespace tenggat::test
