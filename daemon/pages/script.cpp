#include "daemon/pages/script.h"

#include "daemon/store/hash.h"

namespace tenggat::pages {

// What comes is markup of ours, escaped where it was made. Whoever stands on a number by keyboard
// stays on it.
const std::string_view kBoardScript = R"js("use strict";
(() => {
  const board = document.getElementById("papan");
  const stream = new EventSource(board.dataset.aliran);
  stream.onmessage = (event) => {
    const at = board.contains(document.activeElement) && document.activeElement.getAttribute("href");
    board.innerHTML = event.data;
    for (const link of board.querySelectorAll("a"))
      if (at && link.getAttribute("href") === at) { link.focus(); break; }
  };
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 30000);
  };
})();
)js";

const std::string& board_script_address() {
  static const std::string address =
      "/papan.js?v=" + store::hex(store::sha256(kBoardScript)).substr(0, 16);
  return address;
}

}  // namespace tenggat::pages
