#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "daemon/http/api_calls.h"
#include "daemon/http/timeline.h"
#include "daemon/http/why.h"
#include "daemon/store/files.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

Actor actor_of(const Call& call, const std::string& on_behalf_of) {
  switch (call.access.capacity) {
    case Capacity::officer:
      return {Actor::Kind::officer, call.principal.id, ""};
    case Capacity::for_officer:
      return {Actor::Kind::officer, on_behalf_of, call.principal.id};
    case Capacity::intake:
      return {Actor::Kind::applicant, call.principal.id, ""};
    case Capacity::anyone:
    case Capacity::token_holder:
    case Capacity::reader:
    case Capacity::bounces:
    case Capacity::provider:
    case Capacity::administrator:
      break;
  }
  throw std::logic_error("a command in a capacity that commands nothing");
}

Response refuse_sop(const Request& request) {
  const FieldFaults faults{{"/sop", "there is no such SOP in force"}};
  return problem(request, "invalid_body", "", {{"errors", to_json(faults)}});
}

// A permit that was made by the request is known from its answer alone.
void note_created(const office::CommandAnswer& answer, RequestTrace& trace) {
  using Kind = office::CommandAnswer::Kind;
  if (answer.kind != Kind::done && answer.kind != Kind::repeated) return;
  const json::value permit = json::parse(answer.body);
  if (const auto id = parse_id(permit.at("id").as_string())) trace.note_permit(*id);
}

}  // namespace

// --- commands ------------------------------------------------------------------------------------

awaitable<std::optional<Response>> Api::refuse_missing_uploads(
    const Request& request, const std::vector<NewDocument>& documents) {
  const std::vector<UploadedDocument> uploaded = uploaded_documents(documents);
  if (uploaded.empty()) co_return std::nullopt;
  std::vector<std::string> hashes;
  for (const UploadedDocument& one : uploaded) hashes.push_back(one.sha256);
  pg::Pipeline pipeline;
  const auto stored = store::add_find_files(pipeline, hashes);
  auto reading = read({}, std::move(pipeline));
  const Reading answer = co_await std::move(reading);
  const std::vector<std::string> found = answer.results[stored];
  FieldFaults faults;
  for (const UploadedDocument& one : uploaded)
    if (std::ranges::find(found, one.sha256) == found.end())
      faults.push_back({one.pointer, "no such file was uploaded: POST /files first"});
  co_return refuse_faults(request, faults);
}

awaitable<Response> Api::permit_create(Call call) {
  const Request& request = call.request;
  const auto value = read_json(request, Body::required);
  if (!value) co_return value.error();
  FieldFaults faults;
  office::Submission submission = read_submission(*value, faults);
  if (auto refusal = refuse_faults(request, faults)) co_return std::move(*refusal);
  submission.permit.created_by = call.principal.id;
  const auto key = read_idempotency_key(request, call.principal.token);
  if (!key) co_return key.error();
  auto looking = refuse_missing_uploads(request, submission.permit.documents);
  if (auto refusal = co_await std::move(looking)) co_return std::move(*refusal);

  const std::string external_id = submission.permit.external_id;
  office::CommandRequest asked;
  asked.actor = actor_of(call, "");
  asked.command = std::move(submission);
  asked.idempotency = *key;
  auto submitting = parts_.committer.submit(std::move(asked));
  office::CommandAnswer answer = co_await std::move(submitting);

  if (answer.kind == office::CommandAnswer::Kind::not_found) co_return refuse_sop(request);
  note_created(answer, *request.trace);
  if (answer.refusal && answer.refusal->reason == Reason::external_id_taken) {
    auto looking_up = permit_with_external_id(call.principal, external_id);
    answer.body = co_await std::move(looking_up);
  }
  co_return command_response(request, answer);
}

awaitable<std::string> Api::permit_with_external_id(Principal principal, std::string external_id) {
  store::PermitFilter filter;
  filter.created_by = principal.id;
  filter.external_id = external_id;
  filter.limit = 1;
  pg::Pipeline search;
  const store::Ids matching = store::add_search(search, filter);
  auto searching = read({}, std::move(search));
  const Reading found = co_await std::move(searching);
  std::vector<std::int64_t> ids = found.results[matching];
  if (ids.empty()) co_return "";
  auto loading = read(std::move(ids), {});
  const Reading loaded = co_await std::move(loading);
  if (loaded.permits.empty()) co_return "";
  co_return view(principal, "permit_show", loaded.permits.begin()->second, loaded.moment.now);
}

