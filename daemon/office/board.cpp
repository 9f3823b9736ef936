#include "daemon/office/board.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "rules/permit/transition.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

void add_permits(Board& board, const std::vector<OpenPermits>& permits) {
  for (const OpenPermits& one : permits) {
    const auto sop = board.sops.find(one.sop);
    if (sop == board.sops.end()) continue;
    (one.returned ? sop->second.returned : sop->second.in_process) += one.open;
    sop->second.due_today += one.due_today;
    sop->second.legal_risk += one.legal_risk;
    sop->second.legal_passed += one.legal_passed;
    sop->second.late_open += one.overdue;
  }
}

void add_visits(Board& board, const std::vector<OpenVisits>& visits) {
  for (const OpenVisits& one : visits) {
    const auto sop = board.sops.find(one.sop);
    if (sop == board.sops.end()) continue;
    BoardStep& step = sop->second.steps[one.step];
    step.on_track = one.on_track;
    step.due_soon = one.due_soon;
    step.overdue = one.overdue;
    step.paused = one.paused;
    step.untimed = one.untimed;
    sop->second.overdue += one.overdue;
  }
}

void add_medians(SopBoard& board, const Sop& sop, const Calendar& calendar,
                 const std::vector<store::Total>& working_times) {
  const std::vector<std::int64_t> bounds = working_time_buckets(sop, calendar);
  std::map<std::string, std::map<std::int64_t, std::int64_t>> counts;
  for (const store::Total& one : working_times) {
    const auto* time = std::get_if<WorkingTime>(&one.what);
    if (one.sop != sop.id || !time) continue;
    const std::int64_t bound = time->up_to ? time->up_to->count() : bounds.back() + 1;
    counts[time->step][bound] += one.amount;
  }
  for (const Step& step : sop.steps)
    if (!sop.is_applicant(step.role))
      board.steps[step.id].median = median_of(counts[step.id], bounds);
}

}  // namespace

std::vector<store::CivilPeriod> periods_of(const std::vector<const Sop*>& sops,
                                           const std::vector<const Calendar*>& calendars,
                                           Instant now) {
  std::vector<store::CivilPeriod> periods;
  for (std::size_t i = 0; i < sops.size(); ++i) {
    const Calendar& calendar = *calendars[i];
    const LocalTime today = calendar.local(now);
    const Instant day = calendar.midnight(today.year, today.month, today.day);
    // A civil day is never longer than 26 hours, nor is its next one over by then.
    const LocalTime next = calendar.local(day + std::chrono::hours(30));
    periods.push_back({sops[i]->id, day, calendar.midnight(next.year, next.month, next.day),
                       calendar.midnight(today.year, today.month, 1)});
  }
  return periods;
}

std::optional<Seconds> median_of(const std::map<std::int64_t, std::int64_t>& counts,
                                 const std::vector<std::int64_t>& bounds) {
  std::int64_t all = 0;
  for (const auto& [bound, count] : counts) all += count;
  if (all == 0) return std::nullopt;
  std::int64_t before = 0;
  for (const auto& [bound, count] : counts) {
    if (2 * (before + count) < all) {
      before += count;
      continue;
    }
    if (bound > bounds.back()) break;
    const auto next = std::lower_bound(bounds.begin(), bounds.end(), bound);
    const std::int64_t lower = next == bounds.begin() ? 0 : *std::prev(next);
    return Seconds{lower + (bound - lower) * (all - 2 * before) / (2 * count)};
  }
  return Seconds{bounds.back()};
}

Board make_board(const std::vector<const Sop*>& sops, const std::vector<const Calendar*>& calendars,
                 const BoardCounts& counts) {
  Board board;
  for (std::size_t i = 0; i < sops.size(); ++i) {
    SopBoard& one = board.sops[sops[i]->id];
    for (const Step& step : sops[i]->steps) one.steps.try_emplace(step.id);
    add_medians(one, *sops[i], *calendars[i], counts.working_times);
  }
  add_permits(board, counts.open.permits);
  add_visits(board, counts.open.visits);
  board.loads = counts.open.loads;
  for (const store::Decided& one : counts.decided) {
    const auto sop = board.sops.find(one.sop);
    if (sop == board.sops.end()) continue;
    sop->second.met = one.met;
    sop->second.judged = one.judged;
  }
  for (const store::CaseTimes& one : counts.case_times) {
    const auto sop = board.sops.find(one.sop);
    if (sop != board.sops.end())
      sop->second.cases = {one.count, Seconds{one.p50}, Seconds{one.p90}};
  }
  return board;
}

// --- telling -------------------------------------------------------------------------------------

struct BoardFeed::Waiters {
  std::set<std::shared_ptr<asio::steady_timer>> timers;
};

BoardFeed::BoardFeed(asio::any_io_executor executor)
    : executor_(std::move(executor)), waiters_(std::make_unique<Waiters>()) {}
BoardFeed::~BoardFeed() = default;

void BoardFeed::publish(Board board) {
  current_ = std::make_shared<const Board>(std::move(board));
  wake();
}

void BoardFeed::close() {
  closed_ = true;
  wake();
}

void BoardFeed::wake() {
  for (const auto& timer : waiters_->timers) timer->cancel();
}

asio::awaitable<void> BoardFeed::wait(std::chrono::milliseconds at_most) {
  if (closed_) co_return;
  const auto timer = std::make_shared<asio::steady_timer>(executor_, at_most);
  waiters_->timers.insert(timer);
  boost::system::error_code cut_short;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
  waiters_->timers.erase(timer);
}

}  // namespace tenggat::office
