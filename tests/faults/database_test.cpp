// The database's bad days as the committer and the watch live through them: each test is one line
// of what must hold. What concerns a single session is in tests/daemon/pg.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "daemon/base/clock.h"
#include "daemon/office/composer.h"
#include "daemon/office/watch.h"
#include "tests/faults/desk.h"
#include "tests/support/await.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;
using Kind = CommandAnswer::Kind;
using Direction = FaultProxy::Direction;

DeskOptions with(office::CommitterOptions committer) {
  DeskOptions options;
  options.committer = committer;
  return options;
}

DeskOptions quick_flights(std::chrono::milliseconds within) {
  office::CommitterOptions committer;
  committer.flight_within = within;
  return with(committer);
}

// Somebody else's session on the same database, not through the proxy.
class OtherSession {
 public:
  OtherSession(TestPostgres& server, const std::string& database)
      : session_(PQconnectdb(server.conninfo(database).c_str()), &PQfinish) {}
  std::string run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(session_.get(), sql.c_str()),
                                                               &PQclear);
    const auto status = PQresultStatus(result.get());
    EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        << PQerrorMessage(session_.get());
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }
  int notifications() {
    PQconsumeInput(session_.get());
    int count = 0;
    while (PGnotify* one = PQnotifies(session_.get())) {
      ++count;
      PQfreemem(one);
    }
    return count;
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> session_;
};

std::string in_state(const std::string& what) {
  return "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
         " AND application_name = 'tenggatd' AND " +
         what;
}

std::vector<CommandRequest> submissions(std::int64_t token, const std::string& name, int count) {
  std::vector<CommandRequest> all;
  for (int i = 0; i < count; ++i)
    all.push_back(Desk::submission(token, name + "-" + std::to_string(i)));
  return all;
}

std::vector<Desk::WaitingPtr> ask_all(Desk& desk, const std::vector<CommandRequest>& commands) {
  std::vector<Desk::WaitingPtr> waiting;
  for (const CommandRequest& one : commands) waiting.push_back(desk.ask(one));
  return waiting;
}

bool was_applied(const Desk::WaitingPtr& one) {
  return one->answer && (one->answer->kind == Kind::done || one->answer->kind == Kind::repeated);
}

// --- The clock -----------------------------------------------------------------------------------

TEST(Clock, ACommandThatWaitedBehindALockGetsTheInstantAfterTheWait) {
  DeskOptions options;
  options.clock_speed = 3600;  // a millisecond is 3.6 of the office's seconds
  Desk desk(std::move(options));
  desk.answer_to(Desk::submission(1, "first"));

  OtherSession other(shared_postgres(), desk.database());
  other.run("BEGIN");
  other.run("SELECT last FROM permit_number FOR UPDATE");
  const auto waiting = desk.ask(Desk::submission(1, "second"));
  desk.run_until([&] { return desk.query(in_state("wait_event_type = 'Lock'")) == "1"; });
  const std::string before = desk.query("SELECT office_now()");
  desk.run_until([&] {
    return desk.query("SELECT office_now() > '" + before + "'::timestamptz + interval '10 min'") ==
           "t";
  });
  const std::string released = desk.query("SELECT date_trunc('second', office_now())");
  other.run("COMMIT");
  desk.wait_for({waiting});
  EXPECT_TRUE(was_applied(waiting));
  EXPECT_EQ(desk.query("SELECT submitted_at >= '" + released +
                       "' FROM permit WHERE subject = 'PAUD second'"),
            "t");
}

TEST(Clock, APermitThatSomebodyElseHoldsIsDecidedAtTheInstantItIsHad) {
  DeskOptions options;
  options.clock_speed = 60;
  Desk desk(std::move(options));
  const std::int64_t permit = desk.permit_of(desk.answer_to(Desk::submission(1, "s")));
  OtherSession other(shared_postgres(), desk.database());
  other.run("BEGIN");
  other.run("SELECT id FROM permit FOR UPDATE");
  const auto waiting = desk.ask(Desk::accept(permit, 1, "a"));
  const std::string before = desk.query("SELECT office_now()");
  desk.run_until([&] {
    return desk.query("SELECT office_now() > '" + before + "'::timestamptz + interval '10 s'") ==
           "t";
  });
  EXPECT_FALSE(waiting->answer);
  const std::string released = desk.query("SELECT date_trunc('second', office_now())");
  other.run("COMMIT");
  desk.wait_for({waiting});
  EXPECT_TRUE(was_applied(waiting));
  EXPECT_EQ(desk.query("SELECT closed_at >= '" + released + "' FROM visit WHERE id = 2"), "t");
}

