// What receipt_replay.py makes of a city's log: what to do, by whom, and what must come of it.
// README.md here says what the files hold.
#pragma once
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/calendar/calendar.h"
#include "rules/permit/import.h"
#include "rules/sop/sop.h"
#include "rules/time.h"

namespace tenggat::test {

struct ReplayCommand {
  Instant at{};
  std::string op;  // submit, claim, act
  std::string of_case, by;
  std::string step, action;
  int visit = 0;  // of the step's visits
  std::vector<std::string> to;
  boost::json::object fields;
};

struct ReplayOfficer {
  std::string id;
  std::vector<std::string> roles;
};

struct ReplayFiles {
  std::vector<ReplayCommand> commands;
  std::vector<ReplayOfficer> officers;
  std::vector<boost::json::object> expected;  // a case each
  Instant end{};                              // when all is compared
  std::string report;                         // what the script has printed
};

// The log that TENGGAT_RECEIPT_LOG names (empty: none), else shared/data/receipt-phase.tsv in a
// folder above the checkout. It is a city's and no part of the project.
std::optional<std::filesystem::path> receipt_log();
ReplayFiles prepare_replay(const std::filesystem::path& log);

// The commands of each case as what happened to it, by case.
std::map<std::string, PastFile> histories_of(const ReplayFiles& files);
// A line of `tenggat permit import`.
std::string import_line(const PastFile& past, const std::string& of_case);

Sop receipt_sop();
Calendar receipt_calendar();

// Of the log's cases; at least 99 % are demanded.
double expressed_share(const ReplayFiles& files, const std::filesystem::path& log);

// What of the expectation did not come, each with its place: ".visits[3].due: "..." came as "..."".
// Escalations of one instant are in no order.
std::vector<std::string> differences(boost::json::object expected, boost::json::object came);

// "case +5d (2)": how often it was raised, of all cases.
std::string escalations_by_rung(const std::vector<boost::json::object>& came);

// The rules of an office that has the log's service alone, with the texts that ship: laid in a new
// folder below `directory`, which is returned.
std::filesystem::path receipt_rules_in(const std::filesystem::path& directory);

}  // namespace tenggat::test
