// The API's routes over a real PostgreSQL of the test's own, from the router to the rows; no
// socket.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <map>
#include <optional>

#include "daemon/api/api.h"
#include "daemon/api/view.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/hash.h"
#include "daemon/store/migrations.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "notifiers/signature.h"
#include "tests/daemon/api/office.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::http {

namespace json = boost::json;
using boost::asio::awaitable;
using testing::at;

inline constexpr const char* kPublicUrl = "https://izin.example";
inline constexpr const char* kSubmission = R"({"sop":"paud","subject":"PAUD Melati",
  "applicant":{"name":"Siti","whatsapp":"081234567890"},"external_id":"web-17",
  "documents":[{"kind":"persyaratan_izin_paud","uri":"https://berkas.example/1"}]})";

inline SourceFile shipped_sop() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/sop/paud.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  // No reason that ships demands an end date; this one does, so that its refusal can be met.
  std::string sop = text.str();
  const std::string name = "nama: menunggu instansi lain\n";
  sop.insert(sop.find(name) + name.size(), "    sampai: wajib\n");
  return {"paud.yaml", sop};
}

inline store::RuleSet rule_set(std::string kind, std::string name, std::vector<SourceFile> files) {
  store::RuleSet set{kind, std::move(name), store::content_hash(kind, files), std::move(files)};
  return set;
}

struct NewToken {
  std::string officer, service;
  std::vector<std::string> scopes;
};

// Migrates, puts the shipped rules in force, hires the staff. Returns the secrets by owner.
inline awaitable<std::map<std::string, std::string>> furnish(std::string conninfo,
                                                             std::vector<NewToken> tokens) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, store::migrations());
  co_await store::allow_simulated_clock(db);
  co_await store::start_clock(db, at("2026-04-02T14:00:00+08:00"), 0);
  auto sop = rule_set("sop", "paud", {shipped_sop()});
  co_await store::put_in_force(db, store::By::system(), std::move(sop));
  auto calendar = rule_set("calendar", "banjarbaru",
                           {testing::shipped("banjarbaru.yaml"), testing::shipped("libur.tsv")});
  co_await store::put_in_force(db, store::By::system(), std::move(calendar));
  const People people = testing::staff();
  for (const Officer& officer : people.officers)
    co_await store::add_officer(db, store::By::system(), officer, store::InPerson::none());
  std::map<std::string, std::string> secrets;
  for (const NewToken& wanted : tokens) {
    const std::string secret = store::new_token_secret();
    store::Token token;
    token.officer = wanted.officer;
    token.service = wanted.service;
    token.scopes = wanted.scopes;
    token.hash = store::token_hash(secret);
    co_await store::add_token(db, store::By::system(), token);
    secrets[wanted.officer + wanted.service] = secret;
  }
  co_return secrets;
}

inline awaitable<void> move_clock(std::string conninfo, Instant to) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::set_clock(db, to);
}

class Routes : public ::testing::Test {
 protected:
  Routes() : database_(test::fresh_database()) {
    secrets_ = test::await(io_, furnish(database_, {{"fo", "", {}},
                                                    {"bo", "", {}},
                                                    {"kd", "", {}},
                                                    {"kb", "", {}},
                                                    {"", "portal", {"intake"}},
                                                    {"dt", "", {}},
                                                    {"s", "", {}},
                                                    {"", "kios", {"intake"}},
                                                    {"", "meja", {"act"}},
                                                    {"", "dasbor", {"read"}},
                                                    {"", "surat", {"bounce"}},
                                                    {"", "pengurus", {"admin"}}}));
    pg::PoolOptions options;
    options.connect.conninfo = database_;
    pool_.emplace(io_.get_executor(), options);
    uploads_.emplace(*pool_, UploadLimits{});
    committer_.emplace(io_.get_executor(), *pool_, rulebook_, metrics_,
                       std::bind_front(command_answer, std::string(kPublicUrl)),
                       office::CommitterOptions{});
    router_.emplace(api_routes({*pool_, *committer_, rulebook_, *uploads_, requests_, door_,
                                kPublicUrl, 1024, &receipts_, &links_}),
                    outage_answer);
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
  // The signature a provider would send along; empty for those that know a path instead.
  std::string signature_of(const std::string& body) const {
    const bool waha = receipts_.provider == "waha";
    const auto digest = waha ? notify::Digest::sha512 : notify::Digest::sha256;
    return (waha ? "" : "sha256=") + store::hex(notify::hmac(digest, receipts_.secret, body));
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
  RateLimit requests_{100'000};
  Doorkeeper door_{100'000};
  notify::ReceiptConfig receipts_{"meta", "kunci-tanda-tangan", "token-tantangan"};
  LinkKeys links_{{std::string(64, 'k')}};
  std::optional<pg::Pool> pool_;
  std::optional<Uploads> uploads_;
  std::optional<office::Committer> committer_;
  std::optional<Router> router_;
};

}  // namespace tenggat::http
