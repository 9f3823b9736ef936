// The tables of officers and of who stands in for them, each as one list of columns.
#pragma once
#include "daemon/store/columns.h"
#include "rules/permit/people.h"

namespace tenggat::store {

inline constexpr auto kDelegation =
    columns(given("id", &Delegation::id), given("from_officer", &Delegation::from),
            given("to_officer", &Delegation::to), given("kind", &Delegation::kind),
            given("start_on::text", &Delegation::start), given("end_on::text", &Delegation::end),
            given("letter", &Delegation::letter));

// Where an officer is reached, and in which order.
inline constexpr auto kReach =
    columns(given("email", &Officer::email), given("whatsapp", &Officer::whatsapp),
            given<JoinedWords>("array_to_string(channels, ' ')", &Officer::channels));

inline constexpr auto kOfficerRow =
    columns(given("id", &Officer::id), given("name", &Officer::name)) + kReach +
    columns(given("coalesce(ended_on::text, '')", &Officer::ended), given("nip", &Officer::nip),
            given("tongue", &Officer::tongue));

struct OfOfficer {
  std::string officer, role;
  Leave leave;
};
inline constexpr auto kRoleRow =
    columns(given("officer", &OfOfficer::officer), given("role", &OfOfficer::role));

}  // namespace tenggat::store
