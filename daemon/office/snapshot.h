// Reads what the database knows into the metrics and the board every few seconds, folds counts on
// the way, and forgets the answers that were kept for their seven days.
// The numbers are the same from every daemon on the database.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <vector>

#include "daemon/metrics.h"
#include "daemon/office/board.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signal.h"
#include "daemon/office/trouble.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class SnapshotLoop {
 public:
  // `watched` are the pools whose connections are reported.
  SnapshotLoop(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
               Metrics& metrics, BoardFeed& board, std::vector<const pg::Pool*> watched);

  boost::asio::awaitable<void> run_once();
  boost::asio::awaitable<void> run();
  void stop();

 private:
  void report_connections();
  boost::asio::awaitable<void> forget_answers();

  pg::Pool& pool_;
  Rulebook& rulebook_;
  Metrics& metrics_;
  BoardFeed& board_;
  std::vector<const pg::Pool*> watched_;
  Signal woken_;
  Trouble trouble_{"snapshot"};
  bool stopping_ = false;
  std::uint64_t reconnects_ = 0;
  std::chrono::nanoseconds forget_at_{};  // monotonic
};

}  // namespace tenggat::office
