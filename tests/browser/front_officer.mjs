// A front officer's morning: twelve new files, three given back with what they want, nine accepted at
// once, all of that taken back and done again, one of them taken back alone, and a mended file that
// comes back on top. Then the back office, which picks by the kind of work.
//
//   node front_officer.mjs PLAN.json PICTURES_DIR
import { check, open, person, picture, press, says, signed_in } from "./people.mjs";
import { arrives, clock, day, follow, mail_to, paper, path_in, says_in_order, send,
         undo_window_passes } from "./day.mjs";

const kNames = ["PAUD Melati Putih", "TK Tunas Bangsa", "KB Harapan Ibu", "TPA Kasih Bunda", "PAUD Cempaka",
                "TK Pertiwi", "PAUD Kenanga", "KB Pelangi", "TK Mawar", "PAUD Anggrek", "SPS Teratai", "PAUD Seruni"];

const ticked = (page) => page.$$eval("input[name=tugas]", (all) => all.filter((one) => one.checked).length);

async function gives_back(fo, file, ticks, documents, wanting) {
  await open(fo, "/tugas");
  await follow(fo, `Buka ${file.number}`);
  await says(fo, file.number, "Siti Aminah", "2. Verifikasi");
  await send(fo, "Kembalikan kepada pemohon", { ticks, fields: { dokumen: documents, kekurangan: wanting } });
  await says(fo, "Tersimpan.", "Ke tugas berikutnya", "Berkas sedang pada pemohon");
  clock("1m");
}

async function three_come_back_to_their_applicants(fo, files) {
  await gives_back(fo, files[0], ["alasan=Dokumen tidak terbaca atau terpotong"],
                   ["Denah ruang", "Persyaratan izin penyelenggaraan PAUD"], ["belum ditandatangani", "KTP pengelola tidak terbaca"]);
  await gives_back(fo, files[1], ["alasan=Dokumen belum lengkap"], ["Akta pendirian"], ["halaman 3 tidak ada"]);
  await gives_back(fo, files[2], ["alasan=Masa berlaku dokumen telah habis"], [], []);
}

async function nine_at_once(fo, rest) {
  await open(fo, "/tugas");
  await says(fo, "9 berkas menunggu Anda", "Beri tanda pada berkas yang dikerjakan bersama.");
  await follow(fo, "semua (9)");
  check(await ticked(fo) === 9, `${await ticked(fo)} are ticked by "semua"`);
  await says(fo, "9 dipilih:");
  await picture(fo, "hari-fo-dipilih");
  await press(fo, "Nyatakan lengkap dan terima yang dipilih");
  await says(fo, "9 berkas selesai: berkas dinyatakan lengkap", "Tidak ada lagi yang menunggu Anda.", "9 berkas sekaligus");
  await picture(fo, "hari-fo-diterima");

  // The whole of it by mistake, and taken back by one button.
  const undo = await fo.$$eval(".pesan button:not(.tersembunyi)", (all) => all.map((one) => one.innerText));
  check(undo.length === 1 && /^Batalkan \(sampai \d\d\.\d\d\)$/.test(undo[0]), `the banner's buttons: ${undo}`);
  await press(fo, undo[0]);
  await says(fo, "9 tindakan dibatalkan; berkasnya kembali pada Anda.", "Menunggu (9)");
  await picture(fo, "hari-fo-dibatalkan");
  await follow(fo, "semua (9)");
  await press(fo, "Nyatakan lengkap dan terima yang dipilih");

  // Then one of them alone.
  const one = await fo.$(`button[aria-label="Batalkan ${rest[4].number}"]`);
  check(one !== null, "one of nine is not taken back alone");
  await Promise.all([fo.waitForNavigation({ waitUntil: "load" }), one.click()]);
  await says(fo, "1 tindakan dibatalkan; berkasnya kembali pada Anda.", "Menunggu (1)", rest[4].subject, "8 berkas sekaligus");
  await picture(fo, "hari-fo-satu-dibatalkan");
  await follow(fo, `Buka ${rest[4].number}`);
  await press(fo, "Nyatakan lengkap dan terima");
  await says(fo, "Tersimpan.", "Batalkan tindakan");
  await follow(fo, "Ke tugas berikutnya");
  await says(fo, "Tidak ada berkas yang menunggu Anda.");
}

