// What is said of each open permit of a service: how likely it is to miss its due and the limit of
// law, when it will be done, and what that rests on. Source: docs/forecast.md, What is said.
//
// Three chances are kept in thousandths, as they are stored.
#pragma once
#include "rules/forecast/cases.h"
#include "rules/forecast/forecast.h"

namespace tenggat::forecast {

// From this chance on an open file is at risk.
inline constexpr int kAtRisk = 500;
// From about so many files a service learns at most: where there are more, from a part of them that
// is drawn, open and ended alike, so that neither is more in it than among all.
inline constexpr std::size_t kFilesAtMost = 8000;

struct Outlook {
  std::int64_t id = 0;
  int missed = 0;                   // of the case's due
  std::optional<int> legal_missed;  // none: no limit, or not begun
  bool by_base = false;             // the share of late ones, which was better than the method
  bool stands = false;              // its clock does: finishes are as if it went on at once
  // Half, and nine tenths, end before it; none: it lies farther ahead than can be told.
  std::optional<Instant> p50, p90;
  // Why: the step it is in, how long it has been there and how long half of those stay, what is
  // left until its due and what half of those in its place still need.
  int step = -1;  // -1: in none
  Seconds in_step{};
  std::optional<Seconds> usual_in_step;
  Seconds left{};  // below zero: past its due
  std::optional<Seconds> needs;
  // For the record of what was said.
  double share = 0;  // of its standard that has gone
  int chance = 0, base = 0, base_recent = 0;
};

class Service {
 public:
  struct Given {
    Axis axis;
    Budget standard;
    Steps steps;
    Seconds day{};  // how much of the axis a calendar day is
  };
  // Learns from `cases`, those that were opened last at the end.
  Service(const std::vector<Case>& cases, const Given& given, Instant now);

  std::size_t outcomes() const { return model_.outcomes(); }
  bool knows_enough() const { return model_.knows_enough(); }

  // What was said of permits, and what came, moves what is said from now on.
  struct Saying {
    std::int64_t id = 0;
    Instant at{}, due{};
    double share = 0;
    int chance = 0, base = 0, base_recent = 0, issued = 0;
    bool late = false;
  };
  void correct(const std::vector<Saying>& record, Instant now);
  // What would have been said within the last year, of those whose due has come: the record of a
  // service that is forecast for the first time. Instants are of the axis, counted back from `now`.
  std::vector<Saying> in_hindsight(const std::vector<Case>& cases, Instant now) const;

  // knows_enough(). `one` is open.
  Outlook look(const Case& one, Instant now) const;

 private:
  std::optional<Seconds> usual_stay(const Hazards::Place& place) const;

  const Given given_;
  const Spans spans_;
  Model model_;
  Correction correction_;
};

}  // namespace tenggat::forecast
