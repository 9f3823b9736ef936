#include "daemon/store/office_schema.h"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/pg/search_path.h"
#include "daemon/store/columns.h"
#include "daemon/store/migrations.h"

namespace tenggat::store {
namespace {

using pg::kDefaultReports;
using pg::kDefaultSchema;

// What two offices that migrate at once may both do to the catalogue: one of them is told so, and
// finds it done when it looks again.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kBetweenTries{50};
bool is_in_each_others_way(const pg::Error& error) {
  const std::string& state = error.sqlstate();
  return state == "23505" || state == "42P06" || state == "42710" ||
         (state == "XX000" && error.message().find("concurrently") != std::string::npos);
}

bool is_part_of_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Each `from` that is no part of a longer name; one that ends with a dot, before a name.
void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    const auto end = at + from.size();
    const bool whole = (at == 0 || !is_part_of_name(text[at - 1])) &&
                       (from.back() == '.') == (end < text.size() && is_part_of_name(text[end]));
    if (whole) text.replace(at, from.size(), to);
    at += whole ? to.size() : from.size();
  }
}

// In one script, since it is one office's or another's work, whoever comes first.
std::string making(const std::string& schema) {
  return fmt::format(
      "DO $$ BEGIN"
      "  IF to_regnamespace('{0}') IS NULL THEN CREATE SCHEMA \"{0}\"; END IF;"
      "  IF to_regnamespace('{1}') IS NULL THEN"
      "    CREATE SCHEMA {1};"
      "    GRANT USAGE ON SCHEMA {1} TO PUBLIC;"
      "  END IF;"
      "  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN"
      "    CREATE EXTENSION pg_trgm SCHEMA {1};"
      "  ELSIF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm'"
      "                    AND extnamespace = '{1}'::regnamespace) THEN"
      "    ALTER EXTENSION pg_trgm SET SCHEMA {1};"
      "  END IF;"
      "END $$",
      schema, pg::kExtensions);
}

// That the role may not make it matters only where something is missing.
pg::Awaitable<void> make_once(pg::Connection& connection, std::string schema) {
  static const auto there = value<std::string>(fmt::format(
      "SELECT concat_ws(', ', CASE WHEN current_schema() IS DISTINCT FROM $1::name"
      "   THEN 'CREATE SCHEMA ' || $1::text || ' AUTHORIZATION ' || quote_ident(current_user) END,"
      " CASE WHEN $1::text <> '{0}' AND NOT EXISTS (SELECT FROM pg_extension"
      "     WHERE extname = 'pg_trgm' AND extnamespace = to_regnamespace('{1}'))"
      "   THEN 'the extension pg_trgm in the schema {1}' END)",
      kDefaultSchema, pg::kExtensions));
  std::optional<pg::Error> failed;
  try {
    co_await connection.query(making(schema), std::vector<pg::Param>{});
  } catch (const pg::ConnectionLost&) {
    throw;
  } catch (const pg::Error& error) {
    if (error.sqlstate() != "42501") throw;
    failed = error;
  }
  if (!failed) co_return;
  auto asking = connection.query(there, schema);
  const std::string missing = co_await std::move(asking);
  if (!missing.empty())
    throw pg::Error{{.sqlstate = "3F000",
                     .message = fmt::format("{}: an administrator of the server has to make what "
                                            "the office needs: {} (systemd/postgres/roles.sql)",
                                            failed->message(), missing)}};
}

pg::Awaitable<void> make_schema(pg::Connection& connection, std::string schema) {
  boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
  for (int tried = 1;; ++tried) {
    try {
      co_await make_once(connection, schema);
      co_return;
    } catch (const pg::ConnectionLost&) {
      throw;
    } catch (const pg::Error& error) {
      if (!is_in_each_others_way(error) || tried == kTries) throw;
    }
    pause.expires_after(kBetweenTries);
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace

std::string readers_of(std::string_view schema) {
  return schema == kDefaultSchema ? "tenggat_laporan" : fmt::format("tenggat_laporan_{}", schema);
}

std::string as_run_in(std::string_view schema, std::string_view migration) {
  std::string text{migration};
  if (schema == kDefaultSchema) return text;
  // There is one of it in a database, where all offices find it.
  replace_all(text, "CREATE EXTENSION IF NOT EXISTS pg_trgm;", "");
  replace_all(text, "CREATE SCHEMA laporan;", "");
  // Not all that lies in the office's schema is for those who read its reports: grant_to_readers().
  replace_all(text, "GRANT SELECT ON ALL TABLES IN SCHEMA laporan TO tenggat_laporan;", "");
  replace_all(text,
              "ALTER DEFAULT PRIVILEGES IN SCHEMA laporan GRANT SELECT ON TABLES TO "
              "tenggat_laporan;",
              "");
  replace_all(text, "SCHEMA laporan", fmt::format("SCHEMA \"{}\"", schema));
  replace_all(text, fmt::format("{}.", kDefaultReports), fmt::format("\"{}\".", schema));
  replace_all(text, "tenggat_laporan", readers_of(schema));
  return text;
}

pg::Awaitable<pg::MigrationReport> migrate_office(pg::Connection& connection, std::string schema,
                                                  pg::MigrationOptions options) {
  co_await make_schema(connection, schema);
  options.as_run = [schema](std::string_view text) { return as_run_in(schema, text); };
  auto migrating = pg::migrate(connection, migrations(), std::move(options));
  co_return co_await std::move(migrating);
}

}  // namespace tenggat::store
