// Draws every dashboard from a running Prometheus and database, judges what is seen, keeps pictures.
//
//   node render.mjs PLAN.json PICTURES_DIR
//
// PLAN.json: {chromium, origin, messages, officer, prometheus, reader: {host, database, user}, dashboards, pages,
//             icons, expected, seconds, only: [UID] or null}. Ends with 1 where something is not as it must be, and says what.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { start_bridge } from "./bridge.mjs";
import { keep_canvas_words, look_at_panels, words_at_fault } from "./judge.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const pictures = process.argv[3];
mkdirSync(pictures, { recursive: true });
const expected = JSON.parse(readFileSync(plan.expected, "utf8"));  // {may_be_empty, identifiers: {PANEL: why}, names: {WORD: why}}
const faults = [];
const fault = (words) => { if (!faults.includes(words)) { faults.push(words); console.log(`FAULT ${words}`); } };
const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

const whole = readdirSync(plan.dashboards).filter((one) => one.endsWith(".json"))
  .map((one) => JSON.parse(readFileSync(join(plan.dashboards, one), "utf8")));
const boards = plan.only ? whole.filter((one) => plan.only.includes(one.uid)) : whole;
const every = (board) => board.panels.flatMap((one) => (one.type === "row" ? one.panels ?? [] : [one]));
const ids = new Map(whole.map((board) => [board.uid, new Set(every(board).map((one) => one.id))]));

// The formats of dates that are provisioned ([date_formats] of grafana.ini).
function settings() {
  const set = {};
  let ini = "";
  try { ini = readFileSync(join(plan.dashboards, "grafana.ini"), "utf8"); } catch { /* none is shipped */ }
  for (const [, key, value] of ini.matchAll(/^(full_date|interval_\w+) *= *(.+)$/gm)) set[key] = value;
  return { dates: {
    fullDate: set.full_date ?? "YYYY-MM-DD HH:mm:ss", useBrowserLocale: false,
    interval: { millisecond: "HH:mm:ss.SSS", second: set.interval_second ?? "HH:mm:ss", minute: set.interval_minute ?? "HH:mm",
      hour: set.interval_hour ?? "MM/DD HH:mm", day: set.interval_day ?? "MM/DD", month: set.interval_month ?? "YYYY-MM", year: "YYYY" } } };
}

const bridge = await start_bridge({ pages: plan.pages, boards: plan.dashboards, icons: plan.icons, settings: settings(), prometheus: plan.prometheus, reader: plan.reader });
const browser = await puppeteer.launch({ executablePath: plan.chromium, protocolTimeout: 120000, args: ["--no-sandbox", "--disable-gpu", "--lang=id-ID", "--force-prefers-reduced-motion"] });

async function opened(board, width, more = "") {
  const page = await browser.newPage();
  page.on("console", (one) => { if (one.type() === "error" && process.env.RENDER_TALK) console.log(one.text().slice(0, 600)); });
  page.setDefaultTimeout(120000);
  page.on("pageerror", (why) => fault(`${board.title}: ${why.message}`));
  await page.evaluateOnNewDocument(keep_canvas_words);
  await page.setViewport({ width, height: 1080 });
  const to = Date.now();
  await page.goto(`${bridge.url}/?board=${board.uid}&from=${to - plan.seconds * 1000}&to=${to}${more}`);
  try {
    await page.waitForFunction("window.drawn?.ready", { timeout: 120000 });
  } catch { fault(`${board.title} at ${width} does not come up`); }
  await page.evaluate(() => document.fonts.ready);
  // As high as it is: what is out of sight is not drawn by the browser.
  page.tall = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewport({ width, height: page.tall });
  const cells = () => [...document.querySelectorAll("section[data-kind=table]")].every((one) =>
    window.drawn.panels[one.dataset.panel].empty || one.querySelector("[role=gridcell]")?.getBoundingClientRect().width > 0);
  await page.waitForFunction(cells, { timeout: 10000 }).catch(() => {});  // judged below
  await pause(400);  // what is drawn is drawn in the next frames
  return page;
}

const seen = (board, drawn, id) => `${board.title}: ${drawn.panels[id]?.title ?? id}`;

async function judged(page, board, width) {
  const drawn = await page.evaluate(() => window.drawn);
  if (drawn.error) fault(`${board.title}: ${drawn.error}`);
  for (const panel of await page.evaluate(look_at_panels)) {
    const who = seen(board, drawn, panel.id);
    const note = drawn.panels[panel.id] ?? {};
    if (note.error) {
      fault(`${who}: ${note.error}`);
      continue;
    }
    if (note.empty && !(who in expected.may_be_empty)) fault(`${who} is empty`);
    if (!note.empty && !note.error && panel.drawn === 0) fault(`${who} draws nothing`);
    for (const words of panel.faults) fault(`${who} at ${width}: ${words}`);
    if (who in expected.identifiers) continue;
    for (const words of panel.words.flatMap((one) => words_at_fault(one, Object.keys(expected.names)))) fault(`${who}: ${words}`);
  }
  return drawn;
}