TEST(Clock, ADatabaseClockSetBackNeverPutsAnEventBeforeTheLastOne) {
  Desk desk({});
  const std::int64_t permit = desk.permit_of(desk.answer_to(Desk::submission(1, "s")));
  // Straight in its row: our own tools would refuse.
  desk.query("UPDATE simulated_clock SET start_at = '2026-04-02T13:00:00+08:00'");
  ASSERT_EQ(desk.query("SELECT office_now() AT TIME ZONE 'UTC'"), "2026-04-02 05:00:00");
  const CommandAnswer answer = desk.answer_to(Desk::accept(permit, 1, "a"));
  EXPECT_EQ(answer.kind, Kind::done);
  EXPECT_EQ(desk.query("SELECT count(DISTINCT at) || ' ' || min(at AT TIME ZONE 'UTC') FROM event"),
            "1 2026-04-02 06:00:00");
}

// --- COMMIT --------------------------------------------------------------------------------------

TEST(Commit, AnAnswerThatNeverCameIsSettledByItsKeyWhereItHadCommitted) {
  Desk desk({});
  const CommandRequest submission = Desk::submission(1, "s");
  desk.proxy().swallow_commit_answers(1);
  const CommandAnswer first = desk.answer_to(submission);
  EXPECT_EQ(first.kind, Kind::repeated);
  EXPECT_EQ(first.status, 201);
  const std::int64_t permit = desk.permit_of(first);

  const CommandRequest accept = Desk::accept(permit, 1, "a");
  desk.proxy().swallow_commit_answers(1);
  const CommandAnswer second = desk.answer_to(accept);
  EXPECT_EQ(second.kind, Kind::repeated);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(desk.proxy().counts().answers_swallowed, 2U);
  EXPECT_EQ(desk.not_once({submission, accept}), "");
  EXPECT_EQ(desk.query("SELECT count(*) FROM visit"), "3");
}

TEST(Commit, AnAnswerThatNeverCameIsSettledByItsKeyWhereItHadNot) {
  Desk desk({});
  const CommandRequest submission = Desk::submission(1, "s");
  desk.proxy().keep_back_commits(1);
  const CommandAnswer first = desk.answer_to(submission);
  EXPECT_EQ(first.kind, Kind::done);
  const CommandRequest accept = Desk::accept(desk.permit_of(first), 1, "a");
  desk.proxy().keep_back_commits(1);
  EXPECT_EQ(desk.answer_to(accept).kind, Kind::done);
  EXPECT_EQ(desk.proxy().counts().commits_kept_back, 2U);
  EXPECT_EQ(desk.not_once({submission, accept}), "");
}

TEST(Commit, EveryThirdAnswerLostAndEveryFourthCommitKeptBackAppliesEachCommandOnce) {
  office::CommitterOptions committer;
  committer.batch_max = 4;
  Desk desk(with(committer));
  desk.proxy().swallow_commit_answers(0, 3);
  desk.proxy().keep_back_commits(0, 4);
  const std::vector<CommandRequest> commands = submissions(1, "s", 60);
  const auto waiting = ask_all(desk, commands);
  desk.wait_for(waiting);
  for (const auto& one : waiting) EXPECT_TRUE(was_applied(one));
  const FaultProxy::Counts counts = desk.proxy().counts();
  EXPECT_GE(counts.answers_swallowed, 5U);
  EXPECT_GE(counts.commits_kept_back, 4U);
  EXPECT_EQ(desk.not_once(commands), "");
  std::cout << counts.commits << " COMMITs: " << counts.answers_swallowed << " answers lost, "
            << counts.commits_kept_back << " kept back\n";
}

// The server waits for a standby that is not there; our patience ends before its.
TEST(Commit, OneThatTakesTooLongIsNeverCancelledAndCountsOnce) {
  TestPostgres server;
  DeskOptions options = quick_flights(300ms);
  options.server = &server;
  Desk desk(std::move(options));
  server.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'");
  server.execute("SELECT pg_reload_conf()");
  const CommandRequest submission = Desk::submission(1, "s");
  const auto waiting = desk.ask(submission);
  desk.run_until([&] { return desk.query(in_state("wait_event = 'SyncRep'")) == "1"; });
  // It tried again, and stands behind the first one's key.
  desk.run_until([&] { return desk.proxy().counts().connections >= 3; });
  EXPECT_EQ(desk.query(in_state("wait_event = 'SyncRep'")), "1");
  EXPECT_FALSE(waiting->answer);
  server.execute("ALTER SYSTEM RESET synchronous_standby_names");
  server.execute("SELECT pg_reload_conf()");
  desk.wait_for({waiting});
  EXPECT_EQ(waiting->answer->kind, Kind::repeated);
  EXPECT_EQ(desk.not_once({submission}), "");
}

