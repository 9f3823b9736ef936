// `tenggat permit migrate`: open permits move to the version of their SOP that is in force.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "daemon/cli/moves.h"
#include "daemon/office/sop_change.h"
#include "daemon/store/permits.h"

namespace tenggat::cli {
namespace {

// A name that is mistyped must not pass for a permit that had nothing to move.
pg::Awaitable<void> check_named(DatabaseCall& call, std::string sop) {
  const std::vector<std::string> names = call.given.arguments();
  pg::Pipeline pipeline;
  const auto named = store::add_name_permits(pipeline, names);
  const pg::Results results = co_await call.connection.run(std::move(pipeline));
  for (const store::NamedPermit& one : results[named]) {
    if (one.sop.empty()) throw Refused(fmt::format("there is no permit {}", one.name));
    if (one.sop != sop)
      throw Refused(fmt::format("permit {} is of the SOP `{}`, not `{}`", one.name, one.sop, sop));
    if (!one.open) throw Refused(fmt::format("permit {} has ended", one.name));
  }
}

pg::Awaitable<int> migrate_work(DatabaseCall& call) {
  const std::string id = call.given.text_or("sop", "");
  const std::unique_ptr<Office> office = co_await read_office(call);
  office->rulebook.set_send({call.config.officers.group_wait, call.config.officers.group_interval,
                             call.config.undo_window, call.config.officers.messages_an_hour});
  const Sop* sop = office->rulebook.sop_in_force(id);
  if (!sop) throw Refused(fmt::format("no SOP `{}` is in force", id));
  co_await check_named(call, id);
  const std::string because = call.given.text_or("because", "perubahan standar pelayanan");
  office::SopChange asked{id, call.given.arguments(), because, !call.given.has("preview")};
  const auto moves =
      co_await office::change_sop(call.connection, office->rulebook, std::move(asked));
  boost::json::object head{{"sop", id}, {"version", sop->version}, {"because", because}};
  write_moves(call, *office, std::move(head), because, moves);
  const bool refused = std::any_of(moves.begin(), moves.end(), [](const office::PermitMove& one) {
    return one.refused.has_value();
  });
  co_return refused ? kRefused : kOk;
}

int run_migrate(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, migrate_work, true);
}

}  // namespace

std::vector<Command> migrate_commands() {
  return {
      {"permit migrate",
       {{"PERMIT", false, true}},
       {{"sop", "ID", "the SOP", Option::Count::required},
        {"preview", "", "say what would move, and write nothing"},
        {"because", "TEXT", "the reason, in Indonesian, as an applicant reads it"},
        kConfigOption,
        kJsonOption},
       "moves open permits to the SOP version in force, with the time they have consumed",
       "PERMIT is an id or a number, several or none: then all open permits of the SOP. One\n"
       "that is open at a step the version lacks, or whose clock stands for a reason it lacks,\n"
       "is named with why and stays, and the exit code is 1. What is closed keeps its names.\n"
       "Each permit that moves gets one audited event; nothing is told twice.",
       run_migrate}};
}

}  // namespace tenggat::cli
