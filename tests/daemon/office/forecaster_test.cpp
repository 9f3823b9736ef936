// A service's forecast over a real database: what is read, learnt, said, and what comes of it.
#include "daemon/office/forecaster.h"

#include <fmt/format.h>

#include "daemon/office/rule_files.h"
#include "daemon/store/board.h"
#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"
#include "tests/support/past_permits.h"

namespace tenggat::office {
namespace {

using test::await;

pg::Awaitable<store::Moment> read_moment(pg::Connection& connection) {
  return connection.query(store::kMoment);
}

pg::Awaitable<std::vector<std::int64_t>> read_list(pg::Connection& connection,
                                                   store::BoardList list) {
  pg::Pipeline pipeline;
  const store::Ids slot = store::add_board_list(pipeline, list);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  co_return results[slot];
}

// PAUD as it ships, on Wednesday, 2 December 2026, 10:00. Files came in every day from January on:
// every other is studied for a day and drafted for another, the others are studied for eight, which
// is three too many.
class Forecasts : public test::OnDatabase {
 protected:
  void SetUp() override {
    migrate();
    connection_.emplace(connect());
    auto files = load_rule_files(test::shipped_rules());
    ASSERT_TRUE(files);
    for (const store::RuleSet& rules : files->sop_sets)
      await(io_, store::put_in_force(*connection_, store::By::system(), rules));
    for (const store::RuleSet& rules : files->calendar_sets)
      await(io_, store::put_in_force(*connection_, store::By::system(), rules));
    sql("INSERT INTO sop_word (sop, kind, id, name, position, role, standard, standard_seconds,"
        " backward, zone, day_seconds) VALUES"
        " ('paud', 'sop', 'paud', 'PAUD', 0, '', '5d', 0, false, 'Asia/Makassar', 27000),"
        " ('paud', 'step', 'kajian_teknis', 'Kajian', 4, '', '4d', 0, false, '', 0)");
    sql("INSERT INTO simulated_clock (start_at, speed, anchor_at)"
        " VALUES ('2026-12-02T10:00:00+08:00', 0, now())");
    refresh();
  }
  void refresh() {
    moment_ = await(io_, read_moment(*connection_));
    await(io_, rulebook_.refresh(*connection_, moment_));
  }
  const Sop& paud() const { return *rulebook_.sop_in_force("paud"); }
  const Calendar& calendar() const { return rulebook_.calendar(paud().calendar); }

  void add_permit(int n, Instant opened, bool slow) {
    const test::PastPermits past(calendar(), paud().version,
                                 rulebook_.calendar_version(paud().calendar), moment_.now);
    sql(past.sql(past.lived(n, opened, Budget{slow ? 8 : 1, 0, 0},
                            slow ? Budget{0, 0, 30} : Budget{1, 0, 0})));
  }
  // One for each working day before now, the first `from` days ago.
  void add_office(int from) {
    int n = 0;
    for (int day = from; day >= 0; --day) {
      const Instant opened = moment_.now - std::chrono::days(day) - std::chrono::hours(1);
      if (!calendar().is_working(opened)) continue;
      ++n;
      add_permit(n, opened, n % 2 != 0);
    }
    permits_ = n;
  }
  void forecast(ServiceForecast& service) {
    service.begin(paud(), calendar(), moment_.now);
    begin("paud");
    await(io_, forecast_now(service, *connection_));
  }
  void begin(const std::string& sop) { await(io_, begin_round(*connection_, sop)); }
  static pg::Awaitable<void> begin_round(pg::Connection& connection, std::string sop) {
    pg::Pipeline pipeline;
    store::add_begin_forecast(pipeline, sop, std::chrono::seconds(0));
    co_await connection.run(std::move(pipeline));
  }
  void now_is(const std::string& text) {
    sql("UPDATE simulated_clock SET start_at = '" + text + "'");
    refresh();
  }

