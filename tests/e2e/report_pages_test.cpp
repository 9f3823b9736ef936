// The month's report on screen, on paper and for spreadsheets, for who is reported to.
#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"
#include "tests/support/words_for_people.h"

namespace tenggat::test {
namespace {

class ReportPagesTest : public PagesTest {};

TEST_F(ReportPagesTest, ManagementReadsTheMonthAndThePermitsEvidence) {
  const File late = submitted("PAUD Kenanga");
  act("fo", late, "verifikasi", "accept");
  office_.advance("2026-04-20T09:00:00");
  Browser kb = signed_in("kb");
  const WebPage page = kb.get("/laporan?bulan=2026-04");
  EXPECT_EQ(page.status, 200);
  for (const char* said :
       {"Laporan April 2026", "Izin Penyelenggaraan PAUD", "Pada April 2026 masuk",
        "Kepatuhan waktu per tahapan SOP", "Permohonan yang melewati batas",
        "/laporan/cetak?sop=paud&amp;bulan=2026-04", "/laporan/unduh.csv", "Maret 2026",
        "April 2026, berjalan"})
    EXPECT_TRUE(page.says(said)) << said << "\n" << page.body;
  EXPECT_TRUE(page.says("/permohonan/" + id_of(late) + "/bukti")) << page.body;
  EXPECT_TRUE(page.says("<a href=\"/laporan\">Laporan</a>"));
  EXPECT_LT(page.body.size(), 60U * 1024);
  EXPECT_EQ(faults_in_words(words_of_page(page.body), ReadBy::officer), std::vector<std::string>());

  const WebPage paper = kb.get("/laporan/cetak?sop=paud&bulan=2026-04");
  EXPECT_TRUE(paper.says("Laporan Bulanan Pelayanan Perizinan"));
  EXPECT_FALSE(paper.says("<a "));
  const WebPage csv = kb.get("/laporan/unduh.csv?sop=paud&bulan=2026-04");
  EXPECT_EQ(csv.header("Content-Disposition"), "attachment; filename=\"laporan-paud-2026-04.csv\"");
  EXPECT_EQ(csv.body, office_.tenggat({"report", "--month", "2026-04"}).out);
  // A zip of what spreadsheets read; words as they are, numbers as numbers.
  const WebPage book = kb.get("/laporan/unduh.xlsx?sop=paud&bulan=2026-04");
  EXPECT_EQ(book.header("Content-Type"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  const std::filesystem::path kept = office_.daemon().directory() / "laporan.xlsx";
  write_file(kept, book.body);
  const std::filesystem::path out = office_.daemon().directory() / "laporan.txt";
  const pid_t reader =
      spawn({"/usr/bin/python3", "-c",
             "import sys, zipfile\n"
             "z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n"
             "print(z.read('xl/workbook.xml').decode(), z.read('xl/sharedStrings.xml').decode())",
             kept.string()},
            {}, out, out);
  EXPECT_EQ(wait_for(reader), 0) << read_file(out);
  for (const char* said : {"Lewat batas", "Tahap", "PAUD Kenanga", "April 2026"})
    EXPECT_NE(read_file(out).find(said), std::string::npos) << said;
  const WebPage evidence = kb.get("/permohonan/" + id_of(late) + "/bukti");
  EXPECT_EQ(evidence.status, 200);
  EXPECT_TRUE(evidence.says(late.number));
  EXPECT_EQ(kb.get("/laporan?sop=tidak-ada").status, 404);
}

TEST_F(ReportPagesTest, NobodyElseReadsIt) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  EXPECT_FALSE(fo.get("/tugas").says("/laporan"));
  for (const char* path : {"/laporan", "/laporan/cetak", "/laporan/unduh.csv"})
    EXPECT_EQ(fo.get(path).status, 403) << path;
  EXPECT_EQ(fo.get("/permohonan/" + id_of(file) + "/bukti").status, 403);
  EXPECT_EQ(browser().get("/laporan").status, 303);
}

}  // namespace
}  // namespace tenggat::test
