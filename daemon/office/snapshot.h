// Puts what the database knows into the metrics and the board every few seconds, and folds counts
// on the way.
//
// What is open it follows in memory, by the events; all else are sums and queues. So it costs the
// same however many permits there are, open or closed. The numbers are the same from every daemon
// on the database.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/base/metrics.h"
#include "daemon/office/board.h"
#include "daemon/office/loop.h"
#include "daemon/office/open_work.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class SnapshotLoop : public Loop {
 public:
  // `watched` are the pools whose connections are reported.
  SnapshotLoop(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
               Metrics& metrics, BoardFeed& board, std::vector<const pg::Pool*> watched);

  boost::asio::awaitable<void> run_once();

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  // Brings open_ up to date; returns the office's now. Where that cannot be done,
  // followed_until_ is none afterwards.
  boost::asio::awaitable<Instant> follow(pg::Connection& connection);
  boost::asio::awaitable<void> read_open(pg::Connection& connection, std::vector<std::int64_t> ids);
  // What cases took of late: rows of a whole quarter, so it is asked for only now and then.
  boost::asio::awaitable<void> read_case_times(pg::Connection& connection, Instant now);
  void report_connections();

  pg::Pool& pool_;
  Rulebook& rulebook_;
  BoardFeed& board_;
  std::vector<const pg::Pool*> watched_;
  OpenWork open_;
  // The office's clock: open_ holds all events before it. None: it has to be read whole.
  std::optional<Instant> followed_until_;
  Instant followed_at_{};
  std::uint64_t connects_ = 0;
  std::vector<store::CaseTimes> case_times_;
  std::optional<Instant> case_times_of_;           // the office's clock
  std::chrono::nanoseconds case_times_read_at_{};  // monotonic
  std::chrono::nanoseconds took_{};                // the last one, without reading open_ whole
  std::uint64_t reconnects_ = 0;
};

}  // namespace tenggat::office
