#include "daemon/office/breaker.h"

#include <algorithm>

namespace tenggat::office {
namespace {

enum class Verdict { answer, failure, stopped, says_nothing };

// What an attempt says of the channel, not of its message.
Verdict verdict_of(const notify::SendResult& result) {
  using notify::Outcome;
  switch (result.outcome) {
    case Outcome::accepted:
    case Outcome::permanent_for_person:
    case Outcome::permanent:
    case Outcome::text_stopped:
      return Verdict::answer;
    case Outcome::channel_stopped:
      return Verdict::stopped;
    case Outcome::retry:
      // A server that asks for patience works; so does one whose mailbox is full.
      return result.reason == notify::reason::rate_limited ||
                     result.reason == notify::reason::mailbox_full
                 ? Verdict::says_nothing
                 : Verdict::failure;
    case Outcome::unknown:
      break;
  }
  return Verdict::failure;
}

}  // namespace

Breaker::Change Breaker::record(const notify::SendResult& result, Moment now) {
  switch (verdict_of(result)) {
    case Verdict::says_nothing:
      if (state_ != State::trying) return Change::none;
      [[fallthrough]];
    case Verdict::answer: {
      const bool news = is_open() || !answered_;
      state_ = State::closed;
      answered_ = true;
      failures_ = 0;
      wait_ = std::chrono::seconds{0};
      return news ? Change::closed : Change::none;
    }
    case Verdict::stopped:
      wait_ = options_.longest;
      break;
    case Verdict::failure:
      // What was under way when it opened says nothing new.
      if (state_ == State::open) return Change::none;
      if (state_ == State::closed && ++failures_ < options_.failures) return Change::none;
      break;
  }
  const bool news = state_ == State::closed;
  open(result, now);
  return news ? Change::opened : Change::none;
}

void Breaker::open(const notify::SendResult& result, Moment now) {
  state_ = State::open;
  wait_ = std::min(std::max(options_.first, 2 * wait_), options_.longest);
  until_ = now + wait_;
  reason_ = result.reason;
}

bool Breaker::may_try(Moment now) const {
  return state_ == State::closed || (state_ == State::open && now >= until_);
}

void Breaker::not_tried(Moment now) {
  if (state_ != State::trying) return;
  state_ = State::open;
  until_ = now;
}

}  // namespace tenggat::office
