// `tenggat calendar preview` and `apply`: what a changed calendar does to open permits.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ostream>

#include "daemon/cli/offline.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/calendar_change.h"
#include "daemon/rule_files.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Count = Option::Count;

json::value instant_json(const Office& office, const std::optional<Instant>& instant) {
  return instant ? json::value(office.text(*instant)) : json::value(nullptr);
}

std::string change_text(const Office& office, const std::optional<Instant>& before,
                        const std::optional<Instant>& after) {
  const auto said = [&](const std::optional<Instant>& t) { return t ? office.text(*t) : "-"; };
  return before == after ? said(before) : said(before) + " -> " + said(after);
}

void write_moves(DatabaseCall& call, const Office& office, const std::string& decree,
                 const std::vector<office::CalendarMove>& moves) {
  if (call.given.has("json")) {
    json::array items;
    for (const office::CalendarMove& move : moves)
      items.push_back(json::object{{"number", move.number},
                                   {"step", move.step},
                                   {"due_before", instant_json(office, move.due_before)},
                                   {"due_after", instant_json(office, move.due_after)},
                                   {"case_before", instant_json(office, move.case_before)},
                                   {"case_after", instant_json(office, move.case_after)},
                                   {"breaches_added", move.breaches_added},
                                   {"breaches_removed", move.breaches_removed}});
    write_json(call.terminal.out, json::object{{"decree", decree}, {"permits", std::move(items)}});
    return;
  }
  std::vector<std::vector<std::string>> rows;
  int added = 0, removed = 0;
  for (const office::CalendarMove& move : moves) {
    added += move.breaches_added;
    removed += move.breaches_removed;
    if (!move.moves()) continue;
    rows.push_back({move.number, move.step, change_text(office, move.due_before, move.due_after),
                    change_text(office, move.case_before, move.case_after)});
  }
  write_table(call.terminal.out, {"NUMBER", "STEP", "STEP DUE", "CASE DUE"}, rows);
  call.terminal.out << fmt::format(
      "{} of {} open permits move; breaches: {} added, {} removed\nreason: {}\n", rows.size(),
      moves.size(), added, removed, decree);
}

pg::Awaitable<int> change(DatabaseCall& call, bool write) {
  const std::string file = call.given.argument(0).value_or("");
  auto loaded = load_calendar_rules(file);
  if (!loaded) {
    for (const Fault& fault : loaded.error()) call.terminal.err << fault.to_string() << '\n';
    throw Refused("the calendar is refused");
  }
  const std::unique_ptr<Office> office = co_await read_office(call);
  office->rulebook.set_send({call.config.officers.group_wait, call.config.officers.group_interval,
                             call.config.undo_window});
  const Calendar* in_force = office->rulebook.find_calendar(loaded->calendar.id());
  if (!in_force)
    throw Refused(fmt::format("no calendar '{}' is in force yet: tenggatd brings in the first",
                              loaded->calendar.id()));
  const std::string decree =
      call.given.text_or("decree", office::reason_of_change(*in_force, loaded->calendar));
  // Named: GCC 12 destroys an aggregate temporary of a co_await expression twice.
  office::CalendarChange asked{std::move(loaded->rules), loaded->calendar, decree, write};
  const auto moves =
      co_await office::change_calendar(call.connection, office->rulebook, std::move(asked));
  write_moves(call, *office, decree, moves);
  co_return kOk;
}

pg::Awaitable<int> preview_work(DatabaseCall& call) { return change(call, false); }
pg::Awaitable<int> apply_work(DatabaseCall& call) { return change(call, true); }

int run_preview(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, preview_work);
}
int run_apply(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, apply_work);
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
