// Whether a channel may be used: a pure machine, one a channel. It opens when the channel takes
// nothing, so that no message spends its attempts on it and no server is hammered; after a while
// one message tries it. Other channels do not feel it.
//
//   closed ── enough failures in a row, or one that stops the channel ──▶ open
//   open ── its time is over ──▶ trying, with one message under way
//   trying ── a failure ──▶ open, for twice as long         trying ── an answer ──▶ closed
#pragma once
#include <chrono>
#include <string>

#include "notifiers/message.h"

namespace tenggat::office {

struct BreakerOptions {
  int failures = 5;                   // in a row
  std::chrono::seconds first{5};      // until the first trial
  std::chrono::seconds longest{300};  // between trials; a stopped channel begins with it
};

class Breaker {
 public:
  using Moment = std::chrono::nanoseconds;  // monotonic
  explicit Breaker(BreakerOptions options) : options_(options) {}

  enum class Change { none, opened, closed };
  // What came of an attempt. `closed` also for the first answer of all, since nobody knows how a
  // former process left it.
  Change record(const notify::SendResult& result, Moment now);

  // As if it had been found open and its time were over: what a former process left behind.
  void presume_open(Moment now) {
    state_ = State::open;
    until_ = now;
  }

  bool is_open() const { return state_ != State::closed; }
  // May set out now: anything while closed; one, and only one, as a trial.
  bool may_try(Moment now) const;
  void trying() { state_ = State::trying; }
  // The trial never set out, or nobody knows what came of it.
  void not_tried(Moment now);
  Moment next_trial() const { return until_; }
  const std::string& reason() const { return reason_; }

 private:
  enum class State { closed, open, trying };
  void open(const notify::SendResult& result, Moment now);

  BreakerOptions options_;
  State state_ = State::closed;
  bool answered_ = false;
  int failures_ = 0;
  std::chrono::seconds wait_{0};
  Moment until_{};
  std::string reason_;
};

}  // namespace tenggat::office
