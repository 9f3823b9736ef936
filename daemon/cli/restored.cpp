// `tenggat db restored`: what a restored database has lost, and that it goes on without it.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <istream>
#include <ostream>

#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/marker.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/migrations.h"
#include "daemon/store/restoring.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

// What is known before anything is done.
struct Known {
  std::string file;  // of the mark
  bool marked = false;
  store::Mark mark;
  store::Standing standing;
  store::Loss loss;
  std::vector<std::string> permits;  // that miss changes: their numbers, else their ids
  store::Restored plan;

  // Nothing was lost, and no daemon says so.
  bool sound() const { return marked && !loss.any() && standing.behind.empty(); }
};

pg::Awaitable<Known> look(DatabaseCall& call) {
  for (const pg::MigrationState& one :
       co_await pg::migration_status(call.connection, store::migrations()))
    if (one.kind != pg::MigrationState::Kind::kApplied)
      throw Refused(
          fmt::format("migration {} is not as this program has it: `tenggat db migrate`"
                      " comes first",
                      one.name));
  Known known;
  const std::string identity = co_await store::read_identity(call.connection);
  const auto file = office::mark_file(call.config.state_dir, identity);
  known.file = file.string();
  const std::optional<store::Mark> mark = office::read_mark(file);
  known.marked = mark.has_value();
  if (mark) known.mark = *mark;
  known.standing = co_await store::read_standing(call.connection, known.mark);
  if (known.marked)
    known.loss = store::loss_of(known.mark, known.standing.found, known.standing.missing,
                                known.standing.revived);
  known.permits = co_await store::permits_of(call.connection, known.loss.events);
  known.plan = co_await store::plan_restored(call.connection, known.mark);
  co_return known;
}

json::array json_of(const std::vector<store::NumberGap>& gaps) {
  json::array all;
  for (const store::NumberGap& gap : gaps)
    all.push_back(json::object{
        {"sop", gap.sop}, {"year", gap.year}, {"first", gap.first}, {"last", gap.last}});
  return all;
}

json::object json_of(const Known& known, const store::Restored& plan, bool done) {
  json::array numbers;
  for (const store::Loss::Numbers& one : known.loss.numbers)
    numbers.push_back(json::object{
        {"sop", one.sop}, {"year", one.year}, {"given", one.given}, {"in_database", one.found}});
  json::object lost{{"numbers", std::move(numbers)},
                    {"permits", json::array(known.permits.begin(), known.permits.end())},
                    {"office_events", known.loss.office_events},
                    {"seals", known.loss.seals},
                    {"last_second_unknown", known.loss.unsure}};
  return {{"mark", known.marked ? json::value(known.file) : json::value()},
          {"behind", known.standing.behind},
          {"lost", std::move(lost)},
          {"numbers_left_out", json_of(plan.gaps)},
          {"sessions_ended", plan.sessions},
          {"tokens_revoked", plan.tokens},
          {"screens_revoked", plan.screens},
          {"officers_ended", json::array(plan.officers.begin(), plan.officers.end())},
          {"held", json::object{{"messages", plan.unsent.messages},
                                {"notices", plan.unsent.notices},
                                {"posts", plan.unsent.posts}}},
          {"done", done}};
}

void write_lost(std::ostream& out, const Known& known) {
  if (!known.marked)
    out << fmt::format(
        "there is no mark of this database in {}: what it has lost is not known here. Where another"
        " machine\nran its daemon, run this there.\n",
        known.file);
  if (!known.standing.behind.empty()) out << "found by a daemon: " << known.standing.behind << '\n';
  const store::Loss& loss = known.loss;
  if (loss.any()) out << "lost, as far as " << known.file << " tells:\n";
  for (const store::Loss::Numbers& one : loss.numbers)
    out << fmt::format("  {} {}: numbers {} to {}, with their permits\n", one.sop, one.year,
                       one.found + 1, one.given);
  if (!known.permits.empty())
    out << fmt::format("  changes of these, among the last: {}\n", fmt::join(known.permits, ", "));
  if (loss.office_events > 0)
    out << fmt::format(
        "  the last {} changes of the office: people, tokens, silences, rules. Enter them anew.\n",
        loss.office_events);
  if (loss.seals > 0) out << fmt::format("  the last {} seals\n", loss.seals);
  if (loss.unsure)
    out << "  perhaps more: the daemon was cut off, and of its last second nothing is known\n";
}

void write_plan(std::ostream& out, const store::Restored& plan, bool done) {
  out << (done ? "done:\n" : "to be done:\n");
  for (const store::NumberGap& gap : plan.gaps)
    out << fmt::format("  {} {}: numbers {} to {} are given to nobody; {} comes next\n", gap.sop,
                       gap.year, gap.first, gap.last, gap.last + 1);
  out << fmt::format("  sessions that end: {}, and every link to sign in\n", plan.sessions);
  if (plan.tokens + plan.screens > 0)
    out << fmt::format("  revoked once more: {} tokens, {} links of screens\n", plan.tokens,
                       plan.screens);
  if (!plan.officers.empty())
    out << fmt::format("  out of service once more: {}\n", fmt::join(plan.officers, ", "));
  out << fmt::format(
      "  held until `tenggat message release`: {} messages, {} notices that are none yet, {} posts"
      " to the portal\n",
      plan.unsent.messages, plan.unsent.notices, plan.unsent.posts);
}

bool agreed(Terminal& terminal) {
  terminal.err << "Go on without what is lost? Type yes: " << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  return answer == "yes";
}

pg::Awaitable<int> restored(DatabaseCall& call) {
  std::ostream& out = call.terminal.out;
  const bool as_json = call.given.has("json");
  Known known = co_await look(call);
  if (!as_json) write_lost(out, known);
  if (known.sound()) {
    if (as_json)
      write_json(out, json_of(known, {}, false));
    else
      out << "the database knows everything that it has given: nothing is to be done\n";
    co_return kOk;
  }
  if (!as_json) write_plan(out, known.plan, false);
  if (call.given.has("preview")) {
    if (as_json) write_json(out, json_of(known, known.plan, false));
    co_return kOk;
  }
  if (!call.given.has("yes") && !agreed(call.terminal))
    throw Refused("nothing was done: type yes, or give --yes");
  const store::Restored done =
      co_await store::accept_restored(call.connection, by(call), known.mark);
  if (as_json)
    write_json(out, json_of(known, done, true));
  else
    write_plan(out, done, true);
  co_return kOk;
}

int run_restored(const Given& given, Terminal& terminal) {
  // The owner may set sequences.
  return on_database(given, terminal, restored, false, As::owner);
}

}  // namespace

std::vector<Command> restored_commands() {
  return {
      {"db restored",
       {},
       {{"preview", "", "say what is lost and what would be done, and do nothing"},
        {"yes", "", "do not ask"},
        kConfigOption,
        kJsonOption},
       "lets a database that was restored, or lost its last commits, be served again",
       "It is held against the mark that the daemon of this machine keeps in state_dir. Numbers\n"
       "and sequences go on past it, every session ends, what was revoked stays revoked, and what\n"
       "is unsent is held until `tenggat message release`. The office's record says so.",
       run_restored}};
}

}  // namespace tenggat::cli
