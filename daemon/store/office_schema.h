// Where an office lies in its database: all of it in one schema, of which a database can hold
// several, one an office (`schema` of the configuration). The office of `public` has its views for
// reports in `laporan`, any other in its own schema; names of views and tables never clash, and
// what is a report's is known by its comment, which tells its readers what it shows. What all
// offices share is the extension pg_trgm, in a schema of its own.
#pragma once
#include <string>
#include <string_view>

#include "daemon/pg/migrate.h"

namespace tenggat::store {

// What of a migration's text is run for an office of this schema.
std::string as_run_in(std::string_view schema, std::string_view migration);

// Makes the schema where there is none, and what offices share; then migrates. Safe twice, and
// while another office of the database does the same. Throws as pg::migrate(), and pg::Error
// (3F000) where the schema is missing and the role may not make it.
pg::Awaitable<pg::MigrationReport> migrate_office(pg::Connection& connection, std::string schema,
                                                  pg::MigrationOptions options = {});

// The group that reads the reports of the office, without a login.
std::string readers_of(std::string_view schema);

}  // namespace tenggat::store
