// The office as a simulation takes it: its files of the last 90 days, its officers, and what is
// asked to be otherwise. Source: docs/forecast.md, What if.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/office/rulebook.h"
#include "daemon/pg/connection.h"
#include "rules/forecast/simulate.h"

namespace tenggat::office {

struct WhatIfAsked {
  struct Officers {
    std::string role;
    int by = 0;
  };
  struct Absence {
    std::string role;  // empty: one of every role
    CivilDate first, last;
  };
  std::vector<Officers> officers;
  std::vector<Absence> absences;
  double arrivals = 1;
  int weeks = 8;
  std::uint64_t seed = 1;
  std::optional<int> runs;
};

struct WhatIf {
  forecast::Workload load;
  forecast::Plan as_it_is, asked;
  std::vector<std::string> roles;  // ids, in the order of the workload
  std::vector<std::string> services;
  std::vector<Instant> week_ends;
  int came_in = 0;  // files, in those 90 days
};

inline constexpr std::chrono::days kSimulatedPast{90};

// A fault of what is asked, in words for an operator; nothing: there is none.
std::optional<std::string> fault_of(WhatIfAsked& asked, const Rulebook& rulebook);
// fault_of() has found none; the roles are whole ids since. Needs a service in force.
pg::Awaitable<WhatIf> read_what_if(pg::Connection& connection, const Rulebook& rulebook,
                                   Instant now, WhatIfAsked asked);

}  // namespace tenggat::office
