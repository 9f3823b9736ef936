// The one script of the pages, for the board alone: it puts in what the server sends. Without it
// the board asks again by itself.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::pages {

extern const std::string_view kBoardScript;
// "/papan.js?v=…": a changed script is another address, so browsers may keep each for ever.
const std::string& board_script_address();

}  // namespace tenggat::pages
