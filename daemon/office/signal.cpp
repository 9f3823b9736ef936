#include "daemon/office/signal.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenggat::office {

struct Signal::State {
  State(boost::asio::any_io_executor executor, std::chrono::milliseconds gather_in)
      : timer(std::move(executor)), gather(gather_in) {}
  boost::asio::steady_timer timer;
  const std::chrono::milliseconds gather;
  bool notified = false;
  bool gathering = false;  // then the timer is not to be cut short
};

Signal::Signal(boost::asio::any_io_executor executor, std::chrono::milliseconds gather)
    : state_(std::make_shared<State>(std::move(executor), gather)) {}
Signal::~Signal() { state_->timer.cancel(); }

void Signal::notify() {
  state_->notified = true;
  if (!state_->gathering) state_->timer.cancel();
}

boost::asio::awaitable<void> Signal::wait(std::chrono::milliseconds at_most) {
  const auto state = state_;  // the Signal may go while we wait
  if (!state->notified) {
    state->timer.expires_after(at_most);
    boost::system::error_code cut_short;
    co_await state->timer.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, cut_short));
  }
  if (state->notified && state->gather.count() > 0) {
    struct Gathering {  // over however the wait ends
      bool& is;
      explicit Gathering(bool& flag) : is(flag) { is = true; }
      ~Gathering() { is = false; }
    } const gathering(state->gathering);
    state->timer.expires_after(state->gather);
    boost::system::error_code gone;
    co_await state->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, gone));
  }
  state->notified = false;
}

}  // namespace tenggat::office
