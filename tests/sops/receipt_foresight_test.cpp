// A city's log cut off at a day and brought in as far as it went: what `tenggat forecast` and
// `tenggat simulate` say then, beside what came of it. What is printed is the finding; demanded is
// little, since one city's year is one city's year.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"
#include "tests/sops/receipt_files.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr int kWeeks = 8;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

const ReplayFiles& whole_log() {
  static const ReplayFiles files = prepare_replay(*receipt_log());
  return files;
}

struct Fate {
  Instant submitted{};
  std::optional<Instant> closed, due;
  std::optional<bool> late;  // none: not known at the log's end
};

std::optional<Instant> instant_of(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return parse_instant(value.as_string());
}

// Of what stands at the end, or ended while it stood, the due says nothing.
std::map<std::string, Fate> fates_of(const ReplayFiles& files) {
  std::map<std::string, Fate> all;
  for (const ReplayCommand& command : files.commands)
    if (command.op == "submit") all[command.of_case].submitted = command.at;
  for (const json::object& one : files.expected) {
    Fate& fate = all.at(std::string(one.at("case").as_string()));
    const json::object& clock = one.at("case_clock").as_object();
    fate.closed = instant_of(clock.at("closed"));
    fate.due = instant_of(clock.at("due"));
    if (!clock.at("verdict").is_null())
      fate.late = clock.at("verdict").as_string() == "missed";
    else if (!fate.closed && fate.due && *fate.due < files.end)
      fate.late = true;
  }
  return all;
}

struct Judged {
  int of = 0, late = 0, held = 0, weeks = 0;
  double brier = 0, base_brier = 0, bias = 0;
};

class ReceiptForesight : public OnDatabase {
 protected:
  void SetUp() override { rules_ = receipt_rules_in(folder_.path()); }
  void cut_off_at(Instant now) {
    connection_.reset();
    conninfo_ = fresh_database();
    configure(rules_);
    migrate();
    connection_.emplace(connect());
    await(io_, bring_in(*connection_, *load_rule_files(rules_)));
    sql("INSERT INTO simulated_clock (start_at, speed, anchor_at) VALUES ('" +
        to_string(Stamp{now, Seconds{0}}) + "', 0, now())");
    const ReplayFiles& whole = whole_log();
    ReplayFiles known;
    for (const ReplayCommand& command : whole.commands)
      if (command.at <= now) known.commands.push_back(command);
    std::string lines;
    for (auto [of_case, past] : histories_of(known)) {
      // Where nobody has done anything yet, that much is its history.
      if (past.visits.empty()) past.visits.emplace_back().step = "confirmation";
      lines += import_line(past, of_case);
    }
    for (const ReplayOfficer& officer : whole.officers) {
      sql("INSERT INTO officer (id, name, email, salt) VALUES ('" + officer.id + "', '" +
          officer.id + "', '" + officer.id + "@example.org', '\\x01')");
      for (const std::string& role : officer.roles)
        sql("INSERT INTO officer_role (officer, role) VALUES ('" + officer.id + "', '" + role +
            "')");
    }
    const Ran ran = run({"permit", "import", folder_.write("log.jsonl", lines), "--json"});
    ASSERT_EQ(ran.code, cli::kOk) << ran.out.substr(0, 3000) << ran.err;
  }
  void judge_forecast(Instant now, const std::map<std::string, Fate>& fates, Judged& judged);
  void judge_simulation(Instant now, const std::map<std::string, Fate>& fates, Judged& judged);

  fs::path rules_;
};

