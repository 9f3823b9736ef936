// What people write into spreadsheets, and how LibreOffice saves it.
#include <gtest/gtest.h>

#include <sstream>

#include "daemon/cli/import_columns.h"
#include "daemon/cli/import_csv.h"
#include "daemon/cli/import_dates.h"
#include "daemon/office/rule_files.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

const Calendar& shipped_calendar() {
  static const auto files = load_rule_files(test::shipped_rules());
  for (const Calendar& one : files->calendars)
    if (one.id() == "banjarbaru") return one;
  throw std::logic_error("no calendar ships");
}

std::string read(std::string_view text) {
  const auto moment = read_moment(text, shipped_calendar());
  if (const Instant* at = std::get_if<Instant>(&moment)) return shipped_calendar().format(*at);
  return std::get<NoMoment>(moment) == NoMoment::no_such_day ? "no such day" : "unreadable";
}

TEST(ImportDates, AreReadAsPeopleWriteThem) {
  for (const char* one :
       {"03/05/2026", "3/5/2026", "03-05-2026", "3.5.2026", "03/05/26", "3 Mei 2026", "3 mei 2026",
        "Minggu, 3 Mei 2026", "2026-05-03", "3 May 2026", "2026-05-02T16:00:00Z"})
    EXPECT_EQ(read(one), "2026-05-03T00:00:00+08:00") << one;
  for (const char* one : {"03/05/2026 08:15", "3 Mei 2026 08.15", "3 Mei 2026 pukul 08.15 WITA",
                          "2026-05-03 08:15:00", "2026-05-03T08:15", "2026-05-03T08:15:00+08:00"})
    EXPECT_EQ(read(one), "2026-05-03T08:15:00+08:00") << one;
  for (const char* one : {"31/02/2026", "30 Februari 2026", "03/05/1826"})
    EXPECT_EQ(read(one), "no such day") << one;
  for (const char* one : {"", "kemarin", "2026", "13/13/2026", "3 Mei", "03/05/2026 25:00",
                          "03/05/2026 8", "3 Mei 2026 08:15:00:00", "#REF!", "46145"})
    EXPECT_EQ(read(one), "unreadable") << one;
}

std::string records(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::string all;
  while (const auto record = reader.next()) {
    all += std::to_string(record->front().line) + ":";
    for (const CsvCell& cell : *record) all += "[" + cell.text + "]";
    all += ' ';
  }
  if (reader.fault())
    all += "fault " + std::to_string(reader.fault()->line) + "," +
           std::to_string(reader.fault()->column);
  return all;
}

TEST(ImportCsv, IsReadAsLibreOfficeSavesIt) {
  EXPECT_EQ(records("\xEF\xBB\xBF"
                    "a;b\r\n1;\"dua;\"\"2\"\"\"\r\n"),
            "1:[a][b] 2:[1][dua;\"2\"] ");
  EXPECT_EQ(records("a,b\n\n,,\n1,\"x\ny\"\n2,z"), "1:[a][b] 4:[1][x\ny] 6:[2][z] ");
  EXPECT_EQ(records("a\tb\n1\t2\n"), "1:[a][b] 2:[1][2] ");
  EXPECT_EQ(records("a;b\n1;\"2\n"), "1:[a][b] fault 2,2");
  EXPECT_EQ(records("a;b\n1;\"2\"3\n"), "1:[a][b] fault 2,2");
  EXPECT_EQ(records("a;b\n1;\xE9\n"), "1:[a][b] fault 2,2");
  EXPECT_EQ(records(""), "");
}

TEST(ImportColumns, AreKnownByTheirNamesInBothLanguages) {
  EXPECT_EQ(key_of_heading("Tanggal Masuk"), "submitted_at");
  EXPECT_EQ(key_of_heading("submitted_at"), "submitted_at");
  EXPECT_EQ(key_of_heading("No. HP"), "whatsapp");
  EXPECT_EQ(key_of_heading("Isian.luas_m2"), "fields/luas_m2");
  EXPECT_EQ(key_of_heading("No."), kRunningNumber);
  EXPECT_EQ(key_of_heading("Catatan"), "");
  EXPECT_EQ(letters_of_column(0), "A");
  EXPECT_EQ(letters_of_column(27), "AB");
  EXPECT_EQ(state_named("Terbit"), PermitState::issued);
  EXPECT_FALSE(state_named("mungkin"));
}

}  // namespace
}  // namespace tenggat::cli
