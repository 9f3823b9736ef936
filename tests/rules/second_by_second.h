// Working time by the slowest way there is: every second of some weeks is looked at by itself and
// is worked or not. Written from docs/reference.md, Working time, alone; it shares no code with
// rules/, and asks the C library, not date-tz, what the clock on the wall shows.
//
// The wall's clock is read as one that is never set back: it shows the latest wall time shown so
// far. That is the whole rule on zones of docs/reference.md, Working time: a wall time has come at
// the first instant the clock shows it or a later one, so one that exists twice counts at the
// first, and one that does not exist at the jump.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/calendar/budget.h"
#include "rules/time.h"
#include "tests/rules/written_calendar.h"

namespace tenggat::testing {

// Some civil dates in a row, each second of them looked at. A second is named by its number since
// the begin; so is an instant, which is the beginning of its second.
struct LaidOutSeconds {
  Instant begin;                        // the first instant of the first date
  std::vector<char> works;              // 1 where the second is worked
  std::vector<std::int32_t> midnights;  // the first instant of each date, and of the one after
};
// Sets the process's TZ.
LaidOutSeconds lay_out(const WrittenCalendar& calendar, Date first, int dates);

class SecondBySecond {
 public:
  SecondBySecond(const WrittenCalendar& calendar, Date first, int dates);

  Instant begin() const { return laid_out_.begin; }
  // One more than the last second; an instant, too.
  int length() const { return static_cast<int>(laid_out_.works.size()); }
  Instant instant(int t) const { return begin() + Seconds{t}; }
  const std::vector<std::int32_t>& midnights() const { return laid_out_.midnights; }
  // Where something begins or ends: openings, closings and midnights, in order.
  const std::vector<std::int32_t>& edges() const { return edges_; }

  bool works(int t) const { return laid_out_.works[static_cast<std::size_t>(t)] != 0; }
  int worked(int a, int b) const { return before(b) - before(a); }

  // The answers below are nothing where they lie beyond the dates laid out.
  std::optional<int> next_working(int t) const;
  std::optional<int> after(int from, int working) const;
  // The two of a clock that counts all time (calendar days), or working time.
  int counted(int a, int b, bool all) const { return all ? b - a : worked(a, b); }
  std::optional<int> after(int from, int amount, bool all) const;
  std::optional<int> deadline(int from, const Budget& budget) const;
  bool provisional(int from, int due) const;

  // The civil date of an instant, counted from the first; of two with one first instant, the later.
  std::size_t date_of(int t) const;
  int total_of(std::size_t date) const;
  std::string date_text(std::size_t date) const;  // "2026-04-02"
  bool named_day_off(std::size_t date) const;     // and no make-up working day

 private:
  int before(int t) const { return before_[static_cast<std::size_t>(t)]; }
  std::optional<int> days_after(int from, int days) const;
  std::optional<int> calendar_days_after(int from, int days, bool shifts) const;

  WrittenCalendar calendar_;
  Date first_;
  LaidOutSeconds laid_out_;
  std::vector<std::int32_t> before_;  // worked seconds before each, counted one by one
  std::vector<std::int32_t> worked_;  // the worked seconds, in order
  std::vector<std::int32_t> edges_;
};

// A clock as docs/reference.md, Clocks, has it, on those seconds.
struct CountedStop {
  int from = 0;
  std::optional<int> to;  // none: it stands still
};
class CountedClock {
 public:
  // Nothing where an answer lies beyond the dates laid out.
  static std::optional<CountedClock> run(const SecondBySecond& seconds, int opened,
                                         const Budget& budget,
                                         const std::vector<CountedStop>& stops);

  int total() const { return total_; }
  std::optional<int> due() const { return due_; }  // none: it stands before its due
  int consumed(int now) const;
  int paused_working(int now) const;
  int stops() const { return static_cast<int>(stood_.size()); }
  // The first instant within the dates laid out at which so many percent are consumed.
  std::optional<int> at_percent(int percent) const;

 private:
  explicit CountedClock(const SecondBySecond& seconds, int opened)
      : seconds_(&seconds), opened_(opened) {}

  const SecondBySecond* seconds_;
  int opened_;
  bool all_time_ = false;
  int total_ = 0;
  std::optional<int> due_;
  std::vector<CountedStop> stood_;  // the stops that had an effect
};

}  // namespace tenggat::testing
