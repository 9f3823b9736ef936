// `tenggat clock`.
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/advance.h"
#include "daemon/store/office_clock.h"
#include "rules/calendar/budget.h"

namespace tenggat::cli {
namespace {

// B is time on the simulated clock's face, nights and days off included: it asks how far to go, not
// how much is worked.
Instant target_of(const std::string& text, Instant now) {
  if (const auto instant = parse_entered_instant(text)) return *instant;
  const auto budget = parse_budget(text);
  if (!budget) {
    throw BadUsage(
        fmt::format("`{}` is neither a span (2h, 3d, 1d 30m) nor an instant "
                    "(2026-04-02T14:00:00+08:00)",
                    printable(text)));
  }
  return now + std::chrono::hours{24 * (budget->days + budget->calendar_days) + budget->hours} +
         std::chrono::minutes{budget->minutes};
}

pg::Awaitable<int> advance_clock(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const Instant target = target_of(call.given.argument(0).value_or(""), office->moment.now);
  office::AdvanceOptions options;
  if (call.given.has("verbose") && !call.given.has("json")) {
    std::ostream& out = call.terminal.out;
    const std::shared_ptr<const Calendar> calendar = office->calendar;
    options.on_stop = [&out, calendar](Instant stop) {
      out << instant_text(stop, calendar.get()) << std::endl;
    };
  }
  const auto advanced = co_await office::advance(call.connection, target, std::move(options));
  if (!advanced) throw Refused(advanced.error());
  if (advanced->unattended)
    call.terminal.err << "no tenggatd is running on this database: what fell due waits for one\n";
  const std::string now = office->text(advanced->now);
  write_done(call, now + '\n', {{"now", now}, {"unattended", advanced->unattended}});
  co_return kOk;
}

pg::Awaitable<int> show_clock(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const store::OfficeClock clock = co_await store::read_clock(call.connection);
  if (call.given.has("json")) {
    write_json(call.terminal.out, boost::json::object{{"now", office->text(clock.now)},
                                                      {"simulated", clock.simulated_allowed},
                                                      {"started", clock.started},
                                                      {"speed", clock.speed}});
    co_return kOk;
  }
  call.terminal.out << office->text(clock.now);
  if (!clock.simulated_allowed) {
    call.terminal.out << "  real time\n";
  } else if (!clock.started) {
    call.terminal.out << "  SIMULATED, not started yet\n";
  } else {
    call.terminal.out << fmt::format("  SIMULATED, speed {}\n", clock.speed);
  }
  co_return kOk;
}

int run_advance(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, advance_clock);
}
int run_show(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, show_clock);
}

}  // namespace

std::vector<Command> clock_commands() {
  return {
      {"clock advance",
       {{"SPAN|INSTANT", true}},
       {{"verbose", "", "print each instant at which something is due"},
        kJsonOption,
        kConfigOption},
       "moves a simulated clock of speed 0, from due instant to due instant",
       "SPAN is clock time, not working time: 1d is 24 hours. Returns when the clock is there and\n"
       "nothing is due any more. A running tenggatd does the work, and the command gives up where\n"
       "nothing moves for 60 s. Without one the office is left alone for that time: what falls "
       "due\n"
       "stays due until one is started.",
       run_advance},
      {"clock show",
       {},
       {kJsonOption, kConfigOption},
       "what time it is for the office",
       "",
       run_show},
  };
}

}  // namespace tenggat::cli
