#include "daemon/pg/migrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/store/migrations.h"
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
  const auto carried = store::migrations();
  const List list{carried.begin(), carried.end()};
  const int last = list.empty() ? 0 : list.back().version;
  const std::string outcome = await(io, outcome_of(fresh_database(), list));
  EXPECT_EQ(outcome.substr(0, outcome.find(' ')), "0>" + std::to_string(last)) << outcome;
}

// Office data as version 2 keeps it: two open permits, one with an undone visit before its open
// one, a closed one, and what two events counted.
constexpr const char* kOfficeAtTwo = R"(
  INSERT INTO rule_set (hash, kind, name, files) VALUES ('s', 'sop', 'paud', '[]');
  INSERT INTO applicant (id, name, salt) SELECT id, 'P', '' FROM generate_series(1, 3) id;
  INSERT INTO permit (id, sop, sop_version, calendar_version, number, state, applicant, subject,
                      created_by, tracking_hash, tracking_secret, started_at, submitted_at, version,
                      changed_at, events, last_hash, next_check_at)
    SELECT id, 'paud', 's', 's', id::text, CASE id WHEN 3 THEN 'issued' ELSE 'active' END, id, '',
           '', int8send(id), '', now(), now(), 1, now(), 0, '',
           CASE WHEN id < 3 THEN timestamptz '2026-04-08 07:00+00' + id * interval '1 minute' END
    FROM generate_series(1, 3) id;
  INSERT INTO visit (permit, id, step, occurrence, role, opened_at, closed_at, undone) VALUES
    (1, 1, 'a', 1, 'r', now(), now(), false), (1, 2, 'b', 1, 'r', now(), NULL, true),
    (1, 3, 'c', 1, 'r', now(), NULL, false), (1, 4, 'd', 1, 'r', now(), NULL, false),
    (2, 1, 'a', 1, 'r', now(), NULL, false), (3, 1, 'a', 1, 'r', now(), now(), false);
  INSERT INTO count_delta (metric, sop, step, label, amount, counted_from, permit, cause) VALUES
    ('m', 'paud', 'a', '', 1, '2026-04-08 07:00+00', 1, 1),
    ('n', 'paud', 'a', 'x', -1, '2026-04-08 07:00+00', 1, 1),
    ('m', 'paud', 'b', '', 1, '2026-04-08 07:00+00', 1, 2);
)";

Awaitable<std::vector<std::string>> carried_over(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{std::move(conninfo)});
  co_await migrate(connection, store::migrations().first(2));
  co_await connection.script(kOfficeAtTwo);
  co_await migrate(connection, store::migrations().first(3));
  std::vector<std::string> found;
  for (const char* sql :
       {"SELECT string_agg(permit || '/' || id || ' ' || to_char(check_at, 'HH24:MI'), ', ' ORDER "
        "BY"
        " permit, id) FROM visit WHERE check_at IS NOT NULL",
        "SELECT string_agg(concat_ws(' ', metric, sop, step, label, amount, permit, cause), ', '"
        " ORDER BY cause, metric) FROM count_change",
        "SELECT count(*)::text FROM count_delta"}) {
    const Result result = co_await connection.query(sql);
    found.emplace_back(result.text(0, 0));
  }
  co_return found;
}

TEST(Migrate, TheThirdOfOursKeepsWhatIsDueAndWhatIsCounted) {
  asio::io_context io;
  const std::vector<std::string> found = await(io, carried_over(fresh_database()));
  EXPECT_EQ(found,
            (std::vector<std::string>{"1/3 07:01, 2/1 07:02",
                                      "m paud a  1 1 1, n paud a x -1 1 1, m paud b  1 1 2", "2"}));
}

// A file of a permit that is no multiple of a chunk, one that is, and one that nobody took.
constexpr const char* kFilesAtTwentyFive = R"(
  INSERT INTO file (sha256, content_type, bytes, added_by, added_at) VALUES
    ('a', 'application/pdf', convert_to(repeat('abcdefg', 50000), 'UTF8'), 'x', '2026-01-01'),
    ('b', 'image/png', convert_to(repeat('x', 262144), 'UTF8'), 'y', '2026-01-02'),
    ('c', 'image/png', 'c', 'z', '2026-01-03');
  INSERT INTO document (permit, id, visit, kind, uri, file, added_at, added_by, added_event) VALUES
    (1, 1, 1, 'k', 'tenggat:a', true, now(), 'x', 1), (2, 1, 1, 'k', 'tenggat:b', true, now(), 'x', 1);
  CREATE TABLE before AS SELECT sha256, bytes FROM file;
)";

Awaitable<std::vector<std::string>> files_carried_over(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{std::move(conninfo)});
  const auto all = store::migrations();
  const auto chunks =
      std::find_if(all.begin(), all.end(), [](const auto& one) { return one.version == 26; });
  co_await migrate(connection, all.first(static_cast<std::size_t>(chunks - all.begin())));
  co_await connection.script(kFilesAtTwentyFive);
  co_await migrate(connection, all);
  std::vector<std::string> found;
  for (const char* sql :
       {"SELECT string_agg(concat_ws(' ', f.sha256, f.content_type, f.size, f.added_by,"
        "   to_char(f.added_at AT TIME ZONE 'UTC', 'DD'), until IS NULL), ', ' ORDER BY f.sha256)"
        " FROM file f",
        "SELECT string_agg(sha256 || ' ' || chunks || ' ' || same, ', ' ORDER BY sha256) FROM"
        " (SELECT f.sha256, count(*) AS chunks, string_agg(c.bytes, '' ORDER BY c.place) = b.bytes"
        "    AS same FROM file f JOIN file_chunk c USING (content) JOIN before b USING (sha256)"
        "  GROUP BY f.sha256, b.bytes) whole"}) {
    const Result result = co_await connection.query(sql);
    found.emplace_back(result.text(0, 0));
  }
  co_return found;
}

TEST(Migrate, FilesAreCarriedOverIntoChunks) {
  asio::io_context io;
  EXPECT_EQ(await(io, files_carried_over(fresh_database())),
            (std::vector<std::string>{"a application/pdf 350000 x 01 t, b image/png 262144 y 02 t,"
                                      " c image/png 1 z 03 f",
                                      "a 3 true, b 2 true, c 1 true"}));
}

}  // namespace
}  // namespace tenggat::pg