// --- Cuts and silence ----------------------------------------------------------------------------

// From the first byte of a new session to the answer to COMMIT: after each message, in each
// direction.
TEST(Cut, AtEveryPhaseACommandIsAppliedOnceAndAnswered) {
  Desk desk({});
  std::vector<CommandRequest> commands;
  std::size_t phases = 0;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    for (std::size_t n = 1;; n += n < 4 ? 1 : 5) {
      desk.proxy().cut();  // so that the next command begins with a new session
      const std::size_t before = desk.proxy().counts().cut;
      desk.proxy().cut_after(direction, n);
      const std::string name =
          std::to_string(n) + (direction == Direction::to_server ? "-up" : "-down");
      commands.push_back(Desk::submission(1, name));
      const auto waiting = desk.ask(commands.back());
      desk.wait_for({waiting});
      EXPECT_TRUE(was_applied(waiting)) << name;
      if (desk.proxy().counts().cut == before) break;
      ++phases;
    }
    desk.proxy().pass();
  }
  EXPECT_GT(phases, 20U);
  EXPECT_EQ(desk.not_once(commands), "");
  std::cout << phases << " phases cut\n";
}

TEST(Cut, ADelayLongerThanAFlightMayTakeEndsAndEachCommandIsAppliedOnce) {
  Desk desk(quick_flights(300ms));
  const std::vector<CommandRequest> commands = submissions(1, "s", 5);
  desk.answer_to(Desk::submission(1, "warm"));
  desk.proxy().delay(Direction::to_client, 350ms);
  const auto waiting = ask_all(desk, commands);
  const std::size_t sessions = desk.proxy().counts().connections;
  desk.run_until([&] { return desk.proxy().counts().connections >= sessions + 2; });
  EXPECT_FALSE(waiting.front()->answer);
  desk.proxy().pass();
  desk.wait_for(waiting);
  for (const auto& one : waiting) EXPECT_TRUE(was_applied(one));
  EXPECT_EQ(desk.not_once(commands), "");
}

TEST(Silence, ABlackHoleCostsOneFlightAndThenCommandsFlowAgain) {
  Desk desk(quick_flights(300ms));
  desk.answer_to(Desk::submission(1, "warm"));
  desk.proxy().black_hole();
  const std::size_t sessions = desk.proxy().counts().connections;
  const std::vector<CommandRequest> commands = submissions(1, "s", 3);
  const auto waiting = ask_all(desk, commands);
  // The old session went mute, and so did a new one.
  desk.run_until([&] {
    const auto counts = desk.proxy().counts();
    return counts.connections > sessions && counts.bytes_swallowed > 0;
  });
  EXPECT_FALSE(waiting.front()->answer);
  desk.proxy().pass();
  desk.wait_for(waiting);
  for (const auto& one : waiting) EXPECT_TRUE(was_applied(one));
  EXPECT_EQ(desk.not_once(commands), "");
}

// The server does not hear either that the client has gone: its session keeps the permit's lock.
TEST(Silence, ALockLeftBehindByALostSessionIsFreedByTheServer) {
  DeskOptions options = quick_flights(300ms);
  options.conninfo = "options='-c idle_in_transaction_session_timeout=1000'";
  Desk desk(std::move(options));
  const std::int64_t permit = desk.permit_of(desk.answer_to(Desk::submission(1, "s")));
  desk.proxy().delay(Direction::to_client, 1h);
  const CommandRequest accept = Desk::accept(permit, 1, "a");
  const auto waiting = desk.ask(accept);
  desk.run_until([&] { return desk.query(in_state("state = 'idle in transaction'")) == "1"; });
  desk.proxy().black_hole();
  const std::size_t sessions = desk.proxy().counts().connections;
  desk.run_until([&] { return desk.proxy().counts().connections > sessions; });
  desk.proxy().pass();
  desk.wait_for({waiting});
  EXPECT_TRUE(was_applied(waiting));
  EXPECT_EQ(desk.not_once({accept}), "");
}

