// The whole story of one permit: every visit with its clock, every event, and the proof of every
// count of working time. Source: docs/reference.md, The proof and Calls.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "daemon/store/permits.h"
#include "rules/calendar/calendar.h"
#include "rules/sop/sop.h"

namespace tenggat::http {

struct Timeline {
  std::vector<store::StoredEvent> events;
  std::vector<store::StoredNote> notes;
};

struct TimelineOptions {
  bool note_texts = false;
};

// {id, number, …, case, time, visits, pauses, events, notes, proof: {visits: [{visit, days, …}],
// case, case_clock, legal, legal_clock}}. Seconds are working time where their name does not say
// `wall`.
boost::json::object timeline_view(const store::StoredPermit& stored, const Timeline& timeline,
                                  const Sop& sop, const Calendar& calendar, Instant now,
                                  const TimelineOptions& options);

// [{date, counted_seconds, spans: [{kind, from, to, why}]}], as `proof` has them.
boost::json::array days_view(const std::vector<DayProof>& days, const Calendar& calendar);

}  // namespace tenggat::http
