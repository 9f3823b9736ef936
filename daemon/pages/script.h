// The scripts of the pages. The board's puts in what the server sends; without it the board asks
// again by itself. The desk's has keys for what the page has links and boxes for.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::pages {

extern const std::string_view kBoardScript;
// "/papan.js?v=…": a changed script is another address, so browsers may keep each for ever.
const std::string& board_script_address();
extern const std::string_view kTasksScript;
const std::string& tasks_script_address();

}  // namespace tenggat::pages
