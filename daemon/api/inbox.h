// The inbox of one officer: the open visits they may act on today, most urgent first. Source:
// docs/reference.md, Calls (GET /tasks) and People.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/office/rulebook.h"
#include "daemon/store/permits.h"
#include "rules/permit/ledger.h"
#include "rules/permit/offers.h"
#include "rules/permit/people.h"

namespace tenggat::http {

// How many permits are looked at where some of the visits found may not be the officer's.
inline constexpr int kInboxReach = 500;

// Roles whose open visits may be this officer's work today: their own and delegated ones, those
// where nobody is on duty and they are next, and those where a deputy may have prepared the file.
struct InboxRoles {
  std::vector<std::string> roles;
  bool sifted = false;  // some visits of these roles may be somebody else's
};
InboxRoles inbox_roles(std::string_view officer, const office::Rulebook& rulebook, Instant now);

// Roles whose delays come to this officer as a superior today.
struct RoleBelow {
  std::string role;
  enum class How {
    superior,   // they stand in its chain
    copy,       // they are told along
    case_alone  // of its files as a whole, by the case's ladder or as the head
  } how = How::superior;
};
std::vector<RoleBelow> roles_below(std::string_view officer, const office::Rulebook& rulebook,
                                   Instant now);
// Of these roles the rungs that go to a superior before a step is late; mostly none.
std::vector<std::string> early_rungs(const office::Rulebook& rulebook);

struct Task {
  const store::StoredPermit* stored = nullptr;
  const Visit* visit = nullptr;
  Duty duty;
  Sla sla = {};  // of the visit, now
};
// Points into `permits`, whose SOP versions the rulebook must know.
std::vector<Task> tasks_of(std::string_view officer,
                           const std::map<std::int64_t, store::StoredPermit>& permits,
                           const office::Rulebook& rulebook, Instant now);

// {id, number, sop, subject, state, version, step, visit, role, assignee, opened_at, sla, case_sla,
// acting_for, delegation, actions}. `actions` are those that `officer` is offered there now.
boost::json::object task_view(const Task& task, const std::string& officer,
                              const office::Rulebook& rulebook, Instant now);
// What the officer is offered of the task itself.
std::vector<Offer> offers_of(const Task& task, const std::string& officer,
                             const office::Rulebook& rulebook, Instant now);

}  // namespace tenggat::http
