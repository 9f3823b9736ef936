// openapi.json is held to the code: every operation is driven to each answer it documents, and no
// answer comes that it does not document. Each answer's body is kept beside the schema it must fit,
// for a JSON Schema validator to judge (openapi_answers_test).
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>

#include "daemon/api/openapi.h"
#include "tests/daemon/api/second_service.h"

namespace tenggat::http {
namespace {

// Refused by the server before any route: tests/daemon/http/server_test.cpp drives these.
const std::set<int> kServersOwn{408, 413, 431};

awaitable<std::shared_ptr<pg::Pool::Lease>> take_connection(pg::Pool& pool) {
  pg::Pool::Lease lease = co_await pool.acquire();
  co_return std::make_shared<pg::Pool::Lease>(std::move(lease));
}

class OpenApi : public Routes {
 protected:
  using Answered = std::set<std::string>;  // "permit_show 200", "permit_show not_found"

  // Every answer of a route counts, asked for its own sake or to get somewhere.
  Response call(const std::string& method, const std::string& target, const std::string& who,
                const std::string& body = "", const std::string& key = "",
                const std::string& content_type = "application/json") {
    // The provider in the path is the one that is configured.
    constexpr std::string_view kHooks = "/hooks/whatsapp/";
    if (target.starts_with(kHooks))
      receipts_.provider =
          target.substr(kHooks.size(), target.find_first_of("/?", kHooks.size()) - kHooks.size());
    const bool provider = who == "provider";
    Request request = request_of(method, "/api/v1" + target, provider ? "" : who, body, key);
    if (provider) request.headers.add("X-Hub-Signature-256", signature_of(body));
    if (!body.empty()) request.headers.add("Content-Type", content_type);
    return record(test::await(io_, router_->handle(std::move(request))));
  }
  Response record(Response response) {
    const std::string& operation = response.route;
    if (operation.empty()) return response;
    if (response.status < 400) {
      answered_.insert(operation + ' ' + std::to_string(response.status));
    } else {
      const std::string type(object(response).at("type").as_string());
      answered_.insert(operation + ' ' + type.substr(type.rfind('/') + 1));
    }
    statuses_.insert({operation, response.status});
    const bool no_json =
        operation == "file_show" || operation == "sop_diagram" || operation == "whatsapp_challenge";
    if (!response.body.empty() && !(no_json && response.status == 200))
      bodies_[{operation, response.status}].emplace_back(json::parse(response.body));
    return response;
  }
  Response say(const std::string& target, const std::string& who, const std::string& body,
               int status) {
    Response response = call("POST", target, who, body);
    EXPECT_EQ(response.status, status) << target << ' ' << who << ' ' << body << response.body;
    return response;
  }
  void act(const std::string& permit, const std::string& who, const std::string& body,
           int status = 200) {
    say("/permits/" + permit + "/actions", who, body, status);
  }

  std::string new_permit() {
    json::object body = json::parse(kSubmission).as_object();
    body["external_id"] = "web-" + std::to_string(++permits_);
    const Response response = call("POST", "/permits", "portal", json::serialize(body));
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(object(response).at("id").as_string());
  }
  // At step 8, with the decision to grant.
  std::string ready_to_sign() {
    std::string id = new_permit();
    act(id, "fo", R"({"step":"verifikasi","action":"accept"})");
    act(id, "bo", R"({"step":"penerimaan","action":"forward"})");
    act(id, "dt", R"({"step":"kajian_teknis","action":"recommend","documents":[
        {"kind":"bapl","uri":"https://b.example/1"},
        {"kind":"rekomendasi","uri":"https://b.example/2"}]})");
    act(id, "bo", R"({"step":"penyusunan_sk","action":"draft",
        "documents":[{"kind":"draft_sk","uri":"https://b.example/3"}]})");
    act(id, "kb", R"({"step":"persetujuan_kabid","action":"approve"})");
    act(id, "s", R"({"step":"persetujuan_sekretaris","action":"approve"})");
    return id;
  }

  std::set<std::string> documented(const json::object& operation) const {
    std::set<std::string> answers;
    for (const auto& problem : operation.at("x-problems").as_array())
      answers.insert(std::string(problem.as_string()));
    for (const auto& [status, response] : operation.at("responses").as_object())
      if (status < "400") answers.insert(std::string(status));
    return answers;
  }
  template <class Visit>
  void each_operation(Visit visit) const {
    for (const auto& [path, methods] : document_.at("paths").as_object())
      for (const auto& [method, operation] : methods.as_object())
        visit(std::string(path), method == "get" ? "GET" : "POST", operation.as_object());
  }

  // The routes on a database of another kind; the calls are recorded.
  void on_other_parts(const std::string& conninfo, std::size_t requests_per_token,
                      const std::function<void(pg::Pool&)>& calls) {
    pg::PoolOptions options;
    options.connect.conninfo = conninfo;
    options.connections_max = 1;
    options.acquire_timeout = std::chrono::milliseconds(50);
    pg::Pool pool(io_.get_executor(), options);
    Router other(api_routes({pool, *committer_, rulebook_, *uploads_, requests_, door_, kPublicUrl,
                             requests_per_token, &receipts_, &links_}),
                 outage_answer);
    std::swap(*router_, other);
    calls(pool);
    std::swap(*router_, other);
    pool.close();
  }
  // Each call as its holder would make it; where it leads does not matter.
  void call_each() {
    each_operation([&](const std::string& path, const char* method, const json::object& operation) {
      const std::string name(operation.at("operationId").as_string());
      if (name == "openapi") return;
      const bool hook = path.starts_with("/hooks/");
      const std::string body = path == "/hooks/email/bounce" ? kBounce : hook ? kReceipt : "{}";
      call(method, filled(path), holder_of(name), method == std::string("POST") ? body : "");
    });
  }
  std::string filled(std::string path) const {
    if (path == "/hooks/whatsapp/{provider}")
      return "/hooks/whatsapp/meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token=" +
             receipts_.verify_token;
    if (path == "/hooks/whatsapp/{provider}/{secret}")
      return "/hooks/whatsapp/fonnte/" + receipts_.secret;
    for (const std::string_view parameter : {"{id}", "{sha256}"})
      if (const auto at = path.find(parameter); at != std::string::npos)
        path.replace(at, parameter.size(), std::string(64, '1'));
    return path;
  }
  static std::string holder_of(const std::string& operation) {
    if (operation == "officer_change_confirm") return "adm";
    if (operation.starts_with("office") || operation.starts_with("delegation") ||
        operation.starts_with("notice") || operation.starts_with("message"))
      return "pengurus";
    if (operation == "email_bounce") return "surat";
    if (operation.starts_with("whatsapp")) return "provider";
    return operation == "permit_create" || operation == "event_list" ||
                   operation.starts_with("file")
               ? "portal"
               : "fo";
  }

  void give_token(const std::string& officer) {
    secrets_[officer] = store::new_token_secret();
    query("INSERT INTO token (hash, officer) VALUES (decode('" +
          store::hex(store::token_hash(secrets_[officer])) + "', 'hex'), '" + officer + "')");
  }

  // Read by Meta's rules and by Fonnte's.
  static constexpr const char* kReceipt =
      R"({"id":"7","state":"read","entry":[{"changes":[{"value":{"statuses":[
          {"id":"wamid.1","status":"read","timestamp":"1775200000"}]}}]}]})";
  static constexpr const char* kBounce =
      "To: izin+m1@example.go.id\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.example.go.id\r\n\r\n"
      "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n";

  const json::object document_ = json::parse(openapi_text()).as_object();
  Answered answered_;
  std::set<std::pair<std::string, int>> statuses_;
  std::map<std::pair<std::string, int>, json::array> bodies_;
  int permits_ = 0;

  void token_and_outage_answers();
  void bad_bodies_and_keys();
  void permits_and_their_reads();
  void actions();
  void undo();
  void a_service_with_branches();
  void objections();
  void clock_and_claim();
  void duties();
  void administration();
  void late_entries();
  void hooks();
  void compare_with_document();
  void write_answers() const;
};

