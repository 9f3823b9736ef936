// A refusal that nobody approves unseen: no box to tick it among others, MENOLAK and why on its row and
// on its page, at each of the three who decide; the head refuses, and the citizen reads why, and until
// when an objection can be raised.
//
//   node refusal.mjs PLAN.json PICTURES_DIR
import { button, check, open, person, picture, press, says, signed_in } from "./people.mjs";
import { arrives, day, follow, mail_to, paper, path_in, says_in_order, says_not, send, undo_window_passes } from "./day.mjs";

const kWhy = "Ruang belajar 12 m² untuk 25 anak; syarat paling sedikit 3 m² per anak.";

// Two that are granted and one that is not, as drafts before the Kabid.
async function to_the_kabid(files, refused, papers) {
  const fo = await signed_in("fo", "/tugas");
  await follow(fo, "semua (3)");
  await press(fo, "Nyatakan lengkap dan terima yang dipilih");
  const bo = await signed_in("bo", "/tugas");
  await follow(bo, "semua (3)");
  await press(bo, "Teruskan yang dipilih");
  const dt = await signed_in("dt", "/tugas");
  for (const file of files) {
    await open(dt, file.desk);
    await send(dt, file === refused ? "Tidak direkomendasikan" : "Beri rekomendasi",
               { files: { bapl: papers.bapl, rekomendasi: papers.recommendation }, fields: file === refused ? { catatan: kWhy } : {} });
  }
  for (const file of files) {
    await open(bo, file.desk);
    await send(bo, "Kirim draf", { files: { draft_sk: papers.draft }, ticks: [`hasil=${file === refused ? "refusal" : "grant"}`] });
  }
}

const boxes = (page) => page.$$eval("input[name=tugas]", (all) => all.length);

// What they see before they decide: on the list, and on the page.
async function sees_that_it_refuses(page, file, name) {
  await open(page, "/tugas");
  await says_in_order(page, file.subject, "Isi keputusan: MENOLAK", kWhy, "tidak direkomendasikan oleh Dewi Lestari");
  check(await page.$(`input[aria-label="Pilih ${file.number}"]`) === null, `${name}: the refusal has a box to tick`);
  await picture(page, `hari-menolak-${name}-tugas`);
  await follow(page, "Menolak", "nav");
  await says(page, "Menunggu (1)", file.subject);
  await follow(page, `Buka ${file.number}`);
  await says(page, "Isi keputusan: MENOLAK", kWhy, "Dewi Lestari");
  await picture(page, `hari-menolak-${name}`);
}

// Not by one press: what is approved is said, and is to be ticked.
async function approves_it_deliberately(page) {
  await says(page, "Anda menyetujui keputusan yang menolak permohonan");
  const before = page.url();
  await (await button(page, "Setujui")).click();
  check(page.url() === before && !(await page.$eval('form:has(button[value="act.approve"])', (one) => one.checkValidity())),
        "a refusal is approved by one press");
  await send(page, "Setujui", { ticks: ["yakin=ya"] });
  await says(page, "Tersimpan.");
}

async function the_head_refuses(kd, file, letter) {
  await sees_that_it_refuses(kd, file, "kd");
  await says(kd, "Disetujui sebagai penolakan", "Siti Rahmah", "Agus Salim", "tidak mendapat izin",
             "Tanda tangani tidak tersedia: draf ini menolak.", "dapat mengajukan keberatan sampai 13 Mei 2026");
  await send(kd, "Tolak permohonan", { files: { surat_penolakan: letter }, ticks: ["yakin=ya"] });
  await says(kd, "Tersimpan.", "Batalkan tindakan");
}

async function the_citizen_reads_why(file) {
  const mail = await mail_to(file.email, "tidak dapat dikabulkan");
  const words = mail.replace(/\s+/g, " ");
  check(words.includes(`Alasan: ${kWhy.replace(/\.$/, "")}`), `the mail does not say why: ${words}`);
  check(words.includes("13 Mei 2026"), `the mail does not say until when: ${words}`);
  const citizen = await person();
  await open(citizen, path_in(mail, "/lacak/"));
  await says(citizen, "Tidak dapat dikabulkan", kWhy, "Keberatan dapat diajukan secara tertulis kepada Kepala DPMPTSP Kota Banjarbaru",
             "paling lambat Rabu, 13 Mei 2026", "Unduh surat penolakan");
  await says_not(citizen, "Siti Rahmah", "Agus Salim", "tidak direkomendasikan");
  await picture(citizen, "hari-menolak-lacak");
}

await day("refusal", async () => {
  const files = [await arrives("PAUD Mawar", 1), await arrives("TPA Kasih Ibu", 2), await arrives("TK Pertiwi", 3)];
  const refused = files[1];
  const papers = { bapl: await paper("bapl", "BERITA ACARA", kWhy), recommendation: await paper("rekomendasi", "REKOMENDASI", kWhy),
                   draft: await paper("draf", "KEPUTUSAN KEPALA DINAS", "MEMUTUSKAN") };
  await to_the_kabid(files, refused, papers);

  const kb = await signed_in("kb", "/tugas");
  await says(kb, "3 berkas menunggu Anda", "semua (2)");
  check(await boxes(kb) === 2, `the Kabid has ${await boxes(kb)} boxes to tick`);
  await follow(kb, "semua (2)");
  await press(kb, "Setujui yang dipilih");
  await says(kb, "2 berkas selesai: disetujui");
  await sees_that_it_refuses(kb, refused, "kb");
  await approves_it_deliberately(kb);

  const s = await signed_in("s", "/tugas");
  await sees_that_it_refuses(s, refused, "s");
  await approves_it_deliberately(s);
  await the_head_refuses(await signed_in("kd", "/tugas"), refused, await paper("penolakan", "SURAT PENOLAKAN", kWhy));
  const citizen = await person();
  await open(citizen, refused.path);
  await says_not(citizen, "Tidak dapat dikabulkan");  // it can still be taken back
  undo_window_passes();
  await the_citizen_reads_why(refused);
});
