// The calls on a service with a form, branches and a bank: what is asked, what is refused and
// where, what is shown, and as whom a service's token acts.
#include <algorithm>

#include "tests/daemon/api/second_service.h"

namespace tenggat::http {
namespace {

class BranchRoutes : public Routes {
 protected:
  BranchRoutes() {
    test::await(io_, put_usaha_in_force(database_));
    const auto make = [&](const char* service, std::vector<std::string> scopes,
                          std::vector<std::string> roles) {
      secrets_[service] =
          test::await(io_, give_roles(database_, service, std::move(scopes), std::move(roles)));
    };
    make("bank", {"act"}, {"bank"});
    make("loket", {"act"}, {"front_office"});
    make("gabungan", {"intake", "act", "read"}, {"bank"});
  }
  std::string submit(const std::string& who = "portal") {
    const Response response = post("/permits", who, kUsahaSubmission);
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(object(response).at("id").as_string());
  }
  Response act(const std::string& id, const std::string& who, const std::string& body) {
    return post("/permits/" + id + "/actions", who, body);
  }
  json::object done(const std::string& id, const std::string& who, const std::string& body) {
    const Response response = act(id, who, body);
    EXPECT_EQ(response.status, 200) << who << ' ' << body << response.body;
    return object(response);
  }
  // "pointer: message" of each error.
  static std::vector<std::string> errors(const Response& response) {
    std::vector<std::string> all;
    const json::object problem = object(response);
    if (!problem.contains("errors")) return {response.body};
    for (const json::value& one : problem.at("errors").as_array())
      all.push_back(std::string(one.at("pointer").as_string()) + ": " +
                    std::string(one.at("message").as_string()));
    return all;
  }
  static std::string code(const Response& response) {
    const std::string type(object(response).at("type").as_string());
    return type.substr(type.rfind('/') + 1);
  }
  static std::vector<std::string> open_steps(const json::object& permit) {
    std::vector<std::string> steps;
    for (const json::value& visit : permit.at("visits").as_array())
      steps.emplace_back(visit.at("step").as_string());
    std::ranges::sort(steps);
    return steps;
  }
  json::object shown(const std::string& id, const std::string& who) {
    return object(get("/permits/" + id, who));
  }
  static json::object offer(const json::object& permit, std::string_view name) {
    for (const json::value& one : permit.at("actions").as_array()) {
      const json::object& it = one.as_object();
      const json::value* action = it.if_contains("action");
      const json::value* reason = it.if_contains("reason");
      if ((action && *action == json::value(name)) || (reason && *reason == json::value(name)))
        return it;
    }
    ADD_FAILURE() << "no offer " << name;
    return {};
  }

