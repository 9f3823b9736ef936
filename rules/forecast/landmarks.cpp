#include "rules/forecast/landmarks.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tenggat::forecast {

namespace {

constexpr double kRareStep = .05, kRareTrait = .03;  // of files
constexpr double kLean = 5;                          // files' worth of the mean of all steps
constexpr int kLately = 7;                           // units

double log_units(Seconds time, Seconds unit) {
  return std::log1p(
      std::max(0., static_cast<double>(time.count()) / static_cast<double>(unit.count())));
}

}  // namespace

Landmarks::Landmarks(Files files, const Steps& steps, Seconds known, Seconds window, Seconds unit)
    : unit_(unit) {
  const auto count = static_cast<std::size_t>(steps.count());
  std::vector<double> sum(count), seen(count), with_trait(static_cast<std::size_t>(steps.traits));
  std::vector<Seconds> standards;
  for (const File& file : files) {
    if (file.opened >= known || file.opened <= known - window) continue;
    standards.push_back(file.standard());
    for (int trait : file.traits) ++with_trait[static_cast<std::size_t>(trait)];
    const Seconds until = file.ended ? std::min(*file.ended, known) : known;
    std::set<int> met;
    for (const Event& event : file.events) {
      if (event.at > until) break;
      if (!met.insert(event.step).second) continue;
      ++seen[static_cast<std::size_t>(event.step)];
      sum[static_cast<std::size_t>(event.step)] +=
          log_units(until - std::max(event.at, file.opened), unit);
    }
  }
  double sums = 0, seens = 0;
  for (std::size_t s = 0; s < count; ++s) sums += sum[s], seens += seen[s];
  remaining_of_any_ = seens > 0 ? sums / seens : 0;
  for (std::size_t s = 0; s < count; ++s)
    remaining_.push_back((sum[s] + kLean * remaining_of_any_) / (seen[s] + kLean));
  const auto known_files = static_cast<double>(standards.size());
  for (std::size_t s = 0; s < count; ++s)
    if (seen[s] > kRareStep * known_files) steps_.push_back(static_cast<int>(s));
  for (std::size_t k = 0; k < with_trait.size(); ++k)
    if (with_trait[k] >= kRareTrait * known_files &&
        with_trait[k] <= (1 - kRareTrait) * known_files)
      traits_.push_back(static_cast<int>(k));
  if (standards.empty()) standards.push_back(unit);
  std::nth_element(standards.begin(),
                   standards.begin() + static_cast<std::ptrdiff_t>(standards.size() / 2),
                   standards.end());
  usual_standard_ = standards[standards.size() / 2];
}

Row Landmarks::row(const File& file, Seconds t) const {
  Row row(static_cast<std::size_t>(Column::count_));
  auto column = [&row](Column which) -> double& { return row[static_cast<std::size_t>(which)]; };
  std::set<int> met, people;
  std::set<std::int64_t> batches;
  Seconds last = file.opened, farthest_at = file.opened;
  double farthest = remaining_of_any_, of_last = remaining_of_any_, events = 0, lately = 0;
  for (const Event& event : file.events) {
    if (event.at > t) break;
    const Seconds at = std::max(event.at, file.opened);
    ++events;
    if (at > t - kLately * unit_) ++lately;
    batches.insert(at / unit_);
    people.insert(event.person);
    if (met.insert(event.step).second && (met.size() == 1 || remaining(event.step) < farthest))
      farthest = remaining(event.step), farthest_at = at;
    last = at, of_last = remaining(event.step);
  }
  column(Column::share_of_standard) =
      static_cast<double>((t - file.opened).count()) / static_cast<double>(file.standard().count());
  column(Column::since_last) = log_units(t - last, unit_);
  column(Column::in_step) = log_units(t - farthest_at, unit_);
  column(Column::events) = std::log1p(events);
  column(Column::batches) = std::log1p(static_cast<double>(batches.size()));
  column(Column::people) = std::log1p(static_cast<double>(people.size()));
  column(Column::lately) = std::log1p(lately);
  column(Column::steps) = static_cast<double>(met.size()) / 10;
  column(Column::progress) = farthest;
  column(Column::last_remaining) = of_last;
  column(Column::standard) = std::log(static_cast<double>(file.standard().count()) /
                                      static_cast<double>(usual_standard_.count()));
  for (int step : steps_) row.push_back(met.count(step) ? 1 : 0);
  for (int trait : traits_)
    row.push_back(
        std::find(file.traits.begin(), file.traits.end(), trait) != file.traits.end() ? 1 : 0);
  return row;
}

}  // namespace tenggat::forecast
