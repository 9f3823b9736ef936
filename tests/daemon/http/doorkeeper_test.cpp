#include "daemon/http/doorkeeper.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tenggat::http {
namespace {

namespace asio = boost::asio;

// Look-ups that each take as long as the test lets them.
class Doors : public testing::Test {
 protected:
  asio::awaitable<void> look_up(std::string name, std::string address, Doorkeeper::Line line) {
    auto waiting = door_.turn(std::move(address), line);
    const Doorkeeper::Turn turn = co_await std::move(waiting);
    begun_.push_back(name);
    while (!ended_.contains(name)) {
      asio::steady_timer pause(io_, std::chrono::milliseconds(1));
      co_await pause.async_wait(asio::use_awaitable);
    }
  }
  void knock(const std::string& name, const std::string& address,
             Doorkeeper::Line line = Doorkeeper::Line::crowded) {
    asio::co_spawn(io_, look_up(name, address, line), asio::detached);
    settle();
  }
  void end(const std::string& name) {
    ended_.insert(name);
    settle();
  }
  void settle() { io_.run_for(std::chrono::milliseconds(20)); }
  void guess(const std::string& address, int times) {
    for (int i = 0; i < times; ++i) door_.miss(address);
  }

  asio::io_context io_;
  Doorkeeper door_{3};
  std::vector<std::string> begun_;
  std::set<std::string> ended_;
};

using Names = std::vector<std::string>;

TEST_F(Doors, MissesAreChargedByNetwork) {
  EXPECT_EQ(door_.miss("2001:db8::1").count(), 0);
  EXPECT_EQ(door_.miss("2001:db8::2").count(), 0);
  EXPECT_EQ(door_.miss("2001:db8:0:0:ffff::3").count(), 0);
  EXPECT_GT(door_.miss("2001:db8::4").count(), 0);
  EXPECT_EQ(door_.miss("2001:db8:0:1::1").count(), 0);
  guess("192.0.2.1", 3);
  EXPECT_GT(door_.miss("192.0.2.1").count(), 0);
  EXPECT_GT(door_.miss("::ffff:192.0.2.1").count(), 0);
  EXPECT_EQ(door_.miss("192.0.2.2").count(), 0);
}

TEST_F(Doors, WhoHasNotGuessedTooMuchWaitsForNobody) {
  guess("192.0.2.1", 2);
  knock("a", "192.0.2.1");
  knock("b", "192.0.2.1");
  EXPECT_EQ(begun_, (Names{"a", "b"}));
}

TEST_F(Doors, WhoHasIsLookedUpInTurnAndAllAreReached) {
  guess("2001:db8::1", 4);
  for (const char* name : {"a", "b", "c"}) knock(name, "2001:db8::" + std::string(name));
  knock("elsewhere", "2001:db8:0:1::1");
  EXPECT_EQ(begun_, (Names{"a", "elsewhere"}));
  end("a");
  EXPECT_EQ(begun_, (Names{"a", "elsewhere", "b"}));
  end("b");
  end("c");
  knock("d", "2001:db8::1");
  EXPECT_EQ(begun_, (Names{"a", "elsewhere", "b", "c", "d"}));
}

TEST_F(Doors, SomeWorkIsDoneInTurnByWhoeverAsks) {
  for (const char* name : {"a", "b"}) knock(name, "192.0.2.1", Doorkeeper::Line::always);
  knock("other work", "192.0.2.1");
  EXPECT_EQ(begun_, (Names{"a", "other work"}));
  end("a");
  EXPECT_EQ(begun_, (Names{"a", "other work", "b"}));
}

// As when the daemon ends: requests outlive the door, and go while they wait.
TEST(Doorkeeper, MayGoBeforeThoseWhoWait) {
  auto door = std::make_unique<Doorkeeper>(1);
  int begun = 0;
  const auto hold = [](Doorkeeper& at, asio::io_context& on, int& count) -> asio::awaitable<void> {
    auto waiting = at.turn("192.0.2.1", Doorkeeper::Line::always);
    const Doorkeeper::Turn turn = co_await std::move(waiting);
    ++count;
    asio::steady_timer for_ever(on, std::chrono::hours(1));
    co_await for_ever.async_wait(asio::use_awaitable);
  };
  {
    asio::io_context io;
    for (int i = 0; i < 3; ++i) asio::co_spawn(io, hold(*door, io, begun), asio::detached);
    io.run_for(std::chrono::milliseconds(20));
    door.reset();
  }
  EXPECT_EQ(begun, 1);
}

// As where memory runs out: whoever is called goes before they hear it, and the next has the turn.
TEST(Doorkeeper, ATurnThatNobodyTakesUpGoesOn) {
  Doorkeeper door(1);
  int begun = 0;
  const auto pass = [](Doorkeeper& at, asio::io_context& on, int& count,
                       std::chrono::milliseconds stays) -> asio::awaitable<void> {
    auto waiting = at.turn("192.0.2.1", Doorkeeper::Line::always);
    const Doorkeeper::Turn turn = co_await std::move(waiting);
    ++count;
    asio::steady_timer inside(on, stays);
    co_await inside.async_wait(asio::use_awaitable);
  };
  asio::io_context lasting;
  {
    asio::io_context passing;
    asio::co_spawn(lasting, pass(door, lasting, begun, std::chrono::milliseconds(30)),
                   asio::detached);
    lasting.run_for(std::chrono::milliseconds(5));
    asio::co_spawn(passing, pass(door, passing, begun, {}), asio::detached);
    passing.run_for(std::chrono::milliseconds(5));
    asio::co_spawn(lasting, pass(door, lasting, begun, {}), asio::detached);
    lasting.run_for(std::chrono::milliseconds(100));
    EXPECT_EQ(begun, 1);  // the second is called, and its loop does not run
  }
  lasting.restart();
  lasting.run_for(std::chrono::milliseconds(200));
  EXPECT_EQ(begun, 2);
}

}  // namespace
}  // namespace tenggat::http