void OpenApi::token_and_outage_answers() {
  each_operation([&](const std::string& path, const char* method, const json::object& operation) {
    const std::string name(operation.at("operationId").as_string());
    if (name == "openapi") return;
    const std::string body = method == std::string("POST") ? "{}" : "";
    call(method, filled(path), "", body);
    // One of these two may not, whatever the call.
    for (const char* who : {"dasbor", "meja"}) call(method, filled(path), who, body);
  });
  on_other_parts(database_, 0, [&](pg::Pool&) { call_each(); });
  on_other_parts(database_, 9, [&](pg::Pool& pool) {
    const auto taken = test::await(io_, take_connection(pool));
    const office::Rulebook known = std::exchange(rulebook_, office::Rulebook{SendRules{}});
    call_each();
    rulebook_ = known;
  });
  const office::Rulebook known = std::exchange(rulebook_, office::Rulebook{SendRules{}});
  on_other_parts("host=/nonexistent dbname=none", 9, [&](pg::Pool&) { call_each(); });
  on_other_parts(test::fresh_database(), 9, [&](pg::Pool&) { call_each(); });  // without tables
  rulebook_ = known;
}

void OpenApi::bad_bodies_and_keys() {
  struct Good {
    std::string target, who, body;
  };
  say("/officers", "pengurus",
      R"({"id":"adm","name":"Admin","roles":["admin"],"email":"adm@example.go.id"})", 201);
  give_token("adm");
  const std::string late = new_permit(), signed_at_last = ready_to_sign();
  time_is("2026-04-02T14:11:00+08:00");  // a minute after the due of the first
  act(late, "fo", R"({"step":"verifikasi","action":"accept",
      "occurred_at":"2026-04-02T14:05:00+08:00"})");
  act(signed_at_last, "kd", R"({"step":"penandatanganan","action":"sign","documents":[
      {"kind":"surat_keputusan","uri":"https://b.example/8","number":"SK-80"}]})");
  time_is("2026-04-02T14:13:01+08:00");  // neither can be taken back any more
  const std::string id = new_permit();
  const std::string permit = "/permits/" + id;
  const std::string held = new_permit();
  say("/permits/" + held + "/claim", "fo", R"({"step":"verifikasi"})", 200);
  const std::string paused = new_permit();
  say("/permits/" + paused + "/pause", "fo",
      R"({"step":"verifikasi","reason":"kunjungan_lapangan"})", 200);
  const std::string acted = new_permit();
  act(acted, "fo", R"({"step":"verifikasi","action":"accept"})");
  const std::string delegation =
      std::string(object(say("/delegations", "pengurus",
                             R"({"from":"kd","to":"s","kind":"plh","start":"2026-05-04",
                                 "end":"2026-05-05","letter":"800/1"})",
                             201))
                      .at("id")
                      .as_string());
  query(
      "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, state) SELECT 'officer:fo', 'on_duty', 'email', 'a@b.example',"
      " 'fo', 'tugas_baru', '', '', '{}', '', now(), s FROM unnest(ARRAY['dead', 'dead']) s");
  const auto waits = [&](const char* officer) {
    return "/officer-changes/" +
           query(std::string("INSERT INTO officer_change (officer, name, proposed_by, proposed_at,"
                             " effective_at) VALUES ('") +
                 officer + "', 'Lain', 'system', now(), now()) RETURNING id");
  };
  query("UPDATE officer SET as_they_are_since = '-infinity' WHERE id = 'adm'");
  const std::string to_confirm = waits("kb"), to_stop = waits("s");
  json::object submission = json::parse(kSubmission).as_object();
  submission["external_id"] = "web-good";
  const std::vector<Good> good = {
      {"/permits", "portal", json::serialize(submission)},
      {permit + "/actions", "fo", R"({"step":"verifikasi","action":"accept"})"},
      {"/permits/" + acted + "/undo", "fo", "{}"},
      {"/permits/" + acted + "/claim", "fo", R"({"step":"verifikasi"})"},
      {"/permits/" + held + "/release", "fo", R"({"step":"verifikasi","reason":"rapat"})"},
      {"/permits/" + held + "/assign", "kb", R"({"step":"verifikasi","officer":"fo"})"},
      {"/permits/" + held + "/escalate", "fo", R"({"step":"verifikasi","note":"sistem mati"})"},
      {"/permits/" + held + "/acknowledge", "fo", R"({"step":"verifikasi","reason":"sistem"})"},
      {"/permits/" + held + "/direct", "kb", R"({"step":"verifikasi","note":"dahulukan"})"},
      {"/permits/" + held + "/respond", "kb", R"({"step":"verifikasi"})"},
      {"/permits/" + held + "/pause", "fo",
       R"({"step":"verifikasi","reason":"klarifikasi_pemohon","note":"mohon denah"})"},
      {"/permits/" + paused + "/resume", "fo", R"({"step":"verifikasi"})"},
      {"/permits/" + late + "/confirm", "kb", R"({"step":"verifikasi","note":"benar"})"},
      {"/permits/" + signed_at_last + "/correct", "adm",
       R"({"step":"penandatanganan","occurred_at":"2026-04-02T14:05:00+08:00",
           "reason":"salah mencatat jamnya"})"},
      {"/files", "portal", "%PDF isi"},
      {"/officers", "pengurus", R"({"id":"fo2","name":"Fatimah","roles":["front_office"],
          "email":"fo2@example.go.id","whatsapp":"0812-5000-1009"})"},
      {"/officers/fo2", "pengurus", R"({"name":"Fatimah Zahra","roles":["front_office"]})"},
      {"/officers/fo2/leaves", "pengurus", R"({"start":"2026-05-04","end":"2026-05-05"})"},
      {to_confirm + "/confirm", "adm", "{}"},
      {to_stop + "/stop", "pengurus", "{}"},
      {"/delegations", "pengurus", R"({"from":"kd","to":"s","kind":"plt","start":"2026-06-01",
          "end":"2026-06-02","letter":"800/2"})"},
      {"/delegations/" + delegation + "/end", "pengurus", "{}"},
      {"/messages/1/retry", "pengurus", "{}"},
      {"/messages/2/discard", "pengurus", "{}"},
  };
  int keys = 0;
  for (const Good& one : good) {
    const std::string key = "key-" + std::to_string(++keys);
    const Response first = call("POST", one.target, one.who, one.body, key);
    EXPECT_LT(first.status, 300) << one.target << first.body;
    EXPECT_EQ(call("POST", one.target, one.who, one.body, key).body, first.body) << one.target;
    call("POST", one.target, one.who, one.body + ' ', key);
    call("POST", one.target, one.who, one.body, "two words");
    if (one.target == "/files") {
      call("POST", one.target, one.who, "", "");
      call("POST", one.target, one.who, "isi", "");
      continue;
    }
    call("POST", one.target, one.who, "{");
    call("POST", one.target, one.who, one.body, "", "text/plain");
    call("POST", one.target, one.who, R"({"unheard_of":1})");
    // The same of what is not there: only where the path names something.
    if (const auto at = one.target.find('/', 1); at != std::string::npos) {
      const auto end = one.target.find('/', at + 1);
      call("POST",
           one.target.substr(0, at) + "/99" +
               (end == std::string::npos ? "" : one.target.substr(end)),
           one.who, one.body);
    }
  }
}

