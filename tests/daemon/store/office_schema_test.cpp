// Offices that share a database: each in its schema, all of it, whoever looks.
#include "daemon/store/office_schema.h"

#include <fmt/format.h>

#include <future>
#include <set>
#include <sstream>

#include "daemon/pg/hosts.h"
#include "daemon/pg/search_path.h"
#include "daemon/store/migrations.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::store {
namespace {

using test::TestPostgres;

std::string option_of(const std::string& conninfo, const std::string& keyword) {
  const pg::Hosts hosts = pg::hosts_of(conninfo);
  for (const auto& [name, value] : hosts.hosts.front().parameters)
    if (name == keyword) return value;
  return "";
}

TEST(SearchPath, IsTheOfficesOwnWhateverElseIsConfigured) {
  const std::string plain = "host=/tmp dbname=tenggat user=tenggat";
  EXPECT_TRUE(option_of(plain, "options")
                  .ends_with(" -c search_path=public,laporan,tenggat_extensions,pg_temp"));
  EXPECT_EQ(pg::in_schema(plain, "public"), plain);
  const std::string named = pg::in_schema(
      "postgresql://tenggat:it%27s%5C@/tenggat?host=/tmp,/var&options=-c%20search_path%3Dlain",
      "banjarbaru");
  EXPECT_TRUE(
      option_of(named, "options")
          .ends_with(" -c search_path=lain -c search_path=banjarbaru,tenggat_extensions,pg_temp"
                     " -c DateStyle=ISO -c TimeZone=UTC"))
      << option_of(named, "options");
  EXPECT_EQ(option_of(named, "password"), "it's\\");
  EXPECT_EQ(option_of(named, "dbname"), "tenggat");
  EXPECT_EQ(pg::hosts_of(named).hosts.size(), 2U);
  EXPECT_EQ(option_of(named, "fallback_application_name"), "tenggatd banjarbaru");
  EXPECT_EQ(option_of(plain, "fallback_application_name"), "tenggatd");
}

TEST(AsRunIn, OfAMigrationTheNamesOfSchemasAloneAreOthers) {
  EXPECT_EQ(as_run_in("kota",
                      "CREATE SCHEMA laporan;\nCREATE VIEW laporan.sop AS SELECT 1;\n"
                      "-- for laporan. And its_laporan.x\nGRANT USAGE ON SCHEMA laporan TO "
                      "tenggat_laporan;\n"),
            "\nCREATE VIEW \"kota\".sop AS SELECT 1;\n"
            "-- for laporan. And its_laporan.x\nGRANT USAGE ON SCHEMA \"kota\" TO "
            "tenggat_laporan_kota;\n");
  for (const pg::Migration& one : migrations()) {
    EXPECT_EQ(as_run_in("public", one.sql), one.sql) << one.name;
    const std::string run = as_run_in("kota", one.sql);
    for (const char* name : {"SCHEMA laporan", "laporan.s", "laporan.k", "public.", "EXTENSION IF"})
      EXPECT_EQ(run.find(name), std::string::npos) << one.name << " says " << name;
  }
}

class OfficeSchema : public test::OnDatabase {
 protected:
  // The configuration of an office beside; its name is that of its schema.
  std::string configured(const std::string& schema, const std::string& owner = "") {
    return folder_.write(
        schema + ".yaml",
        fmt::format("database: \"{}\"\ndatabase_owner: \"{}\"\nschema: {}\nrules: {}\n",
                    TestPostgres::as_daemon(conninfo_),
                    owner.empty() ? TestPostgres::as_owner(conninfo_) : owner, schema,
                    test::shipped_rules().string()));
  }
  test::Ran run_in(const std::string& schema, std::vector<std::string> arguments) {
    test::Tool tool;
    arguments.insert(arguments.end(), {"--config", configured(schema)});
    return tool.run(arguments);
  }
  std::string list(const std::string& what) {
    return sql("SELECT coalesce(string_agg(what, ' ' ORDER BY what), '') FROM (" + what +
               ") AS all_of(what)");
  }
};

TEST_F(OfficeSchema, SeveralAreMadeAtTheSameMoment) {
  const std::vector<std::string> names{"banjarbaru", "martapura", "order", "public", "user"};
  std::vector<std::string> files;
  for (const std::string& name : names) files.push_back(configured(name));
  for (int round = 0; round < 2; ++round) {
    std::vector<std::future<test::Ran>> migrating;
    for (const std::string& file : files)
      migrating.push_back(std::async(std::launch::async, [file] {
        test::Tool tool;
        return tool.run({"db", "migrate", "--config", file});
      }));
    for (std::future<test::Ran>& one : migrating) {
      const test::Ran ran = one.get();
      EXPECT_EQ(ran.code, cli::kOk) << ran;
    }
  }
  // All the same: tables, and what is a report's is a report's everywhere.
  const auto things = [&](const std::string& schema, const std::string& which) {
    return list(
        fmt::format("SELECT relname FROM pg_class WHERE relnamespace = '\"{}\"'::regnamespace"
                    " AND relkind {}",
                    schema, which));
  };
  const std::string reports = "= 'v' AND obj_description(oid, 'pg_class') <> ''";
  EXPECT_EQ(things("laporan", "IN ('r', 'S', 'm')"), "");
  EXPECT_EQ(things("laporan", "= 'v'"), things("laporan", reports));
  EXPECT_EQ(things("public", reports), "");
  for (const std::string& name : names) {
    EXPECT_EQ(things(name, "IN ('r', 'S', 'i')"), things("public", "IN ('r', 'S', 'i')")) << name;
    if (name != "public") {
      EXPECT_EQ(things(name, reports), things("laporan", "= 'v'")) << name;
      EXPECT_EQ(run_in(name, {"officer", "add", "--id", name + "1", "--name", "Siti"}).code,
                cli::kOk);
    }
  }
  for (const char* name : {"banjarbaru", "order"})
    EXPECT_EQ(sql(fmt::format("SELECT string_agg(id, ' ') FROM \"{}\".officer", name)),
              std::string(name) + "1");
  EXPECT_EQ(sql("SELECT count(*) FROM public.officer"), "0");
  EXPECT_EQ(sql("SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'pg_trgm'"),
            "tenggat_extensions");
}

// Dashboards name no schema; a login that was made before they ceased to has no path of its own.
TEST_F(OfficeSchema, ReportsOfTheFirstAreFoundByWhoeverConnects) {
  EXPECT_EQ(run_in("public", {"db", "migrate"}).code, cli::kOk);
  const std::string database = sql("SELECT current_database()");
  EXPECT_EQ(test::shared_postgres().execute("SELECT count(*) FROM kasus", database), "0");
}

TEST_F(OfficeSchema, NoFunctionLooksForItsTablesByThePathOfWhoCallsItAndNoneNotifies) {
  migrate();
  ASSERT_EQ(run_in("banjarbaru", {"db", "migrate"}).code, cli::kOk);
  for (const std::string where : {"'banjarbaru'", "'public', 'laporan'"}) {
    const std::string of =
        "pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN (" + where + "))";
    EXPECT_EQ(list("SELECT proname FROM pg_proc WHERE prosrc ~* 'notify|listen' AND " + of), "");
    // These name what they read, schema and all, or read nothing.
    EXPECT_EQ(
        list("SELECT proname FROM pg_proc WHERE " + of +
             " AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%')"),
        "anak_tangga_kata bulan bulan_banding kepatuhan_antara lama lama_kerja nama_bulan"
        " office_now office_time pekan_banding saat saluran_kata sebab_kata");
    EXPECT_EQ(list("SELECT proname FROM pg_proc, unnest(proconfig) c WHERE " + of +
                   " AND c LIKE 'search_path=%' AND c NOT LIKE '%pg_temp'"),
              "");
  }
  sql("SET search_path = pg_catalog");
  for (const char* schema : {"banjarbaru", "laporan"})
    for (const char* call : {"saat(now(), 'UTC')", "bulan_banding(current_date)", "pekan_banding()",
                             "bulan_sop()", "kepatuhan_antara(now(), now())", "sekarang()",
                             "lama_kerja(1, 1)", "bulan(now(), 'UTC')"})
      EXPECT_NO_THROW(sql(fmt::format("SELECT count(*) FROM {}.{}", schema, call))) << call;
  for (const char* schema : {"banjarbaru", "public"})
    EXPECT_NE(sql(fmt::format("SELECT {}.office_now()", schema)), "");
  // Triggers find theirs, too: two officers in service with one address.
  sql("INSERT INTO banjarbaru.officer (id, name, email) VALUES ('siti', 'Siti', 's@x.example')");
  sql("INSERT INTO public.officer (id, name, email) VALUES ('siti', 'Siti', 's@x.example')");
  for (const char* schema : {"banjarbaru", "public"})
    EXPECT_THROW(sql(fmt::format("INSERT INTO {}.officer (id, name, email)"
                                 " VALUES ('budi', 'Budi', 's@x.example')",
                                 schema)),
                 pg::Error);
}

TEST_F(OfficeSchema, WhoMayNotMakeItIsToldWhatToAsk) {
  sql("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pemilik') THEN"
      " CREATE ROLE pemilik LOGIN; END IF; END $$");
  std::string owner = conninfo_;
  owner.replace(owner.find("user=tenggat "), 13, "user=pemilik ");
  test::Tool tool;
  const std::string file = configured("banjarbaru", owner);
  const test::Ran refused = tool.run({"db", "migrate", "--config", file});
  EXPECT_EQ(refused.code, cli::kRefused) << refused;
  EXPECT_NE(refused.err.find("CREATE SCHEMA banjarbaru AUTHORIZATION pemilik, the extension pg_trgm"
                             " in the schema tenggat_extensions (systemd/postgres/roles.sql)"),
            std::string::npos)
      << refused;
  // The script that ships makes it, and the owner of one office is none of the database.
  connection_.reset();
  const std::string script = fmt::format(
      "psql -qX -v schema=banjarbaru -v owner=pemilik -v daemon=tenggat_daemon -f"
      " '{}/systemd/postgres/roles.sql' \"{}\" >/dev/null",
      TENGGAT_SOURCE_DIR, conninfo_);
  for (int time = 0; time < 2; ++time) ASSERT_EQ(std::system(script.c_str()), 0);
  for (int time = 0; time < 2; ++time) {
    const test::Ran migrated = tool.run({"db", "migrate", "--config", file});
    EXPECT_EQ(migrated.code, cli::kOk) << migrated;
  }
  EXPECT_EQ(
      sql("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"),
      "tenggat_owner");
  EXPECT_EQ(list("SELECT relname FROM pg_class WHERE relnamespace = 'banjarbaru'::regnamespace"
                 " AND pg_get_userbyid(relowner) <> 'pemilik'"),
            "");
  // Who reads its reports reads these, and nothing of what lies beside them.
  EXPECT_EQ(list("SELECT relname FROM pg_class WHERE relnamespace = 'banjarbaru'::regnamespace"
                 " AND relkind IN ('r', 'v') AND has_table_privilege('tenggat_laporan_banjarbaru',"
                 " oid, 'SELECT')"),
            list("SELECT relname FROM pg_class WHERE relnamespace = 'banjarbaru'::regnamespace"
                 " AND relkind = 'v' AND obj_description(oid, 'pg_class') <> ''"));
  EXPECT_EQ(sql("SELECT has_table_privilege('tenggat_daemon', 'banjarbaru.kasus', 'UPDATE')"), "f");
  EXPECT_EQ(tool.run({"audit", "verify", "--config", file}).code, cli::kOk);
}

}  // namespace
}  // namespace tenggat::store
