// "Perubahan": what waits to be changed of an officer who signs in person, with the second word and
// the stop. For administrators, and for whom it is about.
#pragma once
#include <vector>

#include "daemon/pages/page_calls.h"
#include "daemon/store/officer_changes.h"

namespace tenggat::pages {

std::vector<PageRoute> officer_change_pages(const PageParts* parts);

// On the page of the officer whom it is about.
Html waiting_notice(const store::WaitingChange& change, const Calendar& calendar);

}  // namespace tenggat::pages
