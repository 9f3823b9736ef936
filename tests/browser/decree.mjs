// A decree: the draft read on the page beside the signature, and said where it was not opened; the
// citizen takes the decree home a month later.
//
//   node decree.mjs PLAN.json PICTURES_DIR
import { readFileSync } from "node:fs";
import { check, open, person, picture, press, says, signed_in, text_of } from "./people.mjs";
import { arrives, clock, comes, day, download, link, mail_to, paper, path_in, says_in_order, says_not, send,
         undo_window_passes } from "./day.mjs";

const kNumber = "503/017/PAUD/2026";

async function to_the_kabid(file, papers) {
  await press(await signed_in("fo", file.desk), "Nyatakan lengkap dan terima");
  const bo = await signed_in("bo", file.desk);
  await press(bo, "Teruskan");
  await send(await signed_in("dt", file.desk), "Beri rekomendasi", {
    files: { bapl: papers.bapl, rekomendasi: papers.recommendation }, fields: { catatan: "Ruang belajar 96 m² untuk 25 anak." } });
  await open(bo, file.desk);
  await send(bo, "Kirim draf", { files: { draft_sk: papers.draft }, ticks: ["hasil=grant"] });
}

// By being shown beside the work: what is displayed is what was opened.
async function reads_it_on_the_page(page, file) {
  const opened = await comes(async () => {
    await open(page, file.desk);
    return (await text_of(page)).includes("Draf SK sudah Anda buka");
  });
  check(opened, `${page.url()}: the draft shown beside the work is not opened`);
}

// A phone opens nothing by itself: it says so, and opens it in a tab of its own.
async function approves_it_unread_on_a_phone(file) {
  const s = await signed_in("s", file.desk, { width: 360 });
  await says(s, "Draf SK belum Anda buka.", "Bila dilanjutkan sekarang, hal itu tercatat bersama tindakan Anda.", "Baca draf SK");
  await picture(s, "hari-sk-sekretaris-belum-dibuka", [360]);  // wider it would be opened
  await press(s, "Setujui");
  await says(s, "Tersimpan.", "tidak dibuka sebelumnya: Draf SK");
}

async function the_head_signs(file, decree) {
  const kd = await signed_in("kd", file.desk, { width: 360 });
  await says(kd, "Draf SK belum Anda buka.", "tidak dibuka sebelumnya: Draf SK");  // by the Sekretaris
  const before = (await kd.browserContext().pages()).length;
  await (await link(kd, "Baca draf SK")).click();
  check(await comes(async () => (await kd.browserContext().pages()).length > before), "the draft opens in no tab of its own");
  await kd.bringToFront();
  check(await comes(async () => {
    await open(kd, file.desk);
    return (await text_of(kd)).includes("Draf SK sudah Anda buka");
  }), "what was opened in a tab of its own is not known to the page");
  await kd.setViewport({ width: 1280, height: 900 });
  await reads_it_on_the_page(kd, file);
  await says(kd, "Isi keputusan: mengabulkan", "Anda menandatangani keputusan yang mengabulkan permohonan " + file.subject,
             "Ruang belajar 96 m² untuk 25 anak.", "Disetujui", "Siti Rahmah", "Agus Salim");
  check(await kd.$("object.tampil") !== null, "the draft is not beside the signature");
  await picture(kd, "hari-sk-kepala");
  await send(kd, "Tanda tangani", { files: { surat_keputusan: decree }, fields: { "nomor.surat_keputusan": kNumber }, ticks: ["yakin=ya"] });
  await says(kd, "Tersimpan.", "Batalkan tindakan");
  await picture(kd, "hari-sk-ditandatangani");
  return kd;
}

async function the_citizen_takes_it_home(file, decree) {
  undo_window_passes();
  const mail = await mail_to(file.email, `telah terbit dengan nomor ${kNumber}`);
  clock("2026-05-18T09:00");  // five weeks later, with the mail of that day
  const citizen = await person();
  await open(citizen, path_in(mail, "/lacak/"));
  await says_in_order(citizen, "Selesai: telah terbit", kNumber, "Unduh surat keputusan", "Dokumen tetap dapat diunduh di halaman ini.",
                      "Kode keaslian", "Perjalanan berkas");
  await says_not(citizen, "tidak dibuka sebelumnya");
  await picture(citizen, "hari-sk-sebulan-kemudian");
  const home = await download(citizen, "Unduh surat keputusan", ".pdf");
  if (home) check(readFileSync(home).equals(readFileSync(decree)), "what is downloaded is not the decree");
  // By its path: the office's own address is not on this machine.
  await open(citizen, await (await link(citizen, "Buka tanda bukti")).evaluate((one) => one.pathname));
  await says(citizen, kNumber);
  await picture(citizen, "hari-sk-keaslian");
}

await day("decree", async () => {
  const file = await arrives("PAUD Melati Putih", 1);
  const decree = await paper("sk", "KEPUTUSAN KEPALA DINAS", `Nomor ${kNumber}`);
  await to_the_kabid(file, { bapl: await paper("bapl", "BERITA ACARA"), recommendation: await paper("rekomendasi", "REKOMENDASI"),
                             draft: await paper("draf", "KEPUTUSAN KEPALA DINAS", "MEMUTUSKAN: mengabulkan") });
  const kb = await signed_in("kb", file.desk);
  await reads_it_on_the_page(kb, file);
  await picture(kb, "hari-sk-kabid");
  await press(kb, "Setujui");
  await approves_it_unread_on_a_phone(file);
  const kd = await the_head_signs(file, decree);
  await the_citizen_takes_it_home(file, decree);
  await open(kd, file.desk);
  await says(kd, "ditandatangani", "Dokumen yang dibuka petugas");
});
