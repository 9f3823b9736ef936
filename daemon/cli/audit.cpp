// `tenggat audit verify`: whether the event logs are as they were written.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ostream>

#include "daemon/cli/find_permit.h"
#include "daemon/cli/print.h"
#include "daemon/store/audit.h"
#include "daemon/store/office_chain.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

// What was walked, and what does not hold.
struct Walked {
  store::AuditReport permits;
  std::optional<std::int64_t> office_events;  // of one permit: they were not walked
};

void write_report(const DatabaseCall& call, const Walked& walked) {
  const store::AuditReport& report = walked.permits;
  if (call.given.has("json")) {
    json::array broken;
    for (const store::BrokenChain& one : report.broken)
      broken.push_back(
          json::object{{"number", one.number}, {"event", one.sequence}, {"what", one.what}});
    json::object all{{"permits", report.permits}, {"events", report.events}};
    if (walked.office_events) all["office_events"] = *walked.office_events;
    all["broken"] = std::move(broken);
    write_json(call.terminal.out, all);
    return;
  }
  for (const store::BrokenChain& one : report.broken)
    call.terminal.out << fmt::format("{}: event {}: {}\n", one.number, one.sequence, one.what);
  const std::string of_office =
      walked.office_events ? fmt::format("; {} events of the office", *walked.office_events) : "";
  call.terminal.out << fmt::format(
      "{} permits, {} events{}: {}\n", report.permits, report.events, of_office,
      report.broken.empty() ? "every chain holds"
                            : fmt::format("{} chains broken", report.broken.size()));
}

pg::Awaitable<int> verify(DatabaseCall& call) {
  std::int64_t permit = 0;
  if (const auto named = call.given.argument(0)) permit = co_await find_permit(call, *named);
  Walked walked;
  walked.permits = co_await store::verify_chains(call.connection, permit);
  if (permit == 0) {
    const store::OfficeAudit office = co_await store::verify_office_chain(call.connection);
    walked.office_events = office.events;
    if (office.broken) walked.permits.broken.push_back(*office.broken);
  }
  write_report(call, walked);
  co_return walked.permits.broken.empty() ? kOk : kRefused;
}

int run_verify(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, verify);
}

}  // namespace

std::vector<Command> audit_commands() {
  return {
      {"audit verify",
       {{"PERMIT", false}},
       {kConfigOption, kJsonOption},
       "walks the hash chain of one permit's events, or all and the office's, and names the first "
       "broken one",
       "PERMIT is an id or a number. The office's chain holds what was changed in the office "
       "itself.",
       run_verify}};
}

}  // namespace tenggat::cli
