#include "daemon/store/roles.h"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/pg/migrate.h"
#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

// To these the daemon adds, and takes nothing from them.
constexpr const char* kRecord = "event, office_event, seal, seal_chain";
// These it reads: they are for who migrates.
constexpr const char* kOwners = "schema_migration, record_incomplete";

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

// Of what is the owner's own in the office's schemas: others' things may lie beside.
struct Here {
  std::string database, schema, schemas, user, tables, views, reports, sequences;
  bool owns_database = false;
};
constexpr auto kHere =
    columns(given("quote_ident(current_database())", &Here::database),
            given("quote_ident(current_schema())", &Here::schema), given("schemas", &Here::schemas),
            given("current_user::text", &Here::user), given("tables", &Here::tables),
            given("views", &Here::views), given("coalesce(reports, '')", &Here::reports),
            given("sequences", &Here::sequences),
            given("(SELECT pg_has_role(datdba, 'USAGE') FROM pg_database"
                  " WHERE datname = current_database())",
                  &Here::owns_database));
// A view with a comment is a report's (office_schema.h).
constexpr const char* kHereSql =
    "SELECT {} FROM (SELECT string_agg(DISTINCT quote_ident(n.nspname), ', ') AS schemas,"
    " string_agg(c.oid::regclass::text, ', ') FILTER (WHERE c.relkind IN ('r', 'p')) AS tables,"
    " string_agg(c.oid::regclass::text, ', ') FILTER (WHERE c.relkind IN ('v', 'm')) AS views,"
    " string_agg(c.oid::regclass::text, ', ') FILTER (WHERE c.relkind = 'v'"
    "   AND obj_description(c.oid, 'pg_class') <> '') AS reports,"
    " string_agg(c.oid::regclass::text, ', ') FILTER (WHERE c.relkind = 'S') AS sequences"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')"
    " AND pg_get_userbyid(c.relowner) = current_user) AS found";

// The rights that a database has are one row of its catalogue, and two offices may change them at
// once: one of them is told so.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kBetweenTries{50};

pg::Awaitable<void> grant_once(pg::Connection& connection, std::string role) {
  static const auto here_sql = only<kHere>(kHereSql);
  pg::Transaction transaction(connection);
  pg::Pipeline begin;
  // Two at once would change the same rows of the catalogue.
  begin.add(std::string("SET LOCAL lock_timeout = ") + pg::kLockWait);
  begin.add("LOCK TABLE schema_migration IN EXCLUSIVE MODE");
  const auto slot = begin.add(here_sql);
  const pg::Results found = co_await transaction.run(std::move(begin));
  const Here here = found[slot];
  if (here.user == role)
    throw pg::Error{{.sqlstate = "0LP01",
                     .message = fmt::format("{} is the owner's own role, not a daemon's", role)}};
  const std::string to = quoted(role);
  std::string all;
  const auto add = [&](std::string statement) { all += std::move(statement) + ";\n"; };
  add(fmt::format("REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {}", here.schema, to));
  if (here.owns_database) {  // else an administrator has (roles.sql): it has several offices
    add(fmt::format("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC, {}", here.database, to));
    add(fmt::format("GRANT CONNECT ON DATABASE {} TO {}", here.database, to));
  }
  add(fmt::format("GRANT USAGE ON SCHEMA {} TO {}", here.schemas, to));
  add(fmt::format("REVOKE ALL ON {}, {} FROM {}", here.tables, here.views, to));
  add(fmt::format("GRANT SELECT ON {}, {} TO {}", here.tables, here.views, to));
  add(fmt::format("GRANT INSERT, UPDATE, DELETE ON {} TO {}", here.tables, to));
  add(fmt::format("REVOKE UPDATE, DELETE ON {} FROM {}", kRecord, to));
  add(fmt::format("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}", kOwners, to));
  add(fmt::format("REVOKE ALL ON SEQUENCE {} FROM {}", here.sequences, to));
  add(fmt::format("GRANT USAGE, SELECT ON SEQUENCE {} TO {}", here.sequences, to));
  add(fmt::format("REVOKE INSERT, UPDATE, DELETE ON retired_permit, erasure FROM {}", to));
  // What an import brought is taken out again by the owner alone, and seals then go by what is
  // left.
  add(fmt::format("REVOKE UPDATE, DELETE ON import, import_permit FROM {}", to));
  for (const char* by_the_owner : {"forget_canarys_events()", "retire_permits(bigint[])"})
    add(fmt::format("GRANT EXECUTE ON FUNCTION {}.{} TO {}", here.schema, by_the_owner, to));
  co_await transaction.script(std::move(all), std::chrono::seconds(30));
  co_await transaction.commit(pg::Pipeline());
}

}  // namespace

