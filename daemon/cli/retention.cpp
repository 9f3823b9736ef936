// `tenggat retention`: how long what is kept, what lies further back, what has gone.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/store/retention.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Kept = std::optional<std::chrono::days>;

struct Row {
  const char* what;
  Kept kept;
  store::RetentionCount standing;
};

pg::Awaitable<int> show(DatabaseCall& call) {
  const Config::Retention& kept = call.config.retention;
  store::KeptFor asked{kept.closed, kept.messages, kept.files};
  const store::RetentionCounts of = co_await store::count_retention(call.connection, asked);
  const Row rows[] = {{"permits", kept.closed, of.permits},
                      {"messages", kept.messages, of.messages},
                      {"files", kept.files, of.files}};
  if (call.given.has("json")) {
    json::array all;
    for (const Row& one : rows)
      all.push_back(json::object{{"what", one.what},
                                 {"kept_days", one.kept ? json::value(one.kept->count()) : nullptr},
                                 {"due", one.standing.due},
                                 {"removed", one.standing.removed}});
    write_json(call.terminal.out, all);
    co_return kOk;
  }
  std::vector<std::vector<std::string>> cells;
  for (const Row& one : rows)
    cells.push_back({one.what, one.kept ? fmt::format("{} days", one.kept->count()) : "for ever",
                     std::to_string(one.standing.due), std::to_string(one.standing.removed)});
  write_table(call.terminal.out, {"WHAT", "KEPT", "DUE", "REMOVED"}, cells);
  co_return kOk;
}

int run_show(const Given& given, Terminal& terminal) { return on_database(given, terminal, show); }

}  // namespace

std::vector<Command> retention_commands() {
  return {{"retention",
           {},
           {kJsonOption, kConfigOption},
           "how long what is kept, what lies further back, and what was removed",
           "It removes nothing: a daemon does, in slices, by `retention` of its configuration.\n"
           "DUE is what lies further back than the configuration at hand says.",
           run_show}};
}

}  // namespace tenggat::cli
