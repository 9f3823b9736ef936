#include "daemon/office/portal_outcome.h"

#include <algorithm>

namespace tenggat::office {

store::EventOutcome outcome_of(const store::ClaimedEvent& claimed,
                               const notify::portal::Answer& answer) {
  using Kind = notify::portal::Answer::Kind;
  store::EventOutcome outcome;
  outcome.place = claimed.event.place;
  outcome.fence = claimed.fence;
  outcome.reason = answer.reason;
  outcome.detail = answer.detail;
  const auto wait = notify::portal::retry_in(claimed.attempts);
  const bool stays = wait || answer.kind == Kind::gone;
  outcome.state = answer.kind == Kind::taken ? "delivered" : stays ? "pending" : "dead";
  if (wait)
    outcome.retry_in = std::max(*wait, answer.retry_after.value_or(std::chrono::seconds{0}));
  return outcome;
}

}  // namespace tenggat::office