  const std::string advise_ =
      R"({"step":"verifikasi","action":"minta_saran","to":["saran_usaha","saran_teknis"]})";
};

TEST_F(BranchRoutes, WhatIsWrongInAFormIsNamedByItsPointerInTheCallersLanguage) {
  json::object body = json::parse(kUsahaSubmission).as_object();
  body["fields"] = json::parse(
      R"({"nik":"637","mulai":"kapan","bentuk":"ud","baru":"ya","retribusi":[1],"warna/~":1})");
  const Response refused = post("/permits", "portal", json::serialize(body));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(code(refused), "invalid_fields");
  EXPECT_EQ(errors(refused),
            (std::vector<std::string>{
                "/fields/baru: must be true or false", "/fields/bentuk: must be one of the choices",
                "/fields/mulai: must be a date, year-month-day: 2026-04-13",
                "/fields/nik: must be as the pattern says: [0-9]{16}",
                "/fields/retribusi: must be a number",
                "/fields/warna~1~0: is no field of this service", "/fields/luas: must be given"}));
  Request again = request_of("POST", "/api/v1/permits", "portal", json::serialize(body));
  again.headers.add("Accept-Language", "id");
  const Response indonesian = test::await(io_, router_->handle(std::move(again)));
  EXPECT_EQ(errors(indonesian).front(), "/fields/baru: harus ya atau tidak");
  EXPECT_EQ(errors(indonesian).back(), "/fields/luas: harus diisi");
  EXPECT_EQ(query("SELECT count(*) FROM permit"), "0");
}

TEST_F(BranchRoutes, AServiceWithoutAFormKeepsWhateverCame) {
  json::object body = json::parse(kSubmission).as_object();
  body["fields"] = json::parse(R"({"kelas":{"a":[1,2]},"nik":"x"})");
  const Response response = post("/permits", "portal", json::serialize(body));
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(object(response).at("fields"), body.at("fields"));
}

TEST_F(BranchRoutes, AFormIsShownToThoseWhoMaySeeTheApplicant) {
  const std::string id = submit();
  const json::value form = json::parse(kUsahaSubmission).at("fields");
  EXPECT_EQ(shown(id, "fo").at("fields"), form);
  EXPECT_EQ(shown(id, "portal").at("fields"), form);
  EXPECT_FALSE(shown(id, "dasbor").contains("fields"));
  const json::object after = done(id, "fo",
                                  R"({"step":"verifikasi","action":"minta_saran",
      "to":["saran_usaha"],"fields":{"luas":99.5,"nik":"6372011234567891"},"checked":["lokasi"]})");
  EXPECT_EQ(after.at("fields").at("luas"), 99.5);
  const json::value submitted =
      object(get("/permits/" + id + "/timeline", "fo")).at("events").at(0);
  EXPECT_EQ(submitted.at("fields").at("field.luas"), "120");
  EXPECT_FALSE(submitted.at("fields").as_object().contains("field.nik"));
  EXPECT_NE(submitted.at("fields").at("personal.nik"), "6372011234567890");
}

TEST_F(BranchRoutes, TheOfficerChoosesWhatOpensAndEachIsAVisit) {
  const std::string id = submit();
  const json::object advise = offer(shown(id, "fo"), "minta_saran");
  EXPECT_EQ(json::serialize(advise.at("branches")),
            R"([{"step":"saran_usaha","name":"Memberi saran"},)"
            R"({"step":"saran_teknis","name":"Memberi saran teknis"}])");
  const json::object before = shown(id, "fo");
  const json::array fields = offer(before, "minta_saran").at("fields").as_array();
  EXPECT_EQ(
      json::serialize(fields.at(0)),
      R"j({"id":"luas","label":"Luas (m²)","kind":"number","required":true,"personal":false,)j"
      R"j("min":1,"max":1000,"pattern":null,"choices":[]})j");
  EXPECT_EQ(offer(before, "minta_saran").at("requirements").as_array().size(), 2U);
  EXPECT_EQ(offer(before, "klarifikasi_pemohon").at("requirement"), true);
  EXPECT_TRUE(shown(id, "dasbor").at("actions").as_array().empty());

  EXPECT_EQ(code(act(id, "fo", R"({"step":"verifikasi","action":"minta_saran"})")),
            "invalid_branches");
  const json::object after = done(id, "fo", advise_);
  EXPECT_EQ(open_steps(after), (std::vector<std::string>{"saran_teknis", "saran_usaha"}));
  const json::value& branch = after.at("visits").at(0).at("branch");
  EXPECT_EQ(branch.at("of"), "verifikasi#1");
  EXPECT_EQ(branch.at("join"), "putusan");
  EXPECT_EQ(open_steps(done(id, "dt", R"({"step":"saran_teknis","action":"jawab"})")),
            std::vector<std::string>{"saran_usaha"});
  const json::object joined = done(id, "bo", R"({"step":"saran_usaha","action":"jawab"})");
  EXPECT_EQ(open_steps(joined), std::vector<std::string>{"putusan"});
  EXPECT_TRUE(joined.at("visits").at(0).at("branch").is_null());
}

TEST_F(BranchRoutes, AReturnOutOfABranchEndsTheOthersWithoutAVerdict) {
  const std::string id = submit();
  done(id, "fo", advise_);
  done(id, "bo", R"({"step":"saran_usaha","action":"ulangi","note":"luas keliru"})");
  const json::object timeline = object(get("/permits/" + id + "/timeline", "fo"));
  const json::array& visits = timeline.at("visits").as_array();
  const auto ended = std::ranges::find_if(
      visits, [](const json::value& visit) { return visit.at("visit") == "saran_teknis#1"; });
  ASSERT_NE(ended, visits.end());
  EXPECT_EQ(ended->at("cancelled"), true);
  EXPECT_EQ(ended->at("action"), "cancelled");
  EXPECT_TRUE(ended->at("verdict").is_null());
  const json::array& events = timeline.at("events").as_array();
  const auto returned = std::find_if(events.rbegin(), events.rend(), [](const json::value& event) {
    return event.at("type") == "acted";
  });
  ASSERT_NE(returned, events.rend());
  EXPECT_EQ(returned->at("fields").at("cancelled.1"), "saran_teknis#1");
  EXPECT_EQ(timeline.at("events").at(2).at("fields").at("branch.2"), "saran_teknis");
}

TEST_F(BranchRoutes, WhoFollowsIsToldOfBranchesAndOfWhatIsNotPersonal) {
  const std::string id = submit();
  done(id, "fo",
       R"({"step":"verifikasi","action":"minta_saran","to":["saran_usaha","saran_teknis"],
      "fields":{"luas":150,"nik":"6372011234567891"}})");
  done(id, "bo", R"({"step":"saran_usaha","action":"ulangi","note":"luas keliru"})");
  time_is("2026-04-02T15:00:00+08:00");
  const json::object page = object(get("/events", "portal"));
  const json::array& items = page.at("items").as_array();
  ASSERT_EQ(items.size(), 3U);
  const json::value& forked = items.at(1).at("data");
  EXPECT_TRUE(forked.at("step").is_null());
  EXPECT_EQ(json::serialize(forked.at("branches")), R"(["saran_usaha","saran_teknis"])");
  EXPECT_EQ(json::serialize(forked.at("fields")), R"({"luas":"150"})");
  const json::value& returned = items.at(2).at("data");
  EXPECT_EQ(returned.at("step"), "verifikasi");
  EXPECT_EQ(json::serialize(returned.at("cancelled")), R"(["saran_teknis#1"])");
}

TEST_F(BranchRoutes, WhatAnActionSetsIsReadAsTheFormSays) {
  const std::string id = submit();
  const Response refused = act(id, "fo",
                               R"({"step":"verifikasi","action":"minta_saran","to":["saran_usaha"],
      "fields":{"luas":"banyak","bentuk":"pt","nik":{}}})");
  EXPECT_EQ(code(refused), "invalid_fields");
  EXPECT_EQ(errors(refused),
            (std::vector<std::string>{"/fields/bentuk: is no field of this service",
                                      "/fields/luas: must be a number",
                                      "/fields/nik: must be one line of visible characters"}));
  const Response kinds = act(id, "fo",
                             R"({"step":"verifikasi","action":"minta_saran","to":"saran_usaha",
      "fields":[],"checked":[1]})");
  EXPECT_EQ(code(kinds), "invalid_body");
  EXPECT_EQ(errors(kinds),
            (std::vector<std::string>{"/to: must be an array", "/fields: must be an object",
                                      "/checked/0: must be a text"}));
}

