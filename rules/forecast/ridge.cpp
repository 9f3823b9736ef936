#include "rules/forecast/ridge.h"

#include <algorithm>
#include <cmath>

namespace tenggat::forecast {

namespace {

constexpr int kMostRounds = 25;
constexpr double kCloseEnough = 1e-6;

// Solves A x = b in place; A symmetric and positive definite, its lower triangle given.
Row solve(std::vector<Row>& a, Row b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    a[j][j] = std::sqrt(std::max(a[j][j], 1e-12));
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = sum / a[j][j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

}  // namespace

double log_odds(double chance) {
  chance = std::clamp(chance, .01, .99);
  return std::log(chance / (1 - chance));
}

double chance_of(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

Ridge::Ridge(const std::vector<Row>& rows, const std::vector<double>& late,
             const std::vector<double>& weights, double penalty) {
  const std::size_t width = rows.front().size();
  mean_.assign(width, 0), spread_.assign(width, 0), slope_.assign(width, 0);
  double weight = 0, weight_late = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    weight += weights[i], weight_late += weights[i] * late[i];
    for (std::size_t j = 0; j < width; ++j) mean_[j] += weights[i] * rows[i][j];
  }
  for (double& m : mean_) m /= weight;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < width; ++j)
      spread_[j] += weights[i] * (rows[i][j] - mean_[j]) * (rows[i][j] - mean_[j]);
  for (double& s : spread_) s = std::sqrt(s / weight) < 1e-6 ? 1 : std::sqrt(s / weight);
  intercept_ = forecast::log_odds(weight_late / weight);
  if (weight_late <= 0 || weight_late >= weight) return;

  std::vector<Row> scaled(rows.size(), Row(width + 1, 1));  // the last column is the intercept's
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < width; ++j) scaled[i][j] = (rows[i][j] - mean_[j]) / spread_[j];
  Row b(width + 1, 0);
  for (int round = 0; round < kMostRounds; ++round) {
    Row gradient(width + 1, 0);
    std::vector<Row> curve(width + 1, Row(width + 1, 0));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      double z = 0;
      for (std::size_t j = 0; j <= width; ++j) z += scaled[i][j] * b[j];
      const double p = chance_of(z), pull = weights[i] * (late[i] - p),
                   bend = weights[i] * p * (1 - p) + 1e-9;
      for (std::size_t j = 0; j <= width; ++j) {
        const double x = scaled[i][j];
        gradient[j] += pull * x;
        for (std::size_t k = 0; k <= j; ++k) curve[j][k] += bend * x * scaled[i][k];
      }
    }
    for (std::size_t j = 0; j < width; ++j) gradient[j] -= penalty * b[j], curve[j][j] += penalty;
    const Row move = solve(curve, gradient);
    double farthest = 0;
    for (std::size_t j = 0; j <= width; ++j)
      b[j] += move[j], farthest = std::max(farthest, std::abs(move[j]));
    if (farthest < kCloseEnough) break;
  }
  intercept_ = b.back();
  slope_.assign(b.begin(), b.end() - 1);
}

Row Ridge::parts(const Row& row) const {
  Row out(row.size());
  for (std::size_t j = 0; j < row.size(); ++j)
    out[j] = slope_[j] * (row[j] - mean_[j]) / spread_[j];
  return out;
}

double Ridge::log_odds(const Row& row) const {
  double sum = intercept_;
  for (double part : parts(row)) sum += part;
  return sum;
}

}  // namespace tenggat::forecast
