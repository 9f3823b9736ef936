// A technical officer's four days with one file: taken, a visit planned that the applicant and the
// agenda show, a question that is answered with a file, the minutes handed in while the clock stands,
// a pause made longer, the recommendation at last.
//
//   node technical_officer.mjs PLAN.json PICTURES_DIR
import { check, open, person, picture, press, says, signed_in } from "./people.mjs";
import { arrives, clock, day, follow, mail_to, paper, path_in, says_in_order, says_not, send, undo_window_passes } from "./day.mjs";

async function to_the_technical_department(file) {
  const fo = await signed_in("fo", file.desk);
  await press(fo, "Nyatakan lengkap dan terima");
  const bo = await signed_in("bo", file.desk);
  await press(bo, "Teruskan");
}

async function takes_it_and_plans_a_visit(dt, file, applicant) {
  await says(dt, "1 berkas menunggu Anda", file.subject, "berikutnya Penyusunan draf");
  await follow(dt, `Buka ${file.number}`);
  await press(dt, "Ambil tugas");
  await says(dt, "Tersimpan.", "Dewi Lestari", "Lepaskan");
  await send(dt, "Jadwalkan dan beri tahu pemohon", { fields: { tanggal: "2026-04-15", jam: "09:00" } });
  await says(dt, "Rabu, 15 April 2026 pukul 09.00 WITA");
  await picture(dt, "hari-dt-kunjungan");
  await follow(dt, "Agenda", "nav");
  await says(dt, "Agenda kunjungan lapangan", "Rabu, 15 April 2026", "09.00 WITA", file.subject, "Anda");
  await picture(dt, "hari-dt-agenda");
  undo_window_passes();
  const mail = await mail_to(file.email, "petugas kami akan berkunjung");
  check(mail.replace(/\s+/g, " ").includes("Rabu, 15 April 2026 pukul 09.00 WITA"), `the mail names no day: ${mail}`);
  await open(applicant, path_in(mail, "/lacak/"));
  await says(applicant, "Sesuai jadwal", "Rabu, 15 April 2026 pukul 09.00 WITA", "berada di tempat");
  await picture(applicant, "hari-dt-lacak-kunjungan");
}

// Asked on Tuesday, answered in the afternoon.
async function asks_and_is_answered(dt, file, applicant, sheet) {
  clock("2026-04-14T09:00");
  await open(dt, file.desk);
  await send(dt, "Jeda", { fields: { jeda: "klarifikasi_pemohon", catatan: "Mohon kirim bukti kepemilikan tanah." } });
  await says(dt, "Dijeda", "menunggu keterangan pemohon", "Mohon kirim bukti kepemilikan tanah.");
  undo_window_passes();
  const mail = await mail_to(file.email, "kami memerlukan keterangan Bapak/Ibu: Mohon kirim bukti kepemilikan tanah.");
  await open(applicant, path_in(mail, "/lacak/"));
  await says(applicant, "Menunggu jawaban Anda", "Mohon kirim bukti kepemilikan tanah.", "Mohon dijawab paling lambat");
  await picture(applicant, "hari-dt-lacak-pertanyaan");
  clock("2026-04-14T14:00");
  await open(applicant, file.path);
  await send(applicant, "Kirim jawaban", { fields: { catatan: "Sertifikat terlampir." }, files: { lampiran_jawaban: sheet } });
  await says(applicant, "Terima kasih, jawaban Anda telah kami terima.", "Tahap 4 dari 9");
  await mail_to("dt@banjarbaru.example", "pemohon telah menjawab");
  await open(dt, "/tugas");
  await says_in_order(dt, "Kembali kepada Anda (1)", "Jawaban pemohon masuk", "Sertifikat terlampir.",
                      "Ditanyakan: Mohon kirim bukti kepemilikan tanah.", "Dikirim pemohon:", "Lanjutkan");
  await picture(dt, "hari-dt-jawaban");
  await follow(dt, "Lanjutkan", "section");
  await says(dt, file.number, "Sertifikat terlampir.");
}

// On Wednesday at the place: the minutes first, while the clock stands; the pause made longer.
async function goes_there(dt, file, minutes) {
  clock("2026-04-15T08:30");
  await open(dt, file.desk);
  await send(dt, "Jeda", { fields: { jeda: "kunjungan_lapangan", sampai: "2026-04-15" } });
  await says(dt, "kunjungan lapangan", "sampai Rabu 15 April, 24.00 WITA");
  const stopped = await dt.evaluate(() =>
    [...document.querySelectorAll("dt")].find((one) => one.textContent === "Dijeda").nextElementSibling.textContent);
  check(!stopped.includes("Mohon kirim"), `a pause says what was written of another: ${stopped}`);
  clock("2026-04-15T11:00");
  await open(dt, file.desk);
  await send(dt, "Simpan dokumen", { files: { bapl: minutes } });
  await says(dt, "Dijeda", "BAPL");
  await picture(dt, "hari-dt-bapl-selama-jeda");
  await send(dt, "Perpanjang", { fields: { sampai: "2026-04-16", catatan: "Pengukuran dilanjutkan." } });
  await says(dt, "sampai Kamis 16 April, 24.00 WITA");
  await open(dt, "/tugas");
  await says(dt, "1 dijeda", "Jeda sampai Kamis 16 April", "sesudahnya sisa");
  await says_not(dt, "Mohon kirim");
  await picture(dt, "hari-dt-dijeda");
}

async function recommends(dt, file, applicant, recommendation) {
  clock("2026-04-16T10:00");
  await open(dt, file.desk);
  await press(dt, "Lanjutkan waktu");
  await says_in_order(dt, "Beri rekomendasi", "Sudah disimpan pada tahap ini:", "BAPL");
  await picture(dt, "hari-dt-rekomendasi");
  await send(dt, "Beri rekomendasi", { files: { rekomendasi: recommendation }, fields: { catatan: "Ruang belajar 96 m² untuk 25 anak." } });
  await says(dt, "Tersimpan.", "5. Penyusunan draf");
  await follow(dt, "Ke tugas berikutnya");
  await says(dt, "Tidak ada berkas yang menunggu Anda.", "Baru saja selesai", file.subject, "1 selesai, 1 tepat waktu");
  await picture(dt, "hari-dt-selesai");
  await open(applicant, file.path);
  await says(applicant, "Sesuai jadwal", "Tahap 5 dari 9", "Menunggu jawaban Anda", "Bagaimana tanggal ini dihitung?");
  await says_not(applicant, "berada di tempat", "Pengukuran dilanjutkan");
  await applicant.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await says(applicant, "Dijeda 09.00–12.00: menunggu keterangan Anda");
  await picture(applicant, "hari-dt-lacak-hitung");
}

await day("technical_officer", async () => {
  const file = await arrives("PAUD Melati Putih", 1);
  await to_the_technical_department(file);
  const applicant = await person();
  const dt = await signed_in("dt", "/tugas");
  await takes_it_and_plans_a_visit(dt, file, applicant);
  await asks_and_is_answered(dt, file, applicant, await paper("sertifikat", "SERTIFIKAT HAK MILIK"));
  await goes_there(dt, file, await paper("bapl", "BERITA ACARA PEMERIKSAAN LAPANGAN", "Ruang belajar 96 m²"));
  await recommends(dt, file, applicant, await paper("rekomendasi", "REKOMENDASI DINAS PENDIDIKAN", "Layak."));
});
