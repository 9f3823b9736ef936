// Who reads everything and acts on nothing reads for a while only: an inspection ends.
#pragma once
#include "daemon/office/rulebook.h"
#include "daemon/store/people.h"

namespace tenggat::office {

inline constexpr std::chrono::hours kObserversStay{24 * 90};

// Whether an officer sees what is done in the office itself: with the role admin, or one that
// observes, in their own right.
bool oversees(const Rulebook& rulebook, std::string_view officer);

// First day no longer in service of somebody new: as given, else for whoever holds observing roles
// alone kObserversStay from now; empty: none.
CivilDate end_of_service(const Officer& officer, const Rulebook& rulebook, Instant now);

// The same for somebody whose roles `edit` changes: gives it an end where it names none and they
// have none.
void end_observers_stay(store::OfficerEdit& edit, const std::string& officer,
                        const Rulebook& rulebook, Instant now);

}  // namespace tenggat::office
