// The one stylesheet of the pages, served by the daemon itself.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::pages {

extern const std::string_view kStyle;
// "/gaya.css?v=…": the address changes with the bytes, so that a browser may keep them for ever.
const std::string& style_address();

}  // namespace tenggat::pages
