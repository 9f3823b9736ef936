#include "daemon/pg/hosts.h"

#include <libpq-fe.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <map>

#include "daemon/pg/search_path.h"

namespace tenggat::pg {
namespace {

const std::string kSearchPath = " -c search_path=";

using Parameters = std::map<std::string, std::string>;
using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

[[noreturn]] void unreadable(const std::string& why) {
  throw ConnectionLost{{.sqlstate = "08001", .message = "database: " + why}};
}

void keep_set(const Options& options, Parameters& parameters) {
  for (const auto* option = options.get(); option && option->keyword; ++option) {
    if (option->val && *option->val) parameters.emplace(option->keyword, option->val);
  }
}

// Only what the environment says: a built-in default passed on would override a service file.
void fill_from_environment(const Options& defaults, Parameters& parameters) {
  for (const auto* option = defaults.get(); option && option->keyword; ++option) {
    const char* value = option->envvar ? std::getenv(option->envvar) : nullptr;
    if (value && *value) parameters.emplace(option->keyword, value);
  }
}

Parameters parse(const std::string& conninfo) {
  char* error = nullptr;
  const Options options{PQconninfoParse(conninfo.c_str(), &error), &PQconninfoFree};
  if (error) PQfreemem(error);
  if (!options) unreadable("not a libpq connection string");
  Parameters parameters;
  keep_set(options, parameters);
  fill_from_environment(Options{PQconndefaults(), &PQconninfoFree}, parameters);
  return parameters;
}

std::string take(Parameters& parameters, const std::string& keyword) {
  const auto node = parameters.extract(keyword);
  return node ? std::move(node.mapped()) : std::string{};
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts{""};
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::optional<Timeout> seconds_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || *end != '\0') unreadable("connect_timeout is not a number");
  if (seconds <= 0) return std::nullopt;
  return std::chrono::seconds{seconds};
}

bool needs_resolving(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.front() == '@') return false;
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(name, not_an_address);
  return not_an_address.failed();
}

}  // namespace

std::string user_of(const std::string& conninfo) {
  Parameters parameters = parse(conninfo);
  std::string user = take(parameters, "user");
  if (!user.empty()) return user;
  const Options defaults{PQconndefaults(), &PQconninfoFree};
  for (const auto* option = defaults.get(); option && option->keyword; ++option)
    if (std::string_view(option->keyword) == "user" && option->val) user = option->val;
  return user;
}

std::string in_schema(const std::string& conninfo, const std::string& schema) {
  if (schema == kDefaultSchema) return conninfo;
  Parameters parameters = parse(conninfo);
  // The last one counts, whatever the operator's own options say.
  parameters["options"] += kSearchPath + search_path_of(schema);
  parameters.emplace("fallback_application_name", "tenggatd " + schema);
  std::string whole;
  for (const auto& [keyword, value] : parameters) {
    whole += (whole.empty() ? "" : " ") + keyword + "='";
    for (const char c : value)
      whole += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
    whole += '\'';
  }
  return whole;
}

Hosts hosts_of(const std::string& conninfo, bool by_key) {
  Parameters common = parse(conninfo);
  Hosts plan;
  plan.timeout = seconds_of(take(common, "connect_timeout"));
  const auto names = split(take(common, "host"));
  const auto addresses = split(take(common, "hostaddr"));
  const auto ports = split(take(common, "port"));

  common["client_encoding"] = "UTF8";
  // A session whose client has gone without a word must not keep its locks, nor stand behind those
  // of others: the server ends it. The operator's own options come later and win.
  const std::string plans =
      by_key ? " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
               " -c enable_hashjoin=off -c enable_mergejoin=off -c enable_sort=off "
             : "";
  // Nothing we ask is long enough to be worth compiling.
  common["options"] = plans +
                      "-c jit=off -c client_connection_check_interval=5000"
                      " -c idle_in_transaction_session_timeout=5000 " +
                      common["options"] + " -c DateStyle=ISO -c TimeZone=UTC";
  if (common["options"].find(kSearchPath) == std::string::npos)
    common["options"] += kSearchPath + search_path_of(kDefaultSchema);
  common.emplace("fallback_application_name", "tenggatd");

  const bool have_addresses = addresses.size() > 1 || !addresses.front().empty();
  const auto count = have_addresses ? addresses.size() : names.size();
  if (have_addresses && names.size() != count && !(names.size() == 1 && names.front().empty())) {
    unreadable("host and hostaddr differ in number");
  }
  if (ports.size() != 1 && ports.size() != count) unreadable("host and port differ in number");

  for (std::size_t i = 0; i < count; ++i) {
    Host host;
    host.name = i < names.size() ? names[i] : "";
    host.port = ports[ports.size() == 1 ? 0 : i];
    host.parameters.assign(common.begin(), common.end());
    if (!host.name.empty()) host.parameters.emplace_back("host", host.name);
    if (!host.port.empty()) host.parameters.emplace_back("port", host.port);
    if (have_addresses) {
      host.parameters.emplace_back("hostaddr", addresses[i]);
    } else if (needs_resolving(host.name)) {
      host.name_to_resolve = host.name;
    }
    if (host.name.empty() && have_addresses) host.name = addresses[i];
    plan.hosts.push_back(std::move(host));
  }
  return plan;
}

}  // namespace tenggat::pg
