// The rules directory as an operator keeps it: sop/*.yaml, calendar/*.yaml with their *.tsv lists,
// texts/*.yaml. Read whole, checked whole, and against each other.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/rules.h"
#include "notifiers/text.h"
#include "rules/calendar/calendar.h"
#include "rules/error.h"
#include "rules/sop/sop.h"

namespace tenggat {

struct RuleFiles {
  // Both as parsed and as stored, at the same index; Sop::version is the hash of its rule set.
  std::vector<Sop> sops;
  std::vector<store::RuleSet> sop_sets;
  std::vector<Calendar> calendars;
  std::vector<store::RuleSet> calendar_sets;
  notify::Texts texts{std::vector<notify::Text>{}};  // of texts/id.yaml
  std::vector<notify::Texts> translations;           // beside it: texts/en.yaml
  std::string texts_version;                         // hash of all of them
};

// The texts the daemon sends come from this one; applicants who read another language that there is
// a file of get those.
inline constexpr const char* kTextsFile = "id.yaml";
// With their translations.
std::shared_ptr<const notify::Texts> texts_of(const RuleFiles& files);

// Every fault of every file at once; `file` in a fault is the path an editor can open. Besides what
// the loaders refuse: no SOP at all, two SOPs or calendars of one id, an SOP that
// could print another's numbers, a calendar an SOP names that is not there, a text it tells an
// applicant that is not there or is not for applicants, a translation that does not fit its
// original, a file that ends in .yml and would be passed over.
Loaded<RuleFiles> load_rule_files(const std::filesystem::path& directory);

// One calendar file with the lists beside it, as `tenggat calendar apply` takes it.
struct CalendarRules {
  store::RuleSet rules;
  Calendar calendar;
};
Loaded<CalendarRules> load_calendar_rules(const std::filesystem::path& file);

}  // namespace tenggat
