#include "daemon/pg/migrate.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::pg {
namespace {

namespace asio = boost::asio;
using test::await;
using test::fresh_database;
using test::shared_postgres;
using Kind = MigrationState::Kind;
using List = std::vector<Migration>;

const Migration kFirst{1, "0001_first",
                       "CREATE TABLE a (id int);\n-- a; comment\n"
                       "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;"};
const Migration kSecond{2, "0002_second", "ALTER TABLE a ADD b text DEFAULT '\xc3\xa9';"};
const Migration kBroken{3, "0003_broken", "CREATE TABLE c (id int); SELECT 1/0;"};

// What was applied, joined by spaces, or what went wrong.
Awaitable<std::string> outcome_of(std::string conninfo, List list) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  try {
    const auto report = co_await migrate(connection, list);
    std::string names =
        std::to_string(report.from_version) + ">" + std::to_string(report.to_version);
    for (const auto& name : report.applied) names += " " + name;
    co_return names;
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
}

Awaitable<std::vector<MigrationState>> status_of(std::string conninfo, List list) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  co_return co_await migration_status(connection, list);
}

TEST(Migrate, AppliesWhatIsMissingOnce) {
  asio::io_context io;
  const std::string database = fresh_database();
  EXPECT_EQ(await(io, outcome_of(database, {kFirst})), "0>1 0001_first");
  EXPECT_EQ(await(io, outcome_of(database, {kFirst})), "1>1");
  EXPECT_EQ(await(io, outcome_of(database, {kFirst, kSecond})), "1>2 0002_second");
  EXPECT_EQ(await(io, outcome_of(database, {kFirst, kSecond})), "2>2");
}

TEST(Migrate, IsSafeFromSeveralPlacesAtOnce) {
  asio::io_context io;
  const std::string database = fresh_database();
  constexpr int kPlaces = 6;
  std::vector<std::string> outcomes;
  for (int i = 0; i < kPlaces; ++i) {
    asio::co_spawn(io, outcome_of(database, {kFirst, kSecond}),
                   [&](std::exception_ptr, std::string outcome) { outcomes.push_back(outcome); });
  }
  io.run();
  EXPECT_EQ(outcomes.size(), static_cast<std::size_t>(kPlaces));
  std::size_t firsts = 0;
  std::size_t seconds = 0;
  for (const auto& outcome : outcomes) {
    EXPECT_TRUE(outcome.find(">2") != std::string::npos) << outcome;
    firsts += outcome.find("0001_first") != std::string::npos;
    seconds += outcome.find("0002_second") != std::string::npos;
  }
  EXPECT_EQ(firsts, 1U);
  EXPECT_EQ(seconds, 1U);
}

TEST(Migrate, RefusesAChangedANewerAndALateOne) {
  asio::io_context io;
  const std::string database = fresh_database();
  await(io, outcome_of(database, {kFirst, kSecond}));
  Migration changed = kFirst;
  changed.sql = "CREATE TABLE a (id bigint);";
  EXPECT_EQ(await(io, outcome_of(database, {changed, kSecond})),
            "migration 0001_first has changed since it was applied");
  EXPECT_EQ(await(io, outcome_of(database, {kFirst})),
            "the database is newer than this program: it has migration 0002_second");
  const std::string other = fresh_database();
  await(io, outcome_of(other, {kSecond, kBroken}));
  const Migration third{3, "0003_third", "SELECT 1"};
  const std::string late = fresh_database();
  EXPECT_EQ(await(io, outcome_of(late, {third})), "0>3 0003_third");
  EXPECT_EQ(await(io, outcome_of(late, {kFirst, third})),
            "migration 0001_first comes before 0003_third, which is already applied");
}

TEST(Migrate, LeavesNothingOfAFailedOneAndKeepsThoseBefore) {
  asio::io_context io;
  const std::string database = fresh_database();
  EXPECT_EQ(await(io, outcome_of(database, {kFirst, kSecond, kBroken})),
            "22012: migration 0003_broken: division by zero");
  const auto states = await(io, status_of(database, {kFirst, kSecond, kBroken}));
  ASSERT_EQ(states.size(), 3U);
  EXPECT_EQ(states[1].kind, Kind::kApplied);
  EXPECT_TRUE(states[1].applied_at.has_value());
  EXPECT_EQ(states[2].kind, Kind::kPending);
  EXPECT_FALSE(states[2].applied_at.has_value());
}

TEST(Migrate, RefusesTransactionControlInAMigration) {
  asio::io_context io;
  const Migration sneaky{1, "0001_sneaky", "CREATE TABLE a (); COMMIT; CREATE TABLE b ();"};
  EXPECT_EQ(await(io, outcome_of(fresh_database(), {sneaky})),
            "migration 0001_sneaky contains transaction control");
}

TEST(Migrate, StatusWritesNothing) {
  asio::io_context io;
  const std::string database = fresh_database();
  const auto states = await(io, status_of(database, {kFirst}));
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].kind, Kind::kPending);
  await(io, outcome_of(database, {kFirst, kSecond}));
  Migration changed = kFirst;
  changed.sql = "SELECT 1";
  const auto later = await(io, status_of(database, {changed}));
  ASSERT_EQ(later.size(), 2U);
  EXPECT_EQ(later[0].kind, Kind::kChanged);
  EXPECT_EQ(later[1].kind, Kind::kUnknownToProgram);
  EXPECT_EQ(later[1].name, "0002_second");
}

TEST(Migrate, WhatThisProgramCarriesApplies) {
  asio::io_context io;
  const auto carried = migrations();
  const List list{carried.begin(), carried.end()};
  const int last = list.empty() ? 0 : list.back().version;
  const std::string outcome = await(io, outcome_of(fresh_database(), list));
  EXPECT_EQ(outcome.substr(0, outcome.find(' ')), "0>" + std::to_string(last)) << outcome;
}

}  // namespace
}  // namespace tenggat::pg
