#include "daemon/office/file_collector.h"

#include "daemon/store/files.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::minutes kCollectEvery{1};

}  // namespace

FileCollector::FileCollector(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics)
    : Loop("files", std::move(executor), metrics), pool_(pool) {}

asio::awaitable<int> FileCollector::run_once() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto collecting = store::add_collect_files(pipeline);
  store::add_forget_shares(pipeline);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  const auto collected = static_cast<int>(results[collecting]);
  metrics_.files_collected.Increment(collected);
  co_return collected;
}

// Slice by slice, so that others have their turn on the pool.
asio::awaitable<std::chrono::milliseconds> FileCollector::cycle() {
  const int collected = co_await run_once();
  if (collected > 0) co_return std::chrono::milliseconds(0);
  co_return kCollectEvery;
}

}  // namespace tenggat::office
