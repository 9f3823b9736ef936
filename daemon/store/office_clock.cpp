#include "daemon/store/office_clock.h"

#include <fmt/format.h>

#include <cmath>
#include "daemon/store/announce.h"
#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kClock = columns(given("c.only_one IS NOT NULL", &OfficeClock::simulated_allowed),
                                given("c.start_at IS NOT NULL", &OfficeClock::started),
                                given("coalesce(c.speed, 1)::text", &OfficeClock::speed),
                                given("office_now()", &OfficeClock::now),
                                given("clock_timestamp()", &OfficeClock::machine));
const auto kReadClock =
    only<kClock>("SELECT {} FROM (SELECT) AS one LEFT JOIN simulated_clock c ON true");

bool runnable(double speed) { return std::isfinite(speed) && speed >= 0 && speed <= kFastestClock; }

}  // namespace

pg::Awaitable<OfficeClock> read_clock(pg::Connection& connection) {
  return connection.query(kReadClock);
}

pg::Awaitable<Allowed> allow_simulated_clock(pg::Connection& connection) {
  static const auto sql = value<bool>(
      "WITH added AS (INSERT INTO simulated_clock (only_one) SELECT true"
      " WHERE NOT EXISTS (SELECT FROM permit) AND NOT EXISTS (SELECT FROM officer)"
      " AND NOT EXISTS (SELECT FROM token) AND NOT EXISTS (SELECT FROM rule_set)"
      " ON CONFLICT DO NOTHING RETURNING 1)"
      " SELECT EXISTS (SELECT FROM added)");
  const bool allowed = co_await connection.query(sql);
  if (allowed) co_return Allowed::now;
  // The statement above does not see a row of another session that it waited for; this one does.
  const OfficeClock clock = co_await read_clock(connection);
  co_return clock.simulated_allowed ? Allowed::before : Allowed::refused_not_empty;
}

pg::Awaitable<boost::system::result<ClockStart, std::string>> start_clock(
    pg::Connection& connection, Instant start, double speed) {
  if (!runnable(speed)) co_return fmt::format("SPEED is a number from 0 to {:.0f}", kFastestClock);
  pg::Transaction transaction(connection);
  pg::Pipeline look;
  look.add("SELECT FROM simulated_clock FOR UPDATE");
  const auto reading = look.add(kReadClock);
  // Whole, since a second was cut off `now`.
  const auto passed = look.add(value<bool>("SELECT office_now() >= $1::timestamptz"), start);
  const pg::Results seen = co_await transaction.run(std::move(look));
  const OfficeClock clock = seen[reading];
  if (!clock.simulated_allowed) {
    co_await transaction.rollback();
    co_return std::string(
        "this database runs in real time: a simulated clock needs a database made for it, by"
        " `tenggat db migrate --simulated-clock` while it is empty");
  }
  ClockStart what = ClockStart::begun;
  if (clock.started) {
    if (!seen[passed]) {
      what = ClockStart::moved_on;
    } else {
      what = clock.speed == speed ? ClockStart::kept : ClockStart::new_speed;
    }
  }
  pg::Pipeline write;
  if (what == ClockStart::begun || what == ClockStart::moved_on) {
    write.add(
        "UPDATE simulated_clock SET start_at = $1, speed = $2::float8, anchor_at = "
        "clock_timestamp()",
        start, fmt::format("{}", speed));
  } else if (what == ClockStart::new_speed) {
    // One reading of the machine's clock for both, or the office would lose what lies between.
    write.add(
        "UPDATE simulated_clock SET start_at = start_at + speed * (m.now - anchor_at),"
        " speed = $1::float8, anchor_at = m.now"
        " FROM (SELECT clock_timestamp() AS now OFFSET 0) AS m",
        fmt::format("{}", speed));
  }
  if (what != ClockStart::kept) add_announce(write, "clock");
  co_await transaction.commit(std::move(write));
  co_return what;
}

pg::Awaitable<std::optional<std::string>> refuse_real_time(pg::Connection& connection) {
  const OfficeClock clock = co_await read_clock(connection);
  if (!clock.simulated_allowed) co_return std::nullopt;
  co_return std::string(
      "this database was made for a simulated clock: start with --clock START@SPEED, or use another"
      " database");
}

pg::Awaitable<bool> set_clock(pg::Connection& connection, Instant to) {
  static const auto sql = any(
      "WITH moved AS (UPDATE simulated_clock SET start_at = $1::timestamptz,"
      " anchor_at = clock_timestamp() WHERE speed = 0 AND start_at <= $1::timestamptz RETURNING 1)"
      " SELECT pg_notify(" TENGGAT_CHANNEL ", 'clock') FROM moved");
  return connection.query(sql, to);
}

pg::Awaitable<void> listen(pg::Connection& connection) { co_await hear_announcements(connection); }

pg::Awaitable<bool> is_attended(pg::Connection& connection) {
  static const auto sql = value<bool>(
      "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
      " AND application_name = current_setting('application_name') AND pid <> pg_backend_pid())");
  return connection.query(sql);
}

pg::Awaitable<Agenda> read_agenda(pg::Connection& connection) {
  // Each branch reads the head of a partial index. An instant between two seconds is due at the
  // later.
  static constexpr auto kAgenda = columns(
      given("(SELECT count(*) FROM visit v WHERE check_at <= (SELECT now FROM o)"
            "     AND NOT EXISTS (SELECT FROM permit_set_aside s WHERE s.permit = v.permit))"
            " + (SELECT count(*) FROM notice WHERE state = 'pending' AND set_aside = 0"
            "     AND send_at <= (SELECT now FROM o))"
            " + (SELECT count(*) FROM daily_job WHERE next_at <= (SELECT now FROM o))",
            &Agenda::due),
      given("date_trunc('second', interval '999999 us' +"
            " least((SELECT min(check_at) FROM visit WHERE check_at > (SELECT now FROM o)),"
            " (SELECT min(send_at) FROM notice WHERE state = 'pending' AND set_aside = 0"
            "   AND send_at > (SELECT now FROM o)),"
            " (SELECT min(next_at) FROM daily_job WHERE next_at > (SELECT now FROM o))))",
            &Agenda::next_due),
      given("(SELECT count(*) FROM message WHERE state = 'queued' AND (lease_until IS NOT NULL"
            " OR (attempts = 0 AND next_attempt_at <= clock_timestamp() + interval '200 ms')))",
            &Agenda::sending));
  static const auto sql = only<kAgenda>(
      "WITH o AS MATERIALIZED (SELECT office_now() AS now)"
      " SELECT {}");
  pg::Pipeline pipeline;
  const auto clock = pipeline.add(kReadClock);
  const auto counted = pipeline.add(sql);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  Agenda agenda = results[counted];
  agenda.clock = results[clock];
  co_return agenda;
}

}  // namespace tenggat::store
