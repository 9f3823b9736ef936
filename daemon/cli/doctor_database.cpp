// What the database says of itself, of who asks, and of what lies in it.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/cli/doctor.h"
#include "daemon/cli/print.h"
#include "daemon/pg/hosts.h"
#include "daemon/pg/search_path.h"

namespace tenggat::cli {
namespace {

constexpr double kSkewMax = 2;  // seconds; leases and limits bear that

Finding not_asked(const Patient& patient) {
  return unknown(patient.database.away.empty() ? "the database is not migrated"
                                               : "the database does not answer");
}

Findings of_check(const Patient& patient, std::string_view check) {
  Findings found;
  for (const store::Ailment& one : patient.database.diagnosis.ailments)
    if (one.check == check) found.push_back(fault(one.says, one.remedy));
  return found;
}

Findings looked_at(const Patient& patient, std::string_view check, std::string well_says) {
  if (!patient.database.migrated) return {not_asked(patient)};
  return or_well(of_check(patient, check), std::move(well_says));
}

}  // namespace

Findings look_at_database(const Patient& patient) {
  using Kind = pg::MigrationState::Kind;
  const OfDatabase& database = patient.database;
  if (!database.away.empty())
    return {fault(database.away, "start PostgreSQL, or mend `database` in the configuration")};
  for (const pg::MigrationState& one : database.migrations) {
    if (one.kind == Kind::kApplied) continue;
    return {fault(fmt::format("migration {} differs", one.name),
                  one.kind == Kind::kPending ? "tenggat db migrate"
                                             : "install the program that migrated this database")};
  }
  const std::string& schema = patient.config.schema;
  return {well(fmt::format("reached, {} migrations{}", database.migrations.size(),
                           schema == pg::kDefaultSchema ? "" : " in the schema " + schema))};
}

Findings look_at_server(const Patient& patient) {
  const OfDatabase& database = patient.database;
  if (!database.migrated) return {not_asked(patient)};
  Findings found = of_check(patient, "server");
  const double there = static_cast<double>(database.diagnosis.at_microseconds) / 1e6;
  const double ahead = std::max(database.asked_at - there, there - database.answered_at);
  if (ahead > kSkewMax)
    found.push_back(fault(fmt::format("its clock is {:.0f} s off this machine's", ahead),
                          "have both machines' time synchronised (systemd-timesyncd, chrony)"));
  if (database.backend != database.diagnosis.backend)
    found.push_back(
        fault("a pooler stands before it (pgbouncer): sessions are not the daemon's own",
              "name PostgreSQL itself in `database`; the daemon has its own pool"));
  return or_well(std::move(found), "its settings keep what is acknowledged, its clock agrees");
}

Findings look_at_role(const Patient& patient) {
  if (!patient.database.migrated) return {not_asked(patient)};
  const std::string role = printable(pg::user_of(patient.config.database));
  Findings found = of_check(patient, "role");
  if (!patient.database.rights.empty())
    found.push_back(fault(
        fmt::format("{} may do more than a daemon needs: {}", role,
                    fmt::join(patient.database.rights, ", ")),
        "two roles, by roles.sql and `database_owner`: docs/operations.md, Roles of the database"));
  return or_well(std::move(found), fmt::format("{} may do what a daemon needs", role));
}

Findings look_at_messages(const Patient& patient) {
  return looked_at(patient, "messages", "they leave");
}

Findings look_at_portal(const Patient& patient) {
  if (!patient.config.portal.enabled()) return {well("none is configured")};
  return looked_at(patient, "portal", "it takes what is posted");
}

Findings look_at_seals(const Patient& patient) {
  return looked_at(patient, "seals", "the record is sealed, or young");
}

}  // namespace tenggat::cli
