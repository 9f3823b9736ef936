// A change of a permit as those outside are told it: by GET /events and by the portal's webhook.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "daemon/store/changes.h"
#include "rules/calendar/calendar.h"
#include "rules/sop/sop.h"

namespace tenggat::office {

// Cursor and webhook-id: "e" and the place's three numbers in hex, with dashes between.
std::string change_id(const store::ChangePlace& place);

// {id, version, type, timestamp, data}. The fields of an event are ours, but for those that people
// typed, which it holds as digests and which are not shown. An action that recommends an outcome is
// not named: portals show what they are told to applicants, and it is not decided yet.
boost::json::object change_event(const store::Change& change, const Sop& sop,
                                 const Calendar& calendar);

}  // namespace tenggat::office
