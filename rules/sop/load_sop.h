// Reads an SOP file as an official writes it. The form's column names are its keys.
#pragma once
#include "rules/calendar/calendar.h"
#include "rules/error.h"
#include "rules/sop/sop.h"

namespace tenggat {

// All faults at once: unknown or duplicate keys, names that lead nowhere, a circle of superiors, a
// step nobody can reach, a need no earlier step brings, a sum that differs from `total`. The
// content hash (Sop::version) is the caller's to set.
Loaded<Sop> load_sop(const SourceFile& file);

}  // namespace tenggat
