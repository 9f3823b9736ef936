// A logistic regression held by a ridge: its coefficients cost what they weigh.
// Source: Hoerl and Kennard 1970; le Cessie and van Houwelingen 1992.
#pragma once
#include <vector>

namespace tenggat::forecast {

using Row = std::vector<double>;

double log_odds(double chance);  // of one cut to [.01, .99]: nothing is sure
double chance_of(double log_odds);

class Ridge {
 public:
  // `rows` of one width, `late` 0 or 1, `weights` above zero; at least one row. Columns are brought
  // to mean 0 and spread 1 first, `penalty` holds for those; the intercept is free. Where all came
  // out alike it says that, cut as log_odds() cuts.
  Ridge(const std::vector<Row>& rows, const std::vector<double>& late,
        const std::vector<double>& weights, double penalty);

  double log_odds(const Row& row) const;
  // What each column adds to the log-odds of a file like the mean.
  Row parts(const Row& row) const;

 private:
  Row mean_, spread_, slope_;
  double intercept_ = 0;
};

}  // namespace tenggat::forecast
