#include "daemon/office/board.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace tenggat::office {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

TEST(Board, AMedianLiesWithinItsBucket) {
  const std::vector<std::int64_t> bounds{60, 300, 600};
  using Counts = std::map<std::int64_t, std::int64_t>;
  EXPECT_EQ(median_of(Counts{}, bounds), std::nullopt);
  EXPECT_EQ(median_of(Counts{{60, 4}}, bounds), 30s);
  EXPECT_EQ(median_of(Counts{{300, 2}}, bounds), 180s);
  EXPECT_EQ(median_of(Counts{{60, 1}, {300, 2}, {600, 1}}, bounds), 180s);
  EXPECT_EQ(median_of(Counts{{60, 1}, {600, 3}}, bounds), 400s);
  EXPECT_EQ(median_of(Counts{{60, 1}, {601, 3}}, bounds), 600s);  // beyond every bound
  // A bound of an earlier version lies between today's.
  EXPECT_EQ(median_of(Counts{{400, 2}}, bounds), 350s);
}

asio::awaitable<void> count_waking(BoardFeed& feed, int& woken) {
  auto waiting = feed.wait(1h);
  co_await std::move(waiting);
  ++woken;
}

TEST(Board, PublishingWakesEverybodyAndClosingForEver) {
  asio::io_context io{1};
  BoardFeed feed(io.get_executor());
  EXPECT_EQ(feed.current(), nullptr);
  int woken = 0;
  for (int i = 0; i < 3; ++i) asio::co_spawn(io, count_waking(feed, woken), asio::detached);
  io.poll();
  EXPECT_EQ(woken, 0);
  feed.publish({});
  io.restart();
  io.poll();
  EXPECT_EQ(woken, 3);
  EXPECT_NE(feed.current(), nullptr);
  asio::co_spawn(io, count_waking(feed, woken), asio::detached);
  io.restart();
  io.poll();
  EXPECT_EQ(woken, 3);
  feed.close();
  asio::co_spawn(io, count_waking(feed, woken), asio::detached);
  io.restart();
  io.run();
  EXPECT_EQ(woken, 5);
}

}  // namespace
}  // namespace tenggat::office