void OpenApi::permits_and_their_reads() {
  const std::string id = new_permit();
  json::object body = json::parse(kSubmission).as_object();
  body["external_id"] = "web-taken";
  say("/permits", "portal", json::serialize(body), 201);
  say("/permits", "portal", json::serialize(body), 409);
  body["external_id"] = "web-other";
  // Its counter was put back by hand: the next number is there already.
  query("UPDATE permit_number SET last = last - 1");
  say("/permits", "portal", json::serialize(body), 409);
  query("UPDATE permit_number SET last = last + 1");
  body["started_at"] = "2027-01-01T00:00:00+08:00";
  say("/permits", "portal", json::serialize(body), 422);
  body.erase("started_at");
  body["documents"].as_array().push_back(
      json::object{{"kind", "bapl"}, {"uri", "https://b.example/9"}});
  say("/permits", "portal", json::serialize(body), 422);
  body.erase("documents");
  say("/permits", "portal", json::serialize(body), 422);

  const std::string hash = store::hex(store::sha256("%PDF isi"));
  query("UPDATE file SET size = size + 300000000");
  body["documents"] =
      json::array{json::object{{"kind", "persyaratan_izin_paud"}, {"uri", "tenggat:" + hash}}};
  say("/permits", "portal", json::serialize(body), 413);
  const std::string full = new_permit();
  act(full, "fo", R"({"step":"verifikasi","action":"accept"})");
  act(full, "bo", R"({"step":"penerimaan","action":"forward"})");
  act(full, "dt",
      R"({"step":"kajian_teknis","action":"recommend","documents":[
        {"kind":"rekomendasi","uri":"https://b.example/2"},{"kind":"bapl","uri":"tenggat:)" +
          hash + R"("}]})",
      413);
  query("UPDATE file SET size = size - 300000000");
  query(
      "INSERT INTO file_share SELECT 'token ' || id, clock_timestamp() AT TIME ZONE 'UTC',"
      " 3000000000 FROM token ON CONFLICT (sender, day) DO UPDATE SET bytes = excluded.bytes");
  say("/files", "portal", "%PDF isi", 429);
  query("DELETE FROM file_share");
  const std::vector<std::pair<std::string, std::string>> reads = {
      {"/permits/" + id, "fo"},
      {"/permits?limit=2&sla=on_track", "dasbor"},
      {"/permits/" + id + "/timeline", "kd"},
      {"/permits/" + id + "/why", "kd"},
      {"/events", "dasbor"},
      {"/tasks", "fo"},
      {"/files/" + hash, "fo"},
      {"/sops", "dasbor"},
      {"/sops/paud", "dasbor"},
      {"/sops/paud/diagram.svg", "dasbor"},
      {"/officers", "pengurus"},
      {"/officer-changes", "pengurus"},
      {"/delegations", "pengurus"},
      {"/notices?permit=" + id, "pengurus"},
      {"/notices?state=dead", "pengurus"},
      {"/office-events?limit=5", "pengurus"},
      {"/openapi.json", ""},
  };
  for (const auto& [target, who] : reads) {
    const Response first = call("GET", target, who);
    EXPECT_EQ(first.status, 200) << target << first.body;
    Request again = request_of("GET", "/api/v1" + target, who);
    again.headers.add("If-None-Match", std::string(first.headers.get("ETag").value_or("none")));
    const Response unchanged = record(test::await(io_, router_->handle(std::move(again))));
    EXPECT_EQ(unchanged.status, 304) << target;
    EXPECT_TRUE(unchanged.body.empty());
  }
  for (const char* target :
       {"/permits?limit=0", "/tasks?limit=x", "/officers?q=x", "/officer-changes?q=x",
        "/delegations?q=x", "/notices", "/office-events?q=x"})
    EXPECT_EQ(call("GET", target, holder_of(target + 1)).status, 400) << target;
  EXPECT_EQ(call("GET", "/events?after=k1", "dasbor").status, 400);
  for (const std::string& target :
       {"/permits/" + id, "/permits/" + id + "/timeline", "/permits/" + id + "/why",
        "/files/" + hash, std::string("/sops"), std::string("/sops/paud"),
        std::string("/sops/paud/diagram.svg")})
    EXPECT_EQ(call("GET", target + "?fields=all", "fo").status, 400) << target;
  for (const char* target : {"/permits/1", "/permits/1/timeline", "/permits/1/why", "/sops/imb",
                             "/sops/imb/diagram.svg", "/files/0"})
    EXPECT_EQ(call("GET", target, "fo").status, 404) << target;
  EXPECT_EQ(call("GET", "/notices?permit=1&state=pending", "pengurus").status, 200);
  EXPECT_EQ(call("GET", "/notices?permit=PAUD-1", "pengurus").status, 404);
}