// The applicant reads why in the mail, and mends it there.
async function mended(file, letter) {
  undo_window_passes();
  const mail = await mail_to(file.email, "kami kembalikan untuk dilengkapi");
  check(mail.replace(/\s+/g, " ").includes("KTP pengelola tidak terbaca"), `the mail does not say what is wrong: ${mail}`);
  const applicant = await person();
  await open(applicant, path_in(mail, "/lacak/"));
  await says(applicant, "Perlu Anda lengkapi", "Dokumen tidak terbaca atau terpotong", "Denah ruang: belum ditandatangani",
             "Persyaratan izin penyelenggaraan PAUD: KTP pengelola tidak terbaca");
  await picture(applicant, "hari-fo-lacak-dikembalikan");
  for (const input of (await applicant.$$("input[type=file]")).slice(0, 2)) await input.uploadFile(letter);
  await applicant.type("#catatan", "Denah sudah ditandatangani.");
  await press(applicant, "Kirim perbaikan");
  await says(applicant, "Terima kasih, berkas Anda telah kami terima.", "Menunggu perbaikan dari Anda");
}

async function comes_back_on_top(fo, file) {
  const late = await arrives("PAUD Kamboja", 13);
  await open(fo, "/tugas");
  check((await fo.title()).startsWith("(2) Tugas saya"), `the title is ${await fo.title()}`);
  await says_in_order(fo, "Kembali kepada Anda (1)", file.subject, "Perbaikan pemohon masuk", "KTP pengelola tidak terbaca",
                      "Denah sudah ditandatangani.", "Periksa perbaikan", "Menunggu (1)", late.subject);
  await picture(fo, "hari-fo-perbaikan");
  await follow(fo, "Periksa perbaikan");
  await says(fo, file.number, "Denah sudah ditandatangani.");
  await picture(fo, "hari-fo-perbaikan-berkas");
  await press(fo, "Nyatakan lengkap dan terima");
  await follow(fo, "Ke tugas berikutnya");
  await says(fo, late.subject);
}

// Ten of one kind and one of another: the kind is picked by one link.
async function the_back_office_picks_by_kind(files) {
  const first = files[3];
  const bo = await signed_in("bo", "/tugas");
  await follow(bo, `Buka ${first.number}`);
  await press(bo, "Teruskan");
  const dt = await signed_in("dt", first.desk);
  const [bapl, recommendation] = [await paper("bapl", "BERITA ACARA", "Ruang 96 m²"), await paper("rekomendasi", "REKOMENDASI")];
  await send(dt, "Beri rekomendasi", { files: { bapl, rekomendasi: recommendation } });
  await open(bo, "/tugas");
  await follow(bo, "Penerimaan", "[aria-label=Pilih]");
  const kinds = await bo.$$eval("input[name=tugas]", (all) => all.map((one) => [one.checked, one.value.split("|")[1]]));
  check(kinds.every(([checked, step]) => checked === (step === "penerimaan")), `by kind ${JSON.stringify(kinds)} is picked`);
  check(kinds.some(([checked]) => !checked), "nothing is left unpicked");
  await picture(bo, "hari-bo-pilih-tahap");
  await press(bo, "Teruskan yang dipilih");
  await says(bo, "9 berkas selesai: diteruskan", "Berikutnya: " + first.subject);
}

await day("front_officer", async () => {
  const files = [];
  for (let i = 0; i < kNames.length; ++i) files.push(await arrives(kNames[i], i + 1));
  const fo = await signed_in("fo", "/tugas");
  check((await fo.title()).startsWith("(12) Tugas saya"), `the title is ${await fo.title()}`);
  await says(fo, "12 berkas menunggu Anda", "0 terlambat", "Menunggu (12)", "berikutnya Penerimaan berkas");
  await picture(fo, "hari-fo-pagi");
  await three_come_back_to_their_applicants(fo, files);
  await nine_at_once(fo, files.slice(3));
  await mended(files[0], await paper("denah", "DENAH RUANG", "ditandatangani"));
  await comes_back_on_top(fo, files[0]);
  await the_back_office_picks_by_kind(files);
});
