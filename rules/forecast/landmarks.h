// What of a file tells how it will go on: the columns of the regression, at any moment of its life.
// Source: docs/forecast.md.
#pragma once
#include "rules/forecast/history.h"
#include "rules/forecast/ridge.h"

namespace tenggat::forecast {

// In this order in a row; after them one column a step that is not rare, one a trait that is
// neither rare nor common to nearly all.
enum class Column {
  share_of_standard,  // that has passed
  since_last,         // log(1 + units) since the last event
  in_step,            // log(1 + units) since the step that brought the file farthest
  events,             // log(1 + number)
  batches,            // log(1 + number of units with an event)
  people,             // log(1 + number)
  lately,             // log(1 + events within the last seven units)
  steps,              // number of steps seen, tenths
  progress,           // log(1 + units) that usually remained after that farthest step
  last_remaining,     // the same of the last event's step
  standard,           // log of its standard beside the usual one
  count_
};

class Landmarks {
 public:
  // Learns from what was known at `known` of the files opened within `window` before.
  Landmarks(Files files, const Steps& steps, Seconds known, Seconds window, Seconds unit);

  Row row(const File& file, Seconds t) const;  // reads nothing after `t`
  std::size_t width() const {
    return static_cast<std::size_t>(Column::count_) + steps_.size() + traits_.size();
  }
  const std::vector<int>& steps() const { return steps_; }
  const std::vector<int>& traits() const { return traits_; }

 private:
  double remaining(int step) const { return remaining_[static_cast<std::size_t>(step)]; }

  Seconds unit_, usual_standard_{};
  double remaining_of_any_ = 0;
  std::vector<double> remaining_;  // by step
  std::vector<int> steps_, traits_;
};

}  // namespace tenggat::forecast
