// A daemon that is asked for more than it can do: over real HTTP, on a database that stalls, falls
// mute or is simply kept busy.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/daemon_process.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/http_client.h"
#include "tests/support/postgres.h"

namespace tenggat::test {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kStart = "2026-04-02T14:00:00+08:00";

std::string new_database() {
  static int count = 0;
  const std::string name = fmt::format("overload_{}", ++count);
  shared_postgres().create_database(name);
  return name;
}

std::string submission(const std::string& external_id) {
  return json::serialize(
      json::object{{"sop", "paud"},
                   {"subject", "PAUD " + external_id},
                   {"external_id", external_id},
                   {"applicant", {{"name", "Siti"}}},
                   {"documents", json::array{json::object{{"kind", "persyaratan_izin_paud"},
                                                          {"uri", "https://berkas.example/1"}}}}});
}

// One request on a connection of its own, opened before.
struct Caller {
  Caller(asio::io_context& io, int port) : client(io.get_executor(), port) {}
  HttpClient client;
  std::string request;
  std::optional<HttpAnswer> answer;
  milliseconds took{};
};

asio::awaitable<void> connect(Caller& caller, std::size_t& open) {
  co_await caller.client.connect();
  ++open;
}

asio::awaitable<void> call(Caller& caller) {
  const auto begun = steady_clock::now();
  std::string request = caller.request;
  HttpAnswer answer = co_await caller.client.exchange(std::move(request));
  caller.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
  caller.answer = std::move(answer);
}

// The daemon behind the proxy, officers `fo` (told by email) and two services.
class Overload : public ::testing::Test {
 protected:
  void start(const std::string& clock) {
    DaemonProcess::Options options;
    options.conninfo = proxy_.conninfo(database_);
    options.clock = clock;
    options.configuration = fmt::format(
        "email: {{url: \"file:{}\"}}\nofficers: {{group_wait: 1s, group_interval: 1s}}\n"
        "undo_window: 1s\nhttp: {{requests_a_minute: 100000000, proxies: [127.0.0.1]}}\n",
        shared_postgres().directory() + "/" + database_ + "-mail");
    daemon_.emplace(std::move(options));
    daemon_->must({"db", "migrate", "--simulated-clock"});
    daemon_->start();
    daemon_->must({"officer", "add", "--id", "fo", "--name", "Rina", "--role", "front_office",
                   "--email", "fo@banjarbaru.example"});
    daemon_->must({"officer", "add", "--id", "kb", "--name", "Siti", "--role", "kabid_perizinan",
                   "--email", "kb@banjarbaru.example"});
    portal_ = daemon_->new_token({"--service", "portal", "--scope", "intake,read"});
    kiosk_ = daemon_->new_token({"--service", "kios", "--scope", "intake,read"});
    fo_ = daemon_->new_token({"--officer", "fo"});
  }
  ~Overload() override {
    proxy_.pass();
    if (HasFailure() && daemon_) std::cerr << daemon_->log().substr(0, 8000) << '\n';
  }

  std::string query(const std::string& sql) const {
    return shared_postgres().execute(sql, database_);
  }
  std::unique_ptr<Caller> caller_for(const std::string& token, const std::string& name) {
    auto caller = std::make_unique<Caller>(io_, daemon_->api_port());
    caller->request = http_request("POST", "/api/v1/permits", token, "k-" + name, submission(name));
    return caller;
  }
  void run_until(const std::function<bool()>& condition, std::chrono::seconds limit = 30s) {
    const auto give_up = steady_clock::now() + limit;
    while (!condition()) {
      ASSERT_LT(steady_clock::now(), give_up);
      io_.restart();
      io_.run_for(milliseconds(5));
    }
  }
  using Callers = std::vector<std::unique_ptr<Caller>>;
  Callers connected(const std::string& token, const std::string& name, int count) {
    Callers callers;
    std::size_t open = 0;
    for (int i = 0; i < count; ++i) {
      callers.push_back(caller_for(token, fmt::format("{}-{}", name, i)));
      asio::co_spawn(io_, connect(*callers.back(), open), asio::detached);
    }
    run_until([&] { return open == callers.size(); });
    return callers;
  }
  void call_all(Callers& callers) {
    for (auto& one : callers) {
      one->answer.reset();
      asio::co_spawn(io_, call(*one), asio::detached);
    }
  }
  static std::size_t answered(const Callers& callers, int status) {
    return static_cast<std::size_t>(std::count_if(
        callers.begin(), callers.end(),
        [status](const auto& one) { return one->answer && one->answer->status == status; }));
  }
  static std::size_t answered(const Callers& callers) {
    return static_cast<std::size_t>(std::count_if(
        callers.begin(), callers.end(), [](const auto& one) { return one->answer.has_value(); }));
  }
  HttpAnswer ask(const std::string& request) {
    Caller caller(io_, daemon_->api_port());
    caller.request = request;
    asio::co_spawn(io_, call(caller), asio::detached);
    run_until([&] { return caller.answer.has_value(); });
    return caller.answer.value_or(HttpAnswer{});
  }
  // What was refused comes back after the time it was told, until all are in.
  void come_back(Callers& callers) {
    run_until([&] {
      for (auto& one : callers) {
        if (!one->answer || one->answer->status != 503) continue;
        one->answer.reset();
        asio::co_spawn(io_, call(*one), asio::detached);
      }
      return answered(callers, 201) == callers.size();
    });
  }

