// What the pages of what administrators keep share. Included by those pages only.
#pragma once
#include <string_view>
#include <vector>

#include "daemon/pages/page_calls.h"

namespace tenggat::pages {

// Links between them; `here` is the path of the one that is shown.
Html keeping_links(std::string_view here);
// Those of how the channels stand, as rows of their own.
std::vector<PageRoute> office_channel_pages(const PageParts* parts);

}  // namespace tenggat::pages