  store::Moment moment_;
  Rulebook rulebook_{SendRules{}};
  int permits_ = 0;
};

TEST_F(Forecasts, ThoseThatHaveStayedLongerThanTheQuickAreAtRiskAndTheReportsSayWhy) {
  add_office(300);
  ServiceForecast service("paud");
  forecast(service);
  EXPECT_GT(service.outcomes(), 150);
  const std::string open = sql("SELECT count(*) FROM permit WHERE state = 'active'");
  EXPECT_GT(std::stoi(open), 4);
  EXPECT_EQ(sql("SELECT count(*) FROM forecast"), open);
  EXPECT_EQ(sql("SELECT bool_and(f.missed = 1000) FROM forecast f JOIN permit p ON p.id = f.permit"
                " WHERE p.case_due_at < office_now()"),
            "t");
  // Odd ones that are still at the first step after two days, and are not late yet.
  EXPECT_EQ(sql("SELECT bool_and(f.missed > 700 AND f.finish_p50 > p.case_due_at - interval '2 "
                "hours') FROM forecast f JOIN permit p ON p.id = f.permit"
                " WHERE p.id % 2 = 1 AND p.case_due_at > office_now()"
                " AND p.case_opened_at < office_now() - interval '4 days'"),
            "t");
  EXPECT_EQ(sql("SELECT bool_and(step = 'kajian_teknis' AND in_step > 0 AND needs > 0 AND"
                " outcomes > 150 AND legal_missed IS NOT NULL) FROM forecast"
                " WHERE seconds_left >= 0"),
            "t");
  EXPECT_EQ(sql("SELECT langkah_nama FROM laporan.perkiraan WHERE berisiko LIMIT 1"), "Kajian");
  EXPECT_EQ(sql("SELECT cukup_data FROM laporan.perkiraan_layanan WHERE sop = 'paud'"), "t");
  EXPECT_EQ(sql("SELECT open = (SELECT count(*) FROM forecast) AND at_risk > 0 AND expected > 0"
                " AND computed_at = office_now() FROM forecast_service"),
            "t");
  // Nothing of it is on any record.
  EXPECT_EQ(sql("SELECT count(*) FROM event"), "0");
}

TEST_F(Forecasts, ItsRecordBeginsInHindsightAndThenSaysWhatCame) {
  add_office(300);
  ServiceForecast service("paud");
  forecast(service);
  EXPECT_GT(std::stoi(sql("SELECT count(*) FROM forecast_said WHERE hindsight AND late IS NOT "
                          "NULL")),
            100);
  // Knowing who is slow beats the share of late ones.
  EXPECT_EQ(sql("SELECT judged > 30 AND brier < base_brier AND abs(bias) < 100000"
                " FROM forecast_service"),
            "t");
  EXPECT_EQ(sql("SELECT count(*) > 3 FROM laporan.perkiraan_bulanan"), "t");
  const int said = std::stoi(sql("SELECT count(*) FROM forecast_said WHERE NOT hindsight"));
  // A second service on the same database finds that record, and makes up none.
  const std::string all = sql("SELECT count(*) FROM forecast_said");
  ServiceForecast another("paud");
  forecast(another);
  EXPECT_EQ(sql("SELECT count(*) FROM forecast_said"), all);

  // Three weeks later all dues have passed; those that are still open are late.
  sql("INSERT INTO forecast_said (permit, share, sop, said_at, gone, chance, base, base_recent,"
      " issued, hindsight) VALUES (900001, 50, 'paud', office_now(), 500, 500, 500, 500, 500,"
      " false)");  // of a permit that is gone
  now_is("2026-12-23T10:00:00+08:00");
  forecast(service);
  EXPECT_EQ(sql("SELECT count(*) FROM forecast_said WHERE late IS NULL"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM forecast_said WHERE permit = 900001"), "0");
  EXPECT_EQ(std::stoi(sql("SELECT count(*) FROM forecast_said WHERE NOT hindsight AND late")),
            said);
}

TEST_F(Forecasts, OfFewerThanThirtyOutcomesItSaysNothing) {
  add_office(40);
  ServiceForecast service("paud");
  forecast(service);
  EXPECT_LT(service.outcomes(), 30);
  EXPECT_EQ(sql("SELECT count(*) FROM forecast"), "0");
  EXPECT_EQ(sql("SELECT outcomes BETWEEN 1 AND 29 AND computed_at IS NOT NULL AND open = 0"
                " FROM forecast_service"),
            "t");
  const test::Ran ran = run({"forecast"});
  EXPECT_EQ(ran.code, cli::kOk) << ran;
  EXPECT_NE(ran.out.find("paud: belum cukup data, "), std::string::npos) << ran;
}

TEST_F(Forecasts, WhatEndsIsNoLongerSaidAndWhatStandsIsSaidAsIfItWentOn) {
  add_office(300);
  ServiceForecast service("paud");
  forecast(service);
  const std::string ended = sql("SELECT min(permit) FROM forecast"),
                    standing = sql("SELECT max(permit) FROM forecast");
  const int before = std::stoi(sql("SELECT missed FROM forecast WHERE permit = " + standing));
  sql("UPDATE permit SET state = 'withdrawn', case_closed_at = office_now() WHERE id = " + ended);
  sql("UPDATE permit SET case_due_at = NULL WHERE id = " + standing);
  sql("INSERT INTO pause (permit, id, visit, reason, stops_case, from_at, by) VALUES (" + standing +
      ", 1, 2, 'klarifikasi_pemohon', true, office_now(), 'andi')");
  now_is("2026-12-10T10:00:00+08:00");
  forecast(service);
  EXPECT_EQ(sql("SELECT count(*) FROM forecast WHERE permit = " + ended), "0");
  EXPECT_EQ(sql("SELECT stands FROM forecast WHERE permit = " + standing), "t");
  EXPECT_NEAR(std::stoi(sql("SELECT missed FROM forecast WHERE permit = " + standing)), before,
              150);
}

// The board's list of those at risk, to the permit.
TEST_F(Forecasts, TheBoardListsThoseAtRiskAlone) {
  const Instant opened = moment_.now - std::chrono::days(1);  // due next week
  for (int n = 1; n <= 12; ++n) add_permit(n, opened, true);
  const auto said = [&](int permit, int missed, const char* left = "3600",
                        const char* sop = "paud") {
    sql(
        fmt::format("INSERT INTO forecast (permit, sop, missed, by_base, stands, step, in_step,"
                    " seconds_left, outcomes, computed_at) VALUES ({}, '{}', {}, false, false,"
                    " 'kajian_teknis', 0, {}, 40, office_now())",
                    permit, sop, missed, left));
  };
  said(1, 500);
  said(2, 499);  // rather not
  said(3, 940);
  said(4, 700);
  said(5, 700);  // of two that are as likely the one that is due first
  sql("UPDATE permit SET case_due_at = case_due_at - interval '1 hour' WHERE id = 5");
  said(6, 1000, "-60");  // past its due then
  said(7, 990);          // past it since
  sql("UPDATE permit SET case_due_at = office_now() - interval '1 second' WHERE id = 7");
  said(8, 980);  // has ended since
  sql("UPDATE permit SET state = 'withdrawn' WHERE id = 8");
  said(9, 970);  // its case has
  sql("UPDATE permit SET case_closed_at = office_now(), case_verdict = 'met' WHERE id = 9");
  said(10, 960, "3600", "pbg");  // another service's
  said(11, 600);                 // stands: no due
  sql("UPDATE permit SET case_due_at = NULL, state = 'returned' WHERE id = 11");
  said(12, 500, "0");  // due this moment
  sql("UPDATE permit SET case_due_at = office_now() WHERE id = 12");
  store::BoardList list;
  list.which = "at_risk";
  list.period.sop = "paud";
  list.limit = 20;
  const auto listed = [&] { return await(io_, read_list(*connection_, list)); };
  EXPECT_EQ(listed(), (std::vector<std::int64_t>{3, 5, 4, 11, 12, 1}));
  list.limit = 3;  // and one more, so that it is known whether there are
  EXPECT_EQ(listed(), (std::vector<std::int64_t>{3, 5, 4, 11}));
  list.period.sop = "pbg";
  EXPECT_EQ(listed(), (std::vector<std::int64_t>{10}));
}

TEST_F(Forecasts, TheWorkerSaysTheSameAsTheCommandAndOneAtATime) {
  add_office(300);
  const test::Ran told = run({"forecast", "--json"});
  ASSERT_EQ(told.code, cli::kOk) << told;
  const std::string by_command =
      sql("SELECT string_agg(permit || ':' || missed || ':' ||"
          " finish_p50, ' ' ORDER BY permit) FROM forecast");
  sql("DELETE FROM forecast; DELETE FROM forecast_service");
  Metrics metrics{MetricsOptions{}};
  pg::PoolOptions options{std::string(conninfo_)};
  pg::Pool pool(io_.get_executor(), options);
  {
    Forecaster worker(io_.get_executor(), pool, rulebook_, metrics);
    await(io_, worker.run_once());
    EXPECT_EQ(sql("SELECT string_agg(permit || ':' || missed || ':' || finish_p50, ' '"
                  " ORDER BY permit) FROM forecast"),
              by_command);
    // The next daemon leaves the round to the first.
    sql("DELETE FROM forecast");
    Forecaster next(io_.get_executor(), pool, rulebook_, metrics);
    await(io_, next.run_once());
    EXPECT_EQ(sql("SELECT count(*) FROM forecast"), "0");
  }
  pool.close();
}

TEST_F(Forecasts, TheCommandTellsOfOnePermit) {
  add_office(300);
  const std::string risky =
      sql("SELECT max(number) FROM permit WHERE state = 'active' AND id % 2 ="
          " 1 AND case_opened_at < office_now() - interval '4 days' AND"
          " case_due_at > office_now()");
  const test::Ran ran = run({"forecast", risky});
  EXPECT_EQ(ran.code, cli::kOk) << ran;
  EXPECT_NE(ran.out.find(" to miss its due, at risk\n"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("  basis: "), std::string::npos) << ran;
  const test::Ran closed = run({"forecast", "P-1"});
  EXPECT_NE(closed.out.find("P-1: nothing to tell"), std::string::npos) << closed;
  EXPECT_EQ(run({"forecast", "P-0"}).code, cli::kRefused);
}

TEST_F(Forecasts, TheOfficeIsRunForwardWithOtherOfficersAbsencesAndArrivals) {
  add_office(120);
  sql("INSERT INTO officer (id, name) VALUES ('fo', 'A'), ('dt1', 'B'), ('dt2', 'C'), ('bo', 'D')");
  sql("INSERT INTO officer_role (officer, role) VALUES ('fo', 'front_office'),"
      " ('dt1', 'dinas_teknis'), ('dt2', 'dinas_teknis'), ('bo', 'back_office')");
  const std::vector<std::string> asked = {
      "simulate", "--officers", "teknis=+1", "--absence", "2026-12-07..11", "--arrivals", "x1.3",
      "--weeks",  "4",          "--runs",    "20"};
  const test::Ran ran = run(asked);
  EXPECT_EQ(ran.code, cli::kOk) << ran;
  EXPECT_NE(ran.out.find("\nWhat if:\n"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("dinas_teknis"), std::string::npos) << ran;
  EXPECT_EQ(run(asked).out, ran.out);  // the same seed
  const std::string before = sql("SELECT count(*) FROM forecast");
  EXPECT_EQ(before, "0");  // nothing is written
  EXPECT_EQ(run({"simulate", "--officers", "teknis"}).code, cli::kUsage);
  EXPECT_EQ(run({"simulate", "--arrivals", "x-1"}).code, cli::kUsage);
  EXPECT_EQ(run({"simulate", "--absence", "2026-12-11..07"}).code, cli::kUsage);
  EXPECT_EQ(run({"simulate", "--officers", "juru_tulis=+1"}).code, cli::kRefused);
}

}  // namespace
}  // namespace tenggat::office
