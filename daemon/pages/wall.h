// The board on a wall: where is it stuck, seen from five metres? Numbers alone, of two services
// beside each other; no permit, no person. Pure.
#pragma once
#include <string>
#include <vector>

#include "daemon/office/board.h"
#include "daemon/pages/html.h"

namespace tenggat::pages {

struct WallService {
  const Sop* sop = nullptr;
  const Calendar* calendar = nullptr;
};
struct WallView {
  std::string office;  // the agency
  // Those asked for, else all of them; of more than two, the most troubled.
  std::vector<WallService> services;
  const office::Board& board;
  bool stale = false;  // the numbers could not be read for a while
};
inline constexpr std::size_t kOnWall = 2;  // services beside each other
inline constexpr std::size_t kRowsOnWall = 9;

Html wall_of(const WallView& view);

// What on-time means beside what is late and not decided: "59" of "64". Nothing of either: none.
struct OnTime {
  std::int64_t met = 0, of = 0;
  bool good = false;  // nothing is late, and no limit of law has passed
};
OnTime on_time(const office::SopBoard& numbers);

}  // namespace tenggat::pages