void OpenApi::actions() {
  give_token("fo2");
  const std::string id = new_permit();
  const std::string accept = R"({"step":"verifikasi","action":"accept"})";
  act(id, "bo", accept, 403);
  act(id, "fo", R"({"step":"penerimaan","action":"forward"})", 409);
  act(id, "fo", R"({"step":"verifikasi","action":"accept","version":9})", 409);
  act(id, "fo", R"({"step":"verifikasi","action":"leap"})", 422);
  act(id, "fo", R"({"step":"verifikasi","action":"reject"})", 422);
  act(id, "fo", R"({"step":"verifikasi","action":"accept",
      "documents":[{"kind":"bapl","uri":"https://b.example/9"}]})",
      422);
  act(id, "fo", R"({"step":"verifikasi","action":"accept",
      "occurred_at":"2027-01-01T00:00:00+08:00"})",
      422);
  time_is("2026-04-02T14:30:00+08:00");
  act(id, "fo", R"({"step":"verifikasi","action":"accept",
      "occurred_at":"2026-04-02T14:14:00+08:00"})",
      422);
  say("/permits/" + id + "/claim", "fo", R"({"step":"verifikasi"})", 200);
  act(id, "fo2", accept, 409);

  const std::string late = ready_to_sign();
  act(late, "kd", R"({"step":"penandatanganan","action":"sign"})", 422);
  act(late, "kd", R"({"step":"penandatanganan","action":"refuse"})", 422);
  act(late, "meja", R"({"step":"penandatanganan","action":"sign","on_behalf_of":"kd"})", 403);
  act(late, "portal", R"({"action":"withdraw"})", 409);

  const std::string gone = new_permit();
  act(gone, "portal", R"({"action":"withdraw"})");
  act(gone, "fo", accept, 409);
  for (const char* call_of : {"/claim", "/release", "/resume", "/escalate"})
    say("/permits/" + gone + call_of, "fo", R"({"step":"verifikasi"})", 409);
  say("/permits/" + gone + "/assign", "kb", R"({"step":"verifikasi","officer":"fo"})", 409);
  say("/permits/" + gone + "/acknowledge", "fo", R"({"step":"verifikasi","reason":"cuaca"})", 409);
  say("/permits/" + gone + "/direct", "kb", R"({"step":"verifikasi","note":"dahulukan"})", 409);
  say("/permits/" + gone + "/respond", "kb", R"({"step":"verifikasi"})", 409);
  say("/permits/" + gone + "/pause", "fo", R"({"step":"verifikasi","reason":"kunjungan_lapangan"})",
      409);
  say("/permits/" + gone + "/undo", "fo", "{}", 403);
  say("/permits/" + gone + "/undo", "portal", "{}", 200);  // the one way out of an end
  say("/permits/" + gone + "/undo", "portal", "{}", 409);
}

void OpenApi::undo() {
  const std::string id = new_permit();
  const std::string undo = "/permits/" + id + "/undo";
  act(id, "fo", R"({"step":"verifikasi","action":"accept"})");
  say(undo, "bo", "{}", 403);
  say("/permits/" + id + "/claim", "bo", R"({"step":"penerimaan"})", 200);
  say(undo, "fo", "{}", 409);
  say("/permits/" + id + "/release", "bo", R"({"step":"penerimaan"})", 200);
  say(undo, "fo", "{}", 200);
  say(undo, "fo", "{}", 409);
  act(id, "fo", R"({"step":"verifikasi","action":"accept"})");
  time_is("2026-04-02T14:40:00+08:00");
  say(undo, "fo", "{}", 409);
}

