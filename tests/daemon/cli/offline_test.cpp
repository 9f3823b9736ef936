#include "daemon/cli/offline.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/daemon/cli/tool.h"

namespace tenggat {
namespace {

const Calendar& banjarbaru() {
  static const Calendar calendar = [] {
    std::ostringstream faults;
    auto loaded =
        load_calendar_file(TENGGAT_SOURCE_DIR "/rules/office/calendar/banjarbaru.yaml", faults);
    EXPECT_TRUE(loaded) << faults.str();
    return std::move(*loaded);
  }();
  return calendar;
}

struct Answer {
  int code;
  std::string text;
  bool operator==(const Answer&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.code << ": " << answer.text;
}

Answer deadlines(const std::string& lines) {
  std::istringstream in(lines);
  std::ostringstream out;
  const int code = run_deadline(in, out, banjarbaru());
  return {code, out.str()};
}

Answer elapsed(const std::string& lines) {
  std::istringstream in(lines);
  std::ostringstream out;
  const int code = run_elapsed(in, out, banjarbaru());
  return {code, out.str()};
}

const std::string kNoInstant =
    " is no instant; RFC 3339 with an offset is needed, 2026-04-02T14:00:00+08:00\n";

TEST(CliDeadline, AnswersALineForALine) {
  EXPECT_EQ(deadlines("2026-03-16T10:00:00+08:00 4d\n"
                      "2026-01-01T00:00:00+08:00 10m\n"
                      "2026-04-15T05:55:00Z 1d 25m\r\n"
                      "  2027-12-31T16:25:00.75+08:00 \t 10m  \n"
                      "2026-04-02T15:55:00+08:00 5d"),
            (Answer{0,
                    "2026-03-27T09:30:00+08:00\n"
                    "2026-01-02T07:40:00+08:00\n"
                    "2026-04-16T14:20:00+08:00\n"
                    "2028-01-03T07:35:00+08:00 provisional\n"
                    "2026-04-10T16:25:00+08:00\n"}));
  EXPECT_EQ(deadlines(""), (Answer{0, ""}));
}

TEST(CliDeadline, ABadLineIsAnsweredInItsPlaceAndTheRestGoesOn) {
  const Answer answer = deadlines(
      "2026-04-02T14:00:00 10m\n"
      "\n"
      "2026-04-02T14:00:00+08:00 10m\n"
      "2026-04-02T14:00:00+08:00\n"
      "2026-04-02T14:00:00+08:00 10\n" +
      std::string(1000, 'x') + "\n9990-01-01T00:00:00Z 9999d\n2026-04-02T14:00:00+08:00 10m\n");
  EXPECT_EQ(answer.code, 1);
  std::istringstream lines(answer.text);
  std::vector<std::string> got;
  for (std::string line; std::getline(lines, line);) got.push_back(line);
  ASSERT_EQ(got.size(), 8u) << answer;
  EXPECT_EQ(got[0] + "\n", "error: line 1: START" + kNoInstant);
  EXPECT_EQ(got[1], "error: line 2: expected START BUDGET, a space between");
  EXPECT_EQ(got[2], "2026-04-02T14:10:00+08:00");
  EXPECT_EQ(got[3], "error: line 4: expected START BUDGET, a space between");
  EXPECT_TRUE(got[4].starts_with("error: line 5: a budget is days, hours and minutes")) << got[4];
  EXPECT_EQ(got[5], "error: line 6: longer than 255 bytes");
  EXPECT_EQ(got[6], "error: line 7: the due instant lies beyond the year 9999");
  EXPECT_EQ(got[7], "2026-04-02T14:10:00+08:00");
}

TEST(CliDeadline, LinesAtTheLengthLimitAreStillRead) {
  const std::string question = "2026-04-02T14:00:00+08:00 10m";
  for (std::size_t length : {254u, 255u}) {
    const std::string padded = question + std::string(length - question.size(), ' ');
    EXPECT_EQ(deadlines(padded + "\n" + padded).code, 0) << length;
  }
  const std::string too_long = question + std::string(256 - question.size(), ' ');
  EXPECT_EQ(
      deadlines(too_long + "\n" + too_long),
      (Answer{1, "error: line 1: longer than 255 bytes\nerror: line 2: longer than 255 bytes\n"}));
}

TEST(CliElapsed, CountsWorkingSecondsForwardsAndBackwards) {
  EXPECT_EQ(elapsed("2026-04-06T07:34:00+08:00 2026-04-07T10:00:00+08:00\n"
                    "2026-04-07T10:00:00+08:00 2026-04-06T07:34:00+08:00\n"
                    "2026-04-03T00:00:00+08:00 2026-04-06T00:00:00+08:00\n"
                    "2026-04-03T00:00:00+08:00 today\n"
                    "2026-04-02T15:59:59.9+08:00 2026-04-02T16:00:00.9+08:00\n"),
            (Answer{1, "35760\n-35760\n0\nerror: line 4: TO" + kNoInstant + "1\n"}));
}

TEST(CliExplain, ShowsTheProofDayByDay) {
  std::ostringstream out;
  EXPECT_EQ(explain_deadline("2026-04-02T15:55:00+08:00", "1d", out, banjarbaru()), 0);
  EXPECT_EQ(out.str(),
            R"(calendar  banjarbaru, Asia/Makassar
start     Thu 2026-04-02 15:55:00 WITA  2026-04-02T15:55:00+08:00
budget    1d
due       Mon 2026-04-06 15:55:00 WITA  2026-04-06T15:55:00+08:00
days      7:25:00 had been worked on Thu 2026-04-02 before the start, so the next working day is day 1; the days end when as much has been worked on day 1, at its closing if that is shorter

date             counted     running
Thu 2026-04-02   0:05:00     0:05:00
    15:55:00-16:00:00  counted
    16:00:00-24:00:00  after closing
Fri 2026-04-03   0:00:00     0:05:00
    00:00:00-24:00:00  day off: Wafat Yesus Kristus (SKB 1497/2025, 2/2025, 5/2025)
Sat 2026-04-04   0:00:00     0:05:00
    00:00:00-24:00:00  not a working day
Sun 2026-04-05   0:00:00     0:05:00
    00:00:00-24:00:00  day off: Kebangkitan Yesus Kristus (Paskah) (SKB 1497/2025, 2/2025, 5/2025)
Mon 2026-04-06   7:25:00     7:30:00
    00:00:00-07:30:00  before opening
    07:30:00-12:00:00  counted
    12:00:00-13:00:00  break
    13:00:00-15:55:00  counted
total            7:30:00
)");
}

TEST(CliExplain, RefusesWhatItCannotRead) {
  std::ostringstream out;
  EXPECT_EQ(explain_deadline("2026-04-02", "1d", out, banjarbaru()), 1);
  EXPECT_EQ(out.str(), "error: START" + kNoInstant);
  std::istringstream nothing(""), line("2026-04-02T15:55:00+08:00 1d\n");
  EXPECT_EQ(explain_deadline(nothing, out, banjarbaru()), 1);
  EXPECT_EQ(explain_deadline(line, out, banjarbaru()), 0);
}

// Each line of the output.
std::vector<boost::json::value> json_lines(const std::string& text) {
  std::vector<boost::json::value> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(boost::json::parse(line));
  return all;
}

std::string shipped_calendar() {
  return (test::shipped_rules() / "calendar" / "banjarbaru.yaml").string();
}

TEST(CliJson, AnswersAnObjectALine) {
  test::Tool tool;
  const test::Ran due = tool.run({"deadline", "--json", "--calendar", shipped_calendar()},
                                 "2027-12-31T16:25:00+08:00 10m\n"
                                 "tomorrow 10m\n"
                                 "2026-04-15T05:55:00Z 1d 25m\n");
  EXPECT_EQ(due.code, 1);
  const auto answers = json_lines(due.out);
  ASSERT_EQ(answers.size(), 3U) << due;
  EXPECT_EQ(answers[0], boost::json::parse(R"({"line": 1, "start_at": "2027-12-31T16:25:00+08:00",
      "budget": "10m", "due_at": "2028-01-03T07:35:00+08:00", "provisional": true})"));
  EXPECT_EQ(answers[1].at("line"), 2);
  EXPECT_TRUE(answers[1].at("error").as_string().starts_with("START is no instant")) << due;
  EXPECT_EQ(answers[2].at("start_at"), "2026-04-15T13:55:00+08:00");
  EXPECT_EQ(answers[2].at("due_at"), "2026-04-16T14:20:00+08:00");
  EXPECT_EQ(answers[2].at("provisional"), false);

  const test::Ran worked = tool.run({"elapsed", "--json", "--calendar", shipped_calendar()},
                                    "2026-04-07T10:00:00+08:00 2026-04-06T07:34:00+08:00\n\n");
  EXPECT_EQ(worked.code, 1);
  const auto counts = json_lines(worked.out);
  ASSERT_EQ(counts.size(), 2U) << worked;
  EXPECT_EQ(counts[0], boost::json::parse(R"({"line": 1, "from": "2026-04-07T10:00:00+08:00",
      "to": "2026-04-06T07:34:00+08:00", "elapsed_seconds": -35760})"));
  EXPECT_EQ(counts[1].at("error"), "expected FROM TO, a space between");
}

TEST(CliJson, ProvesWithTheDaysOfTheApi) {
  test::Tool tool;
  const test::Ran proof = tool.run({"deadline", "--calendar", shipped_calendar(), "--explain",
                                    "--json", "2026-04-02T15:55:00+08:00", "1d"});
  EXPECT_EQ(proof.code, 0) << proof;
  const boost::json::value said = boost::json::parse(proof.out);
  EXPECT_EQ(said.at("calendar"), "banjarbaru");
  EXPECT_EQ(said.at("due_at"), "2026-04-06T15:55:00+08:00");
  EXPECT_EQ(said.at("counted_seconds"), 27000);
  ASSERT_EQ(said.at("days").as_array().size(), 5U) << proof;
  EXPECT_EQ(said.at_pointer("/days/1/date"), "2026-04-03");
  EXPECT_EQ(said.at_pointer("/days/1/spans/0/kind"), "day_off");
  const test::Ran refused = tool.run(
      {"deadline", "--calendar", shipped_calendar(), "--explain", "--json", "2026-04-02", "1d"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(boost::json::parse(refused.out).at("error").is_string()) << refused;
}

TEST(CliJson, HoldsThePictureOfAnSop) {
  test::Tool tool;
  const std::string sop = (test::shipped_rules() / "sop" / "paud.yaml").string();
  const test::Ran picture = tool.run({"diagram", sop});
  const boost::json::value said = boost::json::parse(tool.run({"diagram", sop, "--json"}).out);
  EXPECT_EQ(said.at("sop"), "paud");
  EXPECT_TRUE(picture.out.find("<svg") != std::string::npos);
  EXPECT_EQ(std::string(said.at("picture").as_string()), picture.out);
}

TEST(CliTexts, AreShownWithSampleDataForEachChannel) {
  test::Tool tool;
  const std::string rules = test::shipped_rules().string();
  const test::Ran all = tool.run({"texts", "preview", rules});
  EXPECT_EQ(all.code, 0) << all;
  for (const char* part :
       {"terbit (pemohon), ", "  email     Telah terbit: Izin Penyelenggaraan PAUD nomor 503/017",
        "  whatsapp  Yth. Bapak/Ibu Ahmad Fauzi", "  meta      tenggat_tahap_v2: Siti Aminah | "})
    EXPECT_NE(all.out.find(part), std::string::npos) << part << all;
  const test::Ran english =
      tool.run({"texts", "preview", rules, "--language", "en", "--text", "tahap", "--json"});
  const auto one = boost::json::parse(english.out).as_array();
  ASSERT_EQ(one.size(), 1U) << english;
  EXPECT_EQ(one[0].at("subject"), "Application PAUD-2026-00417 is at the step Kajian Teknis");
  EXPECT_EQ(one[0].at("fields").at("nomor"), "PAUD-2026-00417");
  const test::Ran meta = tool.run({"texts", "meta", rules});
  const auto templates = boost::json::parse(meta.out).as_array();
  EXPECT_GE(templates.size(), 29U);
  EXPECT_EQ(tool.run({"texts", "meta", rules, "--json"}).out, meta.out);
  EXPECT_EQ(templates[0].at("name"), "tenggat_diterima_v2");
  EXPECT_EQ(templates[0].at("category"), "UTILITY");
  EXPECT_EQ(tool.run({"texts", "meta", rules, "--language", "fr"}).code, 1);
  EXPECT_EQ(tool.run({"texts", "preview", rules, "--text", "lain"}).code, 1);
}

TEST(LoadCalendarFile, PrintsFaultsOfTheFileAndOfTheListsBesideIt) {
  const auto dir = std::filesystem::path(::testing::TempDir()) / "cli_offline_test";
  std::filesystem::create_directories(dir);
  std::ofstream(dir / "k.yaml") << "kalender: k\nzona: Mars\nhari_nominal: 7h\ntahun: [2026]\n"
                                   "jam_kerja: {senin: [\"08:00-12:00\"]}\nhari_libur: [l.tsv]\n";
  std::ofstream(dir / "l.tsv") << "2026-02-30\tlibur_nasional\tN\tD\n";
  std::ostringstream faults;
  EXPECT_FALSE(load_calendar_file(dir / "k.yaml", faults));
  const std::string prefix = dir.string();
  EXPECT_NE(faults.str().find(prefix + "/k.yaml:2:7: unknown zone"), std::string::npos)
      << faults.str();
  EXPECT_NE(faults.str().find(prefix + "/l.tsv:1:1: expected a date"), std::string::npos)
      << faults.str();
  std::ostringstream missing;
  EXPECT_FALSE(load_calendar_file(dir / "none.yaml", missing));
  EXPECT_EQ(missing.str(), prefix + "/none.yaml: cannot be read\n");
  EXPECT_FALSE(load_calendar_file(dir, missing));
}

}  // namespace
}  // namespace tenggat
