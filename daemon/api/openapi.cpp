#include "daemon/api/openapi.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>

namespace tenggat::http {
namespace {

namespace json = boost::json;

// "POST /api/v1/permits" to its operationId.
using Operations = std::map<std::string, std::string>;

std::string upper(std::string_view method) {
  std::string text(method);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

std::string server_of(const json::object& document) {
  return std::string(document.at("servers").at(0).at("url").as_string());
}

Operations described(const json::object& document) {
  Operations operations;
  const std::string server = server_of(document);
  for (const auto& [path, methods] : document.at("paths").as_object())
    for (const auto& [method, operation] : methods.as_object())
      operations[upper(method) + ' ' + server + std::string(path)] =
          std::string(operation.at("operationId").as_string());
  return operations;
}

}  // namespace

std::vector<std::string> openapi_faults(std::string_view text, std::span<const Route> routes) {
  const json::value parsed = json::parse(text);
  const json::object& document = parsed.as_object();
  const Operations operations = described(document);
  const std::string server = server_of(document) + '/';
  Operations served;
  std::vector<std::string> faults;
  for (const Route& route : routes) {
    if (!route.pattern.starts_with(server)) continue;
    const std::string call = route.method + ' ' + route.pattern;
    served[call] = route.name;
    const auto found = operations.find(call);
    if (found == operations.end())
      faults.push_back(call + " is served and not described");
    else if (found->second != route.name)
      faults.push_back(call + " is described as " + found->second + " and served as " + route.name);
  }
  for (const auto& [call, name] : operations)
    if (!served.contains(call)) faults.push_back(call + " is described and not served");
  return faults;
}

}  // namespace tenggat::http