// What PAUD has not; and what PAUD lets nobody do through a service.
void OpenApi::a_service_with_branches() {
  test::await(io_, put_usaha_in_force(database_));
  secrets_["bank"] = test::await(io_, give_roles(database_, "bank", {"act"}, {"bank"}));
  json::object body = json::parse(kUsahaSubmission).as_object();
  body["fields"].as_object().erase("luas");
  say("/permits", "portal", json::serialize(body), 422);
  const auto submit = [&] {
    return std::string(
        object(say("/permits", "portal", kUsahaSubmission, 201)).at("id").as_string());
  };
  const std::string id = submit(), paid = submit();
  const std::string advice = R"({"step":"verifikasi","action":"minta_saran")";
  act(id, "fo", advice + "}", 422);
  act(id, "fo", advice + R"(,"to":["putusan"]})", 422);
  act(id, "fo", advice + R"(,"to":["saran_usaha"],"checked":["ijazah"]})", 422);
  act(id, "fo", advice + R"(,"to":["saran_usaha"],"fields":{"luas":0}})", 422);
  act(id, "fo", R"({"step":"verifikasi","action":"tagih"})", 422);
  const auto ask = [&](const char* requirement, int status) {
    say("/permits/" + id + "/pause", "fo",
        std::string(
            R"({"step":"verifikasi","reason":"klarifikasi_pemohon","note":"mohon","requirement":")") +
            requirement + R"("})",
        status);
    if (status == 200) say("/permits/" + id + "/resume", "fo", R"({"step":"verifikasi"})", 200);
  };
  ask("", 422);
  ask("lokasi", 200);
  ask("lokasi", 409);
  ask("identitas", 200);
  ask("surat_permohonan", 409);
  act(id, "fo", advice + R"(,"to":["saran_usaha","saran_teknis"],"fields":{"luas":150},
      "checked":["identitas"]})");
  for (const char* who : {"fo", "portal", "dasbor"}) call("GET", "/permits/" + id, who);
  call("GET", "/permits/" + id + "/timeline", "fo");
  act(id, "bo", R"({"step":"saran_usaha","action":"ulangi","note":"luas keliru"})");
  call("GET", "/permits/" + id + "/timeline", "fo");
  call("GET", "/sops/usaha", "fo");
  call("GET", "/sops", "fo");
  act(paid, "fo", R"({"step":"verifikasi","action":"tagih","fields":{"retribusi":5000}})");
  act(paid, "bank", R"({"step":"pembayaran","action":"lunas"})");
  say("/permits/" + paid + "/undo", "bank", "", 200);
  const std::string decided = submit();
  act(decided, "fo", advice + R"(,"to":["saran_usaha"]})");
  act(decided, "bo", R"({"step":"saran_usaha","action":"jawab"})");
  act(decided, "meja", R"({"step":"putusan","action":"setujui","on_behalf_of":"kb"})", 403);
}

// A refusal, and the permits that object to it.
void OpenApi::objections() {
  const auto submitted = [&] {
    return std::string(
        object(say("/permits", "portal", kUsahaSubmission, 201)).at("id").as_string());
  };
  const auto raise = [&](const std::string& to, int status) {
    json::object body = json::parse(kUsahaSubmission).as_object();
    body["related"] = to;
    return object(say("/permits", "portal", json::serialize(body), status));
  };
  const std::string refused = submitted();
  act(refused, "fo", R"({"step":"verifikasi","action":"minta_saran","to":["saran_usaha"]})");
  act(refused, "bo", R"({"step":"saran_usaha","action":"jawab"})");
  act(refused, "kb", R"({"step":"putusan","action":"tolak"})");
  EXPECT_EQ(raise("71", 422).at("type"), "/problems/unknown_related");
  EXPECT_EQ(raise(new_permit(), 422).at("type"), "/problems/objects_elsewhere");
  EXPECT_EQ(raise(submitted(), 422).at("type"), "/problems/not_refused");
  const json::object early = raise(refused, 422);  // it can still be taken back
  EXPECT_EQ(early.at("type"), "/problems/not_refused");
  EXPECT_EQ(early.at("errors").at(0).at("pointer"), "/related");
  time_is("2026-04-02T14:50:00+08:00");
  const std::string objection(raise(refused, 201).at("id").as_string());
  EXPECT_EQ(raise(refused, 409).at("type"), "/problems/objection_under_way");
  EXPECT_EQ(object(call("GET", "/permits/" + objection, "fo")).at("related"), json::value(refused));
  const json::object shown = object(call("GET", "/permits/" + refused, "fo"));
  ASSERT_EQ(shown.at("objections").as_array().size(), 1U);
  EXPECT_EQ(shown.at("objections").at(0).at("id"), json::value(objection));
  query("UPDATE visit SET closed_at = closed_at - interval '30 days' WHERE permit = " + refused);
  query("UPDATE permit SET submitted_at = submitted_at - interval '30 days' WHERE id = " + refused);
  EXPECT_EQ(raise(refused, 422).at("type"), "/problems/objection_too_late");
}

