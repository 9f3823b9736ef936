#include "daemon/pg/connection.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "daemon/pg/cut.h"
#include "daemon/pg/login.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::pg {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::await;
using test::fresh_database;
using test::shared_postgres;
using test::TestPostgres;

Awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

// What a flight ended in: the fields of its Error, or nothing.
struct Ending {
  std::optional<ErrorFields> error;
  bool lost = false;
  Results results;
};

Awaitable<Ending> ending_of(Connection& connection, Pipeline pipeline, RunOptions options = {}) {
  Ending ending;
  try {
    ending.results = co_await connection.run(std::move(pipeline), options);
  } catch (const ConnectionLost& error) {
    ending.error = error.fields();
    ending.lost = true;
  } catch (const Error& error) {
    ending.error = error.fields();
  }
  co_return ending;
}

Awaitable<Ending> ending_of_commit(Transaction& transaction, Pipeline pipeline) {
  Ending ending;
  try {
    ending.results = co_await transaction.commit(std::move(pipeline));
  } catch (const ConnectionLost& error) {
    ending.error = error.fields();
    ending.lost = true;
  } catch (const Error& error) {
    ending.error = error.fields();
  }
  co_return ending;
}

std::string sqlstate(const Ending& ending) { return ending.error ? ending.error->sqlstate : "ok"; }

Awaitable<void> pipeline_in_order(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  Pipeline pipeline;
  pipeline.add("BEGIN");
  pipeline.add("CREATE TABLE t (id bigint PRIMARY KEY, name text)");
  const auto insert = pipeline.add("INSERT INTO t VALUES ($1, $2), ($3, $4)", 1, "satu", 2, "dua");
  const auto select = pipeline.add("SELECT id, name FROM t ORDER BY id");
  const auto commit = pipeline.add("COMMIT");
  const auto results = co_await connection.run(std::move(pipeline));
  EXPECT_EQ(results.size(), 5U);
  EXPECT_EQ(results[insert].tag(), "INSERT 0 2");
  EXPECT_EQ(results[insert].affected_rows(), 2);
  EXPECT_EQ(results[select].rows(), 2);
  EXPECT_EQ(results[select].text(1, 1), "dua");
  EXPECT_TRUE(is_committed(results[commit]));
  EXPECT_FALSE(connection.in_transaction());
  EXPECT_EQ((co_await connection.run(Pipeline{})).size(), 0U);
}

TEST(Connection, RunsAPipelineInOrder) {
  asio::io_context io;
  await(io, pipeline_in_order(fresh_database()));
}

Awaitable<void> prepares_once(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  for (int i = 0; i < 3; ++i) {
    Pipeline pipeline;
    const auto one = pipeline.add("SELECT $1::int + 1", i);
    const auto ten = pipeline.add("SELECT $1::int + 1", 10 * i);
    const auto results = co_await connection.run(std::move(pipeline));
    EXPECT_EQ(results[one].int64(0, 0), i + 1);
    EXPECT_EQ(results[ten].int64(0, 0), 10 * i + 1);
  }
  const Result prepared = co_await connection.query(
      "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'");
  EXPECT_EQ(prepared.int64(0, 0), 1);
}

TEST(Connection, PreparesEachTextOnce) {
  asio::io_context io;
  await(io, prepares_once(shared_postgres().conninfo()));
}

Awaitable<void> cache_is_bounded(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  for (int i = 0; i < 300; ++i) {
    const Result result = co_await connection.query("SELECT " + std::to_string(i));
    EXPECT_EQ(result.int64(0, 0), i);
  }
  const Result prepared = co_await connection.query("SELECT count(*) FROM pg_prepared_statements");
  EXPECT_EQ(prepared.int64(0, 0), 256);
}

TEST(Connection, BoundsItsPreparedStatements) {
  asio::io_context io;
  await(io, cache_is_bounded(shared_postgres().conninfo()));
}

