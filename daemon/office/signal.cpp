#include "daemon/office/signal.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenggat::office {

struct Signal::State {
  explicit State(boost::asio::any_io_executor executor) : timer(std::move(executor)) {}
  boost::asio::steady_timer timer;
  bool notified = false;
};

Signal::Signal(boost::asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(executor))) {}
Signal::~Signal() { state_->timer.cancel(); }

void Signal::notify() {
  state_->notified = true;
  state_->timer.cancel();
}

boost::asio::awaitable<void> Signal::wait(std::chrono::milliseconds at_most) {
  const auto state = state_;  // the Signal may go while we wait
  if (!state->notified) {
    state->timer.expires_after(at_most);
    boost::system::error_code cut_short;
    co_await state->timer.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, cut_short));
  }
  state->notified = false;
}

}  // namespace tenggat::office