pg::Awaitable<void> grant_to_daemon(pg::Connection& connection, std::string role) {
  boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
  for (int tried = 1;; ++tried) {
    try {
      co_await grant_once(connection, role);
      co_return;
    } catch (const pg::ConnectionLost&) {
      throw;
    } catch (const pg::Error& error) {
      if (error.sqlstate() != "XX000" ||
          error.message().find("concurrently") == std::string::npos || tried == kTries)
        throw;
    }
    pause.expires_after(kBetweenTries);
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
}

pg::Awaitable<void> grant_to_readers(pg::Connection& connection, std::string group) {
  static const auto here_sql = only<kHere>(kHereSql);
  static const auto known = value<bool>("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)");
  pg::Pipeline asking;
  const auto slot = asking.add(here_sql);
  const auto there = asking.add(known, group);
  const pg::Results found = co_await connection.run(std::move(asking));
  const Here here = found[slot];
  if (!found[there] || here.reports.empty()) co_return;
  pg::Transaction transaction(connection);
  co_await transaction.script(
      fmt::format("GRANT USAGE ON SCHEMA {} TO {};\nGRANT SELECT ON {} TO {};\n", here.schema,
                  quoted(group), here.reports, quoted(group)),
      std::chrono::seconds(30));
  co_await transaction.commit(pg::Pipeline());
}

pg::Awaitable<std::vector<std::string>> rights_beyond_need(pg::Connection& connection) {
  static const auto sql = values<std::string>(
      "WITH me AS (SELECT oid, rolsuper, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
      "   WHERE rolname = current_user),"
      " record AS (SELECT c.oid, c.relname, c.relowner FROM pg_class c"
      "   WHERE c.relnamespace = current_schema()::regnamespace"
      "   AND c.relname IN ('event', 'office_event', 'seal', 'seal_chain'))"
      " SELECT said FROM ("
      "   SELECT 1 AS place, 'it is a superuser' AS said FROM me WHERE rolsuper"
      "   UNION ALL SELECT 2, 'it may make roles' FROM me WHERE rolcreaterole AND NOT rolsuper"
      "   UNION ALL SELECT 3, 'it may make databases' FROM me WHERE rolcreatedb AND NOT rolsuper"
      "   UNION ALL SELECT 4, 'it may replicate' FROM me WHERE rolreplication AND NOT rolsuper"
      "   UNION ALL SELECT 5, 'it is the owner of the tables or one of the owner''s role' FROM me"
      "     WHERE NOT rolsuper AND EXISTS (SELECT FROM record WHERE pg_has_role(relowner, "
      "'MEMBER'))"
      "   UNION ALL SELECT 6, 'it may make tables in the schema' FROM me WHERE NOT rolsuper"
      "     AND has_schema_privilege(current_schema(), 'CREATE')"
      "   UNION ALL SELECT 7, 'it may ' || p.privilege || ' ' || r.relname FROM me, record r,"
      "     unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS p(privilege)"
      "     WHERE NOT rolsuper AND NOT pg_has_role(r.relowner, 'MEMBER')"
      "     AND has_table_privilege(r.oid, p.privilege)"
      " ) AS found ORDER BY place, said");
  pg::Pipeline asking;
  const auto slot = asking.add(sql);
  const pg::Results results = co_await connection.run(std::move(asking));
  co_return results[slot];
}

}  // namespace tenggat::store
