// `tenggat token`.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/roles.h"
#include "daemon/store/people.h"
#include "daemon/store/tokens.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Count = Option::Count;

constexpr std::chrono::hours kTokenLives{24 * 365};  // unless its maker says otherwise
constexpr std::string_view kScopes[] = {"intake", "act", "read", "admin", "bounce"};

// `--scope intake,read --scope act`, each once.
std::vector<std::string> scopes_of(const Given& given) {
  std::vector<std::string> scopes;
  for (std::string list : given.all("scope")) {
    list += ',';
    while (!list.empty()) {
      const std::size_t end = list.find(',');
      const std::string scope = list.substr(0, end);
      list.erase(0, end + 1);
      if (std::ranges::find(kScopes, scope) == std::end(kScopes))
        throw BadUsage(fmt::format("--scope is of {}", fmt::join(kScopes, ",")));
      if (std::ranges::find(scopes, scope) == scopes.end()) scopes.push_back(scope);
    }
  }
  return scopes;
}

// A date is good to its end, in the office's zone. Nothing: it is good for ever.
std::optional<Instant> expiry_of(const Given& given, const Office& office) {
  const auto text = given.text("expires");
  if (!text) return office.moment.machine + kTokenLives;
  if (*text == "never") return std::nullopt;
  std::optional<Instant> expires = parse_entered_instant(*text);
  if (!expires) {
    const std::string date = checked_date("expires", *text);
    const std::chrono::sys_days next =
        std::chrono::sys_days(std::chrono::year{std::stoi(date.substr(0, 4))} /
                              std::stoi(date.substr(5, 2)) / std::stoi(date.substr(8, 2))) +
        std::chrono::days{1};
    const std::chrono::year_month_day day{next};
    expires = office.calendar ? office.calendar->midnight(static_cast<int>(day.year()),
                                                          static_cast<unsigned>(day.month()),
                                                          static_cast<unsigned>(day.day()))
                              : Instant{next};
  }
  if (*expires <= office.moment.machine) throw Refused("--expires is in the past");
  return expires;
}

pg::Awaitable<int> create_token(DatabaseCall& call) {
  store::Token token;
  token.officer = call.given.text_or("officer", "");
  token.service = call.given.text_or("service", "");
  token.scopes = scopes_of(call.given);
  if (token.officer.empty() == token.service.empty())
    throw BadUsage("a token is for one of --officer ID and --service NAME");
  if (!token.officer.empty() && !token.scopes.empty())
    throw BadUsage("--scope is for services: an officer may do what their roles may");
  if (!token.service.empty() && token.scopes.empty())
    throw BadUsage("a service needs --scope, of intake,act,read,admin,bounce");
  if (call.given.has("role") && std::ranges::find(token.scopes, "act") == token.scopes.end())
    throw BadUsage("--role is for scope act: the roles that the service acts in");
  if (!token.service.empty() && !store::valid_officer_id(token.service))
    throw BadUsage(
        "--service is a name of lower-case letters, digits, dots, dashes and underscores");
  const auto office = co_await read_office(call);
  token.expires_at = expiry_of(call.given, *office);
  token.roles = call.given.all("role");
  check_roles(token.roles, *office, call.config);
  const std::string secret = store::new_token_secret();
  token.hash = store::token_hash(secret);
  const std::string who =
      token.officer.empty() ? "service " + token.service : "officer " + printable(token.officer);
  const auto expires_at = token.expires_at;
  const auto id = co_await store::add_token(call.connection, by(call), std::move(token));
  if (!id) throw Refused(fmt::format("there is no {}", who));
  const std::string until = expires_at ? office->text(*expires_at) : "";
  write_done(call,
             fmt::format("token {} for {}{}; it is shown this once:\n{}\n", *id, who,
                         until.empty() ? "" : ", until " + until, secret),
             {{"token", *id},
              {"for", who},
              {"expires_at", until.empty() ? json::value() : json::value(until)},
              {"secret", secret}});
  co_return kOk;
}

const char* state_of(const store::Token& token, Instant machine_now) {
  if (token.revoked_at) return "revoked";
  return token.live(machine_now) ? "live" : "expired";
}

json::value to_json(const std::optional<Instant>& t, const Office& office) {
  if (!t) return nullptr;
  return json::value(office.text(*t));
}

pg::Awaitable<int> list_tokens(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const std::vector<store::Token> tokens = co_await store::load_tokens(call.connection);
  const Instant machine = office->moment.machine;
  if (call.given.has("json")) {
    json::array all;
    for (const store::Token& token : tokens) {
      json::array scopes(token.scopes.begin(), token.scopes.end());
      json::array roles(token.roles.begin(), token.roles.end());
      json::value officer, service;
      if (!token.officer.empty()) officer = token.officer;
      if (!token.service.empty()) service = token.service;
      all.push_back(json::object{{"id", token.id},
                                 {"officer", officer},
                                 {"service", service},
                                 {"scopes", scopes},
                                 {"roles", roles},
                                 {"state", state_of(token, machine)},
                                 {"created_at", office->text(token.created_at)},
                                 {"expires_at", to_json(token.expires_at, *office)},
                                 {"revoked_at", to_json(token.revoked_at, *office)},
                                 {"last_used_at", to_json(token.used_at, *office)}});
    }
    write_json(call.terminal.out, all);
    co_return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const store::Token& token : tokens) {
    rows.push_back({std::to_string(token.id),
                    token.officer.empty() ? "service " + token.service : "officer " + token.officer,
                    fmt::format("{}", fmt::join(token.scopes, ",")),
                    fmt::format("{}", fmt::join(token.roles, ",")), state_of(token, machine),
                    office->text(token.created_at),
                    token.expires_at ? office->text(*token.expires_at) : "",
                    token.used_at ? office->text(*token.used_at) : "never"});
  }
  write_table(call.terminal.out,
              {"ID", "FOR", "SCOPES", "ROLES", "STATE", "CREATED", "EXPIRES", "LAST USED"}, rows);
  co_return kOk;
}

pg::Awaitable<int> revoke_token(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  const bool revoked = co_await store::revoke_token(call.connection, by(call), id);
  if (!revoked) throw Refused(fmt::format("there is no token {} that is not revoked", id));
  write_done(call, fmt::format("revoked token {}\n", id), {{"token", id}});
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

}  // namespace

std::vector<Command> token_commands() {
  return {
      {"token create",
       {},
       {{"officer", "ID", "a token of this officer's own"},
        {"service", "NAME", "a token of a program, the portal for one"},
        {"scope", "SCOPES", "what a service may: intake,act,read,admin,bounce", Count::several},
        {"role", "ROLE", "in which a service with scope act acts; may be repeated", Count::several},
        {"expires", "DATE", "the last day it is good, an instant, or never; a year if left out"},
        kJsonOption,
        kConfigOption},
       "makes an API token and prints it once, alone on the last line",
       "",
       run_work<create_token>},
      {"token list",
       {},
       {kJsonOption, kConfigOption},
       "every token, not its secret",
       "",
       run_work<list_tokens>},
      {"token revoke",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "ends a token at once",
       "",
       run_work<revoke_token>},
  };
}

}  // namespace tenggat::cli