pg::Awaitable<std::string> setting_of(pg::Pool& pool, std::string name) {
  pg::Pool::Lease lease = co_await pool.acquire();
  const pg::Result result = co_await lease->query("SELECT current_setting($1)", name);
  co_return std::string(result.text(0, 0));
}

TEST(Silence, TheServerIsAskedToEndSessionsWhoseClientHasGone) {
  Desk desk({});
  EXPECT_EQ(await(desk.io(), setting_of(desk.pool(), "idle_in_transaction_session_timeout")), "5s");
  EXPECT_EQ(await(desk.io(), setting_of(desk.pool(), "client_connection_check_interval")), "5s");
}

// Sessions that gave up behind somebody's lock would fill the server one by one.
TEST(Silence, SessionsThatGaveUpBehindALockDoNotPileUp) {
  DeskOptions options = quick_flights(200ms);
  options.conninfo = "options='-c client_connection_check_interval=100'";
  Desk desk(std::move(options));
  desk.answer_to(Desk::submission(1, "first"));
  OtherSession other(shared_postgres(), desk.database());
  other.run("BEGIN");
  other.run("SELECT last FROM permit_number FOR UPDATE");
  const CommandRequest second = Desk::submission(1, "second");
  const auto waiting = desk.ask(second);
  desk.run_until([&] { return desk.proxy().counts().connections >= 8; });
  EXPECT_LE(std::stoi(desk.query(in_state("true"))), 3);
  other.run("COMMIT");
  desk.wait_for({waiting});
  EXPECT_TRUE(was_applied(waiting));
  EXPECT_EQ(desk.not_once({second}), "");
}

// --- Migrations and poison -----------------------------------------------------------------------

TEST(Migration, AStatementOutdatedByItIsDoneAgainOnAFreshSession) {
  Desk desk({});
  const std::int64_t permit = desk.permit_of(desk.answer_to(Desk::submission(1, "s")));
  const std::int64_t other = desk.permit_of(desk.answer_to(Desk::submission(1, "t")));
  EXPECT_EQ(desk.answer_to(Desk::accept(permit, 1, "a")).kind, Kind::done);
  desk.query("ALTER TABLE permit ALTER COLUMN external_id TYPE varchar(500)");
  const std::size_t sessions = desk.proxy().counts().connections;
  EXPECT_EQ(desk.answer_to(Desk::accept(other, 1, "b")).kind, Kind::done);
  EXPECT_EQ(desk.proxy().counts().connections, sessions + 1);
}

void poison_submissions_named(Desk& desk, const std::string& subject) {
  desk.query(
      "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.subject = '" +
      subject + "' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$");
  desk.query(
      "CREATE TRIGGER poison BEFORE INSERT ON permit FOR EACH ROW EXECUTE FUNCTION poison()");
}

TEST(Poison, ACommandThatCannotBeWrittenStandsAloneThroughLostAnswersAndCuts) {
  Desk desk({});
  poison_submissions_named(desk, "PAUD s-5");
  desk.proxy().swallow_commit_answers(0, 2);
  desk.proxy().keep_back_commits(0, 3);
  std::vector<CommandRequest> commands = submissions(1, "s", 12);
  const auto waiting = ask_all(desk, commands);
  desk.wait_for(waiting);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    ASSERT_TRUE(waiting[i]->answer) << i;
    if (i == 5)
      EXPECT_EQ(waiting[i]->answer->kind, Kind::failed);
    else
      EXPECT_TRUE(was_applied(waiting[i])) << i;
  }
  EXPECT_GE(desk.proxy().counts().answers_swallowed, 1U);
  EXPECT_GE(desk.proxy().counts().commits_kept_back, 1U);
  commands.erase(commands.begin() + 5);
  EXPECT_EQ(desk.not_once(commands), "");
  EXPECT_EQ(desk.query("SELECT count(*) FROM permit"), "11");
}

pg::Awaitable<int> watch_for(office::Watch& watch, int rounds) {
  int failures = 0;
  for (int i = 0; i < rounds; ++i) {
    try {
      for (int due = 1; due > 0;) due = co_await watch.run_once();
      co_return failures;
    } catch (const pg::Error&) {
      ++failures;
    }
  }
  co_return failures;
}

