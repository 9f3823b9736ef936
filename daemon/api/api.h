// The API: every route under /api/v1 that people and systems work through. Source:
// docs/reference.md, HTTP API.
//
// Reads take one flight on a pooled connection (two where an id must be looked up first) and see
// one snapshot. Commands go to the committer. Authorization comes first, before the body is read
// and before idempotency. An outage is an exception that passes through to the Router:
// outage_answer.
#pragma once
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/route_row.h"
#include "daemon/api/uploads.h"
#include "daemon/base/link_keys.h"
#include "daemon/http/doorkeeper.h"
#include "daemon/http/problem.h"
#include "daemon/http/rate_limit.h"
#include "daemon/http/router.h"
#include "daemon/office/committer.h"
#include "daemon/office/replies.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::http {

// All references must outlive the routes and every request under way.
struct ApiParts {
  pg::Pool& reads;
  office::Committer& committer;
  office::Rulebook& rulebook;
  Uploads& uploads;
  RateLimit& requests;                              // by token; over: 429
  Doorkeeper& door;                                 // for those without a valid one
  std::string public_url;                           // without a last slash
  std::size_t requests_per_token = 1024;            // at once; over: 429
  const notify::ReceiptConfig* receipts = nullptr;  // none: no provider is believed
  const LinkKeys* links = nullptr;                  // none: no link opens anything
  office::Replies* replies = nullptr;               // none: what people write is not taken
};

std::vector<Route> api_routes(ApiParts parts);
// What their rows say, the same without any parts.
std::vector<RouteRow> api_rows();

// For the Router: 503 with Retry-After where the database is away, busy or changing over; nothing
// for what is a bug.
std::optional<Response> outage_answer(const std::exception& failure, Language language);

// A committer's answer as HTTP. Public for the table test: every Reason a command can be refused
// with has a problem type of its own name. `permit` is what refusals of state carry as the member
// of that name.
Response command_response(const Request& request, const CommandAnswer& answer);

}  // namespace tenggat::http
