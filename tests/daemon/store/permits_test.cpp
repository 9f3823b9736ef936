#include "daemon/store/permits.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "daemon/pg/migrate.h"
#include "daemon/store/columns.h"
#include "daemon/store/migrations.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

namespace asio = boost::asio;

constexpr int kOneByOne = 12;  // PostgreSQL decides after five

asio::awaitable<void> make(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, store::migrations());
}

// How many statements a session planned no more once it had decided.
asio::awaitable<std::int64_t> kept_plans(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  for (std::int64_t id = 1; id <= kOneByOne; ++id) {
    pg::Pipeline reads;
    const std::vector<std::int64_t> ids(1, id);
    const PermitLoad load(reads, ids, Lock::none);
    const pg::Results found = co_await db.run(std::move(reads));
    EXPECT_TRUE(load.take(found).empty());
  }
  const auto kept = value<std::int64_t>(
      "SELECT count(*) FROM pg_prepared_statements WHERE custom_plans <= 5 AND generic_plans > 5");
  co_return co_await db.query(kept);
}

TEST(Permits, OneIsReadByPlansThatAreKept) {
  const std::string conninfo = test::shared_postgres().create_database("kept_plans");
  asio::io_context io;
  test::await(io, make(conninfo));
  constexpr int kStatements = 5;
  EXPECT_EQ(test::await(io, kept_plans(conninfo)), kStatements);
}

}  // namespace
}  // namespace tenggat::store
