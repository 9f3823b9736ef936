#include "rules/calendar/load_calendar.h"

#include "tests/rules/calendars.h"

namespace tenggat {
namespace {

const char* const kSound = R"(kalender: uji
zona: Asia/Makassar
hari_nominal: 7h30m
tahun: [2026]
jam_kerja: {senin: ["07:30-12:00", "13:00-16:00"]}
)";

// The faults of a calendar, a text each.
std::vector<std::string> faults_of(const std::string& text, const std::string& list = "") {
  const auto loaded = load_calendar({"uji.yaml", text}, {{"dir/libur.tsv", list}});
  std::vector<std::string> texts;
  if (!loaded) {
    for (const Fault& fault : loaded.error()) texts.push_back(fault.to_string());
  }
  return texts;
}

// The sound calendar with one line of it written otherwise.
std::string with(const std::string& line, const std::string& instead) {
  std::string text = kSound;
  return text.replace(text.find(line), line.size(), instead);
}

void expect_fault(const std::string& text, const std::string& expected,
                  const std::string& list = "") {
  const auto faults = faults_of(text, list);
  ASSERT_EQ(faults.size(), 1u) << text << ::testing::PrintToString(faults);
  EXPECT_TRUE(faults[0].starts_with(expected)) << faults[0] << "\nexpected " << expected;
}

TEST(LoadCalendar, TheOneThatShipsIsSound) {
  const Calendar calendar = testing::banjarbaru();
  EXPECT_EQ(calendar.id(), "banjarbaru");
  EXPECT_EQ(calendar.zone_name(), "Asia/Makassar");
  EXPECT_EQ(calendar.nominal_day(), std::chrono::minutes{450});
}

TEST(LoadCalendar, TheShippedListHasTheDecreedNumberOfDays) {
  const std::string list = testing::shipped("libur.tsv").text;
  const auto count = [&](const std::string& what) {
    int found = 0;
    for (auto at = list.find(what); at != std::string::npos; at = list.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("\tlibur_nasional\t"), 17 + 18);
  EXPECT_EQ(count("\tcuti_bersama\t"), 8 + 8);
}

TEST(LoadCalendar, TheLeastCalendarIsEnough) {
  EXPECT_TRUE(faults_of(kSound).empty());
  EXPECT_TRUE(faults_of(std::string(kSound) + "periode:\nhari_libur: []\n").empty());
}

TEST(LoadCalendar, RefusesAnUnknownZone) {
  expect_fault(with("Asia/Makassar", "WITA"), "uji.yaml:2:7: unknown zone `WITA`");
  expect_fault(with("Asia/Makassar", "../../etc/passwd"), "uji.yaml:2:7: unknown zone");
}

TEST(LoadCalendar, RefusesAZoneThatFollowsTheMachine) {
  for (const char* zone :
       {"localtime", "posixrules", "Factory", "right/Asia/Makassar", "posix/Asia/Makassar"})
    expect_fault(with("Asia/Makassar", zone), "uji.yaml:2:7: ");
}

TEST(LoadCalendar, RefusesAListWhoseLinesEndInCarriageReturns) {
  // A list that a comment begins would be one line, a comment: no day off would be read.
  const std::string text = std::string(kSound) + "hari_libur: [libur.tsv]\n";
  expect_fault(text, "dir/libur.tsv:1:10: ",
               "# tanggal\r2026-02-03\tlibur_nasional\tN\tD\r2026-02-04\tlibur_nasional\tN\tD\r");
  expect_fault(text, "dir/libur.tsv:2:10: ",
               "2026-02-02\tlibur_nasional\tN\tD\n# tanggal\r2026-02-03\tlibur_nasional\tN\tD\r\n");
  // Those of Windows are read.
  const auto loaded = load_calendar(
      {"uji.yaml", text}, {{"dir/libur.tsv", "# tanggal\r\n2026-02-02\tlibur_nasional\tN\tD\r\n"}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->next_working(*parse_instant("2026-02-02T08:00:00+08:00")),
            *parse_instant("2026-02-09T07:30:00+08:00"));
  // The same in the calendar itself, where a comment would swallow the next line.
  expect_fault("# kalender\rkalender: uji\n" + std::string(kSound), "uji.yaml:1:11: ");
}

TEST(LoadCalendar, PassesOverAByteOrderMark) {
  const std::string mark = "\xEF\xBB\xBF";
  const std::string text = std::string(kSound) + "hari_libur: [libur.tsv]\n";
  EXPECT_EQ(faults_of(mark + text, mark + "# tanggal\n2026-02-03\tlibur_nasional\tN\tD\n"),
            std::vector<std::string>{});
  EXPECT_EQ(faults_of(mark + text, mark + "2026-02-03\tlibur_nasional\tN\tD\n"),
            std::vector<std::string>{});
  expect_fault(mark + with("kalender: uji", "kalender: UJI"), "uji.yaml:1:11: expected a word");
  expect_fault(text, "dir/libur.tsv:1:1: expected a date",
               mark + "2026-02-30\tlibur_nasional\tN\tD\n");
}

TEST(LoadCalendar, RefusesUnknownMissingAndDuplicateKeys) {
  expect_fault(std::string(kSound) + "libur: []\n", "uji.yaml:6:1: unknown key `libur`");
  expect_fault(with("{senin:", "{monday: [], senin:"), "uji.yaml:5:13: unknown key `monday`");
  expect_fault(with("kalender: uji\n", ""), "uji.yaml:1:1: missing key `kalender`");
  expect_fault(std::string(kSound) + "zona: UTC\n", "uji.yaml:6:1: duplicate key `zona`");
  expect_fault(std::string(kSound) +
                   "periode: [{nama: P, sampai: 2026-02-02, jam_kerja: {senin: "
                   "[\"08:00-09:00\"]}}]\n",
               "uji.yaml:6:11: missing key `mulai`");
}

TEST(LoadCalendar, RefusesOverlappingIntervals) {
  expect_fault(with("\"13:00-16:00\"", "\"11:59-16:00\""), "uji.yaml:5:36: `11:59-16:00` overlaps");
  expect_fault(with("\"07:30-12:00\", \"13:00-16:00\"", "\"13:00-16:00\", \"07:30-13:01\""),
               "uji.yaml:5:36: `07:30-13:01` overlaps");
  EXPECT_TRUE(faults_of(with("\"13:00-16:00\"", "\"12:00-16:00\"")).empty()) << "half-open";
  EXPECT_TRUE(
      faults_of(with("\"07:30-12:00\", \"13:00-16:00\"", "\"13:00-16:00\", \"07:30-12:00\""))
          .empty())
      << "in any order";
}

TEST(LoadCalendar, RefusesHoursThatAreNone) {
  for (const char* hours :
       {"12:00-12:00", "22:00-02:00", "13:00-12:00", "24:00-24:00", "08:00-24:01", "08:60-09:00",
        "8:00-9:00", "08.00-09.00", "08:00 - 09:00", "08:00", "", "08:00-25:00", "0a:00-09:00"}) {
    const auto faults = faults_of(with("\"13:00-16:00\"", "\"" + std::string(hours) + "\""));
    ASSERT_EQ(faults.size(), 1u) << hours;
    EXPECT_TRUE(faults[0].starts_with("uji.yaml:5:36: ")) << faults[0];
  }
  EXPECT_TRUE(faults_of(with("\"13:00-16:00\"", "\"13:00-24:00\"")).empty());
}

TEST(LoadCalendar, RefusesACalendarWithoutWorkingTime) {
  expect_fault(with("{senin: [\"07:30-12:00\", \"13:00-16:00\"]}", "{}"),
               "uji.yaml:5:12: no weekday has working time");
  expect_fault(with("[\"07:30-12:00\", \"13:00-16:00\"]", "[]"),
               "uji.yaml:5:12: no weekday has working time");
  expect_fault(std::string(kSound) +
                   "periode: [{nama: P, mulai: 2026-02-02, sampai: 2026-02-02, jam_kerja: {}}]\n",
               "uji.yaml:6:71: no weekday has working time");
  expect_fault(
      std::string(kSound) + "hari_pengganti: [{tanggal: 2026-02-07, jam: [], nama: P, dasar: X}]\n",
      "uji.yaml:6:45: a make-up working day needs working time");
}

TEST(LoadCalendar, RefusesDateRangesThatMeetOnADate) {
  const std::string two = R"(periode:
  - {nama: A, mulai: 2026-02-02, sampai: 2026-02-05, jam_kerja: {senin: ["08:00-09:00"]}}
  - {nama: B, mulai: 2026-02-05, sampai: 2026-02-09, jam_kerja: {senin: ["08:00-09:00"]}}
)";
  expect_fault(kSound + two, "uji.yaml:8:22: the dates overlap those of `A`, line 7");
  expect_fault(std::string(kSound) +
                   "periode: [{nama: A, mulai: 2026-02-02, sampai: 2026-02-01, "
                   "jam_kerja: {senin: [\"08:00-09:00\"]}}]\n",
               "uji.yaml:6:48: `sampai` must not be before `mulai`");
}

TEST(LoadCalendar, RefusesTwoEntriesOfOneKindForADate) {
  const std::string off = "{tanggal: 2026-04-08, nama: N, dasar: D}";
  const std::string made_up = "{tanggal: 2026-04-11, jam: [\"08:00-09:00\"], nama: N, dasar: D}";
  expect_fault(std::string(kSound) + "libur_tambahan:\n  - " + off + "\n  - " + off + "\n",
               "uji.yaml:8:15: 2026-04-08 has a day off already, at uji.yaml:7");
  expect_fault(std::string(kSound) + "hari_pengganti:\n  - " + made_up + "\n  - " + made_up + "\n",
               "uji.yaml:8:15: 2026-04-11 has a make-up working day already, at uji.yaml:7");
  expect_fault(std::string(kSound) + "hari_libur: [libur.tsv]\nlibur_tambahan:\n  - " + off + "\n",
               "uji.yaml:8:15: 2026-04-08 has a day off already, at dir/libur.tsv:2",
               "# list\n2026-04-08\tlibur_nasional\tN\tD\n");
  expect_fault(std::string(kSound) + "hari_libur: [libur.tsv]\n",
               "dir/libur.tsv:2:1: 2026-04-08 has a day off already, at dir/libur.tsv:1",
               "2026-04-08\tlibur_nasional\tN\tD\n2026-04-08\tcuti_bersama\tN\tD\n");
  // A make-up day on a day off is one of each.
  EXPECT_TRUE(
      faults_of(std::string(kSound) + "libur_tambahan: [" + off +
                "]\nhari_pengganti: [{tanggal: 2026-04-08, jam: [\"08:00-09:00\"], nama: N, "
                "dasar: D}]\n")
          .empty());
}

TEST(LoadCalendar, ReadsListsBesideItOnly) {
  expect_fault(std::string(kSound) + "hari_libur: [lain.tsv]\n",
               "uji.yaml:6:14: no file `lain.tsv` beside the calendar");
  expect_fault(std::string(kSound) + "hari_libur: [dir/libur.tsv]\n", "uji.yaml:6:14: no file");
  expect_fault(std::string(kSound) + "hari_libur: [libur.tsv, libur.tsv]\n",
               "uji.yaml:6:25: `libur.tsv` is listed already");
  EXPECT_TRUE(faults_of(kSound, "not a list").empty()) << "a list nobody names is not read";
}

TEST(LoadCalendar, RefusesListLinesWithLineAndColumn) {
  const std::string text = std::string(kSound) + "hari_libur: [libur.tsv]\n";
  const auto faults = faults_of(text,
                                "# comment\n\n"
                                "2026-02-30\tlibur_nasional\tN\tD\n"
                                "2026-02-03\tLibur Nasional\tN\tD\r\n"
                                "2026-02-04\tlibur_nasional\t\tD\n"
                                "2026-02-05\tlibur_nasional\tN\t\n"
                                "2026-02-06 libur_nasional N D\n"
                                "2026-02-09\tlibur_nasional\tN\tD\tE\n"
                                "2026-02-10\tlibur_nasional\tN\x1b[0m\tD\n"
                                "2026-02-11\tlibur_nasional\tN\xff\tD");
  const char* const expected[] = {"dir/libur.tsv:3:1: expected a date",
                                  "dir/libur.tsv:4:12: ",
                                  "dir/libur.tsv:5:27: ",
                                  "dir/libur.tsv:6:29: ",
                                  "dir/libur.tsv:7:1: ",
                                  "dir/libur.tsv:8:1: ",
                                  "dir/libur.tsv:9:1: ",
                                  "dir/libur.tsv:10:1: "};
  ASSERT_EQ(faults.size(), std::size(expected)) << ::testing::PrintToString(faults);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_TRUE(faults[i].starts_with(expected[i])) << faults[i];
  }
}

TEST(LoadCalendar, TellsAllFaultsAtOnceInTheOrderOfTheFile) {
  const auto faults = faults_of(R"(kalender: Uji Coba
zona: Mars/Olympus
hari_nominal: 1d
tahun: [2026, 2026, 02027]
jam_kerja:
  senin: ["07:30-12:00", "11:00-16:00"]
  selasa: 08:00-12:00
libur_tambahan:
  - {tanggal: 2026-02-29, nama: "", dasar: X}
warna: biru
)");
  const char* const expected[] = {"uji.yaml:1:11: expected a word",
                                  "uji.yaml:2:7: unknown zone",
                                  "uji.yaml:3:15: expected the length of a working day",
                                  "uji.yaml:4:15: 2026 is listed already",
                                  "uji.yaml:4:21: expected a whole number",
                                  "uji.yaml:6:26: `11:00-16:00` overlaps",
                                  "uji.yaml:7:11: expected a list, found a text",
                                  "uji.yaml:9:15: expected a date",
                                  "uji.yaml:9:33: `nama` must not be blank",
                                  "uji.yaml:10:1: unknown key `warna`"};
  ASSERT_EQ(faults.size(), std::size(expected)) << ::testing::PrintToString(faults);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_TRUE(faults[i].starts_with(expected[i])) << faults[i] << "\n" << expected[i];
  }
}

TEST(LoadCalendar, RefusesFilesThatAreNoCalendarAtAll) {
  EXPECT_EQ(faults_of(""), std::vector<std::string>{"uji.yaml: the file is empty"});
  expect_fault("just a text\n", "uji.yaml:1:1: expected a map, found a text");
  expect_fault("a: [1\nb: 2\n", "uji.yaml:2:2: not YAML: ");
}

}  // namespace
}  // namespace tenggat
