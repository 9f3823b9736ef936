// A city's log brought in as history by `tenggat permit import`: the rows that the database then
// holds have the durations and verdicts of the replay, to the second, the record holds, and an
// event log for process mining has the spans of the visits. TENGGAT_KEEP_XES names where that event
// log is left, for who reads it by other means.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"
#include "tests/sops/receipt_files.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

class ReceiptImport : public OnDatabase {
 protected:
  ReceiptImport() {
    const fs::path rules = receipt_rules_in(folder_.path());
    configure(rules);
    migrate();
    if (!connection_) connection_.emplace(connect());
    await(io_, bring_in(*connection_, *load_rule_files(rules)));
  }
  void expect_equal_sojourn_times() {
    const std::string python = std::string(TENGGAT_PROCESS_MINING) + "/venv/bin/python";
    if (!fs::exists(python)) {
      std::cout << "pm4py is not installed: nobody else has read the event log\n";
      return;
    }
    const std::string xes = (folder_.path() / "xes").string(),
                      csv = (folder_.path() / "csv").string();
    EXPECT_EQ(run({"export", xes, "--format", "xes"}).code, cli::kOk);
    EXPECT_EQ(run({"export", csv, "--format", "csv"}).code, cli::kOk);
    const std::string said = (folder_.path() / "said").string();
    const std::string command = fmt::format(
        "TQDM_DISABLE=1 PYTHONWARNINGS=ignore '{}' '{}/tests/process_mining/sojourn.py'"
        " '{}/tenggat.xes' '{}/kunjungan.csv' >'{}' 2>&1",
        python, TENGGAT_SOURCE_DIR, xes, csv, said);
    const int status = std::system(command.c_str());
    std::ifstream in(said);
    const std::string words{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(status, 0) << words;
    // Behind its own greeting.
    const std::size_t end = words.find_last_not_of('\n'), begin = words.rfind('\n', end);
    std::cout << "pm4py: " << words.substr(begin + 1, end - begin) << '\n';
  }
  // The visits of a case as "step#n elapsed verdict waited handled", in their order.
  std::string kept(const std::string& of_case) {
    return sql(
        "SELECT string_agg(concat_ws(' ', v.step || '#' || v.occurrence, v.elapsed,"
        " coalesce(v.verdict, '-')), ', ' ORDER BY v.id) FROM visit v JOIN permit p"
        " ON p.id = v.permit WHERE v.closed_at IS NOT NULL AND p.external_id = '" +
        of_case + "'");
  }
  static std::string expected(const json::object& of_case) {
    std::string all;
    for (const json::value& visit : of_case.at("visits").as_array()) {
      if (visit.at("closed").is_null()) continue;
      const json::value& verdict = visit.at("verdict");
      all += fmt::format(
          "{}{}#{} {} {}", all.empty() ? "" : ", ", std::string_view(visit.at("step").as_string()),
          visit.at("visit").as_int64(), visit.at("elapsed").as_int64(),
          verdict.is_null() ? std::string_view("-") : std::string_view(verdict.as_string()));
    }
    return all;
  }
};

TEST_F(ReceiptImport, ByTheProgramTheDurationsAreThoseOfTheReplay) {
  const auto log = receipt_log();
  if (!log) GTEST_SKIP() << "no log of a city here: TENGGAT_RECEIPT_LOG names one";
  const ReplayFiles files = prepare_replay(*log);
  std::string lines;
  for (const auto& [of_case, past] : histories_of(files)) lines += import_line(past, of_case);
  for (const ReplayOfficer& officer : files.officers)
    sql("INSERT INTO officer (id, name, email, salt) VALUES ('" + officer.id + "', '" + officer.id +
        "', '" + officer.id + "@example.org', '\\x01')");
  const auto begun = std::chrono::steady_clock::now();
  const Ran ran = run({"permit", "import", folder_.write("log.jsonl", lines), "--json"});
  ASSERT_EQ(ran.code, cli::kOk) << ran.out.substr(0, 3000) << ran.err;
  std::cout << fmt::format("{} cases imported in {} ms\n", files.expected.size(),
                           std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::steady_clock::now() - begun)
                               .count());
  EXPECT_EQ(sql("SELECT count(*) FROM permit"), std::to_string(files.expected.size()));
  std::size_t differing = 0;
  for (const json::object& one : files.expected) {
    const std::string of_case(one.at("case").as_string());
    if (one.at("state").as_string() == "active") continue;  // its clocks run on until today
    const std::string is = kept(of_case);
    if (is == expected(one)) continue;
    ADD_FAILURE() << of_case << "\n" << is << "\n" << expected(one);
    if (++differing == 10) FAIL() << "and more";
  }
  EXPECT_EQ(sql("SELECT count(*) FROM notice WHERE permit > 0"), "0");
  const Ran audit = run({"audit", "verify"});
  EXPECT_EQ(audit.code, cli::kOk) << audit.out.substr(0, 3000);
  expect_equal_sojourn_times();
}

}  // namespace
}  // namespace tenggat::test
