// How long steps take and what follows them: from every stay within a window of time, whether it
// has ended or not, the chance of leaving a step at each age of the stay, and where to. Source:
// docs/forecast.md; Kaplan and Meier 1958, for competing ends.
//
// A stay that is still going on counts for as long as it has gone on (censored at the right); one
// that began before the window counts from the window's beginning (truncated at the left). Without
// the first a forecast would be of quick files only.
//
// Where there is little to count, a step leans on its group, a group on all, a step of a family on
// the step, as if that had been seen of a few files more. There is no chance in it: the future is
// summed up, not drawn.
#pragma once
#include <vector>

#include "rules/forecast/history.h"

namespace tenggat::forecast {

class Hazards {
 public:
  static constexpr int kCells = 128;  // how far ahead it looks, in units

  // `unit`: the length of a cell of age, above zero. `window`: what began and ended before
  // `known - window` is not counted. Cost: steps² · kCells · families.
  Hazards(Files files, const Steps& steps, Seconds known, Seconds window, Seconds unit);

  // Where a file is at `t`, later than its opening.
  struct Place {
    int family = 0, step = 0;
    int age = 0;  // cells since the step began
  };
  Place place(const File& file, Seconds t) const;

  // The chance that a file that stands there ends within so many cells from now: [0, 1], rising.
  double ends_within(const Place& place, int cells) const;
  // In cells from now; none beyond kCells.
  std::optional<int> cells_until(const Place& place, double chance) const;

  Seconds unit() const { return unit_; }
  double hazard(int family, int step, int age) const { return leaving_[at(family, step, age)]; }

 private:
  static constexpr int kSpans = 4;  // of a stay's age, in which what follows differs

  std::size_t at(int family, int step, int cell) const {
    return (static_cast<std::size_t>(family) * static_cast<std::size_t>(states_) +
            static_cast<std::size_t>(step)) *
               (kCells + 1) +
           static_cast<std::size_t>(cell);
  }
  // Where a move of `family` out of `step` after an age of `span` to `next` is counted; `states_`:
  // the end.
  std::size_t move(int family, int step, int span, int next) const {
    const int row = (family * states_ + step) * kSpans + span;
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(states_ + 1) +
           static_cast<std::size_t>(next);
  }
  std::size_t ending(int family, int step, int span, int cells) const {
    const int row = (family * states_ + step) * kSpans + span;
    return static_cast<std::size_t>(row) * (kCells + 1) + static_cast<std::size_t>(cells);
  }
  static int span_of(int age);

  void count(Files files, Seconds known, Seconds window);
  void count(const Stay& stay, int family, std::optional<Seconds> left, int next, Seconds known,
             Seconds since);
  void lean_hazards();
  void lean_moves();
  void run_forward(int family);

  const Steps steps_;
  const int states_;  // the steps and the state before any event
  const Seconds unit_;
  std::vector<double> exposed_, leaving_;  // by family, step, age; `leaving_` counts, then chances
  std::vector<double> moves_;              // counts, then chances
  // The chance to end within so many cells once a step is left at an age of a span.
  std::vector<double> ends_;
};

}  // namespace tenggat::forecast
