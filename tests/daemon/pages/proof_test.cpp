// Why that date: every day to it, as a citizen reads it.
#include "daemon/pages/proof.h"

#include <regex>

#include "tests/rules/paud_fixture.h"
#include "tests/support/words_for_people.h"

namespace tenggat::pages {
namespace {

using notify::Speech;
using notify::Tongue;
using namespace tenggat::testing;

std::string text_of(const Html& page) { return test::words_of_page(page.bytes()); }

// "Kamis 2 April=5 m", of the rows in their order, the sum last.
std::vector<std::string> rows_of(const Html& page) {
  std::vector<std::string> rows;
  static const std::regex row(
      "<th scope=\"row\">([^<]*)(?:<span.*?</span>)?</th><td class=\"angka\">(?:<strong>)?([^<]*)");
  const std::string bytes = page.bytes();
  for (std::sregex_iterator it(bytes.begin(), bytes.end(), row), end; it != end; ++it)
    rows.push_back((*it)[1].str() + "=" + (*it)[2].str());
  return rows;
}

Instant accepted() { return wita("04-02 15:55"); }

Permit accepted_permit(testing::Office& office) {
  office.at("04-02 15:54").bring_to("penerimaan");
  return office.permit;
}

TEST(Proof, ListsEveryDayToTheDueDateAndAddsUpToTheStandard) {
  testing::Office office;
  const Permit permit = accepted_permit(office);
  const Html page = proof_of_case(permit, paud(), Speech(Tongue::indonesian, shipped_calendar()),
                                  accepted() + Seconds{60}, For::applicant);
  const std::vector<std::string> wanted{
      "Kamis 2 April=5 m",       "Jumat 3 April=–",
      "Sabtu 4 April=–",         "Minggu 5 April=–",
      "Senin 6 April=7 j 30 m",  "Selasa 7 April=7 j 30 m",
      "Rabu 8 April=7 j 30 m",   "Kamis 9 April=7 j 30 m",
      "Jumat 10 April=7 j 25 m", "Jumlah, 5 hari kerja=37 j 30 m"};
  EXPECT_EQ(rows_of(page), wanted) << page.bytes();
  const std::string text = text_of(page);
  for (const char* said :
       {"Batasnya 5 hari kerja, yaitu 37 jam 30 menit, sejak Kamis, 2 April 2026 pukul 15.55 WITA",
        "Tidak dihitung: akhir pekan", "Wafat", "hari libur", "tanpa istirahat 12.00–13.00",
        "Jatuh tempo 16.25", "Batas menurut hukum tidak ikut mundur karena jeda",
        "UU 30/2014 pasal 53", "Hari ini"})
    EXPECT_NE(text.find(said), std::string::npos) << said << "\n" << text;
  EXPECT_EQ(test::faults_in_words(text), std::vector<std::string>());
}

TEST(Proof, SaysWhatMovedTheDateAndWhereItWas) {
  testing::Office office;
  office.at("04-02 15:54").bring_to("kajian_teknis");
  office.at("04-07 09:05")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah", {}});
  office.at("04-07 14:20").does("P", ResumeVisit{"kajian_teknis", "ini"});
  const Html page =
      proof_of_case(office.permit, paud(), Speech(Tongue::indonesian, shipped_calendar()),
                    wita("04-08 10:00"), For::applicant);
  const std::string text = text_of(page);
  for (const char* said : {"Berubah: semula Jumat 10 April, 16.25 WITA", "Mundur 4 jam 15 menit",
                           "menunggu keterangan Anda", "Dijeda 09.05–12.00", "Dijeda 13.00–14.20"})
    EXPECT_NE(text.find(said), std::string::npos) << said << "\n" << text;
  EXPECT_EQ(rows_of(page).back(), "Jumlah, 5 hari kerja=37 j 30 m");
  EXPECT_EQ(text.find("DT"), std::string::npos);  // nobody is named to an applicant
}

TEST(Proof, ListsUntilNowWhileTheClockStands) {
  testing::Office office;
  office.at("04-02 15:54").bring_to("kajian_teknis");
  office.at("04-07 09:05")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah", {}});
  const Html page =
      proof_of_case(office.permit, paud(), Speech(Tongue::indonesian, shipped_calendar()),
                    wita("04-08 10:00"), For::applicant);
  EXPECT_NE(text_of(page).find("Waktu sedang berhenti"), std::string::npos);
  EXPECT_EQ(rows_of(page).back(), "Jumlah, 1 hari kerja 1 jam=9 j 10 m");
}

TEST(Proof, SaysTheSameInEnglish) {
  testing::Office office;
  const Permit permit = accepted_permit(office);
  const Html page = proof_of_case(permit, paud(), Speech(Tongue::english, shipped_calendar()),
                                  wita("04-11 10:00"), For::applicant);
  const std::string text = text_of(page);
  for (const char* said :
       {"The limit is 5 working days, which is 37 hours 30 minutes, from Thursday, 2 April 2026 at "
        "15:55 WITA",
        "Not counted: weekend", "Friday 3 April", "Due at 16:25", "less the break 12:00–13:00",
        "7 h 30 m", "5 working days", "Past its date by"})
    EXPECT_NE(text.find(said), std::string::npos) << said << "\n" << text;
}

}  // namespace
}  // namespace tenggat::pages
