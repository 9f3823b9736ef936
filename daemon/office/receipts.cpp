#include "daemon/office/receipts.h"

#include "daemon/base/clock.h"
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
    : Loop("receipts", std::move(executor), metrics), pool_(pool) {}

asio::awaitable<int> ReceiptLoop::run_once() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto settled = store::add_settle_receipts(pipeline, kSettleFor);
  const bool forget = Clock::monotonic() >= forget_at_;
  if (forget) store::add_forget_receipts(pipeline);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  if (forget) forget_at_ = Clock::monotonic() + kForgetEvery;
  co_return static_cast<int>(results[settled]);
}

asio::awaitable<std::chrono::milliseconds> ReceiptLoop::cycle() {
  co_await run_once();
  co_return kLongestSleep;
}

}  // namespace tenggat::office
