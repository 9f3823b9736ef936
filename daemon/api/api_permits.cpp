#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "daemon/api/api_calls.h"
#include "daemon/api/forecast_view.h"
#include "daemon/api/offers_view.h"
#include "daemon/api/timeline.h"
#include "daemon/api/why.h"
#include "daemon/store/files.h"
#include "daemon/store/related.h"
#include "rules/permit/form.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

constexpr Who kReaders = Who::read | Who::officer;

Actor actor_of(const Call& call, const std::string& on_behalf_of) {
  switch (call.access.capacity) {
    case Capacity::officer:
      return {Actor::Kind::officer, call.principal.id, ""};
    case Capacity::for_officer:
      return {Actor::Kind::officer, on_behalf_of, call.principal.id, call.principal.roles};
    case Capacity::itself:
      return {Actor::Kind::service, call.principal.id, "", call.principal.roles};
    case Capacity::intake:
      return {Actor::Kind::applicant, call.principal.id, call.principal.id};
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
  return *refuse_faults(request, {{"/sop", say<Detail::no_such_sop>()}});
}

// Each field of the form that is wrong, by its pointer.
Response refuse_form(const Request& request, const Refusal& refusal,
                     const std::vector<tenggat::FieldFault>& wrong) {
  FieldFaults faults;
  for (const tenggat::FieldFault& one : wrong)
    faults.push_back({"/fields/" + escaped_pointer_part(one.field), one.said});
  return problem(request, "invalid_fields", refusal.detail(),
                 {{"errors", to_json(faults, language_of(request))}});
}

// The submission names the permit that it objects to: what speaks against that is said of the name.
Response refuse_related(const Request& request, const Refusal& refusal) {
  const FieldFaults faults{{"/related", refusal.detail()}};
  return problem(request, problem_code(refusal.reason()), refusal.detail(),
                 {{"errors", to_json(faults, language_of(request))}});
}

bool is_refused_for_form(const CommandAnswer& answer) {
  return answer.refusal && answer.refusal->reason() == Reason::invalid_fields;
}

// The step that a command is about; null: none.
const Step* step_of(const Command& command, const Permit& permit, const Sop& sop) {
  if (const Act* act = std::get_if<Act>(&command)) return sop.find_step(act->step);
  if (!std::holds_alternative<Undo>(command) || !permit.last_action) return nullptr;
  const Visit* closed = permit.find_visit(permit.last_action->closed_visit);
  return closed ? sop.find_step(closed->step) : nullptr;
}

// For whom offers are listed; nobody where the caller commands nothing, or says for whom only with
// each command.
std::optional<Actor> actor_of(const Principal& principal, const Permit& permit) {
  if (principal.kind == Principal::Kind::officer)
    return Actor{Actor::Kind::officer, principal.id, ""};
  if (principal.has("act") && !principal.roles.empty())
    return Actor{Actor::Kind::service, principal.id, "", principal.roles};
  if (principal.has("intake") && permit.created_by == principal.id)
    return Actor{Actor::Kind::applicant, principal.id, principal.id};
  return std::nullopt;
}

// Those that the caller may see.
json::array objections_view(const Call& call, const std::vector<store::RelatedPermit>& objections) {
  json::array views;
  for (const store::RelatedPermit& one : objections)
    if (!refuse_permit(call.access, call.principal, one.created_by))
      views.push_back(related_view(one));
  return views;
}

// A permit that was made by the request is known from its answer alone.
void note_created(const CommandAnswer& answer, RequestTrace& trace) {
  using Kind = CommandAnswer::Kind;
  if (answer.kind != Kind::done && answer.kind != Kind::repeated) return;
  const json::value permit = json::parse(answer.body);
  if (const auto id = parse_id(permit.at("id").as_string())) trace.note_permit(*id);
}

class PermitCalls : public ApiGroup {
 public:
  explicit PermitCalls(const ApiParts& parts)
      : ApiGroup(parts),
        committer_(parts.committer),
        public_url_(parts.public_url),
        links_(parts.links) {}

  awaitable<Response> permit_create(Call call);
  awaitable<Response> permit_list(Call call);
  awaitable<Response> permit_show(Call call);
  awaitable<Response> permit_timeline(Call call);
  awaitable<Response> permit_why(Call call);
  using ReadBody = CommandBody (*)(const boost::json::value&, FieldFaults&);
  template <ReadBody read_body, Body needed = Body::required>
  awaitable<Response> command_of(Call call) {
    return command(std::move(call), read_body, needed);
  }

 private:
  awaitable<Response> command(Call call, ReadBody read_body, Body needed);
  // Whether the token's service takes the step as the system it is.
  // Both references are to what the calling coroutine holds.
  awaitable<bool> is_at_own_step(const Call& call, const Command& command);
  Response answer_of(const Request& request, const CommandAnswer& answer, const Act* act) const;
  // What is kept of an answer opens nothing; what leaves does.
  Response with_its_link(Response response) const;
  void complete(boost::json::object& permit) const;
  // Which of the documents' uploads are not here, as a refusal.
  // Both references are to what the calling coroutine holds.
  awaitable<std::optional<Response>> refuse_missing_uploads(
      const Request& request, const std::vector<NewDocument>& documents);
  // The permit that a submission objects to, where its caller may see it; else kNobodys.
  awaitable<std::int64_t> related_as_seen(Principal principal, std::int64_t related);
  // Its view, or empty.
  awaitable<std::string> permit_with_external_id(Principal principal, std::string external_id);
  boost::json::object view(const Principal& principal, const store::StoredPermit& stored,
                           Instant now, const boost::json::storage_ptr& memory) const;
  std::string listed(const Principal& principal, const store::StoredPermit& stored,
                     Instant now) const;
  struct Beside {
    std::vector<store::RelatedPermit> objections;
    std::optional<store::Forecast> forecast;
  };
  // With what the caller may do, and what stands beside the permit.
  std::string shown(const Call& call, const store::StoredPermit& stored, Instant now,
                    const Beside& beside) const;

  office::Committer& committer_;
  const std::string public_url_;
  const LinkKeys* links_;
};

}  // namespace