TEST(Poison, APermitWhoseRungsCannotBeWrittenIsSetAsideAndItsNeighboursGoOn) {
  Desk desk({});
  const auto waiting = ask_all(desk, submissions(1, "s", 20));
  desk.wait_for(waiting);
  const std::int64_t poisoned = desk.permit_of(*waiting[7]->answer);
  desk.query(
      "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.permit = " +
      std::to_string(poisoned) +
      " AND NEW.rung = 'due' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$");
  desk.query(
      "CREATE TRIGGER poison BEFORE INSERT ON raised_rung FOR EACH ROW EXECUTE FUNCTION poison()");
  desk.clock_is("2026-04-02T14:30:00+08:00");
  pg::Pool pool(desk.io().get_executor(), pg::PoolOptions(desk.proxy().conninfo(desk.database())));
  office::Watch watch(desk.io().get_executor(), pool, desk.rulebook(), desk.metrics());
  EXPECT_LE(await(desk.io(), watch_for(watch, 5)), 1);
  EXPECT_EQ(desk.query("SELECT count(DISTINCT permit) FROM raised_rung WHERE rung = 'due'"), "19");
  EXPECT_EQ(desk.query("SELECT count(*) FROM visit WHERE check_at <= office_now()"), "0");
  // Set aside, not forgotten.
  desk.query("DROP TRIGGER poison ON raised_rung");
  desk.clock_is("2026-04-02T14:45:00+08:00");
  await(desk.io(), watch.look_at_set_aside());
  EXPECT_EQ(desk.query("SELECT count(DISTINCT permit) FROM raised_rung WHERE rung = 'due'"), "20");
  EXPECT_EQ(desk.query("SELECT count(*) FROM permit_set_aside"), "0");
}

TEST(Poison, APermitThatCannotBeReadIsSetAsideAndTheDeadlinesOfTheOthersAreWatched) {
  Desk desk({});
  const auto waiting = ask_all(desk, submissions(1, "s", 20));
  desk.wait_for(waiting);
  const std::string poisoned = std::to_string(desk.permit_of(*waiting[7]->answer));
  desk.query("UPDATE permit SET state = 'entah' WHERE id = " + poisoned);
  desk.clock_is("2026-04-02T14:30:00+08:00");
  pg::Pool pool(desk.io().get_executor(), pg::PoolOptions(desk.proxy().conninfo(desk.database())));
  office::Watch watch(desk.io().get_executor(), pool, desk.rulebook(), desk.metrics());
  await(desk.io(), watch_for(watch, 5));
  EXPECT_EQ(desk.query("SELECT count(DISTINCT permit) FROM raised_rung WHERE rung = 'due'"), "19");
  EXPECT_EQ(desk.query("SELECT string_agg(permit::text, ' ') FROM permit_set_aside"), poisoned);
  // In vain twice: it is left alone for twice as long.
  desk.clock_is("2026-04-02T14:45:00+08:00");
  await(desk.io(), watch.look_at_set_aside());
  EXPECT_EQ(desk.query("SELECT check_at - office_now() FROM visit WHERE check_at IS NOT NULL"
                       " AND permit = " +
                       poisoned),
            "00:20:00");
  desk.query("UPDATE permit SET state = 'active' WHERE id = " + poisoned);
  desk.clock_is("2026-04-02T15:10:00+08:00");
  office::Watch started_anew(desk.io().get_executor(), pool, desk.rulebook(), desk.metrics());
  await(desk.io(), started_anew.look_at_set_aside());
  EXPECT_EQ(desk.query("SELECT count(DISTINCT permit) FROM raised_rung WHERE rung = 'due'"), "20");
}

office::ComposerSettings composer_settings() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/texts/id.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  office::ComposerSettings settings;
  settings.office = {"DPMPTSP", "https://x.example", ""};
  settings.calendar = "banjarbaru";
  settings.texts =
      std::make_shared<const notify::Texts>(notify::load_texts({"id.yaml", text.str()}).value());
  return settings;
}

pg::Awaitable<void> compose_all(office::Composer& composer) {
  for (int settled = 1; settled > 0;) settled = co_await composer.run_once();
}

