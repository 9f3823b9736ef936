#include "daemon/base/stop_signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>

namespace tenggat {
namespace {

// The service manager and operators expect 10.
constexpr std::chrono::seconds kEndWithin{9};

sigset_t both() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = both();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::~StopSignals() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  over_.notify_one();
  ::pthread_kill(thread_.native_handle(), SIGTERM);  // out of sigwait(), where it is still there
  thread_.join();
}

void StopSignals::wait_for(std::function<void()> asked) {
  thread_ = std::thread([this, asked = std::move(asked)] { wait(asked); });
}

void StopSignals::end_in_time(int status) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = true;
    status_ = status;
  }
  ::pthread_kill(thread_.native_handle(), SIGTERM);
}

void StopSignals::wait(const std::function<void()>& asked) {
  const sigset_t set = both();
  for (int number = 0; ::sigwait(&set, &number) != 0;) {
  }
  std::unique_lock lock(mutex_);
  const bool by_signal = !ending_ && !ended_;
  ending_ = true;
  if (by_signal) {
    lock.unlock();
    asked();
    lock.lock();
  }
  if (!over_.wait_for(lock, kEndWithin, [this] { return ended_; })) ::_exit(status_);
}

}  // namespace tenggat
