#include "daemon/base/stop_signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace tenggat {
namespace {

using std::chrono::steady_clock;

// Whatever holds it: nothing of ours runs any more once it was asked.
[[noreturn]] void hang() {
  StopSignals signals;
  signals.wait_for([] {});
  ::kill(::getpid(), SIGTERM);
  while (true) ::pause();
}

TEST(StopSignals, AProcessThatHangsEndsInTimeAllTheSame) {
  const auto begun = steady_clock::now();
  EXPECT_EXIT(hang(), testing::ExitedWithCode(0), "");
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(10));
}

[[noreturn]] void fail_and_hang() {
  StopSignals signals;
  signals.wait_for([] { std::_Exit(7); });  // nobody asked for this end
  signals.end_in_time(1);
  while (true) ::pause();
}

TEST(StopSignals, WhatEndsByItselfEndsInTimeToo) {
  EXPECT_EXIT(fail_and_hang(), testing::ExitedWithCode(1), "");
}

[[noreturn]] void end_at_once() {
  {
    StopSignals signals;
    signals.wait_for([] { std::_Exit(7); });
  }
  std::_Exit(3);
}

TEST(StopSignals, NothingIsAskedWhereNoSignalCame) {
  EXPECT_EXIT(end_at_once(), testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace tenggat
