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

// As many as the figure says, whatever it counts.
TEST_F(ReportPagesTest, EachFigureLeadsToWhatItCounts) {
  const File late = submitted("PAUD Kenanga"), returned = submitted("PAUD Teratai");
  act("fo", late, "verifikasi", "accept");
  act("fo", returned, "verifikasi", "reject", {"--deficiency", "denah_ruang=belum ada"});
  const File refused = refusal_before_the_head();
  act("kd", refused, "penandatanganan", "refuse",
      {"--document", "surat_penolakan=https://x.example/t"});
  submitted("KB Harapan");
  office_.advance("2026-04-20T09:00:00");
  Browser kb = signed_in("kb");
  const WebPage page = kb.get("/laporan?bulan=2026-04");
  EXPECT_TRUE(page.says("Permohonan per minggu (tanggal)"));
  EXPECT_TRUE(page.says(">13–19<"));
  EXPECT_FALSE(page.says(">27–30<")) << "a week that has not begun";
  static const std::regex kLink(
      "href=\"(/laporan/daftar[?][^\"]*)\" aria-label=\"[^\"]*\">([0-9]+)[^<%]*</a>");
  int links = 0;
  for (std::sregex_iterator at(page.body.begin(), page.body.end(), kLink), end; at != end; ++at) {
    const std::string path = std::regex_replace((*at)[1].str(), std::regex("&amp;"), "&");
    const WebPage list = kb.get(path);
    ASSERT_EQ(list.status, 200) << path;
    static const std::regex kItem("<li><a href=\"/permohonan/");
    EXPECT_EQ(std::to_string(std::distance(
                  std::sregex_iterator(list.body.begin(), list.body.end(), kItem), {})),
              (*at)[2].str())
        << path << "\n"
        << list.body;
    EXPECT_EQ(faults_in_words(words_of_page(list.body), ReadBy::officer),
              std::vector<std::string>());
    ++links;
  }
  EXPECT_GT(links, 12);
  const WebPage missed = kb.get("/laporan/daftar?sop=paud&bulan=2026-04&angka=lewat-batas");
  EXPECT_TRUE(missed.says("PAUD Kenanga"));
  EXPECT_FALSE(missed.says("KB Harapan"));
  EXPECT_TRUE(missed.says("/laporan?sop=paud&amp;bulan=2026-04"));
  EXPECT_TRUE(kb.get("/laporan/daftar?bulan=2026-04&angka=ditolak").says("PAUD Melati"));
  EXPECT_TRUE(
      kb.get("/laporan/daftar?bulan=2026-04&angka=tahap-kembali&tahap=verifikasi").says("Teratai"));
  EXPECT_EQ(kb.get("/laporan/daftar?angka=lain").status, 404);
  EXPECT_FALSE(kb.get("/laporan/cetak?bulan=2026-04").says("<a "));
}

TEST_F(ReportPagesTest, TheEvidenceHasInternalNotesOnlyWhereTheyAreAskedFor) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  const std::string desk = "/permohonan/" + id_of(file);
  EXPECT_EQ(fo.press(fo.get(desk), "catat", {{"catatan", "Lahan bersebelahan"}}).status, 303);
  Browser kb = signed_in("kb");
  const WebPage without = kb.get(desk + "/bukti");
  EXPECT_FALSE(without.says("Lahan bersebelahan"));
  EXPECT_TRUE(without.says("Tanpa catatan internal petugas (1)."));
  EXPECT_TRUE(without.says(desk + "/bukti?catatan=internal"));
  const WebPage with = kb.get(desk + "/bukti?catatan=internal");
  EXPECT_TRUE(with.says("Lahan bersebelahan"));
  EXPECT_TRUE(with.says("Memuat catatan internal petugas (1)"));
  for (const char* json : {"", "--json"}) {
    std::vector<std::string> asked{"permit", "dossier", file.number};
    if (*json) asked.emplace_back(json);
    EXPECT_EQ(office_.tenggat(asked).out.find("Lahan bersebelahan"), std::string::npos) << json;
    asked.emplace_back("--internal-notes");
    EXPECT_NE(office_.tenggat(asked).out.find("Lahan bersebelahan"), std::string::npos) << json;
  }
}

TEST_F(ReportPagesTest, NobodyElseReadsIt) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  EXPECT_FALSE(fo.get("/tugas").says("/laporan"));
  for (const char* path : {"/laporan", "/laporan/cetak", "/laporan/unduh.csv", "/laporan/daftar"})
    EXPECT_EQ(fo.get(path).status, 403) << path;
  EXPECT_EQ(fo.get("/permohonan/" + id_of(file) + "/bukti").status, 403);
  EXPECT_EQ(browser().get("/laporan").status, 303);
}

}  // namespace
}  // namespace tenggat::test
