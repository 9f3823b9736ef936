// The admin listener: /metrics, /livez, /readyz. Source: docs/reference.md, The daemon. It has no
// tokens and listens on loopback unless told otherwise.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "daemon/http/router.h"

namespace tenggat::http {

// One thing that must hold before requests are sent here. `check` returns why it does not, or
// empty; a failure to ask (an exception) counts as a reason.
struct ReadinessCheck {
  std::string name;  // "database", "migrations", "rules"
  std::function<boost::asio::awaitable<std::string>()> check;
};

struct AdminParts {
  std::function<std::string()> metrics_text;  // Metrics::text
  // Whether the process works at all; must not ask the database. Empty: being answered is enough.
  std::function<bool()> alive;
  std::vector<ReadinessCheck> ready;  // asked in order, all of them
  // What is worth knowing of a daemon that works; empty where there is nothing.
  std::vector<ReadinessCheck> notes;
};

// /livez: 200 {"status":"ok"} or 503. /readyz: {"ready":…, "checks":{name:"ok"|reason}}, 503 unless
// all hold; and "notes":{name:…} where there are any, which change nothing.
std::vector<Route> admin_routes(AdminParts parts);

}  // namespace tenggat::http
