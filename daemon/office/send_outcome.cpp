#include "daemon/office/send_outcome.h"

#include <algorithm>
#include <iterator>

namespace tenggat::office {
namespace {

using notify::Outcome;

// Seconds before the second, third, ... attempt.
constexpr int kBackoff[] = {5, 15, 60, 180, 600, 1200, 1800, 3600};
// A channel that takes nothing at all, or nothing of a text, is looked at again this often; a
// person must mend it.
constexpr std::chrono::seconds kStoppedChannel{300};

bool is_stopped(Outcome outcome) {
  return outcome == Outcome::channel_stopped || outcome == Outcome::text_stopped;
}

// Whether this attempt is the last over its channel.
bool ends(const HeldMessage& held, int attempts_max) {
  const Outcome outcome = held.result.outcome;
  if (outcome == Outcome::permanent || outcome == Outcome::permanent_for_person) return true;
  // Tried so often in vain: as good as undeliverable this way.
  return outcome != Outcome::accepted && !is_stopped(outcome) &&
         held.claimed.attempts >= attempts_max;
}

std::chrono::seconds retry_in(const HeldMessage& held, const Jitter& jitter) {
  if (is_stopped(held.result.outcome)) return kStoppedChannel;
  const std::chrono::seconds wait = backoff(held.claimed.attempts + 1);
  return std::max(wait + jitter(wait / 4),
                  held.result.retry_after.value_or(std::chrono::seconds{0}));
}

}  // namespace

std::chrono::seconds backoff(int attempt) {
  const int last = static_cast<int>(std::size(kBackoff)) - 1;
  return std::chrono::seconds(kBackoff[std::clamp(attempt - 2, 0, last)]);
}

bool is_poison(const store::ClaimedMessage& claimed, int attempts_max) {
  return claimed.attempts > attempts_max;
}

Standing standing(const HeldMessage& held, int attempts_max, bool channel_usable) {
  if (ends(held, attempts_max)) return Standing::ended;
  const Outcome outcome = held.result.outcome;
  const bool not_taken = outcome == Outcome::retry || outcome == Outcome::channel_stopped;
  if (outcome == Outcome::text_stopped || (not_taken && !channel_usable)) return Standing::held_up;
  return Standing::fine;
}

store::SendOutcome outcome_of(const HeldMessage& held, const OutcomeTerms& terms,
                              const Jitter& jitter) {
  store::SendOutcome outcome;
  outcome.id = held.claimed.id;
  outcome.fence = held.claimed.fence;
  outcome.outcome = notify::name(held.result.outcome);
  outcome.reason = held.result.reason;
  outcome.detail = held.result.detail;
  outcome.provider_id = held.result.provider_id;
  if (held.result.outcome == Outcome::accepted) {
    outcome.state = "accepted";
    outcome.receipt_within = terms.receipt_within;
  } else if (terms.goes_elsewhere) {
    outcome.state = "failed";
  } else if (ends(held, terms.attempts_max)) {
    outcome.state = "dead";
  } else {
    outcome.state = "queued";
    outcome.retry_in = retry_in(held, jitter);
  }
  return outcome;
}

}  // namespace tenggat::office
