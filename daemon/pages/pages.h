// The pages people work through: an applicant's tracking page, signing in, and an officer's desk.
// Server-rendered, without script; a GET never acts. Source: docs/reference.md, Pages.
//
// An officer is known by a session cookie and asked about by the same authorize() as a token's
// holder; an applicant by the secret in the link. What they do goes to the committer like any
// command. A form carries a token that only our own pages hold, and a key under which sending it
// twice acts once.
#pragma once
#include <string>
#include <vector>

#include "daemon/api/route_row.h"
#include "daemon/api/uploads.h"
#include "daemon/base/link_keys.h"
#include "daemon/base/resources.h"
#include "daemon/http/doorkeeper.h"
#include "daemon/http/router.h"
#include "daemon/http/server.h"
#include "daemon/office/board.h"
#include "daemon/office/committer.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/signing_in.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {
struct ReceiptKeys;
class Templates;
}  // namespace tenggat::office

namespace tenggat::pages {

// All references must outlive the routes and every request under way.
struct PageParts {
  pg::Pool& pool;  // for reads, and for the small writes of signing in and leave
  office::Committer& committer;
  office::Rulebook& rulebook;
  office::SigningIn& signing_in;
  office::BoardFeed& board;
  const office::Templates& templates;
  http::Uploads& uploads;
  http::Doorkeeper& door;
  const office::ReceiptKeys& receipt_keys;
  std::string public_url;           // without a last slash; https makes the cookie Secure
  const LinkKeys* links = nullptr;  // none: no link opens anything
};

std::vector<http::Route> page_routes(PageParts parts);
// What browsers are shown where a request fails before a page could answer it. `office` must
// outlive it.
http::FaultPage fault_page(const office::SigningIn& office);
// What their rows say, the same without any parts.
std::vector<http::RouteRow> page_rows();
// Of every route of the public listener, the API's first.
std::vector<RouteBounds> route_bounds();

}  // namespace tenggat::pages
