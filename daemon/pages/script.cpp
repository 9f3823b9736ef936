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

// j and k go from one file to the next, Enter opens it (it is a link), x ticks it, ? shows the
// keys. They are only keys where nobody is writing, and whoever does not want them turns them off.
const std::string_view kTasksScript = R"js("use strict";
(() => {
  const help = document.getElementById("pintasan");
  const wanted = document.getElementById("pintasan-aktif");
  const bar = document.getElementById("dipilih");
  const rows = [...document.querySelectorAll("[data-baris]")];
  const boxes = [...document.querySelectorAll("input[name=tugas]")];
  const name = (row) => row.querySelector("a").textContent;
  try { wanted.checked = localStorage.getItem("pintasan") !== "mati"; } catch {}
  wanted.addEventListener("change", () => {
    try { localStorage.setItem("pintasan", wanted.checked ? "hidup" : "mati"); } catch {}
  });
  help.hidden = false;
  const say = () => {
    const names = boxes.filter((box) => box.checked).map((box) => name(box.closest("[data-baris]")));
    for (const box of boxes) box.closest("[data-baris]").classList.toggle("terpilih", box.checked);
    if (bar) bar.textContent = names.length ? names.length + " dipilih: " + names.join(", ")
                                            : "Belum ada yang dipilih.";
  };
  for (const box of boxes) box.addEventListener("change", say);
  if (bar) say();
  const writes = (at) => at.closest("textarea, select, input:not([type=checkbox])");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    const box = event.target.matches("input[name=tugas]");
    const here = rows.indexOf(event.target.closest("[data-baris]"));
    if (!wanted.checked && !(event.key === "Enter" && box)) return;
    const go = { j: here + 1, k: here < 0 ? rows.length - 1 : here - 1 }[event.key];
    if (go !== undefined) {
      if (rows[go]) rows[go].querySelector("a").focus();
    } else if (event.key === "x" && here >= 0) {
      const its = rows[here].querySelector("input[name=tugas]");
      if (its) its.click();
    } else if (event.key === "Enter" && box) {
      location.href = rows[here].querySelector("a").href;
    } else if (event.key === "?") {
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });
})();
)js";

const std::string& tasks_script_address() {
  static const std::string address =
      "/tugas.js?v=" + store::hex(store::sha256(kTasksScript)).substr(0, 16);
  return address;
}

const std::string& board_script_address() {
  static const std::string address =
      "/papan.js?v=" + store::hex(store::sha256(kBoardScript)).substr(0, 16);
  return address;
}

}  // namespace tenggat::pages