void OpenApi::clock_and_claim() {
  const std::string path = "/permits/" + new_permit();
  const std::string step = R"({"step":"verifikasi"})";
  const std::string visit = R"({"step":"verifikasi","reason":"kunjungan_lapangan"})";
  for (const char* call_of : {"/claim", "/release"}) say(path + call_of, "bo", step, 403);
  for (const char* call_of : {"/claim", "/release", "/resume"})
    say(path + call_of, "fo", R"({"step":"penerimaan"})", 409);
  say(path + "/pause", "bo", visit, 403);
  say(path + "/pause", "fo", R"({"step":"penerimaan","reason":"kunjungan_lapangan"})", 409);
  say(path + "/release", "fo", step, 409);
  say(path + "/resume", "fo", step, 409);
  say(path + "/claim", "fo", step, 200);
  for (const char* call_of : {"/claim", "/release"}) say(path + call_of, "fo2", step, 409);
  say(path + "/pause", "fo2", visit, 409);
  say(path + "/pause", "fo", R"({"step":"verifikasi","reason":"libur"})", 422);
  say(path + "/pause", "fo", R"({"step":"verifikasi","reason":"klarifikasi_pemohon"})", 422);
  say(path + "/pause", "fo",
      R"({"step":"verifikasi","reason":"kunjungan_lapangan","until":"2026-01-01T00:00:00+08:00"})",
      422);
  say(path + "/pause", "fo", R"({"step":"verifikasi","reason":"instansi_lain"})", 422);
  const auto until = [&](const char* when, int status) {
    say(path + "/pause", "fo",
        std::string(R"({"step":"verifikasi","reason":"kunjungan_lapangan","until":")") + when +
            R"("})",
        status);
  };
  until("2027-01-01T00:00:00+08:00", 422);  // longer than the reason allows
  until("2026-04-06T12:00:00+08:00", 200);
  say(path + "/pause", "fo", visit, 409);
  until("2026-04-06T11:00:00+08:00", 422);  // earlier than the present end
  until("2026-04-06T15:00:00+08:00", 200);  // put off, as often as the reason allows
  until("2026-04-07T15:00:00+08:00", 409);
  say(path + "/resume", "bo", step, 403);
  say(path + "/resume", "fo2", step, 409);
}

void OpenApi::duties() {
  const std::string path = "/permits/" + new_permit();
  const std::string step = R"({"step":"verifikasi"})";
  const std::string other = R"({"step":"penerimaan","officer":"bo","reason":"cuaca"})";
  const auto assign = [&](const char* officer) {
    return std::string(R"({"step":"verifikasi","officer":")") + officer + R"("})";
  };
  say(path + "/assign", "fo", assign("fo"), 403);
  say(path + "/assign", "kb", assign("bo"), 422);
  say(path + "/assign", "kb", R"({"step":"penerimaan","officer":"bo"})", 409);
  say(path + "/assign", "kb", assign("fo2"), 200);
  say(path + "/escalate", "bo", step, 403);
  say(path + "/escalate", "fo", step, 409);  // it is fo2's
  for (const char* reason : {"cuaca", "malas"}) {
    const std::string body = std::string(R"({"step":"verifikasi","reason":")") + reason + R"("})";
    say(path + "/acknowledge", "bo", body, 403);
    say(path + "/acknowledge", "fo", body, 409);
    say(path + "/acknowledge", "fo2", body, std::string(reason) == "cuaca" ? 200 : 422);
  }
  say(path + "/escalate", "fo2", R"({"step":"penerimaan"})", 409);
  say(path + "/acknowledge", "fo2", R"({"step":"penerimaan","reason":"cuaca"})", 409);
  for (const int status : {200, 200, 200, 409}) say(path + "/escalate", "fo2", step, status);
  say(path + "/direct", "fo2", R"({"step":"verifikasi","note":"dahulukan"})", 403);
  say(path + "/direct", "kb", step, 422);
  say(path + "/direct", "kb", R"({"step":"penerimaan","note":"dahulukan"})", 409);
  say(path + "/direct", "kb", R"({"step":"verifikasi","note":"dahulukan"})", 200);
  say(path + "/respond", "fo2", step, 403);
  say(path + "/respond", "kb", R"({"step":"penerimaan"})", 409);
  say(path + "/respond", "kb", R"({"step":"verifikasi","until":"2026-01-01T08:00:00+08:00"})", 422);
  say(path + "/respond", "kb", step, 200);  // fo2 has asked for directions
  say("/permits/" + new_permit() + "/respond", "kb", step, 409);
  const Response why = call("GET", path + "/why", "kb");
  EXPECT_EQ(object(why).at("responded").as_array().front().at("officer"), "kb");
  EXPECT_EQ(object(why).at("acknowledged").as_array().front().at("obstacle"), "cuaca");
  say("/officers/fo2/leaves", "pengurus", R"({"start":"2026-04-01","end":"2026-04-30"})", 200);
  const std::string next = "/permits/" + new_permit();
  say(next + "/claim", "fo2", step, 409);
  say(next + "/assign", "kb", assign("fo2"), 409);
  say("/officers/fo2/leaves", "pengurus", R"({"start":"2026-04-01","cancel":true})", 200);
}

void OpenApi::administration() {
  say("/officers", "pengurus", R"({"id":"fo2","name":"Lain"})", 409);
  say("/officers", "pengurus", R"({"id":"x1","name":"Lain","roles":["pemohon"]})", 422);
  // Who observes alone from now on stays for a while.
  const Response observes = say("/officers/fo2", "pengurus", R"({"roles":["pengawas"]})", 200);
  EXPECT_TRUE(object(observes).at("ended_on").is_string());
  const Response works =
      say("/officers/fo2", "pengurus", R"({"roles":["front_office"],"ended_on":""})", 200);
  EXPECT_TRUE(object(works).at("ended_on").is_null());
  // What is another's, in service, in whatever form it is written.
  for (const char* address :
       {R"("email":"FO2@example.go.id")", R"("whatsapp":"\u202a+62812-5000\u00a01009\u202c")"}) {
    const Response edit = say("/officers/fo", "pengurus", std::string("{") + address + "}", 409);
    EXPECT_EQ(object(edit).at("officer"), "fo2");
    say("/officers", "pengurus", std::string(R"({"id":"x2","name":"Lain",)") + address + "}", 409);
  }
  say("/officers/fo", "pengurus", R"({"whatsapp":"+65 8123 4567"})", 422);
  // Who signs in person: the change waits, for one at a time and for a second administrator.
  const Response waits = say("/officers/kd", "pengurus", R"({"email":"kepala@example.go.id",
      "whatsapp":"0812-5000-1777"})",
                             200);
  const std::string change =
      "/officer-changes/" + std::string(object(waits).at("waiting_change").as_string());
  EXPECT_NE(object(waits).at("email"), "kepala@example.go.id");
  say("/officers/kd", "pengurus", R"({"email":"lain@example.go.id"})", 409);
  EXPECT_EQ(object(call("GET", "/officer-changes", "kd")).at("items").as_array().size(), 1U);
  EXPECT_TRUE(object(call("GET", "/officer-changes", "fo")).at("items").as_array().empty());
  say(change + "/confirm", "kd", "{}", 403);
  say(change + "/stop", "fo", "{}", 404);
  query("UPDATE officer SET email = 'kepala@example.go.id' WHERE id = 'fo2'");
  say(change + "/confirm", "adm", "{}", 409);
  query("UPDATE officer SET email = '', whatsapp = '6281250001777' WHERE id = 'fo2'");
  say(change + "/confirm", "adm", "{}", 409);
  say(change + "/stop", "kd", "{}", 200);
  query(
      "UPDATE officer SET email = 'fo2@example.go.id', whatsapp = '6281250001009'"
      " WHERE id = 'fo2'");
  const Response overlapping =
      say("/officers/fo2/leaves", "pengurus", R"({"start":"2026-05-05","end":"2026-05-06"})", 409);
  EXPECT_EQ(object(overlapping).at("leave").at("end"), "2026-05-05");
  say("/officers/fo2/leaves", "pengurus",
      R"({"start":"2026-05-04","end":"2026-05-06","replace":true})", 200);
  say("/delegations", "pengurus", R"({"from":"kd","to":"s","kind":"plh","start":"2026-06-02",
      "end":"2026-06-03","letter":"800/3"})",
      409);
  const Response left = say("/officers/fo2", "pengurus", R"({"ended_on":"2027-01-01"})", 200);
  EXPECT_EQ(object(left).at("ended_on"), "2027-01-01");
  const Response back =
      say("/officers/fo2/leaves", "pengurus", R"({"start":"2026-05-04","cancel":true})", 200);
  EXPECT_TRUE(object(back).at("leaves").as_array().empty());
  say("/delegations", "pengurus", R"({"from":"kd","to":"nobody","kind":"plh","start":"2026-05-04",
      "end":"2026-05-05","letter":"800/1"})",
      422);
  query("INSERT INTO sop_retirement (sop, retired_by) VALUES ('paud', 'uji')");
  json::object submission = json::parse(kSubmission).as_object();
  submission["external_id"] = "web-retired";
  say("/permits", "portal", json::serialize(submission), 410);
  EXPECT_TRUE(object(call("GET", "/sops/paud", "kb")).at("retired_at").is_string());
  query("UPDATE sop_retirement SET restored_at = office_now()");
  say("/permits", "portal", json::serialize(submission), 201);
  say("/messages/1/retry", "pengurus", "{}", 409);
  query("UPDATE message SET state = 'accepted' WHERE id = 2");
  say("/messages/2/discard", "pengurus", "{}", 409);
}

