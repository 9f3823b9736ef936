// What the canary lives by: an SOP of one step that is overdue after a minute, a calendar without a
// closed hour, and somebody to escalate to who is no person. In no list, and put in force nowhere.
#pragma once
#include <memory>
#include <string>

#include "daemon/store/rules.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/people.h"
#include "rules/sop/sop.h"

namespace tenggat::office {

struct CanaryRules {
  Sop sop;
  Calendar calendar;
  store::RuleSet sop_set, calendar_set;  // its permits point to them
};
std::shared_ptr<const CanaryRules> canary_rules();

// Who the escalation goes to: an email address or a WhatsApp number; empty: nobody can be reached.
People canary_people(const std::string& to);

}  // namespace tenggat::office
