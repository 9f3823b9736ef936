// What a day at the office needs besides people: its clock, the papers that are handed in, links and
// forms by their words, and everybody's mail. A walk of days needs in its PLAN.json, besides what
// people.mjs asks for, {"tenggat", "config", "token"}: the command that moves the office's clock, the
// office's configuration, and the portal's token.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { LIMIT, browser, button, call_api, check, end_walk, open, pictures, plan, text_of, then_loaded,
         type_into }
  from "./people.mjs";

const papers = join(pictures, "kertas");
mkdirSync(papers, { recursive: true });

// Whether it comes to hold, looked at again and again.
export async function comes(holds) {
  for (const end = Date.now() + LIMIT; Date.now() < end; await new Promise((go) => setTimeout(go, 50))) {
    const found = await holds();
    if (found) return found;
  }
  return null;
}

// To "2026-04-14T09:00", or on by "3m".
export function clock(to) {
  const when = to.includes("T") ? `${to}:00+08:00` : to;
  execFileSync(plan.tenggat, ["clock", "advance", when, "--config", plan.config]);
}
// What can be taken back is told to nobody until then.
export const undo_window_passes = () => clock("3m");

// A paper as offices write them, as PDF.
export async function paper(name, ...lines) {
  const path = join(papers, `${name}.pdf`);
  const page = await browser.newPage();
  await page.setContent(`<html lang="id"><body style="font: 12pt serif"><h1>${lines[0]}</h1>`
    + lines.slice(1).map((one) => `<p>${one}</p>`).join(""));
  await page.pdf({ path, format: "A4", margin: { top: "25mm", left: "25mm", right: "25mm", bottom: "25mm" } });
  await page.close();
  return path;
}

// --- pages ---------------------------------------------------------------------------------------

