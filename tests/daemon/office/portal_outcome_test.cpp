#include "daemon/office/portal_outcome.h"

#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using Kind = notify::portal::Answer::Kind;
using std::chrono::seconds;

// After this one there is none.
int last_attempt() {
  int attempt = 1;
  while (notify::portal::retry_in(attempt)) ++attempt;
  return attempt;
}

store::EventOutcome recorded(Kind kind, int attempts, std::optional<seconds> wish = std::nullopt) {
  store::ClaimedEvent claimed;
  claimed.attempts = attempts;
  return outcome_of(claimed, {kind, "server_error", "503", wish});
}

TEST(PortalOutcome, EveryAnswerHasItsState) {
  EXPECT_EQ(recorded(Kind::taken, 1).state, "delivered");
  EXPECT_EQ(recorded(Kind::later, 1).state, "pending");
  EXPECT_EQ(recorded(Kind::later, last_attempt() - 1).state, "pending");
  EXPECT_EQ(recorded(Kind::later, last_attempt()).state, "dead");
  EXPECT_EQ(recorded(Kind::taken, last_attempt()).state, "delivered");
}

TEST(PortalOutcome, APortalThatIsGoneKeepsItsEventsHoweverOftenTheyWereTried) {
  EXPECT_EQ(recorded(Kind::gone, last_attempt()).state, "pending");
}

TEST(PortalOutcome, ThePortalsWishIsHeardWhereItIsLonger) {
  const seconds own = *notify::portal::retry_in(1);
  EXPECT_EQ(recorded(Kind::later, 1).retry_in, own);
  EXPECT_EQ(recorded(Kind::later, 1, own + seconds{60}).retry_in, own + seconds{60});
  EXPECT_EQ(recorded(Kind::later, 1, seconds{1}).retry_in, std::max(own, seconds{1}));
}

}  // namespace
}  // namespace tenggat::office
