// A provider may say that a message was delivered before we have written down the id it gave it:
// what it said is kept, and put on its message here. Receipts that never find one are forgotten.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class ReceiptLoop : public Loop {
 public:
  ReceiptLoop(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics);

  // Returns how many messages changed.
  boost::asio::awaitable<int> run_once();

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;

  pg::Pool& pool_;
  std::chrono::nanoseconds forget_at_{};  // monotonic
};

}  // namespace tenggat::office
