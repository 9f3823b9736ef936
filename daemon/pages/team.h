// How much each person below a superior has in hand, and how much waits at each step, the oldest
// first. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/api/inbox.h"
#include "daemon/office/board.h"
#include "daemon/pages/html.h"
#include "daemon/store/escalations.h"

namespace tenggat::pages {

struct TeamOf {
  struct AtStep {
    std::string sop, step;
    std::int64_t open = 0, overdue = 0, paused = 0;
    Instant oldest{};
    std::int64_t oldest_permit = 0;
  };
  struct Member {
    std::string officer;  // empty: what nobody of the role has taken
    std::string role;     // of those that nobody has taken
    bool copy = false;    // the superior is only told along
    std::vector<AtStep> steps;
    std::int64_t open = 0, overdue = 0;
    const AtStep* oldest() const;
  };
  std::vector<Member> members;  // who holds the oldest first; who has nothing last
  std::vector<AtStep> steps;    // in the order of the services and their steps
  std::int64_t open = 0, overdue = 0;
  std::vector<std::int64_t> oldest_permits() const;
};

TeamOf team_of(const std::vector<http::RoleBelow>& below,
               const std::vector<office::OpenLoad>& loads, const office::Rulebook& rulebook,
               Instant now);

Html team_view(const TeamOf& team, const std::vector<store::PermitTitle>& titles,
               const office::Rulebook& rulebook, Instant now);

}  // namespace tenggat::pages
