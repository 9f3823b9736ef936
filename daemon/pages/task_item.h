// One line of a list of permits: a task to be taken along with others, and a permit that was found.
#pragma once
#include <string>

#include "daemon/pages/page_calls.h"

namespace tenggat::pages {

// What has been drafted refuses the application: looked at one by one, never along with others.
bool is_refusal_draft(const Permit& permit, const Step& step);

// "PAUD-2026-00001|verifikasi|3": which permit, at which step, as it was seen.
std::string ticket_of(const http::Task& task);

// With a box to pick it by, ticked where `typed` says so.
Html task_item(const http::Task& task, const Sop& sop, const Calendar& calendar,
               const People& people, Instant now, const http::Form& typed);

}  // namespace tenggat::pages
