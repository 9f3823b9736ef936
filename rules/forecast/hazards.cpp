#include "rules/forecast/hazards.h"

#include <algorithm>
#include <cmath>

namespace tenggat::forecast {

namespace {

// How much of the coarser is mixed into the finer: files at risk at an age, or moves.
constexpr double kLean = 4, kMovesOfGroup = 3, kMovesOfStep = 5, kFamily = 20;
// No step is surer to end than this.
constexpr double kSurest = .98;
// Sweeps over moves that take less than a cell: a chain of more of them is cut.
constexpr int kSweeps = 6;

}  // namespace

int Hazards::span_of(int age) { return age < 2 ? 0 : age < 7 ? 1 : age < 21 ? 2 : 3; }

Hazards::Hazards(Files files, const Steps& steps, Seconds known, Seconds window, Seconds unit)
    : steps_(steps), states_(steps.count() + 1), unit_(unit) {
  const auto rows = static_cast<std::size_t>(steps_.families) * static_cast<std::size_t>(states_);
  exposed_.assign(rows * (kCells + 1), 0);
  leaving_ = exposed_;
  moves_.assign(rows * kSpans * static_cast<std::size_t>(states_ + 1), 0);
  ends_.assign(rows * kSpans * (kCells + 1), 0);
  count(files, known, window);
  lean_hazards();
  lean_moves();
  for (int family = 0; family < steps_.families; ++family) run_forward(family);
}

void Hazards::count(Files files, Seconds known, Seconds window) {
  const Seconds since = known - window;
  for (const File& file : files) {
    if (file.opened >= known || (file.ended && *file.ended < since)) continue;
    const std::vector<Stay> all = stays(file, steps_, known, unit_);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i + 1 < all.size()) {
        count(all[i], file.family, all[i + 1].from, all[i + 1].step, known, since);
      } else {
        const bool over = file.ended && *file.ended <= known;
        count(all[i], file.family, over ? file.ended : std::nullopt, states_, known, since);
      }
    }
  }
}

void Hazards::count(const Stay& stay, int family, std::optional<Seconds> left, int next,
                    Seconds known, Seconds since) {
  if (stay.from >= known || (left && *left < since)) return;
  const auto first = std::max<std::int64_t>(0, (since - stay.from) / unit_);
  const auto last = ((left ? *left : known) - stay.from) / unit_;
  for (std::int64_t cell = first; cell <= std::min<std::int64_t>(last, kCells); ++cell)
    if (cell < last || left) ++exposed_[at(family, stay.step, static_cast<int>(cell))];
  if (!left) return;
  const int age = static_cast<int>(std::min<std::int64_t>(last, kCells));
  if (last <= kCells) ++leaving_[at(family, stay.step, age)];
  ++moves_[move(family, stay.step, span_of(age), next)];
}

// All -> group -> step -> the step in a family. A family is as quick or slow in a step as in the
// group.
void Hazards::lean_hazards() {
  constexpr int cells = kCells + 1;
  const int groups =
      states_ == 1 ? 1 : *std::max_element(steps_.group.begin(), steps_.group.end()) + 2;
  auto group_of = [&](int step) {
    return step == steps_.count() ? groups - 1 : steps_.group[static_cast<std::size_t>(step)];
  };
  std::vector<double> group_exposed(static_cast<std::size_t>(groups * cells)),
      group_leaving = group_exposed;
  std::vector<double> all_exposed(cells), all_leaving(cells);
  for (int f = 0; f < steps_.families; ++f)
    for (int s = 0; s < states_; ++s)
      for (int c = 0; c < cells; ++c) {
        const auto of_group = static_cast<std::size_t>(group_of(s) * cells + c),
                   cell = static_cast<std::size_t>(c);
        group_exposed[of_group] += exposed_[at(f, s, c)],
            all_exposed[cell] += exposed_[at(f, s, c)];
        group_leaving[of_group] += leaving_[at(f, s, c)],
            all_leaving[cell] += leaving_[at(f, s, c)];
      }
  std::vector<double> step_chance(static_cast<std::size_t>(states_ * cells));
  for (int s = 0; s < states_; ++s)
    for (int c = 0; c < cells; ++c) {
      const auto of_group = static_cast<std::size_t>(group_of(s) * cells + c),
                 cell = static_cast<std::size_t>(c);
      const double all = (all_leaving[cell] + .5) / (all_exposed[cell] + 10);
      const double group =
          (group_leaving[of_group] + kLean * all) / (group_exposed[of_group] + kLean);
      double exposed = kLean, leaving = kLean * group;
      for (int f = 0; f < steps_.families; ++f)
        exposed += exposed_[at(f, s, c)], leaving += leaving_[at(f, s, c)];
      step_chance[static_cast<std::size_t>(s * cells + c)] = leaving / exposed;
    }
  for (int f = 0; f < steps_.families; ++f) {
    std::vector<double> expected(static_cast<std::size_t>(groups)), seen = expected;
    double expected_all = kFamily, seen_all = kFamily;
    for (int s = 0; s < states_; ++s)
      for (int c = 0; c < cells; ++c) {
        const double e =
            exposed_[at(f, s, c)] * step_chance[static_cast<std::size_t>(s * cells + c)];
        expected[static_cast<std::size_t>(group_of(s))] += e, expected_all += e;
        seen[static_cast<std::size_t>(group_of(s))] += leaving_[at(f, s, c)],
            seen_all += leaving_[at(f, s, c)];
      }
    for (int s = 0; s < states_; ++s) {
      const auto g = static_cast<std::size_t>(group_of(s));
      const double pace = (seen[g] + kFamily * seen_all / expected_all) / (expected[g] + kFamily);
      for (int c = 0; c < cells; ++c) {
        const double usual =
            std::min(kSurest, pace * step_chance[static_cast<std::size_t>(s * cells + c)]);
        double& chance = leaving_[at(f, s, c)];
        chance = std::min(kSurest, (chance + kLean * usual) / (exposed_[at(f, s, c)] + kLean));
      }
    }
  }
}

