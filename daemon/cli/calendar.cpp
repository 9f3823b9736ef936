// `tenggat calendar preview` and `apply`: what a changed calendar does to open permits.
#include <fmt/format.h>

#include <ostream>

#include "daemon/cli/moves.h"
#include "daemon/cli/offline.h"
#include "daemon/office/calendar_change.h"
#include "daemon/office/rule_files.h"

namespace tenggat::cli {
namespace {

pg::Awaitable<int> change(DatabaseCall& call, bool write) {
  const std::string file = call.given.argument(0).value_or("");
  auto loaded = load_calendar_rules(file);
  if (!loaded) {
    for (const Fault& fault : loaded.error()) call.terminal.err << fault.to_string() << '\n';
    throw Refused("the calendar is refused");
  }
  const std::unique_ptr<Office> office = co_await read_office(call);
  office->rulebook.set_send({call.config.officers.group_wait, call.config.officers.group_interval,
                             call.config.undo_window, call.config.officers.messages_an_hour});
  const Calendar* in_force = office->rulebook.find_calendar(loaded->calendar.id());
  if (!in_force)
    throw Refused(fmt::format("no calendar '{}' is in force yet: tenggatd brings in the first",
                              loaded->calendar.id()));
  const std::string decree =
      call.given.text_or("decree", office::reason_of_change(*in_force, loaded->calendar));
  // Named: GCC 12 destroys an aggregate temporary of a co_await expression twice.
  office::CalendarChange asked{std::move(loaded->rules), loaded->calendar, by(call), decree, write};
  const auto moves =
      co_await office::change_calendar(call.connection, office->rulebook, std::move(asked));
  boost::json::object head{{"decree", decree}};
  write_moves(call, *office, std::move(head), decree, moves);
  co_return kOk;
}

pg::Awaitable<int> preview_work(DatabaseCall& call) { return change(call, false); }
pg::Awaitable<int> apply_work(DatabaseCall& call) { return change(call, true); }

int run_preview(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, preview_work, true);
}
int run_apply(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, apply_work, true);
}

}  // namespace

std::vector<Command> calendar_commands() {
  const Positional file{"FILE", true};
  const Option decree{"decree", "TEXT",
                      "the reason, in Indonesian; left out: the days that the file adds"};
  return {{"calendar preview",
           {file},
           {decree, kConfigOption, kJsonOption},
           "which open permits a changed calendar moves, and by how much; writes nothing",
           "",
           run_preview},
          {"calendar apply",
           {file},
           {decree, kConfigOption, kJsonOption},
           "puts a changed calendar in force and replays every open clock under it",
           "Closed verdicts stay. Each permit gets one audited event; an applicant whose promised\n"
           "date moved is told once, with the reason.",
           run_apply}};
}

}  // namespace tenggat::cli
