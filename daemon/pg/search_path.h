// Where the names in SQL are looked up. Each session gets it when it is opened, from here alone, so
// that SQL names no schema and one database can hold several offices: the default one's, or that of
// the schema which in_schema() has put into the connection string.
#pragma once
#include <string>

namespace tenggat::pg {

// What an office's configuration leaves out (`schema`): the one PostgreSQL makes.
inline constexpr const char* kDefaultSchema = "public";
// The views of that office are kept apart from its tables, as they have been from the first. Those
// of an office in a schema of its own lie in it.
inline constexpr const char* kDefaultReports = "laporan";
// What all offices of a database share; no table of any is in it.
inline constexpr const char* kExtensions = "tenggat_extensions";

// In SQL: the channel on which daemons and tools of one office tell each other, since NOTIFY is
// heard in the whole database.
#define TENGGAT_CHANNEL "'tenggat.' || current_schema()"

inline std::string reports_schema_of(const std::string& schema) {
  return schema == kDefaultSchema ? kDefaultReports : schema;
}

// Of names of small letters, digits and `_`, so that nothing has to be quoted. What somebody makes
// for their session alone comes last.
inline std::string search_path_of(const std::string& schema) {
  const std::string reports = reports_schema_of(schema);
  return schema + ',' + (reports == schema ? "" : reports + ',') + kExtensions + ",pg_temp";
}

// A connection string as an office's configuration has it, for the sessions of that office. By
// their application_name they know each other. Throws as hosts_of() does.
std::string in_schema(const std::string& conninfo, const std::string& schema);

}  // namespace tenggat::pg
