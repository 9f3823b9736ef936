#include "tests/faults/rig.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "notifiers/email/email.h"
#include "notifiers/message.h"
#include "tests/support/await.h"
#include "tests/support/building_office.h"
#include "tests/support/http_client.h"
#include "tests/support/invariants.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr const char* kFrom = "izin@example.go.id";

notify::Texts shipped_texts() {
  const std::string path = std::string(TENGGAT_SOURCE_DIR) + "/rules/office/texts/id.yaml";
  return notify::load_texts({path, read_file(path)}).value();
}

// A message at Meta, by the id we send along.
std::string identity_at_meta(const std::string& message) { return "whatsapp " + message; }

std::string message_id_of(const std::string& mail) {
  constexpr std::string_view kHeader = "\nMessage-ID: ";
  const auto at = mail.find(kHeader);
  if (at == std::string::npos) return "";
  const auto begin = at + kHeader.size();
  return mail.substr(begin, mail.find('\n', begin) - begin);
}

struct Sent {
  std::size_t messages = 0, unknown = 0, delivered = 0;
  bool gave_way = false;  // to a later message that was accepted
};

}  // namespace

TestPostgres::Options durable() {
  TestPostgres::Options options;
  options.fsync = true;
  options.settings = {"max_connections=100"};
  return options;
}

Rig::Rig(std::string clock, TestPostgres::Options options, std::string schema)
    : Rig(std::move(clock), std::make_shared<TestPostgres>(std::move(options)), std::move(schema)) {
  server.create_database(kDatabase);
}

Rig::Rig(std::string clock, const Rig& beside, std::string schema)
    : Rig(std::move(clock), beside.shared_, std::move(schema)) {}

Rig::Rig(std::string clock, std::shared_ptr<TestPostgres> shared, std::string schema)
    : shared_(std::move(shared)),
      server(*shared_),
      texts(shipped_texts()),
      meta(texts),
      clock_(std::move(clock)),
      schema_(std::move(schema)) {
  rules_ = fs::path(server.directory()) / ("rules-" + schema_);
  fs::copy(fs::path(TENGGAT_SOURCE_DIR) / "rules/office", rules_, fs::copy_options::recursive);
  add_building_sops(rules_ / "sop", BuildingPace::minutes);
}

DaemonProcess::Options Rig::daemon_options() const {
  const notify::WhatsappConfig whatsapp = meta.config();
  DaemonProcess::Options options;
  options.conninfo = server.conninfo(kDatabase);
  options.clock = clock_;
  options.rules = rules_;
  options.configuration = fmt::format(
      "email: {{url: \"{}\", from: \"Perizinan <{}>\"}}\n"
      "whatsapp: {{url: \"{}\", version: {}, phone_number_id: \"{}\", token_file: token, "
      "messages_a_second: 0, person_interval: 0s}}\n"
      "http: {{requests_a_minute: 1000000}}\n"
      "schema: {}\n",
      smtp.url(), kFrom, whatsapp.url, whatsapp.version, whatsapp.phone_number_id, schema_);
  return options;
}

OfficeLoad::Tokens Rig::found_office(DaemonProcess& daemon) {
  write_file(daemon.directory() / "token", meta.config().token);
  daemon.must({"db", "migrate", "--simulated-clock"});
  load_.tokens = OfficeLoad::staff(daemon);
  hire_building_officers(daemon);
  load_.tokens.own.emplace("bank", bank_token(daemon));
  load_.buildings = 3;
  return load_.tokens;
}

int Rig::due_rungs() {
  return std::stoi(query("SELECT count(*) FROM raised_rung WHERE rung = 'due'"));
}

void Rig::stop_clock() {
  query(
      "UPDATE simulated_clock SET start_at = office_now(), anchor_at = clock_timestamp(),"
      " speed = 0");
}

