#include "daemon/http/cookies.h"

#include <algorithm>

namespace tenggat::http {

std::vector<std::string_view> cookies(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> values;
  std::string_view left = headers.get("Cookie").value_or("");
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(';'), left.size());
    std::string_view one = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (!one.starts_with(name) || one.substr(name.size(), 1) != "=") continue;
    values.push_back(one.substr(name.size() + 1));
  }
  return values;
}

std::string bound_to_host(std::string_view name, bool https) {
  return (https ? "__Host-" : "") + std::string(name);
}

}  // namespace tenggat::http
