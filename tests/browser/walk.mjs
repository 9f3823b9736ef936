// One permit from the portal's submission to its receipt, clicked through in the machine's Chromium
// as people do: officers sign in by the link in their mail, each in a browser of their own, and the
// applicant's page is looked at after each step. On the way: a return mended by upload, an undo, an
// expired and a forwarded link, one officer without a mouse, and the board, which follows by itself.
//
//   node walk.mjs PLAN.json PICTURES_DIR
//
// PLAN.json: {"chromium", "origin", "token", "mails", "expired", "files", "undo_window_passes"}, the
// last a command. Ends with 1 where something is not as it must be, and says what.
import { execFileSync } from "node:child_process";
import { ask_for_link, button, call_api, check, end_walk, links_to, mailed_link, open, person, picture, plan, press,
         says, signed_in, text_of, then_loaded, type_into } from "./people.mjs";

// --- the portal ----------------------------------------------------------------------------------

async function submit(subject) {
  const permit = await call_api("/permits", plan.token, {
    sop: "paud", subject, applicant: { name: "Siti Aminah", email: "siti@warga.example" },
    documents: [{ kind: "persyaratan_izin_paud", uri: "https://intanbjb.example/berkas/1" }] });
  return { number: permit.number, path: new URL(permit.tracking_url).pathname };
}

// --- by keyboard ---------------------------------------------------------------------------------

// Tabs on until what has the focus fits.
async function tab_to(page, fits, what) {
  for (let i = 0; i < 120; ++i) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(fits, what)) return;
  }
  throw new Error(`${page.url()}: the keyboard does not reach ${what}`);
}
const words_fit = (what) => document.activeElement?.innerText?.trim() === what;
const id_fits = (what) => document.activeElement?.id === what;
const name_fits = (what) => document.activeElement?.name === what;
async function press_by_keyboard(page, words) {
  await tab_to(page, words_fit, words);
  return then_loaded(page, () => page.keyboard.press("Enter"));
}

// Enter, really pressed in each field of each form: nothing is sent, nothing typed is lost.
async function enter_does_nothing(page, words = "Enter di sini") {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  const before = await page.evaluate(() => document.querySelector("#isi").innerText.length);
  const fields = await page.$$('main form[method="post"] :is(input:not([type=hidden]):not([type=file]), select)');
  let pressed = 0;
  for (const field of fields) {
    const type = await field.evaluate((one) => one.type);
    if (type === "text") await field.type(words);
    if (type === "checkbox" || type === "radio") await field.evaluate((one) => { one.checked = true; });
    await field.focus();
    await page.keyboard.press("Enter");
    ++pressed;
  }
  await new Promise((go) => setTimeout(go, 300));  // a navigation would have begun
  const kept = await Promise.all(fields.map((field) => field.evaluate((one) => one.isConnected
    && (one.type !== "text" || one.value.includes("Enter di sini")) ).catch(() => false)));
  check(pressed > 0, `${page.url()} has no field to press Enter in`);
  check(kept.every(Boolean), `${page.url()}: Enter left the page, or lost what was typed`);
  const after = await page.evaluate(() => document.querySelector("#isi").innerText.length);
  check(before === after, `${page.url()} is another page after Enter`);
}

// Keys go from file to file, tick and open; they are none where somebody writes, or wants none.
async function keys_of_the_desk() {
  for (const subject of ["PAUD Satu", "PAUD Dua"]) await submit(subject);
  const fo = await signed_in("fo", "/tugas", { script: true });
  check((await fo.title()).startsWith("(2) Tugas saya"), `the title is ${await fo.title()}`);
  const focused = () => fo.evaluate(() => document.activeElement.textContent.trim());
  const picked = () => fo.evaluate(() => document.querySelector("#dipilih").textContent);
  check((await picked()) === "Belum ada yang dipilih.", `at first: ${await picked()}`);
  await fo.keyboard.press("j");
  check((await focused()) === "PAUD Satu", `j goes to ${await focused()}`);
  await fo.keyboard.press("x");
  await fo.keyboard.press("j");
  check((await focused()) === "PAUD Dua", `j goes on to ${await focused()}`);
  check((await picked()) === "1 dipilih: PAUD Satu", `x says ${await picked()}`);
  await fo.keyboard.press("k");
  await fo.keyboard.press("?");
  check(await fo.$eval("#pintasan", (one) => one.open), "? does not show the keys");
  await fo.click("#pintasan-aktif");
  await fo.focus("[data-baris] a");
  await fo.keyboard.press("j");
  check((await focused()) === "PAUD Satu", "keys that are turned off go on");
  await fo.click("#pintasan-aktif");
  await fo.focus("[data-baris] a");
  await then_loaded(fo, () => fo.keyboard.press("Enter"));
  check(fo.url().includes("/permohonan/"), `Enter leads to ${fo.url()}`);
}

