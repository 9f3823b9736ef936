// The figures of a month, from the views of the schema `laporan`: what a report shows is what
// anybody else reads there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

struct MonthFigures {
  std::string month;  // "2026-03"
  std::int64_t submitted = 0, issued = 0, issued_in_time = 0, rejected = 0, withdrawn = 0,
               lapsed = 0;
  std::int64_t met = 0, missed = 0, missed_open = 0;
  // Working seconds of a case that was issued, on average; none where none was.
  std::optional<std::int64_t> average_seconds;
};

// A part of the month from Monday to Sunday; the first and the last as far as the month has them.
struct WeekFigures {
  int first_day = 0, last_day = 0;  // of the month
  std::int64_t submitted = 0, issued = 0, missed = 0;
};

struct StepFigures {
  std::string step, name;  // as the latest version that had it called it
  std::int64_t completed = 0, met = 0, missed = 0, missed_open = 0, returns = 0;
  // Recorded after they were done; of these those that count as late until a superior confirms
  // them.
  std::int64_t entered_late = 0, awaiting = 0;
  // Working seconds; none where there is nothing to take them from.
  std::optional<std::int64_t> worked_p50, worked_p90, waited_p50, waited_p90, handled_p50,
      handled_p90;
};

struct CauseFigures {
  std::string step, cause;  // as they are called
  std::int64_t count = 0, open = 0;
};

struct NamedCount {
  std::string name;
  std::int64_t count = 0;
};

struct LateCase {
  std::int64_t id = 0;
  std::string number, applicant, subject;
  std::optional<Instant> due, closed;  // none: it is open
  std::string cause;                   // of its late steps; empty: none was named
};

struct MonthReport {
  std::vector<MonthFigures> months;  // the month, and up to twelve before it; oldest first
  std::vector<WeekFigures> weeks;    // those that have begun
  std::vector<StepFigures> steps;    // those with anything to say
  std::vector<CauseFigures> causes;
  std::vector<NamedCount> deficiencies, escalations, pauses;  // most first
  std::vector<LateCase> late;  // passed their due in the month; at most kLateCasesAtMost
};
inline constexpr int kLateCasesAtMost = 200;

// `month` is "YYYY-MM". A month without anything has no row in `months`.
pg::Awaitable<MonthReport> month_report(pg::Connection& connection, std::string sop,
                                        std::string month);

// What a figure of the month counts: permits, or visits of its steps.
enum class MonthFigure {
  submitted,
  issued,
  issued_in_time,
  rejected,
  withdrawn,
  lapsed,
  met,
  missed,
  missed_open,
  step_completed,
  step_met,
  step_missed,
  step_returns,
  step_entered_late,
};
struct MonthListQuery {
  std::string sop, month;  // "2026-03"
  MonthFigure figure = MonthFigure::submitted;
  std::string step{};  // of a step's figure; empty: of all steps
  int skip = 0, limit = 0;
};
// One of what the figure counts.
struct MonthListed {
  std::int64_t permit = 0;
  std::string number, subject, step;  // step: as it is called; empty where none is meant
  std::optional<Instant> at;          // since when it counts
};
// In the order in which they came to count. As many as the figure says, where it is asked at the
// same moment.
pg::Awaitable<std::vector<MonthListed>> month_list(pg::Connection& connection,
                                                   MonthListQuery query);

}  // namespace tenggat::store
