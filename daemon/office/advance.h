// `tenggat clock advance`: takes a simulated clock of SPEED 0 from due instant to due instant, so
// that nothing is jumped over, and waits at each until the daemons have done what is due there.
// Source: docs/reference.md, Simulated clock.
#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::office {

struct AdvanceOptions {
  // Called at each stop, before waiting for what is due there.
  std::function<void(Instant)> on_stop{};
  // How long one instant's work may stand still before giving up: no daemon seems to be running.
  std::chrono::milliseconds patience = std::chrono::seconds(60);
};

struct Advanced {
  Instant now{};  // == target
  int stops = 0;  // due instants on the way, the target not counted
  // No tenggatd was there: what fell due stays due, and waits for it.
  bool unattended = false;
};

// Returns when the clock stands at `target` and nothing is due any more: no permit to look at, no
// notice to render, no daily list to write, and no message that was neither delivered nor has
// failed once (later tries follow real time and are not waited for). Where no tenggatd is connected
// to the database and something falls due, the clock goes straight to `target`: the office was left
// alone for that time. An instant already reached is
// settled all the same. The error is a sentence; the clock then stands at the last stop. The
// connection is left listening on the channel 'tenggat'.
pg::Awaitable<boost::system::result<Advanced, std::string>> advance(pg::Connection& connection,
                                                                    Instant target,
                                                                    AdvanceOptions options);

}  // namespace tenggat::office
