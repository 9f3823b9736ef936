// Numbers for metrics and the board of what has happened, from folded deltas, and of what waits to
// be sent. No scan of history, no hot row; API, metrics and reports read the same rows. What is
// open is counted by office/open_work.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/counted.h"
#include "rules/time.h"

namespace tenggat::store {

// Moves deltas whose time has come into the totals, at most a few thousand a call.
void add_fold_counts(pg::Pipeline& pipeline);

struct Total {
  std::string sop;
  Counted what;
  std::int64_t amount = 0;
};
// Totals so far, folded or not, of what is counted by the office's now.
pg::Slot<std::vector<Total>> add_totals(pg::Pipeline& pipeline);

// Today and this month where an SOP is at work.
struct CivilPeriod {
  std::string sop;
  Instant day_start{}, day_end{}, month_start{};
};

// Cases that ended this month, by the permit_decided index.
struct Decided {
  std::string sop;
  std::int64_t met = 0, judged = 0;
};
pg::Slot<std::vector<Decided>> add_decided(pg::Pipeline& pipeline,
                                           const std::vector<CivilPeriod>& periods);

// What cases took that ended with a verdict since, in time as their clocks count it.
struct CaseTimes {
  std::string sop;
  std::int64_t count = 0, p50 = 0, p90 = 0;  // seconds
};
pg::Slot<std::vector<CaseTimes>> add_case_times(pg::Pipeline& pipeline, Instant since);

// Totals of the WorkingTime of visits closed since.
pg::Slot<std::vector<Total>> add_working_times(pg::Pipeline& pipeline, Instant since);

struct Waiting {
  enum class Kind {
    notice,  // by audience
    notice_set_aside,
    permit_set_aside,
    undelivered,  // these by channel
    dead,
    down,
    text_stopped,
  } kind = Kind::notice;
  std::string label;
  std::int64_t count = 0;
  std::optional<Instant> oldest;
};
pg::Slot<std::vector<Waiting>> add_waiting(pg::Pipeline& pipeline);

}  // namespace tenggat::store