awaitable<Response> Api::command(Call call, ReadBody read_body, Body needed) {
  const Request& request = call.request;
  const auto value = read_json(request, needed);
  if (!value) co_return value.error();
  FieldFaults faults;
  CommandBody body = read_body(*value, faults);
  const auto access =
      authorize(&call.principal, {request.route, !body.on_behalf_of.empty(), std::nullopt});
  if (!access) co_return problem(request, access.error().code, access.error().detail);
  call.access = *access;
  if (call.access.capacity == Capacity::for_officer)
    request.trace->actor = "officer:" + body.on_behalf_of + " via " + request.trace->actor;
  if (auto refusal = refuse_faults(request, faults)) co_return std::move(*refusal);
  const auto key = read_idempotency_key(request, call.principal.token);
  if (!key) co_return key.error();

  auto finding = id_in_path(request);
  const std::optional<std::int64_t> id = co_await std::move(finding);
  if (!id) co_return problem(request, "not_found");
  if (call.access.own_only) {
    auto reading = read({*id}, {});
    const Reading found = co_await std::move(reading);
    const auto permit = found.permits.find(*id);
    if (permit == found.permits.end()) co_return problem(request, "not_found");
    if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);
  }
  auto looking = refuse_missing_uploads(request, documents_of(body.command));
  if (auto refusal = co_await std::move(looking)) co_return std::move(*refusal);

  office::CommandRequest asked;
  asked.permit = *id;
  asked.actor = actor_of(call, body.on_behalf_of);
  asked.command = std::move(body.command);
  asked.idempotency = *key;
  auto submitting = parts_.committer.submit(std::move(asked));
  const office::CommandAnswer answer = co_await std::move(submitting);
  co_return command_response(request, answer);
}

awaitable<Response> Api::permit_action(Call call) { return command(std::move(call), &read_action); }
awaitable<Response> Api::permit_undo(Call call) {
  return command(std::move(call), &read_undo, Body::optional);
}
awaitable<Response> Api::permit_claim(Call call) { return command(std::move(call), &read_claim); }
awaitable<Response> Api::permit_release(Call call) {
  return command(std::move(call), &read_release);
}
awaitable<Response> Api::permit_assign(Call call) { return command(std::move(call), &read_assign); }
awaitable<Response> Api::permit_escalate(Call call) {
  return command(std::move(call), &read_escalate);
}
awaitable<Response> Api::permit_acknowledge(Call call) {
  return command(std::move(call), &read_acknowledge);
}
awaitable<Response> Api::permit_pause(Call call) { return command(std::move(call), &read_pause); }
awaitable<Response> Api::permit_resume(Call call) { return command(std::move(call), &read_resume); }

// --- reads ---------------------------------------------------------------------------------------

awaitable<Response> Api::permit_show(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  const Request& request = call.request;
  auto finding = id_in_path(request);
  const std::optional<std::int64_t> id = co_await std::move(finding);
  if (!id) co_return problem(request, "not_found");
  auto reading = read({*id}, {});
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return problem(request, "not_found");
  if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);
  co_return json_response(200,
                          view(call.principal, request.route, permit->second, found.moment.now));
}

awaitable<Response> Api::permit_list(Call call) {
  const Request& request = call.request;
  auto query = read_list_query(request);
  if (!query) co_return query.error();
  store::PermitFilter& filter = query->filter;
  if (call.access.own_only) filter.created_by = call.principal.id;
  pg::Pipeline search;
  const store::Ids matching = store::add_search(search, filter);
  auto searching = read({}, std::move(search));
  Reading found = co_await std::move(searching);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);

  std::vector<std::int64_t> ids = found.results[matching];
  std::string next_cursor = "null";
  if (static_cast<int>(ids.size()) > filter.limit) {
    ids.resize(static_cast<std::size_t>(filter.limit));
    next_cursor = '"' + cursor_of(ids.back()) + '"';
  }
  if (!ids.empty()) {
    auto loading = read(ids, {});
    found = co_await std::move(loading);
  }
  std::string items;
  for (const auto& [id, stored] : found.permits) {
    if (!items.empty()) items += ',';
    items += view(call.principal, request.route, stored, found.moment.now);
  }
  co_return json_response(200, R"({"items":[)" + items + R"(],"next_cursor":)" + next_cursor + '}');
}

awaitable<Response> Api::permit_timeline(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  const Request& request = call.request;
  auto finding = id_in_path(request);
  const std::optional<std::int64_t> id = co_await std::move(finding);
  if (!id) co_return problem(request, "not_found");
  pg::Pipeline more;
  const auto events = store::add_events(more, *id);
  const auto written = store::add_notes(more, *id);
  auto reading = read({*id}, std::move(more));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return problem(request, "not_found");
  if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);

  const Timeline timeline{found.results[events], found.results[written]};
  const Sop& sop = parts_.rulebook.sop_version(permit->second.permit.sop_version);
  const bool notes =
      may_see(call.principal, request.route, Field::notes, permit->second.permit.created_by);
  co_return json_response(
      200, json::serialize(timeline_view(permit->second, timeline, sop, calendar_of(sop),
                                         found.moment.now, {notes})));
}

awaitable<Response> Api::permit_why(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  const Request& request = call.request;
  auto finding = id_in_path(request);
  const std::optional<std::int64_t> id = co_await std::move(finding);
  if (!id) co_return problem(request, "not_found");
  pg::Pipeline more;
  const store::ToldAbout told(more, *id);
  auto reading = read({*id}, std::move(more));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return problem(request, "not_found");
  if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);

  const Permit& its = permit->second.permit;
  const Sop& sop = parts_.rulebook.sop_version(its.sop_version);
  const Context context = parts_.rulebook.context(sop, std::max(found.moment.now, its.changed_at));
  co_return json_response(200,
                          json::serialize(why_view(permit->second, found.results[told], context)));
}

}  // namespace tenggat::http
