// What happened in an office, counted from its event log alone by the rules of docs/reference.md,
// for the SOP that ships. Looks at no visit, no permit row, no counter.
#pragma once
#include <map>
#include <string>

#include "tests/e2e/office.h"

namespace tenggat::test {

// "terbit 2026-03" or "step_missed kajian_teknis 2026-03" → how many. Months are the office's.
using EventCounts = std::map<std::string, int>;

// What counts at `local` ("2026-04-02T16:00:00"): actions that can still be taken back do not.
EventCounts count_events(const Office& office, const std::string& local);

// Over all months: "terbit", "step_missed kajian_teknis".
int total(const EventCounts& counts, const std::string& what);

}  // namespace tenggat::test
