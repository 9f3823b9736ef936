// The clock of the database's machine is eight hours ahead, as where it is kept in local time, and
// is then put right: a real server whose clock steps while it runs.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/base/clock.h"
#include "daemon/office/clock_steps.h"
#include "daemon/office/composer.h"
#include "daemon/office/portal.h"
#include "notifiers/text.h"
#include "tests/faults/desk.h"
#include "tests/support/await.h"

namespace tenggat::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A file that the server's user can read, wherever this test's own directory is.
class ClockFile {
 public:
  ClockFile() { ahead("+8h"); }
  ~ClockFile() { std::filesystem::remove(path_); }
  void ahead(const std::string& by) {
    const std::string next = path_ + ".next";
    std::ofstream(next) << by << '\n';
    chmod(next.c_str(), 0644);
    std::filesystem::rename(next, path_);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = fmt::format("/tmp/tenggat-clock-{}", ::getpid());
};

TestPostgres::Options under(const ClockFile& clock) {
  TestPostgres::Options options;
  options.environment = TestPostgres::faked_clock(clock.path());
  return options;
}

DeskOptions at(TestPostgres& server) {
  DeskOptions options;
  options.real_time = true;
  options.server = &server;
  return options;
}

office::ComposerSettings settings() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/texts/id.yaml");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  office::ComposerSettings settings;
  settings.office = {"DPMPTSP", "https://x.example", ""};
  settings.calendar = "banjarbaru";
  settings.texts =
      std::make_shared<const notify::Texts>(notify::load_texts({"id.yaml", text}).value());
  return settings;
}

