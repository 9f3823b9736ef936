#include "rules/forecast/simulate.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <set>

namespace tenggat::forecast {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kLow = .025, kHigh = .975;

double number(Seconds time) { return static_cast<double>(time.count()); }

// What a week holds in one run.
struct Week {
  double arrived = 0, decided = 0, late = 0, open = 0;
  std::vector<double> lying, worked, there;  // by role, times the time
};

// A role: its officers share themselves out over what lies there.
class Desk {
 public:
  explicit Desk(int officers) : officers_(officers) {}

  void pass(double now) {
    share_ += rate() * (now - at_);
    at_ = now;
  }
  void take(std::size_t file, double work) { lying_.insert({share_ + work, file}); }
  double next() const {
    if (lying_.empty() || rate() <= 0) return kNever;
    return at_ + std::max(0., lying_.begin()->first - share_) / rate();
  }
  std::size_t finish() {
    const std::size_t file = lying_.begin()->second;
    lying_.erase(lying_.begin());
    return file;
  }
  void staff(int by) { officers_ += by; }
  double lying() const { return static_cast<double>(lying_.size()); }
  double officers() const { return std::max(0, officers_); }
  double busy() const { return std::min(officers(), lying()); }

 private:
  double rate() const { return lying_.empty() ? 0 : std::min(1., officers() / lying()); }

  int officers_;
  double share_ = 0, at_ = 0;
  std::set<std::pair<double, std::size_t>> lying_;  // by the share at which each is done
};

class Run {
 public:
  Run(const Workload& load, const Work& work, const Plan& plan, std::mt19937_64& random)
      : load_(load), work_(work), plan_(plan), random_(random), now_(number(load.now)) {
    for (const int officers : load.officers) desks_.emplace_back(officers);
    for (Desk& desk : desks_) desk.pass(now_);
    for (std::size_t i = 0; i < plan.weeks.size(); ++i) {
      weeks_.push_back({0, 0, 0, 0, std::vector<double>(desks_.size()),
                        std::vector<double>(desks_.size()), std::vector<double>(desks_.size())});
      at(number(plan.weeks[i]), [this] { end_week(); });
    }
    for (const Staffing& one : plan.staffing) {
      staff_at(number(one.from), one.role, one.by);
      staff_at(number(one.to), one.role, -one.by);
    }
    for (std::size_t file = 0; file < load.files.size(); ++file) go_on_with(file);
    for (const Arrival& one : arrivals()) come(number(one.at), one.service);
  }

  std::vector<Week> weeks() {
    while (week_ < weeks_.size()) step();
    return std::move(weeks_);
  }