// --- commands ------------------------------------------------------------------------------------

awaitable<std::optional<Response>> PermitCalls::refuse_missing_uploads(
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
      faults.push_back({one.pointer, say<Detail::not_uploaded>()});
  co_return refuse_faults(request, faults);
}

awaitable<Response> PermitCalls::permit_create(Call call) {
  const Request& request = call.request;
  const auto value = read_json(request, Body::required);
  if (!value) co_return value.error();
  FieldFaults faults;
  Submission submission = read_submission(*value, faults);
  if (auto refusal = refuse_faults(request, faults)) co_return std::move(*refusal);
  submission.permit.created_by = call.principal.id;
  const auto key = read_idempotency_key(request, call.principal.token);
  if (!key) co_return key.error();
  auto looking = refuse_missing_uploads(request, submission.permit.documents);
  if (auto refusal = co_await std::move(looking)) co_return std::move(*refusal);
  if (submission.permit.related) {
    auto seeing = related_as_seen(call.principal, *submission.permit.related);
    submission.permit.related = co_await std::move(seeing);
  }

  const std::string external_id = submission.permit.external_id, sop = submission.sop;
  const FieldValues form = submission.permit.fields;
  CommandRequest asked;
  asked.actor = actor_of(call, "");
  asked.command = std::move(submission);
  asked.idempotency = *key;
  auto submitting = committer_.submit(std::move(asked));
  CommandAnswer answer = co_await std::move(submitting);

  if (answer.kind == CommandAnswer::Kind::not_found) co_return refuse_sop(request);
  note_created(answer, *request.trace);
  if (answer.refusal && answer.refusal->reason() == Reason::external_id_taken) {
    auto looking_up = permit_with_external_id(call.principal, external_id);
    answer.body = co_await std::move(looking_up);
  }
  const Sop* known = rulebook_.sop_in_force(sop);
  if (is_refused_for_form(answer) && known)
    co_return refuse_form(request, *answer.refusal, faults_of_form(form, *known));
  if (answer.refusal && is_about_related(answer.refusal->reason()))
    co_return refuse_related(request, *answer.refusal);
  co_return with_its_link(command_response(request, answer));
}

awaitable<std::int64_t> PermitCalls::related_as_seen(Principal principal, std::int64_t related) {
  auto reading = read({related}, {});
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(related);
  const auto access = authorize(&principal, kReaders | Who::intake_own);
  if (stored == found.permits.end() || !access ||
      refuse_permit(*access, principal, stored->second.permit.created_by))
    co_return kNobodys;
  co_return related;
}

awaitable<std::string> PermitCalls::permit_with_external_id(Principal principal,
                                                            std::string external_id) {
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
  co_return listed(principal, loaded.permits.begin()->second, loaded.moment.now);
}