std::string Rig::wait_until_quiet(std::chrono::seconds limit) {
  std::string left;
  wait_until(
      [&] {
        left = query(
            "SELECT concat_ws(', ',"
            " (SELECT count(*) || ' messages queued, the first with ' || min(attempts) || ' to ' ||"
            "   max(attempts) || ' attempts' FROM message WHERE state = 'queued'"
            "   HAVING count(*) > 0),"
            " (SELECT count(*) || ' notices past their time' FROM notice WHERE state = 'pending'"
            "   AND send_at <= office_now() HAVING count(*) > 0),"
            " (SELECT count(*) || ' permits with something due' FROM visit"
            "   WHERE check_at <= office_now() HAVING count(*) > 0),"
            " (SELECT count(*) || ' daily jobs due' FROM daily_job WHERE next_at <= office_now()"
            "   HAVING count(*) > 0))");
        return left.empty();
      },
      limit);
  return left;
}

Deliveries Rig::deliveries() {
  const json::value rows = json::parse(query(
      "SELECT coalesce(json_agg(t), '[]') FROM (SELECT m.id, m.channel, m.address, m.state || ' ' "
      "|| m.reason AS state, m.text,"
      " (SELECT count(*) FROM attempt a WHERE a.message = m.id"
      "   AND (a.outcome IN ('', 'unknown') OR (a.outcome = 'accepted' AND a.fence < m.fence)))"
      "   AS unknown, m.state = 'failed' AND m.reason = 'superseded' AND EXISTS (SELECT FROM"
      "   message n WHERE n.recipient = m.recipient AND n.id > m.id AND n.state = 'accepted')"
      "   AS gave_way FROM message m ORDER BY m.id) t"));
  Deliveries found;
  std::map<std::string, Sent> by_identity;
  const auto take = [&](const std::string& who) { ++by_identity[who].delivered; };
  for (const json::value& row : rows.as_array()) {
    notify::Message message;
    message.id = std::to_string(row.at("id").as_int64());
    const bool email = row.at("channel").as_string() == "email";
    Sent& sent = by_identity[email ? notify::email::message_id(message, kFrom)
                                   : identity_at_meta(message.id)];
    const bool accepted = row.at("state").as_string().starts_with("accepted");
    sent.gave_way = row.at("gave_way").as_bool();
    if (!accepted && !sent.gave_way)
      found.faults.push_back(
          fmt::format("message {} is {}", message.id, std::string(row.at("state").as_string())));
    sent.messages += accepted;
    sent.unknown += static_cast<std::size_t>(row.at("unknown").as_int64());
    found.messages += accepted;
    found.unknown += static_cast<std::size_t>(row.at("unknown").as_int64());
  }
  for (const std::string& mail : smtp.messages(0)) take(message_id_of(mail));
  for (const MetaSink::Taken& one : meta.taken(0)) take(identity_at_meta(one.message));
  for (const auto& [who, sent] : by_identity) {
    found.delivered += sent.delivered;
    // Nobody knows of an attempt at it, and its reader has been told since.
    if (sent.gave_way && sent.delivered <= sent.unknown) continue;
    if (sent.messages == 0)
      found.faults.push_back("delivered and not in the database: " + who);
    else if (sent.delivered < sent.messages)
      found.faults.push_back("accepted and in no sink: " + who);
    else if (sent.delivered - sent.messages > sent.unknown)
      found.faults.push_back(fmt::format("{} deliveries of {}, with {} unknown outcomes",
                                         sent.delivered, who, sent.unknown));
    if (sent.delivered > sent.messages) found.extra += sent.delivered - sent.messages;
  }
  for (const std::string& fault : meta.faults()) found.faults.push_back("Meta: " + fault);
  return found;
}