// Who confirms, who corrects, and who approves what was entered late.
void OpenApi::late_entries() {
  const std::string step = R"({"step":"verifikasi"})", sign = "penandatanganan";
  const std::string path = "/permits/" + new_permit(), to_sign = "/permits/" + ready_to_sign();
  const std::string drafted = new_permit();
  act(drafted, "fo", R"({"step":"verifikasi","action":"accept"})");
  act(drafted, "bo", R"({"step":"penerimaan","action":"forward"})");
  act(drafted, "dt", R"({"step":"kajian_teknis","action":"recommend","documents":[
      {"kind":"bapl","uri":"https://b.example/1"},
      {"kind":"rekomendasi","uri":"https://b.example/2"}]})");
  say(path + "/confirm", "kb", step, 409);
  time_is("2026-04-02T15:02:00+08:00");
  say(path + "/actions", "fo",
      R"({"step":"verifikasi","action":"accept","occurred_at":"2026-04-02T14:55:00+08:00"})", 200);
  say(path + "/confirm", "fo", step, 403);  // their own
  say(path + "/confirm", "bo", step, 403);
  say(path + "/confirm", "kb", step, 409);  // it can still be taken back
  json::object shown = object(call("GET", path, "kb"));
  EXPECT_EQ(shown.at("late_entries").at(0).at("awaits_confirmation"), true);

  say(to_sign + "/actions", "kd", R"({"step":"penandatanganan","action":"sign","documents":[
      {"kind":"surat_keputusan","uri":"https://b.example/8","number":"SK-81"}]})",
      200);
  const auto correct = [&](const char* who, const std::string& at_step, const std::string& when,
                           const std::string& reason, int status) {
    say(to_sign + "/correct", who,
        R"({"step":")" + at_step + R"(","occurred_at":"2026-04-02T)" + when +
            R"(:00+08:00","reason":")" + reason + R"("})",
        status);
  };
  correct("adm", sign, "14:55", "salah mencatat jamnya", 409);  // it can still be taken back
  say("/delegations", "pengurus", R"({"from":"kb","to":"bo","kind":"plh","start":"2026-04-02",
      "end":"2026-04-02","letter":"800/9"})",
      201);
  act(drafted, "bo", R"({"step":"penyusunan_sk","action":"draft",
      "occurred_at":"2026-04-02T15:00:00+08:00",
      "documents":[{"kind":"draft_sk","uri":"https://b.example/3"}]})");
  act(drafted, "bo", R"({"step":"persetujuan_kabid","action":"approve"})", 403);

  time_is("2026-04-02T15:05:00+08:00");
  say(path + "/confirm", "kb", step, 200);
  shown = object(call("GET", path, "kb"));
  EXPECT_EQ(shown.at("late_entries").at(0).at("confirmed_by"), "kb");
  correct("fo", sign, "14:55", "salah mencatat jamnya", 403);
  correct("adm", "verifikasi", "14:55", "salah mencatat jamnya", 409);
  correct("adm", sign, "15:04", "salah mencatat jamnya", 422);
  correct("adm", sign, "14:55", "salah", 422);
  const Response waits =
      say("/officers/kd", "pengurus", R"({"roles":["kepala_dinas","admin"]})", 200);
  say("/officer-changes/" + std::string(object(waits).at("waiting_change").as_string()) +
          "/confirm",
      "adm", "{}", 200);
  correct("kd", sign, "14:55", "salah mencatat jamnya", 403);  // their own
}

