// Databases of earlier programs, filled by those programs (filled_VERSION.sql: what an office of a
// simulated fortnight had left there), come up to the newest schema from each version since: their
// record holds, and links that were sent before open what they opened. That of the first schema
// holds of the later fortnight what its tables had a place for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>

#include "daemon/office/derivation.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/audit.h"
#include "daemon/store/columns.h"
#include "daemon/store/migrations.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/record.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::store {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::span<const pg::Migration> up_to(int version) {
  const auto all = migrations();
  const auto end = std::find_if(all.begin(), all.end(),
                                [&](const pg::Migration& one) { return one.version > version; });
  return all.first(static_cast<std::size_t>(end - all.begin()));
}

pg::Awaitable<void> bring_to(std::string conninfo, int version) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, up_to(version));
}

struct Upgraded {
  std::int64_t completed = 0;
  AuditReport report;
  OfficeAudit office;
};
// As `tenggat db migrate` and `tenggat audit verify` do it.
pg::Awaitable<Upgraded> upgrade(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, migrations());
  Upgraded done;
  const std::function<void(std::int64_t, std::int64_t)> unseen = [](std::int64_t, std::int64_t) {};
  done.completed = co_await complete_record(db, unseen);
  office::Rulebook rulebook{SendRules{}};
  const Moment moment = co_await db.query(kMoment);
  co_await rulebook.refresh(db, moment);
  office::RulesOfRecord rules(rulebook);
  AuditOptions options;
  options.derivation = &rules;
  done.report = co_await verify_record(db, options);
  done.office = co_await verify_office_chain(db);
  co_return done;
}

// What a data-only dump holds, in the place of what the migrations had put there.
void load(const fs::path& dump, const std::string& database) {
  test::TestPostgres& server = test::shared_postgres();
  server.execute(
      "SET session_replication_role = replica;"
      "DO $$ DECLARE t text; BEGIN FOR t IN SELECT quote_ident(tablename) FROM pg_tables"
      " WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
      " LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$",
      database);
  server.execute("SET session_replication_role = replica; " + test::read_file(dump), database);
}

// Of the links that had been sent: those that open their permit, and those that a copy would give
// away.
constexpr const char* kLinksOfBefore =
    "SELECT count(*) FROM sent_before s JOIN former_link f ON f.permit = s.id"
    " AND f.hash = sha256(convert_to(s.secret, 'UTF8'))";
constexpr const char* kSecretsLeft =
    "SELECT (SELECT count(*) FROM permit p JOIN sent_before s ON p.tracking_secret = s.secret)"
    " + (SELECT count(*) FROM message m JOIN sent_before s ON position(s.secret IN m.body) > 0"
    "      OR position(s.secret IN m.fields::text) > 0)"
    " + (SELECT count(*) FROM idempotency i JOIN sent_before s ON position(s.secret IN i.answer) > "
    "0)";

// Upgraded at the version that filled it, and at each so many after it, the newest included.
void upgrade_from_each(int filled_at, int every) {
  const std::string name = fmt::format("filled_{}", filled_at);
  const fs::path dump =
      fmt::format("{}/tests/daemon/store/filled_{:04}.sql", TENGGAT_SOURCE_DIR, filled_at);
  ASSERT_TRUE(fs::exists(dump)) << dump;
  const std::string conninfo = test::shared_postgres().create_database(name);
  asio::io_context io;
  test::await(io, bring_to(conninfo, filled_at));
  load(dump, name);
  const std::string permits =
      test::shared_postgres().execute("SELECT count(*) FROM permit WHERE id > 0", name);
  EXPECT_NE(permits, "0");
  test::shared_postgres().execute(
      "CREATE TABLE sent_before AS SELECT id, tracking_secret AS secret FROM permit WHERE id > 0",
      name);
  int steps = 0;
  for (const pg::Migration& migration : migrations()) {
    if (migration.version < filled_at) continue;
    const int left = static_cast<int>(migrations().back().version - migration.version);
    if (migration.version != filled_at && left % every != 0) continue;
    test::await(io, bring_to(conninfo, migration.version));
    const std::string copy = fmt::format("{}_from_{}", name, migration.version);
    const Upgraded done =
        test::await(io, upgrade(test::shared_postgres().create_database(copy, name)));
    EXPECT_EQ(std::to_string(done.report.permits), permits) << migration.name;
    for (const AuditFinding& one : done.report.findings)
      ADD_FAILURE() << "from " << migration.name << ": " << words_of(one);
    ++steps;
    EXPECT_FALSE(done.office.broken) << migration.name;
    EXPECT_EQ(test::shared_postgres().execute(kLinksOfBefore, copy), permits) << migration.name;
    EXPECT_EQ(test::shared_postgres().execute(kSecretsLeft, copy), "0") << migration.name;
    std::cout << fmt::format("from {}: {} records completed; {} permits, {} events, {} rows\n",
                             migration.name, done.completed, done.report.permits,
                             done.report.events, done.report.rows);
    test::shared_postgres().drop_database(copy);
  }
  std::cout << fmt::format("{} versions since {}\n", steps, filled_at);
  test::shared_postgres().drop_database(name);
}

class Upgrade : public ::testing::TestWithParam<int> {};
TEST_P(Upgrade, OfAFilledDatabaseFromThisVersionAndSomeSince) { upgrade_from_each(GetParam(), 12); }
TEST_P(Upgrade, LongOfAFilledDatabaseFromThisVersionAndEachSince) {
  upgrade_from_each(GetParam(), 1);
}
INSTANTIATE_TEST_SUITE_P(Filled, Upgrade, ::testing::Values(1, 25, 29));

}  // namespace
}  // namespace tenggat::store