std::vector<std::string> Rig::wrongly_reported(const DaemonProcess& daemon) {
  // In the order that the reference gives: the soonest due, then the earliest opened.
  const json::value rows = json::parse(
      query("SELECT coalesce(json_agg(t), '[]') FROM (SELECT p.id, json_agg(json_build_array("
            " v.step || '#' || v.occurrence, to_char(v.due_at AT TIME ZONE 'Asia/Makassar',"
            " 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+08:00')"
            " ORDER BY v.due_at NULLS LAST, v.opened_at, v.id) AS visits FROM permit p JOIN visit v"
            " ON v.permit = p.id AND v.closed_at IS NULL AND NOT v.undone GROUP BY p.id"
            " HAVING count(*) > 1 ORDER BY p.id) t"));
  std::vector<std::string> wrong;
  boost::asio::io_context io{1};
  HttpClient http(io.get_executor(), daemon.api_port());
  for (const json::value& row : rows.as_array()) {
    const std::int64_t id = row.at("id").as_int64();
    const HttpAnswer answer =
        await(io, http.exchange(http_request("GET", fmt::format("/api/v1/permits/{}", id),
                                             load_.tokens.portal, "", "")));
    json::array told;
    if (answer.status == 200) {
      const json::value permit = json::parse(answer.body);
      for (const json::value& visit : permit.at("visits").as_array())
        told.push_back(json::array{visit.at("visit"), visit.at("sla").at("due_at")});
    }
    if (json::value(told) != row.at("visits"))
      wrong.push_back(fmt::format("permit {} is answered as {}, and stored as {}", id,
                                  json::serialize(told), json::serialize(row.at("visits"))));
  }
  if (rows.as_array().empty()) wrong.emplace_back("no permit has two open visits");
  return wrong;
}

Deliveries Rig::judge(const std::vector<OfficeLoad::Acknowledged>& ledger) {
  int shown = 0;
  for (const std::string& breach : breaches(ledger, server, kDatabase, schema_))
    if (++shown <= 20) ADD_FAILURE() << breach;
  Deliveries found = deliveries();
  for (const std::string& fault : found.faults)
    if (++shown <= 40) ADD_FAILURE() << fault;
  EXPECT_LE(found.extra, found.unknown);
  return found;
}

std::string Rig::branch_work() {
  struct Kind {
    const char* what;
    const char* sql;
    // Of what is taken back some is too late, more of it on a busy machine.
    bool is_certain = true;
  };
  const Kind kinds[] = {
      {"forks in two",
       "SELECT count(*) FROM (SELECT FROM visit WHERE step LIKE 'kajian%' AND NOT"
       " undone AND fork <> 0 GROUP BY permit, fork"
       " HAVING count(DISTINCT branch) = 2) s"},
      {"in three",
       "SELECT count(*) FROM (SELECT FROM visit WHERE step LIKE 'kajian%' AND NOT"
       " undone AND fork <> 0 GROUP BY permit, fork"
       " HAVING count(DISTINCT branch) = 3) s"},
      {"joins", "SELECT count(*) FROM visit WHERE step = 'pemeriksaan_lapangan' AND NOT undone"},
      {"visits cancelled", "SELECT count(*) FROM visit WHERE action = 'cancelled'"},
      {"forks taken back",
       "SELECT count(DISTINCT (permit, fork)) FROM visit"
       " WHERE undone AND fork <> 0 AND step LIKE 'kajian%'",
       false},
      {"steps of branches taken back",
       "SELECT count(*) FROM event WHERE type = 'undone' AND fields::json ->> 'action' <> "
       "'terima'",
       false},
      {"pauses in branches",
       "SELECT count(*) FROM pause p JOIN visit v ON v.permit = p.permit"
       " AND v.id = p.visit WHERE v.fork <> 0"},
      {"rungs in branches",
       "SELECT count(*) FROM raised_rung r JOIN visit v ON v.permit ="
       " r.permit AND v.id = r.visit WHERE v.fork <> 0 AND r.rung <> 'start'"},
      {"fees paid", "SELECT count(*) FROM event WHERE actor = 'service:bank'"}};
  std::string all;
  for (const Kind& kind : kinds) {
    const std::string times = query(kind.sql);
    EXPECT_FALSE(kind.is_certain && times == "0") << kind.what;
    all += fmt::format("{}{} {}", all.empty() ? "" : ", ", times, kind.what);
  }
  return all;
}

}  // namespace tenggat::test
