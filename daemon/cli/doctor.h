// `tenggat doctor`: what can be wrong with an installation, each with what mends it. What is looked
// at is read first (Patient), so that a check is a function of what was read; a further check is a
// row of kChecks in doctor.cpp.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/config.h"
#include "daemon/base/secrets.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/templates.h"
#include "daemon/office/number_clash.h"
#include "daemon/office/rule_files.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/diagnosis.h"

namespace tenggat::cli {

struct Finding {
  enum class State { well, unknown, fault };
  State state = State::well;
  std::string says;
  std::string remedy{};  // of a fault
};
using Findings = std::vector<Finding>;

inline Finding well(std::string says) { return {Finding::State::well, std::move(says)}; }
inline Finding unknown(std::string says) { return {Finding::State::unknown, std::move(says)}; }
inline Finding fault(std::string says, std::string remedy) {
  return {Finding::State::fault, std::move(says), std::move(remedy)};
}
// What was found, or that it is well.
Findings or_well(Findings found, std::string says);

// What the database said; the rest of it only where `migrated`.
struct OfDatabase {
  std::string away;  // why it could not be asked; empty: it was
  std::vector<pg::MigrationState> migrations;
  bool migrated = false;
  std::vector<std::string> rights;  // beyond need
  store::Diagnosis diagnosis;
  double asked_at = 0, answered_at = 0;  // Unix time by this machine
  std::int64_t backend = 0;              // whom the connection was made with
  std::unique_ptr<Office> office;
  std::vector<store::RuleSet> in_force;
  std::vector<office::NumberClash> clashes;
  std::optional<TemplatesKnown> templates;
};

// What the daemon's own listener said.
struct OfDaemon {
  int status = 0;  // of /readyz; 0: it does not answer
  std::string ready, metrics;
};

struct Patient {
  const Config& config;
  std::filesystem::path file;  // of the configuration
  Loaded<Secrets> secrets;
  Loaded<RuleFiles> rules;
  OfDatabase database;
  OfDaemon daemon;
  Instant now{};
};

// doctor_database.cpp
Findings look_at_database(const Patient& patient);
Findings look_at_server(const Patient& patient);
Findings look_at_role(const Patient& patient);
Findings look_at_messages(const Patient& patient);
Findings look_at_portal(const Patient& patient);
Findings look_at_seals(const Patient& patient);
// doctor_office.cpp
Findings look_at_rules(const Patient& patient);
Findings look_at_calendar(const Patient& patient);
Findings look_at_people(const Patient& patient);
Findings look_at_templates(const Patient& patient);
// doctor_machine.cpp
Findings look_at_memory(const Patient& patient);
Findings look_at_secrets(const Patient& patient);
Findings look_at_keys(const Patient& patient);
Findings look_at_disk(const Patient& patient);
Findings look_at_certificate(const Patient& patient);
Findings look_at_pages(const Patient& patient);
Findings look_at_channels(const Patient& patient);
Findings look_at_backup(const Patient& patient);
Findings look_at_time(const Patient& patient);
Findings look_at_daemon(const Patient& patient);

}  // namespace tenggat::cli
