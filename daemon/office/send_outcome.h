// What is put on record of an attempt to send a message, and when it is tried again. Pure. Source:
// docs/reference.md, Notices and messages.
#pragma once
#include <chrono>
#include <functional>

#include "daemon/office/sending_lanes.h"
#include "daemon/store/sending.h"

namespace tenggat::office {

// Machine time until the n-th attempt (2 for the first retry), before jitter.
std::chrono::seconds backoff(int attempt);
// Up to so much is added, so that what failed together does not come back together.
using Jitter = std::function<std::chrono::seconds(std::chrono::seconds at_most)>;

// It ended whoever tried it so often, and is tried no more.
bool is_poison(const store::ClaimedMessage& claimed, int attempts_max);

// Whether another channel is to be looked for.
enum class Standing {
  fine,     // accepted, or tried again here
  ended,    // this attempt is the last over its channel
  held_up,  // its channel or its text takes nothing for now
};
Standing standing(const HeldMessage& held, int attempts_max, bool channel_usable);

struct OutcomeTerms {
  int attempts_max = 0;
  std::chrono::seconds receipt_within{0};  // of its channel
  bool goes_elsewhere = false;             // another channel takes over
};
store::SendOutcome outcome_of(const HeldMessage& held, const OutcomeTerms& terms,
                              const Jitter& jitter);

}  // namespace tenggat::office
