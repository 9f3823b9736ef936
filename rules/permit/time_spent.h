// Where the time of a permit went: of one clock, what ran and what stood; of one visit, waiting and
// handling; of the whole permit, whose time it was. Source: docs/reference.md, Clocks;
// docs/domain.md, The office's SOP: gross, net and paused time and the number of pauses are kept.
#pragma once
#include <optional>

#include "rules/permit/ledger.h"

namespace tenggat {

struct Spent {
  Seconds working{};  // by the calendar
  Seconds wall{};
  bool operator==(const Spent&) const = default;
};

// Of one clock, from its opening to `now` or to its end. gross = net + paused; what earlier visits
// left to it is in none of them.
struct ClockTimes {
  Spent gross, net, paused;
  int pauses = 0;  // those that stopped it
};
ClockTimes clock_times(const Ledger& ledger, const Calendar& calendar, Instant now);

// Waiting is until the claim, handling from there, both in working time that the clock ran. Nobody
// can tell them apart on a visit that was closed without a claim: then neither is there.
struct WaitingAndHandling {
  std::optional<Seconds> waiting, handling;
};
WaitingAndHandling waiting_and_handling(const Permit& permit, const Visit& visit, const Sop& sop,
                                        const Calendar& calendar, Instant now);

// Whose time the permit took from its start (`started_at`) to `now` or to its end. Each instant is
// one party's: the office's while any visit of an officer runs or stands for the office itself;
// else another agency's while a visit stands for one; else the applicant's while a visit is theirs
// or stands for them; else the office's. A pause counts here from its start to its end, also one
// that stopped no clock because it came after the due.
struct TimeByParty {
  Instant from{}, to{};
  Spent office, applicant, other_agency;
};
TimeByParty time_by_party(const Permit& permit, const Sop& sop, const Calendar& calendar,
                          Instant now);

}  // namespace tenggat
