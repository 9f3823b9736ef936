// The chance that an open file will be late, and when it will end.
// Source: docs/forecast.md.
//
// Two ways of looking are averaged in log-odds: the hazards of the steps run forward (hazards.h),
// and a regression on what tells of a file at its age (landmarks.h). Both learn from every outcome
// known by then: of a file whose due has passed one knows whether it was late, ended or not. A file
// that was quick before its due has come tells nothing yet of its like, and would make all look
// quick.
//
// Then the model's own record speaks: what it said of files whose due has come since moves it by
// what it was off by, and where it was no better than the plain share of late ones, that is what is
// given.
#pragma once
#include <memory>
#include <utility>

#include "rules/forecast/hazards.h"
#include "rules/forecast/landmarks.h"

namespace tenggat::forecast {

struct Spans {
  Seconds day{86400};         // how much of the axis a calendar day is, on the average
  int hazards_days = 365;     // stays of this long ago are counted
  int regression_days = 730;  // files opened within it, before their due
  int half_life_days = 180;   // a file so long after its due weighs half
  int refit_days = 61;        // a model forecasts for so long in a back-test
  int bias_days = 120;        // the record that says what it is off by
  int base_days = 365;        // the share of late ones, and the record that must be better
  int recent_days = 90;       // the share that is shown beside the record
  Seconds days(int n) const { return day * n; }
};

inline constexpr std::size_t kFewest = 30;  // known outcomes: with fewer there is no forecast

// What was said of a file and what came. `late` is known from `due` on.
struct Said {
  Seconds at{}, due{};
  double share = 0;  // of its standard that had passed
  double chance = 0, base = 0;
  double issued = 0;  // after the correction of its day
  bool late = false;
  double base_recent = 0;  // of the last Spans::recent_days
  std::size_t file = 0;    // its place among those that were asked about
};

class Model {
 public:
  Model(Files files, const Steps& steps, Seconds known, const Spans& spans);

  Seconds known() const { return known_; }
  std::size_t outcomes() const { return outcomes_; }
  bool knows_enough() const { return outcomes_ >= kFewest; }
  double chance(const File& file, Seconds t) const;  // of being late, not corrected; knows_enough()
  double by_hazards(const File& file, Seconds t) const;  // each way alone
  double by_regression(const File& file, Seconds t) const;
  // The share of late ones among files known that were open at that share of their standard, of the
  // last Spans::base_days, or recent_days; of all where there was none.
  double base(double share) const { return base(year_, share); }
  double base_recent(double share) const { return base(recent_, share); }

  const Hazards& hazards() const { return *hazards_; }
  const Landmarks& landmarks() const { return *landmarks_; }
  // The rows it learnt from: for peers.
  struct Lesson {
    std::vector<Row> rows;
    std::vector<double> late, weights;
  };
  const Lesson& lesson() const { return lesson_; }
  void forget_lesson() { lesson_ = {}; }

 private:
  // Outcomes of some span, by the share of the standard until which they were open.
  class Outcomes {
   public:
    void add(double open_until, bool late) { all_.emplace_back(open_until, late); }
    void sort();                                                // before share_of_late()
    std::optional<double> share_of_late(double open_at) const;  // none: there was none

   private:
    std::vector<std::pair<double, bool>> all_;
    std::vector<int> late_from_;  // of those from there on
  };
  double base(const Outcomes& of, double share) const;
  void learn(Files files);
  double hazards_alone(const File& file, Seconds t) const;

  const Steps steps_;
  const Seconds known_;
  const Spans spans_;
  Seconds unit_{1};
  std::size_t outcomes_ = 0;
  Outcomes past_, year_, recent_;
  Lesson lesson_;
  std::unique_ptr<const Hazards> hazards_;
  std::unique_ptr<const Landmarks> landmarks_;
  std::unique_ptr<const Ridge> ridge_;
  // Steps know nothing of a due: offices hurry before it. So what hazards say is laid beside what
  // came.
  std::unique_ptr<const Ridge> brought_home_;
};

// What the model's own record makes of what it says.
class Correction {
 public:
  Correction() = default;
  // Of `record` only what was known at `known` is read.
  Correction(std::span<const Said> record, Seconds known, const Spans& spans);

  double shift() const { return shift_; }  // in log-odds
  double issue(double chance, double base, double share) const;
  bool gives_base(double share) const;

 private:
  static constexpr std::size_t kQuarters = 4;  // of the standard, each with a record of its own
  static std::size_t quarter(double share);
  void weigh_bias(const std::vector<Said>& recent);
  void compare_with_base(const std::vector<Said>& year);

  double shift_ = 0;
  bool base_is_better_[kQuarters] = {};
};

// What `model` says of the files that reach a quarter, half or three quarters of their standard
// from `from` on until `to`, and are open then. Those still without an outcome at `until` are left
// out.
struct Period {
  Seconds from{}, to{}, until{};
};
std::vector<Said> say(const Model& model, const Correction& correction, Files files,
                      const Period& period);

}  // namespace tenggat::forecast
