// `tenggat portal`.
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/portal.h"
#include "daemon/store/portal.h"
#include "rules/calendar/calendar.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Count = Option::Count;

Instant instant_option(const Given& given, std::string_view name) {
  const auto instant = parse_entered_instant(given.text_or(name, ""));
  if (!instant)
    throw BadUsage(fmt::format("--{} is an instant such as 2026-04-02T14:00:00+08:00", name));
  return *instant;
}

json::value or_null(const std::optional<Instant>& t, const Office& office) {
  if (!t) return nullptr;
  return json::value(office.text(*t));
}

json::object as_json(const store::PortalCounts& counts, const Office& office, bool configured) {
  return {{"configured", configured},
          {"followed", counts.followed},
          {"disabled_at", or_null(counts.disabled_at, office)},
          {"pending", counts.pending},
          {"delivered", counts.delivered},
          {"dead", counts.dead},
          {"oldest_pending", or_null(counts.oldest, office)},
          {"last_reason", counts.last_reason},
          {"last_detail", counts.last_detail}};
}

void write_status(std::ostream& out, const store::PortalCounts& counts, const Office& office,
                  bool configured) {
  if (!configured) out << "portal.url is empty: nothing is posted\n";
  if (counts.disabled_at)
    out << "disabled since " << office.text(*counts.disabled_at)
        << ": the portal answered 410; go on with `tenggat portal enable`\n";
  out << fmt::format("pending {}, delivered within a week {}, given up {}\n", counts.pending,
                     counts.delivered, counts.dead);
  if (counts.oldest) out << "oldest pending since " << office.text(*counts.oldest) << '\n';
  if (!counts.last_reason.empty())
    out << printable(fmt::format("last answer: {} {}", counts.last_reason, counts.last_detail))
        << '\n';
}

pg::Awaitable<int> show_status(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const store::PortalCounts counts = co_await store::count_portal_events(call.connection);
  const bool configured = call.config.portal.enabled();
  if (call.given.has("json"))
    write_json(call.terminal.out, as_json(counts, *office, configured));
  else
    write_status(call.terminal.out, counts, *office, configured);
  co_return kOk;
}

pg::Awaitable<int> enable_portal(DatabaseCall& call) {
  const bool enabled = co_await store::enable_portal(call.connection);
  if (!enabled) throw Refused("the portal is not disabled");
  write_done(call, "the portal is enabled; what waited goes out\n", {{"enabled", true}});
  co_return kOk;
}

pg::Awaitable<int> replay(DatabaseCall& call) {
  const Instant after = instant_option(call.given, "after");
  const Instant until = instant_option(call.given, "until");
  if (until <= after) throw BadUsage("--until is not later than --after");
  const auto office = co_await read_office(call);
  office->rulebook.set_send({call.config.officers.group_wait, call.config.officers.group_interval,
                             call.config.undo_window, call.config.officers.messages_an_hour});
  const std::int64_t replayed =
      co_await office::replay_changes(call.connection, office->rulebook, after, until);
  write_done(call, fmt::format("{} events are posted again, under the ids they had\n", replayed),
             {{"events", replayed}});
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

}  // namespace

std::vector<Command> portal_commands() {
  return {
      {"portal status",
       {},
       {kJsonOption, kConfigOption},
       "what waits to be posted to the portal, and what it said last",
       "",
       run_work<show_status>},
      {"portal enable",
       {},
       {kJsonOption, kConfigOption},
       "goes on posting after the portal answered 410",
       "",
       run_work<enable_portal>},
      {"portal replay",
       {},
       {{"after", "INSTANT", "changes recorded from here on", Count::required},
        {"until", "INSTANT", "and before this", Count::required},
        kJsonOption,
        kConfigOption},
       "posts the changes of a time once more",
       "Under the ids they had, so that the portal can drop what it knows. What was taken back is\n"
       "not among them.",
       run_work<replay>},
  };
}

}  // namespace tenggat::cli
