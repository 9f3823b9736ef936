// `tenggat export` and `db load`: everything out, and in again into an empty database.
#include <boost/json/parse.hpp>

#include "daemon/cli/export_csv.h"
#include "daemon/cli/export_xes.h"
#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using test::Ran;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

class ExportTest : public test::OnDatabase {
 protected:
  ExportTest() {
    migrate();
    if (!connection_) connection_.emplace(connect());
    const auto files = load_rule_files(test::shipped_rules());
    test::await(io_, bring_in(*connection_, *files));
    std::string rows;
    for (int i = 1; i <= 12; ++i)
      rows += "PAUD-2026-0" + std::to_string(1000 + i) + ";I-" + std::to_string(i) +
              ";Rina;TK =1+1;02/03/2026;02/03/2026 09:00;kajian_teknis;03/03/2026 10:00\n";
    const Ran ran = run({"permit", "import",
                         folder_.write("pindahan.csv",
                                       "nomor;id lama;nama;perihal;tanggal masuk;lengkap;tahap;"
                                       "masuk tahap\n" +
                                           rows)});
    EXPECT_EQ(ran.code, kOk) << ran;
    const Ran added = run({"officer", "add", "--id", "dt", "--name", "DT", "--role", "dinas_teknis",
                           "--email", "dt@example.go.id"});
    EXPECT_EQ(added.code, kOk) << added;
  }
  std::string exported(const std::string& format, const std::string& again = "") {
    const std::string directory = (folder_.path() / ("out-" + format + again)).string();
    const Ran ran = run({"export", directory, "--format", format, "--files"});
    EXPECT_EQ(ran.code, kOk) << ran;
    return directory;
  }
  static std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(ExportTest, EverythingComesInAgainWithEqualReportsDossiersAndChains) {
  const std::string directory = exported("jsonl");
  const Ran before = run({"permit", "dossier", "PAUD-2026-01003", "--json"});
  const Ran report = run({"report", "--sop", "paud", "--month", "2026-03"});
  ASSERT_EQ(before.code, kOk) << before;
  ASSERT_EQ(report.code, kOk) << report;
  const Ran not_empty = run({"db", "load", directory});
  EXPECT_EQ(not_empty.code, kRefused);
  EXPECT_NE(not_empty.err.find("not empty"), std::string::npos) << not_empty;

  conninfo_ = test::fresh_database();
  connection_.reset();
  configure(test::shipped_rules());
  migrate();
  const Ran loaded = run({"db", "load", directory});
  ASSERT_EQ(loaded.code, kOk) << loaded;
  const Ran audit = run({"audit", "verify"});
  EXPECT_EQ(audit.code, kOk) << audit;
  const Ran after = run({"permit", "dossier", "PAUD-2026-01003", "--json"});
  ASSERT_EQ(after.code, kOk) << after;
  // But for what time has done since: the file is open.
  const json::value was = json::parse(before.out), is = json::parse(after.out);
  for (const char* part : {"sop", "documents", "chain", "letters"})
    EXPECT_EQ(was.at(part), is.at(part)) << part;
  EXPECT_EQ(was.at_pointer("/timeline/events"), is.at_pointer("/timeline/events"));
  EXPECT_EQ(report.out, run({"report", "--sop", "paud", "--month", "2026-03"}).out);
  EXPECT_EQ(text_of(directory + "/event.jsonl"), text_of(exported("jsonl", "2") + "/event.jsonl"));
}

TEST_F(ExportTest, TheReportIsGivenAsJsonToo) {
  std::vector<std::string> words{"report", "--sop", "paud", "--month", "2026-03", "--json"};
  const Ran ran = run(words);
  ASSERT_EQ(ran.code, kOk) << ran;
  EXPECT_EQ(json::parse(ran.out).at("month"), "2026-03");
  EXPECT_EQ(json::parse(ran.out).at("sop"), "paud");
  words.insert(words.end(), {"--format", "csv"});
  EXPECT_EQ(run(words).code, kUsage);
}

TEST_F(ExportTest, ACutOffExportIsNotLoaded) {
  const std::string directory = exported("jsonl");
  const std::string events = text_of(directory + "/event.jsonl");
  std::ofstream(directory + "/event.jsonl")
      << events.substr(0, events.rfind('\n', events.size() - 2) + 1);
  conninfo_ = test::fresh_database();
  connection_.reset();
  configure(test::shipped_rules());
  migrate();
  const Ran ran = run({"db", "load", directory});
  EXPECT_EQ(ran.code, kRefused);
  EXPECT_NE(ran.err.find("event.jsonl holds"), std::string::npos) << ran;
  EXPECT_EQ(sql("SELECT count(*) FROM permit"), "0");
}

TEST_F(ExportTest, SpreadsheetsGetTheReportsViewsAndNoFormula) {
  const std::string cases = text_of(exported("csv") + "/kasus.csv");
  EXPECT_EQ(cases.substr(0, 3), "\xEF\xBB\xBF");
  EXPECT_NE(cases.find("PAUD-2026-01012"), std::string::npos);
  EXPECT_EQ(csv_row({{"a", "=1+1"}, {"b", 2}, {"c", nullptr}, {"d", "x;\"y\""}}),
            "'=1+1;2;;\"x;\"\"y\"\"\"\r\n");
}

TEST_F(ExportTest, AnEventLogHasAStartAndAnEndForEachVisit) {
  const std::string xes = text_of(exported("xes") + "/tenggat.xes");
  const auto count = [&](const std::string& what) {
    int found = 0;
    for (std::size_t at = xes.find(what); at != std::string::npos; at = xes.find(what, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("<trace>"), 12);
  EXPECT_EQ(count("</trace>"), 12);
  EXPECT_EQ(count("value=\"start\""), 24);
  EXPECT_EQ(count("value=\"complete\""), 12);  // the submission; the review is open
  EXPECT_EQ(xml_escaped("a<b>&\"\n"), "a&lt;b&gt;&amp;&quot; ");
}

TEST_F(ExportTest, WhatIsThereIsNotOverwritten) {
  const std::string directory = exported("csv");
  const Ran ran = run({"export", directory, "--format", "csv"});
  EXPECT_EQ(ran.code, kRefused);
  EXPECT_EQ(run({"export", directory + "2", "--format", "xml"}).code, kUsage);
}

}  // namespace
}  // namespace tenggat::cli
