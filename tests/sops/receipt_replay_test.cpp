// A city's log through receipt.yaml and the daemon: every case by HTTP, each event at its time by
// its officer, several cases at once, ladders on. The simulated clock stands still and is moved
// from due instant to due instant. Clocks, verdicts and escalations of every case, as the API tells
// them, are those the script of tests/sops computes, to the second.
//
//   receipt_replay_test [short|full]    short: the files of one month of the log's
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <deque>
#include <iostream>
#include <map>
#include <set>

#include "daemon/pg/connection.h"
#include "daemon/store/office_clock.h"
#include "tests/sops/receipt_files.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/invariants.h"
#include "tests/support/postgres.h"

namespace tenggat::test {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

bool whole_log = false;
constexpr std::string_view kSystem = "case_system";
constexpr std::size_t kConnections = 16;
constexpr std::chrono::seconds kPatience{60};

class City {
 public:
  explicit City(const ReplayFiles& files);
  // All commands, then the end.
  void run();
  json::object came(const std::string& of_case);
  std::size_t stops() const { return stops_; }
  void judge() {
    for (const std::string& breach : breaches({}, shared_postgres(), kDatabase))
      ADD_FAILURE() << breach;
  }

 private:
  using Of = const ReplayCommand*;

  asio::awaitable<void> live();
  asio::awaitable<void> pass_time(Instant until);
  asio::awaitable<void> settle();
  asio::awaitable<void> take_all(std::vector<std::vector<Of>> by_case);
  asio::awaitable<void> work(std::size_t client, std::shared_ptr<std::deque<std::vector<Of>>> open,
                             std::shared_ptr<std::size_t> working);
  asio::awaitable<HttpAnswer> asked(std::size_t client, std::string request);
  asio::awaitable<void> take(std::size_t client, Of command);
  asio::awaitable<void> ask(std::string of_case);
  void spawn(asio::awaitable<void> coroutine);

