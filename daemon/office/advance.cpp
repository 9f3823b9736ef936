#include "daemon/office/advance.h"

#include <fmt/format.h>

#include <optional>

#include "daemon/store/office_clock.h"

namespace tenggat::office {
namespace {

// Daemons notify after each commit; the poll is for what they do without one.
constexpr pg::Timeout kPoll{10};

std::string stuck(const store::Agenda& agenda, std::chrono::milliseconds patience) {
  return fmt::format(
      "nothing moved for {} s with {} due and {} being sent: is tenggatd running on this database?",
      std::chrono::duration_cast<std::chrono::seconds>(patience).count(), agenda.due,
      agenda.sending);
}

std::optional<std::string> refusal(const store::OfficeClock& clock, Instant target) {
  if (!clock.simulated_allowed) return "this database runs in real time: its clock is not moved";
  if (!clock.started)
    return "the simulated clock has not been started: run tenggatd --clock START@0";
  if (clock.speed != 0) return fmt::format("the clock runs by itself, at speed {}", clock.speed);
  if (target < clock.now) return "the clock stands beyond that instant and never goes back";
  return std::nullopt;
}

// An end of tenggatd may show a little late in the list of its sessions, a start likewise.
constexpr std::chrono::milliseconds kUnattended{1500};

// Waits until nothing is due at the instant the clock stands at, or nobody is there to do it, and
// reads what comes next.
pg::Awaitable<boost::system::result<store::Agenda, std::string>> settle(
    pg::Connection& connection, std::chrono::milliseconds patience) {
  store::Agenda last = co_await store::read_agenda(connection);
  std::chrono::milliseconds still{0};
  while (last.due > 0 || last.sending > 0) {
    const auto told = co_await connection.wait_notification(kPoll);
    const store::Agenda agenda = co_await store::read_agenda(connection);
    const bool moved = agenda.due != last.due || agenda.sending != last.sending ||
                       agenda.next_due != last.next_due;
    // A notification cuts a wait short, so it counts for less than a poll; it is no progress by
    // itself.
    still = moved ? std::chrono::milliseconds{0} : still + (told ? pg::Timeout{1} : kPoll);
    last = agenda;
    if (still >= std::min(kUnattended, patience) && !co_await store::is_attended(connection))
      co_return last;
    if (still >= patience) co_return stuck(agenda, patience);
  }
  co_return last;
}

}  // namespace

pg::Awaitable<boost::system::result<Advanced, std::string>> advance(pg::Connection& connection,
                                                                    Instant target,
                                                                    AdvanceOptions options) {
  const store::OfficeClock clock = co_await store::read_clock(connection);
  if (auto refused = refusal(clock, target)) co_return std::move(*refused);
  co_await store::listen(connection);
  Advanced advanced{.now = clock.now, .stops = 0};
  while (true) {
    const auto agenda = co_await settle(connection, options.patience);
    if (!agenda) co_return agenda.error();
    advanced.unattended = agenda->due > 0;
    if (advanced.now == target) co_return advanced;
    // With nobody to do what falls due on the way there is nothing to stop for.
    const Instant stop =
        advanced.unattended ? target : std::min(agenda->next_due.value_or(target), target);
    if (!co_await store::set_clock(connection, stop))
      co_return std::string("somebody else moved the clock meanwhile");
    if (stop != target) ++advanced.stops;
    advanced.now = stop;
    if (options.on_stop) options.on_stop(stop);
  }
}

}  // namespace tenggat::office
