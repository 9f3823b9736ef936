// The clock as a ledger: when it started, when it stood, when it ended. Replayed under a calendar
// it says everything else. Source: docs/reference.md, Clocks.
//
// Overdue is never stored: it is what a replay says at the moment of asking.
#pragma once
#include <optional>
#include <vector>

#include "rules/calendar/calendar.h"
#include "rules/permit/permit.h"

namespace tenggat {

struct Standstill {
  Instant from{};
  std::optional<Instant> to;  // none: it stands still
};

// A step may be entered again. Its clock then is (`re_entry`)
//   fresh       a clock of its own: the whole budget, nothing consumed;
//   cumulative  the first visit's clock, which stood since that visit closed: the total is the
//               first visit's, consumed begins with what the earlier visits consumed;
//   remainder   a clock of its own over what the earlier visits left: the total is the last
//               visit's total less what that visit consumed, at least zero.
// In both of the latter the budget, also one in days, became working time once, when the first
// visit opened, and what was left of it is worked off from the new opening on, as after a pause.
// Nothing left: due at the opening, so late one second after it; the time in between is not the
// step's, and rungs after the due count from there. A share that the earlier visits had reached is
// reached at the opening. Time is replayed under one calendar, the earlier visits' too.
struct Ledger {
  Instant opened{};
  Budget budget;
  std::vector<Standstill> stops;  // in order, not overlapping
  std::optional<Instant> closed;
  ReEntry re_entry = ReEntry::fresh;
  // What it carries on from: closed, by opening, each without `earlier` of its own. Fresh: none.
  std::vector<Ledger> earlier{};
};

struct RunningSpan {
  Instant from{};
  std::optional<Instant> to;
  Seconds before{};  // consumed when it began
};

// A replayed ledger, good for any `now`.
class Replay {
 public:
  Replay(const Ledger& ledger, const Calendar& calendar);

  Counting counting() const { return counting_; }      // working time; of `k` budgets all time
  Seconds total() const { return total_; }             // consumed + remaining, whenever asked
  Seconds carried() const { return carried_; }         // consumed before it opened: cumulative only
  std::optional<Instant> due() const { return due_; }  // none while it stands still before its due
  Instant first_due() const { return first_due_; }     // had it never been paused
  bool provisional() const { return provisional_; }
  bool stands() const { return !due_.has_value(); }
  Seconds consumed(Instant now) const;
  Seconds remaining(Instant now) const;       // negative once overdue
  Seconds paused_working(Instant now) const;  // of what it counts, while it stood
  Seconds paused_wall(Instant now) const;     // all time that passed while it stood
  int stops() const { return stop_count_; }
  // Those it stood for: a pause opened at or after the due, or of no length, stops nothing.
  const std::vector<Standstill>& standing() const { return standing_; }

  // The earliest instant with consumed >= ceil(percent of total); none while a standstill hides it.
  std::optional<Instant> at_percent(int percent) const;
  // The k-th instant of a rung; none while the clock stands before it.
  std::optional<Instant> at(const RungRule& rung, int k) const;

 private:
  struct Start {
    std::optional<Seconds> total;  // in place of the budget
    Seconds carried{};
  };
  static Start start_of(const Ledger& ledger, const Calendar& calendar);
  Replay(const Ledger& ledger, const Calendar& calendar, const Start& start);

  const Calendar* calendar_;
  Counting counting_;
  Instant opened_{};
  std::optional<Instant> closed_;
  std::vector<RunningSpan> running_;
  std::vector<Standstill> standing_;
  std::optional<Instant> due_;
  Instant first_due_{};
  Seconds total_{}, carried_{};
  bool provisional_ = false;
  int stop_count_ = 0;
};

enum class SlaStatus { on_track, due_soon, overdue, paused, met, missed };
std::string_view to_string(SlaStatus status);

// As the API shows it. Null where a clock has no say (the applicant's own steps, a case not
// started).
struct Sla {
  Budget standard;
  Seconds elapsed{};
  std::optional<Seconds> remaining;
  std::optional<Instant> due_at;
  std::optional<SlaStatus> status;
  bool paused = false;
  bool provisional = false;
};

// The ledgers of a permit's clocks. None where there is no clock: the applicant's own steps, a
// visit that was taken back, one that runs from a claim nobody made, a closed one whose step the
// SOP version the permit was moved to no longer has.
std::optional<Ledger> visit_ledger(const Permit& permit, const Visit& visit, const Sop& sop);
std::optional<Ledger> case_ledger(const Permit& permit, const Sop& sop);
std::optional<Ledger> legal_ledger(const Permit& permit, const Sop& sop);

// When a clock counts as short of time: `ladder` may be null.
std::optional<Instant> due_soon_at(const Replay& replay, const std::vector<RungRule>* ladder);

Sla visit_sla(const Permit& permit, const Visit& visit, const Sop& sop, const Calendar& calendar,
              Instant now);
Sla case_sla(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now);

// What a closed clock would say under the calendar in force. What it said at closing stays; none
// where both say the same, and while it is open. Source: docs/reference.md, Versions.
struct Recomputed {
  std::optional<Verdict> verdict;  // none where it had none
  Seconds elapsed{};
  std::optional<Instant> due_at;
};
std::optional<Recomputed> recomputed_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                                           const Calendar& calendar);
std::optional<Recomputed> recomputed_case(const Permit& permit, const Sop& sop,
                                          const Calendar& calendar);

// When the remaining steps would be done if each took its standard from now on.
// Source: docs/reference.md, The promised date.
Instant estimate(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now);

// The same as an applicant is told it, by message and on their page: counted from when the case was
// late, or from when its open step opened or became overdue since. So it stays until that changes,
// or until it has passed: then the next is counted from there.
Instant told_estimate(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now);

// Until when an objection to the refusal can be raised; none where the SOP names no term, or
// nothing was refused.
std::optional<Instant> objection_until(const Permit& permit, const Sop& sop,
                                       const Calendar& calendar);

}  // namespace tenggat
