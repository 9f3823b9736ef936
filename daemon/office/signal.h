// Wakes one waiting loop. A notification while nobody waits is kept, so none is lost between a look
// at the work and the wait for more.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

namespace tenggat::office {

class Signal {
 public:
  // After a notification wait() stays for what comes with it: a flood of them makes one round of
  // work each `gather`, not one each.
  explicit Signal(boost::asio::any_io_executor executor,
                  std::chrono::milliseconds gather = std::chrono::milliseconds{0});
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify();
  // Returns when notified (and gathered) or when the time is over, whichever is first. One waiter
  // at a time.
  boost::asio::awaitable<void> wait(std::chrono::milliseconds at_most);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tenggat::office
