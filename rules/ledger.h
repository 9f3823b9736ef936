// The clock as a ledger: when it started, when it stood, when it ended. Replayed under a calendar
// it says everything else. Source: contract section 3.
//
// Overdue is never stored: it is what a replay says at the moment of asking.
#pragma once
#include <optional>
#include <vector>

#include "rules/calendar.h"
#include "rules/permit.h"

namespace tenggat {

struct Standstill {
  Instant from{};
  std::optional<Instant> to;  // none: it stands still
};

struct Ledger {
  Instant opened{};
  Budget budget;
  std::vector<Standstill> stops;  // in order, not overlapping
  std::optional<Instant> closed;
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

  Seconds total() const { return total_; }             // consumed + remaining, whenever asked
  std::optional<Instant> due() const { return due_; }  // none while it stands still before its due
  Instant first_due() const { return first_due_; }     // had it never been paused
  bool provisional() const { return provisional_; }
  bool stands() const { return !due_.has_value(); }
  Seconds consumed(Instant now) const;
  Seconds remaining(Instant now) const;       // negative once overdue
  Seconds paused_working(Instant now) const;  // working time that passed while it stood
  int stops() const { return stop_count_; }

  // The earliest instant with consumed >= ceil(percent of total); none while a standstill hides it.
  std::optional<Instant> at_percent(int percent) const;
  // The k-th instant of a rung; none while the clock stands before it.
  std::optional<Instant> at(const RungRule& rung, int k) const;

 private:
  const Calendar* calendar_;
  Instant opened_{};
  std::optional<Instant> closed_;
  std::vector<RunningSpan> running_;
  std::vector<Standstill> standing_;
  std::optional<Instant> due_;
  Instant first_due_{};
  Seconds total_{};
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

// The ledgers of a permit's clocks.
std::optional<Ledger> visit_ledger(const Permit& permit, const Visit& visit, const Sop& sop);
std::optional<Ledger> case_ledger(const Permit& permit, const Sop& sop);
std::optional<Ledger> legal_ledger(const Permit& permit, const Sop& sop);

// When a clock counts as short of time: `ladder` may be null.
std::optional<Instant> due_soon_at(const Replay& replay, const std::vector<RungRule>* ladder);

Sla visit_sla(const Permit& permit, const Visit& visit, const Sop& sop, const Calendar& calendar,
              Instant now);
Sla case_sla(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now);

// When the remaining steps would be done if each took its standard from now on.
// Contract section 3, "once late, the estimate is ...".
Instant estimate(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now);

}  // namespace tenggat