void OpenApi::hooks() {
  const std::string meta = filled("/hooks/whatsapp/{provider}");
  const std::string fonnte = filled("/hooks/whatsapp/{provider}/{secret}");
  const std::string bounce = "/hooks/email/bounce";
  EXPECT_EQ(call("GET", meta, "provider").body, "1");
  EXPECT_EQ(call("GET", meta + "&hub.challenge=%0A", "provider").status, 200);  // the first counts
  const std::size_t challenge = meta.find("challenge=1") + 10;
  EXPECT_EQ(call("GET", meta.substr(0, challenge) + "%0A" + meta.substr(challenge + 1), "provider")
                .status,
            400);
  const std::string wrong = "/hooks/whatsapp/fonnte/salah";
  EXPECT_EQ(call("GET", "/hooks/whatsapp/meta?hub.mode=subscribe", "").status, 401);
  EXPECT_EQ(call("POST", meta, "", kReceipt).status, 401);
  EXPECT_EQ(call("POST", wrong, "provider", kReceipt).status, 401);
  for (const std::string& target : {meta, fonnte}) {
    EXPECT_EQ(call("POST", target, "provider", kReceipt).status, 200);
    EXPECT_EQ(call("POST", target, "provider", "{").status, 400);
  }
  EXPECT_EQ(call("POST", bounce, "surat", kBounce).status, 200);
  EXPECT_EQ(call("POST", bounce, "surat", "halo", "", "message/rfc822").status, 200);
  EXPECT_EQ(call("POST", bounce, "surat").status, 422);
  EXPECT_EQ(call("POST", bounce + "?recipent=a@b", "surat", kBounce).status, 400);
  requests_.allow(1);
  for (int times = 0; times < 2; ++times) {
    call("GET", meta, "provider");
    call("POST", meta, "provider", kReceipt);
    call("POST", fonnte, "provider", kReceipt);
  }
  requests_.allow(100'000);
}

void OpenApi::compare_with_document() {
  Answered expected;
  each_operation([&](const std::string&, const char*, const json::object& operation) {
    const std::string name(operation.at("operationId").as_string());
    for (const std::string& answer : documented(operation)) expected.insert(name + ' ' + answer);
    const json::object& responses = operation.at("responses").as_object();
    for (const auto& [operation_name, status] : statuses_)
      if (operation_name == name) {
        EXPECT_TRUE(responses.contains(std::to_string(status))) << name << ' ' << status;
      }
    for (const auto& [status, response] : responses) {
      const int code = std::stoi(std::string(status));
      if (!kServersOwn.contains(code)) {
        const bool only_the_servers = name == "openapi" && code >= 400;
        EXPECT_TRUE(only_the_servers || statuses_.contains({name, code})) << name << ' ' << status;
      }
    }
  });
  for (const std::string& answer : expected)
    EXPECT_TRUE(answered_.contains(answer)) << "documented, never answered: " << answer;
  for (const std::string& answer : answered_)
    EXPECT_TRUE(expected.contains(answer)) << "answered, not documented: " << answer;
}

// As one instance and one schema: an object with an array of bodies for each operation and status.
void OpenApi::write_answers() const {
  json::object instance, properties;
  for (const auto& [of, bodies] : bodies_) {
    const std::string name = of.first + ' ' + std::to_string(of.second);
    instance[name] = bodies;
    json::value fits{{"$ref", "#/components/schemas/Problem"}};
    each_operation([&](const std::string&, const char*, const json::object& operation) {
      if (operation.at("operationId").as_string() != of.first || of.second >= 400) return;
      fits = operation.at("responses")
                 .at(std::to_string(of.second))
                 .at("content")
                 .at("application/json")
                 .at("schema");
    });
    properties[name] = json::object{{"type", "array"}, {"items", fits}};
  }
  json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"type", "object"},
                      {"properties", std::move(properties)},
                      {"additionalProperties", false},
                      {"components", document_.at("components")}};
  std::ofstream("openapi_answers.json") << json::serialize(instance);
  std::ofstream("openapi_schema.json") << json::serialize(schema);
}

TEST_F(OpenApi, EveryCallAnswersAsTheDocumentSays) {
  bad_bodies_and_keys();
  permits_and_their_reads();
  actions();
  undo();
  a_service_with_branches();
  objections();
  clock_and_claim();
  duties();
  administration();
  late_entries();
  hooks();
  token_and_outage_answers();
  compare_with_document();
  write_answers();
}

TEST_F(OpenApi, ARouteThatIsNotDescribedIsAFault) {
  std::vector<Route> routes(router_->routes().begin(), router_->routes().end());
  EXPECT_TRUE(openapi_faults(openapi_text(), routes).empty());
  routes.push_back({"DELETE", "/api/v1/permits/{id}", "permit_delete", {}});
  routes.front().name = "other";
  std::erase_if(routes, [](const Route& route) { return route.name == "task_list"; });
  EXPECT_EQ(openapi_faults(openapi_text(), routes),
            (std::vector<std::string>{
                "POST /api/v1/permits is described as permit_create and served as other",
                "DELETE /api/v1/permits/{id} is served and not described",
                "GET /api/v1/tasks is described and not served"}));
}

}  // namespace
}  // namespace tenggat::http
