// Opens pages in the machine's Chromium, at the widths of phones, desks and walls and magnified
// twice, in light and dark: a picture of each, how heavy it is, and every violation axe-core finds,
// with what is folded opened, too. Also walks each page by keyboard.
//
//   node look.mjs PAGES.json PICTURES_DIR
//
// PAGES.json: {"chromium": PATH, "origin": URL, "cookie": NAME=VALUE, "pages": [{"name", "path"}],
//              "widths": [PIXELS], without it all of them,
//              "first": PIXELS from the top that pictures show, without it the whole page}
// Ends with 1 where a page is not as it must be, and says why.
import { mkdirSync, readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { violations } from "./judge.mjs";

const [plan, pictures] = [JSON.parse(readFileSync(process.argv[2], "utf8")), process.argv[3]];
mkdirSync(pictures, { recursive: true });
const faults = [];
const kHeaviest = 60_000;  // bytes of a page, as it is sent
// 640 is a desk of 1280 that somebody magnifies twice.
const kWidths = [320, 360, 640, 768, 1280, 1920];

// Everything that can be used takes the focus, and shows it. Of radio buttons that are one choice one
// takes it: the arrows go on from there.
async function walk_by_keyboard(page) {
  const wanted = await page.evaluate(() => {
    window.stop_of = (one) => (one.type === "radio" ? `${[...document.forms].indexOf(one.form)} ${one.name}` : one);
    // What a form has for Enter alone is no stop of the keyboard's (tabindex -1).
    return new Set([...document.querySelectorAll("a[href],button,summary,input:not([type=hidden]),select,textarea")]
      .filter((one) => one.checkVisibility() && one.tabIndex >= 0).map(window.stop_of)).size;
  });
  const reached = new Set();
  // Out of a viewer, which is a process of its own, the focus may come a key later: then twice round.
  for (let i = 0; i < wanted + 80 || (reached.size < wanted && i < 3 * wanted + 240); ++i) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      window.seen ??= new Map();
      const stop = window.stop_of(one);
      if (!window.seen.has(stop)) window.seen.set(stop, window.seen.size);
      const style = getComputedStyle(one);
      // The stops inside a document that is shown are the browser's own viewer's, and so is their ring: no
      // style of the page reaches it. A link before it leads past it.
      return { id: window.seen.get(stop), counts: !one.matches("[role=region],object"),
               shown: one.matches("object") || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0),
               what: one.outerHTML.slice(0, 80) };
    });
    if (!at) continue;
    if (!at.shown) faults.push(`the focus does not show on ${at.what}`);
    if (at.counts) reached.add(at.id);
  }
  if (reached.size < wanted) faults.push(`the keyboard reaches ${reached.size} of ${wanted}`);
}

const browser = await puppeteer.launch({
  executablePath: plan.chromium, args: ["--no-sandbox", "--disable-gpu", "--lang=id-ID", "--accept-lang=id-ID", "--force-prefers-reduced-motion"] });
for (const { name, path } of plan.pages) {
  for (const width of plan.widths ?? kWidths) {
    for (const scheme of ["light", "dark"]) {
      const page = await browser.newPage();
      // What is asked of nobody are Chromium's own pictures. axe is put in by us; the pages themselves allow no script.
      await page.setBypassCSP(true);
      await page.setViewport({ width, height: width === 640 ? 400 : 800, deviceScaleFactor: width === 640 ? 2 : 1,
                               isMobile: width < 500, hasTouch: width < 500 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      if (plan.cookie) {  // also for what the page embeds
        const [cookie, value] = plan.cookie.split("=");
        await page.setCookie({ name: cookie, value, url: plan.origin, path: "/", secure: cookie.startsWith("__Host-") });
      }
      const outside = [];
      page.on("request", (one) => { if (!one.url().startsWith(plan.origin) && !/^(data|chrome|chrome-extension):/.test(one.url())) outside.push(one.url()); });
      const answer = await page.goto(plan.origin + path, { waitUntil: "load" });
      const where = `${name} at ${width}, ${scheme}`;
      const before = faults.length;
      if (answer.status() >= 500) faults.push(`status ${answer.status()}`);
      const bytes = (await answer.buffer()).length;
      if (bytes > kHeaviest) faults.push(`is ${bytes} bytes`);
      for (const url of outside) faults.push(`asks another host: ${url}`);
      const shown = plan.first ? { clip: { x: 0, y: 0, width, height: plan.first } } : { fullPage: true };
      await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}.png`, ...shown });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) faults.push(`is ${wide} pixels too wide`);
      faults.push(...(await violations(page)));
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
      faults.push(...(await violations(page)).map((one) => `opened, ${one}`));
      await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}-opened.png`, fullPage: true });
      if (width > 500 && scheme === "light") await walk_by_keyboard(page);
      for (let i = before; i < faults.length; ++i) faults[i] = `${where}: ${faults[i]}`;
      await page.close();
    }
  }
}
await browser.close();
for (const fault of faults) console.log(fault);
console.log(`${plan.pages.length} pages, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