class ClockStep : public ::testing::Test {
 protected:
  ClockStep() {
    desk_.rulebook().set_send({seconds(1), seconds(600), seconds(2), 12});
    desk_.answer_to(Desk::submission(1, "before"));
  }
  void put_right() { clock_.ahead("+0"); }
  pg::Awaitable<void> look(office::ClockSteps& steps) {
    pg::Pool::Lease lease = co_await desk_.pool().acquire();
    co_await steps.look(*lease);
  }
  void looks(office::ClockSteps& steps) { await(desk_.io(), look(steps)); }
  // Runs the work again and again until the query answers so; false after a while that is long
  // beside every wait of this office, and short beside the step.
  bool comes_to(const std::function<void()>& work, const std::string& sql,
                const std::string& wanted) {
    const auto give_up = Clock::monotonic() + seconds(30);
    while (desk_.query(sql) != wanted) {
      if (Clock::monotonic() > give_up) return false;
      work();
      ::usleep(50'000);
    }
    return true;
  }
  bool compose_until(const std::string& sql, const std::string& wanted) {
    return comes_to([this] { await(desk_.io(), composer_.run_once()); }, sql, wanted);
  }

  ClockFile clock_;
  TestPostgres server_{under(clock_)};
  Desk desk_{at(server_)};
  office::ClockSteps steps_{desk_.rulebook(), desk_.metrics()};
  office::Composer composer_{desk_.io().get_executor(), desk_.pool(), desk_.rulebook(),
                             desk_.metrics(), settings()};
};

constexpr const char* kTold =
    "SELECT count(DISTINCT recipient) FROM message WHERE recipient LIKE 'applicant:%'";

TEST_F(ClockStep, OfEightHoursBackLeavesNobodyWaitingForThem) {
  looks(steps_);
  put_right();
  desk_.answer_to(Desk::submission(1, "after"));
  looks(steps_);
  EXPECT_EQ(desk_.query("SELECT round(by_ms / 3600000.0)::text FROM clock_step"), "-8");
  EXPECT_EQ(desk_.metrics().clock_steps.Value(), 1);
  EXPECT_TRUE(compose_until(kTold, "2"));
  // What was done to the permit of the wrong time is not told hours later either.
  const std::string before = desk_.query("SELECT min(id) FROM permit");
  desk_.answer_to(Desk::accept(std::stoll(before), 1, "accepted"));
  EXPECT_EQ(desk_.query("SELECT count(*) FROM notice WHERE audience = 'applicant' AND permit = " +
                        before + " AND send_at > clock_timestamp() + interval '5 s'"),
            "0");
  EXPECT_EQ(desk_.query("SELECT count(*) FROM count_delta"
                        " WHERE counted_from > clock_timestamp() + interval '5 s'"),
            "0");
}

// Of one that has come to count by the wrong time, one that has not, and one of the right time.
TEST_F(ClockStep, LeavesTheChangesThatPortalsFollowInTheirOrder) {
  looks(steps_);
  office::Portal::Options options;
  options.config.url = "file:/nonexistent";
  office::Portal portal(desk_.io().get_executor(), desk_.pool(), desk_.rulebook(), desk_.metrics(),
                        options);
  desk_.query("INSERT INTO portal (place) VALUES (0)");
  const auto taken_over = [&](const std::string& changes) {
    return comes_to([&] { await(desk_.io(), portal.take_over()); },
                    "SELECT count(*) FROM portal_event WHERE permit <> 0", changes);
  };
  ASSERT_TRUE(taken_over("1"));
  desk_.answer_to(Desk::submission(1, "waits"));
  put_right();
  desk_.answer_to(Desk::submission(1, "after"));
  looks(steps_);
  ASSERT_TRUE(taken_over("3"));
  const auto one = [&](const std::string& what, const std::string& subject) {
    return std::stoll(desk_.query("SELECT " + what +
                                  " FROM permit p LEFT JOIN change c ON c.permit = p.id"
                                  " WHERE p.subject = 'PAUD " +
                                  subject + "'"));
  };
  for (const char* later : {"waits", "after"}) {
    EXPECT_LT(one("c.place", "before"), one("c.place", later)) << later;
    EXPECT_LT(one("p.id", "before"), one("p.id", later)) << later;
  }
}

TEST_F(ClockStep, WhileNoDaemonRanIsNoticedAtTheStart) {
  put_right();
  looks(steps_);
  EXPECT_EQ(desk_.query("SELECT round(by_ms / 3600000.0)::text FROM clock_step"), "-8");
  EXPECT_TRUE(compose_until(kTold, "1"));
  // It is on record: the next start finds nothing new, though events bear a time to come.
  office::ClockSteps next(desk_.rulebook(), desk_.metrics());
  looks(next);
  EXPECT_EQ(desk_.query("SELECT count(*) FROM clock_step"), "1");
}

TEST_F(ClockStep, IsMadeUpForOnceHoweverManyNoticeIt) {
  office::ClockSteps other(desk_.rulebook(), desk_.metrics());
  looks(steps_);
  looks(other);
  put_right();
  looks(steps_);
  // A claim of the right time, which the other must leave alone.
  desk_.query(
      "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, lease_until) VALUES ('officer:fo', 'on_duty', 'email', 'a@b.id',"
      " 'F', 'daftar', 's', 'b', '{}', 't', clock_timestamp(),"
      " clock_timestamp() + interval '60 s')");
  looks(other);
  looks(steps_);
  EXPECT_EQ(desk_.query("SELECT count(*) FROM clock_step"), "1");
  EXPECT_EQ(desk_.query("SELECT lease_until > clock_timestamp() + interval '20 s' FROM message"),
            "t");
}

TEST_F(ClockStep, NeitherKeepsALeaseOfTheWrongTimeNorCutsOneShort) {
  looks(steps_);
  desk_.query(
      "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, next_attempt_at, lease_until) SELECT 'officer:fo', 'on_duty',"
      " 'email', 'a@b.id', 'F', 'daftar', 's', 'b', '{}', 't', clock_timestamp(),"
      " clock_timestamp() + interval '300 s', clock_timestamp() + interval '60 s'");
  put_right();
  looks(steps_);
  EXPECT_EQ(desk_.query("SELECT lease_until BETWEEN clock_timestamp() + interval '20 s'"
                        " AND clock_timestamp() + interval '60 s'"
                        " AND next_attempt_at BETWEEN clock_timestamp() + interval '200 s'"
                        " AND clock_timestamp() + interval '300 s'"
                        " AND rendered_at < clock_timestamp() FROM message"),
            "t");
}

office::ClockReading reading(std::int64_t machine_ms, std::int64_t asked_ms,
                             std::int64_t answered_ms) {
  return {{milliseconds(machine_ms), milliseconds(0)},
          milliseconds(asked_ms),
          milliseconds(answered_ms)};
}

TEST(StepBetween, TwoSecondsAndWhatTheWayLeavesOpenAreNone) {
  const office::ClockReading first = reading(1'000'000, 0, 10);
  EXPECT_EQ(step_between(first, reading(1'001'000, 1000, 1010)), milliseconds(0));
  EXPECT_EQ(step_between(first, reading(999'200, 1000, 1010)), milliseconds(0));
  EXPECT_EQ(step_between(first, reading(996'000, 1000, 1010)), milliseconds(-5000));
  EXPECT_EQ(step_between(first, reading(1'006'000, 1000, 1010)), milliseconds(5000));
  // The answer took four seconds: nobody knows when in them the clock was read.
  EXPECT_EQ(step_between(first, reading(1'000'000, 1000, 5000)), milliseconds(0));
}

}  // namespace
}  // namespace tenggat::test
