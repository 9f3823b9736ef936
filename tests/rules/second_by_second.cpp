#include "tests/rules/second_by_second.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

namespace tenggat::testing {
namespace {

constexpr std::int64_t kSecondsOfDay = 24 * 60 * 60;
constexpr std::int64_t kLongBefore = 3 * kSecondsOfDay;  // more than any clock was set back
constexpr std::int64_t kStep = 15 * 60;  // no zone changes its offset twice within one

std::int64_t offset_at(std::int64_t t) {
  const std::time_t time = t;
  std::tm shown{};
  if (localtime_r(&time, &shown) == nullptr) throw std::logic_error("no wall time");
  return shown.tm_gmtoff;
}

WrittenHours hours_of(const WrittenCalendar& calendar, Date date) {
  for (const auto& [day, hours] : calendar.make_up) {
    if (day == date) return hours;
  }
  if (std::count(calendar.days_off.begin(), calendar.days_off.end(), date) > 0) return {};
  const auto weekday = std::chrono::weekday{date}.c_encoding();
  for (const WrittenRange& range : calendar.ranges) {
    if (range.first <= date && date <= range.last) return range.hours[weekday];
  }
  return calendar.weekly[weekday];
}

bool within(const WrittenHours& hours, std::int64_t second_of_day) {
  for (const auto& [open, close] : hours) {
    if (open * 60 <= second_of_day && second_of_day < close * 60) return true;
  }
  return false;
}

}  // namespace

LaidOutSeconds lay_out(const WrittenCalendar& calendar, Date first, int dates) {
  setenv("TZ", calendar.zone.c_str(), 1);
  tzset();
  const std::int64_t first_wall = first.time_since_epoch().count() * kSecondsOfDay;
  const std::int64_t end_wall = first_wall + dates * kSecondsOfDay;

  std::vector<WrittenHours> hours;
  hours.reserve(static_cast<std::size_t>(dates));
  for (int i = 0; i < dates; ++i) hours.push_back(hours_of(calendar, first + std::chrono::days{i}));

  LaidOutSeconds laid_out;
  laid_out.works.reserve(static_cast<std::size_t>(dates * kSecondsOfDay) + kStep);
  std::int64_t shown = 0;  // the latest wall time so far
  std::int64_t t = first_wall - kLongBefore;
  for (shown = t + offset_at(t); shown < end_wall; t += kStep) {
    const std::int64_t offset = offset_at(t);
    const bool one_offset = offset_at(t + kStep - 1) == offset;
    for (std::int64_t second = t; second < t + kStep; ++second) {
      shown = std::max(shown, second + (one_offset ? offset : offset_at(second)));
      if (shown < first_wall) continue;
      const std::int64_t date = std::min<std::int64_t>((shown - first_wall) / kSecondsOfDay, dates);
      while (static_cast<std::int64_t>(laid_out.midnights.size()) <= date) {
        if (laid_out.midnights.empty()) laid_out.begin = Instant{Seconds{second}};
        laid_out.midnights.push_back(static_cast<std::int32_t>(laid_out.works.size()));
      }
      if (date == dates) break;
      laid_out.works.push_back(
          within(hours[static_cast<std::size_t>(date)], (shown - first_wall) % kSecondsOfDay));
    }
  }
  return laid_out;
}

SecondBySecond::SecondBySecond(const WrittenCalendar& calendar, Date first, int dates)
    : calendar_(calendar), first_(first), laid_out_(lay_out(calendar, first, dates)) {
  before_.reserve(laid_out_.works.size() + 1);
  worked_.reserve(laid_out_.works.size());
  bool worked = false;
  for (int t = 0; t < length(); ++t) {
    before_.push_back(static_cast<std::int32_t>(worked_.size()));
    if (works(t)) worked_.push_back(t);
    if (works(t) != worked) edges_.push_back(t);
    worked = works(t);
  }
  before_.push_back(static_cast<std::int32_t>(worked_.size()));
  edges_.insert(edges_.end(), midnights().begin(), midnights().end());
  std::sort(edges_.begin(), edges_.end());
}

std::optional<int> SecondBySecond::next_working(int t) const {
  const auto next = static_cast<std::size_t>(before(t));
  if (next == worked_.size()) return std::nullopt;
  return worked_[next];
}

// The earliest x >= from with worked(from, x) = working.
std::optional<int> SecondBySecond::after(int from, int working) const {
  if (working == 0) return from;
  const auto last = static_cast<std::size_t>(before(from) + working - 1);
  if (last >= worked_.size()) return std::nullopt;
  return worked_[last] + 1;
}

// The sentence on days of docs/reference.md, Working time.
std::optional<int> SecondBySecond::days_after(int from, int days) const {
  const auto s = next_working(from);
  if (!s) return std::nullopt;
  std::size_t date = date_of(*s);
  const int o = worked(midnights()[date], *s);
  for (int left = o == 0 ? days - 1 : days; left > 0; --left) {
    do {
      if (++date + 1 >= midnights().size()) return std::nullopt;
    } while (total_of(date) == 0);
  }
  return after(midnights()[date], o == 0 ? total_of(date) : std::min(o, total_of(date)));
}

std::optional<int> SecondBySecond::after(int from, int amount, bool all) const {
  if (!all) return after(from, amount);
  return from + amount < length() ? std::optional(from + amount) : std::nullopt;
}

// At the end of the day that is so many civil days after the start's; where nobody works on it, at
// the closing of the next day on which somebody does.
std::optional<int> SecondBySecond::calendar_days_after(int from, int days, bool shifts) const {
  std::size_t date = date_of(from) + static_cast<std::size_t>(days);
  if (date + 1 >= midnights().size()) return std::nullopt;
  if (!shifts || total_of(date) > 0) return midnights()[date + 1];
  while (total_of(date) == 0)
    if (++date + 1 >= midnights().size()) return std::nullopt;
  return after(midnights()[date], total_of(date));
}

std::optional<int> SecondBySecond::deadline(int from, const Budget& budget) const {
  if (budget.calendar_days > 0)
    return calendar_days_after(from, budget.calendar_days, budget.shifts);
  std::optional<int> reached = from;
  if (budget.days > 0) reached = days_after(from, budget.days);
  if (reached) reached = after(*reached, budget.hours * 3600 + budget.minutes * 60);
  return reached;
}

bool SecondBySecond::provisional(int from, int due) const {
  for (std::size_t date = date_of(from); date <= date_of(due); ++date) {
    const std::chrono::year_month_day ymd{first_ + std::chrono::days{date}};
    const auto& years = calendar_.years;
    if (std::count(years.begin(), years.end(), static_cast<int>(ymd.year())) == 0) return true;
  }
  return false;
}

std::size_t SecondBySecond::date_of(int t) const {
  const auto later = std::upper_bound(midnights().begin(), midnights().end(), t);
  return static_cast<std::size_t>(later - midnights().begin()) - 1;
}

int SecondBySecond::total_of(std::size_t date) const {
  return worked(midnights()[date], midnights()[date + 1]);
}

std::string SecondBySecond::date_text(std::size_t date) const {
  const std::chrono::year_month_day ymd{first_ + std::chrono::days{date}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

bool SecondBySecond::named_day_off(std::size_t date) const {
  const Date day = first_ + std::chrono::days{date};
  for (const auto& [made_up, hours] : calendar_.make_up) {
    if (made_up == day) return false;
  }
  return std::count(calendar_.days_off.begin(), calendar_.days_off.end(), day) > 0;
}

// On a pause the working time from it to the due is what remains; on the resume the due is that
// much later. One at or after the due does nothing, nor does one of no length.
std::optional<CountedClock> CountedClock::run(const SecondBySecond& seconds, int opened,
                                              const Budget& budget,
                                              const std::vector<CountedStop>& stops) {
  CountedClock clock(seconds, opened);
  clock.due_ = seconds.deadline(opened, budget);
  if (!clock.due_) return std::nullopt;
  const bool all = clock.all_time_ = budget.calendar_days > 0;
  clock.total_ = seconds.counted(opened, *clock.due_, all);
  for (const CountedStop& stop : stops) {
    if (stop.from >= *clock.due_ || stop.to == stop.from) continue;
    clock.stood_.push_back(stop);
    const int remainder = seconds.counted(stop.from, *clock.due_, all);
    if (!stop.to) {
      clock.due_.reset();
      break;
    }
    clock.due_ = seconds.after(*stop.to, remainder, all);
    if (!clock.due_) return std::nullopt;
  }
  return clock;
}

int CountedClock::paused_working(int now) const {
  int paused = 0;
  for (const CountedStop& stop : stood_) {
    if (stop.from < now)
      paused += seconds_->counted(stop.from, std::min(now, stop.to.value_or(now)), all_time_);
  }
  return paused;
}

int CountedClock::consumed(int now) const {
  if (now <= opened_) return 0;
  return seconds_->counted(opened_, now, all_time_) - paused_working(now);
}

std::optional<int> CountedClock::at_percent(int percent) const {
  const auto reached = [&](int now) {
    return std::int64_t{100} * consumed(now) >= std::int64_t{percent} * total_;
  };
  int from = opened_, to = seconds_->length();
  if (!reached(to)) return std::nullopt;
  // `consumed` never falls.
  while (from < to) {
    const int middle = from + (to - from) / 2;
    if (reached(middle)) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

}  // namespace tenggat::testing
