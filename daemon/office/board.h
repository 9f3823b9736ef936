// The board's numbers as the snapshot last read them, and who waits for the next. Whatever the
// number of permits, a look at the board is a look at this value.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/office/open_work.h"
#include "daemon/store/counts.h"
#include "rules/calendar/calendar.h"
#include "rules/sop/sop.h"

namespace tenggat::office {

// Open visits of one step, by the state of their clock.
struct BoardStep {
  std::int64_t on_track = 0, due_soon = 0, overdue = 0, paused = 0;
  std::int64_t untimed = 0;       // no clock runs on them: the applicant's
  std::optional<Seconds> median;  // working time of what was closed of late; nothing: none was
  std::int64_t open() const { return on_track + due_soon + overdue + paused + untimed; }
  bool operator==(const BoardStep&) const = default;
};

// What cases took from start to end, as their clocks count it.
struct CaseTimes {
  std::int64_t count = 0;
  Seconds p50{}, p90{};
  bool operator==(const CaseTimes&) const = default;
};

struct SopBoard {
  std::int64_t in_process = 0, returned = 0, overdue = 0, due_today = 0, legal_risk = 0;
  std::int64_t legal_passed = 0;           // open still, though they may count as granted
  std::int64_t met = 0, judged = 0;        // cases that ended this month
  std::int64_t late_open = 0;              // cases past their date that have not ended
  CaseTimes cases{};                       // that ended of late
  bool retired = false;                    // takes no new applications
  std::map<std::string, BoardStep> steps;  // by step id
};

struct Board {
  Instant at{};                        // the office's clock
  std::chrono::nanoseconds read_at{};  // this machine's monotonic clock
  std::map<std::string, SopBoard> sops;
  std::vector<OpenLoad> loads;  // who holds what
};

// How far back `median` and `cases` look.
inline constexpr std::chrono::hours kMedianReaches{90 * 24};

// The civil day and month of `now` in the calendar of each SOP, for the counts that ask for them.
std::vector<store::CivilPeriod> periods_of(const std::vector<const Sop*>& sops,
                                           const std::vector<const Calendar*>& calendars,
                                           Instant now);

struct BoardCounts {
  OpenCounts open;
  std::vector<store::Decided> decided;
  std::vector<store::Total> working_times;  // WorkingTime alone
  std::vector<store::CaseTimes> case_times{};
};
Board make_board(const std::vector<const Sop*>& sops, const std::vector<const Calendar*>& calendars,
                 const BoardCounts& counts);

// From counts by upper bound of their bucket; within a bucket as if spread evenly. Nothing where
// there are none. `bounds` ascending; what is beyond them counts as the last.
std::optional<Seconds> median_of(const std::map<std::int64_t, std::int64_t>& counts,
                                 const std::vector<std::int64_t>& bounds);

class BoardFeed {
 public:
  explicit BoardFeed(boost::asio::any_io_executor executor);
  ~BoardFeed();
  BoardFeed(const BoardFeed&) = delete;
  BoardFeed& operator=(const BoardFeed&) = delete;

  void publish(Board board);
  std::shared_ptr<const Board> current() const { return current_; }  // null: nothing read yet
  // Returns with the next publish(), with close(), or when the time is over.
  boost::asio::awaitable<void> wait(std::chrono::milliseconds at_most);
  // Whoever waits goes; nobody waits any more.
  void close();
  bool closed() const { return closed_; }

 private:
  struct Waiters;
  void wake();

  boost::asio::any_io_executor executor_;
  std::shared_ptr<const Board> current_;
  std::unique_ptr<Waiters> waiters_;
  bool closed_ = false;
};

}  // namespace tenggat::office
