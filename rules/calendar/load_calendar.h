// Reads a calendar file (YAML) and the lists of days off it names (TSV beside it).
#pragma once
#include "rules/calendar/calendar.h"
#include "rules/error.h"

namespace tenggat {

// `beside` are the files in the calendar's own folder that it may name; the ones it does not name
// are ignored. Unknown and duplicate keys, overlapping intervals, two entries of one kind for a
// date, an unknown zone and a calendar without working time are refused, all at once, with line and
// column.
Loaded<Calendar> load_calendar(const SourceFile& file, const std::vector<SourceFile>& beside);

}  // namespace tenggat
