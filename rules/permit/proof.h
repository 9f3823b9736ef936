// The proof of a clock: day by day what it counted, what it did not count and why, its standstills
// among it. Source: docs/reference.md, The proof. `deadline --explain`, the API and the pages
// show this and nothing of their own.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/ledger.h"

namespace tenggat {

// Why a clock stood: one stretch and its cause, in Indonesian.
struct StandstillCause {
  Standstill stretch;
  std::string why;
};

// Of the clocks of a permit, with who paused them.
std::vector<StandstillCause> causes_of_visit(const Permit& permit, const Visit& visit,
                                             const Sop& sop);
std::vector<StandstillCause> causes_of_case(const Permit& permit, const Sop& sop);

// Of one clock, up to an instant or to its end.
struct Proof {
  Seconds carried{};   // consumed on earlier visits of the step, whose own proofs show it
  Seconds consumed{};  // carried, and what the days count: Replay::consumed
  Seconds total{};     // the budget in working time: Replay::total
  std::optional<Instant> due;
  bool provisional = false;
  std::vector<DayProof> days;
};

// `causes` may hold more than the ledger's stops: a stretch takes the first that was under way when
// it began. Of an open ledger that does not stand still, `now` may lie ahead, as its due date does:
// the days until then count as nothing comes between.
Proof prove(const Ledger& ledger, const std::vector<StandstillCause>& causes,
            const Calendar& calendar, Instant now);

// The proofs of a permit's clocks, each with the causes of its standstills; none where there is no
// clock.
std::optional<Proof> prove_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                                 const Calendar& calendar, Instant now);
std::optional<Proof> prove_case(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                Instant now);
std::optional<Proof> prove_legal(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                 Instant now);

}  // namespace tenggat
