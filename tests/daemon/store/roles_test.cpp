// The daemon's role works in the database and can change neither what is on record nor the schema;
// an office that had one role for both gets two by roles.sql and `tenggat db migrate`.
#include "daemon/store/roles.h"

#include <fmt/format.h>

#include <cstdlib>

#include "tests/daemon/cli/tool.h"

namespace tenggat::store {
namespace {

using test::await;
using test::TestPostgres;

constexpr const char* kMayNot = "42501";

class Roles : public test::OnDatabase {
 protected:
  // What the server says against a statement of this role: its SQLSTATE; empty where it obeys.
  std::string refusal(const std::string& conninfo, const std::string& statement) {
    const auto connection = await(io_, test::open_connection(conninfo));
    try {
      await(io_, test::first_cell(*connection, statement));
      return "";
    } catch (const pg::Error& error) {
      return std::string(error.sqlstate());
    }
  }
  std::string of_daemon(const std::string& statement) {
    return refusal(TestPostgres::as_daemon(conninfo_), statement);
  }
  std::vector<std::string> beyond_need(const std::string& conninfo) {
    const auto connection = await(io_, test::open_connection(conninfo));
    return await(io_, rights_beyond_need(*connection));
  }
};

TEST_F(Roles, TheDaemonsAddsToTheRecordAndChangesNothingOfIt) {
  migrate();
  int refused = 0;
  for (const char* table : {"event", "office_event", "seal", "seal_chain"}) {
    const std::string column = sql(fmt::format(
        "SELECT attname FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum = 1", table));
    for (const std::string& statement :
         {fmt::format("UPDATE {0} SET {1} = {1}", table, column),
          fmt::format("DELETE FROM {}", table), fmt::format("TRUNCATE {} CASCADE", table),
          fmt::format("ALTER TABLE {} DISABLE TRIGGER USER", table),
          fmt::format("ALTER TABLE {} ADD COLUMN more int", table),
          fmt::format("CREATE TRIGGER mine BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION"
                      " refuse_change()",
                      table),
          fmt::format("DROP TABLE {}", table)}) {
      EXPECT_EQ(of_daemon(statement), kMayNot) << statement;
      ++refused;
    }
  }
  EXPECT_EQ(of_daemon("INSERT INTO seal (number, at, page) VALUES (1, now(), 'x')"), "");
  EXPECT_EQ(of_daemon("SELECT count(*) FROM event"), "");
  std::cout << refused << " statements refused on four tables of the record\n";
}

TEST_F(Roles, TheDaemonsChangesNoSchemaAndKeepsNothingBesideIt) {
  migrate();
  for (const char* statement :
       {"SET session_replication_role = replica", "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)", "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN NEW; END'",
        "DELETE FROM schema_migration", "INSERT INTO record_incomplete VALUES (7)",
        "DELETE FROM record_incomplete", "TRUNCATE permit CASCADE", "DROP VIEW laporan.kasus",
        "SET ROLE tenggat_owner", "ALTER ROLE tenggat_daemon SUPERUSER"})
    EXPECT_EQ(of_daemon(statement), kMayNot) << statement;
  EXPECT_EQ(of_daemon("GRANT UPDATE ON event TO tenggat_daemon"), "");  // a warning: of nothing
  EXPECT_EQ(of_daemon("UPDATE event SET sequence = sequence"), kMayNot);
  EXPECT_EQ(of_daemon("UPDATE permit SET subject = subject"), "");
  EXPECT_EQ(of_daemon("SELECT count(*) FROM laporan.kasus"), "");
  EXPECT_EQ(of_daemon("SELECT forget_canarys_events()"), "");
}

TEST_F(Roles, WhatARoleMayDoBeyondItsNeedIsSaid) {
  migrate();
  migrate();  // the grants are safe twice
  EXPECT_EQ(beyond_need(TestPostgres::as_daemon(conninfo_)), std::vector<std::string>{});
  EXPECT_EQ(beyond_need(conninfo_), std::vector<std::string>{"it is a superuser"});
  const std::vector<std::string> of_owner = beyond_need(TestPostgres::as_owner(conninfo_));
  EXPECT_EQ(of_owner.at(0), "it is the owner of the tables or one of the owner's role");
  sql("GRANT UPDATE, TRUNCATE ON event TO tenggat_daemon");
  EXPECT_EQ(beyond_need(TestPostgres::as_daemon(conninfo_)),
            (std::vector<std::string>{"it may TRUNCATE event", "it may UPDATE event"}));
  const test::Ran said = run({"doctor"});
  EXPECT_EQ(said.code, cli::kRefused) << said;
  EXPECT_NE(said.out.find("role: tenggat_daemon may do more than a daemon needs: it may TRUNCATE"
                          " event, it may UPDATE event"),
            std::string::npos)
      << said;
  migrate();  // takes back what was given too much
  EXPECT_EQ(run({"doctor"}).out.find("may do more"), std::string::npos);
}

TEST_F(Roles, AnOfficeWithOneRoleGetsTwo) {
  // As it was: one role that owns everything, and is the daemon's.
  sql("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'satu') THEN"
      " CREATE ROLE satu LOGIN; END IF; END $$");
  sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO satu', current_database()); END $$");
  std::string one_role = conninfo_;
  one_role.replace(one_role.find("user=tenggat "), 12, "user=satu");
  const auto configured = [&](const std::string& owner) {
    tool_.environment["TENGGAT_CONFIG"] =
        folder_.write("tenggat.yaml", "database: \"" + one_role + "\"\ndatabase_owner: \"" + owner +
                                          "\"\nrules: " + test::shipped_rules().string() + "\n");
  };
  configured("");
  migrate();
  ASSERT_EQ(run({"officer", "add", "--id", "siti", "--name", "Siti"}).code, cli::kOk);
  EXPECT_NE(run({"doctor"}).out.find("satu may do more than a daemon needs"), std::string::npos);
  EXPECT_EQ(refusal(one_role, "ALTER TABLE office_event DISABLE TRIGGER USER"), "");
  EXPECT_EQ(refusal(one_role, "ALTER TABLE office_event ENABLE TRIGGER USER"), "");

  connection_.reset();
  const std::string script = fmt::format(
      "psql -qX -v owner=tenggat_owner -v daemon=satu -f"
      " '{}/systemd/postgres/roles.sql' \"{}\" >/dev/null",
      TENGGAT_SOURCE_DIR, conninfo_);
  for (int time = 0; time < 2; ++time) ASSERT_EQ(std::system(script.c_str()), 0);
  configured(TestPostgres::as_owner(conninfo_));
  const test::Ran migrated = run({"db", "migrate"});
  EXPECT_EQ(migrated.code, cli::kOk) << migrated;
  EXPECT_NE(migrated.out.find("the role satu may do what a daemon needs"), std::string::npos);
  EXPECT_EQ(beyond_need(one_role), std::vector<std::string>{});
  EXPECT_EQ(refusal(one_role, "ALTER TABLE office_event DISABLE TRIGGER USER"), kMayNot);
  EXPECT_EQ(refusal(one_role, "DELETE FROM office_event"), kMayNot);
  EXPECT_EQ(refusal(one_role, "SELECT lo_create(0)"), kMayNot);
  EXPECT_EQ(sql("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE nspname IN ('public', 'laporan')"
                " AND pg_get_userbyid(relowner) <> 'tenggat_owner'"),
            "0");
  // It works, and what it had is there.
  EXPECT_EQ(run({"officer", "edit", "--id", "siti", "--name", "Siti Aminah"}).code, cli::kOk);
  EXPECT_EQ(run({"audit", "verify"}).code, cli::kOk);
}

}  // namespace
}  // namespace tenggat::store
