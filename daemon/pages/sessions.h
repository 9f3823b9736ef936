// The pages of sessions: one's own, and for administrators those of an officer.
#pragma once
#include <vector>

#include "daemon/pages/page_calls.h"

namespace tenggat::pages {

std::vector<PageRoute> session_pages(const PageParts* parts);

}  // namespace tenggat::pages