TEST_F(BranchRoutes, ABankActsByItselfWhereTheStepIsItsOwn) {
  const std::string id = submit();
  const std::string paid = R"({"step":"pembayaran","action":"lunas"})";
  EXPECT_EQ(code(act(id, "bank", R"({"step":"verifikasi","action":"minta_saran"})")), "forbidden");
  EXPECT_EQ(code(act(id, "bank", paid)), "step_not_open");
  done(id, "fo", R"({"step":"verifikasi","action":"tagih","fields":{"retribusi":5000}})");
  EXPECT_EQ(code(act(id, "meja", paid)), "forbidden");   // without the role
  EXPECT_EQ(code(act(id, "loket", paid)), "forbidden");  // with another
  EXPECT_EQ(code(act(id, "fo", paid)), "wrong_role");
  EXPECT_EQ(post("/permits/" + id + "/claim", "bank", R"({"step":"pembayaran"})").status, 403);
  const json::object after = done(id, "bank", paid);
  EXPECT_EQ(after.at("state"), "issued");
  EXPECT_FALSE(after.contains("fields"));
  EXPECT_FALSE(after.at("applicant").as_object().contains("whatsapp"));
  EXPECT_EQ(query("SELECT actor FROM event WHERE type = 'acted' ORDER BY sequence DESC LIMIT 1"),
            "service:bank");
  EXPECT_EQ(post("/permits/" + id + "/undo", "bank", "").status, 200);
}

// What hands in, reads and is the bank in one: each in its place.
TEST_F(BranchRoutes, OneTokenMayBeTheApplicantsAndASystems) {
  const std::string own = submit("gabungan"), other = submit("portal");
  for (const std::string& id : {own, other}) {
    done(id, "fo", R"({"step":"verifikasi","action":"tagih","fields":{"retribusi":5000}})");
    const json::object offered = shown(id, "gabungan");
    EXPECT_TRUE(offer(offered, "lunas").at("why_not").is_null());
    done(id, "gabungan", R"({"step":"pembayaran","action":"lunas"})");
  }
  const std::string next = submit("gabungan");
  EXPECT_EQ(code(act(next, "gabungan", R"({"step":"verifikasi","action":"minta_saran"})")),
            "wrong_role");
}

