#include "rules/forecast/workload.h"

#include <algorithm>
#include <cmath>

namespace tenggat::forecast {

namespace {

// How much of an officer each open visit of a role has had since the beginning, at every moment.
class Shared {
 public:
  void opens(Seconds at) { turns_.push_back({at, 1}); }
  void closes(Seconds at) { turns_.push_back({at, -1}); }
  void add_up(int officers) {
    std::sort(turns_.begin(), turns_.end(),
              [](const Turn& a, const Turn& b) { return a.at < b.at; });
    int open = 0;
    double sum = 0;
    Seconds last{};
    for (const Turn& turn : turns_) {
      if (open > 0) sum += rate(officers, open) * static_cast<double>((turn.at - last).count());
      sums_.push_back({turn.at, sum, rate(officers, std::max(1, open + turn.by))});
      open += turn.by;
      last = turn.at;
    }
  }
  double until(Seconds at) const {
    const auto after = std::upper_bound(sums_.begin(), sums_.end(), at,
                                        [](Seconds t, const Sum& one) { return t < one.at; });
    if (after == sums_.begin()) return 0;
    const Sum& before = *(after - 1);
    return before.sum + before.rate * static_cast<double>((at - before.at).count());
  }

 private:
  static double rate(int officers, int open) {
    return std::min(1., static_cast<double>(std::max(1, officers)) / open);
  }
  struct Turn {
    Seconds at{};
    int by = 0;
  };
  struct Sum {
    Seconds at{};
    double sum = 0, rate = 1;
  };
  std::vector<Turn> turns_;
  std::vector<Sum> sums_;
};

const WorkStep& step_of(const Workload& load, const WorkFile& file, const WorkVisit& visit) {
  return load.services[static_cast<std::size_t>(file.service)]
      .steps[static_cast<std::size_t>(visit.step)];
}

// Of the file's visits the one that its case clock ended with; none: past the last. What lay beside
// it in another branch may have been opened before it, and ended later.
std::size_t deciding_visit(const WorkFile& file) {
  std::size_t found = file.visits.size();
  if (!file.decided) return found;
  for (std::size_t i = 0; i < file.visits.size(); ++i) {
    const std::optional<Seconds>& closed = file.visits[i].closed;
    if (closed == file.decided) return i;
    if (closed && *closed < *file.decided) found = i;
  }
  return found;
}

}  // namespace

Work::Work(const Workload& load) {
  for (const WorkService& service : load.services) of_.emplace_back(service.steps.size());
  measure(load);
  std::vector<Seconds> all;
  for (auto& service : of_)
    for (Of& step : service) {
      std::stable_sort(step.all.begin(), step.all.end(),
                       [](const Seen& a, const Seen& b) { return a.work < b.work; });
      for (const Seen& one : step.all) all.push_back(one.work);
    }
  weigh(std::vector<double>(load.files.size(), 1));
  if (all.empty()) return;
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  usual_ = std::max(Seconds{1}, *middle);
}

// `files`: how often each is there.
void Work::weigh(const std::vector<double>& files) {
  for (auto& service : of_)
    for (Of& step : service) {
      double there = 0, outlast = 1;
      for (const Seen& one : step.all) there += files[one.file];
      step.outlast.clear();
      for (const Seen& one : step.all) {
        const double weight = files[one.file];
        if (one.over && weight > 0) outlast *= std::max(0., 1 - weight / there);
        there -= weight;
        step.outlast.push_back(outlast);
      }
    }
}

void Work::draw_again(std::mt19937_64& random) {
  std::poisson_distribution<int> often(1);
  std::vector<double> files;
  for (std::size_t file = 0; file < had_.size(); ++file) files.push_back(often(random));
  weigh(files);
}

void Work::measure(const Workload& load) {
  std::vector<Shared> shared(load.officers.size());
  for (const WorkFile& file : load.files)
    for (const WorkVisit& visit : file.visits) {
      const WorkStep& step = step_of(load, file, visit);
      if (step.waits) continue;
      shared[static_cast<std::size_t>(step.role)].opens(visit.opened);
      if (visit.closed) shared[static_cast<std::size_t>(step.role)].closes(*visit.closed);
    }
  for (std::size_t role = 0; role < shared.size(); ++role) shared[role].add_up(load.officers[role]);
  for (const WorkFile& file : load.files) {
    had_.emplace_back();
    const std::size_t decides = deciding_visit(file);
    for (std::size_t i = 0; i < file.visits.size(); ++i) {
      const WorkVisit& visit = file.visits[i];
      const WorkStep& step = step_of(load, file, visit);
      const Seconds until = visit.closed.value_or(load.now);
      const auto lasted = static_cast<double>((until - visit.opened).count());
      double work = lasted;
      if (!step.waits) {
        const Shared& role = shared[static_cast<std::size_t>(step.role)];
        work = role.until(until) - role.until(visit.opened);
      }
      // What was paused had its share of the time, no more.
      if (lasted > 0) work *= 1 - static_cast<double>(visit.paused.count()) / lasted;
      const Seconds measured{std::llround(std::max(0., work))};
      had_.back().push_back(measured);
      if (visit.opened < load.from) continue;
      const bool last = i + 1 == file.visits.size();
      of_[static_cast<std::size_t>(file.service)][static_cast<std::size_t>(visit.step)]
          .all.push_back({measured, visit.paused, last ? kEnds : file.visits[i + 1].step,
                          visit.closed && (!last || file.ended), had_.size() - 1, i == decides});
    }
  }
}

Work::Drawn Work::draw(int service, int step, Seconds had, std::mt19937_64& random) const {
  const Of& seen = of(service, step);
  const auto first = static_cast<std::size_t>(
      std::upper_bound(seen.all.begin(), seen.all.end(), had,
                       [](Seconds t, const Seen& one) { return t < one.work; }) -
      seen.all.begin());
  const double alive = first == 0 ? 1 : seen.outlast[first - 1];
  const double mark = alive * std::uniform_real_distribution<double>(0, 1)(random);
  for (std::size_t i = first; i < seen.all.size() && alive > 0; ++i)
    if (seen.all[i].over && seen.outlast[i] < mark) {
      const Seconds paused = had > Seconds{0} ? Seconds{0} : seen.all[i].paused;
      return {seen.all[i].work, paused, seen.all[i].next, seen.all[i].decides};
    }
  // It outlasts all that were seen: once more a usual piece of work; on it goes where most did.
  int next = kEnds;
  bool decides = false;
  for (const Seen& one : seen.all)
    if (one.over) next = one.next, decides = one.decides;
  const auto more =
      std::exponential_distribution<double>(1. / static_cast<double>(usual_.count()))(random);
  const Seconds longest = seen.all.empty() ? Seconds{0} : seen.all.back().work;
  return {std::max(had, longest) + Seconds{std::llround(more) + 1}, Seconds{0}, next, decides};
}

}  // namespace tenggat::forecast