async function signed_in() {
  const page = await browser.newPage();
  const links = () => readdirSync(plan.messages).filter((one) => one.endsWith(".txt")).map((one) => readFileSync(join(plan.messages, one), "utf8"))
    .filter((one) => one.includes(plan.officer)).map((one) => /\/masuk\/[0-9a-f]{64}/.exec(one)?.[0]).filter(Boolean);
  const before = links();
  await page.goto(`${plan.origin}/masuk`);
  await page.type("#alamat", plan.officer);
  await Promise.all([page.waitForNavigation(), page.click("main form button")]);
  let link;
  for (let i = 0; i < 300 && !link; ++i, await pause(100)) link = links().find((one) => !before.includes(one));
  if (!link) throw new Error(`no link to sign in came for ${plan.officer}`);
  await page.goto(plan.origin + link);
  await Promise.all([page.waitForNavigation(), page.click("main form button")]);
  return page;
}

// Links between dashboards lead to panels that are there; those to the daemon's pages are answered.
async function links_work(links) {
  const page = await signed_in();
  const cookie = (await page.cookies()).map((one) => `${one.name}=${one.value}`).join("; ");
  for (const [who, url] of links) {
    const inside = /^\/d\/([a-z-]+)(?:\?(?:viewPanel=(\d+))?.*)?$/.exec(url);
    if (inside) {
      if (!ids.has(inside[1]) || (inside[2] && !ids.get(inside[1]).has(Number(inside[2])))) fault(`${who}: leads nowhere: ${url}`);
      continue;
    }
    if (!url.startsWith(plan.origin)) { fault(`${who}: leads elsewhere: ${url}`); continue; }
    const answer = await fetch(url, { headers: { cookie }, redirect: "manual" });
    if (answer.status !== 200) fault(`${who}: ${url} is answered ${answer.status} ${answer.headers.get("location") ?? ""}`);
  }
}

// The page has its whole height already; to be resized once more would empty its tables for a moment.
const picture = (page, name, more = {}) => page.screenshot({ path: join(pictures, `${name}.png`), captureBeyondViewport: false, ...more });
// What README.md shows of it (dev/pictures.sh): without the lists below.
const readme = { board: "tenggat-ikhtisar", clip: { x: 0, y: 0, width: 1280, height: 1335 } };

const links = new Map();
let panels = 0;
for (const board of boards) {
  for (const width of [1280, 1920]) {
    const page = await opened(board, width);
    await judged(page, board, width);
    await picture(page, `${board.uid}-${width}`);
    if (width === 1280 && board.uid === readme.board) await picture(page, "readme-ikhtisar", { clip: readme.clip });
    if (width === 1920 && board.uid === "tenggat-ikhtisar") {
      await page.emulateVisionDeficiency("deuteranopia");
      await picture(page, `${board.uid}-deuteranopia`);
      if (page.tall > 2 * 1080) fault(`${board.title} is ${page.tall} pixels high, more than two screens`);
    }
    await page.close();
  }
  for (const [width, name] of [[1280, "-rincian-1280"], [1920, "-rincian"]]) {
    const page = await opened(board, width, "&open=1");
    const drawn = await judged(page, board, width);
    await picture(page, board.uid + name);
    for (const [id, one] of Object.entries(drawn.panels)) for (const [, url] of one.links) links.set(url, seen(board, drawn, id));
    if (width === 1920) panels += Object.keys(drawn.panels).length;
    await page.close();
  }
  const page = await opened(board, 1920, "&theme=light");
  await picture(page, `${board.uid}-terang`);
  await page.close();
}
await links_work([...links].map(([url, who]) => [who, url]));

// Without Prometheus nothing may look well.
bridge.cut_prometheus();
for (const board of boards) {
  const page = await opened(board, 1920);
  await picture(page, `${board.uid}-tanpa-prometheus`);
  const of_prometheus = every(board).filter((one) => one.type === "stat" && one.targets.every((target) => target.expr)).map((one) => one.id);
  for (const panel of await page.evaluate(look_at_panels)) {
    if (!of_prometheus.includes(panel.id)) continue;
    const value = panel.words[0].split("\n").pop().trim();
    if (value !== "?") fault(`${board.title}: panel ${panel.id} says "${value}" where nothing is known`);
  }
  await page.close();
}

await browser.close();
await bridge.stop();
writeFileSync(join(pictures, "faults.txt"), faults.join("\n"));
console.log(`render: ${boards.length} dashboards, ${panels} panels, ${links.size} links, ${faults.length} faults; pictures in ${pictures}`);
process.exit(faults.length > 0 || panels === 0 ? 1 : 0);