export async function says_not(page, ...words) {
  const text = (await text_of(page)).replace(/\s+/g, " ");
  for (const one of words) check(!text.includes(one), `${page.url()} says "${one}"`);
}
// Each of these after the one before it.
export async function says_in_order(page, ...words) {
  const text = (await text_of(page)).replace(/\s+/g, " ");
  let from = 0;
  for (const one of words) {
    const found = text.indexOf(one, from);
    check(found >= 0, `${page.url()} does not say "${one}" there: ${text.slice(0, 600)}`);
    if (found >= 0) from = found;
  }
}
// The link of these words (or of which they are the label), within what `scope` selects.
export async function link(page, words, scope = "body") {
  const handle = await page.evaluateHandle((sought, within) =>
    [...document.querySelectorAll(`:is(${within}) a`)].find((one) => one.checkVisibility()
      && (one.textContent.trim().startsWith(sought) || one.getAttribute("aria-label") === sought)) ?? null, words, scope);
  const element = handle.asElement();
  if (!element) throw new Error(`${page.url()} has no link "${words}": ${await text_of(page)}`);
  return element;
}
export async function follow(page, words, scope = "body") {
  const one = await link(page, words, scope);
  return then_loaded(page, () => one.click());
}
// The form of the button with these words: fields by their names (a list: one after the other), ticks
// as "name=value", files by the kind of the document. Then its button is pressed.
export async function fill(page, words, { fields = {}, ticks = [], files = {} } = {}, scope = "body") {
  const pressed = await button(page, words, scope);
  const form = (await pressed.evaluateHandle((one) => {
    for (let at = one; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    return one.form;
  })).asElement();
  for (const [name, value] of Object.entries(fields)) {
    const inputs = await form.$$(`[name="${name}"]`);
    const values = [value].flat();
    check(inputs.length >= values.length, `${page.url()}: ${inputs.length} fields ${name} beside "${words}"`);
    for (let i = 0; i < values.length; ++i) {
      const kind = await inputs[i].evaluate((one) => one.tagName === "SELECT" ? "select" : one.type);
      if (kind === "select") await inputs[i].select(values[i]);
      else if (kind === "date" || kind === "time")
        await inputs[i].evaluate((one, to) => { one.value = to; }, values[i]);
      else await type_into(inputs[i], values[i]);
    }
  }
  for (const tick of ticks) {
    const [name, value] = tick.split("=");
    await (await form.$(`input[name="${name}"][value="${value}"]`)).click();
  }
  for (const [kind, path] of Object.entries(files)) {
    const input = await form.$(`input[name^="berkas:${kind}"]`);
    if (!input) throw new Error(`${page.url()} takes no ${kind} beside "${words}"`);
    await input.uploadFile(path);
  }
  return pressed;
}
export async function send(page, words, filled, scope) {
  const pressed = await fill(page, words, filled, scope);
  return then_loaded(page, () => pressed.click());
}
// What a click on this link brings home.
export async function download(page, words, ends) {
  const folder = join(papers, `unduhan-${readdirSync(papers).length}`);
  mkdirSync(folder);
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow", downloadPath: folder, browserContextId: page.browserContext().id });
  await (await link(page, words)).click();
  const name = await comes(() => readdirSync(folder).find((one) => one.endsWith(ends) && statSync(join(folder, one)).size > 0));
  check(name !== null, `"${words}" of ${page.url()} brings no ${ends}`);
  return name === null ? null : join(folder, name);
}

// --- mail ----------------------------------------------------------------------------------------

function decoded(mail) {
  const bytes = mail.replace(/=\r?\n/g, "").replace(/(?:=[0-9A-F]{2})+/g, (run) =>
    Buffer.from(run.replace(/=/g, ""), "hex").toString("utf8"));
  return bytes.replace(/=\?UTF-8\?B\?([^?]*)\?=\s*/gi, (all, words) => Buffer.from(words, "base64").toString("utf8"));
}
// What is in somebody's mailbox, oldest first.
export function mailbox(address) {
  if (!existsSync(plan.mails)) return [];
  return readdirSync(plan.mails).map((name) => join(plan.mails, name))
    .map((path) => [statSync(path).mtimeMs, readFileSync(path, "utf8")])
    .filter(([, mail]) => mail.includes(`<${address}>`) && /^To: /m.test(mail))
    .sort((a, b) => a[0] - b[0]).map(([, mail]) => decoded(mail));
}
// The newest mail that says this.
export async function mail_to(address, words) {
  const mail = await comes(() => mailbox(address).reverse().find((one) => one.replace(/\s+/g, " ").includes(words)));
  if (!mail) throw new Error(`no mail to ${address} says "${words}": ${mailbox(address).map((one) => one.match(/^Subject: .*/m)?.[0])}`);
  return mail;
}
// Where a mail leads: the first path in it that begins so.
export function path_in(mail, begins) {
  const found = mail.match(new RegExp(`https?://[^/\\s"]+(${begins}[^\\s"<>]*)`))?.[1];
  if (!found) throw new Error(`no link to ${begins} in: ${mail}`);
  return found.replace(/[.,]$/, "");
}
// As they leave it in the mailbox of whoever applied.
export const applicant_of = (number) => `pemohon${number}@warga.example`;

// What the portal brings: the one thing that is no click here.
export async function arrives(subject, number, name = "Siti Aminah") {
  const permit = await call_api("/permits", plan.token, {
    sop: "paud", subject, applicant: { name, email: applicant_of(number) },
    documents: [{ kind: "persyaratan_izin_paud", uri: "https://intanbjb.example/berkas/1" }] });
  return { number: permit.number, id: permit.id, subject, email: applicant_of(number),
           desk: `/permohonan/${permit.id}`, path: new URL(permit.tracking_url).pathname };
}

// Runs a day and ends with what is wrong.
export async function day(name, walk) {
  try {
    await walk();
  } catch (why) {
    check(false, why.stack ?? String(why));
  }
  await end_walk(name);
}
export { open };