// Each permit owes its applicant one message; that of permits[7] fails as the test arranges.
class PoisonedNotice : public ::testing::Test {
 protected:
  PoisonedNotice()
      : pool_(desk_.io().get_executor(), pg::PoolOptions(desk_.proxy().conninfo(desk_.database()))),
        composer_(desk_.io().get_executor(), pool_, desk_.rulebook(), desk_.metrics(),
                  composer_settings()) {
    const auto waiting = ask_all(desk_, submissions(1, "s", 20));
    desk_.wait_for(waiting);
    poisoned_ = std::to_string(desk_.permit_of(*waiting[7]->answer));
  }
  void expect_the_others_told_and_it_later(const std::string& heal) {
    desk_.clock_is("2026-04-02T14:10:00+08:00");
    await(desk_.io(), compose_all(composer_));
    EXPECT_EQ(desk_.query(kApplicantsTold), "19");
    EXPECT_EQ(
        desk_.query("SELECT count(*) || ' ' || min(permit) FROM notice WHERE state = 'pending'"
                    " AND audience = 'applicant'"),
        "1 " + poisoned_);
    desk_.query(heal);
    desk_.clock_is("2026-04-02T14:25:00+08:00");
    await(desk_.io(), composer_.look_at_set_aside());
    EXPECT_EQ(desk_.query(kApplicantsTold), "20");
  }
  // So many more to each applicant that nobody can render, older than all others.
  void poison(int each) {
    desk_.query(
        "INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
        " raised_at, hold_until, cause, details, send_at) SELECT permit, visit, kind, k + 1000 * g,"
        " occurrence, addressee, audience, 'teks_yang_tidak_ada', reason, raised_at, hold_until,"
        " cause, details, send_at - interval '1 hour' FROM notice, generate_series(1, " +
        std::to_string(each) + ") g WHERE audience = 'applicant'");
  }
  static constexpr const char* kApplicantsTold =
      "SELECT count(DISTINCT recipient) FROM message WHERE recipient LIKE 'applicant:%'";

  Desk desk_{{}};
  pg::Pool pool_;
  office::Composer composer_;
  std::string poisoned_;
};

TEST_F(PoisonedNotice, ThatCannotBeWrittenIsPutOffAndItsNeighboursGoOn) {
  desk_.query(
      "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF NEW.recipient = 'applicant:" +
      poisoned_ + "' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$");
  desk_.query(
      "CREATE TRIGGER poison BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION poison()");
  expect_the_others_told_and_it_later("DROP TRIGGER poison ON message");
}

TEST_F(PoisonedNotice, ThatCannotBeRenderedIsPutOffAndItsNeighboursGoOn) {
  const std::string text = desk_.query("SELECT min(text) FROM notice WHERE audience = 'applicant'");
  const std::string its = " WHERE audience = 'applicant' AND permit = " + poisoned_;
  desk_.query("UPDATE notice SET text = 'teks_yang_tidak_ada'" + its);
  expect_the_others_told_and_it_later("UPDATE notice SET text = '" + text + "'" + its);
}

TEST_F(PoisonedNotice, ThousandsOfThemCostTheOthersNothing) {
  poison(145);
  desk_.clock_is("2026-04-02T14:10:00+08:00");
  // One round for all of them, and one that finds nothing left.
  EXPECT_EQ(await(desk_.io(), composer_.run_once()), 2900 + 40);
  EXPECT_EQ(desk_.query(kApplicantsTold), "20");
  EXPECT_EQ(await(desk_.io(), composer_.run_once()), 0);
  EXPECT_EQ(desk_.query("SELECT count(*) FROM notice WHERE set_aside = 1"), "2900");

  // Ten minutes later all of them are to be looked at again: one is, and none by the round that
  // others have to wait for.
  desk_.clock_is("2026-04-02T14:25:00+08:00");
  const auto more = ask_all(desk_, submissions(1, "t", 20));
  desk_.wait_for(more);
  desk_.clock_is("2026-04-02T14:35:00+08:00");
  await(desk_.io(), compose_all(composer_));
  EXPECT_EQ(desk_.query(kApplicantsTold), "40");
  EXPECT_EQ(desk_.query("SELECT count(*) FROM notice WHERE set_aside = 1"), "2900");
  for (int again = 0; again < 2; ++again) await(desk_.io(), composer_.look_at_set_aside());
  EXPECT_EQ(desk_.query("SELECT count(*) FROM notice WHERE set_aside = 2"), "1");
  EXPECT_EQ(desk_.query("SELECT count(*) FROM notice WHERE state_reason = 'set_aside'"), "2900");
}

TEST_F(PoisonedNotice, WhoseCauseIsGoneGoesOutWithAllThatSharedIt) {
  poison(5);
  desk_.clock_is("2026-04-02T14:10:00+08:00");
  await(desk_.io(), compose_all(composer_));
  desk_.query("UPDATE notice SET text = 'diterima' WHERE text = 'teks_yang_tidak_ada'");
  composer_.reload(composer_settings());
  await(desk_.io(), composer_.look_at_set_aside());
  EXPECT_EQ(desk_.query("SELECT count(*) FROM notice WHERE set_aside > 0"), "0");
}

