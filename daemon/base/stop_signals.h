// SIGTERM and SIGINT, waited for on a thread of its own: the process then ends in time whatever
// holds up its loop, be it a log that nobody reads, a name that does not resolve, or a thread that
// cannot be joined.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace tenggat {

class StopSignals {
 public:
  // From here on this thread, and those it starts, leave both signals to ours.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // `asked` is called once, on another thread, when either signal comes.
  void wait_for(std::function<void()> asked);
  // The process ends with `status` before the service manager would kill it, at the latest by
  // _exit(). By itself for those signals, with 0.
  void end_in_time(int status);

 private:
  void wait(const std::function<void()>& asked);

  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool ending_ = false;  // the time runs
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace tenggat
