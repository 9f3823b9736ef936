// An office moves in while its daemon runs: nobody is told of what lies before, what is late stands
// in the next morning list, later reminders come, and the files are worked on as any other.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/office.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

constexpr const char* kRows =
    "nomor;nama;wa;perihal;tanggal masuk;lengkap;tahap;masuk tahap;petugas\n"
    "PAUD-2026-00417;Rina;0812 7777 0001;TK Melati;18/05/2026;18/05/2026 10:00;kajian teknis;"
    "19/05/2026 08:00;dt\n"
    "PAUD-2026-00418;Budi;0812 7777 0002;TK Anggrek;02/06/2026 08:00;02/06/2026 08:10;kajian "
    "teknis;02/06/2026 08:30;\n";

std::vector<std::string> told(Office& office) {
  std::vector<std::string> all;
  for (const SentMessage& one : office.new_messages())
    all.push_back(one.at + " " + one.recipient + " " + one.text);
  return all;
}

TEST(MovingIn, IsSilentAndThenTheFilesAreAsAnyOther) {
  Office office("2026-06-02T14:00:00");
  const auto file = office.daemon().directory() / "pindahan.csv";
  write_file(file, kRows);
  const CommandResult preview = office.tenggat({"permit", "import", file, "--preview"});
  ASSERT_EQ(preview.status, 0) << preview.out << preview.err;
  EXPECT_NE(preview.out.find("terlambat, risiko hukum"), std::string::npos) << preview.out;
  const CommandResult done = office.tenggat({"permit", "import", file});
  ASSERT_EQ(done.status, 0) << done.out << done.err;
  office.advance("2026-06-02T16:00:00");
  EXPECT_EQ(told(office), std::vector<std::string>());

  office.advance("2026-06-03T07:30:00");
  EXPECT_EQ(told(office), std::vector<std::string>{"2026-06-03T07:30:00 officer:dt daftar_pagi"});
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE body LIKE '%PAUD-2026-00417%'"), "1");

  // Half of the second one's four days; the next superior rung of the first.
  office.advance("2026-06-04T09:00:00");
  const std::vector<std::string> later = told(office);
  EXPECT_NE(std::find(later.begin(), later.end(), "2026-06-04T08:32:00 officer:dt pengingat"),
            later.end())
      << fmt::format("{}", fmt::join(later, "\n"));
  const boost::json::value why = office.json({"why", "PAUD-2026-00417"}, "kd");
  EXPECT_NE(boost::json::serialize(why).find("\"imported\""), std::string::npos);

  office.json(
      {"permit", "act", "PAUD-2026-00417", "recommend", "--step", "kajian_teknis", "--document",
       "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r"},
      "dt");
  const boost::json::value next = office.json(
      {"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject", "PAUD Baru",
       "--whatsapp", "0812 7777 0003", "--document", "persyaratan_izin_paud=https://x.example/7"},
      "portal");
  EXPECT_EQ(next.at("number").as_string(), "PAUD-2026-00419");
  const CommandResult revert = office.tenggat({"import", "revert", "1"});
  EXPECT_EQ(revert.status, 1);
  EXPECT_NE(revert.err.find("PAUD-2026-00417"), std::string::npos) << revert.err;
  const CommandResult audit = office.tenggat({"audit", "verify"});
  EXPECT_EQ(audit.status, 0) << audit.out;
}

}  // namespace
}  // namespace tenggat::test
