// A citizen who has lost the link: the front page takes the number and the address, the link comes to
// the mailbox on record, and nobody learns from the answer whether there is such a file.
//
//   node lost_link.mjs PLAN.json PICTURES_DIR
import { check, open, person, picture, press, says, text_of } from "./people.mjs";
import { arrives, clock, day, follow, mail_to, mailbox, path_in, send, undo_window_passes } from "./day.mjs";

async function asks(citizen, number, contact) {
  await open(citizen, "/");
  await send(citizen, "Kirim tautan lacak", { fields: { nomor: number, kontak: contact } });
  return text_of(citizen);
}

await day("lost_link", async () => {
  const file = await arrives("PAUD Melati Putih", 1);
  undo_window_passes();
  await mail_to(file.email, "telah kami terima");
  const citizen = await person();
  await open(citizen, "/");
  await says(citizen, "Lacak permohonan", "Masuk petugas", "Layanan dan lamanya", "Izin Penyelenggaraan PAUD", "5 hari kerja",
             "belum cukup data", "Senin–Kamis 07.30–12.00, 13.00–16.00", "Periksa keaslian dokumen");
  await picture(citizen, "hari-warga-beranda");

  const known = await asks(citizen, file.number, file.email);
  await says(citizen, "Periksa pesan Anda", "Apabila permohonan dan kontak itu cocok");
  await picture(citizen, "hari-warga-diminta");
  clock("1m");
  const mail = await mail_to(file.email, "dapat Bapak/Ibu pantau melalui");
  const before = mailbox(file.email).length;
  for (const [number, contact] of [["PAUD-2026-99999", file.email], [file.number, "orang@lain.example"]])
    check(await asks(citizen, number, contact) === known, `for ${number} with ${contact} the answer is another`);
  clock("3m");
  check(mailbox(file.email).length === before && mailbox("orang@lain.example").length === 0, "a link was sent to a stranger");

  await open(citizen, path_in(mail, "/lacak/"));
  await says(citizen, file.number, "Menunggu verifikasi", "Tahap 2 dari 9: Verifikasi", "Anda tidak perlu melakukan apa pun sekarang.");
  await picture(citizen, "hari-warga-ditemukan");
  await follow(citizen, "English");
  await says(citizen, "Waiting to be checked", "There is nothing you need to do now.");
  await picture(citizen, "hari-warga-inggris");
  await press(citizen, "Write to me in English");
  await says(citizen, "The language of messages is changed.");
});
