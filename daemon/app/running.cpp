#include "daemon/app/running.h"

#include <fmt/format.h>

#include <exception>

#include "daemon/lasting.h"
#include "daemon/log.h"

namespace tenggat::app {

void Running::spawn(std::function<boost::asio::awaitable<void>()> work, std::string name) {
  names_.insert(name);
  spawn_lasting(executor_, std::move(work), [this, name](std::exception_ptr failure) {
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& why) {
        log_event(Level::error, "loop_ended", {{"loop", name}, {"why", why.what()}});
      }
      failed_();
    }
    names_.erase(names_.find(name));
    if (names_.empty()) all_ended_.notify();
  });
}

std::string Running::names() const { return fmt::format("{}", fmt::join(names_, ", ")); }

boost::asio::awaitable<void> Running::end(std::chrono::milliseconds at_most) {
  if (!names_.empty()) co_await all_ended_.wait(at_most);
}

}  // namespace tenggat::app
