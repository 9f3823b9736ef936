// What has been raised above the head of whoever holds a visit, and who is told of it: for the page
// of superiors, and for what they may do about it. Source: docs/reference.md, Superiors.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/calendar/calendar.h"
#include "rules/permit/notice.h"
#include "rules/permit/people.h"
#include "rules/permit/permit.h"

namespace tenggat {

// The text by which a directive reaches its holder.
inline constexpr std::string_view kDirective = "arahan";

// How long a response holds repeats back: by itself, and at the longest.
inline constexpr Budget kUsualResponse{1};
inline constexpr Budget kLongestResponse{5};

// One thing that was raised: a rung of the visit's or the case's ladder, what its officer asked
// for, or that the limit of law has passed.
struct Escalation {
  int visit = 0;     // 0: of the case
  std::string rung;  // "+1d", "escalated", "fiktif_positif"
  int k = 1;
  Instant due_at{}, raised_at{};
  std::vector<std::string> roles;   // that it names
  std::vector<std::string> copies;  // of these, those that are told along
};

// Of an open visit and of its case, in the order they were raised; those whose instant has moved
// into the future are none.
std::vector<Escalation> escalations_raised(const Permit& permit, const Visit& visit,
                                           const Sop& sop);

// What is raised next, if nothing is done; `raised_at` says nothing yet. Nothing: the clocks stand,
// or all was raised.
std::optional<Escalation> next_escalation(const Permit& permit, const Visit& visit, const Sop& sop,
                                          const Calendar& calendar);

// Whether it names the officer on that day: in a duty of theirs, or in the place of one who is not
// there. `copy` where they are only told along.
struct Named {
  bool copy = false;
};
std::optional<Named> names(const Escalation& escalation, std::string_view officer,
                           const Visit& visit, const Sop& sop, const People& people,
                           const CivilDate& day);

// The roles that a visit's delays may come to: those above its own, those told along, those that
// the case's ladder names, and the head.
std::vector<std::string> escalation_roles(const Visit& visit, const Sop& sop);
// The duty in which an officer looks after what is raised of the visit.
std::optional<Duty> escalated_duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                                       const People& people, const CivilDate& day);
// The duty in which an officer directs who holds the visit. Nobody directs a role that has no
// superior, and nobody themselves.
std::optional<Duty> directing_duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                                       const People& people, const CivilDate& day);

// Until when this officer, having responded, is not told of a repeat of what had been raised by
// then; nothing: they are told now. The first of a rung is never a repeat.
std::optional<Instant> response_holds(const Notice& notice, const Permit& permit,
                                      std::string_view officer, Instant now);

}  // namespace tenggat
