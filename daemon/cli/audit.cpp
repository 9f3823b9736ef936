// `tenggat audit verify`: whether the event log is as it was written.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ostream>

#include "daemon/cli/find_permit.h"
#include "daemon/cli/print.h"
#include "daemon/store/audit.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

pg::Awaitable<int> verify(DatabaseCall& call) {
  std::int64_t permit = 0;
  if (const auto named = call.given.argument(0)) permit = co_await find_permit(call, *named);
  const store::AuditReport report = co_await store::verify_chains(call.connection, permit);
  if (call.given.has("json")) {
    json::array broken;
    for (const store::BrokenChain& one : report.broken)
      broken.push_back(
          json::object{{"number", one.number}, {"event", one.sequence}, {"what", one.what}});
    write_json(call.terminal.out, json::object{{"permits", report.permits},
                                               {"events", report.events},
                                               {"broken", std::move(broken)}});
  } else {
    for (const store::BrokenChain& one : report.broken)
      call.terminal.out << fmt::format("{}: event {}: {}\n", one.number, one.sequence, one.what);
    call.terminal.out << fmt::format("{} permits, {} events: {}\n", report.permits, report.events,
                                     report.broken.empty()
                                         ? "every chain holds"
                                         : fmt::format("{} chains broken", report.broken.size()));
  }
  co_return report.broken.empty() ? kOk : kRefused;
}

int run_verify(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, verify);
}

}  // namespace

std::vector<Command> audit_commands() {
  return {{"audit verify",
           {{"PERMIT", false}},
           {kConfigOption, kJsonOption},
           "walks the hash chain of one permit's events, or of all, and names the first broken one",
           "PERMIT is an id or a number.",
           run_verify}};
}

}  // namespace tenggat::cli