 private:
  enum class Clock { not_yet, runs, stands, over };
  struct File {
    int service = 0, step = 0;
    Clock clock = Clock::not_yet;
    double due = 0, left = 0;
    Work::Drawn drawn{};
  };
  struct Event {
    double time = 0;
    std::size_t order = 0;  // of two at one moment the one that was planned first
    std::function<void()> does;
    bool operator>(const Event& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  void at(double time, std::function<void()> does) {
    events_.push({time, planned_++, std::move(does)});
  }
  void staff_at(double time, int role, int by) {
    at(std::max(time, now_),
       [this, role, by] { desks_[static_cast<std::size_t>(role)].staff(by); });
  }
  const WorkStep& step_of(const File& file, int step) const {
    return load_.services[static_cast<std::size_t>(file.service)]
        .steps[static_cast<std::size_t>(step)];
  }

  std::vector<Arrival> arrivals() {
    std::vector<Arrival> all = plan_.arrivals;
    if (plan_.past_days.empty()) return all;
    std::uniform_int_distribution<std::size_t> day(0, plan_.past_days.size() - 1);
    std::uniform_real_distribution<double> chance(0, 1);
    for (const Seconds begins : plan_.days)
      for (const Arrival& one : plan_.past_days[day(random_)])
        for (double more = plan_.times; more > 0; --more)
          if (more >= 1 || chance(random_) < more) all.push_back({begins + one.at, one.service});
    return all;
  }

  void come(double time, int service) {
    if (time < now_) return;
    at(time, [this, service] {
      if (week_ < weeks_.size()) ++weeks_[week_].arrived;
      ++open_;
      files_.push_back({service, 0, Clock::not_yet, 0, 0, {}});
      enter(files_.size() - 1, load_.services[static_cast<std::size_t>(service)].first);
    });
  }

  // A file of the past that is open: at its last open visit.
  void go_on_with(std::size_t number_of_file) {
    const WorkFile& past = load_.files[number_of_file];
    if (past.ended) return;
    std::size_t visit = past.visits.size();
    while (visit > 0 && past.visits[visit - 1].closed) --visit;
    if (visit == 0) return;
    File file{past.service, past.visits[visit - 1].step, Clock::not_yet, 0, 0, {}};
    if (past.case_over) file.clock = Clock::over;
    if (past.case_due) file.clock = Clock::runs, file.due = number(*past.case_due);
    if (past.case_left) file.clock = Clock::stands, file.left = number(*past.case_left);
    if (file.clock != Clock::over) ++open_;
    const Seconds had = work_.had(number_of_file, visit - 1);
    file.drawn = work_.draw(file.service, file.step, had, random_);
    file.drawn.work -= had;
    files_.push_back(file);
    work_on(files_.size() - 1);
  }

  void stand(File& file) {
    if (file.clock != Clock::runs || file.due <= now_) return;  // a stop cures no lateness
    file.clock = Clock::stands;
    file.left = file.due - now_;
  }
  void run_again(File& file) {
    if (file.clock != Clock::stands) return;
    file.clock = Clock::runs;
    file.due = now_ + file.left;
  }

  void enter(std::size_t which, int step) {
    File& file = files_[which];
    file.step = step;
    file.drawn = work_.draw(file.service, step, Seconds{0}, random_);
    if (file.drawn.paused <= Seconds{0}) return work_on(which);
    stand(file);
    at(now_ + number(file.drawn.paused), [this, which] { work_on(which); });
  }
  void work_on(std::size_t which) {
    File& file = files_[which];
    const WorkStep& step = step_of(file, file.step);
    if (!step.waits) {
      run_again(file);
      desks_[static_cast<std::size_t>(step.role)].take(which, number(file.drawn.work));
      return;
    }
    stand(file);
    at(now_ + number(file.drawn.work), [this, which] {
      run_again(files_[which]);
      leave(which);
    });
  }
  void leave(std::size_t which) {
    File& file = files_[which];
    const WorkStep& left = step_of(file, file.step);
    const int next = file.drawn.next;
    const bool of_office = next != kEnds && !step_of(file, next).waits;
    if (left.starts && of_office && file.clock == Clock::not_yet) {
      file.clock = Clock::runs;
      file.due = now_ + number(load_.services[static_cast<std::size_t>(file.service)].standard);
    }
    if (file.drawn.decides || next == kEnds) decide(file, file.drawn.decides);
    if (next != kEnds) enter(which, next);
  }
  void decide(File& file, bool decided) {
    if (file.clock == Clock::over) return;
    judge(file);
    file.clock = Clock::over;
    --open_;
    if (decided && week_ < weeks_.size()) ++weeks_[week_].decided;
  }
  // Counted where its due lies, if that is in what is simulated.
  void judge(const File& file) {
    if (file.clock != Clock::runs || file.due >= now_ || file.due <= number(load_.now)) return;
    for (std::size_t i = 0; i < weeks_.size(); ++i)
      if (file.due < number(plan_.weeks[i])) {
        ++weeks_[i].late;
        return;
      }
  }

  void step() {
    double soonest = events_.empty() ? kNever : events_.top().time;
    Desk* done = nullptr;
    for (Desk& desk : desks_)
      if (const double next = desk.next(); next < soonest) soonest = next, done = &desk;
    pass(soonest);
    if (done) return leave(done->finish());
    const std::function<void()> does = events_.top().does;
    events_.pop();
    does();
  }
  void pass(double until) {
    Week& week = weeks_[week_];
    const double time = std::max(0., until - now_);
    for (std::size_t role = 0; role < desks_.size(); ++role) {
      week.lying[role] += time * desks_[role].lying();
      week.worked[role] += time * desks_[role].busy();
      week.there[role] += time * desks_[role].officers();
      desks_[role].pass(std::max(now_, until));
    }
    now_ = std::max(now_, until);
  }
  void end_week() {
    weeks_[week_].open = static_cast<double>(open_);
    if (++week_ == weeks_.size())
      for (const File& file : files_) judge(file);
  }

  const Workload& load_;
  const Work& work_;
  const Plan& plan_;
  std::mt19937_64& random_;
  double now_;
  std::vector<Desk> desks_;
  std::vector<File> files_;
  std::vector<Week> weeks_;
  std::size_t week_ = 0, planned_ = 0;
  std::int64_t open_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

Range range_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + .5)];
  };
  return {at(kLow), at(.5), at(kHigh)};
}

template <class Of>
Range range_of(const std::vector<std::vector<Week>>& runs, std::size_t week, Of of) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(of(run[week]));
  return range_of(std::move(values));
}

}  // namespace

std::vector<SimulatedWeek> simulate(const Workload& load, const Plan& plan) {
  Work work(load);
  std::vector<std::vector<Week>> runs;
  for (int run = 0; run < std::max(1, plan.runs); ++run) {
    // Each run has a chance of its own: of two plans the same runs stand side by side.
    std::seed_seq seed{plan.seed, static_cast<std::uint64_t>(run)};
    std::mt19937_64 random(seed);
    if (run > 0) work.draw_again(random);
    runs.push_back(Run(load, work, plan, random).weeks());
  }
  std::vector<SimulatedWeek> out;
  for (std::size_t i = 0; i < plan.weeks.size(); ++i) {
    const double lasts = number(plan.weeks[i] - (i == 0 ? load.now : plan.weeks[i - 1]));
    SimulatedWeek week{range_of(runs, i, [](const Week& w) { return w.arrived; }),
                       range_of(runs, i, [](const Week& w) { return w.decided; }),
                       range_of(runs, i, [](const Week& w) { return w.late; }),
                       range_of(runs, i, [](const Week& w) { return w.open; }),
                       {},
                       {}};
    for (std::size_t role = 0; role < load.officers.size(); ++role) {
      week.waiting.push_back(
          range_of(runs, i, [&](const Week& w) { return w.lying[role] / std::max(1., lasts); }));
      week.load.push_back(range_of(runs, i, [&](const Week& w) {
        return w.there[role] > 0 ? w.worked[role] / w.there[role] : w.lying[role] > 0 ? 1. : 0.;
      }));
    }
    out.push_back(std::move(week));
  }
  return out;
}

}  // namespace tenggat::forecast
