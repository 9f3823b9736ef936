#include "daemon/office/retention.h"

#include <algorithm>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/store/retention.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::minutes kLookEvery{1};
// Officers have the database to themselves nine tenths of the time, and the more of it the busier
// it is, since a slice takes longer then. An office's year goes in a night all the same.
constexpr int kRestsPerSlice = 9;
constexpr std::chrono::milliseconds kLeastRest{250};
constexpr int kPermitsAtOnce = 50, kMessagesAtOnce = 500, kFilesAtOnce = 100, kAnswersAtOnce = 2000;

bool removed(const char* what, int gone, int at_once) {
  if (gone > 0) log_event(Level::info, "retention", {{"removed", what}, {"count", gone}});
  return gone == at_once;
}

}  // namespace

Retention::Retention(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
                     const Setup& setup)
    : Loop("retention", std::move(executor), metrics), pool_(pool), kept_(setup.config.retention) {}

asio::awaitable<bool> Retention::run_once() {
  if (!left_.any()) left_ = Left{};
  const Config::Retention kept = kept_;
  pg::Pool::Lease lease = co_await pool_.acquire();
  // No record, and too many to be worth a line.
  if (left_.answers)
    left_.answers =
        co_await store::forget_answers(*lease, kept.answers, kAnswersAtOnce) == kAnswersAtOnce;
  left_.files = left_.files && kept.files;
  if (left_.files) {
    const int files = co_await store::drop_files(*lease, *kept.files, kFilesAtOnce);
    left_.files = removed("files", files, kFilesAtOnce);
  }
  left_.messages = left_.messages && kept.messages;
  if (left_.messages) {
    const int messages = co_await store::drop_messages(*lease, *kept.messages, kMessagesAtOnce);
    left_.messages = removed("messages", messages, kMessagesAtOnce);
  }
  left_.permits = left_.permits && kept.closed;
  if (left_.permits) {
    const int permits = co_await store::retire_permits(*lease, *kept.closed, kPermitsAtOnce);
    left_.permits = removed("permits", permits, kPermitsAtOnce);
  }
  co_return left_.any();
}

asio::awaitable<std::chrono::milliseconds> Retention::cycle() {
  const auto begun = Clock::monotonic();
  const bool more = co_await run_once();
  if (!more) co_return kLookEvery;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::monotonic() - begun);
  co_return std::max(kLeastRest, kRestsPerSlice * took);
}

}  // namespace tenggat::office
