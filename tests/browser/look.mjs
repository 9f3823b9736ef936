// Opens pages in the machine's Chromium, at the width of a phone and of a desk, in light and dark:
// a picture of each, and every serious violation axe-core finds. Also walks each page by keyboard.
//
//   node look.mjs PAGES.json PICTURES_DIR
//
// PAGES.json: {"chromium": PATH, "origin": URL, "cookie": NAME=VALUE, "pages": [{"name", "path"}]}
// Ends with 1 where a page is not as it must be, and says why.
import { mkdirSync, readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { violations } from "./judge.mjs";

const [plan, pictures] = [JSON.parse(readFileSync(process.argv[2], "utf8")), process.argv[3]];
mkdirSync(pictures, { recursive: true });
const faults = [];

// Everything that can be used takes the focus, and shows it.
async function walk_by_keyboard(page) {
  const wanted = await page.evaluate(() =>
    // What a form has for Enter alone is no stop of the keyboard's (tabindex -1).
    [...document.querySelectorAll("a[href],button,summary,input:not([type=hidden]),select,textarea")]
      .filter((one) => one.checkVisibility() && one.tabIndex >= 0 && one.name !== "hasil").length);
  const reached = new Set();
  for (let i = 0; i < wanted + 20; ++i) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      window.seen ??= new Map();
      if (!window.seen.has(one)) window.seen.set(one, window.seen.size);
      const style = getComputedStyle(one);
      return { id: window.seen.get(one), counts: one.name !== "hasil" && !one.matches("[role=region]"),
               shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
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
  for (const width of plan.widths ?? [360, 1280]) {
    for (const scheme of ["light", "dark"]) {
      const page = await browser.newPage();
      // What is asked of nobody are Chromium's own pictures. axe is put in by us; the pages themselves allow no script.
      await page.setBypassCSP(true);
      await page.setViewport({ width, height: 800, isMobile: width < 500, hasTouch: width < 500 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      if (plan.cookie) await page.setExtraHTTPHeaders({ Cookie: plan.cookie });
      const outside = [];
      page.on("request", (one) => { if (!one.url().startsWith(plan.origin) && !one.url().startsWith("data:")) outside.push(one.url()); });
      const answer = await page.goto(plan.origin + path, { waitUntil: "load" });
      const where = `${name} at ${width}, ${scheme}`;
      const before = faults.length;
      if (answer.status() >= 500) faults.push(`status ${answer.status()}`);
      for (const url of outside) faults.push(`asks another host: ${url}`);
      await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}.png`, fullPage: true });
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
