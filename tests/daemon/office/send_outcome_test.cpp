#include "daemon/office/send_outcome.h"

#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using notify::Outcome;
using std::chrono::seconds;

HeldMessage tried(Outcome outcome, int attempts) {
  HeldMessage held;
  held.claimed.id = 7;
  held.claimed.fence = 3;
  held.claimed.attempts = attempts;
  held.result.outcome = outcome;
  held.result.reason = "server_error";
  return held;
}

store::SendOutcome recorded(const HeldMessage& held, bool goes_elsewhere = false) {
  return outcome_of(held, {12, seconds{90}, goes_elsewhere},
                    [](seconds at_most) { return at_most; });
}

TEST(SendOutcome, EveryOutcomeHasItsState) {
  const struct {
    Outcome outcome;
    const char *first, *last, *elsewhere;
  } table[] = {{Outcome::accepted, "accepted", "accepted", "accepted"},
               {Outcome::retry, "queued", "dead", "failed"},
               {Outcome::unknown, "queued", "dead", "failed"},
               {Outcome::channel_stopped, "queued", "queued", "failed"},
               {Outcome::text_stopped, "queued", "queued", "failed"},
               {Outcome::permanent, "dead", "dead", "failed"},
               {Outcome::permanent_for_person, "dead", "dead", "failed"}};
  for (const auto& row : table) {
    SCOPED_TRACE(notify::name(row.outcome));
    EXPECT_EQ(recorded(tried(row.outcome, 1)).state, row.first);
    EXPECT_EQ(recorded(tried(row.outcome, 12)).state, row.last);
    EXPECT_EQ(recorded(tried(row.outcome, 1), true).state, row.elsewhere);
  }
  EXPECT_EQ(recorded(tried(Outcome::accepted, 1)).receipt_within, seconds{90});
  EXPECT_EQ(recorded(tried(Outcome::retry, 1)).receipt_within, seconds{0});
}

TEST(SendOutcome, EachRetryWaitsLongerUpToAnHour) {
  std::vector<std::int64_t> waits;
  for (int attempt = 2; attempt <= 11; ++attempt) waits.push_back(backoff(attempt).count());
  EXPECT_EQ(waits, (std::vector<std::int64_t>{5, 15, 60, 180, 600, 1200, 1800, 3600, 3600, 3600}));
}

TEST(SendOutcome, JitterAddsUpToAQuarterAndAProvidersWishIsHeard) {
  EXPECT_EQ(recorded(tried(Outcome::retry, 3)).retry_in, seconds{60 + 15});
  HeldMessage held = tried(Outcome::retry, 3);
  held.result.retry_after = seconds{200};
  EXPECT_EQ(recorded(held).retry_in, seconds{200});
  held.result.retry_after = seconds{20};
  EXPECT_EQ(recorded(held).retry_in, seconds{75});
}

TEST(SendOutcome, WhatOnlyAPersonMendsIsTriedEveryFiveMinutes) {
  EXPECT_EQ(recorded(tried(Outcome::channel_stopped, 1)).retry_in, seconds{300});
  EXPECT_EQ(recorded(tried(Outcome::text_stopped, 9)).retry_in, seconds{300});
}

TEST(SendOutcome, AnotherChannelIsLookedForOnceThisOneIsDoneWithOrTakesNothing) {
  EXPECT_EQ(standing(tried(Outcome::accepted, 12), 12, false), Standing::fine);
  EXPECT_EQ(standing(tried(Outcome::retry, 1), 12, true), Standing::fine);
  EXPECT_EQ(standing(tried(Outcome::retry, 1), 12, false), Standing::held_up);
  EXPECT_EQ(standing(tried(Outcome::channel_stopped, 12), 12, false), Standing::held_up);
  EXPECT_EQ(standing(tried(Outcome::unknown, 1), 12, false), Standing::fine);
  EXPECT_EQ(standing(tried(Outcome::text_stopped, 1), 12, true), Standing::held_up);
  EXPECT_EQ(standing(tried(Outcome::retry, 12), 12, true), Standing::ended);
  EXPECT_EQ(standing(tried(Outcome::permanent, 1), 12, true), Standing::ended);
}

TEST(SendOutcome, WhatEndedWhoeverTriedItIsTriedNoMore) {
  EXPECT_FALSE(is_poison(tried(Outcome::unknown, 12).claimed, 12));
  EXPECT_TRUE(is_poison(tried(Outcome::unknown, 13).claimed, 12));
}

}  // namespace
}  // namespace tenggat::office
