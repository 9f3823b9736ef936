// People in browsers of their own, as a walk through the pages needs them: they open, press, read and
// sign in by the link in their mail. A walk is run as
//
//   node WALK.mjs PLAN.json PICTURES_DIR
//
// PLAN.json: {"chromium", "origin", "mails", ...}. What is not as it must be is a fault; end_walk()
// prints them and ends with 1 where there are any.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { violations } from "./judge.mjs";

export const [plan, pictures] = [JSON.parse(readFileSync(process.argv[2], "utf8")), process.argv[3]];
mkdirSync(pictures, { recursive: true });
export const LIMIT = 45000;  // milliseconds, of any wait

export const faults = [];
export const check = (holds, words) => { if (!holds) { faults.push(words); console.log(`FAULT ${words}`); } };
export const text_of = (page) => page.evaluate(() => document.body.innerText);
export async function says(page, ...words) {
  const text = (await text_of(page)).replace(/\s+/g, " ");
  for (const one of words) check(text.includes(one), `${page.url()} does not say "${one}": ${text.slice(0, 600)}`);
}

// --- browsers ------------------------------------------------------------------------------------

export const browser = await puppeteer.launch({
  executablePath: plan.chromium, protocolTimeout: 60000, args: ["--no-sandbox", "--disable-gpu", "--lang=id-ID", "--accept-lang=id-ID", "--force-prefers-reduced-motion"] });

// A person's own browser. The pages are used with scripts off, but for the board and the keys.
const script_of = new Map();
export async function person(script = false) {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setViewport({ width: 1024, height: 800 });
  await page.setJavaScriptEnabled(script);
  script_of.set(page, script);
  page.setDefaultTimeout(LIMIT);
  page.on("requestfailed", (one) => {
    if (!one.failure()?.errorText.includes("ABORTED")) faults.push(`failed: ${one.url()}`);
  });
  return page;
}
export const open = (page, path) => page.goto(plan.origin + path, { waitUntil: "load" });
export async function then_loaded(page, doing) {
  const [answer] = await Promise.all([page.waitForNavigation({ waitUntil: "load" }), doing()]);
  return answer;
}
// The button of these words, after opening what it is folded into.
export async function button(page, words, within = "body") {
  const handle = await page.evaluateHandle((sought, scope) => {
    const found = [...document.querySelectorAll(`${scope} button`)].find((one) => one.innerText.trim() === sought
      || one.textContent.trim() === sought);
    found?.closest("details")?.setAttribute("open", "");
    return found ?? null;
  }, words, within);
  const element = handle.asElement();
  if (!element) throw new Error(`${page.url()} has no button "${words}": ${await text_of(page)}`);
  return element;
}
export const press = async (page, words) => {
  const one = await button(page, words);
  return then_loaded(page, () => one.click());
};
// Typed anew where something took the keys: Chromium's viewer of PDF does when it has come up.
export async function type_into(input, text) {
  for (let i = 0; i < 5 && (await input.evaluate((one) => one.value)) !== text; ++i) {
    await input.evaluate((one) => { one.value = ""; });
    await input.type(text);
  }
  check((await input.evaluate((one) => one.value)) === text, `"${text}" cannot be typed`);
}
// As wide as the page was it is again: wider, it might open what a phone leaves closed.
export async function picture(page, name, widths = [360, 1280]) {
  const before = page.viewport();
  await page.setJavaScriptEnabled(true);  // axe waits by timers
  for (const width of widths)
    for (const scheme of ["light", "dark"]) {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}.png`, fullPage: true });
      for (const one of await violations(page)) check(false, `${name} at ${width}, ${scheme}: ${one}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      check(wide <= 0, `${name} at ${width} is ${wide} pixels too wide`);
    }
  await page.setViewport(before);
  await page.setJavaScriptEnabled(script_of.get(page));
}

// --- mail ----------------------------------------------------------------------------------------

// The secret path of the newest link mailed to this officer, once there are more than `before`.
export function links_to(officer) {
  if (!existsSync(plan.mails)) return [];  // until the first one
  return readdirSync(plan.mails).map((name) => readFileSync(join(plan.mails, name), "utf8"))
    .filter((mail) => mail.includes(`To: `) && mail.includes(`<${officer}@banjarbaru.example>`))
    .map((mail) => mail.replace(/=\r?\n/g, "").match(/\/masuk\/[0-9a-f]{64}/)?.[0]).filter(Boolean);
}
export async function mailed_link(officer, before) {
  for (const end = Date.now() + LIMIT; Date.now() < end; await new Promise((go) => setTimeout(go, 50))) {
    const fresh = links_to(officer).filter((one) => !before.includes(one));
    if (fresh.length > 0) return fresh[0];
  }
  throw new Error(`no mail to ${officer}`);
}
// Asks for a link where `page` has been turned away to, and gives the link.
export async function ask_for_link(page, officer) {
  const before = links_to(officer);
  await page.type("#alamat", `${officer}@banjarbaru.example`);
  await press(page, "Kirim tautan masuk");
  await says(page, "Apabila alamat itu terdaftar");
  return mailed_link(officer, before);
}
export async function signed_in(officer, path, { script = false, width = 1024 } = {}) {
  const page = await person(script);
  await page.setViewport({ width, height: 800 });
  await open(page, path);
  check(page.url().includes("/masuk?ke="), `${path} is open to anybody`);
  await open(page, await ask_for_link(page, officer));
  await press(page, "Masuk");
  check(new URL(page.url()).pathname === path, `${officer} is led to ${page.url()}, not ${path}`);
  return page;
}


// As a program outside does.
export async function call_api(path, token, body) {
  const answer = await fetch(`${plan.origin}/api/v1${path}`, {
    method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body) });
  check(answer.status < 300, `${path} was answered with ${answer.status}`);
  return answer.json();
}

export async function end_walk(name) {
  await browser.close();
  writeFileSync(join(pictures, `${name}.txt`), faults.join("\n"));
  console.log(`walked, ${faults.length} faults`);
  process.exit(faults.length > 0 ? 1 : 0);
}