  const char* const kDatabase = "receipt";
  const ReplayFiles& files_;
  std::unique_ptr<DaemonProcess> daemon_;
  std::map<std::string, std::string> tokens_;
  asio::io_context io_{1};
  std::vector<HttpClient> clients_;
  std::optional<pg::Connection> clock_;
  Instant now_{};
  std::optional<Instant> next_due_;
  std::size_t stops_ = 0;
  int refused_ = 0;
  std::map<std::string, std::string> ids_;  // by case
  std::map<std::string, json::object> timelines_, whys_;
};

City::City(const ReplayFiles& files) : files_(files) {
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database(kDatabase);
  now_ = files.commands.front().at - Seconds{60};
  options.clock = receipt_calendar().format(now_) + "@0";
  options.configuration =
      "mode: trial\nkalender: nederland\nhttp: {requests_a_minute: 100000000}\n"
      "officers: {group_interval: 2h}\n";
  daemon_ = std::make_unique<DaemonProcess>(std::move(options));
  daemon_->options().rules = receipt_rules_in(daemon_->directory());
  daemon_->write_configuration();
  daemon_->must({"db", "migrate", "--simulated-clock"});
  for (const ReplayOfficer& officer : files.officers) {
    std::vector<std::string> add{"officer", "add",      "--id",    officer.id,
                                 "--name",  officer.id, "--email", officer.id + "@city.example"};
    for (const std::string& role : officer.roles) add.insert(add.end(), {"--role", role});
    daemon_->must(add);
    tokens_[officer.id] = daemon_->new_token({"--officer", officer.id});
  }
  tokens_[""] = daemon_->new_token({"--service", "counter", "--scope", "intake,read"});
  tokens_[std::string(kSystem)] = daemon_->new_token(
      {"--service", std::string(kSystem), "--scope", "act", "--role", std::string(kSystem)});
  daemon_->start();
  for (std::size_t i = 0; i < kConnections; ++i)
    clients_.emplace_back(io_.get_executor(), daemon_->api_port());
}

void City::spawn(asio::awaitable<void> coroutine) {
  asio::co_spawn(io_, std::move(coroutine), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

void City::run() {
  spawn(live());
  io_.run();
}

// What is due at the instant the clock stands at is done by the watch; nothing else is waited for.
asio::awaitable<void> City::settle() {
  const auto give_up = steady_clock::now() + kPatience;
  while (true) {
    const pg::Result due = co_await clock_->query(
        "SELECT count(*) FILTER (WHERE check_at <= $1::timestamptz), min(check_at)"
        " FILTER (WHERE check_at > $1::timestamptz) FROM visit WHERE check_at IS NOT NULL",
        now_);
    next_due_ = due.optional_instant(0, 1);
    if (due.int64(0, 0) == 0) co_return;
    if (steady_clock::now() > give_up)
      throw std::runtime_error(fmt::format("{} permits stay due", due.int64(0, 0)));
    co_await clock_->wait_notification(pg::Timeout{2});
  }
}

asio::awaitable<void> City::pass_time(Instant until) {
  while (now_ < until) {
    now_ = std::min(until, next_due_.value_or(until));
    ++stops_;
    const bool moved = co_await store::set_clock(*clock_, now_);
    if (!moved) throw std::runtime_error("the clock does not move");
    co_await settle();
  }
}

asio::awaitable<void> City::live() {
  clock_ = co_await pg::Connection::connect(pg::ConnectOptions(daemon_->options().conninfo));
  co_await store::listen(*clock_);
  for (auto at = files_.commands.begin(); at != files_.commands.end();) {
    co_await pass_time(at->at);
    std::map<std::string, std::vector<Of>> by_case;
    const Instant instant = at->at;
    for (; at != files_.commands.end() && at->at == instant; ++at)
      by_case[at->of_case].push_back(&*at);
    std::vector<std::vector<Of>> all;
    for (auto& [of_case, commands] : by_case) all.push_back(std::move(commands));
    co_await take_all(std::move(all));
    if (refused_ >= 20) throw std::runtime_error("and more");
    co_await settle();
  }
  co_await pass_time(files_.end);
  for (const json::object& expected : files_.expected)
    co_await ask(std::string(expected.at("case").as_string()));
}

// The commands of one instant: those of a case one after the other, the cases beside each other.
asio::awaitable<void> City::take_all(std::vector<std::vector<Of>> by_case) {
  const std::size_t clients = std::min(kConnections, by_case.size());
  auto open = std::make_shared<std::deque<std::vector<Of>>>(by_case.begin(), by_case.end());
  auto working = std::make_shared<std::size_t>(clients);
  for (std::size_t i = 1; i < clients; ++i) spawn(work(i, open, working));
  co_await work(0, open, working);
  while (*working > 0) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

asio::awaitable<void> City::work(std::size_t client,
                                 std::shared_ptr<std::deque<std::vector<Of>>> open,
                                 std::shared_ptr<std::size_t> working) {
  while (!open->empty()) {
    const std::vector<Of> commands = std::move(open->front());
    open->pop_front();
    for (const Of command : commands) co_await take(client, command);
  }
  --*working;
}

// A connection that lay idle for long has been closed; what it was to carry goes again, under its
// key.
asio::awaitable<HttpAnswer> City::asked(std::size_t client, std::string request) {
  std::string first = request;
  try {
    co_return co_await clients_[client].exchange(std::move(first));
  } catch (const boost::system::system_error&) {
    clients_[client].close();
  }
  co_return co_await clients_[client].exchange(std::move(request));
}

asio::awaitable<void> City::take(std::size_t client, Of command) {
  json::object body;
  std::string path = "/api/v1/permits";
  if (command->op == "submit") {
    body = {{"sop", "receipt"},
            {"applicant", {{"name", "Applicant"}}},
            {"subject", command->of_case},
            {"external_id", command->of_case},
            {"documents", json::array()},
            {"fields", command->fields}};
  } else {
    path += "/" + ids_.at(command->of_case) + (command->op == "act" ? "/actions" : "/claim");
    body["step"] = command->step;
    if (command->op == "act") body["action"] = command->action;
    if (!command->to.empty()) body["to"] = json::value_from(command->to);
  }
  const std::string key = std::to_string(command - files_.commands.data());
  std::string request =
      http_request("POST", path, tokens_.at(command->by), key, json::serialize(body));
  const HttpAnswer answer = co_await asked(client, std::move(request));
  if (answer.status == 201) {
    ids_[command->of_case] = json::parse(answer.body).at("id").as_string();
  } else if (answer.status != 200) {
    ++refused_;
    ADD_FAILURE() << fmt::format("{} {} {}.{} by {}: {} {}", command->of_case, command->op,
                                 command->step, command->action, command->by, answer.status,
                                 answer.body);
  }
}

asio::awaitable<void> City::ask(std::string of_case) {
  for (const auto& [name, kept] : {std::pair("timeline", &timelines_), std::pair("why", &whys_)}) {
    std::string request =
        http_request("GET", fmt::format("/api/v1/permits/{}/{}", ids_.at(of_case), name),
                     tokens_.at(""), "", "");
    const HttpAnswer answer = co_await asked(0, std::move(request));
    if (answer.status != 200) throw std::runtime_error(of_case + ": " + answer.body);
    (*kept)[of_case] = json::parse(answer.body).as_object();
  }
}

// --- what came, in the form of what is expected --------------------------------------------------

json::object visit_of(const json::value& visit) {
  const bool open = visit.at("closed_at").is_null();
  const bool cancelled = visit.at("action") == "cancelled";
  // Of an open visit that nobody has claimed the time so far is waiting; the script asks for none.
  const bool parts = !open || !visit.at("claimed_at").is_null();
  json::value by = visit.at(open || cancelled ? "assignee" : "closed_by");
  if (visit.at("step") == "submission") by = nullptr;
  return {{"step", visit.at("step")},
          {"visit", visit.at("occurrence")},
          {"by", by},
          {"result", cancelled ? "cancelled"
                     : open    ? "open"
                               : "done"},
          {"opened", visit.at("opened_at")},
          {"claimed", visit.at("claimed_at")},
          {"closed", visit.at("closed_at")},
          {"due", visit.at("sla").at("due_at")},
          {"elapsed", visit.at("sla").at("elapsed_seconds")},
          {"waiting", parts ? visit.at("waiting_seconds") : nullptr},
          {"handling", parts ? visit.at("handling_seconds") : nullptr},
          {"verdict", visit.at("verdict")}};
}

json::array escalations_of(const json::object& why) {
  json::array all;
  for (const json::value& rung : why.at("rungs").as_array()) {
    if (rung.at("raised_at").is_null()) continue;
    EXPECT_EQ(rung.at("raised_at"), rung.at("due_at")) << json::serialize(rung);
    json::array to;
    for (const json::value& notice : rung.at("notices").as_array())
      to.push_back(notice.at("addressee"));
    const bool of_case = rung.at("visit").is_null();
    const std::string visit = of_case ? "#0" : std::string(rung.at("visit").as_string());
    const auto mark = visit.find('#');
    all.push_back(
        json::object{{"step", of_case ? json::value(nullptr) : json::value(visit.substr(0, mark))},
                     {"visit", std::stoi(visit.substr(mark + 1))},
                     {"rung", rung.at("rung")},
                     {"k", rung.at("k")},
                     {"at", rung.at("due_at")},
                     {"to", std::move(to)}});
  }
  return all;
}

json::object City::came(const std::string& of_case) {
  const json::object& timeline = timelines_.at(of_case);
  std::int64_t working = 0;
  for (const char* party : {"office", "applicant", "other_agency"})
    working += timeline.at("time").at(party).at("working_seconds").as_int64();
  json::array visits;
  for (const json::value& visit : timeline.at("visits").as_array())
    visits.push_back(visit_of(visit));
  return {{"state", timeline.at("state")},
          {"working", working},
          {"case_clock",
           {{"due", timeline.at("case_sla").at("due_at")},
            {"consumed", timeline.at("case_sla").at("elapsed_seconds")},
            {"verdict", timeline.at("case").at("verdict")}}},
          {"visits", std::move(visits)},
          {"escalations", escalations_of(whys_.at(of_case))}};
}

// The files handed in in the log's first month after its beginning; they go on for as long as they
// did.
void keep_a_month(ReplayFiles& files) {
  const Instant from = files.commands.front().at + std::chrono::days{30};
  std::set<std::string> kept;
  for (const ReplayCommand& command : files.commands)
    if (command.op == "submit" && command.at >= from && command.at < from + std::chrono::days{30})
      kept.insert(command.of_case);
  std::erase_if(files.commands,
                [&](const ReplayCommand& one) { return !kept.contains(one.of_case); });
  std::erase_if(files.expected, [&](const json::object& one) {
    return !kept.contains(std::string(one.at("case").as_string()));
  });
  std::set<std::string> acting;
  for (const ReplayCommand& command : files.commands) acting.insert(command.by);
  std::erase_if(files.officers, [&](const ReplayOfficer& one) {
    return !acting.contains(one.id) && !one.id.ends_with("_lead") && !one.id.starts_with("head_");
  });
}

TEST(ReceiptPhase, TheDaemonGivesEveryCaseItsClocksVerdictsAndEscalations) {
  const auto log = receipt_log();
  if (!log) GTEST_SKIP() << "no log of a city here: TENGGAT_RECEIPT_LOG names one";
  ReplayFiles files = prepare_replay(*log);
  std::cout << files.report.substr(0, files.report.find('\n')) << '\n';
  EXPECT_GE(expressed_share(files, *log), 0.99);
  if (!whole_log) keep_a_month(files);
  const auto begun = steady_clock::now();
  City city(files);
  city.run();
  std::vector<json::object> came;
  std::size_t differing = 0;
  for (json::object expected : files.expected) {
    const std::string of_case(expected.at("case").as_string());
    for (const char* not_ours : {"case", "recorded"}) expected.erase(not_ours);
    for (const char* not_told : {"opened", "closed"})
      expected.at("case_clock").as_object().erase(not_told);
    came.push_back(city.came(of_case));
    const std::vector<std::string> found = differences(std::move(expected), came.back());
    if (found.empty()) continue;
    ADD_FAILURE() << of_case
                  << fmt::format(" differs in {} places, at first\n{}", found.size(),
                                 found.front());
    if (++differing == 20) FAIL() << "and more";
  }
  city.judge();
  std::cout << fmt::format("{} cases as expected, {} commands, {} instants, in {} s\n",
                           came.size() - differing, files.commands.size(), city.stops(),
                           std::chrono::duration_cast<Seconds>(steady_clock::now() - begun).count())
            << escalations_by_rung(came) << '\n';
}

}  // namespace
}  // namespace tenggat::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new tenggat::test::PostgresEnvironment);
  tenggat::test::whole_log = argc > 1 && std::string_view(argv[1]) == "full";
  return RUN_ALL_TESTS();
}
