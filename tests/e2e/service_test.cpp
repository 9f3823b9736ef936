// What a service manager asks of the daemon: to start or say why not, to stop in time whatever does
// not answer, to reload and say how that went.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <iostream>
#include <optional>
#include <thread>

#include "tests/e2e/office.h"
#include "tests/support/daemon_process.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/scripted_server.h"

namespace tenggat::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

bool becomes_true(const std::function<bool()>& condition, seconds limit = seconds(20)) {
  const auto end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string new_database() {
  static int number = 0;
  return shared_postgres().create_database("service_" + std::to_string(++number));
}

class Service : public testing::Test {
 protected:
  ~Service() override {
    if (daemon_ && HasFailure()) std::cerr << "daemon log:\n" << daemon_->log() << '\n';
  }
  void office_at(std::string conninfo, std::string configuration = "") {
    DaemonProcess::Options options;
    options.conninfo = std::move(conninfo);
    options.configuration = std::move(configuration);
    daemon_.emplace(std::move(options));
  }
  // SIGTERM; it ends in time, and well.
  void stops_in_time() {
    const auto begun = Clock::now();
    daemon_->signal(SIGTERM);
    ASSERT_TRUE(becomes_true([&] { return daemon_->ended(); }, seconds(30)));
    EXPECT_LT(Clock::now() - begun, seconds(10));
    EXPECT_EQ(daemon_->last_status(), 0);
    EXPECT_FALSE(has(daemon_->log(), "ended_badly"));
  }
  // A database as it is after `tenggat db migrate`, and a way to it that can fall mute.
  void office_behind_proxy(std::string configuration = "") {
    static int number = 0;
    const std::string name = "service_proxy_" + std::to_string(++number);
    shared_postgres().create_database(name);
    proxy_.emplace(shared_postgres());
    office_at(proxy_->conninfo(name), std::move(configuration));
  }

  std::optional<FaultProxy> proxy_;
  std::optional<DaemonProcess> daemon_;
};

// --- to stop -------------------------------------------------------------------------------------

TEST_F(Service, StopsWhileItWaitsForADatabaseThatIsAway) {
  office_at("host=/nonexistent dbname=tenggat user=tenggat");
  daemon_->launch();
  ASSERT_TRUE(becomes_true([&] { return has(daemon_->log(), "database_away"); }));
  // What it was started with was accepted, and nothing is known of calendars: no alert is due.
  const std::string metrics = http_get(daemon_->admin_port(), "/metrics");
  EXPECT_TRUE(has(metrics, "\ntenggat_config_last_reload_successful 1\n"));
  EXPECT_FALSE(has(metrics, "\ntenggat_calendar_covered_until_timestamp_seconds{"));
  stops_in_time();
}

TEST_F(Service, StopsWhileItsFirstSessionGetsNoAnswer) {
  office_behind_proxy();
  proxy_->black_hole();
  daemon_->launch();
  ASSERT_TRUE(becomes_true([&] { return proxy_->counts().connections > 0; }));
  stops_in_time();
}

TEST_F(Service, StopsWhileItsFirstQueryGetsNoAnswer) {
  office_behind_proxy();
  daemon_->must({"db", "migrate"});
  const std::size_t before = proxy_->counts().connections;
  daemon_->launch();
  ASSERT_TRUE(becomes_true([&] { return proxy_->counts().connections > before; }));
  proxy_->hold();
  stops_in_time();
}

// Every loop has a flight under way then, LISTEN's session too.
TEST_F(Service, StopsThoughItsDatabaseFellMute) {
  office_behind_proxy();
  daemon_->must({"db", "migrate"});
  daemon_->start();
  proxy_->black_hole();
  const std::size_t swallowed = proxy_->counts().bytes_swallowed;
  ASSERT_TRUE(becomes_true([&] { return proxy_->counts().bytes_swallowed > swallowed + 500; }));
  stops_in_time();
}

TEST_F(Service, StopsThoughTheMailServerFellMute) {
  std::atomic<bool> called{false}, over{false};
  ScriptedServer mute([&](std::iostream& peer) {
    called = true;
    while (!over && peer.get() != std::char_traits<char>::eof()) {
    }
  });
  office_at(new_database(),
            fmt::format("email: {{url: \"{}\", from: izin@example.go.id}}\n", mute.url("smtp")));
  daemon_->must({"db", "migrate"});
  daemon_->must({"officer", "add", "--id", "adm", "--name", "Yusuf", "--role", "admin", "--email",
                 "yusuf@example.go.id"});
  daemon_->start();
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect(
      {boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(daemon_->api_port())});
  const std::string form = "alamat=yusuf%40example.go.id&ke=";
  boost::asio::write(
      socket, boost::asio::buffer(
                  fmt::format("POST /masuk HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: "
                              "application/x-www-form-urlencoded\r\nContent-Length: {}\r\nOrigin: "
                              "https://perizinan.example.go.id\r\nConnection: close\r\n\r\n{}",
                              daemon_->api_port(), form.size(), form)));
  ASSERT_TRUE(becomes_true([&] { return called.load(); }));
  stops_in_time();
  over = true;
}

// --- to start ------------------------------------------------------------------------------------

// A server of its own: who may sign in is written in its files.
class Logins : public Service {
 protected:
  Logins() {
    server_.execute("CREATE ROLE juru LOGIN PASSWORD 'rahasia'");
    server_.execute("CREATE ROLE tamu LOGIN");
    server_.create_database("office");
    write_file(server_.directory() + "/data/pg_hba.conf",
               "local all tamu reject\n"
               "local all juru scram-sha-256\n"
               "local all all trust\n");
    server_.execute("SELECT pg_reload_conf()");
  }
  void is_refused(const std::string& more, const std::string& sqlstate) {
    office_at("host=" + server_.socket_directory() + " connect_timeout=2 " + more);
    daemon_->launch();
    ASSERT_TRUE(becomes_true([&] { return daemon_->ended(); }, seconds(15))) << more;
    EXPECT_EQ(daemon_->last_status(), 1) << more;
    EXPECT_TRUE(has(daemon_->log(), "database_refuses_login")) << daemon_->log();
    EXPECT_TRUE(has(daemon_->log(), "\"sqlstate\":\"" + sqlstate + "\"")) << daemon_->log();
    EXPECT_FALSE(has(daemon_->log(), "rahasia"));
  }
  TestPostgres server_;
};

TEST_F(Logins, OneThatTheDatabaseRefusesIsAFaultAndNoOutage) {
  is_refused("dbname=office user=siapa", "28000");
  is_refused("dbname=office user=tamu", "28000");  // pg_hba.conf
  is_refused("dbname=office user=juru password=salah", "28P01");
  is_refused("dbname=office user=juru", "28P01");  // none is given
  is_refused("dbname=tiada user=juru password=rahasia", "3D000");
}

// It may be the other that takes us.
TEST_F(Logins, OneHostThatRefusesBesideOneThatIsAwayIsAnOutage) {
  office_at("host=/nonexistent," + server_.socket_directory() + " dbname=office user=siapa");
  daemon_->launch();
  ASSERT_TRUE(becomes_true([&] { return has(daemon_->log(), "database_away"); }));
  EXPECT_FALSE(daemon_->ended());
  stops_in_time();
}

// --- to reload -----------------------------------------------------------------------------------

class Reloads : public testing::Test {
 protected:
  CommandResult ask() {
    return office_.daemon().tenggatd({"--reload", std::to_string(office_.daemon().pid())});
  }
  void configure(const std::string& from, const std::string& to) {
    const auto path = office_.daemon().directory() / "tenggat.yaml";
    std::string text = read_file(path);
    ASSERT_TRUE(has(text, from)) << text;
    write_file(path, text.replace(text.find(from), from.size(), to));
  }
  Office office_{"2026-06-02T08:00:00", "officers: {messages_an_hour: 12}\n"};
};

TEST_F(Reloads, WhoAsksHearsWhatChangedAndWhatTakesARestart) {
  const CommandResult nothing = ask();
  EXPECT_EQ(nothing.status, 0) << nothing.err;
  EXPECT_EQ(nothing.out, "nothing changed\n");

  configure("messages_an_hour: 12", "messages_an_hour: 20");
  configure(fmt::format("listen: 127.0.0.1:{}", office_.daemon().api_port()),
            fmt::format("listen: 127.0.0.1:{}", free_port()));
  write_file(office_.daemon().directory() / "whatsapp_token", "token-baru");
  const CommandResult some = ask();
  EXPECT_EQ(some.status, 0) << some.err;
  EXPECT_EQ(some.out,
            "changed: whatsapp.token_file, officers.messages_an_hour\n"
            "changed, but takes a restart: listen\n");
  EXPECT_TRUE(has(office_.daemon_log(), "\"restart_needed\":\"listen\""));
  EXPECT_FALSE(has(office_.daemon_log(), "token-baru"));
  // Until it has been restarted it is said again, and the old address serves.
  EXPECT_TRUE(has(ask().out, "changed, but takes a restart: listen\n"));
  EXPECT_TRUE(has(http_get(office_.daemon().api_port(), "/api/v1/openapi.json"), "200 OK"));
  office_.stop_daemon();
}

TEST_F(Reloads, ARefusedOneFailsWithTheReasonAndShowsInTheMetric) {
  configure("messages_an_hour: 12", "messages_an_hour: 0");
  const CommandResult refused = ask();
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(has(refused.err, "tenggat.yaml:")) << refused.err;
  EXPECT_TRUE(has(refused.err, "reload refused")) << refused.err;
  EXPECT_TRUE(office_.metric_becomes("tenggat_config_last_reload_successful 0"));
  EXPECT_TRUE(has(office_.daemon_log(), "reload_refused"));
  configure("messages_an_hour: 0", "messages_an_hour: 12");
  EXPECT_EQ(ask().status, 0);
  EXPECT_TRUE(office_.metric_becomes("tenggat_config_last_reload_successful 1"));
  office_.stop_daemon();
}

// The daemon alone was handed its credentials; who asks for a reload has none.
TEST_F(Reloads, WhoAsksNeedsNoCredential) {
  office_.stop_daemon();
  const auto credentials = office_.daemon().directory() / "credentials";
  std::filesystem::create_directory(credentials);
  std::filesystem::rename(office_.daemon().directory() / "app_secret", credentials / "app_secret");
  office_.daemon().options().environment["CREDENTIALS_DIRECTORY"] = credentials.string();
  office_.start_daemon();
  const CommandResult accepted = ask();
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  office_.stop_daemon();
}

TEST_F(Reloads, ACalendarFileThatIsNotInForceIsNamed) {
  office_.use_own_rules();
  ASSERT_EQ(ask().status, 0);
  office_.change_rule("calendar/banjarbaru.yaml", "08:00", "08:30");
  office_.change_rule("sop/paud.yaml", "judul: ", "judul: Surat ");
  office_.change_rule("texts/id.yaml", "telah kami\n      terima pada",
                      "sudah kami\n      terima pada");
  const CommandResult accepted = ask();
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_EQ(accepted.out,
            "changed: texts, sop paud\n"
            "files differ from what is in force: calendar banjarbaru (tenggat calendar preview "
            "FILE, then tenggat calendar apply FILE)\n");
  EXPECT_TRUE(has(office_.daemon_log(), "\"rules_differ\""));
  // So does a start.
  office_.stop_daemon();
  const std::size_t before = office_.daemon_log().size();
  office_.start_daemon();
  EXPECT_TRUE(has(office_.daemon_log().substr(before), "\"rules_differ\""));
  office_.stop_daemon();
}

TEST_F(Reloads, OneThatTheDatabaseDoesNotTakeLeavesAllAsItWas) {
  configure("messages_an_hour: 12", "messages_an_hour: 20");
  shared_postgres().kill9();
  const CommandResult refused = ask();
  shared_postgres().start();
  EXPECT_EQ(refused.status, 1) << refused.out;
  ASSERT_TRUE(becomes_true([&] { return office_.daemon().ready(); }));
  const CommandResult accepted = ask();
  EXPECT_EQ(accepted.out, "changed: officers.messages_an_hour\n") << accepted.err;
  office_.stop_daemon();
}

TEST_F(Reloads, AnotherProcessIsNotAsked) {
  const CommandResult nobody = office_.daemon().tenggatd({"--reload", std::to_string(getpid())});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_TRUE(has(nobody.err, "is no running tenggatd"));
  EXPECT_EQ(office_.daemon().tenggatd({"--reload", "x"}).status, 2);
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