// The group's moves -> the step's -> the step's in a family -> those after a stay of that age.
void Hazards::lean_moves() {
  const auto nexts = static_cast<std::size_t>(states_ + 1);
  const int groups =
      states_ == 1 ? 1 : *std::max_element(steps_.group.begin(), steps_.group.end()) + 2;
  auto group_of = [&](int step) {
    return static_cast<std::size_t>(
        step == steps_.count() ? groups - 1 : steps_.group[static_cast<std::size_t>(step)]);
  };
  auto shares = [](std::vector<double>& counts, const std::vector<double>& coarser, double weight) {
    double sum = weight;
    for (double n : counts) sum += n;
    if (sum <= 0) return;
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] = (counts[i] + weight * coarser[i]) / sum;
  };
  std::vector<std::vector<double>> of_step(static_cast<std::size_t>(states_),
                                           std::vector<double>(nexts)),
      of_group(static_cast<std::size_t>(groups), std::vector<double>(nexts));
  std::vector<double> all(nexts);
  all.back() = 1;  // where nothing was seen, what is left has ended
  for (int f = 0; f < steps_.families; ++f)
    for (int s = 0; s < states_; ++s)
      for (int span = 0; span < kSpans; ++span)
        for (std::size_t n = 0; n < nexts; ++n) {
          const double moved = moves_[move(f, s, span, static_cast<int>(n))];
          of_step[static_cast<std::size_t>(s)][n] += moved, of_group[group_of(s)][n] += moved,
              all[n] += moved;
        }
  shares(all, all, 0);
  for (auto& row : of_group) shares(row, all, .1);
  for (int s = 0; s < states_; ++s)
    shares(of_step[static_cast<std::size_t>(s)], of_group[group_of(s)], kMovesOfGroup);
  for (int f = 0; f < steps_.families; ++f)
    for (int s = 0; s < states_; ++s) {
      std::vector<double> mine(nexts);
      for (int span = 0; span < kSpans; ++span)
        for (std::size_t n = 0; n < nexts; ++n)
          mine[n] += moves_[move(f, s, span, static_cast<int>(n))];
      shares(mine, of_step[static_cast<std::size_t>(s)], kMovesOfStep);
      for (int span = 0; span < kSpans; ++span) {
        const auto begin = moves_.begin() + static_cast<std::ptrdiff_t>(move(f, s, span, 0));
        std::vector<double> row(begin, begin + static_cast<std::ptrdiff_t>(nexts));
        shares(row, mine, kMovesOfStep);
        std::copy(row.begin(), row.end(), begin);
      }
    }
}

// How soon a file ends that has just come into a step: by growing time, each from shorter ones.
void Hazards::run_forward(int family) {
  const auto states = static_cast<std::size_t>(states_);
  std::vector<double> leaves(states * (kCells + 1));  // the chance to leave at just that age
  for (int s = 0; s < states_; ++s) {
    double stays_so_long = 1;
    for (int c = 0; c <= kCells; ++c) {
      const double h = leaving_[at(family, s, c)];
      leaves[static_cast<std::size_t>(s) * (kCells + 1) + static_cast<std::size_t>(c)] =
          stays_so_long * h;
      stays_so_long *= 1 - h;
    }
  }
  std::vector<double> within(states), later(states);
  for (int x = 0; x <= kCells; ++x) {
    for (int s = 0; s < states_; ++s) {
      double sum = 0;
      for (int c = 1; c <= x; ++c)
        sum += leaves[static_cast<std::size_t>(s) * (kCells + 1) + static_cast<std::size_t>(c)] *
               ends_[ending(family, s, span_of(c), x - c)];
      later[static_cast<std::size_t>(s)] = sum;
    }
    within = later;
    auto after = [&](int s, int span) {
      double sum = moves_[move(family, s, span, states_)];
      for (int n = 0; n < states_; ++n)
        sum += moves_[move(family, s, span, n)] * within[static_cast<std::size_t>(n)];
      return sum;
    };
    for (int sweep = 0; sweep < kSweeps; ++sweep)
      for (int s = 0; s < states_; ++s)
        within[static_cast<std::size_t>(s)] =
            later[static_cast<std::size_t>(s)] +
            leaves[static_cast<std::size_t>(s) * (kCells + 1)] * after(s, 0);
    for (int s = 0; s < states_; ++s)
      for (int span = 0; span < kSpans; ++span) ends_[ending(family, s, span, x)] = after(s, span);
  }
}

Hazards::Place Hazards::place(const File& file, Seconds t) const {
  const Stay now = stays(file, steps_, t, unit_).back();
  const auto age = (t - now.from) / unit_;
  return {file.family, now.step, static_cast<int>(std::clamp<std::int64_t>(age, 0, kCells - 1))};
}

double Hazards::ends_within(const Place& place, int cells) const {
  double chance = 0, still_here = 1;
  for (int c = 0; c <= std::min(cells, kCells); ++c) {
    const int age = std::min(place.age + c, kCells);
    const double h = leaving_[at(place.family, place.step, age)];
    chance += still_here * h *
              ends_[ending(place.family, place.step, span_of(age), std::min(cells, kCells) - c)];
    still_here *= 1 - h;
  }
  return std::clamp(chance, 0., 1.);
}

std::optional<int> Hazards::cells_until(const Place& place, double chance) const {
  int low = 0, high = kCells;
  if (ends_within(place, high) < chance) return std::nullopt;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (ends_within(place, middle) < chance)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace tenggat::forecast
