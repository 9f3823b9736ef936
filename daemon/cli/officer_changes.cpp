#include "daemon/cli/officer_changes.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/print.h"
#include "daemon/store/officer_changes.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Kind = store::WaitingAnswer::Kind;

template <class T>
void put(json::object& to, const char* name, const std::optional<T>& value) {
  if (value) to[name] = json::value_from(*value);
}

json::object to_json(const store::WaitingChange& change, const Office& office) {
  json::object view{{"id", change.id},
                    {"officer", change.officer},
                    {"proposed_by", change.by},
                    {"proposed_at", office.text(change.proposed_at)},
                    {"takes_effect_at", office.text(change.effective_at)}};
  put(view, "name", change.edit.name);
  put(view, "email", change.edit.email);
  put(view, "whatsapp", change.edit.whatsapp);
  put(view, "channels", change.edit.channels);
  put(view, "roles", change.edit.roles);
  put(view, "ended_on", change.edit.ended_on);
  return view;
}

// "email nurul@example.go.id; roles kepala_dinas, admin"
std::string what(const store::OfficerEdit& edit) {
  std::vector<std::string> all;
  const auto say = [&](const char* name, const std::optional<std::string>& value) {
    if (value) all.push_back(fmt::format("{} {}", name, value->empty() ? "none" : *value));
  };
  say("name", edit.name);
  say("email", edit.email);
  say("whatsapp", edit.whatsapp);
  if (edit.channels) all.push_back(fmt::format("channels {}", fmt::join(*edit.channels, ", ")));
  if (edit.roles) all.push_back(fmt::format("roles {}", fmt::join(*edit.roles, ", ")));
  say("until", edit.ended_on);
  return fmt::format("{}", fmt::join(all, "; "));
}

pg::Awaitable<int> list_changes(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  pg::Pipeline looking;
  const auto slot = store::add_waiting_changes(looking);
  const auto results = co_await call.connection.run(std::move(looking));
  json::array all;
  std::vector<std::vector<std::string>> rows;
  for (const store::WaitingChange& one : results[slot]) {
    all.push_back(to_json(one, *office));
    rows.push_back({std::to_string(one.id), one.officer, what(one.edit), one.by,
                    office->text(one.effective_at)});
  }
  if (call.given.has("json"))
    write_json(call.terminal.out, all);
  else
    write_table(call.terminal.out, {"ID", "OFFICER", "CHANGE", "PROPOSED BY", "TAKES EFFECT"},
                rows);
  co_return kOk;
}

void refuse(const store::WaitingAnswer& answer, std::int64_t id) {
  switch (answer.kind) {
    case Kind::done:
      return;
    case Kind::not_second:
      throw Refused(
          "the second word is another's: whoever is at the machine has proposed this one, so that"
          " an officer with the role admin says it, on the pages or by the API");
    case Kind::shared_email:
    case Kind::shared_whatsapp:
      throw Refused(
          fmt::format("officer `{}`, who is in service, has this address meanwhile", answer.other));
    case Kind::gone:
    case Kind::not_theirs:
      break;
  }
  throw Refused(fmt::format("no change {} waits", id));
}

pg::Awaitable<int> confirm_change(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  const auto answer = co_await store::confirm_waiting_change(call.connection, by(call), id);
  refuse(answer, id);
  write_done(call, fmt::format("change {} of {} is in effect\n", id, answer.officer),
             {{"change", id}, {"officer", answer.officer}, {"in_effect", true}});
  co_return kOk;
}

pg::Awaitable<int> stop_change(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  const auto answer = co_await store::stop_waiting_change(call.connection, by(call), id);
  refuse(answer, id);
  write_done(call, fmt::format("stopped change {}: {} stays as they are\n", id, answer.officer),
             {{"change", id}, {"officer", answer.officer}, {"in_effect", false}});
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

}  // namespace

pg::Awaitable<std::string> words_of_waiting(DatabaseCall& call, const Office& office,
                                            std::int64_t change) {
  pg::Pipeline looking;
  const auto slot = store::add_find_waiting_change(looking, change);
  const auto results = co_await call.connection.run(std::move(looking));
  const std::optional<store::WaitingChange> found = results[slot];
  if (!found) co_return fmt::format("change {}: meanwhile settled\n", change);
  co_return fmt::format(
      "waits: change {0} of {1} ({2}), who signs in person, takes effect on {3}, or when an"
      " administrator confirms it; `officer change stop {0}` stops it\n",
      found->id, found->officer, what(found->edit), office.text(found->effective_at));
}

std::vector<Command> officer_change_commands() {
  return {
      {"officer change list",
       {},
       {kJsonOption, kConfigOption},
       "changes of officers' addresses and roles that wait",
       "Of whoever holds a role with a step that is signed in person (hadir_sendiri). They take\n"
       "effect after a second administrator's word, or 24 hours.",
       run_work<list_changes>},
      {"officer change confirm",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "says the second word: the change is in effect at once",
       "Not of one that was proposed at the machine: that is for an officer with the role admin.",
       run_work<confirm_change>},
      {"officer change stop",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "stops a change that waits",
       "",
       run_work<stop_change>},
  };
}

}  // namespace tenggat::cli