awaitable<bool> PermitCalls::is_at_own_step(const Call& call, const Command& command) {
  auto finding = id_in_path(call.request);
  const std::optional<std::int64_t> id = co_await std::move(finding);
  if (!id) co_return false;
  auto reading = read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(*id);
  if (stored == found.permits.end()) co_return false;
  const Permit& permit = stored->second.permit;
  const Sop& sop = rulebook_.sop_version(permit.sop_version);
  const Step* step = step_of(command, permit, sop);
  if (!step || !sop.role(step->role).system) co_return false;
  const std::vector<std::string>& roles = call.principal.roles;
  co_return std::find(roles.begin(), roles.end(), step->role) != roles.end();
}

// Its own field alone: what people wrote is no place of links.
void PermitCalls::complete(json::object& permit) const {
  if (auto* url = permit.if_contains("tracking_url"); url && url->is_string() && links_)
    *url = links_->complete(std::string(url->as_string()));
}

Response PermitCalls::with_its_link(Response response) const {
  if (response.status >= 300 || response.body.find("\"tracking_url\"") == std::string::npos)
    return response;
  json::value permit = json::parse(response.body);
  if (!permit.is_object()) return response;
  complete(permit.as_object());
  response.body = json::serialize(permit);
  return response;
}

// By the version that the permit is at, as the answer has it.
Response PermitCalls::answer_of(const Request& request, const CommandAnswer& answer,
                                const Act* act) const {
  if (!act || !is_refused_for_form(answer)) return with_its_link(command_response(request, answer));
  const json::value permit = json::parse(answer.body);
  const Sop& sop = rulebook_.sop_version(std::string(permit.at("sop_version").as_string()));
  return refuse_form(request, *answer.refusal,
                     faults_of_step(act->fields, sop.step(act->step), sop));
}

awaitable<Response> PermitCalls::command(Call call, ReadBody read_body, Body needed) {
  const Request& request = call.request;
  const auto value = read_json(request, needed);
  if (!value) co_return value.error();
  FieldFaults faults;
  CommandBody body = read_body(*value, faults);
  if (call.access.may_be_itself && body.on_behalf_of.empty()) {
    auto looking = is_at_own_step(call, body.command);
    call.access = as_itself(call.access, co_await std::move(looking));
  }
  const auto access = in_name_of(call.access, !body.on_behalf_of.empty());
  if (!access) co_return problem(request, access.error().code, access.error().detail());
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

  CommandRequest asked;
  asked.permit = *id;
  asked.actor = actor_of(call, body.on_behalf_of);
  asked.command = body.command;
  asked.idempotency = *key;
  auto submitting = committer_.submit(std::move(asked));
  const CommandAnswer answer = co_await std::move(submitting);
  co_return answer_of(request, answer, std::get_if<Act>(&body.command));
}

// --- reads ---------------------------------------------------------------------------------------

json::object PermitCalls::view(const Principal& principal, const store::StoredPermit& stored,
                               Instant now, const json::storage_ptr& memory) const {
  const std::string& owner = stored.permit.created_by;
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  json::object permit = permit_view(
      stored, sop, calendar_of(sop), now,
      {public_url_, may_see(principal, Field::contact, owner),
       may_see(principal, Field::tracking_link, owner), may_see(principal, Field::outcome, owner)},
      memory);
  complete(permit);
  return permit;
}

std::string PermitCalls::listed(const Principal& principal, const store::StoredPermit& stored,
                                Instant now) const {
  PieceOfMemory piece;
  return json::serialize(view(principal, stored, now, piece.memory()));
}

std::string PermitCalls::shown(const Call& call, const store::StoredPermit& stored, Instant now,
                               const Beside& beside) const {
  PieceOfMemory piece;
  const Permit& its = stored.permit;
  json::object permit = view(call.principal, stored, now, piece.memory());
  const Context context = rulebook_.context(rulebook_.sop_version(its.sop_version), now);
  const auto actor = actor_of(call.principal, its);
  permit["actions"] =
      actor ? offers_view(its, *actor, context, language_of(call.request), piece.memory())
            : json::array(piece.memory());
  permit["objections"] = objections_view(call, beside.objections);
  if (may_see(call.principal, Field::outcome, its.created_by))
    permit["forecast"] =
        forecast_view(its.case_closed_at ? std::nullopt : beside.forecast, context.calendar);
  return json::serialize(permit);
}

