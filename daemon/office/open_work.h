// What is open, kept in memory by whoever shows its numbers: the board and /metrics. A hundred
// thousand open permits are read once; from then on only those that something happened to. What a
// clock says at some moment is then found without asking the database.
//
// About 200 bytes an open permit.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/store/counts.h"
#include "daemon/store/open_work.h"
#include "rules/time.h"

namespace tenggat::office {

struct OpenPermits {
  std::string sop;
  bool returned = false;
  std::int64_t open = 0, overdue = 0, legal_risk = 0, legal_passed = 0;
  std::int64_t due_today = 0;  // active ones; 0 for an SOP without a period
};

struct OpenVisits {
  std::string sop, step;
  std::int64_t on_track = 0, due_soon = 0, overdue = 0, paused = 0;
  std::int64_t untimed = 0;    // no clock runs on them: the applicant's
  std::int64_t unclaimed = 0;  // of all of these
  Instant oldest{};            // when the oldest was opened
  std::optional<Instant> next_due;
  std::int64_t unacknowledged = 0;  // late, a superior was told, and nobody has said why
};

// What one officer holds at a step, or nobody does.
struct OpenLoad {
  std::string sop, step, officer;
  std::int64_t open = 0, overdue = 0, paused = 0;
  Instant oldest{};                // when the oldest was opened
  std::int64_t oldest_permit = 0;  // and of which permit it is
};

struct OpenCounts {
  std::vector<OpenPermits> permits;  // by SOP and state
  std::vector<OpenVisits> visits;    // by SOP and step
  std::vector<OpenLoad> loads;       // by SOP, step and officer
};

class OpenWork {
 public:
  // What the database says of `asked`; those it does not say anything of are no longer open.
  void take(const std::vector<std::int64_t>& asked, const std::vector<store::OpenPermit>& found);
  void clear() { permits_.clear(); }

  std::size_t size() const { return permits_.size(); }
  // Those of `last` that are not known as they are since their last event.
  std::vector<std::int64_t> outdated(const std::vector<store::LastEvent>& last) const;

  // As the core judges: late is after the due instant, soon from its own on.
  OpenCounts count(Instant now, const std::vector<store::CivilPeriod>& periods) const;
  // Permits of these SOPs whose promised date lies past what the calendar's decrees cover.
  std::int64_t provisional(const std::vector<std::string>& sops, Instant covered_until) const;

 private:
  struct Visit {
    const std::string* step;
    const std::string* assignee;
    Instant opened_at;
    std::optional<Instant> due_at, due_soon_at, acknowledged_until;
    bool paused, escalated;
  };
  struct Permit {
    const std::string* sop;
    std::int64_t events;
    std::optional<Instant> case_due_at, legal_risk_at;
    bool returned, case_open, legal_passed;
    std::vector<Visit> visits;
  };
  struct Load {
    OpenVisits visits;
    std::int64_t oldest_permit = 0;
  };
  static void add(Load& to, const Visit& visit, std::int64_t permit, Instant now);
  static void fold(OpenVisits& to, const OpenVisits& one);
  const std::string* name(const std::string& name) { return &*names_.insert(name).first; }

  std::set<std::string> names_;  // of SOPs, steps and officers, each once
  std::unordered_map<std::int64_t, Permit> permits_;
};

}  // namespace tenggat::office
