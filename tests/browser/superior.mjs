// A superior's day: an escalation read on a phone, from the link in its mail, and answered by a word to
// the holder, who sees it and does the work; one given to somebody, and one answered.
//
//   node superior.mjs PLAN.json PICTURES_DIR
import { ask_for_link, check, open, person, picture, press, says, signed_in } from "./people.mjs";
import { arrives, clock, day, follow, mail_to, path_in, says_in_order, send, undo_window_passes } from "./day.mjs";

const phone = (page) => page.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
const no_wider = async (page) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(wide <= 0, `${page.url()} is ${wide} pixels too wide on a phone`);
};

// From the mail to the permit, by way of signing in.
async function reads_the_mail_on_a_phone(file) {
  const mail = await mail_to("kb@banjarbaru.example", `permohonan ${file.number} belum selesai`);
  const words = mail.replace(/\s+/g, " ");
  check(/^Subject: .*Eskalasi/m.test(mail), `the subject does not say what it is: ${mail.match(/^Subject: .*/m)}`);
  check(words.includes("penanggung jawab: Rina Wulandari"), `the mail names nobody: ${words}`);
  const kb = await person();
  await phone(kb);
  await open(kb, path_in(mail, "/permohonan/"));
  check(kb.url().includes("/masuk?ke="), "the mail's link opens the permit to anybody");
  await open(kb, await ask_for_link(kb, "kb"));
  await press(kb, "Masuk");
  check(new URL(kb.url()).pathname === file.desk, `the mail leads to ${kb.url()}`);
  await says(kb, file.number, "Terlambat", "Rina Wulandari");
  await no_wider(kb);
  return kb;
}

async function gives_directions(kb, file) {
  await follow(kb, "Beri arahan atau tanggapi");
  await says(kb, "Eskalasi kepada saya (1)", file.subject, "Penanggung jawab", "Rina Wulandari", "bertugas hari ini", "Anda diberi tahu",
             "belum ditanggapi", "Arahan untuk Rina Wulandari");
  await no_wider(kb);
  await picture(kb, "hari-kb-arahan");
  await phone(kb);
  await send(kb, "Kirim arahan", { fields: { catatan: "Terima dahulu; denah boleh menyusul." } });
  await says(kb, "Arahan dikirim dan dicatat.", "Arahan Anda", "“Terima dahulu; denah boleh menyusul.”");
  await picture(kb, "hari-kb-arahan-terkirim");
}

async function the_holder_does_it(fo, file) {
  undo_window_passes();
  const mail = await mail_to("fo@banjarbaru.example", "arahan dari Siti Rahmah");
  check(mail.replace(/\s+/g, " ").includes("Terima dahulu; denah boleh menyusul."), `the mail does not say what: ${mail}`);
  await open(fo, "/tugas");
  await says(fo, file.subject, "Arahan Siti Rahmah", "Terima dahulu; denah boleh menyusul.");
  await picture(fo, "hari-kb-arahan-pada-tugas");
  await open(fo, path_in(mail, "/permohonan/"));
  await says(fo, file.number, "Arahan", "Terima dahulu; denah boleh menyusul.");
  await picture(fo, "hari-kb-arahan-dibaca");
  await press(fo, "Nyatakan lengkap dan terima");
  await says(fo, "Tersimpan.", "3. Penerimaan");
  await press(await signed_in("bo", file.desk), "Teruskan");
}

// Two at once come as a list, each with its own link.
async function gives_one_away_and_answers_another(kb, fo, nobodys, slow) {
  const mail = await mail_to("kb@banjarbaru.example", "eskalasi untuk 2 permohonan menunggu tanggapan Bapak/Ibu");
  for (const one of [nobodys, slow])
    check(mail.includes(`${one.desk}`) && mail.includes(one.number), `the list does not lead to ${one.number}: ${mail}`);
  await open(kb, path_in(mail, "/eskalasi"));
  await says(kb, "Eskalasi kepada saya (2)", "Belum ada yang mengambil.", "Tim saya");
  await picture(kb, "hari-kb-dua");
  await phone(kb);
  await follow(kb, `Tugaskan: ${nobodys.subject}`);
  await picture(kb, "hari-kb-tugaskan");
  await phone(kb);
  await send(kb, "Tugaskan", { fields: { petugas: "fo", catatan: "Segera, hari ini juga." } });
  await says(kb, "Tugas diberikan.");
  await follow(kb, `Tanggapi: ${slow.subject}`);
  await says(kb, "jenjang berikutnya tetap diberi tahu");
  await send(kb, "Tanggapi", { fields: { catatan: "Saya bicarakan dengan petugasnya." } });
  await says(kb, "Ditanggapi.", "Anda tanggapi, berlaku sampai");
  await says_in_order(kb, nobodys.subject, slow.subject);  // what is answered waits below
  await picture(kb, "hari-kb-ditanggapi");
  await open(fo, "/tugas");
  await says(fo, nobodys.subject, "Rina Wulandari");
  await follow(fo, `Buka ${nobodys.number}`);
  await press(fo, "Nyatakan lengkap dan terima");
  await open(kb, "/eskalasi");
  await says(kb, "Eskalasi kepada saya (1)", slow.subject);
  check(await kb.$(`section[aria-label="${nobodys.subject}"]`) === null, "what is done is still raised");
}

await day("superior", async () => {
  const held = await arrives("PAUD Melati Putih", 1);
  const fo = await signed_in("fo", held.desk);
  await press(fo, "Ambil tugas");
  clock("2026-04-13T09:30");
  const kb = await reads_the_mail_on_a_phone(held);
  await gives_directions(kb, held);
  await the_holder_does_it(fo, held);
  const nobodys = await arrives("KB Pelangi Kasih", 2), slow = await arrives("TK Cahaya Ilmu", 3);
  await open(fo, slow.desk);
  await press(fo, "Ambil tugas");
  clock("2026-04-13T11:30");
  await gives_one_away_and_answers_another(kb, fo, nobodys, slow);
});
