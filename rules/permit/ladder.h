// What time alone will bring about on a permit, and when: rungs of its ladders, counted breaches,
// automatic resumes and actions, reminders to mend. The SLA watch asks for the first instant;
// catch_up takes them one by one. Source: docs/reference.md, Clocks and PAUD.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "rules/permit/ledger.h"

namespace tenggat {

// The applicant is reminded to mend: the text, and how it is kept among the raised rungs.
inline constexpr std::string_view kMendReminder = "pengingat_perbaikan";
// That, and when, somebody comes to look.
inline constexpr std::string_view kFieldVisit = "jadwal_kunjungan";
// The text by which the limit of law is said to have passed.
inline constexpr std::string_view kLegalLimit = "fiktif_positif";

struct Timed {
  enum class Kind {
    resume,
    automatic_action,
    rung,
    missed,
    mend_reminder,
    acknowledgement_over,
    legal_limit
  };
  Kind kind = Kind::rung;
  Instant at{};
  int visit = 0;                       // 0: the case
  const RungRule* rung = nullptr;      // rung
  const ActionRule* action = nullptr;  // automatic_action
  int k = 1;
  int occurrence = 1;
};

// When an open pause ends by itself: at its end date, else at the longest its reason allows. None:
// only a person ends it.
std::optional<Instant> resumes_at(const Pause& pause, const Sop& sop, const Calendar& calendar);
// The longest a pause for this reason may last; none: as long as it takes.
std::optional<Instant> longest_pause(const Pause& pause, const PauseReason& reason,
                                     const Calendar& calendar);

// The next of each source, soonest first; equal instants in a fixed order, so that two daemons
// agree.
std::vector<Timed> upcoming(const Permit& permit, const Sop& sop, const Calendar& calendar);
std::optional<Timed> first_upcoming(const Permit& permit, const Sop& sop, const Calendar& calendar);

// The next rung of one clock, visit 0 the case's; none where all are raised, or it stands before
// it, or it has ended.
std::optional<Timed> next_rung(const Permit& permit, int visit, const Sop& sop,
                               const Calendar& calendar);

// Everything derived that is stored for searching. Recomputed whole whenever a permit is written.
struct Projection {
  struct VisitDues {
    int visit = 0;
    std::optional<Instant> due_at, due_soon_at;
  };
  std::vector<VisitDues> visits;  // all that are not undone and have a clock
  std::optional<Instant> case_due_at, case_due_soon_at, legal_due_at;
  std::optional<Instant>
      legal_risk_at;  // from here on less than a working day of the limit is left
  std::optional<Instant> next_check_at;
};
Projection project(const Permit& permit, const Sop& sop, const Calendar& calendar);

}  // namespace tenggat
