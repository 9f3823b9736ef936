// What must hold of a dashboard that was drawn: run in the page, it gives what is wrong, in words.

// Of what is drawn on canvas, the words: put in before the page's own scripts.
export function keep_canvas_words() {
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    (this.canvas.words ??= new Set()).add(String(text));
    return draw.call(this, text, ...rest);
  };
}

// English, and what machines write. Indonesian has "median", "total", "status", "data" too.
const ENGLISH = ("no|yes|true|false|last|max|min|mean|name|value|time|week|weeks|day|days|hour|hours|minute|minutes|mins|month|months|"
  + "year|years|second|seconds|overdue|due|soon|open|closed|paused|active|returned|issued|rejected|withdrawn|lapsed|queued|accepted|failed|"
  + "dead|officer|applicant|superior|holder|queue|unknown|none|other|all|source|loop|channel|reason|rows|email|webhook|now|past|ago|idle|busy|"
  + "connecting|warning|error|debug|trace|firing|pending|page|ticket|read|writes|label|requests|process|average|rate|jan\\.|may|aug|oct|dec").split("|");
const RULES = [
  ["is not a number", /NaN|Infinity|undefined|\[object/],
  ["is abbreviated", /\d[\d.,]*\s?(?:K|Mil|Bil|Tri|Quadr|Mio|Mrd)\b/],
  ["is English", new RegExp(`(?<![\\w/.-])(?:${ENGLISH.join("|")})(?![\\w/-])`, "i")],
  ["is a machine's word", /\b[a-z]+_[a-z_]+\b/],
  ["is not interpolated", /\$\{|\{\{/],
];

// names: what may be said although it looks English, since it is a name.
export function words_at_fault(text, names) {
  let plain = ` ${text} `;
  for (const one of names) plain = plain.replaceAll(one, " ");
  return RULES.flatMap(([what, rule]) => { const found = rule.exec(plain); return found ? [`"${found[0].trim()}" ${what}`] : []; });
}

// In the page. → {panels: [{id, title, words: [], faults: []}]}
export function look_at_panels() {
  const found = [];
  const cut = (one) => one.scrollWidth > one.clientWidth + 1;
  const name = (one) => one.textContent.trim().slice(0, 60);
  for (const section of document.querySelectorAll("section[data-panel]")) {
    const faults = [];
    const box = section.getBoundingClientRect();
    const title = section.querySelector("h2");
    if (!title) faults.push("shows no title");
    else if (cut(title) || [...title.querySelectorAll("*")].some(cut)) faults.push(`its title is cut: ${name(title)}`);
    const grid = section.querySelector("[role=grid]");
    if (grid && grid.scrollWidth > grid.clientWidth + 1) faults.push(`a column is hidden: ${grid.scrollWidth - grid.clientWidth} pixels`);
    const outside = (one) => {
      const at = one.getBoundingClientRect();
      return at.width > 0 && (at.right > box.right + 1 || at.left < box.left - 1 || (!grid && at.bottom > box.bottom + 1));
    };
    for (const one of section.querySelectorAll("[role=columnheader]")) {
      if (outside(one)) faults.push(`the column ${name(one)} is outside`);
      else if ([one, ...one.querySelectorAll("*")].some((part) => part.clientWidth > 0 && cut(part) && getComputedStyle(part).overflowX !== "visible")) faults.push(`the head ${name(one)} is cut`);
    }
    for (const one of section.querySelectorAll("[role=gridcell]"))
      if ([one, ...one.querySelectorAll("*")].some((part) => part.clientWidth > 0 && cut(part) && getComputedStyle(part).overflowX !== "visible")) faults.push(`a cell is cut: ${name(one)}`);
    if (!grid)
      for (const one of section.querySelectorAll("*"))
        if (one.children.length === 0 && one.textContent.trim() && outside(one) && !one.closest("[data-testid='scrollbar']")) faults.push(`is outside: ${name(one)}`);
    const words = [section.innerText, ...[...section.querySelectorAll("svg text")].map((one) => one.textContent),
      ...[...section.querySelectorAll("canvas")].flatMap((one) => [...(one.words ?? [])])];
    // What fills the panel below its title: cells, bars, a canvas with words on it.
    const drawn = [...section.querySelectorAll(section.dataset.kind === "table" ? "[role=gridcell]" : "canvas, svg rect, [class]")]
      .filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && one.getBoundingClientRect().width > 0).length;
    found.push({ drawn, id: Number(section.dataset.panel), words, faults: [...new Set(faults)] });
  }
  return found;
}
