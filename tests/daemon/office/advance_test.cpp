#include "daemon/office/advance.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/store/office_clock.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::office {
namespace {

namespace asio = boost::asio;
using test::at;
using test::await;
using namespace std::chrono_literals;

const Instant kStart = at("2026-04-02T14:00:00+08:00");

pg::Awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

// A daemon in small: renders what is due, each into a message, and sends it a while later.
pg::Awaitable<void> daemon_in_small(std::string conninfo, std::shared_ptr<bool> stop) {
  pg::ConnectOptions options;
  options.conninfo = conninfo;
  pg::Connection connection = co_await pg::Connection::connect(options);
  while (!*stop) {
    co_await connection.script(
        "WITH due AS (UPDATE notice SET state = 'rendered', state_at = office_now()"
        " WHERE state = 'pending' AND send_at <= office_now() RETURNING kind)"
        " INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
        " template, rendered_at) SELECT 'officer:siti', 'on_duty', 'email', 'a@b.id', 'S', kind, "
        "'',"
        " '', '[]', '', office_now() FROM due; NOTIFY \"tenggat.public\", 'work'");
    co_await pause(15ms);
    co_await connection.script(
        "UPDATE message SET state = 'accepted', accepted_at = clock_timestamp(), attempts = 1"
        " WHERE state = 'queued'; NOTIFY \"tenggat.public\", 'work'");
  }
}

class Advance : public test::OnDatabase {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"db", "migrate", "--simulated-clock"}).code, cli::kOk);
    auto connection = connect();
    ASSERT_TRUE(await(io_, store::start_clock(connection, kStart, 0)));
  }
  void add_notice(const std::string& kind, const std::string& send_at) {
    sql("INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
        " raised_at, hold_until, cause, send_at) VALUES (0, 0, '" +
        kind + "', 1, 1, 'role:x', 'officer', '', '', now(), now(), 0, '" + send_at + "')");
  }
  void begin_daemon() { asio::co_spawn(io_, daemon_in_small(conninfo_, stop_), asio::detached); }
  boost::system::result<Advanced, std::string> go(Instant target, AdvanceOptions options = {}) {
    auto connection = connect();
    return await(io_, advance(connection, target, std::move(options)));
  }

  std::shared_ptr<bool> stop_ = std::make_shared<bool>(false);
};

TEST_F(Advance, EmptyTimePassesAtOnceEvenWithoutADaemon) {
  const auto advanced = go(kStart + 240h);
  ASSERT_TRUE(advanced) << advanced.error();
  EXPECT_EQ(advanced->now, kStart + 240h);
  EXPECT_EQ(advanced->stops, 0);
}

TEST_F(Advance, EveryDueInstantIsVisitedAndNothingIsJumpedOver) {
  begin_daemon();
  add_notice("c", "2026-04-07T07:30:00+08:00");
  add_notice("a", "2026-04-02T14:00:00+08:00");
  add_notice("b", "2026-04-02T14:02:00+08:00");
  add_notice("later", "2026-04-09T07:30:00+08:00");
  std::vector<Instant> stops;
  AdvanceOptions options;
  options.on_stop = [&](Instant stop) { stops.push_back(stop); };
  const Instant target = at("2026-04-08T12:00:00+08:00");
  const auto advanced = go(target, std::move(options));
  ASSERT_TRUE(advanced) << advanced.error();
  EXPECT_EQ(advanced->stops, 2);
  EXPECT_EQ(stops, (std::vector<Instant>{at("2026-04-02T14:02:00+08:00"),
                                         at("2026-04-07T07:30:00+08:00"), target}));
  EXPECT_EQ(sql("SELECT count(*) FROM notice WHERE state = 'rendered' AND state_at = send_at"),
            "3");
  EXPECT_EQ(sql("SELECT string_agg(text, '' ORDER BY rendered_at) FROM message"), "abc");
  EXPECT_EQ(sql("SELECT count(*) FROM message WHERE state = 'accepted'"), "3");
  *stop_ = true;
}

TEST_F(Advance, WithoutADaemonTheOfficeIsLeftAlone) {
  add_notice("a", "2026-04-02T14:02:00+08:00");
  add_notice("b", "2026-04-02T14:03:00+08:00");
  connection_.reset();  // the last session but the command's own
  const auto advanced = go(kStart + 48h);
  ASSERT_TRUE(advanced) << advanced.error();
  EXPECT_TRUE(advanced->unattended);
  EXPECT_EQ(advanced->stops, 1);
  EXPECT_EQ(sql("SELECT office_now() = '2026-04-04T14:00:00+08:00'"), "t");
  EXPECT_EQ(sql("SELECT count(*) FROM notice WHERE state = 'pending'"), "2");
}

TEST_F(Advance, ADaemonThatGetsNowhereStopsIt) {
  auto stuck = connect();  // as a daemon: connected, and doing nothing
  add_notice("a", "2026-04-02T14:02:00+08:00");
  AdvanceOptions options;
  options.patience = 200ms;
  const auto advanced = go(kStart + 1h, std::move(options));
  ASSERT_TRUE(advanced.has_error());
  EXPECT_NE(advanced.error().find("is tenggatd running"), std::string::npos) << advanced.error();
  EXPECT_EQ(sql("SELECT office_now() = '2026-04-02T14:02:00+08:00'"), "t");
}

TEST_F(Advance, AMessageThatHasFailedOnceIsNotWaitedFor) {
  sql("INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, attempts, next_attempt_at) VALUES ('officer:siti', 'on_duty', "
      "'email',"
      " 'a@b.id', 'S', 'x', '', '', '[]', '', now(), 1, clock_timestamp() + interval '1 hour')");
  EXPECT_TRUE(go(kStart + 1h));
}

TEST_F(Advance, AClockIsNotTurnedBack) {
  EXPECT_TRUE(go(kStart + 1h));
  EXPECT_TRUE(go(kStart).has_error());
}

TEST_F(Advance, AsACommandItTakesSpansAndInstants) {
  EXPECT_EQ(run({"clock", "advance", "1d 30m"}).last_line(), "2026-04-03T14:30:00+08:00");
  EXPECT_EQ(run({"clock", "advance", "2026-04-06T07:30:00+08:00"}).code, cli::kOk);
  EXPECT_EQ(run({"clock", "show"}).last_line(), "2026-04-06T07:30:00+08:00  SIMULATED, speed 0");
  EXPECT_EQ(run({"clock", "advance", "2026-04-06T07:29:59+08:00"}).code, cli::kRefused);
}

}  // namespace
}  // namespace tenggat::office