// Of those that were open then and not late yet, and whose fate the log tells.
void ReceiptForesight::judge_forecast(Instant now, const std::map<std::string, Fate>& fates,
                                      Judged& judged) {
  const Ran ran = run({"forecast"});
  ASSERT_EQ(ran.code, cli::kOk) << ran;
  std::cout << ran.out;
  int known = 0, were_late = 0;
  for (const auto& [of_case, fate] : fates)
    if (fate.due && fate.late && *fate.due<now&& * fate.due> now - std::chrono::days(90))
      ++known, were_late += *fate.late;
  const double base = known > 0 ? double(were_late) / known : .5;
  const std::string said = sql(
      "SELECT string_agg(p.external_id || ' ' || f.missed, E'\\n') FROM forecast f JOIN permit p"
      " ON p.id = f.permit WHERE f.seconds_left >= 0");
  std::istringstream in(said);
  std::string of_case;
  int missed = 0;
  Judged here;
  while (in >> of_case >> missed) {
    const Fate& fate = fates.at(of_case);
    if (!fate.late) continue;
    const double chance = missed / 1000., came = *fate.late ? 1 : 0;
    ++here.of;
    here.late += *fate.late;
    here.brier += (chance - came) * (chance - came);
    here.base_brier += (base - came) * (base - came);
    here.bias += chance - came;
  }
  std::cout << fmt::format(
      "forecast: {} open, {} of them came late; Brier {:.3f}, of the last 90 days' share ({:.2f}) "
      "{:.3f}; bias {:+.3f}\n",
      here.of, here.late, here.brier / here.of, base, here.base_brier / here.of,
      here.bias / here.of);
  judged.of += here.of;
  judged.late += here.late;
  judged.brier += here.brier;
  judged.base_brier += here.base_brier;
  judged.bias += here.bias;
}

void ReceiptForesight::judge_simulation(Instant now, const std::map<std::string, Fate>& fates,
                                        Judged& judged) {
  const auto begun = std::chrono::steady_clock::now();
  const Ran ran = run({"simulate", "--weeks", std::to_string(kWeeks), "--json"});
  ASSERT_EQ(ran.code, cli::kOk) << ran;
  const json::value told = json::parse(ran.out);
  std::cout << fmt::format("simulate: {} files of 90 days, {} runs, {} ms\n",
                           told.at("files").as_int64(), told.at("runs").as_int64(),
                           std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::steady_clock::now() - begun)
                               .count());
  Instant from = now;
  for (const json::value& week : told.at("as_it_is").as_array()) {
    const Instant until = *parse_instant(week.at("until").as_string());
    std::map<std::string, int> came;
    for (const auto& [of_case, fate] : fates) {
      const auto within = [&](const std::optional<Instant>& at) {
        return at && *at > from && *at <= until;
      };
      came["arrived"] += within(fate.submitted);
      came["decided"] += within(fate.closed);
      came["late"] += fate.late.value_or(false) && within(fate.due);
      came["open"] += fate.submitted <= until && !(fate.closed && *fate.closed <= until);
    }
    std::string line = std::string(week.at("until").as_string()).substr(0, 10);
    for (const char* what : {"arrived", "decided", "late", "open"}) {
      const auto number = [&](const char* name) {
        return week.at(what).at(name).to_number<double>();
      };
      const bool holds = number("low") <= came[what] && came[what] <= number("high");
      judged.held += holds;
      ++judged.weeks;
      line += fmt::format("  {} {:.0f} ({:.0f}-{:.0f}) came {}{}", what, number("middle"),
                          number("low"), number("high"), came[what], holds ? "" : " !");
    }
    std::cout << line << '\n';
    from = until;
  }
}

TEST_F(ReceiptForesight, WhatWasSaidOnFourDaysOfTheCitysYearIsLaidBesideWhatCame) {
  if (!receipt_log()) GTEST_SKIP() << "no log of a city here: TENGGAT_RECEIPT_LOG names one";
  const std::map<std::string, Fate> fates = fates_of(whole_log());
  Judged judged;
  for (const char* day : {"2011-03-28", "2011-05-30", "2011-08-01", "2011-10-03"}) {
    std::cout << "--- " << day << '\n';
    const Instant now = *parse_instant(std::string(day) + "T08:00:00+02:00");
    cut_off_at(now);
    judge_forecast(now, fates, judged);
    judge_simulation(now, fates, judged);
  }
  const double n = judged.of;
  std::cout << fmt::format(
      "of all: {} open, {} late; Brier {:.3f}, of the last 90 days' share {:.3f}; bias {:+.3f}; {} "
      "of {} weekly figures within what was simulated\n",
      judged.of, judged.late, judged.brier / n, judged.base_brier / n, judged.bias / n, judged.held,
      judged.weeks);
  EXPECT_GT(judged.of, 200);
  EXPECT_LT(judged.brier, judged.base_brier);
  EXPECT_LT(std::abs(judged.bias / n), .05);
  EXPECT_GE(judged.held, judged.weeks * 7 / 10);
}

}  // namespace
}  // namespace tenggat::test