TEST_F(PoisonedNotice, WhosePermitCannotBeReadIsPutOffAndItsNeighboursGoOn) {
  desk_.query("UPDATE permit SET state = 'entah' WHERE id = " + poisoned_);
  expect_the_others_told_and_it_later("UPDATE permit SET state = 'active' WHERE id = " + poisoned_);
}

// --- Batches and turns ---------------------------------------------------------------------------

TEST(Batches, NeverHoldMoreThanTheirBoundAndNotifyOnceEachAtMost) {
  office::CommitterOptions committer;
  committer.batch_max = 8;
  Desk desk(with(committer));
  OtherSession listener(shared_postgres(), desk.database());
  listener.run("LISTEN \"tenggat.public\"");
  const std::vector<CommandRequest> commands = submissions(1, "s", 60);
  desk.wait_for(ask_all(desk, commands));
  EXPECT_EQ(desk.query("SELECT max(n) FROM (SELECT count(*) AS n FROM idempotency GROUP BY"
                       " xmin::text) AS transactions"),
            "8");
  EXPECT_EQ(desk.query("SELECT count(DISTINCT xmin::text) FROM idempotency"), "8");
  listener.run("SELECT 1");
  const int notifications = listener.notifications();
  EXPECT_GE(notifications, 1);
  EXPECT_LE(notifications, 8);
  EXPECT_EQ(desk.not_once(commands), "");
}

TEST(Turns, OneTokensThousandsDoNotDelayAnothersSingleCommand) {
  office::CommitterOptions committer;
  committer.batch_max = 64;
  committer.queue_max = 8192;
  Desk desk(with(committer));
  const auto flood = ask_all(desk, submissions(1, "flood", 3000));
  const auto single = desk.ask(Desk::submission(2, "single"));
  desk.wait_for({single});
  EXPECT_TRUE(was_applied(single));
  EXPECT_LE(single->place, 2 * committer.batch_max);
  desk.wait_for(flood);
  for (const auto& one : flood) EXPECT_TRUE(was_applied(one));
  std::cout << "answered as number " << single->place << " of 3001\n";
}

TEST(Turns, CommandsOfOneTokenStayInTheirOrder) {
  office::CommitterOptions committer;
  committer.batch_max = 3;
  Desk desk(with(committer));
  const auto waiting = ask_all(desk, submissions(1, "s", 10));
  desk.wait_for(waiting);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const std::string number =
        desk.query("SELECT number FROM permit WHERE subject = 'PAUD s-" + std::to_string(i) + "'");
    EXPECT_EQ(std::stoul(number.substr(number.rfind('-') + 1)), i + 1);
  }
}

TEST(Lanes, ABatchHeldUpDelaysOnlyWhatItHasAPartOf) {
  Desk desk({});
  const std::int64_t held = desk.permit_of(desk.answer_to(Desk::submission(1, "held")));
  const std::int64_t free = desk.permit_of(desk.answer_to(Desk::submission(1, "free")));
  OtherSession other(shared_postgres(), desk.database());
  other.run("BEGIN");
  other.run(
      "INSERT INTO idempotency (token, key, request, status, answer) VALUES (1, 'a', '', 200, '')");
  const auto first = desk.ask(Desk::accept(held, 1, "a"));
  desk.run_until([&] { return desk.query(in_state("wait_event_type = 'Lock'")) == "1"; });
  const auto same_permit = desk.ask(Desk::accept(held, 1, "b"));
  const auto same_key = desk.ask(Desk::accept(free, 1, "a"));
  const auto behind_it = desk.ask(Desk::accept(free, 1, "c"));
  const auto submission = desk.ask(Desk::submission(1, "new"));
  desk.wait_for({submission});
  EXPECT_TRUE(was_applied(submission));
  for (const auto& one : {first, same_permit, same_key, behind_it}) EXPECT_FALSE(one->answer);
  other.run("ROLLBACK");
  desk.wait_for({first, same_permit, same_key, behind_it});
  EXPECT_TRUE(was_applied(first));
  EXPECT_EQ(same_permit->answer->kind, Kind::refused);
  EXPECT_EQ(same_key->answer->kind, Kind::repeated);
  EXPECT_TRUE(was_applied(behind_it));
}

