#include "daemon/office/receipts.h"

#include "daemon/clock.h"
#include "daemon/office/loop.h"
#include "daemon/store/receipts.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// A result is written down while its lease lasts; and then some, for a daemon that was away.
constexpr std::chrono::minutes kSettleFor{60};
constexpr std::chrono::minutes kForgetEvery{10};

}  // namespace

ReceiptLoop::ReceiptLoop(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics)
    : pool_(pool), metrics_(metrics), woken_(std::move(executor)) {}

asio::awaitable<int> ReceiptLoop::run_once() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const std::size_t settled = store::add_settle_receipts(pipeline, kSettleFor);
  const bool forget = Clock::monotonic() >= forget_at_;
  if (forget) store::add_forget_receipts(pipeline);
  const std::vector<pg::Result> results = co_await lease->run(std::move(pipeline));
  if (forget) forget_at_ = Clock::monotonic() + kForgetEvery;
  co_return static_cast<int>(results.at(settled).int64(0, 0));
}

asio::awaitable<void> ReceiptLoop::run() {
  while (!stopping_) {
    std::chrono::milliseconds sleep = kAfterOutage;
    try {
      Cycle cycle(metrics_, "receipts");
      co_await run_once();
      sleep = kLongestSleep;
      cycle.succeed();
      trouble_.succeeded();
    } catch (const std::exception& why) {
      trouble_.failed(why);
    }
    if (!stopping_) co_await woken_.wait(sleep);
  }
}

void ReceiptLoop::stop() {
  stopping_ = true;
  woken_.notify();
}

}  // namespace tenggat::office
