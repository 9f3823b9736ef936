// One building permit its whole way, clicked through in the machine's Chromium as people do: fields
// asked, a fork taken back, departments at work at once, one of them paused, a return that cancels
// the branches of others, the join, a fee that the bank's own token confirms, the decree.
//
//   node pbg.mjs PLAN.json PICTURES_DIR
//
// PLAN.json: {"chromium", "origin", "token", "bank", "mails", "files", "undo_window_passes"}, the
// last a command. Ends with 1 where something is not as it must be, and says what.
import { execFileSync } from "node:child_process";
import { button, call_api, check, end_walk, open, person, picture, plan, press, says, signed_in, text_of, type_into }
  from "./people.mjs";

async function upload(page, ...kinds) {
  for (const kind of kinds) await (await page.$(`input[name^="berkas:${kind}"]`)).uploadFile(plan.files);
}
async function set(page, selector, value) {
  await page.$eval(selector, (one, to) => { one.value = to; }, value);
}
const says_not = async (page, words) =>
  check(!(await text_of(page)).includes(words), `${page.url()} says "${words}"`);

async function walk() {
  const permit = await call_api("/permits", plan.token, {
    sop: "pbg", subject: "Ruko Jalan Panglima Batur 1",
    applicant: { name: "Siti Aminah", email: "siti@warga.example" },
    documents: [{ kind: "persyaratan_pbg", uri: "https://intanbjb.example/berkas/1" }],
    fields: { nik: "6372011234567890", alamat_lokasi: "Jalan Panglima Batur 1, Loktabat Utara", luas_m2: 120,
              lantai: 2, fungsi: "usaha", cagar_budaya: false, rencana_mulai: "2026-06-01" } });
  const desk = `/permohonan/${permit.id}`, track = new URL(permit.tracking_url).pathname;
  const applicant = await person();
  const follows = async (...words) => { await open(applicant, track); await says(applicant, ...words); };
  const unfolds = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await follows("Menunggu verifikasi");
  await unfolds(applicant);
  await says(applicant, "Isian permohonan", "Luas bangunan (m²)", "Tempat usaha");
  await says_not(applicant, "6372011234567890");

  // The form's fields: the browser knows what they take, and so does the page.
  const fo = await signed_in("fo", desk);
  await says(fo, "NIK pemohon", "6372011234567890", "1 Juni 2026");
  await picture(fo, "pbg-verifikasi");
  const area = "#verifikasi-terima-isian-luas_m2";
  check(await fo.$eval(area, (one) => one.type === "number" && one.value === "120"), "the area is no number");
  await set(fo, area, "0");
  check(!(await fo.$eval(area, (one) => one.checkValidity())), "the browser takes an area of 0");
  await fo.$eval(area, (one) => { one.form.noValidate = true; });
  await press(fo, "Nyatakan lengkap dan terima");
  await says(fo, "Periksa isian: Luas bangunan (m²) harus 1 sampai 100.000.");
  await picture(fo, "pbg-isian-salah");
  await set(fo, area, "620");
  for (const one of ["identitas", "bukti_tanah", "krk"])
    await fo.click(`form:has(button[value="act.terima"]) input[value="${one}"]`);
  await press(fo, "Nyatakan lengkap dan terima");
  await says(fo, "3 tahap dikerjakan bersamaan", "Kajian tata ruang", "Kajian bangunan", "Kajian lingkungan",
             "3 dari 6 syarat dicentang");

  // The fork is taken back whole, and made again.
  await press(fo, "Batalkan tindakan");
  await says(fo, "2. Verifikasi berkas", "tindakan dibatalkan");
  await says_not(fo, "dikerjakan bersamaan. ");
  check(await fo.$eval(area, (one) => one.value === "120"), "the field is not as it was before");
  await set(fo, area, "620");
  await press(fo, "Nyatakan lengkap dan terima");

  // Two departments at work at once, each with its holder and clock.
  const ptr = await signed_in("ptr", desk);
  await press(ptr, "Ambil tugas");
  const pb = await signed_in("pb", desk);
  await press(pb, "Ambil tugas");
  await says(pb, "Laila Hafizah", "Bambang Sutrisno", "Pengkaji Lingkungan (belum diambil)");
  await picture(pb, "pbg-bersamaan");
  await follows("Beberapa tahap dikerjakan bersamaan:", "Kajian lingkungan oleh Pengkaji Lingkungan");
  await picture(applicant, "pbg-lacak-bersamaan");

  // One is paused by a question to the applicant; the others go on.
  await open(pb, desk);
  await (await button(pb, "Jeda")).evaluate((one) => one.closest("details").open = true);
  await pb.select('select[name="jeda"]', "klarifikasi_pemohon");
  await pb.select('select[name="syarat_jeda"]', "gambar_struktur");
  await pb.type("#kajian_bangunan-jeda-catatan", "Mohon kirim perhitungan struktur lantai dua.");
  await press(pb, "Jeda");
  await says(pb, "menunggu keterangan pemohon: Gambar dan perhitungan struktur");
  await picture(pb, "pbg-dijeda");
  await follows("Menunggu jawaban Anda", "Perihal: Gambar dan perhitungan struktur", "Tahap lain tetap berjalan:");
  await picture(applicant, "pbg-lacak-klarifikasi");
  await applicant.type("#catatan", "Perhitungan terlampir.");
  await press(applicant, "Kirim jawaban");
  await says(applicant, "jawaban Anda telah kami terima");

  // The third arrives; the first sends the file back, and the second is cancelled.
  const pl = await signed_in("pl", desk);
  await upload(pl, "kajian_lingkungan");
  await press(pl, "Ajukan kajian");
  const kling = await signed_in("kling", desk);
  await press(kling, "Setujui");
  await says(kling, "Sudah selesai: Persetujuan kajian lingkungan.", "Pemeriksaan lapangan dibuka setelah semuanya selesai.");
  await open(ptr, desk);
  const back = 'form:has(button[value="act.kembalikan_verifikasi"])';
  await (await button(ptr, "Kembalikan ke verifikasi")).evaluate((one) => one.scrollIntoView());
  await ptr.click(`${back} input[value="Luas bangunan tidak sesuai dengan gambar"]`);
  await picture(ptr, "pbg-kembalikan");
  await press(ptr, "Kembalikan ke verifikasi");
  await says(ptr, "2. Verifikasi berkas", "dikembalikan ke verifikasi", "dibatalkan: Kajian bangunan");
  await picture(ptr, "pbg-dibatalkan");
  await follows("Tahap 2 dari 16: Verifikasi berkas");
  await picture(applicant, "pbg-lacak-kembali");

  // Under 500 m² two departments are asked, and the file goes on once both have agreed.
  await open(fo, desk);
  await set(fo, area, "450");
  await press(fo, "Nyatakan lengkap dan terima");
  await says(fo, "2 tahap dikerjakan bersamaan");
  await open(ptr, desk);
  await upload(ptr, "kajian_tata_ruang");
  await press(ptr, "Ajukan kajian");
  await press(await signed_in("ktr", desk), "Setujui");
  await open(pb, desk);
  await upload(pb, "kajian_bangunan");
  await press(pb, "Ajukan kajian");
  const kbg = await signed_in("kbg", desk);
  await says(kbg, "Sudah selesai: Persetujuan kajian tata ruang.");
  await picture(kbg, "pbg-sebelum-gabung");
  await press(kbg, "Setujui");
  await says(kbg, "9. Pemeriksaan lapangan");
  const tt = await signed_in("tt", desk);
  await upload(tt, "berita_acara");
  await press(tt, "Nyatakan layak");

  // The fee: set, billed, and paid by the bank's own token.
  const bo = await signed_in("bo", desk);
  await type_into(await bo.$("#penetapan_retribusi-tetapkan-isian-retribusi"), "1500000");
  await upload(bo, "skrd");
  await picture(bo, "pbg-retribusi");
  await press(bo, "Tetapkan retribusi");
  const kb = await signed_in("kb", desk);
  await says(kb, "1.500.000");
  check(!(await kb.$$eval("button", (all) => all.some((one) => one.innerText.includes("Setujui tanpa retribusi")))),
        "a fee can be passed over");
  await press(kb, "Setujui dan tagih");
  await follows("Menunggu Anda", "melalui Bank Persepsi", "Paling lambat");
  await picture(applicant, "pbg-lacak-bayar");
  await call_api(`/permits/${permit.id}/actions`, plan.bank, { step: "pembayaran", action: "lunas" });
  await follows("Penyusunan draf SK");

  await open(bo, desk);
  await upload(bo, "draft_sk");
  await press(bo, "Kirim draf");
  await open(kb, desk);
  await press(kb, "Setujui");
  const kd = await signed_in("kd", desk);
  await upload(kd, "surat_keputusan");
  await type_into(await kd.$("#penandatanganan-tanda_tangani-nomor"), "503/0001/PBG/IV/2026");
  await kd.click('form:has(button[value="act.tanda_tangani"]) input[name="yakin"]');
  await press(kd, "Tanda tangani");
  const [command, ...words] = plan.undo_window_passes;
  execFileSync(command, words);
  await follows("Izin telah terbit", "503/0001/PBG/IV/2026");
  await press(applicant, "Konfirmasi penerimaan");
  await says(applicant, "Selesai: telah terbit");
  await says_not(applicant, "Kajian lingkungan");  // the way that was taken at last
  await picture(applicant, "pbg-lacak-selesai");
  await open(kd, desk);
  await picture(kd, "pbg-riwayat");
  for (const [path, name] of [["/layanan", "layanan"], ["/layanan/pbg", "layanan-pbg"],
                              ["/cari?q=Ruko&sop=pbg", "cari-pbg"], ["/tugas", "tugas-pbg"]]) {
    await open(kd, path);
    await picture(kd, name);
  }
}

try {
  await walk();
} catch (why) {
  check(false, why.stack ?? String(why));
}
await end_walk("pbg");
