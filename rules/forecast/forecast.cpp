#include "rules/forecast/forecast.h"

#include <algorithm>
#include <cmath>

namespace tenggat::forecast {

namespace {

// Ages, as shares of the standard, at which a file that has come to its due is looked at again.
constexpr double kAges[] = {.1, .25, .4, .5, .6, .75, .9};
// One file is looked at about so often: together its rows weigh one.
constexpr double kLooks = 4.2;
constexpr double kPenalty = 9.5, kPenaltyOfHazards = 1;
constexpr double kHazards =
    .4;                     // their part in the average of log-odds; the rest is the regression's
constexpr int kUnits = 56;  // the usual standard has so many cells
constexpr double kNoBias = 6;    // what no bias weighs against the record, in forecasts' worth
constexpr double kByChance = 2;  // so many standard errors of a bias are taken for chance
constexpr double kWeightOfSaid = .45;    // several forecasts are of one file
constexpr std::size_t kFewestSaid = 20;  // before the record can speak for the base
constexpr double kClearly = 2;  // by how many standard errors the base must have been better
constexpr double kTold[] = {.25, .5, .75};

Seconds usual_standard(Files files, Seconds known) {
  std::vector<Seconds> all;
  for (const File& file : files)
    if (file.opened < known) all.push_back(file.standard());
  if (all.empty()) return Seconds{kUnits};
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

Seconds at_share(const File& file, double share) {
  return file.opened + Seconds{static_cast<std::int64_t>(
                           std::llround(share * static_cast<double>(file.standard().count())))};
}

double share_of(const File& file, Seconds t) {
  return static_cast<double>((t - file.opened).count()) /
         static_cast<double>(file.standard().count());
}

}  // namespace

Model::Model(Files files, const Steps& steps, Seconds known, const Spans& spans)
    : steps_(steps),
      known_(known),
      spans_(spans),
      unit_(std::max(Seconds{1}, usual_standard(files, known) / kUnits)) {
  hazards_ = std::make_unique<Hazards>(files, steps, known, spans.days(spans.hazards_days), unit_);
  landmarks_ =
      std::make_unique<Landmarks>(files, steps, known, spans.days(spans.regression_days), unit_);
  learn(files);
}

void Model::learn(Files files) {
  std::vector<Row> alone;
  for (const File& file : files) {
    if (file.due > known_) continue;
    const double open_until = file.is_late() ? 2 : share_of(file, *file.ended);
    past_.add(open_until, file.is_late());
    if (file.due > known_ - spans_.days(spans_.base_days)) year_.add(open_until, file.is_late());
    if (file.due > known_ - spans_.days(spans_.recent_days))
      recent_.add(open_until, file.is_late());
    if (file.due <= known_ - spans_.days(spans_.regression_days)) continue;
    ++outcomes_;
    const double age = static_cast<double>((known_ - file.due).count()) /
                       static_cast<double>(spans_.days(spans_.half_life_days).count());
    for (double share : kAges) {
      const Seconds t = at_share(file, share);
      if (!file.is_open_at(t)) break;
      lesson_.rows.push_back(landmarks_->row(file, t));
      alone.push_back({log_odds(hazards_alone(file, t)), share});
      lesson_.late.push_back(file.is_late() ? 1 : 0);
      lesson_.weights.push_back(std::exp2(-age) / kLooks);
    }
  }
  for (Outcomes* outcomes : {&past_, &year_, &recent_}) outcomes->sort();
  if (lesson_.rows.empty()) return;
  ridge_ = std::make_unique<Ridge>(lesson_.rows, lesson_.late, lesson_.weights, kPenalty);
  brought_home_ = std::make_unique<Ridge>(alone, lesson_.late, lesson_.weights, kPenaltyOfHazards);
}

double Model::hazards_alone(const File& file, Seconds t) const {
  const double left =
      static_cast<double>((file.due - t).count()) / static_cast<double>(unit_.count());
  return 1 - hazards_->ends_within(hazards_->place(file, t), static_cast<int>(std::lround(left)));
}

double Model::by_hazards(const File& file, Seconds t) const {
  const double alone = hazards_alone(file, t);
  return brought_home_ ? chance_of(brought_home_->log_odds({log_odds(alone), share_of(file, t)}))
                       : alone;
}

double Model::by_regression(const File& file, Seconds t) const {
  return ridge_ ? chance_of(ridge_->log_odds(landmarks_->row(file, t))) : .5;
}

double Model::chance(const File& file, Seconds t) const {
  if (t > file.due) return 1;
  return chance_of(kHazards * log_odds(by_hazards(file, t)) +
                   (1 - kHazards) * log_odds(by_regression(file, t)));
}

void Model::Outcomes::sort() {
  std::sort(all_.begin(), all_.end());
  late_from_.assign(all_.size() + 1, 0);
  for (std::size_t i = all_.size(); i-- > 0;)
    late_from_[i] = late_from_[i + 1] + (all_[i].second ? 1 : 0);
}

std::optional<double> Model::Outcomes::share_of_late(double open_at) const {
  const auto first =
      std::upper_bound(all_.begin(), all_.end(), open_at,
                       [](double share, const auto& outcome) { return share < outcome.first; });
  if (first == all_.end()) return std::nullopt;
  return static_cast<double>(late_from_[static_cast<std::size_t>(first - all_.begin())]) /
         static_cast<double>(all_.end() - first);
}

double Model::base(const Outcomes& of, double share) const {
  constexpr double kNothingKnown = .5;
  if (const auto lately = of.share_of_late(share)) return *lately;
  return past_.share_of_late(share).value_or(kNothingKnown);
}

Correction::Correction(std::span<const Said> record, Seconds known, const Spans& spans) {
  std::vector<Said> recent, year;
  for (const Said& said : record) {
    if (said.due > known || said.at >= known) continue;
    if (said.due > known - spans.days(spans.bias_days)) recent.push_back(said);
    if (said.due > known - spans.days(spans.base_days)) year.push_back(said);
  }
  weigh_bias(recent);
  compare_with_base(year);
}

void Correction::weigh_bias(const std::vector<Said>& recent) {
  double bend = kNoBias;
  for (int round = 0; round < 8; ++round) {
    double pull = -kNoBias * shift_;
    bend = kNoBias;
    for (const Said& said : recent) {
      const double p = chance_of(log_odds(said.chance) + shift_);
      pull += kWeightOfSaid * ((said.late ? 1 : 0) - p), bend += kWeightOfSaid * p * (1 - p);
    }
    shift_ += pull / bend;
  }
  shift_ = std::copysign(std::max(0., std::abs(shift_) - kByChance / std::sqrt(bend)), shift_);
}

void Correction::compare_with_base(const std::vector<Said>& year) {
  double sum[kQuarters] = {}, squares[kQuarters] = {};
  std::size_t count[kQuarters] = {};
  for (const Said& said : year) {
    const double y = said.late ? 1 : 0;
    const double worse = (said.issued - y) * (said.issued - y) - (said.base - y) * (said.base - y);
    const std::size_t q = quarter(said.share);
    ++count[q], sum[q] += worse, squares[q] += worse * worse;
  }
  for (std::size_t q = 0; q < kQuarters; ++q) {
    if (count[q] < kFewestSaid) continue;
    const auto n = static_cast<double>(count[q]);
    const double mean = sum[q] / n;
    const double error = std::sqrt(std::max(0., squares[q] / n - mean * mean) / n);
    base_is_better_[q] = mean > kClearly * error;
  }
}

std::size_t Correction::quarter(double share) {
  return static_cast<std::size_t>(std::clamp(share, 0., .999) * kQuarters);
}

bool Correction::gives_base(double share) const { return base_is_better_[quarter(share)]; }

double Correction::issue(double chance, double base, double share) const {
  if (share >= 1) return 1;
  return gives_base(share) ? base : chance_of(log_odds(chance) + shift_);
}

std::vector<Said> say(const Model& model, const Correction& correction, Files files,
                      const Period& period) {
  std::vector<Said> out;
  for (const File& file : files)
    for (double share : kTold) {
      const Seconds t = at_share(file, share);
      if (t < period.from || t >= period.to || !file.is_open_at(t) || file.due > period.until)
        continue;
      Said said{t, file.due, share, model.chance(file, t), model.base(share), 0, file.is_late()};
      said.issued = correction.issue(said.chance, said.base, share);
      said.base_recent = model.base_recent(share);
      said.file = static_cast<std::size_t>(&file - files.data());
      out.push_back(said);
    }
  return out;
}

}  // namespace tenggat::forecast
