#include "daemon/pg/pool.h"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

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

PoolOptions small(const std::string& conninfo) {
  PoolOptions options{conninfo};
  options.connections_max = 2;
  options.waiters_max = 2;
  options.acquire_timeout = 100ms;
  options.backoff_min = 20ms;
  options.backoff_max = 100ms;
  return options;
}

Awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

// SELECT through a lease; the SQLSTATE of what went wrong, or "ok".
Awaitable<std::string> ask(Pool& pool) {
  try {
    Pool::Lease lease = co_await pool.acquire();
    co_await lease->query("SELECT 1");
    co_return "ok";
  } catch (const Error& error) {
    co_return error.sqlstate();
  }
}

Awaitable<int> tries_until_ok(Pool& pool) {
  for (int tries = 1; tries < 500; ++tries) {
    if (co_await ask(pool) == "ok") co_return tries;
    co_await pause(20ms);
  }
  co_return 500;
}

// Holds a lease until it is told to let go; writes its name down when it has one, "(name)" when
// refused.
Awaitable<void> hold(Pool& pool, std::string name, asio::steady_timer& let_go, std::string& order) {
  try {
    Pool::Lease lease = co_await pool.acquire();
    order += name;
    co_await let_go.async_wait(asio::as_tuple(asio::use_awaitable));
  } catch (const PoolBusy&) {
    order += "(" + name + ")";
  }
}

// Waits until order is as expected, 10 s at most.
Awaitable<void> comes_to(std::string expected, const std::string& order) {
  for (int i = 0; i < 1000 && order != expected; ++i) co_await pause(10ms);
  EXPECT_EQ(order, expected);
}

Awaitable<void> reuses(std::string conninfo) {
  Pool pool{co_await asio::this_coro::executor, small(conninfo)};
  EXPECT_FALSE(pool.statistics().up);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(co_await ask(pool), "ok");
  EXPECT_EQ(pool.statistics().connects, 1U);
  EXPECT_EQ(pool.statistics().open, 1U);
  EXPECT_EQ(pool.statistics().idle, 1U);
  EXPECT_TRUE(pool.statistics().up);
}

TEST(Pool, OpensOnDemandAndReuses) {
  asio::io_context io;
  await(io, reuses(shared_postgres().conninfo()));
}

Awaitable<void> bounded(std::string conninfo) {
  const auto executor = co_await asio::this_coro::executor;
  PoolOptions options = small(conninfo);
  options.acquire_timeout = 1s;  // long enough for c to be still waiting when a lets go
  Pool pool{executor, options};
  std::string order;
  asio::steady_timer never{executor, asio::steady_timer::time_point::max()};
  asio::steady_timer a_lets_go{executor, asio::steady_timer::time_point::max()};
  const auto begin = [&](std::string name, asio::steady_timer& let_go) {
    asio::co_spawn(executor, hold(pool, std::move(name), let_go, order), asio::detached);
  };
  begin("a", a_lets_go);
  co_await comes_to("a", order);
  begin("b", never);
  co_await comes_to("ab", order);
  // c and d wait, e finds the queue full, c takes over from a, d waits in vain.
  begin("c", never);
  begin("d", never);
  begin("e", never);
  co_await comes_to("ab(e)", order);
  EXPECT_EQ(pool.statistics().open, 2U);
  EXPECT_EQ(pool.statistics().waiting, 2U);
  a_lets_go.cancel();
  co_await comes_to("ab(e)c", order);
  co_await comes_to("ab(e)c(d)", order);
  EXPECT_EQ(pool.statistics().refusals, 2U);
  EXPECT_EQ(pool.statistics().open, 2U);
  never.cancel();
  EXPECT_EQ(co_await ask(pool), "ok");
}

TEST(Pool, BoundsConnectionsQueueAndWaitInOrder) {
  asio::io_context io;
  await(io, bounded(shared_postgres().conninfo()));
}