// --- documents beside the work -------------------------------------------------------------------

// Beside the work the draft is opened by being shown; on a phone nothing is opened by itself.
async function look_at_draft(page, desk, width) {
  const opened = async () => (await text_of(page)).includes("Draf SK sudah Anda buka");
  for (let i = 0; i < (width < 500 ? 3 : 40) && !(await opened()); ++i) {
    await open(page, desk);
    await new Promise((go) => setTimeout(go, 100));
  }
  check(await opened() === width >= 1024, `at ${width} the draft is ${await opened() ? "" : "not "}opened by the page`);
  if (width < 500) await says(page, "Draf SK belum Anda buka.", "Baca draf SK");
}

// --- the walk ------------------------------------------------------------------------------------

async function walk() {
  const file = await submit("PAUD Melati Putih");
  const desk = `/permohonan/${file.number}`;
  const applicant = await person();
  const follows = async (...words) => { await open(applicant, file.path); await says(applicant, ...words); };
  await follows("Menunggu verifikasi", "Tahap 2 dari 9", "Anda tidak perlu melakukan apa pun sekarang.");

  // A link that has expired, and one that was forwarded to a group: neither lets anybody in.
  const stranger = await person();
  await open(stranger, plan.expired);
  await says(stranger, "Tautan tidak berlaku");
  await picture(stranger, "tautan-kedaluwarsa");
  await open(stranger, desk);
  check(stranger.url().includes("/masuk?ke="), "a forwarded link to a permit opens it");

  const fo = await person();
  await open(fo, desk);
  const link = await ask_for_link(fo, "fo");
  await picture(fo, "masuk-terkirim");
  await open(stranger, link);  // a preview, or a curious eye
  await says(stranger, "Jangan lanjutkan bila bukan Anda yang meminta tautannya.");
  await open(fo, link);
  await press(fo, "Masuk");
  await says(fo, file.number, "Verifikasi berkas");
  await enter_does_nothing(fo);
  await open(fo, "/tugas");
  await enter_does_nothing(fo);
  await open(applicant, file.path);
  await enter_does_nothing(applicant);  // also with the consent to a withdrawal ticked
  await follows("Menunggu verifikasi");
  await open(fo, desk);
  const late = await press(stranger, "Masuk");
  check(late.status() === 404, `a used link is answered with ${late.status()}`);
  await open(stranger, desk);
  check(stranger.url().includes("/masuk?ke="), "the used link let a second browser in");

  // Accepted by mistake, taken back, then returned with two deficiencies.
  await press(fo, "Nyatakan lengkap dan terima");
  await follows("Sesuai jadwal", "Selesai paling lambat");
  await press(fo, "Batalkan tindakan");
  await follows("Menunggu verifikasi");
  // Withdrawn by mistake, and taken back.
  await applicant.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await applicant.click('input[name="yakin"]');
  await press(applicant, "Tarik permohonan");
  await says(applicant, "Permohonan telah ditarik.", "Dapat dibatalkan sampai pukul");
  await press(applicant, "Batalkan tindakan");
  await follows("Menunggu verifikasi");
  await open(fo, desk);
  await (await button(fo, "Kembalikan kepada pemohon")).evaluate((one) => one.scrollIntoView());
  await fo.click('form:has(button[value="act.reject"]) input[value="Dokumen tidak terbaca atau terpotong"]');
  for (const [row, document, wanting] of [[1, "Denah ruang", "belum ditandatangani"],
                                          [2, "Persyaratan izin penyelenggaraan PAUD", "KTP pengelola tidak terbaca"]]) {
    await fo.type(`#verifikasi-reject-d${row}`, document);
    await fo.type(`#verifikasi-reject-k${row}`, wanting);
  }
  await press(fo, "Kembalikan kepada pemohon");
  await follows("Perlu Anda lengkapi", "Denah ruang: belum ditandatangani",
                "Persyaratan izin penyelenggaraan PAUD: KTP pengelola tidak terbaca");
  const inputs = await applicant.$$("input[type=file]");
  check(inputs.length >= 2, `${inputs.length} places to put a file`);
  for (const one of inputs.slice(0, 2)) await one.uploadFile(plan.files);
  await press(applicant, "Kirim perbaikan");
  await says(applicant, "Terima kasih, berkas Anda telah kami terima.", "Menunggu verifikasi");

  await open(fo, desk);
  await press(fo, "Nyatakan lengkap dan terima");
  await follows("Tahap 3 dari 9", "Selesai paling lambat", "Bagaimana tanggal ini dihitung?");

  // Without a mouse: signing in, the inbox, ticking, passing on.
  const bo = await person();
  await open(bo, "/tugas");
  const before = links_to("bo");
  await tab_to(bo, id_fits, "alamat");
  await bo.keyboard.type("bo@banjarbaru.example");
  await press_by_keyboard(bo, "Kirim tautan masuk");
  await open(bo, await mailed_link("bo", before));
  await press_by_keyboard(bo, "Masuk");
  await tab_to(bo, name_fits, "tugas");
  await bo.keyboard.press("Space");
  await press_by_keyboard(bo, "Teruskan yang dipilih");
  await says(bo, "1 berkas selesai: diteruskan (PAUD Melati Putih).", "Batalkan (sampai");
  await keys_of_the_desk();
  await follows("Tahap 4 dari 9", "Sesuai jadwal");

  // A question to the applicant, answered with a file.
  const dt = await signed_in("dt", desk);
  await (await button(dt, "Jeda")).evaluate((one) => one.closest("details").open = true);
  await dt.select('select[name="jeda"]', "klarifikasi_pemohon");
  await type_into(await dt.$("#kajian_teknis-jeda-catatan"), "Mohon kirim bukti kepemilikan tanah.");
  await press(dt, "Jeda");
  await follows("Menunggu jawaban Anda", "Mohon kirim bukti kepemilikan tanah.");
  await applicant.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await (await applicant.$('input[name^="berkas:lampiran_jawaban"]')).uploadFile(plan.files);
  await applicant.type("#catatan", "Sertifikat terlampir.");
  await press(applicant, "Kirim jawaban");
  await says(applicant, "Terima kasih, jawaban Anda telah kami terima.", "Tahap 4 dari 9");

  const upload = async (page, ...kinds) => {
    for (const kind of kinds) await (await page.$(`input[name^="berkas:${kind}"]`)).uploadFile(plan.files);
  };
  await open(dt, desk);
  await upload(dt, "bapl", "rekomendasi");
  await press(dt, "Beri rekomendasi");
  await follows("Tahap 5 dari 9");
  await open(bo, desk);
  await upload(bo, "draft_sk");
  await press(bo, "Kirim draf");
  await follows("Tahap 6 dari 9");
  for (const [officer, stage] of [["kb", 7], ["s", 8]]) {
    const width = officer === "s" ? 360 : 1024;
    const approver = await signed_in(officer, desk, { width });
    await look_at_draft(approver, desk, width);
    await press(approver, "Setujui");
    await follows(`Tahap ${stage} dari 9`);
  }
  const kd = await signed_in("kd", desk);
  await look_at_draft(kd, desk, 1024);
  await enter_does_nothing(kd);
  await open(kd, desk);
  await upload(kd, "surat_keputusan");
  await type_into(await kd.$("#penandatanganan-sign-nomor"), "503/017/PAUD/2026");
  await kd.click('form:has(button[value="act.sign"]) input[name="yakin"]');
  await press(kd, "Tanda tangani");
  await follows("Tahap 8 dari 9");  // it can still be taken back
  check(!(await text_of(applicant)).includes("telah terbit"), "a decision is shown before it stands");
  const [command, ...words] = plan.undo_window_passes;
  execFileSync(command, words);
  await follows("Izin telah terbit", "503/017/PAUD/2026", "Laporkan kesalahan");
  await press(applicant, "Konfirmasi penerimaan");
  await says(applicant, "Terima kasih, penerimaan telah dicatat.", "Selesai: telah terbit");
  // The decree is what the applicant came for: it is still there, now and at any later visit.
  for (const again of [false, true]) {
    if (again) await follows("Selesai: telah terbit");
    await says(applicant, "Unduh surat keputusan", "503/017/PAUD/2026");
    const decree = await applicant.evaluate(() =>
      [...document.querySelectorAll("a")].find((one) => one.pathname.includes("/dokumen/"))?.href ?? null);
    check(decree !== null, "the decree's link is gone once it is received");
    const file = decree === null ? null : await fetch(decree);
    check(file?.status === 200 && (await file.text()).startsWith("%PDF"),
          `the decree is answered with ${file?.status} once it is received`);
  }
  await picture(applicant, "lacak-diterima");
  await open(kd, desk);
  const former = await kd.evaluate(() => [...document.querySelectorAll("details")].find((one) =>
    one.innerText.includes("Dokumen yang sudah diganti"))?.textContent ?? "");
  check(former.includes("Persyaratan"), "the file that was mended is not among those replaced");
  check(!former.includes("Surat keputusan"), "the receipt has replaced the decree");
  return fo;
}

