// The whole story of one permit: every visit with its clock, every event, and the proof of every
// count of working time. Source: contract sections 3 ("the proof") and 5.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "daemon/store/permits.h"
#include "rules/calendar.h"
#include "rules/ledger.h"
#include "rules/sop.h"

namespace tenggat::http {

struct Timeline {
  std::vector<store::StoredEvent> events;
  std::vector<store::StoredNote> notes;
};

struct TimelineOptions {
  bool note_texts = false;
};

// {id, number, …, visits, pauses, events, notes, proof: {case, visits: [{visit, days}]}}.
boost::json::object timeline_view(const store::StoredPermit& stored, const Timeline& timeline,
                                  const Sop& sop, const Calendar& calendar, Instant now,
                                  const TimelineOptions& options);

// Why a clock stood: one stretch and its cause, in Indonesian.
struct StandstillCause {
  Standstill stretch;
  std::string why;
};
std::vector<StandstillCause> causes_of_visit(const Permit& permit, const Visit& visit,
                                             const Sop& sop);
std::vector<StandstillCause> causes_of_case(const Permit& permit, const Sop& sop);

// Day by day what a clock counted up to `now`, and what it did not count and why, its standstills
// among it. The counted seconds sum to Replay(ledger).consumed(now).
std::vector<DayProof> prove(const Ledger& ledger, const std::vector<StandstillCause>& causes,
                            const Calendar& calendar, Instant now);
boost::json::array proof_view(const std::vector<DayProof>& days, const Calendar& calendar);

}  // namespace tenggat::http