Awaitable<void> drops_open_transactions(std::string conninfo) {
  Pool pool{co_await asio::this_coro::executor, small(conninfo)};
  {
    Pool::Lease lease = co_await pool.acquire();
    Pipeline pipeline;
    pipeline.add("BEGIN");
    pipeline.add("CREATE TABLE left_open ()");
    co_await lease->run(std::move(pipeline));
  }
  EXPECT_EQ(pool.statistics().open, 0U);
  Pool::Lease lease = co_await pool.acquire();
  const Result found = co_await lease->query("SELECT to_regclass('left_open') IS NULL");
  EXPECT_TRUE(found.boolean(0, 0));
  EXPECT_EQ(pool.statistics().reconnects, 1U);
}

TEST(Pool, DropsALeaseWithAnOpenTransaction) {
  asio::io_context io;
  await(io, drops_open_transactions(fresh_database()));
}

Awaitable<void> killed_backends(std::string conninfo) {
  Pool pool{co_await asio::this_coro::executor, small(conninfo)};
  {
    Pool::Lease victim = co_await pool.acquire();
    Pool::Lease killer = co_await pool.acquire();
    co_await killer->query("SELECT pg_terminate_backend($1)", victim->backend_pid());
    bool lost = false;
    try {
      co_await victim->query("SELECT 1");
    } catch (const ConnectionLost&) {
      lost = true;
    }
    EXPECT_TRUE(lost);
  }
  EXPECT_EQ(pool.statistics().open, 1U);
  EXPECT_EQ(pool.statistics().errors["57"], 1U);

  // Idle ones that died meanwhile are noticed before they are lent.
  {
    Pool::Lease killer = co_await pool.acquire();
    Pool::Lease other = co_await pool.acquire();
    const int pid = other->backend_pid();
    { Pool::Lease back = std::move(other); }
    co_await killer->query("SELECT pg_terminate_backend($1)", pid);
    co_await pause(100ms);
  }
  {
    Pool::Lease one = co_await pool.acquire();
    Pool::Lease two = co_await pool.acquire();
    co_await one->query("SELECT 1");
    co_await two->query("SELECT 1");
  }
  EXPECT_EQ(pool.statistics().connects, 4U);
  EXPECT_EQ(pool.statistics().reconnects, 2U);
}

TEST(Pool, RecoversFromKilledBackends) {
  asio::io_context io;
  await(io, killed_backends(shared_postgres().conninfo()));
}

TEST(Pool, RecoversFromAKilledServerWithoutHammeringIt) {
  TestPostgres server;
  asio::io_context io;
  Pool pool{io.get_executor(), small(server.conninfo())};
  EXPECT_EQ(await(io, ask(pool)), "ok");
  server.kill9();
  await(io, pause(200ms));
  EXPECT_EQ(await(io, ask(pool)), "08001");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(await(io, ask(pool)), "08001");
  EXPECT_LE(pool.statistics().connect_failures, 2U);
  EXPECT_FALSE(pool.statistics().up);
  server.start();
  EXPECT_LT(await(io, tries_until_ok(pool)), 20);
  EXPECT_TRUE(pool.statistics().up);
  EXPECT_EQ(pool.statistics().reconnects, 1U);
}

Awaitable<void> closes(std::string conninfo) {
  const auto executor = co_await asio::this_coro::executor;
  auto pool = std::make_unique<Pool>(executor, small(conninfo));
  EXPECT_EQ(co_await ask(*pool), "ok");
  Pool::Lease lease = co_await pool->acquire();
  pool->close();
  EXPECT_EQ(pool->statistics().idle, 0U);
  EXPECT_EQ(co_await ask(*pool), "57P01");
  co_await lease->query("SELECT 1");
  pool.reset();
  co_await lease->query("SELECT 1");
}

TEST(Pool, ClosesWhileALeaseLivesOn) {
  asio::io_context io;
  await(io, closes(shared_postgres().conninfo()));
}

}  // namespace
}  // namespace tenggat::pg
