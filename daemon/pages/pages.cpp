#include "daemon/pages/pages.h"

#include <memory>

#include "daemon/api/api.h"
#include "daemon/pages/page_entrance.h"
#include "daemon/pages/style.h"

namespace tenggat::pages {
namespace {

awaitable<Response> style(PageCall) {
  Response response;
  response.content_type = "text/css; charset=utf-8";
  response.body = std::string(kStyle);
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.set("X-Content-Type-Options", "nosniff");
  co_return response;
}

std::vector<PageRoute> all_pages(const PageParts* parts) {
  std::vector<PageRoute> all;
  const auto add = [&](std::vector<PageRoute> pages) {
    for (PageRoute& page : pages) all.push_back(std::move(page));
  };
#define X(pages) add(pages(parts));
  TENGGAT_PAGES(X)
#undef X
  return all;
}

}  // namespace

std::vector<PageRoute> front_pages(const PageParts*) {
  return {{{"GET", "/gaya.css", "page_style", Who::anyone, In::none, Out::small}, &style}};
}

std::vector<http::Route> page_routes(PageParts parts) {
  const auto entrance = std::make_shared<PageEntrance>(parts);
  std::vector<http::Route> routes;
  for (PageRoute& page : all_pages(&parts)) routes.push_back(entrance->route(std::move(page)));
  return routes;
}

http::FaultPage fault_page(const office::SigningIn& office) {
  return [&office](const http::Response& problem, bool english) {
    return problem_page(problem, english, office.office_name());
  };
}

std::vector<http::RouteRow> page_rows() {
  std::vector<http::RouteRow> rows;
  for (const PageRoute& page : all_pages(nullptr)) rows.push_back(page.row);
  return rows;
}

std::vector<RouteBounds> route_bounds() {
  std::vector<RouteBounds> bounds;
  for (const http::RouteRow& row : http::api_rows()) bounds.push_back(row.bounds());
  for (const http::RouteRow& row : page_rows()) bounds.push_back(row.bounds());
  return bounds;
}

}  // namespace tenggat::pages
