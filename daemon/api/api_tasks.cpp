#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "daemon/api/api_calls.h"
#include "daemon/api/inbox.h"
#include "daemon/api/sop_diagram.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

json::array outputs_view(const std::vector<Output>& outputs) {
  json::array views;
  for (const Output& output : outputs)
    views.push_back(
        json::object{{"kind", output.kind}, {"file", output.file}, {"numbered", output.numbered}});
  return views;
}

const char* to_string(ActionRule::Note note) {
  switch (note) {
    case ActionRule::Note::optional:
      return "optional";
    case ActionRule::Note::required:
      return "required";
    case ActionRule::Note::note_or_deficiencies:
      return "note_or_deficiencies";
  }
  return "optional";
}

// What a fork opens: all at once where their conditions hold, or those that the officer chooses.
json::object branches_view(const ActionRule& action) {
  json::array steps;
  for (const Lead& lead : action.to)
    steps.push_back(
        json::object{{"step", lead.step}, {"conditional", !lead.when.always()}});
  return {{"steps", std::move(steps)}, {"chosen", action.chooses_branches}, {"join", action.join}};
}

json::object action_view(const ActionRule& action) {
  json::object view;
  view["id"] = action.id;
  view["to"] = nullptr;
  if (!action.forks && !action.ends_permit()) view["to"] = action.to.front().step;
  if (action.forks) view["branches"] = branches_view(action);
  view["state"] = tenggat::to_string(action.state);
  view["note"] = to_string(action.note);
  view["outputs"] = outputs_view(action.outputs);
  view["chooses_outcome"] = action.chooses_outcome;
  view["only_for"] = nullptr;
  if (action.only_for != Outcome::none) view["only_for"] = tenggat::to_string(action.only_for);
  view["backward"] = action.backward;
  view["beyond_sop"] = action.beyond_sop;
  view["automatic_after"] = nullptr;
  if (action.automatic_after) view["automatic_after"] = action.automatic_after->to_string();
  return view;
}

json::object step_view(const Step& step) {
  json::array actions;
  for (const ActionRule& action : step.actions) actions.push_back(action_view(action));
  return {{"number", step.number},
          {"id", step.id},
          {"name", step.short_name},
          {"activity", step.activity},
          {"role", step.role},
          {"needs", texts(step.needs)},
          {"standard", step.standard.to_string()},
          {"outputs", outputs_view(step.outputs)},
          {"remarks", step.remarks},
          {"actions", std::move(actions)}};
}

json::object role_view(const Role& role) {
  return {{"id", role.id},
          {"name", role.name},
          {"applicant", role.applicant},
          {"observer", role.observer},
          {"superior", role.superior.empty() ? json::value(nullptr) : json::value(role.superior)}};
}

json::object sop_summary(const Sop& sop, const office::Rulebook& rulebook) {
  const auto* retired = rulebook.retirement(sop.id);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  return {
      {"id", sop.id},
      {"title", sop.title},
      {"version", sop.version},
      {"calendar", sop.calendar},
      {"total", sop.total ? json::value(sop.total->to_string()) : json::value(nullptr)},
      {"case_standard", sop.case_standard.to_string()},
      {"retired_at", retired ? json::value(calendar.format(retired->at)) : json::value(nullptr)},
      {"steps", sop.steps.size()}};
}

json::object sop_view(const Sop& sop, const office::Rulebook& rulebook) {
  json::object view = sop_summary(sop, rulebook);
  json::array roles, steps, pauses;
  for (const Role& role : sop.roles) roles.push_back(role_view(role));
  for (const Step& step : sop.steps) steps.push_back(step_view(step));
  for (const PauseReason& pause : sop.pauses)
    pauses.push_back(json::object{
        {"id", pause.id},
        {"name", pause.name},
        {"stops_case", pause.stops_case},
        {"tells_applicant", pause.tells_applicant},
        {"waits_for", to_string(pause.waits_for)},
        {"until_required", pause.needs_until},
        {"longest", pause.longest ? json::value(pause.longest->to_string()) : json::value(nullptr)},
        {"extensions", pause.extensions}});
  view["roles"] = std::move(roles);
  view["steps"] = std::move(steps);
  view["pauses"] = std::move(pauses);
  json::array obstacles;
  for (const Obstacle& obstacle : sop.obstacles)
    obstacles.push_back(json::object{{"id", obstacle.id},
                                     {"name", obstacle.name},
                                     {"remind_after", obstacle.remind_after.to_string()}});
  view["obstacles"] = std::move(obstacles);
  view["legal"] = {{"limit", sop.legal.limit.to_string()},
                   {"basis", sop.legal.basis},
                   {"consequence", sop.legal.consequence},
                   {"remark", sop.legal.remark}};
  return view;
}

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