Awaitable<void> error_in_the_middle(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  co_await connection.script("CREATE TABLE t (id int CONSTRAINT t_once PRIMARY KEY)");
  Pipeline pipeline;
  pipeline.add("BEGIN");
  pipeline.add("INSERT INTO t VALUES ($1)", 1);
  pipeline.add("INSERT INTO t VALUES ($1)", 1);
  pipeline.add("SELECT 'never prepared'");
  pipeline.add("COMMIT");
  const Ending ending = co_await ending_of(connection, std::move(pipeline));
  EXPECT_EQ(sqlstate(ending), "23505");
  EXPECT_EQ(ending.error->constraint, "t_once");
  EXPECT_EQ(ending.error->statement, 2U);
  EXPECT_EQ(ending.error->detail, "Key (id)=(1) already exists.");
  EXPECT_FALSE(ending.error->outcome_unknown);
  EXPECT_FALSE(connection.broken());
  EXPECT_FALSE(connection.in_transaction());
  EXPECT_EQ((co_await connection.query("SELECT count(*) FROM t")).int64(0, 0), 0);
  EXPECT_EQ((co_await connection.query("SELECT 'never prepared'")).text(0, 0), "never prepared");

  Pipeline nonsense;
  nonsense.add("SELECT 1");
  nonsense.add("SELEKT 1");
  const Ending syntax = co_await ending_of(connection, std::move(nonsense));
  EXPECT_EQ(sqlstate(syntax), "42601");
  EXPECT_EQ(syntax.error->statement, 1U);
  EXPECT_EQ((co_await connection.query("SELECT 2")).int64(0, 0), 2);
}

TEST(Connection, NamesTheFailedStatementAndStaysUsable) {
  asio::io_context io;
  await(io, error_in_the_middle(fresh_database()));
}

Awaitable<void> failed_commit(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  Pipeline failing;
  failing.add("BEGIN");
  failing.add("SELECT 1/0");
  const Ending ending =
      co_await ending_of(connection, std::move(failing), {.after_error = AfterError::kLeave});
  EXPECT_EQ(sqlstate(ending), "22012");
  EXPECT_TRUE(connection.in_transaction());
  const Result commit = co_await connection.query("COMMIT");
  EXPECT_EQ(commit.tag(), "ROLLBACK");
  EXPECT_FALSE(is_committed(commit));
  const Result alone = co_await connection.query("COMMIT");
  EXPECT_EQ(alone.tag(), "COMMIT");
  EXPECT_EQ(alone.warning_sqlstate(), "25P01");
  EXPECT_FALSE(is_committed(alone));
}

TEST(Connection, CommitOfAFailedTransactionIsNoSuccess) {
  asio::io_context io;
  await(io, failed_commit(shared_postgres().conninfo()));
}

