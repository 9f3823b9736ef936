// What waits with an officer, as their page asks for it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/permits.h"

namespace tenggat::store {

// What a desk is narrowed to. Empty and `all`: not.
struct DeskFilter {
  std::string sop, step;
  enum class Seen { all, back, late, risk, refusal, obstacle, paused } seen = Seen::all;
  bool operator==(const DeskFilter&) const = default;
};
struct DeskQuery {
  std::string officer;
  std::vector<std::string> roles;
  DeskFilter filter;
  int own = 0, limit = 0;  // how many permits, of those they have and of each role
};
// Permits with an open visit that the officer has, or in one of these roles, the most urgent first.
// Of `back` more than are asked for: what came back otherwise, or is to be done anew. What narrows
// beyond a service is looked for among the most urgent thousand of each role.
Ids add_find_desk(pg::Pipeline& pipeline, const DeskQuery& query);

// A step that an officer has closed. In their order the latest comes first.
struct DonePlace {
  Instant at{};
  std::int64_t permit = 0;
  int visit = 0;
};
struct DoneQuery {
  std::string officer;
  std::optional<Instant> since{};     // later than this
  std::optional<DonePlace> before{};  // in their order after this one
  int limit = 0;
};
pg::Slot<std::vector<DonePlace>> add_find_done(pg::Pipeline& pipeline, const DoneQuery& query);

// By which press of a button on their desk the officer did this there last; as long as the keys of
// forms are kept.
struct Pressed {
  std::int64_t permit = 0;
  std::string step, action, press;
};
// The word that tells what a key is of, among those of its press.
std::string press_part(std::int64_t permit, std::string_view step, std::string_view action);
pg::Slot<std::vector<Pressed>> add_find_presses(pg::Pipeline& pipeline, const std::string& officer,
                                                const std::vector<std::int64_t>& permits);

// How many steps with a verdict this officer has closed since then, and how many of those in time;
// none where they are a thousand or more, which no person closes in a day.
struct DoneCount {
  std::int64_t closed = 0, met = 0;
};
pg::Slot<DoneCount> add_count_done(pg::Pipeline& pipeline, const std::string& officer,
                                   Instant since);

// What was written on these permits that tells why a task is as it is, in their order.
pg::Slot<std::vector<StoredNote>> add_reasons(pg::Pipeline& pipeline,
                                              const std::vector<std::int64_t>& permits);

}  // namespace tenggat::store
