#include "daemon/store/office_clock.h"

#include "tests/daemon/cli/tool.h"

namespace tenggat::store {
namespace {

using test::at;
using test::await;
using namespace std::chrono_literals;

const Instant kStart = at("2026-04-02T14:00:00+08:00");

class OfficeClockRow : public test::OnDatabase {
 protected:
  void allow() {
    migrate();
    auto connection = connect();
    ASSERT_EQ(await(io_, allow_simulated_clock(connection)), Allowed::now);
  }
  boost::system::result<ClockStart, std::string> start(Instant from, double speed) {
    auto connection = connect();
    return await(io_, start_clock(connection, from, speed));
  }
  OfficeClock read() {
    auto connection = connect();
    return await(io_, read_clock(connection));
  }
  bool set(Instant to) {
    auto connection = connect();
    return await(io_, set_clock(connection, to));
  }
};

TEST_F(OfficeClockRow, OrdinaryDatabasesKeepRealTime) {
  migrate();
  const OfficeClock clock = read();
  EXPECT_FALSE(clock.simulated_allowed);
  EXPECT_EQ(clock.now, clock.machine);
  EXPECT_TRUE(start(kStart, 600).has_error());
  EXPECT_FALSE(set(kStart));
  auto connection = connect();
  EXPECT_EQ(await(io_, refuse_real_time(connection)), std::nullopt);
}

TEST_F(OfficeClockRow, OnceAllowedARealTimeDaemonIsRefused) {
  allow();
  auto connection = connect();
  EXPECT_NE(await(io_, refuse_real_time(connection)), std::nullopt);
  EXPECT_EQ(await(io_, allow_simulated_clock(connection)), Allowed::before);
}

TEST_F(OfficeClockRow, TheFirstStartBeginsAndALaterOneKeepsTheAnchor) {
  allow();
  EXPECT_EQ(*start(kStart, 600), ClockStart::begun);
  const std::string anchor = sql("SELECT anchor_at FROM simulated_clock");
  sql("SELECT pg_sleep(0.1)");  // 60 s for the office
  EXPECT_EQ(*start(kStart, 600), ClockStart::kept);
  EXPECT_EQ(sql("SELECT anchor_at FROM simulated_clock"), anchor);
  EXPECT_GE(read().now, kStart + 60s);
}

TEST_F(OfficeClockRow, AnotherSpeedGoesOnFromWhereTheClockStands) {
  allow();
  EXPECT_EQ(*start(kStart, 86'400), ClockStart::begun);
  sql("SELECT pg_sleep(0.05)");
  const Instant before = read().now;
  EXPECT_EQ(*start(kStart, 0), ClockStart::new_speed);
  const Instant stands = read().now;
  EXPECT_GE(stands, before);
  EXPECT_EQ(read().now, stands);
  EXPECT_EQ(*start(kStart, 0), ClockStart::kept);
}

TEST_F(OfficeClockRow, ALaterStartMovesOnAnEarlierOneNeverBack) {
  allow();
  EXPECT_EQ(*start(kStart, 0), ClockStart::begun);
  EXPECT_EQ(*start(kStart + 1h, 0), ClockStart::moved_on);
  EXPECT_EQ(read().now, kStart + 1h);
  EXPECT_EQ(*start(kStart, 0), ClockStart::kept);
  EXPECT_EQ(read().now, kStart + 1h);
}

TEST_F(OfficeClockRow, ARestartKeepsWhereAnAdvanceHasTakenTheClock) {
  allow();
  EXPECT_EQ(*start(kStart, 0), ClockStart::begun);
  EXPECT_TRUE(set(kStart + 2h));
  EXPECT_EQ(*start(kStart, 0), ClockStart::kept);
  EXPECT_EQ(read().now, kStart + 2h);
}

TEST_F(OfficeClockRow, OnlyAStandingClockIsSetAndOnlyForward) {
  allow();
  EXPECT_FALSE(set(kStart));  // not started
  EXPECT_EQ(*start(kStart, 0), ClockStart::begun);
  EXPECT_FALSE(set(kStart - 1s));
  EXPECT_TRUE(set(kStart));
  EXPECT_EQ(*start(kStart, 1), ClockStart::new_speed);
  EXPECT_FALSE(set(kStart + 24h));
}

TEST_F(OfficeClockRow, SpeedsThatNoClockHasAreRefused) {
  allow();
  for (const double speed : {-1.0, 1e9, std::nan("")})
    EXPECT_TRUE(start(kStart, speed).has_error());
}

}  // namespace
}  // namespace tenggat::store