awaitable<Response> PermitCalls::permit_show(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  const Request& request = call.request;
  auto finding = id_in_path(request);
  const std::optional<std::int64_t> id = co_await std::move(finding);
  if (!id) co_return problem(request, "not_found");
  pg::Pipeline more;
  const auto objections = store::add_objections(more, *id);
  // For whoever may know what is recommended: not for its applicant's side.
  std::optional<pg::Slot<std::optional<store::Forecast>>> forecast;
  if (may_see(call.principal, Field::outcome, "")) forecast = store::add_forecast(more, *id);
  auto reading = read({*id}, std::move(more));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return problem(request, "not_found");
  if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);
  const Beside beside{found.results[objections],
                      forecast ? found.results[*forecast] : std::optional<store::Forecast>()};
  co_return json_response(200, shown(call, permit->second, found.moment.now, beside));
}

awaitable<Response> PermitCalls::permit_list(Call call) {
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
    items += listed(call.principal, stored, found.moment.now);
  }
  co_return json_response(200, R"({"items":[)" + items + R"(],"next_cursor":)" + next_cursor + '}');
}

awaitable<Response> PermitCalls::permit_timeline(Call call) {
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
  const Sop& sop = rulebook_.sop_version(permit->second.permit.sop_version);
  const bool notes = may_see(call.principal, Field::notes, permit->second.permit.created_by);
  co_return json_response(
      200, json::serialize(timeline_view(permit->second, timeline, sop, calendar_of(sop),
                                         found.moment.now, {notes})));
}

awaitable<Response> PermitCalls::permit_why(Call call) {
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
  const Sop& sop = rulebook_.sop_version(its.sop_version);
  const Context context = rulebook_.context(sop, std::max(found.moment.now, its.changed_at));
  co_return json_response(200,
                          json::serialize(why_view(permit->second, found.results[told], context)));
}

std::vector<ApiCall> permit_calls(const ApiParts* parts) {
  constexpr Who kDesk = Who::officer | Who::for_officer;
  static constexpr RowOf<PermitCalls, Call> kRows[] = {
      {"POST", "/api/v1/permits", "permit_create", Who::intake, In::whole, Out::counted,
       &PermitCalls::permit_create},
      {"GET", "/api/v1/permits", "permit_list", kReaders | Who::intake_own, In::none, Out::counted,
       &PermitCalls::permit_list},
      {"GET", "/api/v1/permits/{id}", "permit_show", kReaders | Who::intake_own, In::none,
       Out::counted, &PermitCalls::permit_show},
      {"GET", "/api/v1/permits/{id}/timeline", "permit_timeline", kReaders, In::none, Out::counted,
       &PermitCalls::permit_timeline},
      {"GET", "/api/v1/permits/{id}/why", "permit_why", kReaders, In::none, Out::counted,
       &PermitCalls::permit_why},
      // The applicant's own steps come through the service that handed the file in.
      // Of itself: the bank confirms what was paid.
      {"POST", "/api/v1/permits/{id}/actions", "permit_action",
       kDesk | Who::intake_own | Who::itself, In::whole, Out::counted,
       &PermitCalls::command_of<read_action>},
      {"POST", "/api/v1/permits/{id}/undo", "permit_undo", kDesk | Who::intake_own | Who::itself,
       In::whole, Out::counted, &PermitCalls::command_of<read_undo, Body::optional>},
      {"POST", "/api/v1/permits/{id}/claim", "permit_claim", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_claim>},
      {"POST", "/api/v1/permits/{id}/release", "permit_release", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_release>},
      {"POST", "/api/v1/permits/{id}/assign", "permit_assign", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_assign>},
      {"POST", "/api/v1/permits/{id}/escalate", "permit_escalate", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_escalate>},
      {"POST", "/api/v1/permits/{id}/acknowledge", "permit_acknowledge", kDesk, In::whole,
       Out::counted, &PermitCalls::command_of<read_acknowledge>},
      {"POST", "/api/v1/permits/{id}/direct", "permit_direct", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_direct>},
      {"POST", "/api/v1/permits/{id}/respond", "permit_respond", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_respond>},
      {"POST", "/api/v1/permits/{id}/pause", "permit_pause", kDesk, In::whole, Out::counted,
       &PermitCalls::command_of<read_pause>},
      // Of intake: the applicant's answer.
      {"POST", "/api/v1/permits/{id}/resume", "permit_resume", kDesk | Who::intake_own, In::whole,
       Out::counted, &PermitCalls::command_of<read_resume>},
      // Themselves: a service would confirm what it has entered.
      {"POST", "/api/v1/permits/{id}/confirm", "permit_confirm", Who::officer, In::whole,
       Out::counted, &PermitCalls::command_of<read_confirm>},
      {"POST", "/api/v1/permits/{id}/correct", "permit_correct", Who::officer, In::whole,
       Out::counted, &PermitCalls::command_of<read_correct>},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
