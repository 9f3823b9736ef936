#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_calls.h"
#include "daemon/api/inbox.h"
#include "daemon/api/sop_diagram.h"
#include "daemon/api/sop_view.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

class TaskCalls : public ApiGroup {
 public:
  explicit TaskCalls(const ApiParts& parts) : ApiGroup(parts) {}
  awaitable<Response> task_list(Call call);
};

class SopCalls : public ApiGroup {
 public:
  explicit SopCalls(const ApiParts& parts) : ApiGroup(parts) {}
  awaitable<Response> sop_list(Call call);
  awaitable<Response> sop_show(Call call);
  awaitable<Response> sop_diagram(Call call);
};

}  // namespace

awaitable<Response> TaskCalls::task_list(Call call) {
  const Request& request = call.request;
  const auto limit = read_limit(request);
  if (!limit) co_return limit.error();
  // The moment first: who stands in for whom is a question of the day.
  auto asking = read({}, {});
  Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const std::string& officer = call.principal.id;
  const InboxRoles roles = inbox_roles(officer, rulebook_, found.moment.now);
  std::vector<Task> tasks;
  if (!roles.roles.empty()) {
    pg::Pipeline search;
    // Where some visits will be sifted out, look further than what is asked for.
    const store::Ids waiting =
        store::add_find_tasks(search, roles.roles, roles.sifted ? kInboxReach : *limit);
    auto searching = read({}, std::move(search));
    found = co_await std::move(searching);
    std::vector<std::int64_t> ids = found.results[waiting];
    if (!ids.empty()) {
      auto loading = read(std::move(ids), {});
      found = co_await std::move(loading);
      tasks = tasks_of(officer, found.permits, rulebook_, found.moment.now);
    }
  }
  json::array items;
  for (const Task& task : tasks) {
    if (static_cast<int>(items.size()) == *limit) break;
    items.push_back(task_view(task, officer, rulebook_, found.moment.now));
  }
  co_return json_response(200, json::serialize(json::object{{"items", std::move(items)}}));
}

awaitable<Response> SopCalls::sop_list(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  auto asking = read({}, {});
  const Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  json::array items;
  for (const Sop* sop : rulebook_.sops_in_force()) items.push_back(sop_summary(*sop, rulebook_));
  co_return json_response(200, json::serialize(json::object{{"items", std::move(items)}}));
}

awaitable<Response> SopCalls::sop_show(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  auto asking = read({}, {});
  const Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const Sop* sop = rulebook_.sop_in_force(call.request.param("id"));
  if (!sop) co_return problem(call.request, "not_found");
  co_return json_response(200, json::serialize(sop_view(*sop, rulebook_)));
}

awaitable<Response> SopCalls::sop_diagram(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  auto asking = read({}, {});
  const Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const Sop* sop = rulebook_.sop_in_force(call.request.param("id"));
  if (!sop) co_return problem(call.request, "not_found");
  Response response;
  response.content_type = "image/svg+xml";
  response.body = tenggat::sop_diagram(*sop);
  response.headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  co_return response;
}

std::vector<ApiCall> task_calls(const ApiParts* parts) {
  static constexpr RowOf<TaskCalls, Call> kRows[] = {
      {"GET", "/api/v1/tasks", "task_list", Who::officer, In::none, Out::counted,
       &TaskCalls::task_list},
  };
  return answered_by(parts, kRows);
}

std::vector<ApiCall> sop_calls(const ApiParts* parts) {
  static constexpr RowOf<SopCalls, Call> kRows[] = {
      {"GET", "/api/v1/sops", "sop_list", Who::any_token, In::none, Out::counted,
       &SopCalls::sop_list},
      {"GET", "/api/v1/sops/{id}", "sop_show", Who::any_token, In::none, Out::counted,
       &SopCalls::sop_show},
      {"GET", "/api/v1/sops/{id}/diagram.svg", "sop_diagram", Who::any_token, In::none,
       Out::counted, &SopCalls::sop_diagram},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