TEST(Lanes, SubmissionsAreUnderWayInOneOnly) {
  Desk desk({});
  desk.answer_to(Desk::submission(1, "first"));
  OtherSession other(shared_postgres(), desk.database());
  other.run("BEGIN");
  other.run("SELECT last FROM permit_number FOR UPDATE");
  const auto second = desk.ask(Desk::submission(1, "second"));
  desk.run_until([&] { return desk.query(in_state("wait_event_type = 'Lock'")) == "1"; });
  const auto third = desk.ask(Desk::submission(2, "third"));
  const auto begun = Clock::monotonic();
  desk.run_until([&] { return Clock::monotonic() - begun > 100ms; });
  EXPECT_EQ(desk.committer().queued(), 1U);
  other.run("ROLLBACK");
  desk.wait_for({second, third});
  EXPECT_EQ(desk.not_once({}), "");
}

// --- A full queue --------------------------------------------------------------------------------

TEST(Queue, OneTokenFillsHalfTheQueueAndOthersStillGetIn) {
  office::CommitterOptions committer;
  committer.queue_max = 64;
  Desk desk(with(committer));
  desk.answer_to(Desk::submission(1, "warm"));
  desk.proxy().hold();
  std::vector<CommandRequest> commands = submissions(1, "flood", 100);
  auto waiting = ask_all(desk, commands);
  commands.push_back(Desk::submission(2, "single"));
  waiting.push_back(desk.ask(commands.back()));
  desk.run_until([&] { return waiting[99]->answer.has_value(); });
  std::vector<CommandRequest> taken;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (!waiting[i]->answer) {
      taken.push_back(commands[i]);
      continue;
    }
    ++refused;
    EXPECT_EQ(waiting[i]->answer->kind, Kind::busy);
    EXPECT_LT(waiting[i]->took, 1s);
  }
  EXPECT_EQ(refused, 68U);
  EXPECT_EQ(taken.back().idempotency.token, 2);
  desk.proxy().pass();
  desk.wait_for(waiting);
  EXPECT_TRUE(was_applied(waiting.back()));
  EXPECT_EQ(desk.not_once(taken), "");
  EXPECT_EQ(desk.query("SELECT count(*) FROM permit"), "34");
  // And now everybody gets in again.
  EXPECT_EQ(desk.answer_to(Desk::submission(1, "later")).kind, Kind::done);
}

TEST(Queue, NobodyWaitsLongerThanAllowedAndWhoCouldNotBeAnsweredInTimeIsToldAtOnce) {
  office::CommitterOptions committer;
  committer.batch_max = 1;
  committer.answer_within = 1500ms;
  Desk desk(with(committer));
  desk.answer_to(Desk::submission(1, "warm"));
  desk.proxy().hold();
  const std::vector<CommandRequest> commands = submissions(1, "s", 2);
  const auto under_way = desk.ask(commands[0]);
  desk.run_until([&] { return desk.committer().queued() == 0; });
  const auto queued = desk.ask(commands[1]);
  desk.run_until([&] { return desk.committer().queued() == 1; });
  // Two batches before it, each as slow as the present one: too much from half the time on.
  const auto asked_at = Clock::monotonic();
  desk.run_until([&] { return Clock::monotonic() - asked_at > 900ms; });
  const auto late = desk.ask(Desk::submission(1, "late"));
  desk.wait_for({late});
  EXPECT_EQ(late->answer->kind, Kind::busy);
  EXPECT_LT(late->took, 200ms);
  EXPECT_FALSE(under_way->answer);
  desk.wait_for({under_way, queued});
  for (const Desk::WaitingPtr& one : {under_way, queued}) {
    EXPECT_EQ(one->answer->kind, Kind::busy);
    EXPECT_GE(one->took, 1450ms);
    EXPECT_LT(one->took, 2000ms);
  }
  EXPECT_EQ(desk.committer().queued(), 0U);
  const auto refused = desk.ask(Desk::submission(1, "refused"));
  desk.wait_for({refused});
  EXPECT_EQ(refused->answer->kind, Kind::busy);
  EXPECT_LT(refused->took, 500ms);
  desk.proxy().pass();
  // They come back with their keys; what was under way may have been applied meanwhile.
  for (const CommandRequest& one : commands) {
    Desk::WaitingPtr again;
    desk.run_until([&] {
      if (!again || (again->answer && again->answer->kind == Kind::busy)) again = desk.ask(one);
      return was_applied(again);
    });
  }
  EXPECT_EQ(desk.not_once(commands), "");
  EXPECT_EQ(desk.query("SELECT count(*) FROM permit WHERE subject = 'PAUD refused'"), "0");
}

}  // namespace
}  // namespace tenggat::test