// The board renews itself, by its script under the page's own policy; and without it, by reloading.
async function board(administrator) {
  await open(administrator, "/papan/layar");
  await administrator.type("#nama", "Ruang tunggu");
  await press(administrator, "Buat tautan");
  await picture(administrator, "layar-baru");
  const wall = await administrator.evaluate(() =>
    new URL(document.querySelector(".pesan code").innerText).pathname);
  const screen = await person(true);
  const refused = [];
  screen.on("console", (one) => { if (one.type() === "error") refused.push(one.text()); });
  await open(screen, wall);
  await screen.waitForFunction(() => document.querySelector("#papan table"));
  await screen.evaluate(() => { window.same_page = true; });
  const waiting = () => screen.evaluate(() =>
    Number(document.querySelectorAll("#papan tbody tr")[1].querySelector(".angka")?.innerText ?? 0));
  const was = await waiting();
  await submit("PAUD Kedua");
  await screen.waitForFunction((then) =>
    Number(document.querySelectorAll("#papan tbody tr")[1].querySelector(".angka")?.innerText ?? 0) === then,
    {}, was + 1);
  check(await screen.evaluate(() => window.same_page), "the board was loaded again");
  check(refused.length === 0, `the board's page is refused something: ${refused.join("; ")}`);
}

async function calendar(administrator) {
  await open(administrator, "/kalender");
  await administrator.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await administrator.$eval("#tanggal", (one) => { one.value = "2026-04-22"; });
  await administrator.type("#nama", "Banjir");
  await administrator.type("#dasar", "Keputusan Wali Kota 123/2026");
  await press(administrator, "Pratinjau");
  await says(administrator, "Pratinjau", "ditetapkan sebagai hari libur (Keputusan Wali Kota 123/2026)");
  await picture(administrator, "kalender-pratinjau");
  await press(administrator, "Terapkan");
  await says(administrator, "Kalender telah diterapkan.", "Banjir");
}

try {
  await walk();
  const administrator = await signed_in("kdt", "/papan");
  for (const path of ["/pegawai", "/pegawai/kb", "/kalender", "/papan/layar"]) {
    await open(administrator, path);
    await enter_does_nothing(administrator);
  }
  await board(administrator);
  await calendar(administrator);
} catch (why) {
  check(false, why.stack ?? String(why));
}
await end_walk("walk");
