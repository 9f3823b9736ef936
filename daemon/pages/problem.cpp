// What a refusal of the API means: where the `type` of its problem leads.
#include <boost/json/parse.hpp>

#include "daemon/http/problem_types.h"
#include "daemon/pages/page_calls.h"

namespace tenggat::pages {
namespace {

class ProblemPages : public PageGroup {
 public:
  explicit ProblemPages(const PageParts& parts) : PageGroup(parts) {}
  awaitable<Response> problem(PageCall call);
};

}  // namespace

awaitable<Response> ProblemPages::problem(PageCall call) {
  const std::string& name = call.request.param("name");
  const http::ProblemType* type = http::find_problem_type(name);
  if (!type) co_return not_found(call);
  Html body = html(
      "<h1>{}</h1><div class=\"kartu\"><p>{}</p></div>"
      "<section lang=\"en\"><h2>{}</h2><div class=\"kartu\"><p>{}</p></div></section>"
      "<p class=\"halus\">HTTP {} · <code>/problems/{}</code></p>",
      type->title.indonesian, type->help.indonesian, type->title.english, type->help.english,
      type->status, type->code);
  co_return page(200, call, std::string(type->title.indonesian), std::move(body));
}

Response problem_page(const Response& problem, bool english, const std::string& office) {
  boost::system::error_code fault;
  const boost::json::value document = boost::json::parse(problem.body, fault);
  std::string code = "internal";
  if (const auto* members = fault ? nullptr : document.if_object())
    if (const auto* type = members->if_contains("type"); type && type->is_string())
      code = std::string(type->as_string()).substr(std::string_view("/problems/").size());
  const http::ProblemType* type = http::find_problem_type(code);
  if (!type) type = http::find_problem_type("internal");
  Page page;
  page.tongue = english ? notify::Tongue::english : notify::Tongue::indonesian;
  page.title = english ? type->title.english : type->title.indonesian;
  page.office = office;
  page.body = html(
      "<h1>{}</h1><div class=\"kartu\"><p>{}</p><p><a class=\"tombol\" href=\"/\">{}"
      "</a></p></div>",
      page.title, english ? type->help.english : type->help.indonesian,
      english ? "Front page" : "Halaman depan");
  return page_response(problem.status, page);
}

std::vector<PageRoute> problem_pages(const PageParts* parts) {
  static constexpr http::RowOf<ProblemPages, PageCall> kRows[] = {
      {"GET", "/problems/{name}", "page_problem", Who::anyone, In::none, Out::small,
       &ProblemPages::problem},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