  asio::io_context io_;
  std::string database_ = new_database();
  FaultProxy proxy_{shared_postgres()};
  std::optional<DaemonProcess> daemon_;
  std::string portal_, kiosk_, fo_;
};

TEST_F(Overload, AStalledDatabaseTurnsTheSurplusAwayAtOnceAndNothingIsLostOrDoubled) {
  start(fmt::format("{}@0", kStart));
  ASSERT_EQ(
      ask(http_request("POST", "/api/v1/permits", portal_, "k-first", submission("first"))).status,
      201);
  constexpr std::size_t kFlood = 980;
  Callers flood = connected(portal_, "flood", kFlood);
  Callers others = connected(kiosk_, "other", 20);

  // Somebody holds what every submission needs.
  const std::unique_ptr<PGconn, decltype(&PQfinish)> holder(
      PQconnectdb(shared_postgres().conninfo(database_).c_str()), &PQfinish);
  PQclear(PQexec(holder.get(), "BEGIN"));
  PQclear(PQexec(holder.get(), "SELECT * FROM permit_number FOR UPDATE"));
  call_all(flood);
  // One batch at most is under way, half the queue waits.
  run_until([&] { return answered(flood) >= kFlood - 512 - 256; }, 8s);
  call_all(others);
  // Reading goes on.
  EXPECT_EQ(ask(http_request("GET", "/api/v1/permits/PAUD-2026-00001", portal_, "", "")).status,
            200);
  run_until([&] { return io_.poll() == 0; });
  const std::size_t refused = answered(flood, 503);
  EXPECT_EQ(answered(flood), refused);
  milliseconds slowest{0};
  for (const auto& one : flood)
    if (one->answer) {
      slowest = std::max(slowest, one->took);
      EXPECT_GE(one->answer->retry_after, 1);
    }
  EXPECT_LT(slowest, 3s);
  EXPECT_EQ(answered(others), 0U);  // another token's commands got in
  EXPECT_EQ(query("SELECT count(*) FROM permit"), "1");

  PQclear(PQexec(holder.get(), "COMMIT"));
  run_until([&] { return answered(flood) == kFlood && answered(others) == 20; });
  EXPECT_EQ(answered(flood, 201), kFlood - refused);
  EXPECT_EQ(answered(others, 201), 20U);
  EXPECT_EQ(query("SELECT count(*) FROM permit"), std::to_string(kFlood + 21 - refused));
  come_back(flood);
  EXPECT_EQ(query("SELECT count(*) || ' ' || count(DISTINCT external_id) FROM permit"),
            "1001 1001");
  EXPECT_EQ(query("SELECT count(*) FROM idempotency"), "1001");
  EXPECT_EQ(query("SELECT last FROM permit_number"), "1001");
  EXPECT_EQ(query("SELECT count(*) FROM permit p WHERE events <> (SELECT count(*) FROM event WHERE"
                  " permit = p.id)"),
            "0");
  std::cout << fmt::format("{} of {} refused, the slowest after {} ms\n", refused, kFlood,
                           slowest.count());
}

TEST_F(Overload, AMuteDatabaseIsLeftForAFreshSessionAndNothingIsLostOrDoubled) {
  start(fmt::format("{}@0", kStart));
  Callers callers = connected(portal_, "s", 200);
  Callers first = connected(portal_, "first", 1);
  call_all(first);
  run_until([&] { return answered(first, 201) == 1; });
  proxy_.black_hole();
  call_all(callers);
  // What was open stays mute, the committer's session among it.
  const std::size_t before = proxy_.counts().bytes_swallowed;
  run_until([&] { return proxy_.counts().bytes_swallowed > before; });
  const auto begun = steady_clock::now();
  proxy_.pass();
  run_until([&] { return answered(callers) == callers.size(); });
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
  EXPECT_LT(took, 15s);
  come_back(callers);
  EXPECT_EQ(query("SELECT count(*) || ' ' || count(DISTINCT external_id) FROM permit"), "201 201");
  run_until([&] { return daemon_->ready(); });
  std::cout << fmt::format("answered {} ms after the network was back\n", took.count());
}

// Claims and releases its permit as fast as it is answered.
asio::awaitable<void> keep_busy(Caller& caller, std::string path, std::string token, int number,
                                const bool& stop, std::size_t& acted, std::size_t& refused) {
  for (std::size_t i = 0; !stop; ++i) {
    std::string request =
        http_request("POST", path + (i % 2 == 0 ? "/claim" : "/release"), token,
                     fmt::format("b-{}-{}", number, i), R"({"step":"verifikasi"})");
    const HttpAnswer answer = co_await caller.client.exchange(std::move(request));
    ++(answer.status == 200 ? acted : refused);
  }
}

// A minute of the office's a second: a step of ten minutes is due after ten.
TEST_F(Overload, AFloodOfCommandsTakesNothingFromTheWatchAndTheDispatcher) {
  constexpr int kClients = 64;
  start(fmt::format("{}@60", kStart));
  Callers callers = connected(portal_, "busy", kClients);
  callers.push_back(caller_for(kiosk_, "quiet"));
  call_all(callers);
  run_until([&] { return answered(callers) == callers.size(); });
  ASSERT_EQ(answered(callers, 201), callers.size());

  bool stop = false;
  std::size_t acted = 0, refused = 0;
  for (int i = 0; i < kClients; ++i) {
    Caller& caller = *callers[static_cast<std::size_t>(i)];
    const json::value permit = json::parse(caller.answer->body);
    asio::co_spawn(io_,
                   keep_busy(caller, "/api/v1/permits/" + std::string(permit.at("id").as_string()),
                             fo_, i, stop, acted, refused),
                   asio::detached);
  }
  // The quiet permit is the watch's alone; the busy ones are locked by commands most of the time.
  const std::string told =
      "SELECT count(*) FROM message m JOIN message_notice mn ON mn.message = m.id"
      " JOIN notice n ON n.permit = mn.permit AND n.id = mn.notice"
      " JOIN permit p ON p.id = n.permit"
      " WHERE n.kind = 'due' AND p.external_id = 'quiet' AND m.state = 'accepted'";
  auto next_look = steady_clock::now();
  run_until(
      [&] {
        if (steady_clock::now() < next_look) return false;
        next_look = steady_clock::now() + 100ms;
        return query(told) != "0" &&
               query("SELECT count(DISTINCT permit) FROM raised_rung WHERE rung = 'due'") == "65";
      },
      40s);
  stop = true;
  const std::string late =
      query("SELECT extract(epoch FROM max(raised_at - due_at))::int FROM raised_rung");
  // From the due instant to the mail, in real seconds.
  const std::string mail = query(
      "SELECT round(max(extract(epoch FROM m.accepted_at - (c.anchor_at + (r.due_at - c.start_at) /"
      " c.speed)))::numeric, 1) FROM simulated_clock c, message m JOIN message_notice mn"
      " ON mn.message = m.id JOIN notice n ON n.permit = mn.permit AND n.id = mn.notice"
      " JOIN permit p ON p.id = n.permit JOIN raised_rung r ON r.permit = p.id AND r.rung = 'due'"
      " WHERE n.kind = 'due' AND p.external_id = 'quiet'");
  std::cout << fmt::format(
      "{} commands, {} refused; rungs raised at most {} office seconds late (60 a second), the"
      " quiet permit's mail left {} s after it was due\n",
      acted, refused, late, mail);
  EXPECT_EQ(refused, 0U);
  EXPECT_GT(acted, 1000U);
  EXPECT_LE(std::stoi(late), 120);
  EXPECT_LE(std::stod(mail), 2.0);
  run_until([&] { return io_.poll() == 0; });
}

}  // namespace
}  // namespace tenggat::test