Awaitable<void> large_both_ways(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  const std::string large(400'000, 'x');
  Pipeline pipeline;
  std::vector<Slot<Result>> texts;
  for (int i = 0; i < 40; ++i) texts.push_back(pipeline.add("SELECT $1::text", large));
  const auto results = co_await connection.run(std::move(pipeline));
  EXPECT_EQ(results.size(), 40U);
  for (const auto& text : texts) EXPECT_EQ(results[text].text(0, 0).size(), large.size());
}

TEST(Connection, SendsAndReadsAtOnceSoLargePipelinesDoNotLock) {
  asio::io_context io;
  await(io, large_both_ways(shared_postgres().conninfo()));
}

Awaitable<void> too_slow(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  Pipeline reading;
  reading.add("BEGIN");
  reading.add("SELECT pg_sleep(30)");
  const Ending early = co_await ending_of(connection, std::move(reading), {.timeout = 100ms});
  EXPECT_TRUE(early.lost);
  EXPECT_FALSE(early.error->outcome_unknown);
  EXPECT_TRUE(connection.broken());

  Connection other = co_await Connection::connect(ConnectOptions{conninfo});
  Pipeline committing;
  committing.add("BEGIN");
  committing.add("SELECT pg_sleep(30)");
  committing.add("COMMIT");
  const Ending late = co_await ending_of(other, std::move(committing), {.timeout = 100ms});
  EXPECT_TRUE(late.lost);
  EXPECT_TRUE(late.error->outcome_unknown);
  const Ending after = co_await ending_of(other, Pipeline{});
  EXPECT_EQ(sqlstate(after), "ok");
  Pipeline more;
  more.add("SELECT 1");
  EXPECT_EQ(sqlstate(co_await ending_of(other, std::move(more))), "08003");
}

TEST(Connection, ClosesAfterTheTimeLimitAndSaysWhetherTheOutcomeIsKnown) {
  asio::io_context io;
  await(io, too_slow(shared_postgres().conninfo()), 5s);
}

Awaitable<void> killed_backend(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  Connection killer = co_await Connection::connect(ConnectOptions{conninfo});
  co_await killer.query("SELECT pg_terminate_backend($1)", connection.backend_pid());
  Pipeline pipeline;
  pipeline.add("SELECT 1");
  const Ending ending = co_await ending_of(connection, std::move(pipeline));
  EXPECT_TRUE(ending.lost);
  EXPECT_EQ(sqlstate(ending), "57P01");
  EXPECT_TRUE(connection.broken());
}

TEST(Connection, ReportsAKilledBackendAsLost) {
  asio::io_context io;
  await(io, killed_backend(shared_postgres().conninfo()));
}

Awaitable<void> listens(std::string conninfo) {
  Connection listener = co_await Connection::connect(ConnectOptions{conninfo});
  Connection speaker = co_await Connection::connect(ConnectOptions{conninfo});
  co_await listener.query("LISTEN work");
  EXPECT_FALSE((co_await listener.wait_notification(20ms)).has_value());
  co_await speaker.query("SELECT pg_notify('work', $1)", "one");
  co_await speaker.query("SELECT pg_notify('work', $1)", "two");
  const auto one = co_await listener.wait_notification(5s);
  const auto two = co_await listener.wait_notification(5s);
  EXPECT_EQ(one.value_or(Notification{}).channel, "work");
  EXPECT_EQ(one.value_or(Notification{}).payload, "one");
  EXPECT_EQ(two.value_or(Notification{}).payload, "two");
  EXPECT_EQ((co_await listener.query("SELECT 1")).int64(0, 0), 1);
  co_await speaker.query("SELECT pg_terminate_backend($1)", listener.backend_pid());
  bool lost = false;
  try {
    co_await listener.wait_notification(5s);
  } catch (const ConnectionLost& error) {
    lost = error.sqlstate() == "57P01";
  }
  EXPECT_TRUE(lost);
}

TEST(Connection, HearsNotificationsAndTheEndOfTheSession) {
  asio::io_context io;
  await(io, listens(shared_postgres().conninfo()));
}

// Accepts nothing and answers nothing, as a host behind a dropped route does after the handshake.
Awaitable<void> mute_host(std::string socket_directory) {
  asio::ip::tcp::acceptor mute{co_await asio::this_coro::executor,
                               {asio::ip::make_address("127.0.0.1"), 0}};
  const std::string hosts = "host=127.0.0.1," + socket_directory +
                            " port=" + std::to_string(mute.local_endpoint().port()) +
                            ",5432 user=tenggat dbname=postgres target_session_attrs=read-write";
  ConnectOptions options{hosts};
  options.host_timeout = 300ms;
  Connection connection = co_await Connection::connect(options);
  EXPECT_EQ(connection.host_index(), 1U);
  EXPECT_EQ((co_await connection.query("SELECT 1")).int64(0, 0), 1);

  std::string message;
  try {
    co_await Connection::connect(ConnectOptions{"connect_timeout=1 user=x host=127.0.0.1 port=" +
                                                std::to_string(mute.local_endpoint().port())});
  } catch (const ConnectionLost& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "08001: no database host took us: 127.0.0.1: no answer within 1000 ms");
}

TEST(Connection, LeavesAMuteHostForTheNextOneInTime) {
  asio::io_context io;
  await(io, mute_host(shared_postgres().socket_directory()), 10s);
}

Awaitable<std::string> refusal_of(std::string conninfo) {
  try {
    co_await Connection::connect(ConnectOptions{conninfo});
  } catch (const ConnectionLost& error) {
    co_return error.message();
  }
  co_return "connected";
}

TEST(Connection, NamesTheReasonOfEveryHost) {
  asio::io_context io;
  EXPECT_EQ(await(io, refusal_of("host=a,b port=1,2,3")),
            "database: host and port differ in number");
  EXPECT_EQ(await(io, refusal_of("password='open")), "database: not a libpq connection string");
  const auto message =
      await(io, refusal_of("host=localhost,/nonexistent port=1 user=x connect_timeout=2"));
  EXPECT_NE(message.find("localhost 127.0.0.1: "), std::string::npos) << message;
  EXPECT_NE(message.find("; /nonexistent: "), std::string::npos) << message;
  EXPECT_NE(await(io, refusal_of("host=nowhere.invalid connect_timeout=2"))
                .find("nowhere.invalid: the name does not resolve"),
            std::string::npos);
}

Awaitable<std::string> sqlstate_of_refusal(std::string conninfo) {
  try {
    co_await Connection::connect(ConnectOptions{conninfo});
  } catch (const ConnectionLost& error) {
    EXPECT_EQ(is_login_refused(error),
              error.sqlstate().starts_with("28") || error.sqlstate() == "3D000");
    // The text is for people: without the server's source, and the code once.
    EXPECT_EQ(error.message().find("LOCATION"), std::string::npos) << error.message();
    EXPECT_EQ(error.message().find(error.sqlstate()), std::string::npos) << error.message();
    co_return error.sqlstate();
  }
  co_return "connected";
}

TEST(Connection, ALoginThatIsRefusedIsToldFromAServerThatIsAway) {
  asio::io_context io;
  const std::string here = "host=" + shared_postgres().socket_directory();
  EXPECT_EQ(await(io, sqlstate_of_refusal(here + " user=siapa")), "28000");
  EXPECT_EQ(await(io, sqlstate_of_refusal(shared_postgres().conninfo("tiada"))), "3D000");
  EXPECT_EQ(await(io, sqlstate_of_refusal("host=/nonexistent user=siapa")), "08001");
  // The one that is away may be the one that takes us.
  EXPECT_EQ(await(io, sqlstate_of_refusal(here + ",/nonexistent user=siapa")), "08001");
}

// One that waits for the answer, and one that waits for its session.
Awaitable<void> cut_off(std::string conninfo) {
  const auto executor = co_await asio::this_coro::executor;
  Cut& cut = asio::use_service<Cut>(asio::query(executor, asio::execution::context));
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  asio::steady_timer timer{executor, 200ms};
  timer.async_wait([&cut](const boost::system::error_code&) { cut.now(); });
  Pipeline asleep;
  asleep.add("SELECT pg_sleep(60)");
  const Ending ending = co_await ending_of(connection, std::move(asleep));
  EXPECT_TRUE(ending.lost);
  EXPECT_TRUE(connection.broken());
  EXPECT_EQ(co_await sqlstate_of_refusal(conninfo), "08006");
}

TEST(Cut, EndsWhatWaitsAndLetsNothingBegin) {
  asio::io_context io;
  await(io, cut_off(shared_postgres().conninfo()), 10s);
}

Awaitable<void> cut_off_while_opening() {
  const auto executor = co_await asio::this_coro::executor;
  Cut& cut = asio::use_service<Cut>(asio::query(executor, asio::execution::context));
  asio::ip::tcp::acceptor mute{executor, {asio::ip::address_v4::loopback(), 0}};
  asio::steady_timer timer{executor, 200ms};
  timer.async_wait([&cut](const boost::system::error_code&) { cut.now(); });
  const auto begun = std::chrono::steady_clock::now();
  co_await sqlstate_of_refusal("host=127.0.0.1 user=siapa connect_timeout=30 port=" +
                               std::to_string(mute.local_endpoint().port()));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(Cut, GivesUpASessionThatIsBeingOpened) {
  asio::io_context io;
  await(io, cut_off_while_opening(), 10s);
}

Awaitable<void> transaction_in_two_flights(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  co_await connection.script("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  {
    Transaction transaction{connection};
    Pipeline first;
    const auto id = first.add("SELECT id FROM t FOR UPDATE SKIP LOCKED");
    const auto locked = co_await transaction.run(std::move(first));
    EXPECT_EQ(locked.size(), 1U);
    EXPECT_EQ(locked[id].int64(0, 0), 1);
    Pipeline last;
    const auto two = last.add("INSERT INTO t SELECT unnest($1::int[])",
                              bigint_array(std::vector<std::int64_t>(1, 2)));
    const auto written = co_await transaction.commit(std::move(last));
    EXPECT_EQ(written.size(), 1U);
    EXPECT_EQ(written[two].affected_rows(), 1);
  }
  EXPECT_FALSE(connection.broken());
  {
    Transaction transaction{connection};
    Pipeline poison;
    poison.add("INSERT INTO t VALUES (3)");
    poison.add("INSERT INTO t VALUES (1)");
    const Ending ending = co_await ending_of_commit(transaction, std::move(poison));
    EXPECT_EQ(sqlstate(ending), "23505");
    EXPECT_EQ(ending.error->statement, 1U);
  }
  EXPECT_FALSE(connection.broken());
  EXPECT_EQ((co_await connection.query("SELECT count(*) FROM t")).int64(0, 0), 2);
  {
    Transaction transaction{connection};
    Pipeline write;
    write.add("INSERT INTO t VALUES (9)");
    co_await transaction.run(std::move(write));
  }
  EXPECT_TRUE(connection.broken());
  Connection other = co_await Connection::connect(ConnectOptions{conninfo});
  EXPECT_EQ((co_await other.query("SELECT count(*) FROM t")).int64(0, 0), 2);
}

TEST(Transaction, CommitsInTwoFlightsRollsBackOnErrorAndBreaksWhenLeftOpen) {
  asio::io_context io;
  await(io, transaction_in_two_flights(fresh_database()));
}

Awaitable<void> cancel_the_committer(std::string conninfo, int pid) {
  Connection other = co_await Connection::connect(ConnectOptions{conninfo});
  while (true) {
    const Result waiting = co_await other.query(
        "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'SyncRep'", pid);
    if (waiting.int64(0, 0) == 1) break;
    co_await pause(10ms);
  }
  co_await other.query("SELECT pg_cancel_backend($1)", pid);
}

Awaitable<void> unreplicated_commit(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  asio::co_spawn(co_await asio::this_coro::executor,
                 cancel_the_committer(conninfo, connection.backend_pid()), asio::detached);
  Transaction transaction{connection};
  Pipeline pipeline;
  pipeline.add("CREATE TABLE t ()");
  const Ending ending = co_await ending_of_commit(transaction, std::move(pipeline));
  EXPECT_EQ(sqlstate(ending), "01000");
  EXPECT_TRUE(ending.error && ending.error->outcome_unknown);
  EXPECT_FALSE(ending.lost);
  EXPECT_EQ((co_await connection.query("SELECT 1")).int64(0, 0), 1);
}

TEST(Transaction, ACommitThatWarnsItMayNotBeReplicatedIsUnknown) {
  TestPostgres server;
  server.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'");
  server.execute("SELECT pg_reload_conf()");
  asio::io_context io;
  await(io, unreplicated_commit(server.conninfo()));
}

Awaitable<void> stale_plan(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  co_await connection.script("CREATE TABLE t (a int)");
  co_await connection.query("SELECT * FROM t");
  co_await connection.script("ALTER TABLE t ADD b int");
  bool stale = false;
  try {
    co_await connection.query("SELECT * FROM t");
  } catch (const Error& error) {
    stale = error.is_stale_plan();
  }
  EXPECT_TRUE(stale);
  EXPECT_TRUE(connection.broken());
}

TEST(Connection, BreaksOnAStalePlanSoTheNextOneIsFresh) {
  asio::io_context io;
  await(io, stale_plan(fresh_database()));
}

Awaitable<Ending> write_on_read_only(std::string conninfo, bool& broken) {
  ConnectOptions options{std::move(conninfo)};
  Connection connection = co_await Connection::connect(std::move(options));
  co_await connection.query("SET default_transaction_read_only = on");
  Pipeline pipeline;
  pipeline.add("CREATE TABLE t (n int)");
  Ending ending = co_await ending_of(connection, std::move(pipeline));
  broken = connection.broken();
  co_return ending;
}

TEST(Connection, AHostThatTakesNoWritesIsLeft) {
  asio::io_context io;
  bool broken = false;
  const Ending ending = await(io, write_on_read_only(fresh_database(), broken));
  ASSERT_TRUE(ending.error);
  EXPECT_TRUE(Error{*ending.error}.is_read_only());
  EXPECT_TRUE(Error{*ending.error}.is_outage());
  EXPECT_TRUE(broken);
}

TEST(Error, AnOutageIsTheDatabasesFaultAndNotTheWorks) {
  const auto is_outage = [](const char* sqlstate) {
    ErrorFields fields;
    fields.sqlstate = sqlstate;
    return Error{std::move(fields)}.is_outage();
  };
  for (const char* outage :
       {"08006", "53100", "53200", "53300", "57P01", "57P03", "58030", "25006"})
    EXPECT_TRUE(is_outage(outage)) << outage;
  for (const char* other : {"23505", "40001", "40P01", "57014", "22P05", "0A000", "25P02", "01000"})
    EXPECT_FALSE(is_outage(other)) << other;
}

Awaitable<void> sleeps(Connection& connection) {
  try {
    co_await connection.query("SELECT pg_sleep(0.2)");
  } catch (const Error&) {
    ADD_FAILURE() << "the first one was disturbed";
  }
}

Awaitable<void> two_at_once(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  asio::co_spawn(co_await asio::this_coro::executor, sleeps(connection), asio::detached);
  co_await pause(50ms);
  bool refused = false;
  try {
    co_await connection.query("SELECT 1");
  } catch (const std::logic_error&) {
    refused = true;
  }
  EXPECT_TRUE(refused);
  co_await pause(300ms);
  EXPECT_FALSE(connection.broken());
}

TEST(Connection, RefusesASecondUserAtOnce) {
  asio::io_context io;
  await(io, two_at_once(shared_postgres().conninfo()));
}

Awaitable<void> left_sleeping(Connection& connection, std::optional<Ending>& ending) {
  Pipeline pipeline;
  pipeline.add("SELECT pg_sleep(30)");
  ending = co_await ending_of(connection, std::move(pipeline));
}

Awaitable<void> destroyed_while_used(std::string conninfo) {
  std::optional<Ending> ending;
  {
    Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
    asio::co_spawn(co_await asio::this_coro::executor, left_sleeping(connection, ending),
                   asio::detached);
    co_await pause(50ms);
  }
  co_await pause(50ms);
  EXPECT_TRUE(ending && ending->lost);
}

TEST(Connection, EndsItsUserWhenDestroyed) {
  asio::io_context io;
  await(io, destroyed_while_used(shared_postgres().conninfo()));
}

}  // namespace
}  // namespace tenggat::pg
