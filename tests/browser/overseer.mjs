// The overseer's month: the report on screen, on paper, as CSV and as a workbook; the evidence of a
// permit that was late; the office's own record.
//
//   node overseer.mjs PLAN.json PICTURES_DIR
//
// PLAN.json has "late", too: the number of a permit that passed its limit in that month.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, open, picture, pictures, plan, says, signed_in, text_of } from "./people.mjs";
import { day, download, follow, says_not } from "./day.mjs";

// As it would come out of the printer.
async function printed(page, name) {
  const path = join(pictures, `${name}.pdf`);
  writeFileSync(path, await page.pdf({ format: "A4", preferCSSPageSize: true }));
  const bytes = readFileSync(path);
  check(bytes.subarray(0, 5).toString() === "%PDF-" && statSync(path).size > 10000, `${name} prints ${bytes.length} bytes`);
}
// Its parts, and the words in it.
const kOpen = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n"
  + "print('\\n'.join(z.namelist())); print(z.read('xl/workbook.xml').decode()); print(z.read('xl/sharedStrings.xml').decode())";

async function the_files(page) {
  const csv = await download(page, "Unduh CSV", ".csv");
  if (csv) check(readFileSync(csv, "utf8").includes("2026-04") || readFileSync(csv, "utf8").length > 200, "the CSV says nothing");
  const workbook = await download(page, "Unduh XLSX", ".xlsx");
  if (!workbook) return;
  const said = execFileSync("python3", ["-c", kOpen, workbook]).toString();
  for (const part of ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "Lewat batas", plan.late])
    check(said.includes(part), `the workbook has no ${part}`);
}

await day("overseer", async () => {
  const page = await signed_in("pg", "/tugas");
  await follow(page, "Laporan", "nav");
  await says(page, "Laporan April 2026", "Pada April 2026 masuk", "Kepatuhan waktu per tahapan SOP", "Perkembangan",
             "Permohonan yang melewati batas", plan.late, "Mei 2026, berjalan");
  check(await page.$$eval("svg[role=img]", (all) => all.length) >= 3, "the report has no plots");
  await picture(page, "hari-pengawas-laporan");
  await the_files(page);

  await follow(page, "Cetak");
  await says(page, "Laporan Bulanan Pelayanan Perizinan", "Noor Aini");
  await says_not(page, "Unduh", "Keluar");
  await printed(page, "hari-pengawas-laporan");
  await open(page, "/laporan");
  await follow(page, `Cetak berkas bukti ${plan.late}`);
  await says(page, plan.late);
  await printed(page, "hari-pengawas-bukti");
  await open(page, "/laporan");
  await follow(page, "Jejak kantor", "nav");
  check((await text_of(page)).includes("Jejak kantor"), "the office's own record does not open");
  await picture(page, "hari-pengawas-jejak");
  // Whoever observes does nothing to a file.
  await open(page, "/laporan");
  await follow(page, plan.late);
  await says_not(page, "Ambil tugas", "Setujui", "Teruskan");
  await picture(page, "hari-pengawas-permohonan");
});