TEST_F(BranchRoutes, ATokenActsForOfficersInItsRolesAlone) {
  const std::string id = submit();
  const std::string advise = advise_.substr(0, advise_.size() - 1) + R"(,"on_behalf_of":"fo"})";
  EXPECT_EQ(code(act(id, "bank", advise)), "wrong_role");
  done(id, "loket", advise);
  EXPECT_EQ(
      code(act(id, "loket", R"({"step":"saran_usaha","action":"jawab","on_behalf_of":"bo"})")),
      "wrong_role");
  EXPECT_EQ(post("/permits/" + id + "/assign", "loket",
                 R"({"step":"saran_usaha","officer":"bo","on_behalf_of":"kb"})")
                .status,
            403);
  done(id, "meja", R"({"step":"saran_usaha","action":"jawab","on_behalf_of":"bo"})");
  done(id, "dt", R"({"step":"saran_teknis","action":"jawab"})");
  EXPECT_EQ(code(act(id, "meja", R"({"step":"putusan","action":"setujui","on_behalf_of":"kb"})")),
            "in_person_only");
  done(id, "kb", R"({"step":"putusan","action":"setujui"})");
  EXPECT_EQ(code(post("/permits/" + id + "/undo", "meja", R"({"on_behalf_of":"kb"})")),
            "in_person_only");
}

TEST_F(BranchRoutes, AServiceIsShownAsItStandsInItsFile) {
  const json::object sop = object(get("/sops/usaha", "fo"));
  EXPECT_TRUE(sop.at("total").is_null());
  EXPECT_EQ(sop.at("fields").as_array().size(), 6U);
  EXPECT_EQ(json::serialize(sop.at("fields").at(3).at("choices")),
            R"([{"id":"cv","label":"Persekutuan"},{"id":"pt","label":"Perseroan"}])");
  const json::value& verify = sop.at("steps").at(1);
  EXPECT_EQ(json::serialize(verify.at("fields")), R"(["luas","nik","retribusi"])");
  EXPECT_EQ(verify.at("requirements").at(0).at("id"), "identitas");
  const json::value& advise = verify.at("actions").at(0);
  EXPECT_TRUE(advise.at("to").is_null());
  EXPECT_EQ(advise.at("branches").at("join"), "putusan");
  EXPECT_EQ(advise.at("branches").at("chosen"), true);
  EXPECT_EQ(json::serialize(advise.at("branches").at("steps").at(1)),
            R"({"step":"saran_teknis","conditional":true,)"
            R"("when":[[{"field":"luas","how":"more","values":[100]}]]})");
  EXPECT_EQ(json::serialize(verify.at("actions").at(1).at("when")),
            R"([[{"field":"retribusi","how":"more","values":[0]}]])");
  EXPECT_EQ(sop.at("steps").at(2).at("block"), "putusan");
  EXPECT_EQ(sop.at("steps").at(2).at("actions").at(1).at("cancels_branches"), true);
  EXPECT_EQ(sop.at("steps").at(4).at("join"), true);
  EXPECT_EQ(sop.at("steps").at(4).at("actions").at(0).at("in_person"), true);
  EXPECT_EQ(sop.at("steps").at(5).at("stops_case"), true);
  EXPECT_EQ(sop.at("roles").at(5).at("system"), true);
  EXPECT_EQ(sop.at("roles").at(5).at("waits_for"), "applicant");
  EXPECT_EQ(sop.at("pauses").at(0).at("most"), 2);
  EXPECT_EQ(sop.at("pauses").at(0).at("names_requirement"), true);
  EXPECT_EQ(json::serialize(sop.at("objection")),
            R"({"limit":"10d","how":"secara tertulis","sop":"usaha"})");
  EXPECT_TRUE(sop.at("identity").at("number").is_null());
  EXPECT_TRUE(sop.at("identity").at("name").is_null());
  EXPECT_EQ(json::serialize(sop.at("documents").at(0)),
            R"({"kind":"surat_permohonan","label":"Surat permohonan"})");
  const json::object paud = object(get("/sops/paud", "fo"));
  EXPECT_EQ(paud.at("documents").as_array().size(), 11U);
  EXPECT_EQ(json::serialize(paud.at("documents").at(2)),
            R"({"kind":"berkas_diperiksa","label":"Berkas yang sudah diperiksa"})");
}

}  // namespace
}  // namespace tenggat::http
