// "Tugas saya" as a page: all that it is made from, and what it looks like. Pure.
#pragma once
#include <string>
#include <vector>

#include "daemon/pages/task_done.h"
#include "daemon/pages/task_list.h"
#include "daemon/store/task_views.h"

namespace tenggat::pages {

// So many permits are looked at of each role, and of what the officer has taken; so many are acted
// on by one press.
inline constexpr int kDeskShown = 50, kDeskOwn = 25;
inline constexpr std::size_t kBulkMost = 50;

// What came of what was done: which action, on which permits.
struct Did {
  std::string action;
  std::vector<std::int64_t> permits;
};
std::string did_address(const std::string& address, const Did& did);
Did read_did(const Request& request);

// All that the page is made from.
struct Desk {
  const PageCall& call;
  const office::Rulebook& rulebook;
  TaskQuery query{};
  Reading found{};
  std::vector<TaskRow> all{};             // that wait for this officer, the most urgent first
  std::vector<TaskRow> rows{};            // of those, what is asked for
  bool more = false;                      // there are more than were looked at
  std::vector<store::Pressed> presses{};  // of what was done lately
  std::vector<DoneTask> done{};
  store::DoneCount today{};
  std::vector<store::TaskView> views{};
  Did did{};

  const SignedIn& who() const { return *call.who; }
  const People& people() const { return rulebook.people(); }
  Instant now() const { return found.moment.now; }
  Context context() const { return rulebook.context(*rulebook.sops_in_force().front(), now()); }
  std::size_t count_of(const store::DeskFilter& filter) const;
};

// `fault`: why what was asked for was not done.
Html desk_body(const Desk& desk, const std::string& fault);

}  // namespace tenggat::pages
