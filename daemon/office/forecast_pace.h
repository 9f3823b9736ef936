// How fast a round of the forecast goes: no faster than it has to. Officers' actions come first, so
// that its work is spread over the time it may take instead of done at once, and where the machine
// is short of time it rests the longer.
#pragma once
#include <algorithm>
#include <chrono>

namespace tenggat::office {

class ForecastPace {
 public:
  using Time = std::chrono::nanoseconds;

  // 100,000 permits take three quarters of a minute.
  static constexpr Time kEach = std::chrono::microseconds(450);
  // Work that is behind its pace still has two thirds of the time at most.
  static constexpr int kWorkedAtMost = 2;  // to one of rest
  static constexpr Time kRestAtLeast = std::chrono::milliseconds(10);

  // `begun`, and every later time, of a monotonic clock.
  explicit ForecastPace(Time begun) : due_(begun) {}

  // How long to rest, after a portion of so many permits that was begun then.
  Time rest(int permits, Time portion_begun, Time now) {
    due_ = std::max(due_, portion_begun - kMayCatchUp) + permits * kEach;
    return std::max({due_ - now, (now - portion_begun) / kWorkedAtMost, kRestAtLeast});
  }

 private:
  // What was lost longer ago is not made up for.
  static constexpr Time kMayCatchUp = std::chrono::seconds(5);

  Time due_;  // of what has been done
};

}  // namespace tenggat::office
