// The board: the SOP's form come alive. Steps as rows, actors as columns, in each place how many
// files are there and in what state; the standard beside what it really takes. Pure.
#pragma once
#include "daemon/office/board.h"
#include "daemon/pages/html.h"

namespace tenggat::pages {

struct BoardView {
  const Sop& sop;
  const Calendar& calendar;
  const office::Board& board;
  bool links = true;   // each number leads to its list; not on the wall's screen
  bool stale = false;  // the numbers could not be read for a while
};
Html board_table(const BoardView& view);

// What a list of the board is called, by BoardList::which: "terlambat", "batas hari ini"; nothing
// for a word that is none.
std::optional<std::string_view> board_list_words(std::string_view which);

}  // namespace tenggat::pages
