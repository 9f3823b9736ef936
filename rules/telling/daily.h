// The morning list of each officer's open tasks and the recap for the heads: when they are made,
// and for whom. Source: docs/reference.md, Officers.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/rule_source.h"

namespace tenggat {

inline constexpr const char* kMorningList = "daftar_pagi";
inline constexpr const char* kRecap = "rekap_harian";

// 20260402: a daily notice is made once a day.
int day_number(const LocalTime& local);

// The first after that instant.
Instant next_morning_list(const Calendar& calendar, Instant after);
Instant next_recap(const Calendar& calendar, Instant after);
// Whether one that was planned for then is still worth making. What an outage has made stale is
// left out: yesterday's list helps nobody, today's does.
bool morning_list_helps(Instant planned, const Calendar& calendar, Instant now);
bool recap_helps(Instant planned, const Calendar& calendar, Instant now);

// An open visit of somebody but an applicant: enough of it to know its holder.
struct OpenTask {
  std::int64_t permit = 0;
  std::string number, sop_version;
  Visit visit;
  std::optional<Instant> due_at, due_soon_at;
  bool paused = false;
  std::string subject = {};
};
// The roles whose visits are none.
std::vector<std::string> applicant_roles(const RuleSource& rules);

struct TaskHeld {
  const OpenTask* task;
  std::string for_officer;  // whom its holder stands in for; empty: it is their own
};
// By officer. Whoever asked for silence gets no list.
std::map<std::string, std::vector<TaskHeld>> tasks_by_holder(const std::vector<OpenTask>& tasks,
                                                             const RuleSource& rules, Instant now);

// Each once, in the duty of the first service they head.
std::vector<Recipient> heads_to_tell(const RuleSource& rules, Instant now);

}  // namespace tenggat
